package core

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"reconbanker/scrapers"
)

// cause is why something failed as people tell causes apart: those of one cause
// are alike in what to do about them. A new cause is told, the same one is not.
type cause string

const (
	causePassword cause = "password"
	causeLocked   cause = "locked"
	causeChange   cause = "change"
	causeUnclear  cause = "unclear"
	causeCode     cause = "code"
	causePerson   cause = "person"
	causeRobot    cause = "robot"
	causeForeign  cause = "foreign"
	causeReach    cause = "reach"
	causePartly   cause = "partly"
	causeLayout   cause = "layout"
	causeData     cause = "data"
	causeSettings cause = "settings"
	causeLocal    cause = "local"
)

func causeOf(kind scrapers.Kind) cause {
	switch kind {
	case scrapers.InvalidCredentials, RefusedBefore:
		return causePassword
	case scrapers.AccountLocked:
		return causeLocked
	case scrapers.PasswordChange:
		return causeChange
	case scrapers.Unexplained:
		return causeUnclear
	case scrapers.OTPRejected, scrapers.OTPTimeout, scrapers.ApprovalDenied, scrapers.ApprovalExpired, scrapers.NeedsPresence:
		return causeCode
	case scrapers.UserAction, scrapers.NoAccounts, scrapers.MFAUnsupported:
		return causePerson
	case scrapers.BotChallenge, scrapers.AccessDenied:
		return causeRobot
	case scrapers.TLSProblem, scrapers.OriginNotAllowed:
		return causeForeign
	case scrapers.BankUnavailable, scrapers.Network, scrapers.StepTimeout, scrapers.RateLimited,
		scrapers.SessionConflict, scrapers.SessionExpired:
		return causeReach
	case Partial:
		return causePartly
	case scrapers.LoginPageChanged, scrapers.LayoutChanged:
		return causeLayout
	case scrapers.UnparsableRow, scrapers.DataInconsistent:
		return causeData
	case ConfigIncomplete, scrapers.AccountNotFound, scrapers.ExtraCredential:
		return causeSettings
	}
	return causeLocal
}

// words are what a notice says of one cause.
type words struct{ why, do string }

// noticeWords are the texts of notices in one language.
type noticeWords struct {
	titles               map[string]string // by status
	blocked              string            // the title of a failure that blocked the account
	reason, action, when string
	hours                string // of a stale account, with %d
	fine                 string // after a recovery
	asked                string // when a login waits for a person
	trial                string // of a test
	clock                string // layout of a time
	causes               map[cause]words
}

// marks say how a chat writes bold, and which characters it must not be sent as
// they are.
type marks struct {
	bold   string
	escape *strings.Replacer
}

var (
	slackMarks = marks{"*", strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")}
	plainMarks = marks{"*", strings.NewReplacer("*", "∗", "`", "'")}
	cardMarks  = marks{"**", strings.NewReplacer("*", "∗", "_", "\\_", "[", "\\[", "`", "'")}
)

var emoji = map[string]string{
	statusAsked: "🔔", statusLoginFailed: "❌", statusScrapeFailed: "⚠️", statusScrapeStale: "⏳",
	statusLoginRecovered: "✅", statusScrapeRecovered: "✅", statusTest: "ℹ️",
}

// text writes a notice for people: what happened where, why, what to do, when.
func (t teller) text(n notice, m marks) string {
	w := noticeTexts(t.language)
	strong := func(s string) string { return m.bold + s + m.bold }
	where := m.escape.Replace(t.bank)
	if t.account != "" {
		where += " · " + m.escape.Replace(t.account)
	}
	title := w.titles[n.status]
	if title == "" {
		title = n.status
	}
	if string(dataOf(n, "blocked")) == "true" {
		title = w.blocked
	}
	lines := []string{emoji[n.status] + " " + strong(title) + " — " + where}
	add := func(name, text string) {
		if text != "" {
			lines = append(lines, strong(name)+": "+text)
		}
	}
	because := w.causes[n.cause]
	switch n.status {
	case statusScrapeStale:
		because.why = fmt.Sprintf(w.hours, n.hours)
	case statusAsked:
		because.do = w.asked
	case statusLoginRecovered, statusScrapeRecovered:
		lines = append(lines, w.fine)
	case statusTest:
		lines = append(lines, w.trial)
	}
	add(w.reason, because.why)
	add(w.action, because.do)
	add(w.when, t.now.In(time.Local).Format(w.clock))
	return strings.Join(lines, "\n")
}

func dataOf(n notice, key string) json.RawMessage {
	for _, kv := range n.data {
		if kv.key == key {
			return kv.value
		}
	}
	return nil
}

// chat is the body for a chat webhook: {"text": …}, which all of them take but
// the workflows that have replaced Teams' connectors: they take cards only.
func (t teller) chat(n notice) []byte {
	if !takesCards(t.settings.NotificationEndpointURL) {
		return object([]pair{{"text", encode(t.text(n, plainMarks))}})
	}
	var blocks [][]byte
	for line := range strings.Lines(t.text(n, cardMarks)) {
		blocks = append(blocks, object([]pair{
			{"type", encode("TextBlock")}, {"wrap", boolean(true)}, {"text", encode(strings.TrimSpace(line))},
		}))
	}
	card := object([]pair{
		{"$schema", encode("http://adaptivecards.io/schemas/adaptive-card.json")},
		{"type", encode("AdaptiveCard")},
		{"version", encode("1.2")},
		{"body", append(append([]byte{'['}, bytes.Join(blocks, []byte{','})...), ']')},
	})
	attachment := object([]pair{{"contentType", encode("application/vnd.microsoft.card.adaptive")}, {"content", card}})
	return object([]pair{
		{"type", encode("message")}, {"attachments", append(append([]byte{'['}, attachment...), ']')},
	})
}

// takesCards tells whether an address is one of a Teams workflow.
func takesCards(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	host := strings.ToLower(u.Hostname())
	return strings.HasSuffix(host, ".logic.azure.com") || strings.HasSuffix(host, ".api.powerplatform.com")
}
