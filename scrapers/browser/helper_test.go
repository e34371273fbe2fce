package browser

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"go.uber.org/goleak"

	"reconbanker/scrapers"
)

// shared is the pool of the tests that need no pool of their own.
var shared *Pool

func TestMain(m *testing.M) {
	if os.Getenv(orphanVariable) != "" {
		orphan()
		return
	}
	dir, err := os.MkdirTemp("", "rb")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	shared = New(Config{AllowRoot: true, TempDir: dir})
	code := m.Run()
	if err := shared.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "close:", err)
		code = 1
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, "goroutines are left:", err)
		code = 1
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		fmt.Fprintln(os.Stderr, "profiles are left:", left, err)
		code = 1
	}
	_ = os.RemoveAll(dir) // checked above
	os.Exit(code)
}

// orphanVariable makes the test binary a program that opens a tab, prints the
// profile of its browser and waits to be killed.
const orphanVariable = "BROWSER_TEST_ORPHAN"

func orphan() {
	p := New(Config{AllowRoot: true, TempDir: os.Getenv(orphanVariable)})
	tab, err := p.Open(context.Background(), scrapers.TabOptions{Hosts: []string{"bank.example"}})
	if err != nil {
		fmt.Println("failed", err)
		return
	}
	fmt.Println(tab.(*Tab).b.proc.dir)
	select {}
}

// site is a website on a loopback port that counts what reaches it.
type site struct {
	*httptest.Server
	host string

	mu    sync.Mutex
	conns int
	hits  []string
	posts []url.Values
}

// serve runs a site whose pages are HTML by path; handlers come first.
func serve(t testing.TB, pages map[string]string, handlers map[string]http.HandlerFunc) *site {
	t.Helper()
	s := &site{}
	s.Server = httptest.NewUnstartedServer(s.handler(pages, handlers))
	s.watchConns()
	s.Start()
	s.finish(t)
	return s
}

func (s *site) watchConns() {
	s.Config.ErrorLog = nil
	s.Config.ConnState = func(_ net.Conn, st http.ConnState) {
		if st == http.StateNew {
			s.mu.Lock()
			s.conns++
			s.mu.Unlock()
		}
	}
}

func (s *site) finish(t testing.TB) {
	s.host = s.Listener.Addr().String()
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
}

func (s *site) handler(pages map[string]string, handlers map[string]http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.ParseForm() == nil {
			s.mu.Lock()
			s.posts = append(s.posts, r.PostForm)
			s.mu.Unlock()
		}
		s.mu.Lock()
		s.hits = append(s.hits, r.URL.Path)
		s.mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if h, ok := handlers[r.URL.Path]; ok {
			h(w, r)
			return
		}
		body, ok := pages[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(`<!doctype html><link rel="icon" href="data:,"><title>` + r.URL.Path + `</title>` + body))
	})
}

func (s *site) seen(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, h := range s.hits {
		if h == path {
			n++
		}
	}
	return n
}

func (s *site) posted() []url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]url.Values(nil), s.posts...)
}

func (s *site) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns
}

// open opens a tab of the shared pool that may reach the site.
func open(t testing.TB, s *site, change ...func(*scrapers.TabOptions)) *Tab {
	t.Helper()
	return openIn(t, shared, s, change...)
}

func openIn(t testing.TB, p *Pool, s *site, change ...func(*scrapers.TabOptions)) *Tab {
	t.Helper()
	o := scrapers.TabOptions{Hosts: []string{s.host}, Locale: "es-UY", TimeZone: "America/Montevideo", Step: 20 * time.Second}
	for _, c := range change {
		c(&o)
	}
	tab, err := p.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { _ = tab.Close() })
	return tab.(*Tab)
}

func step(d time.Duration) func(*scrapers.TabOptions) {
	return func(o *scrapers.TabOptions) { o.Step = d }
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantKind fails unless err is a scrapers.Error of that kind.
func wantKind(t testing.TB, err error, kind scrapers.Kind) {
	t.Helper()
	if got := scrapers.KindOf(err); got != kind {
		t.Fatalf("got %q (%v), want %s", got, err, kind)
	}
}

// until waits for a condition with a deadline that only a failure reaches.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("still not: %s", what)
		case <-look.C:
		}
	}
}

func saw(t testing.TB, tab *Tab, want string, sightings ...scrapers.Sighting) {
	t.Helper()
	name, err := tab.WaitAny(t.Context(), sightings...)
	if err != nil {
		t.Fatalf("WaitAny: %v", err)
	}
	if name != want {
		t.Fatalf("saw %q, want %q", name, want)
	}
}

func read[T any](t testing.TB, tab *Tab, expression string) T {
	t.Helper()
	var v T
	if err := tab.Read(t.Context(), expression, &v); err != nil {
		t.Fatalf("Read: %v", err)
	}
	return v
}

func contains(list []string, part string) bool {
	return strings.Contains(strings.Join(list, "\n"), part)
}

// crash makes the page's process fail.
func crash(t *Tab) error {
	return first(call(t.life, t.pageSession(), page.Crash, cdp.Empty{}))
}
