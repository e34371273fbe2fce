package core

import (
	"errors"
	"strings"
	"testing"
	"time"

	"reconbanker/scrapers"
)

// rules says, of every kind of failure, what the documents say of it.
var rules = map[scrapers.Kind]struct {
	blocks  bool // at once
	rest    time.Duration
	outcome AttemptOutcome // of a login that ends so
}{
	scrapers.InvalidCredentials: {true, 0, AttemptRefused},
	scrapers.AccountLocked:      {true, 0, AttemptLocked},
	scrapers.PasswordChange:     {true, 0, AttemptExplained},
	scrapers.TLSProblem:         {true, 0, AttemptUnresolved},
	scrapers.OriginNotAllowed:   {true, 0, AttemptUnresolved},
	scrapers.UserAction:         {false, 20 * time.Minute, AttemptExplained},
	scrapers.ExtraCredential:    {false, 20 * time.Minute, AttemptExplained},
	scrapers.NoAccounts:         {false, 20 * time.Minute, AttemptUnresolved},
	scrapers.Unexplained:        {false, 20 * time.Minute, AttemptUnresolved},
	scrapers.OTPRejected:        {false, 20 * time.Minute, AttemptNoCode},
	scrapers.OTPTimeout:         {false, 20 * time.Minute, AttemptNoCode},
	scrapers.ApprovalDenied:     {false, 20 * time.Minute, AttemptNoCode},
	scrapers.ApprovalExpired:    {false, 20 * time.Minute, AttemptNoCode},
	scrapers.MFAUnsupported:     {false, 20 * time.Minute, AttemptExplained},
	scrapers.BotChallenge:       {false, 6 * time.Hour, AttemptExplained},
	scrapers.AccessDenied:       {false, 6 * time.Hour, AttemptExplained},
	scrapers.SessionConflict:    {false, 15 * time.Minute, AttemptExplained},
	scrapers.SessionExpired:     {false, 15 * time.Minute, AttemptUnresolved},
	scrapers.BankUnavailable:    {false, 15 * time.Minute, AttemptExplained},
	scrapers.RateLimited:        {false, 15 * time.Minute, AttemptExplained},
	scrapers.Network:            {false, 15 * time.Minute, AttemptUnresolved},
	scrapers.BrowserCrashed:     {false, 15 * time.Minute, AttemptUnresolved},
	scrapers.StepTimeout:        {false, 15 * time.Minute, AttemptUnresolved},
	SecretsLocked:               {false, 15 * time.Minute, AttemptUnresolved},
	StorageProblem:              {false, 15 * time.Minute, AttemptUnresolved},
	scrapers.LoginPageChanged:   {false, 20 * time.Minute, AttemptUnresolved},
	scrapers.LayoutChanged:      {false, 20 * time.Minute, AttemptUnresolved},
	scrapers.AccountNotFound:    {false, 20 * time.Minute, AttemptUnresolved},
	scrapers.UnparsableRow:      {false, 20 * time.Minute, AttemptUnresolved},
	scrapers.DataInconsistent:   {false, 20 * time.Minute, AttemptUnresolved},
	scrapers.BrowserMissing:     {false, 20 * time.Minute, AttemptUnresolved},
	ConfigIncomplete:            {false, 20 * time.Minute, AttemptUnresolved},
	Internal:                    {false, 20 * time.Minute, AttemptUnresolved},
	scrapers.Cancelled:          {false, 0, AttemptUnresolved},
	Interrupted:                 {false, 0, AttemptUnresolved},
}

var noon = time.Date(2026, 5, 13, 12, 0, 0, 0, time.UTC)

func TestFailureOfEveryKind(t *testing.T) {
	slot := noon.Add(time.Minute)
	for kind, want := range rules {
		a := Account{Status: Active, NextRunAt: noon.Add(-time.Second)}
		afterFailure(&a, kind, "what happened.", 7, noon, slot)
		if got := outcomeOf(kind); got != want.outcome {
			t.Errorf("%s is a login that was %s, want %s", kind, got, want.outcome)
		}
		switch {
		case want.blocks:
			if a.Block == nil || *a.Block != (Block{At: noon, Kind: kind, Reason: "what happened.", Credentials: 7}) || !a.NextRunAt.IsZero() {
				t.Errorf("%s: block %+v, next run %s; want blocked at once", kind, a.Block, a.NextRunAt)
			}
		case want.rest == 0: // as if it had not been
			if a.Block != nil || a.Health != (Health{}) || !a.NextRunAt.Equal(noon.Add(-time.Second)) {
				t.Errorf("%s: %+v, want nothing changed", kind, a)
			}
		case a.Block != nil || !a.NextRunAt.Equal(noon.Add(want.rest)) || !a.Health.NotBefore.Equal(a.NextRunAt):
			t.Errorf("%s: block %v, next run %s, not before %s; want %s later", kind, a.Block, a.NextRunAt, a.Health.NotBefore, want.rest)
		case a.Health.Kind != kind || a.Health.Failures != 1 || !a.Health.Since.Equal(noon):
			t.Errorf("%s: health %+v", kind, a.Health)
		}
	}
}

