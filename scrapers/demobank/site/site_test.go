package site

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a bank's clock that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 23, 18, 30, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// visitor is a browser without a screen.
type visitor struct {
	t    *testing.T
	base string
	http *http.Client
}

func open(t *testing.T, c *clock) (*Server, *visitor) {
	t.Helper()
	s, err := Start("", Config{Seed: 1, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, newVisitor(t, s)
}

func newVisitor(t *testing.T, s *Server) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &visitor{t, s.URL(), &http.Client{Jar: jar, Transport: transport}}
}

// get and post return the status, the path arrived at and the page.
func (v *visitor) get(path string) (int, string, string) {
	v.t.Helper()
	return v.done(v.http.Get(v.base + path))
}

func (v *visitor) post(path string, pairs ...string) (int, string, string) {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return v.done(v.http.PostForm(v.base+path, form))
}

func (v *visitor) done(r *http.Response, err error) (int, string, string) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return r.StatusCode, r.Request.URL.Path, string(body)
}

func (v *visitor) signIn(user, password string) (path, page string) {
	v.t.Helper()
	_, path, page = v.post("/ingresar", "usuario", user, "clave", password)
	return path, page
}

func TestThreeWrongPasswordsLock(t *testing.T) {
	bank, v := open(t, newClock())
	for i := range 3 {
		_, page := v.signIn("demo", "wrong")
		if locked := strings.Contains(page, "bloqueado por"); locked != (i == 2) {
			t.Errorf("after %d wrong passwords: locked %v", i+1, locked)
		}
	}
	if _, page := v.signIn("demo", "demo-2468"); !strings.Contains(page, `id="bloqueado"`) {
		t.Error("the right password opened a locked user")
	}
	if err := bank.Unlock("demo"); err != nil {
		t.Fatal(err)
	}
	if path, _ := v.signIn("demo", "demo-2468"); path != "/inicio" {
		t.Errorf("after unlocking: %s", path)
	}
	if n := bank.Submits("demo"); n != 5 {
		t.Errorf("%d passwords counted, want 5", n)
	}
	v.signIn("nobody", "x")
	if n := bank.Submits("nobody"); n != 1 {
		t.Errorf("%d passwords counted of an unknown user, want 1", n)
	}
}

func TestSessionsEndWhenIdle(t *testing.T) {
	c := newClock()
	bank, v := open(t, c)
	if path, _ := v.signIn("demo", "demo-2468"); path != "/inicio" || bank.Sessions() != 1 {
		t.Fatalf("signed in: %s, %d sessions", path, bank.Sessions())
	}
	c.pass(9 * time.Minute)
	if _, path, _ := v.get("/inicio"); path != "/inicio" {
		t.Errorf("after 9 minutes: %s", path)
	}
	c.pass(9 * time.Minute)
	if _, path, _ := v.get("/cuenta?n=001-204417-1"); path != "/cuenta" {
		t.Errorf("a click did not keep the session: %s", path)
	}
	c.pass(11 * time.Minute)
	if _, path, page := v.get("/inicio"); path != "/ingresar" || !strings.Contains(page, "ha expirado") {
		t.Errorf("after 11 idle minutes: %s", path)
	}
	if status, _, _ := v.get("/api/movimientos?cuenta=001-204417-1&pagina=1"); status != http.StatusUnauthorized {
		t.Errorf("the list answers %d without a session", status)
	}
	if bank.Sessions() != 0 {
		t.Errorf("%d sessions", bank.Sessions())
	}
}

