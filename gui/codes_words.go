package gui

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/scrapers"
)

// codeTitle names what is asked of the person.
func codeTitle(t model.Turn) string {
	key := "codes.title"
	switch t.Kind {
	case scrapers.Approve:
		key = "codes.title_approve"
	case scrapers.Finish:
		key = "codes.title_finish"
	}
	return lang.T(key, "account", t.Account)
}

// codeHead is the title of the window, as a list of windows shows it.
func codeHead(t model.Turn) string {
	switch {
	case t.Stand().Over():
		_, title, _ := codeOutcome(t)
		return title + " · " + t.Account
	case t.Attempts > 0:
		return fmt.Sprintf("%s (%d/%d)", codeTitle(t), t.Try(), t.Limit)
	}
	return codeTitle(t)
}

// codeWords says what the bank did and what to do.
func codeWords(t model.Turn) string {
	switch t.Kind {
	case scrapers.TOTP:
		return lang.T("codes.totp", "bank", t.Bank)
	case scrapers.Approve:
		return lang.T("codes.approve", "bank", t.Bank)
	case scrapers.Finish:
		return lang.T("codes.finish", "bank", t.Bank)
	}
	what := lang.T("codes.what_any")
	if t.Length > 0 {
		key := "codes.what_chars"
		if t.Digits() {
			key = "codes.what_digits"
		}
		what = lang.T(key, "n", t.Length)
	}
	if t.Target == "" {
		return lang.T("codes.sent", "bank", t.Bank, "what", what)
	}
	return lang.T("codes.sent_to", "bank", t.Bank, "what", what, "target", strings.ReplaceAll(t.Target, " ", "\u00a0"))
}

// codeTry says how many codes the bank still takes.
func codeTry(t model.Turn) string {
	switch {
	case !t.Typed() || t.Limit == 0:
		return ""
	case t.Attempts > 0:
		return lang.T("codes.try_again", "n", t.Try(), "of", t.Limit)
	}
	return lang.T("codes.try", "n", t.Try(), "of", t.Limit)
}

// codeChecking says that the answer is on its way.
func codeChecking(t model.Turn) string {
	switch {
	case !t.Typed():
		return lang.T("codes.waiting")
	case t.Mine:
		return lang.T("codes.checking")
	}
	return lang.T("codes.checking_other")
}

// codeOutcome is how a request ended: its colour, a title, and what it means.
func codeOutcome(t model.Turn) (tone look.Tone, title, means string) {
	switch t.Stand() {
	case model.Accepted:
		key := "codes.accepted_means"
		if t.Elsewhere() {
			key = "codes.accepted_other"
		}
		return look.Good, lang.T("codes.accepted"), lang.T(key, "account", t.Account)
	case model.Refused:
		return look.Bad, lang.T("codes.refused"), lang.T("codes.refused_means")
	case model.Late:
		return look.Warn, lang.T("codes.late"), lang.T("codes.late_means")
	}
	w := lang.Failure(string(t.Reason))
	return look.Neutral, lang.T("codes.ended"), w.Means + " " + w.Do
}

// codeShort is where a request is, in a word.
func codeShort(s model.Stand) (string, look.Tone) {
	switch s {
	case model.Checking:
		return lang.T("codes.short_checking"), look.Active
	case model.Accepted:
		return lang.T("codes.short_accepted"), look.Good
	case model.Refused:
		return lang.T("codes.short_refused"), look.Bad
	case model.Late:
		return lang.T("codes.short_late"), look.Warn
	case model.Ended:
		return lang.T("codes.short_ended"), look.Neutral
	}
	return lang.T("codes.short_waits"), look.Warn
}

// codeProblem says why an answer did not arrive.
func codeProblem(failed string, err error) string {
	var many *core.TooManyError
	switch {
	case errors.As(err, &many):
		return lang.T("codes.too_many", "left", lang.Countdown(many.RetryAfter))
	case errors.Is(err, core.ErrNoPending):
		return lang.T("codes.gone")
	}
	return strings.TrimSpace(failed + " " + explain(err))
}

// askTitle is the banner of an account that waits for the person.
func askTitle(q model.Asking) string {
	key := "codes.banner"
	switch q.Kind {
	case scrapers.Approve:
		key = "codes.banner_approve"
	case scrapers.Finish:
		key = "codes.banner_finish"
	}
	return lang.T(key, "bank", q.Bank)
}

// askLeft says how long it still waits.
func askLeft(q model.Asking, now time.Time) string {
	return lang.T("codes.banner_left", "left", lang.Countdown(q.Left(now)))
}

// askButton is what leads to the answer.
func askButton(q model.Asking) string {
	if q.Typed() {
		return lang.T("codes.enter")
	}
	return lang.T("codes.answer")
}
