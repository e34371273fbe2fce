package browser

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"reconbanker/scrapers"
)

const fields = `<style>*{transition:color 9s} input,textarea,select,div{font:20px sans-serif;display:block;width:300px;height:30px;margin:4px;border:0;padding:4px}</style>
	<h1>Statement</h1>
	<input id=f1 type=password><input id=f2 style="color:red!important"><textarea id=f3></textarea>
	<select id=f4><option>canary-option</select><div id=f5 contenteditable><b>x</b></div><input id=f6 placeholder="canary-hint">
	<x-open id=f7></x-open><x-closed id=f8></x-closed>
	<script>for (const [n, mode] of [['x-open', 'open'], ['x-closed', 'closed']]) customElements.define(n, class extends HTMLElement {
		connectedCallback() { this.style.display = 'block'; this.attachShadow({mode}).innerHTML = '<input value=canary-inner style="font:20px sans-serif">' } })</script>`

func TestEvidenceCoversWhatWasTyped(t *testing.T) {
	frame := serve(t, map[string]string{"/": `<body style="background:#fff"><input value=canary-frame>canary-frame`}, nil)
	bank := serve(t, map[string]string{"/": fields + `<iframe id=f9 style="width:300px;height:60px;border:0" src="` + frame.URL + `"></iframe>`}, nil)
	var r revealing
	tab := open(t, bank, r.options, func(o *scrapers.TabOptions) { o.Hosts = append(o.Hosts, frame.host) })
	ctx := t.Context()
	must(t, tab.Goto(ctx, bank.URL+"/"))
	must(t, tab.FillSecret(ctx, "#f1", password))
	for _, id := range []string{"#f2", "#f3", "#f5"} {
		must(t, tab.Fill(ctx, id, "canary-typed"))
	}
	until(t, "the frame is there", func() bool { return frame.seen("/") > 0 })
	const styles = `JSON.stringify([...document.querySelectorAll('[id]')].map((e) => [e.id, e.getAttribute('style'), e.placeholder, e.value]))`
	before := read[string](t, tab, styles)
	e, err := tab.Evidence(ctx)
	must(t, err)
	if e.Title != "/" || e.URL != bank.URL+"/" || !strings.Contains(e.Text, "Statement") || len(e.Steps) == 0 || e.At.IsZero() {
		t.Fatalf("the evidence is thin: %+v", e)
	}
	if all := e.Text + strings.Join(e.Steps, "\n"); strings.Contains(all, canary) || strings.Contains(all, "canary-") {
		t.Fatalf("it has the secret: %q", all)
	}
	shot, err := png.Decode(bytes.NewReader(e.Screenshot))
	must(t, err)
	type box struct{ X, Y, W, H float64 }
	boxes := read[map[string]box](t, tab, `Object.fromEntries([...document.querySelectorAll('[id^=f]')].map((e) => {
		const r = e.getBoundingClientRect(); return [e.id, {x: r.x, y: r.y, w: r.width, h: r.height}] }))`)
	for id, b := range boxes {
		if id == "f7" {
			continue // its field is smaller than the element; the next test looks inside
		}
		if n := colours(shot, image.Rect(int(b.X)+6, int(b.Y)+6, int(b.X+b.W)-30, int(b.Y+b.H)-6)); n != 1 {
			t.Errorf("field %s shows something: %d colours", id, n)
		}
	}
	if n := colours(shot, image.Rect(0, 0, 300, 70)); n < 3 {
		t.Errorf("the heading is not in the picture: %d colours", n)
	}
	if after := read[string](t, tab, styles); after != before {
		t.Errorf("the page was left changed:\n%s\n%s", before, after)
	}
}

func colours(m image.Image, r image.Rectangle) int {
	seen := map[string]bool{}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			seen[fmt.Sprint(m.At(x, y))] = true
		}
	}
	return len(seen)
}