func TestAnotherCustomersAccountIsNotShown(t *testing.T) {
	_, v := open(t, newClock())
	v.signIn("demo", "demo-2468")
	for _, path := range []string{"/cuenta?n=001-310052-1", "/api/movimientos?cuenta=001-310052-1&pagina=1", "/api/movimientos?cuenta=001-204417-1&pagina=0"} {
		if status, _, _ := v.get(path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestCodes(t *testing.T) {
	c := newClock()
	bank, v := open(t, c)
	path, page := v.signIn("codigo", "codigo-2468")
	if path != "/codigo" || !strings.Contains(page, "09• ••• 417") {
		t.Fatalf("after the password: %s", path)
	}
	if _, path, _ := v.get("/inicio"); path != "/ingresar" {
		t.Errorf("in without the code: %s", path)
	}
	if _, _, phone := v.get("/telefono"); !strings.Contains(phone, bank.CurrentCode("codigo")) {
		t.Error("the phone does not show the code")
	}
	c.pass(codeLife + time.Second)
	if _, _, page := v.post("/codigo", "codigo", bank.CurrentCode("codigo")); !strings.Contains(page, "Le quedan 2 intentos") {
		t.Error("a code too old was not refused")
	}
	old := bank.CurrentCode("codigo")
	if _, _, page := v.post("/codigo/reenviar"); !strings.Contains(page, "nuevo código") || bank.CurrentCode("codigo") == old {
		t.Error("no new code was sent")
	}
	code := bank.CurrentCode("codigo")
	if _, path, _ := v.post("/codigo", "codigo", code); path != "/inicio" {
		t.Errorf("after the code: %s", path)
	}
	other := newVisitor(t, bank)
	other.signIn("codigo", "codigo-2468")
	if _, path, _ := other.post("/codigo", "codigo", code); path == "/inicio" {
		t.Error("a code was good twice")
	}
	other.post("/codigo", "codigo", "x")
	if _, _, page := other.post("/codigo", "codigo", "x"); !strings.Contains(page, "Demasiados intentos") {
		t.Error("the third refused code did not end the login")
	}
	if _, path, _ := other.post("/codigo", "codigo", bank.CurrentCode("codigo")); path == "/inicio" {
		t.Error("a good code was taken after the third refused one")
	}
}

func TestTOTP(t *testing.T) {
	// From RFC 6238, appendix B, cut to six digits.
	const seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 20000000000: "353130"} {
		if got := totp(seed, time.Unix(at, 0)); got != want {
			t.Errorf("at %d: got %s, want %s", at, got, want)
		}
	}
	bank, v := open(t, newClock())
	v.signIn("totp", "totp-2468")
	if _, path, _ := v.post("/codigo", "codigo", bank.CurrentCode("totp")); path != "/inicio" {
		t.Errorf("after the code: %s", path)
	}
}

func TestControl(t *testing.T) {
	bank, v := open(t, newClock())
	say := func(path, body string) (int, string) {
		t.Helper()
		status, _, answer := v.done(v.http.Post(v.base+path, "application/json", strings.NewReader(body)))
		return status, answer
	}
	if status, _ := say("/control/switch", `{"name":"slow","on":true}`); status != 200 || !bank.IsOn(Slow) {
		t.Errorf("switch on: %d", status)
	}
	if status, _ := say("/control/switch", `{"name":"slow","on":false}`); status != 200 || bank.IsOn(Slow) {
		t.Errorf("switch off: %d", status)
	}
	if status, answer := say("/control/movement", `{"account":"001-204417-1","amount":1500.5,"sender":"KAPPA SRL"}`); status != 200 ||
		!strings.Contains(answer, `"amount":"1500.50"`) || bank.Credits("001-204417-1")[0].Cents != 150050 {
		t.Errorf("movement: %d %s", status, answer)
	}
	if _, _, answer := v.get("/control/movements?account=001-204417-1"); !strings.Contains(answer, "1500.50") {
		t.Error("the posted movement is not listed")
	}
	if status, _ := say("/control/password", `{"user":"demo","password":"new-1"}`); status != 200 {
		t.Errorf("password: %d", status)
	}
	if path, _ := v.signIn("demo", "new-1"); path != "/inicio" {
		t.Errorf("with the new password: %s", path)
	}
	var state struct {
		Submits  map[string]int
		Switches map[string]bool
		Sessions int
	}
	_, _, answer := v.get("/control/state")
	if err := json.Unmarshal([]byte(answer), &state); err != nil || state.Submits["demo"] != 1 || state.Sessions != 1 || len(state.Switches) != len(Switches()) {
		t.Errorf("state: %v, %s", err, answer)
	}
	if say("/control/expire", `{}`); bank.Sessions() != 0 {
		t.Error("sessions go on")
	}
	for _, bad := range [][2]string{
		{"switch", `{"name":"nonsense","on":true}`},
		{"movement", `{"account":"nowhere","amount":"1"}`},
		{"movement", `{"account":"001-204417-1","amount":"0"}`},
		{"movement", `{"account":"001-204417-1","amount":"1.234"}`},
		{"movement", `{"account":"001-204417-1","amount":"--1"}`},
		{"movement", `{"account":"001-204417-1","amount":"9999999999999999999"}`},
		{"movement", `{"account":"001-204417-1"}`},
		{"password", `{"user":"nobody","password":"x"}`},
		{"unlock", `[]`},
		{"unlock", ``},
	} {
		status, answer := say("/control/"+bad[0], bad[1])
		if status != http.StatusBadRequest || !strings.Contains(answer, `"error":"`) {
			t.Errorf("%s %s: %d %s", bad[0], bad[1], status, answer)
		}
	}
	if status, path, _ := v.post("/control/switch", "name", "pop-up", "on", "true"); status != 200 || path != "/control/" || !bank.IsOn(PopUp) {
		t.Errorf("the form: %d %s", status, path)
	}
}

func TestOnlyThisMachineMayAsk(t *testing.T) {
	_, v := open(t, newClock())
	ask := func(change func(*http.Request)) int {
		t.Helper()
		r, err := http.NewRequest(http.MethodPost, v.base+"/control/expire", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		status, _, _ := v.done(v.http.Do(r))
		return status
	}
	if status := ask(func(r *http.Request) { r.Host = "bank.example" }); status != http.StatusForbidden {
		t.Errorf("under a foreign name: %d", status)
	}
	if status := ask(func(r *http.Request) { r.Header.Set("Origin", "https://elsewhere.example") }); status != http.StatusForbidden {
		t.Errorf("from a foreign page: %d", status)
	}
	if status := ask(func(*http.Request) {}); status != http.StatusOK {
		t.Errorf("from a script: %d", status)
	}
}

func TestStartRefusesOtherAddresses(t *testing.T) {
	for _, listen := range []string{":0", "0.0.0.0:0", "192.168.1.5:80", "example.com:80", "127.0.0.1", "[::]:0", "nonsense"} {
		s, err := Start(listen, Config{})
		if err == nil {
			_ = s.Close()
			t.Errorf("it listens on %q", listen)
		}
	}
	s, err := Start("localhost:0", Config{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestEverythingAtOnce(t *testing.T) {
	c := newClock()
	bank, _ := open(t, c)
	var wg sync.WaitGroup
	for i := range 4 {
		v := newVisitor(t, bank)
		wg.Go(func() {
			for range 5 {
				v.signIn("demo", "demo-2468")
				v.get("/inicio")
				v.get("/api/movimientos?cuenta=001-204417-1&pagina=2")
				v.get("/telefono/codigos")
				v.get("/control/state")
				v.post("/salir")
			}
		})
		wg.Go(func() {
			for j := range 10 {
				s := Switches()[(i*10+j)%len(Switches())]
				_ = bank.Set(s, true)
				if _, err := bank.Post("001-204417-1", Movement{Cents: 100, Sender: fmt.Sprint("S", i)}); err != nil {
					t.Error(err)
				}
				bank.Credits("001-204417-1")
				bank.ExpireSessions()
				c.pass(time.Second)
				_ = bank.Set(s, false)
			}
		})
	}
	wg.Wait()
}
