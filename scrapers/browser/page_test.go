package browser

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"reconbanker/scrapers"
)

var quiet = log.New(io.Discard, "", 0)

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = w.Write([]byte(body))
	}
}

func TestGotoKinds(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	wait := func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}
	bank := serve(t, map[string]string{"/": "x"}, map[string]http.HandlerFunc{
		"/500": status(500, "<p>sorry</p>"), "/503": status(503, ""), "/429": status(429, "slow"), "/403": status(403, "no"),
		"/404": status(404, "<p id=x>none</p>"), "/401": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		},
		"/hang": wait, "/empty": status(400, ""),
		"/reset": func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = c.(*net.TCPConn).SetLinger(0)
				_ = c.Close()
			}
		},
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	closed := l.Addr().String()
	must(t, l.Close())
	tab := open(t, bank, func(o *scrapers.TabOptions) { o.Hosts = append(o.Hosts, closed, "bank.invalid") })
	for address, kind := range map[string]scrapers.Kind{
		bank.URL + "/500?token=1": scrapers.BankUnavailable, bank.URL + "/503": scrapers.BankUnavailable,
		bank.URL + "/429": scrapers.RateLimited, bank.URL + "/403": scrapers.AccessDenied,
		bank.URL + "/404": "", bank.URL + "/401": scrapers.AccessDenied, bank.URL + "/empty": scrapers.LayoutChanged,
		"http://" + closed + "/": scrapers.Network, "http://bank.invalid/": scrapers.Network, bank.URL + "/reset": scrapers.Network,
	} {
		err := tab.Goto(t.Context(), address)
		wantKind(t, err, kind)
		if err != nil && strings.Contains(err.Error(), "token") {
			t.Fatal(err)
		}
	}
	must(t, tab.Goto(t.Context(), bank.URL+"/"))
	tab.step = 200 * time.Millisecond
	wantKind(t, tab.Goto(t.Context(), bank.URL+"/hang"), scrapers.StepTimeout)
	tab.step = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		until(t, "the page is asked for", func() bool { return bank.seen("/hang") == 2 })
		cancel()
	}()
	wantKind(t, tab.Goto(ctx, bank.URL+"/hang"), scrapers.Cancelled)
	must(t, tab.Goto(t.Context(), bank.URL+"/"))
}

func TestWaitAny(t *testing.T) {
	bank := serve(t, map[string]string{
		"/":      `<p id=hi>Hello   <b>World</b></p><p id=hidden style="display:none">secret</p><a id=down href=/down>x</a><a id=sorry href=/sorry>x</a>`,
		"/hop/1": `<script>location.replace('/hop/2')</script>`,
		"/hop/2": `<meta http-equiv=refresh content="0;url=/hop/3">`,
		"/hop/3": `<p id=spin>…</p><script>setTimeout(() => { spin.remove(); document.body.innerHTML += '<p id=done>done</p>' }, 50)</script>`,
	}, map[string]http.HandlerFunc{
		"/down": status(503, "down"), "/sorry": status(503, "<p id=sorry>maintenance until six</p>"),
	})
	tab := open(t, bank)
	ctx := t.Context()
	must(t, tab.Goto(ctx, bank.URL+"/"))
	saw(t, tab, "b", scrapers.Seen("a", "#hidden"), scrapers.Saying("b", "", "hello world"), scrapers.Seen("c", "#hi"))
	saw(t, tab, "c", scrapers.Saying("a", "#hi", "^world"), scrapers.Saying("b", "", "secret"), scrapers.Gone("c", "#hidden"))
	saw(t, tab, "at", scrapers.At("no", "/x"), scrapers.At("at", "/"))

	must(t, tab.Goto(ctx, bank.URL+"/hop/1"))
	saw(t, tab, "done", scrapers.Seen("done", "#done"))

	must(t, tab.Goto(ctx, bank.URL+"/"))
	must(t, tab.Click(ctx, "#sorry"))
	saw(t, tab, "maintenance", scrapers.Saying("maintenance", "p", "maintenance")) // the page is read before its status
	must(t, tab.Goto(ctx, bank.URL+"/"))
	must(t, tab.Click(ctx, "#down"))
	_, err := tab.WaitAny(ctx, scrapers.Seen("never", "#never"))
	wantKind(t, err, scrapers.BankUnavailable)

	must(t, tab.Goto(ctx, bank.URL+"/"))
	_, err = tab.WaitAny(ctx, scrapers.Saying("bad", "", "("))
	wantKind(t, err, scrapers.LayoutChanged)
	tab.step = 100 * time.Millisecond
	_, err = tab.WaitAny(ctx, scrapers.Seen("never", "#never"))
	wantKind(t, err, scrapers.StepTimeout)
	if !strings.Contains(err.Error(), bank.URL) {
		t.Fatalf("%v does not say where", err)
	}
}

