package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"reconbanker/scrapers"
)

func TestForeign(t *testing.T) {
	for _, sys := range []bool{true} {
		t.Run(fmt.Sprint("sys", sys), func(t *testing.T) {
			evil := serve(t, map[string]string{"/frame": "x"}, nil)
			E := evil.URL
			probes := map[string]string{
				"img":         `new Image().src = E+'/img'`,
				"fetch":       `fetch(E+'/fetch',{mode:'no-cors'}).catch(()=>{})`,
				"beacon":      `navigator.sendBeacon(E+'/beacon','x')`,
				"ws":          `try{new WebSocket(E.replace('http','ws')+'/ws')}catch(e){}`,
				"es":          `new EventSource(E+'/es')`,
				"preconnect":  `const l=document.createElement('link');l.rel='preconnect';l.href=E;document.head.append(l)`,
				"dnsprefetch": `const l=document.createElement('link');l.rel='dns-prefetch';l.href=E;document.head.append(l)`,
				"prefetch":    `const l=document.createElement('link');l.rel='prefetch';l.href=E+'/prefetch';document.head.append(l)`,
				"prerender":   `const l=document.createElement('script');l.type='speculationrules';l.textContent=JSON.stringify({prefetch:[{source:'list',urls:[E+'/spec']}],prerender:[{source:'list',urls:[E+'/spec2']}]});document.head.append(l)`,
				"iframe":      `const l=document.createElement('iframe');l.src=E+'/frame';document.body.append(l)`,
				"redir":       `fetch('/r302',{mode:'no-cors'}).catch(()=>{})`,
				"worker":      `new Worker(URL.createObjectURL(new Blob(["fetch('"+E+"/worker',{mode:'no-cors'})"])))`,
				"worker2":     `new Worker('/w.js')`,
				"shared":      `new SharedWorker('/w.js')`,
				"sw":          `navigator.serviceWorker.register('/w.js')`,
				"rtc":         `const p=new RTCPeerConnection({iceServers:[{urls:'turn:'+E.slice(7)+'?transport=tcp',username:'a',credential:'b'}]});p.createDataChannel('x');p.createOffer().then(o=>p.setLocalDescription(o))`,
				"wt":          `try{new WebTransport(E.replace('http:','https:')+'/wt')}catch(e){}`,
				"formframe":   `const f=document.createElement('form');f.action=E+'/form';f.method='post';f.target='fr';document.body.insertAdjacentHTML('beforeend','<iframe name=fr></iframe>');document.body.append(f);f.submit()`,
			}
			pages := map[string]string{}
			for n, p := range probes {
				pages["/"+n] = "<body><p id=x>x</p><script>const E='" + E + "';\n" + p + "</script>"
			}
			bank := serve(t, pages, map[string]http.HandlerFunc{
				"/r302": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, E+"/redir", 302) },
				"/w.js": func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Type", "text/javascript")
					w.Write([]byte("fetch('" + E + "/jsworker',{mode:'no-cors'});try{new WebSocket('" + strings.Replace(E, "http", "ws", 1) + "/ws')}catch(e){}"))
				},
			})
			p := New(Config{AllowRoot: true, TempDir: t.TempDir(), SystemProxy: sys})
			defer p.Close()
			for n := range probes {
				tab := openIn(t, p, bank)
				must(t, tab.Goto(t.Context(), bank.URL+"/"+n))
				saw(t, tab, "x", scrapers.Seen("x", "#x"))
				before := evil.connections()
				tab.step = 1e9
				tab.WaitAny(t.Context(), scrapers.Seen("x", "#never"))
				fmt.Println(sys, n, evil.connections()-before, tab.Refused(), tab.report())
				tab.Close()
			}
		})
	}
}
