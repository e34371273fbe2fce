package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"reconbanker/api"
	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
	"reconbanker/storage"
	"reconbanker/storage/storagetest"
)

// The scripted bank of the tests is one of the banks the program knows.
func TestMain(m *testing.M) {
	scrapers.Register(coretest.NewBank())
	if _, err := spec(); err != nil {
		fmt.Fprintln(os.Stderr, "openapi.yaml:", err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

const (
	email    = "ana@acme.example"
	password = "Correcta-Caballo-7"
)

// bankID is the id of the scripted bank, the same on every machine.
var bankID = uuid.NewSHA1(uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://reconbanker.com/banks")), []byte(coretest.BankCode)).String()

// clock is a clock that moves with time and can be pushed.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) push(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// desk is a Core at work over real SQLite, served over real HTTP, with an owner.
type desk struct {
	*core.Core
	t      testing.TB
	clock  *clock
	store  *storage.Store
	bank   *coretest.Bank
	sender *coretest.Sender
	vault  *coretest.Vault
	lists  *coretest.Lists
	log    *coretest.Log
	server *api.Server
	url    string
	token  string
}

func open(t testing.TB, change ...func(*api.Config)) *desk {
	t.Helper()
	d := &desk{
		t: t, clock: &clock{}, store: storagetest.Open(t), bank: coretest.NewBank(), sender: coretest.NewSender(),
		vault: &coretest.Vault{}, lists: &coretest.Lists{}, log: &coretest.Log{},
	}
	d.Core = core.New(core.Config{
		Store: d.store, Vault: d.vault, Browser: &coretest.Browser{}, Sender: d.sender, Fetcher: d.lists, Now: d.clock.now,
		Log:     zerolog.New(d.log),
		Drivers: func(code string) (scrapers.Driver, bool) { return d.bank, code == coretest.BankCode },
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	cfg := api.Config{Core: d.Core, Log: zerolog.New(d.log), Now: d.clock.now}
	for _, c := range change {
		c(&cfg)
	}
	d.server = api.New(cfg)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	d.must(err)
	d.url = "http://" + l.Addr().String()
	served := make(chan error, 1)
	go func() { served <- d.server.Serve(l) }()
	t.Cleanup(func() {
		if err := d.server.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
		client.CloseIdleConnections()
	})
	return d
}

// signedIn is a desk with an owner, in passthrough mode, whose token it holds.
func signedIn(t testing.TB, change ...func(*api.Config)) *desk {
	t.Helper()
	d := open(t, change...)
	_, err := d.SetOwner(t.Context(), core.OwnerInput{Email: email, Password: password, Name: "Ana"}, "test")
	d.must(err)
	d.must(d.SetOperationMode(t.Context(), core.Passthrough, "test"))
	d.token = d.login().str("token")
	return d
}

func (d *desk) login() *answer {
	d.t.Helper()
	return d.anonymous("POST", "/auth/login", map[string]any{"email": email, "password": password}).is(200)
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// answer is what came back.
type answer struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   []byte
}

var client = &http.Client{
	Transport:     &http.Transport{MaxIdleConnsPerHost: 256},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// call sends a request and holds the answer to the OpenAPI document. A body that
// is not bytes or a string goes as JSON; header holds names and values.
func (d *desk) call(method, path string, body any, header ...string) *answer {
	d.t.Helper()
	var in io.Reader = http.NoBody
	switch body := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(body)
	case []byte:
		in = bytes.NewReader(body)
	default:
		data, err := json.Marshal(body)
		d.must(err)
		in = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, in)
	d.must(err)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	return d.send(r)
}

func (d *desk) send(r *http.Request) *answer {
	d.t.Helper()
	got, err := client.Do(r)
	d.must(err)
	defer got.Body.Close()
	data, err := io.ReadAll(got.Body)
	d.must(err)
	a := &answer{t: d.t, what: r.Method + " " + r.URL.RequestURI(), status: got.StatusCode, header: got.Header, body: data}
	if err := documented(r, a); err != nil {
		d.t.Errorf("%s answered %d %s\nwhich openapi.yaml does not allow: %v", a.what, a.status, a.body, err)
	}
	return a
}

func (d *desk) as(token string) []string { return []string{"Authorization", "Bearer " + token} }

// ask calls as the owner.
func (d *desk) ask(method, path string, body any, header ...string) *answer {
	d.t.Helper()
	return d.call(method, path, body, append(d.as(d.token), header...)...)
}

func (d *desk) anonymous(method, path string, body any) *answer {
	d.t.Helper()
	return d.call(method, path, body)
}

func (a *answer) is(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s answered %d %s, want %d", a.what, a.status, a.body, status)
	}
	return a
}

// says expects the whole body, exactly.
func (a *answer) says(want string) *answer {
	a.t.Helper()
	if string(a.body) != want {
		a.t.Errorf("%s answered\n %s\nwant\n %s", a.what, a.body, want)
	}
	return a
}

// refused expects a flat error.
func (a *answer) refused(status int, sentence string) {
	a.t.Helper()
	data, _ := json.Marshal(sentence)
	a.is(status).says(`{"error":` + string(data) + `}`)
}

func (a *answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatalf("%s answered %s: %v", a.what, a.body, err)
	}
}

func (a *answer) str(name string) string {
	a.t.Helper()
	var m map[string]any
	a.into(&m)
	s, ok := m[name].(string)
	if !ok {
		a.t.Fatalf("%s answered %s, without %s", a.what, a.body, name)
	}
	return s
}

// account enrols an account with settings over HTTP; its schedule is a yearly one.
func (d *desk) account(change ...func(map[string]any)) string {
	d.t.Helper()
	id := d.ask("POST", "/accounts", map[string]any{"bankId": bankID, "name": "Caja"}).is(201).str("id")
	in := map[string]any{
		"webhook_url": coretest.Hook, "bank_username": "ana", "bank_password": coretest.Password,
		"own": map[string]any{"schedule": "0 12 31 12 *", "start_date": "1999-01-01"},
	}
	for _, c := range change {
		c(in)
	}
	d.ask("PUT", "/accounts/"+id+"/config", in).is(200)
	return id
}

// scraped waits for the end of a run.
func (d *desk) scraped(job string) core.Run {
	d.t.Helper()
	run, err := d.WaitRun(d.t.Context(), job)
	d.must(err)
	return run
}

var spec = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Document)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background(), openapi3.IsOpenAPI31OrLater()); err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc, openapi3.IsOpenAPI31OrLater())
})

// documented holds an answer to the document. What is no route is only held to
// the form of errors.
func documented(r *http.Request, a *answer) error {
	router, err := spec()
	if err != nil {
		return fmt.Errorf("the document itself: %w", err)
	}
	inner := r.Clone(r.Context())
	inner.URL.Path = strings.TrimPrefix(inner.URL.Path, "/api")
	inner.URL.Host, inner.URL.Scheme = "", ""
	inner.Host = ""
	route, params, err := router.FindRoute(inner)
	if err != nil {
		return nil //nolint:nilerr // not a route: answered by the frame around them
	}
	return openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: inner, PathParams: params, Route: route},
		Status:                 a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
}

func loadDocument(data []byte) (*openapi3.T, error) { return openapi3.NewLoader().LoadFromData(data) }
