package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"reconbanker/scrapers"
)

func TestSmoke(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.URL, r.UserAgent(), r.Header["Sec-Ch-Ua"], r.Header["Accept-Language"])
		if r.Method == "POST" {
			r.ParseForm()
			fmt.Println(r.Form)
		}
		w.Header().Set("content-type", "text/html")
		w.Write([]byte(`<form method=post><input name=u id=u><input type=password name=p id=p><button id=go>go</button></form><p id=n>hello   world</p>`))
	}))
	defer srv.Close()
	u, _ := url.Parse(srv.URL)
	p := New(Config{AllowRoot: true, TempDir: t.TempDir(), Log: t.Logf})
	defer p.Close()
	ctx := context.Background()
	for range 2 {
		t0 := time.Now()
		tab, err := p.Open(ctx, scrapers.TabOptions{Hosts: []string{u.Host}, Locale: "es-UY", TimeZone: "America/Montevideo", Step: 5 * time.Second, Reveal: func(scrapers.Secret) ([]byte, error) { return []byte("sésame-1"), nil }})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("open", time.Since(t0))
		t0 = time.Now()
		if err := tab.Goto(ctx, srv.URL); err != nil {
			t.Fatal(err)
		}
		fmt.Println("goto", time.Since(t0))
		t0 = time.Now()
		fmt.Println(tab.WaitAny(ctx, scrapers.Seen("x", "#x"), scrapers.Saying("hi", "", "HELLO world")))
		fmt.Println(tab.Text(ctx, "#n"))
		fmt.Println(tab.Fill(ctx, "#u", "joe"))
		fmt.Println(tab.FillSecret(ctx, "#p", scrapers.NewSecret("password")))
		fmt.Println(tab.Click(ctx, "#go"))
		fmt.Println(tab.Submit(ctx, "#go"))
		fmt.Println(tab.WaitAny(ctx, scrapers.Seen("x", "#n")))
		fmt.Println(time.Since(t0))
		var out any
		fmt.Println(tab.Read(ctx, `({ua:navigator.userAgent,b:navigator.userAgentData&&navigator.userAgentData.toJSON(),l:navigator.languages,tz:Intl.DateTimeFormat().resolvedOptions(),w:innerWidth,h:innerHeight,wd:navigator.webdriver})`, &out), out)
		ev, err := tab.Evidence(ctx)
		fmt.Println(ev.Text, ev.Title, len(ev.Screenshot), err, ev.Steps)
		t0 = time.Now()
		tab.Close()
		fmt.Println("close", time.Since(t0))
	}
}