func TestReadingAndFilling(t *testing.T) {
	bank := serve(t, map[string]string{
		"/": `<p class=a style="display:none">hidden</p><p class=a> first
			<span>one</span></p><p class=a>second</p><input id=t value=before><input id=d type=date><textarea id=m>x</textarea>
			<select id=s><option value=1>one<option value=2>two<option value=3 disabled>three</select>
			<div id=e contenteditable>old</div><iframe src=/frame></iframe><div style="height:3000px"></div>
			<button id=far onclick="this.textContent = event.isTrusted">x</button>
			<script>const log = []; for (const n of ['input', 'change', 'keydown']) addEventListener(n, (e) => { log.push(n + ':' + e.target.id); document.title = log.join() }, true)</script>`,
		"/frame": `<input id=inner><button id=press onclick="this.textContent = 'pressed'">x</button>`,
	}, nil)
	tab := open(t, bank, func(o *scrapers.TabOptions) { o.Step = 5 * time.Second })
	ctx := t.Context()
	must(t, tab.Goto(ctx, bank.URL+"/"))
	text, err := tab.Text(ctx, ".a")
	if err != nil || text != "first one" {
		t.Fatalf("%q (%v)", text, err)
	}
	if text, err := tab.Text(ctx, "#none"); err != nil || text != "" {
		t.Fatalf("%q (%v)", text, err)
	}
	if seen, err := tab.Seen(ctx, "#t"); err != nil || !seen {
		t.Fatal(seen, err)
	}
	if seen, err := tab.Seen(ctx, "p.a:first-of-type"); err != nil || seen {
		t.Fatal(seen, err)
	}
	must(t, tab.Fill(ctx, "#t", "ñandú 1"))
	must(t, tab.Fill(ctx, "#d", "2026-03-04"))
	must(t, tab.Fill(ctx, "#m", "two\nlines"))
	must(t, tab.Fill(ctx, "#e", "new"))
	must(t, tab.Fill(ctx, "#inner", "in a frame"))
	must(t, tab.Select(ctx, "#s", "2"))
	got := read[[]string](t, tab, `[t.value, d.value, m.value, e.textContent, frames[0].inner.value, s.value]`)
	want := []string{"ñandú 1", "2026-03-04", "two\nlines", "new", "in a frame", "2"}
	if !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	title := read[string](t, tab, "document.title")
	for _, event := range []string{"keydown:t", "input:t", "input:d", "change:d", "input:s", "change:s"} {
		if !strings.Contains(title, event) {
			t.Errorf("no event %s in %s", event, title)
		}
	}
	must(t, tab.Fill(ctx, "#t", ""))
	must(t, tab.Click(ctx, "#far"))
	must(t, tab.Click(ctx, "#press"))
	if got := read[[]string](t, tab, `[t.value, far.textContent, frames[0].press.textContent]`); !slices.Equal(got, []string{"", "true", "pressed"}) {
		t.Fatalf("got %q", got)
	}
	var rows []struct{ N int }
	must(t, tab.Read(ctx, `[1, 2].map((n) => ({n})) // a comment`, &rows))
	if len(rows) != 2 || rows[1].N != 2 {
		t.Fatalf("got %v", rows)
	}
	wantKind(t, tab.Read(ctx, `document.querySelector('#none').textContent`, new(string)), scrapers.LayoutChanged)
	tab.step = 600 * time.Millisecond
	wantKind(t, tab.Select(ctx, "#s", "3"), scrapers.LayoutChanged)
	wantKind(t, tab.Select(ctx, "#t", "3"), scrapers.LayoutChanged)
}

func TestClickSeesThroughNothing(t *testing.T) {
	bank := serve(t, map[string]string{"/": `<button id=b onclick="this.textContent='clicked'">x</button>
		<div id=cover style="position:fixed;inset:0"></div>`}, nil)
	tab := open(t, bank, step(600*time.Millisecond))
	must(t, tab.Goto(t.Context(), bank.URL+"/"))
	err := tab.Click(t.Context(), "#b")
	wantKind(t, err, scrapers.LayoutChanged)
	if !strings.Contains(err.Error(), "covers") {
		t.Fatal(err)
	}
	tab.step = 20 * time.Second
	read[bool](t, tab, `(setTimeout(() => cover.remove(), 50), true)`)
	must(t, tab.Click(t.Context(), "#b"))
	if text, err := tab.Text(t.Context(), "#b"); err != nil || text != "clicked" {
		t.Fatal(text, err)
	}
}

func TestDialogsAreKeptAndDismissed(t *testing.T) {
	bank := serve(t, map[string]string{
		"/": `<button id=ask onclick="this.textContent = confirm('Sure\n about it?') + '/' + prompt('Name?')">x</button>
			<script>alert('Welcome'); onbeforeunload = (e) => { e.preventDefault(); return 'stay' }</script>`,
		"/next": `<p id=next>x</p>`,
	}, nil)
	tab := open(t, bank)
	must(t, tab.Goto(t.Context(), bank.URL+"/"))
	must(t, tab.Click(t.Context(), "#ask"))
	if text, err := tab.Text(t.Context(), "#ask"); err != nil || text != "false/null" {
		t.Fatal(text, err)
	}
	must(t, tab.Goto(t.Context(), bank.URL+"/next"))
	if got := tab.Dialogs(); !slices.Equal(got, []string{"Welcome", "Sure about it?", "Name?"}) {
		t.Fatalf("dialogs %q", got)
	}
}