func TestMaskReachesEveryField(t *testing.T) {
	bank := serve(t, map[string]string{"/": fields + `<iframe src=/frame></iframe>`, "/frame": `<input id=i value=canary>`}, nil)
	tab := open(t, bank)
	must(t, tab.Goto(t.Context(), bank.URL+"/"))
	until(t, "the frame is there", func() bool { return read[bool](t, tab, `!!(frames[0] && frames[0].document.querySelector('input'))`) })
	must(t, tab.run(t.Context(), nil, "mask", 100))
	const clear = "rgba(0, 0, 0, 0)"
	got := read[[]string](t, tab, `[...document.querySelectorAll('input, textarea, select, #f5, #f5 b'),
		f7.shadowRoot.querySelector('input'), frames[0].document.querySelector('input')].map((e) => getComputedStyle(e).webkitTextFillColor)`)
	if len(got) < 8 {
		t.Fatalf("only %d fields were looked at", len(got))
	}
	for i, c := range got {
		if c != clear {
			t.Errorf("field %d has colour %s", i, c)
		}
	}
	// A field that came after the covering spoils the picture.
	read[bool](t, tab, `(document.body.append(document.createElement('input')), true)`)
	var whole bool
	must(t, tab.run(t.Context(), &whole, "unmask"))
	if whole {
		t.Error("an uncovered field was not noticed")
	}
}

func TestEvidenceCutsAnEchoedSecret(t *testing.T) {
	bank := serve(t, map[string]string{"/": loginForm + `<p id=echo>?</p><script>p.oninput = () => echo.textContent = 'you typed ' + p.value + '!'</script>`}, nil)
	var r revealing
	tab := open(t, bank, r.options)
	must(t, tab.Goto(t.Context(), bank.URL+"/"))
	must(t, tab.FillSecret(t.Context(), "#p", password))
	e, err := tab.Evidence(t.Context())
	must(t, err)
	if strings.Contains(e.Text, canary) || !strings.Contains(e.Text, "you typed [secret]!") {
		t.Fatalf("the text is %q", e.Text)
	}
	if e.Screenshot != nil {
		t.Fatal("there is a picture of the secret")
	}
}

func TestEvidenceOfAPageThatMoves(t *testing.T) {
	bank := serve(t, map[string]string{"/": `<a id=a href=/b>x</a>`, "/b": `<p id=b>b</p><input value=canary>`}, nil)
	tab := open(t, bank)
	for range 3 {
		must(t, tab.Goto(t.Context(), bank.URL+"/"))
		must(t, tab.Click(t.Context(), "#a"))
		e, err := tab.Evidence(t.Context())
		must(t, err)
		if len(e.Screenshot) == 0 {
			t.Fatal("no picture")
		}
	}
}

func TestStateIsPutBack(t *testing.T) {
	other := serve(t, map[string]string{"/": `<script>localStorage.b = 'two'</script>`}, nil)
	sid := ""
	bank := serve(t, map[string]string{"/home": `<script>if (location.search) { document.cookie = 'page=1; max-age=99'; localStorage.a = 'one'; sessionStorage.s = 'tab' }</script>`},
		map[string]http.HandlerFunc{"/cookie": func(w http.ResponseWriter, _ *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "42", HttpOnly: true, Path: "/"})
		}, "/": func(w http.ResponseWriter, r *http.Request) {
			if c, err := r.Cookie("sid"); err == nil {
				sid = c.Value
			}
			_, _ = w.Write([]byte("x"))
		}})
	both := func(o *scrapers.TabOptions) { o.Hosts = append(o.Hosts, other.host) }
	tab := open(t, bank, both)
	must(t, tab.Goto(t.Context(), other.URL+"/"))
	must(t, tab.Goto(t.Context(), bank.URL+"/cookie"))
	must(t, tab.Goto(t.Context(), bank.URL+"/home?set"))
	state, err := tab.State(t.Context())
	must(t, err)
	must(t, tab.Close())
	for range 2 { // what was put back is exported again
		var got string
		tab = open(t, bank, both, func(o *scrapers.TabOptions) { o.State = state })
		if at, err := tab.URL(t.Context()); err != nil || at != "about:" && at != "about:blank" {
			t.Fatalf("a restored tab begins at %s (%v)", at, err)
		}
		state, err = tab.State(t.Context())
		must(t, err)
		must(t, tab.Goto(t.Context(), bank.URL+"/"))
		got = read[string](t, tab, `[document.cookie, localStorage.a, sessionStorage.s, history.length].join()`)
		if want := "page=1,one,tab,"; !strings.HasPrefix(got, want) {
			t.Fatalf("the bank's page has %s, want %s", got, want)
		}
		if sid != "42" {
			t.Fatalf("the session cookie is %q", sid)
		}
		sid = ""
		must(t, tab.Goto(t.Context(), other.URL+"/"))
		if got := read[string](t, tab, `localStorage.b`); got != "two" {
			t.Fatalf("the other host has %q", got)
		}
		must(t, tab.Close())
	}
	// Another bank's tab takes none of the storage of hosts that are not its own.
	stranger := open(t, other, func(o *scrapers.TabOptions) { o.State = state })
	if contains([]string{fmt.Sprint(stranger.Refused())}, bank.host) {
		t.Fatalf("the foreign origin was opened: %v", stranger.Refused())
	}
}

