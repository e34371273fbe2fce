package browser

import (
	"context"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"reconbanker/scrapers"
)

const canary = "Ca-nary 9þ€𝄞'\"\\"

const loginForm = `<form method=post action=/in><input name=u id=u value=old><input type=password name=p id=p>
	<input name=c id=c><button id=go>go</button></form><button id=other>other</button>`

// revealing counts what is revealed and keeps the slices handed out.
type revealing struct {
	asked []string
	given [][]byte
}

func (r *revealing) options(o *scrapers.TabOptions) {
	o.Reveal = func(s scrapers.Secret) ([]byte, error) {
		r.asked = append(r.asked, s.Name())
		if s.Name() == "broken" {
			return nil, errors.New("the vault is locked")
		}
		b := []byte(canary)
		r.given = append(r.given, b)
		return b, nil
	}
}

var password = scrapers.NewSecret("password")

func TestSecretIsTypedArmedAndSubmitted(t *testing.T) {
	bank := serve(t, map[string]string{"/": loginForm, "/in": "<p id=in>in</p>"}, nil)
	var r revealing
	submits, refuse := 0, errors.New("the budget of tries is spent")
	tab := open(t, bank, r.options, func(o *scrapers.TabOptions) {
		o.BeforeSubmit = func(context.Context) error {
			submits++
			if submits == 1 {
				return refuse
			}
			if len(bank.posted()) > 0 {
				t.Error("the form was sent before the attempt was recorded")
			}
			return nil
		}
	})
	ctx := t.Context()
	must(t, tab.Goto(ctx, bank.URL+"/"))
	must(t, tab.Fill(ctx, "#u", "josé"))
	must(t, tab.FillSecret(ctx, "#p", password))
	if len(r.given) != 1 || slices.ContainsFunc(r.given[0], func(b byte) bool { return b != 0 }) {
		t.Fatal("the revealed bytes were not cleared")
	}
	for _, selector := range []string{"#other", "#go"} {
		if err := tab.Click(ctx, selector); !errors.Is(err, ErrArmed) {
			t.Fatalf("Click gave %v", err)
		}
	}
	if err := tab.Submit(ctx, "#go"); err != refuse { //nolint:errorlint // it must be untouched
		t.Fatalf("Submit gave %v", err)
	}
	if len(bank.posted()) > 0 {
		t.Fatal("a refused submit was sent")
	}
	if err := tab.Click(ctx, "#other"); !errors.Is(err, ErrArmed) {
		t.Fatalf("after the refusal Click gave %v", err)
	}
	must(t, tab.Submit(ctx, "#go"))
	saw(t, tab, "in", scrapers.Seen("in", "#in"))
	posts := bank.posted()
	if len(posts) != 1 || posts[0].Get("u") != "josé" || posts[0].Get("p") != canary {
		t.Fatalf("the bank got %q", posts)
	}
	if contains(tab.report(), canary) || contains(tab.report(), "josé") {
		t.Fatalf("the steps tell what was typed: %q", tab.report())
	}
}

func TestCodeDoesNotArm(t *testing.T) {
	bank := serve(t, map[string]string{"/": loginForm, "/in": "<p id=in>in</p>"}, nil)
	var r revealing
	tab := open(t, bank, r.options)
	must(t, tab.Goto(t.Context(), bank.URL+"/"))
	must(t, tab.FillSecret(t.Context(), "#c", scrapers.NewSecret("code-1")))
	must(t, tab.Click(t.Context(), "#go"))
	saw(t, tab, "in", scrapers.Seen("in", "#in"))
	if posts := bank.posted(); len(posts) != 1 || posts[0].Get("c") != canary {
		t.Fatalf("the bank got %q", posts)
	}
}

func TestSubmitWithoutSecretStillAsks(t *testing.T) {
	bank := serve(t, map[string]string{"/": loginForm}, nil)
	no := errors.New("no")
	tab := open(t, bank, func(o *scrapers.TabOptions) { o.BeforeSubmit = func(context.Context) error { return no } })
	must(t, tab.Goto(t.Context(), bank.URL+"/"))
	if err := tab.Submit(t.Context(), "#go"); !errors.Is(err, no) {
		t.Fatalf("Submit gave %v", err)
	}
	if len(bank.posted()) > 0 {
		t.Fatal("it was sent")
	}
}