func TestFailuresInARow(t *testing.T) {
	const slotAfter = 10 * time.Minute
	for name, c := range map[string]struct {
		kinds []scrapers.Kind
		rests []time.Duration // 0 is blocked
	}{
		"transient":   {[]scrapers.Kind{scrapers.Network}, []time.Duration{15 * time.Minute, time.Hour, slotAfter, slotAfter}},
		"growing":     {[]scrapers.Kind{scrapers.LayoutChanged}, []time.Duration{20 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 6 * time.Hour}},
		"unexplained": {[]scrapers.Kind{scrapers.Unexplained}, []time.Duration{20 * time.Minute, 0}},
		"unexplained with others between": {
			[]scrapers.Kind{scrapers.Unexplained, scrapers.Network, scrapers.LayoutChanged, scrapers.Unexplained},
			[]time.Duration{20 * time.Minute, time.Hour, 3 * time.Hour, 0},
		},
		"codes": {
			[]scrapers.Kind{scrapers.OTPRejected, scrapers.OTPTimeout, scrapers.ApprovalDenied},
			[]time.Duration{20 * time.Minute, time.Hour, 0},
		},
		"nobody there": {[]scrapers.Kind{scrapers.NeedsPresence}, []time.Duration{slotAfter, slotAfter, slotAfter, slotAfter, slotAfter}},
		"a robot":      {[]scrapers.Kind{scrapers.BotChallenge}, []time.Duration{6 * time.Hour, 6 * time.Hour}},
	} {
		a, now := Account{Status: Active}, noon
		for i, rest := range c.rests {
			afterFailure(&a, c.kinds[i%len(c.kinds)], "reason.", 1, now, now.Add(slotAfter))
			if rest == 0 != (a.Block != nil) {
				t.Errorf("%s, failure %d: block %+v", name, i+1, a.Block)
			} else if rest != 0 && !a.NextRunAt.Equal(now.Add(rest)) {
				t.Errorf("%s, failure %d: next run in %s, want %s", name, i+1, a.NextRunAt.Sub(now), rest)
			}
			now = now.Add(24 * time.Hour)
		}
		if !a.Health.Since.Equal(noon) {
			t.Errorf("%s: the streak began %s", name, a.Health.Since)
		}
		healed(&a, now, now.Add(slotAfter))
		if a.Health != (Health{}) || !a.LastReadAt.Equal(now) || (a.Block == nil) != a.NextRunAt.Equal(now.Add(slotAfter)) {
			t.Errorf("%s: after a good run %+v", name, a)
		}
	}
}

func TestWhatIsNotScheduledStaysSo(t *testing.T) {
	for kind := range rules {
		a := Account{Status: Paused}
		afterFailure(&a, kind, "reason.", 1, noon, time.Time{})
		if !a.NextRunAt.IsZero() {
			t.Errorf("%s scheduled a paused account for %s", kind, a.NextRunAt)
		}
		a = Account{Status: Active, Block: &Block{At: noon, Kind: scrapers.AccountLocked}} // its one try after new credentials
		afterFailure(&a, kind, "reason.", 1, noon, noon.Add(time.Hour))
		if !a.NextRunAt.IsZero() || a.Block.Kind != scrapers.AccountLocked {
			t.Errorf("%s scheduled a blocked account for %s", kind, a.NextRunAt)
		}
	}
	for _, kind := range []scrapers.Kind{Blocked, BudgetSpent, TooSoon, RefusedBefore, scrapers.AccountLocked} {
		a := Account{Status: Paused}
		afterSkip(&a, kind, "reason", 1, noon, time.Time{}, noon.Add(12*time.Hour))
		if !a.NextRunAt.IsZero() {
			t.Errorf("%s scheduled a paused account for %s", kind, a.NextRunAt)
		}
	}
}

