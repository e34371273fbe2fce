package outbound

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
)

func TestTheRequest(t *testing.T) {
	s := plainServer(t, ok)
	c := client(t, Config{Version: "1.2.3"})
	a, err := send(t, c, outgoing("http://"+s.addr+"/hook?a=1"))
	if err != nil || a.Status != 200 || a.Body != "ok" || a.Size != 2 {
		t.Fatalf("%+v, %v", a, err)
	}
	r := s.last()
	body, _ := io.ReadAll(r.Body)
	if r.Method != "POST" || r.URL.String() != "/hook?a=1" || r.Host != s.addr || string(body) != payload || r.ContentLength != int64(len(payload)) {
		t.Errorf("%s %s to %s: %s", r.Method, r.URL, r.Host, body)
	}
	want := http.Header{
		"Content-Type": {"application/json"}, "Accept": {"application/json, */*;q=0.1"}, "User-Agent": {"Reconbanker/1.2.3"},
		"Authorization": {"Bearer " + token}, "Content-Length": {"49"},
		"Webhook-Id": {"msg_1"}, "Webhook-Timestamp": {"1614265330"}, "Webhook-Signature": r.Header["Webhook-Signature"],
	}
	if fmt.Sprint(r.Header) != fmt.Sprint(want) {
		t.Errorf("headers\n%v, want\n%v", r.Header, want)
	}
	if err := verify(secret, r.Header, body, 0, time.Unix(1614265330, 0)); err != nil {
		t.Error(err)
	}

	o := outgoing("http://" + s.addr)
	o.Auth = core.APIKey
	if _, err := send(t, c, o); err != nil || s.last().Header.Get("Authorization") != "Api-Key "+token {
		t.Errorf("%v, %v", s.last().Header, err)
	}
	o.Token, o.Auth, o.WebhookID, o.Signing = "", "", "", nil
	if _, err := send(t, c, o); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Authorization", "Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"} {
		if v, there := s.last().Header[name]; there {
			t.Errorf("%s: %q", name, v)
		}
	}
}

func TestBodyIsSentAsItIs(t *testing.T) {
	s := plainServer(t, ok)
	c := client(t, Config{})
	for _, body := range [][]byte{
		nil, []byte("{}"), []byte("\x00\xff\x00"), []byte(`{"name":"Ñandú 漢字 🙂 \u0000"}`), bytes.Repeat([]byte("x"), 1<<20),
	} {
		o := outgoing("http://" + s.addr)
		o.Body = body
		for range 2 { // an attempt and its repetition
			if _, err := send(t, c, o); err != nil {
				t.Fatal(err)
			}
			if got, _ := io.ReadAll(s.last().Body); !bytes.Equal(got, body) {
				t.Errorf("%.20q was sent as %.20q", body, got)
			}
		}
	}
}

func TestWhatCannotBeSent(t *testing.T) {
	s := plainServer(t, ok)
	c := client(t, Config{})
	for name, change := range map[string]func(*core.Outgoing){
		"line end in token":    func(o *core.Outgoing) { o.Token = token + "\r\nX-Evil: 1" },
		"line feed in token":   func(o *core.Outgoing) { o.Token = token + "\n" },
		"zero in token":        func(o *core.Outgoing) { o.Token = token + "\x00" },
		"no scheme for token":  func(o *core.Outgoing) { o.Auth = "" },
		"line end in id":       func(o *core.Outgoing) { o.WebhookID = "msg\r\nX: 1" },
		"point in id":          func(o *core.Outgoing) { o.WebhookID = "msg.1" },
		"secret without id":    func(o *core.Outgoing) { o.WebhookID = "" },
		"secret not base64":    func(o *core.Outgoing) { o.Signing = []string{"whsec_canary!"} },
		"secret too short":     func(o *core.Outgoing) { o.Signing = []string{"whsec_Y2FuYXJ5"} },
		"secret without whsec": func(o *core.Outgoing) { o.Signing = []string{secret[6:]} },
		"user name in address": func(o *core.Outgoing) { o.URL = "http://user:canary@" + s.addr },
		"line end in address":  func(o *core.Outgoing) { o.URL = "http://" + s.addr + "/\r\nX: 1" },
		"other scheme":         func(o *core.Outgoing) { o.URL = "gopher://" + s.addr },
	} {
		o := outgoing("http://" + s.addr)
		change(&o)
		_, err := send(t, c, o)
		t.Log(name, err)
		mustFail(t, err, BadRequest)
	}
	if s.count() != 0 {
		t.Errorf("%d requests were made", s.count())
	}
}

