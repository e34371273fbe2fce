package scrapertest

import (
	"errors"
	"testing"
	"time"

	"reconbanker/scrapers"
)

// Run checks a driver. It takes a few seconds for each dozen of its cases.
func Run(t *testing.T, b Bank) {
	t.Run("describes itself", func(t *testing.T) { describes(t, b) })
	for _, c := range cases() {
		if why, lacks := b.Without[c.needs]; lacks && c.needs != "" {
			t.Logf("not tried: %s, because %s", c.name, why)
			continue
		}
		t.Run(c.name, func(t *testing.T) { c.run(t, b) })
	}
}

type testCase struct {
	name  string
	needs Fault // what the replica must be able to show; "" when nothing special
	run   func(*testing.T, Bank)
}

func cases() []testCase {
	all := []testCase{
		{"signs in, stays in, signs out", "", signsIn},
		{"a wrong password is sent once", "", wrongPassword},
		{"nothing is sent when the owner refuses", "", ownerRefuses},
		{"a pop-up in the way", PopUp, popUp},
		{"reads what the bank has", "", reads},
		{"reads whole days from the first asked for", "", readsSince},
		{"reads the accounts asked for", "", readsChosen},
		{"an empty account is no failure", AnEmptyAccount, readsEmpty},
		{"two identical payments stay two", TwoIdentical, readsIdentical},
		{"a moved column changes nothing", MovedColumn, readsMoved},
		{"a code is asked for and sent", AsksForCodes, codeAccepted},
		{"a refused code is asked for again", AsksForCodes, codeRefusedOnce},
		{"codes refused too often", AsksForCodes, codesRefused},
		{"a code and nobody there", AsksForCodes, codeNobody},
		{"two codes in one login", AsksTwice, codesTwice},
		{"approved in the bank's app", AsksInTheApp, byHand(ByApp, scrapers.Approve)},
		{"denied in the bank's app", AsksInTheApp, denied},
		{"finished in the bank's window", AsksAPerson, byHand(InWindow, scrapers.Finish)},
	}
	before := func(name string, f Fault, kind scrapers.Kind) {
		all = append(all, testCase{name, f, ends(f, kind, 0, patience)})
	}
	after := func(name string, f Fault, kind scrapers.Kind, step time.Duration) {
		all = append(all, testCase{name, f, ends(f, kind, 1, step)})
	}
	before("maintenance before the login", Maintenance, scrapers.BankUnavailable)
	before("a server error before the login", ServerError, scrapers.BankUnavailable)
	before("an unknown login form gets no password", RenamedForm, scrapers.LoginPageChanged)
	before("a foreign host gets no password", ForeignHost, scrapers.OriginNotAllowed)
	before("an untrusted certificate gets no password", BadCertificate, scrapers.TLSProblem)
	after("a locked user", Locked, scrapers.AccountLocked, patience)
	after("a password that must be changed", NewPassword, scrapers.PasswordChange, patience)
	after("something to accept at the bank", Terms, scrapers.UserAction, patience)
	after("nothing follows the password", Silence, scrapers.Unexplained, noPatience)
	readingEnds := func(name string, f Fault, kind scrapers.Kind) {
		all = append(all, testCase{name, f, func(t *testing.T, b Bank) {
			v := enter(t, b, setting{faults: []Fault{f}})
			v.mustSignIn()
			s, err := v.read(v.daysAgo(30))
			v.expectKind(err, kind, 1)
			if len(s.Lines) > 0 {
				t.Errorf("%d lines came with the failure", len(s.Lines))
			}
		}})
	}
	readingEnds("signed out midway", LoggedOut, scrapers.SessionExpired)
	readingEnds("a renamed column gives no wrong data", RenamedColumn, scrapers.LayoutChanged)
	return all
}

// ends is a case in which a fault ends the login.
func ends(f Fault, kind scrapers.Kind, submits int, step time.Duration) func(*testing.T, Bank) {
	return func(t *testing.T, b Bank) {
		v := enter(t, b, setting{faults: []Fault{f}, step: step})
		v.expectKind(v.signIn(), kind, submits)
	}
}

func describes(t *testing.T, b Bank) {
	info := b.Driver.Info()
	if info.Code == "" || info.Name == "" || len(info.Country) != 2 || info.Locale == "" || len(info.Currencies) == 0 {
		t.Errorf("it lacks a code, name, country, locale or currencies: %+v", info)
	}
	if _, err := time.LoadLocation(info.TimeZone); err != nil || info.TimeZone == "" {
		t.Errorf("time zone %q: %v", info.TimeZone, err)
	}
	for _, c := range info.Currencies {
		if code, err := scrapers.ParseCurrency(c); err != nil || code != c {
			t.Errorf("currency %q: %v", c, err)
		}
	}
	if _, fromFields := b.Driver.(scrapers.HostsFromFields); len(info.Hosts) == 0 && !fromFields {
		t.Error("it names no host it may reach")
	}
	if info.CodeLimit < 0 || info.CodeLimit > 5 {
		t.Errorf("%d codes a login", info.CodeLimit)
	}
	secret := map[string]bool{}
	for _, f := range info.Fields {
		if _, twice := secret[f.Key]; twice || f.Key == "" || f.Label == "" {
			t.Errorf("field %+v has no key or label, or is there twice", f)
		}
		secret[f.Key] = f.Secret
		if f.Check != nil && f.Default != "" {
			if err := f.Check(f.Default); err != nil {
				t.Errorf("field %s refuses its own default: %v", f.Key, err)
			}
		}
	}
	if hidden, ok := secret[scrapers.FieldUsername]; !ok || hidden {
		t.Error("there must be a user name, and it is not secret")
	}
	if hidden, ok := secret[scrapers.FieldPassword]; !ok || !hidden {
		t.Error("there must be a password, and it is secret")
	}
	if got, ok := scrapers.Lookup(info.Code); !ok || got.Info().Name != info.Name {
		t.Error("it is not registered under its code")
	}
}