func TestSkips(t *testing.T) {
	slot, tomorrow := noon.Add(time.Hour), noon.Add(12*time.Hour)
	for _, c := range []struct {
		kind  scrapers.Kind
		block scrapers.Kind
		next  time.Time
	}{
		{RefusedBefore, scrapers.InvalidCredentials, time.Time{}},
		{scrapers.AccountLocked, scrapers.AccountLocked, time.Time{}},
		{BudgetSpent, "", tomorrow},
		{TooSoon, "", slot},
		{Blocked, "", slot},
	} {
		a := Account{Status: Active}
		afterSkip(&a, c.kind, "reason", 7, noon, slot, tomorrow)
		if (a.Block == nil) != (c.block == "") || a.Block != nil && (a.Block.Kind != c.block || a.Block.Credentials != 7) || !a.NextRunAt.Equal(c.next) {
			t.Errorf("%s: block %+v, next run %s", c.kind, a.Block, a.NextRunAt)
		}
		first := Block{At: noon, Kind: scrapers.Unexplained, Reason: "the first cause", Credentials: 3}
		a = Account{Status: Active, Block: &first}
		afterSkip(&a, c.kind, "reason", 7, noon, slot, tomorrow)
		if a.Block == nil || a.Block.Reason != "the first cause" || !a.NextRunAt.IsZero() {
			t.Errorf("%s on a blocked account: block %+v, next run %s", c.kind, a.Block, a.NextRunAt)
		}
	}
}

func TestSkipReason(t *testing.T) {
	all := []Trigger{BySchedule, ByPerson, ByRestart, ByCatchUp, ByTest}
	block := &Block{Reason: "The bank refused.", Credentials: 3}
	for name, c := range map[string]struct {
		account     Account
		credentials int64
		may         string // triggers that may go on
	}{
		"active":                            {Account{Status: Active}, 3, "schedule manual restart catch-up test"},
		"paused":                            {Account{Status: Paused}, 3, "manual restart test"},
		"archived":                          {Account{Status: Archived}, 3, ""},
		"blocked":                           {Account{Status: Active, Block: block}, 3, "restart"},
		"blocked, new credentials":          {Account{Status: Active, Block: block}, 4, "manual restart test"},
		"paused, blocked, new credentials":  {Account{Status: Paused, Block: block}, 4, "manual restart test"},
		"archived, blocked, new credential": {Account{Status: Archived, Block: block}, 4, ""},
	} {
		for _, trigger := range all {
			err := skipReason(c.account, trigger, c.credentials)
			if want := strings.Contains(" "+c.may+" ", " "+string(trigger)+" "); want != (err == nil) {
				t.Errorf("%s by %s: %v", name, trigger, err)
			}
			if err != nil && scrapers.KindOf(err) != Blocked {
				t.Errorf("%s by %s: %v is not Blocked", name, trigger, err)
			}
		}
	}
	err := skipReason(Account{Block: block, Status: Active}, BySchedule, 3)
	if want := "blocked: The bank refused. Mend the cause, then restart the account"; !strings.Contains(err.Error(), want) {
		t.Errorf("%q does not say %q", err, want)
	}
}