func TestStatuses(t *testing.T) {
	for _, status := range []int{200, 201, 202, 204, 299, 300, 304, 399, 400, 401, 404, 409, 410, 413, 429, 500, 502, 503, 504, 599, 999} {
		s := plainServer(t, fmt.Sprintf("HTTP/1.1 %d Whatever\r\nContent-Length: 0\r\nRetry-After: 5\r\n\r\n", status))
		a, err := send(t, client(t, Config{}), outgoing("http://"+s.addr))
		if err != nil || a.Status != status || a.RetryAfter != 5*time.Second {
			t.Errorf("%d: %+v, %v", status, a, err)
		}
	}
}

func TestRedirectsAreAnswers(t *testing.T) {
	second := plainServer(t, ok)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{"http://" + second.addr + "/", "/self", "//" + second.addr, "http://169.254.169.254/", "%zz"} {
			s := plainServer(t, fmt.Sprintf("HTTP/1.1 %d Moved\r\nLocation: %s\r\nContent-Length: 4\r\n\r\ngone", status, to))
			a, err := send(t, client(t, Config{}), outgoing("http://"+s.addr))
			if err != nil || a.Status != status || a.Body != "gone" || s.count() != 1 {
				t.Errorf("%d to %s: %+v, %v, %d requests", status, to, a, err, s.count())
			}
		}
	}
	if second.count() != 0 {
		t.Errorf("the second host saw %d requests", second.count())
	}
}

func TestNoCookiesAndNoProxy(t *testing.T) {
	proxy := plainServer(t, ok)
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"} {
		t.Setenv(name, "http://"+proxy.addr)
	}
	s := plainServer(t, "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")
	c := client(t, Config{})
	for range 2 {
		if _, err := send(t, c, outgoing("http://"+s.addr)); err != nil {
			t.Fatal(err)
		}
	}
	if v := s.last().Header.Get("Cookie"); v != "" || proxy.count() != 0 {
		t.Errorf("cookie %q, %d requests by proxy", v, proxy.count())
	}
}

func TestEchoedSecretsAreTakenOut(t *testing.T) {
	echo := "you sent " + token + " and " + secret + "."
	s := plainServer(t, fmt.Sprintf("HTTP/1.1 400 Bad\r\nContent-Length: %d\r\n\r\n%s", len(echo), echo))
	a, err := send(t, client(t, Config{}), outgoing("http://"+s.addr))
	if err != nil || a.Body != "you sent [redacted] and [redacted]." {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"plain ñ 漢 🙂\ttab\nline":        "plain ñ 漢 🙂\ttab\nline",
		"a\r\nb\rc":                     "a\nb\nc",
		"\x1b[31mred\x1b[0m":            "\ufffd[31mred\ufffd[0m",
		"zero\x00bell\x07del\x7f":       "zero\ufffdbell\ufffddel\ufffd",
		"c1 \u009b31m \u0085":           "c1 \ufffd31m \ufffd",
		"bad \xff\xc3":                  "bad \ufffd\ufffd",
		"rtl \u202egnp.exe \u2066x":     "rtl \ufffdgnp.exe \ufffdx",
		"\ufeffbom \u2028 \u2029":       "\ufffdbom \ufffd \ufffd",
		strings.Repeat("x", maxKept+10): strings.Repeat("x", maxKept),
		"x" + strings.Repeat("漢", 6000): "x" + strings.Repeat("漢", (maxKept-1)/3),
	} {
		if got := printable([]byte(text), maxKept); got != want {
			t.Errorf("%.40q became %.40q, want %.40q", text, got, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 5, 13, 10, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "0": 0, "5": 5 * time.Second, " 120 ": 2 * time.Minute, "86400": 24 * time.Hour, "86401": 24 * time.Hour,
		"1000000000": 24 * time.Hour, "99999999999999999999999": 24 * time.Hour,
		"-5": 0, "1.5": 0, "1e9": 0, "soon": 0, "5 seconds": 0, "\x00": 0,
		"Wed, 13 May 2026 10:01:00 GMT":     time.Minute,
		"Wed, 13 May 2026 09:00:00 GMT":     0,
		"Thu, 13 May 2027 10:00:00 GMT":     24 * time.Hour,
		"Wednesday, 13-May-26 10:00:30 GMT": 30 * time.Second,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add([]byte("\x1b[31m\r\n\u202e\xff"), 8)
	f.Fuzz(func(t *testing.T, text []byte, limit int) {
		limit = min(max(limit, 0), maxKept)
		got := printable(text, limit)
		if len(got) > limit || strings.ToValidUTF8(got, "") != got || strings.ContainsFunc(got, func(r rune) bool { return isControl(r) && r != '\n' && r != '\t' }) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

func BenchmarkSend(b *testing.B) {
	var servers []*server
	for range 8 {
		servers = append(servers, plainServer(b, ok))
	}
	c := client(b, Config{})
	b.SetParallelism(16)
	b.RunParallel(func(p *testing.PB) {
		for i := 0; p.Next(); i++ {
			if _, err := c.Send(b.Context(), outgoing("http://"+servers[i%len(servers)].addr)); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}