func signsIn(t *testing.T, b Bank) {
	v := enter(t, b, setting{})
	if in, err := b.Driver.Authenticated(t.Context(), v.tab); in || err != nil {
		t.Errorf("before the login: signed in %v, %v", in, err)
	}
	v.mustSignIn()
	if in, err := b.Driver.Authenticated(t.Context(), v.tab); !in || err != nil {
		t.Errorf("after the login: signed in %v, %v", in, err)
	}
	if k, ok := b.Driver.(scrapers.KeepAliver); ok {
		if err := k.KeepAlive(t.Context(), v.tab); err != nil {
			t.Errorf("keep the session alive: %v", err)
		}
	}
	if o, ok := b.Driver.(scrapers.LoggerOut); ok {
		if err := o.Logout(t.Context(), v.tab); err != nil {
			t.Errorf("sign out: %v", err)
		}
		if in, err := b.Driver.Authenticated(t.Context(), v.tab); in || err != nil {
			t.Errorf("after signing out: signed in %v, %v", in, err)
		}
	}
	v.expectSubmits(1)
}

func wrongPassword(t *testing.T, b Bank) {
	v := enter(t, b, setting{})
	v.site.SetPassword(v.user(), "changed-at-the-bank-1")
	err := v.signIn()
	v.expectKind(err, scrapers.InvalidCredentials, 1)
	var e *scrapers.Error
	if errors.As(err, &e) && e.Said == "" {
		t.Error("the bank's own words are missing")
	}
	if in, err := b.Driver.Authenticated(t.Context(), v.tab); in || err != nil {
		t.Errorf("after the refusal: signed in %v, %v", in, err)
	}
	v.expectSubmits(1)
}

func ownerRefuses(t *testing.T, b Bank) {
	v := enter(t, b, setting{})
	v.refuse = errors.New("the budget is spent")
	if err := v.signIn(); !errors.Is(err, v.refuse) {
		t.Errorf("got %v, want what the owner answered", err)
	}
	if n := v.site.Submits(v.user()); n != 0 {
		t.Errorf("the bank was sent %d passwords", n)
	}
	if n := v.announced.Load(); n != 1 {
		t.Errorf("the owner was asked %d times", n)
	}
}

func popUp(t *testing.T, b Bank) {
	v := enter(t, b, setting{faults: []Fault{PopUp}})
	v.mustSignIn()
	v.expectLines(v.mustRead(v.daysAgo(30)), v.daysAgo(30))
	v.expectSubmits(1)
}

func codeAccepted(t *testing.T, b Bank) {
	v := enter(t, b, setting{customer: WithCode})
	v.codes = []func() string{v.right}
	v.mustSignIn()
	if len(v.asked) != 1 || v.asked[0].Refused || v.asked[0].Kind == "" || v.asked[0].Purpose == "" {
		t.Errorf("asked %+v", v.asked)
	}
	v.expectSubmits(1)
}

func codeRefusedOnce(t *testing.T, b Bank) {
	v := enter(t, b, setting{customer: WithCode})
	v.codes = []func() string{v.wrong, v.right}
	v.mustSignIn()
	if len(v.asked) != 2 || v.asked[0].Refused || !v.asked[1].Refused {
		t.Errorf("asked %+v; the second time should say that the first was refused", v.asked)
	}
	v.expectSubmits(1)
}

func codesRefused(t *testing.T, b Bank) {
	limit := b.Driver.Info().CodeLimit
	if limit == 0 {
		limit = 3
	}
	v := enter(t, b, setting{customer: WithCode})
	for range limit + 3 {
		v.codes = append(v.codes, v.wrong)
	}
	v.expectKind(v.signIn(), scrapers.OTPRejected, 1)
	if len(v.asked) != limit {
		t.Errorf("asked %d times, and the limit is %d", len(v.asked), limit)
	}
}

func codeNobody(t *testing.T, b Bank) {
	v := enter(t, b, setting{customer: WithCode})
	v.expectKind(v.signIn(), scrapers.NeedsPresence, 1)
}

func codesTwice(t *testing.T, b Bank) {
	v := enter(t, b, setting{customer: WithCode, faults: []Fault{AsksTwice}})
	v.codes = []func() string{v.right, v.right}
	v.mustSignIn()
	if len(v.asked) != 2 || v.asked[0].Refused || v.asked[1].Refused {
		t.Errorf("asked %+v; two codes were wanted, and none was refused", v.asked)
	}
	v.expectSubmits(1)
}

// byHand is a login that a person goes on with at the bank: nothing is typed.
func byHand(c Customer, kind scrapers.QuestionKind) func(*testing.T, Bank) {
	return func(t *testing.T, b Bank) {
		v := enter(t, b, setting{customer: c})
		v.acts = func() { v.site.Act(v.user(), true) }
		v.mustSignIn()
		if len(v.asked) != 1 || v.asked[0].Kind != kind || v.asked[0].Over == nil {
			t.Errorf("asked %+v, want one question of kind %s that tells when it is over", v.asked, kind)
		}
		v.expectSubmits(1)
	}
}

func denied(t *testing.T, b Bank) {
	v := enter(t, b, setting{customer: ByApp})
	v.acts = func() { v.site.Act(v.user(), false) }
	v.expectKind(v.signIn(), scrapers.ApprovalDenied, 1)
}