func TestMayAttempt(t *testing.T) {
	midnight := dayStart(noon, time.UTC)
	ago := func(d time.Duration, outcome AttemptOutcome, print string) Attempt {
		return Attempt{At: noon.Add(-d), Outcome: outcome, Print: print}
	}
	many := func(n int, a Attempt) (out []Attempt) {
		for range n {
			out = append(out, a)
		}
		return out
	}
	for name, c := range map[string]struct {
		earlier   []Attempt
		restarted time.Duration // ago; 0 never
		trigger   Trigger
		want      scrapers.Kind
	}{
		"nothing before":                   {nil, 0, BySchedule, ""},
		"the same refused":                 {[]Attempt{ago(700*time.Hour, AttemptRefused, "p")}, 0, ByPerson, RefusedBefore},
		"another refused":                  {[]Attempt{ago(time.Hour, AttemptRefused, "q")}, 0, BySchedule, ""},
		"the same, restarted since":        {[]Attempt{ago(2*time.Hour, AttemptRefused, "p")}, time.Hour, BySchedule, ""},
		"the same again, restarted before": {[]Attempt{ago(time.Hour, AttemptRefused, "p")}, 2 * time.Hour, ByRestart, RefusedBefore},
		"locked":                           {[]Attempt{ago(48*time.Hour, AttemptLocked, "q")}, 0, ByPerson, scrapers.AccountLocked},
		"locked, restarted since":          {[]Attempt{ago(48*time.Hour, AttemptLocked, "q")}, time.Minute, ByRestart, ""},
		"unexplained just now":             {[]Attempt{ago(19*time.Minute+59*time.Second, AttemptUnresolved, "q")}, 0, ByPerson, TooSoon},
		"unexplained 20 minutes ago":       {[]Attempt{ago(20*time.Minute, AttemptUnresolved, "p")}, 0, BySchedule, ""},
		"open":                             {[]Attempt{ago(time.Minute, AttemptOpen, "p")}, 0, BySchedule, TooSoon},
		"unexplained, restarted since":     {[]Attempt{ago(2*time.Minute, AttemptUnresolved, "p")}, time.Minute, ByRestart, ""},
		"unexplained since the restart":    {[]Attempt{ago(time.Minute, AttemptUnresolved, "p")}, 2 * time.Minute, ByRestart, TooSoon},
		"unexplained, the clock set back":  {[]Attempt{ago(-time.Hour, AttemptUnresolved, "p")}, 0, BySchedule, TooSoon},
		"the same, and a restart":          {[]Attempt{ago(-time.Hour, AttemptUnresolved, "p")}, time.Second, ByRestart, ""},
		"two today":                        {many(2, ago(time.Hour, AttemptNoCode, "p")), 0, BySchedule, ""},
		"three today":                      {many(3, ago(time.Hour, AttemptExplained, "p")), 0, BySchedule, BudgetSpent},
		"three today, restarted":           {many(3, ago(time.Hour, AttemptExplained, "p")), time.Minute, ByRestart, BudgetSpent},
		"three yesterday":                  {many(3, ago(12*time.Hour+time.Second, AttemptNoCode, "p")), 0, BySchedule, ""},
		"three from midnight on":           {many(3, ago(12*time.Hour, AttemptNoCode, "p")), 0, BySchedule, BudgetSpent},
	} {
		a := Account{Status: Active}
		if c.restarted != 0 {
			a.RestartedAt = noon.Add(-c.restarted)
		}
		err := mayAttempt(a, Attempt{At: noon, Print: "p"}, c.earlier, c.trigger, 3, midnight)
		if got := scrapers.KindOf(err); got != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestExplain(t *testing.T) {
	for kind, rule := range rules {
		err := scrapers.Said(kind, "wait for the first page", "words")
		if got := explain(err, false); got != error(err) {
			t.Errorf("%s with no password sent became %v", kind, got)
		}
		got, want := scrapers.KindOf(explain(err, true)), kind
		if rule.outcome == AttemptUnresolved && !rule.blocks {
			want = scrapers.Unexplained
		}
		if got != want {
			t.Errorf("%s with a password sent is %s, want %s", kind, got, want)
		}
	}
	cause := errors.New("the driver is lost")
	got := explain(scrapers.Fail(Internal, "sign in", cause), true)
	if scrapers.KindOf(got) != scrapers.Unexplained || !errors.Is(got, cause) {
		t.Errorf("%v: want it unexplained, with its cause", got)
	}
	if explain(nil, true) != nil {
		t.Error("a good login was explained")
	}
	if outcomeOf("") != AttemptSucceeded {
		t.Error("a login without a failure has not succeeded")
	}
}

func TestDayStart(t *testing.T) {
	zone := mustZone(t, "America/Montevideo")
	at := time.Date(2026, 5, 14, 2, 59, 0, 0, time.UTC) // still the 13th at the bank
	if got, want := dayStart(at, zone), time.Date(2026, 5, 13, 3, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("the day of %s began %s, want %s", at, got, want)
	}
	// Midnight that the clocks skip: a day begins at most an hour early.
	zone = mustZone(t, "America/Santiago")
	at = time.Date(2026, 9, 6, 12, 0, 0, 0, zone)
	if gap := at.Sub(dayStart(at, zone)); gap < 11*time.Hour || gap > 12*time.Hour {
		t.Errorf("the day began %s before its noon", gap)
	}
}

func TestEveryFatalKindHasItsSentence(t *testing.T) {
	for kind, rule := range rules {
		if rule.blocks || kind == scrapers.Unexplained || failedAtCode(kind) {
			if got := blockReason(kind, "", "fallback"); got == "fallback" {
				t.Errorf("%s has no sentence", kind)
			}
		}
	}
	if got := blockReason(Internal, "palabras", "what happened."); got != "what happened. The bank says: palabras" {
		t.Errorf("got %q", got)
	}
}

// A person who was not there when one was needed is waited for, and nothing more.
func TestNobodyThereHurtsNothing(t *testing.T) {
	for kind, failures := range map[scrapers.Kind]int{scrapers.NeedsPresence: 0, scrapers.OTPTimeout: 1, scrapers.ApprovalExpired: 1} {
		a := Account{Status: Active}
		afterFailure(&a, kind, "reason.", 1, noon, noon.Add(time.Hour))
		if !a.Health.Absent || a.Health.Failures != failures || a.Block != nil || !a.NextRunAt.Equal(noon.Add(time.Hour)) {
			t.Errorf("%s: %+v", kind, a)
		}
		healed(&a, noon, noon)
		if a.Health.Absent {
			t.Errorf("%s: a good run does not end the wait", kind)
		}
	}
	if got := outcomeOf(scrapers.NeedsPresence); got != AttemptNoCode {
		t.Errorf("outcome %s", got)
	}
}