func TestNothingIsRevealedWithoutAFitField(t *testing.T) {
	bank := serve(t, map[string]string{"/": `<input id=hidden type=hidden><input id=none style="display:none">
		<input id=flat style="height:0;width:0;padding:0;border:0"><input id=off disabled><input id=fixed readonly>
		<p id=text>x</p><button id=b disabled>x</button>`}, nil)
	var r revealing
	tab := open(t, bank, r.options, step(600*time.Millisecond))
	must(t, tab.Goto(t.Context(), bank.URL+"/"))
	for _, id := range []string{"#hidden", "#none", "#flat", "#off", "#fixed", "#text", "#missing", "[["} {
		err := tab.FillSecret(t.Context(), id, password)
		wantKind(t, err, scrapers.LayoutChanged)
		if !strings.Contains(err.Error(), id) {
			t.Fatalf("%v does not name %s", err, id)
		}
	}
	wantKind(t, tab.Click(t.Context(), "#b"), scrapers.LayoutChanged)
	wantKind(t, tab.Click(t.Context(), "#missing"), scrapers.LayoutChanged)
	wantKind(t, tab.Fill(t.Context(), "#missing", "x"), scrapers.LayoutChanged)
	wantKind(t, tab.Submit(t.Context(), "#missing"), scrapers.LayoutChanged)
	if len(r.asked) > 0 {
		t.Fatalf("%v was revealed", r.asked)
	}
}

func TestNothingIsRevealedAwayFromTheBank(t *testing.T) {
	bank := serve(t, map[string]string{"/": loginForm}, nil)
	var r revealing
	tab := open(t, bank, r.options)
	wantKind(t, tab.FillSecret(t.Context(), "#p", password), scrapers.OriginNotAllowed) // about:blank
	wantKind(t, tab.Submit(t.Context(), "#go"), scrapers.OriginNotAllowed)
	must(t, tab.Goto(t.Context(), bank.URL+"/"))
	// A document of another scheme made by the page itself.
	read[bool](t, tab, `(location = URL.createObjectURL(new Blob(['<input id=p>'], {type: 'text/html'})), true)`)
	until(t, "the page has left", func() bool {
		at, err := tab.URL(t.Context())
		return err == nil && at != bank.URL+"/" || len(tab.Refused()) > 0
	})
	wantKind(t, tab.FillSecret(t.Context(), "#p", password), scrapers.OriginNotAllowed)
	if len(r.asked) > 0 {
		t.Fatalf("%v was revealed", r.asked)
	}
}

func TestBadCertificateStopsBeforeTheSecret(t *testing.T) {
	bad := &site{}
	bad.Server = httptest.NewUnstartedServer(bad.handler(map[string]string{"/": loginForm}, nil))
	bad.Config.ErrorLog = quiet
	bad.StartTLS()
	bad.finish(t)
	bank := serve(t, map[string]string{"/": `<a id=next href="` + bad.URL + `/?token=x">next</a>`}, nil)
	var r revealing
	tab := open(t, bank, r.options, func(o *scrapers.TabOptions) { o.Hosts = append(o.Hosts, bad.host) })
	check := func(err error) {
		t.Helper()
		wantKind(t, err, scrapers.TLSProblem)
		if strings.Contains(err.Error(), "token") || !strings.Contains(err.Error(), "ERR_CERT") {
			t.Fatal(err)
		}
		wantKind(t, tab.FillSecret(t.Context(), "#p", password), scrapers.TLSProblem)
		wantKind(t, tab.Submit(t.Context(), "#go"), scrapers.TLSProblem)
	}
	check(tab.Goto(t.Context(), bad.URL+"/?token=x"))
	must(t, tab.Goto(t.Context(), bank.URL+"/"))
	must(t, tab.Click(t.Context(), "#next"))
	_, err := tab.WaitAny(t.Context(), scrapers.Seen("never", "#never"))
	check(err)
	if len(r.asked) > 0 || bad.seen("/") > 0 {
		t.Fatalf("%v was revealed, %d pages were loaded", r.asked, bad.seen("/"))
	}
}

func TestRevealFailureIsTold(t *testing.T) {
	bank := serve(t, map[string]string{"/": loginForm}, nil)
	var r revealing
	tab := open(t, bank, r.options)
	must(t, tab.Goto(t.Context(), bank.URL+"/"))
	err := tab.FillSecret(t.Context(), "#p", scrapers.NewSecret("broken"))
	if err == nil || !strings.Contains(err.Error(), "the vault is locked") {
		t.Fatal(err)
	}
	must(t, tab.Click(t.Context(), "#other")) // nothing was typed, nothing is armed
}

func TestTypingStopsWhenThePageIsReplaced(t *testing.T) {
	bank := serve(t, map[string]string{
		"/":     `<input id=p type=password onkeydown="location='/next'">`,
		"/next": `<input id=p autofocus>`,
	}, nil)
	var r revealing
	tab := open(t, bank, r.options)
	must(t, tab.Goto(t.Context(), bank.URL+"/"))
	long := make([]byte, 4000)
	for i := range long {
		long[i] = 'a'
	}
	tab.o.Reveal = func(scrapers.Secret) ([]byte, error) { return long, nil }
	wantKind(t, tab.FillSecret(t.Context(), "#p", password), scrapers.LayoutChanged)
	saw(t, tab, "next", scrapers.At("next", "/next"))
	if long[0] != 0 || long[len(long)-1] != 0 {
		t.Fatal("the revealed bytes were not cleared")
	}
}