func TestIdentityIsConsistent(t *testing.T) {
	var asked http.Header
	bank := serve(t, map[string]string{"/frame": "x"}, map[string]http.HandlerFunc{
		"/": func(w http.ResponseWriter, r *http.Request) {
			asked = r.Header.Clone()
			_, _ = w.Write([]byte(`<link rel=icon href="data:,"><p id=x>x</p><iframe src=/frame></iframe><script>
				const w = new Worker(URL.createObjectURL(new Blob(['postMessage([navigator.userAgent, navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone].join("|"))'])));
				w.onmessage = (e) => document.title = e.data</script>`))
		},
	})
	tab := open(t, bank)
	must(t, tab.Goto(t.Context(), bank.URL+"/"))
	got := read[struct {
		UA, Frame, Language, Languages, Zone, Locale, Size, Platform, Full string
		Brands                                                             []brand
		Mobile                                                             bool
	}](t, tab, `navigator.userAgentData.getHighEntropyValues(['fullVersionList', 'platformVersion']).then((h) => ({
		ua: navigator.userAgent, frame: frames[0].navigator.userAgent, language: navigator.language, languages: navigator.languages.join(),
		zone: Intl.DateTimeFormat().resolvedOptions().timeZone, locale: Intl.DateTimeFormat().resolvedOptions().locale,
		size: innerWidth + 'x' + innerHeight, brands: h.brands, mobile: h.mobile, platform: h.platform,
		full: h.fullVersionList.find((b) => b.brand === 'Chromium').version}))`)
	if got.UA != asked.Get("User-Agent") || got.Frame != got.UA || strings.Contains(got.UA, "Headless") {
		t.Errorf("user agents %q, %q, %q", got.UA, got.Frame, asked.Get("User-Agent"))
	}
	version := strings.TrimPrefix(strings.TrimPrefix(tab.b.product, "HeadlessChrome/"), "Chrome/")
	major, _, _ := strings.Cut(version, ".")
	if got.Full != version || !strings.Contains(got.UA, "Chrome/"+major+".") {
		t.Errorf("version %s, user agent %s, browser %s", got.Full, got.UA, version)
	}
	sent := asked.Get("Sec-Ch-Ua")
	if !strings.Contains(sent, `"Chromium";v="`+major+`"`) || strings.Contains(sent, "Headless") {
		t.Errorf("client hints %s", sent)
	}
	for _, b := range got.Brands {
		if !strings.Contains(sent, `"`+b.Brand+`";v="`+b.Version+`"`) {
			t.Errorf("the page says %v, the header %s", b, sent)
		}
	}
	if asked.Get("Sec-Ch-Ua-Platform") != `"`+got.Platform+`"` || asked.Get("Sec-Ch-Ua-Mobile") != "?0" || got.Mobile {
		t.Errorf("platform %s, %v", got.Platform, asked)
	}
	if got.Language != "es-UY" || got.Languages != "es-UY,es" || asked.Get("Accept-Language") != "es-UY,es;q=0.9" || got.Locale != "es-UY" {
		t.Errorf("languages %+v, %s", got, asked.Get("Accept-Language"))
	}
	if got.Zone != "America/Montevideo" || got.Size != "1280x800" {
		t.Errorf("got %+v", got)
	}
	want := got.UA + "|es-UY|America/Montevideo"
	until(t, "the worker agrees: "+want, func() bool { return read[string](t, tab, "document.title") == want })
}

func BenchmarkWarmTab(b *testing.B) {
	bank := serve(b, map[string]string{"/": "x"}, nil)
	must(b, open(b, bank).Close())
	for b.Loop() {
		tab := open(b, bank)
		must(b, tab.Goto(b.Context(), bank.URL+"/"))
		must(b, tab.Close())
	}
}
