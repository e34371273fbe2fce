package logging

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rs/zerolog"
)

// capture is a logger that writes redacted lines to memory.
func capture() (zerolog.Logger, *Redactor, *bytes.Buffer) {
	var out bytes.Buffer
	r := NewRedactor()
	return zerolog.New(r.Writer(&out)).With().Timestamp().Logger(), r, &out
}

// mustBeLines checks that there are n lines, each one JSON object.
func mustBeLines(t *testing.T, out []byte, n int) []map[string]any {
	t.Helper()
	if len(out) == 0 || out[len(out)-1] != '\n' {
		t.Fatalf("no line end: %q", out)
	}
	lines := bytes.Split(out[:len(out)-1], []byte("\n"))
	if len(lines) != n {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), n, out)
	}
	objects := make([]map[string]any, n)
	for i, l := range lines {
		d := json.NewDecoder(bytes.NewReader(l))
		d.UseNumber()
		if err := d.Decode(&objects[i]); err != nil || !json.Valid(l) {
			t.Fatalf("%v: %s", err, l)
		}
	}
	return objects
}

var canaries = []string{
	"canary-4f7a91",
	`qu"ote\back/slash`,
	"päss wörd ñ",
	"<tag>&amp;'",
	"tab\tnew\nline\x1b[31m",
	"12345678",
	"=?&+%20",
	"\xff\xfe\xfd\xfc",
}

func TestNoSecretInAnyForm(t *testing.T) {
	for _, canary := range canaries {
		log, r, out := capture()
		forget := r.Hide([]byte(canary))
		inner, _ := json.Marshal(map[string]string{"p": canary})
		number, _ := strconv.Atoi(canary) // one of them is a number

		log.Info().Msg(canary)
		log.Info().Msgf("typed %s into the form", canary)
		log.Info().Str("field", canary).Str(canary, "as a name").Send()
		log.Error().Err(fmt.Errorf("submit %q: %w", canary, errors.New(canary))).Send()
		log.Info().Interface("any", map[string]any{"deep": []string{"x", canary}}).Send()
		log.Info().RawJSON("raw", inner).Str("text", string(inner)).Send()
		log.Info().Bytes("bytes", []byte(canary)).Hex("hex", []byte(canary)).Send()
		log.Info().Str("url", "https://x.example/?t="+url.QueryEscape(canary)+"&p="+url.PathEscape(canary)).Send()
		log.Info().Str("b64", base64.StdEncoding.EncodeToString([]byte(canary))+" "+base64.RawURLEncoding.EncodeToString([]byte(canary))).Send()
		log.Info().Str("hexed", hex.EncodeToString([]byte(canary))).Send()
		log.Info().Interface("header", http.Header{"X-Api-Key": {canary}}).Send()
		log.Info().Int("number", number).Int64("longer", int64(number)*10+1).Send()

		objects := mustBeLines(t, out.Bytes(), 12)
		text := fmt.Sprintf("%#v", objects) + fmt.Sprint(objects)
		for _, form := range []string{
			canary, url.QueryEscape(canary), url.PathEscape(canary), base64.StdEncoding.EncodeToString([]byte(canary)),
			base64.RawURLEncoding.EncodeToString([]byte(canary)), hex.EncodeToString([]byte(canary)),
		} {
			if strings.Contains(text, form) || bytes.Contains(out.Bytes(), []byte(form)) {
				t.Errorf("%q is in the log as %q:\n%s", canary, form, out)
			}
		}

		forget()
		forget()
		out.Reset()
		log.Info().Str("plain", "canary-4f7a91").Send()
		if !bytes.Contains(out.Bytes(), []byte("canary-4f7a91")) {
			t.Error("a forgotten secret is still hidden")
		}
	}
}

func TestShapes(t *testing.T) {
	for text, want := range map[string]string{
		"Authorization: Bearer abc.def-123":                        "Authorization: Bearer " + Mark,
		"authorization=Basic dXNlcjpwYXNz, next":                   "authorization=Basic " + Mark + ", next",
		`{"Authorization":"Api-Key k-1"}`:                          `{"Authorization":"Api-Key ` + Mark + `"}`,
		"Authorization: s3cr3t":                                    "Authorization: " + Mark,
		"sent bearer abcdefghij ok":                                "sent bearer " + Mark + " ok",
		"Cookie: a=b; c=d":                                         "Cookie: " + Mark,
		"set-cookie: id=1; HttpOnly":                               "set-cookie: " + Mark,
		"with whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLw":                "with whsec_" + Mark,
		"jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig-nature_ end": "jwt " + Mark + " end",
		"key rbk_a1b2c3d4_ABCDEF and rb_a1b2c3d4_ABC":              "key rbk_" + Mark + " and rb_" + Mark,
		"wss://user:pass@grid.example/x":                           "wss://" + Mark + "@grid.example/x",
		"paid with 4111 1111 1111 1111.":                           "paid with " + Mark + ".",
		"paid with 5500-0000-0000-0004":                            "paid with " + Mark,
		"378282246310005":                                          Mark,
		"4111111111111111,6011111111111117":                        Mark + "," + Mark,
		// What must survive.
		"4111111111111112":                                  "4111111111111112", // wrong check digit
		"0190a3c2-4111-7111-8111-111111111111":              "0190a3c2-4111-7111-8111-111111111111",
		"msg_4111111111111111":                              "msg_4111111111111111",
		"account 001234567 in UYU 1500.00":                  "account 001234567 in UYU 1500.00",
		"at 1747131300000 ms":                               "at 1747131300000 ms",
		"2026-05-13T10:15:00.000Z":                          "2026-05-13T10:15:00.000Z",
		"41111111111111114111111111111111":                  "41111111111111114111111111111111", // too long
		"mail to someone@example.com about the basic rules": "mail to someone@example.com about the basic rules",
		"https://example.com/path?q=1":                      "https://example.com/path?q=1",
	} {
		if got := NewRedactor().Text(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestSensitiveNames(t *testing.T) {
	log, _, out := capture()
	log.Info().Str("password", "abc").Str("Auth-Token", "abc").Strs("set_cookie", []string{"abc", "abc"}).
		Interface("settings", map[string]any{"signing_secret": "abc", "bank": "kept"}).Int("otp", 999999).Str("token", "").Msg("kept")
	o := mustBeLines(t, out.Bytes(), 1)[0]
	if strings.Contains(out.String(), "abc") || strings.Contains(out.String(), "999999") || o["message"] != "kept" || o["token"] != "" {
		t.Errorf("%s", out)
	}
	if o["settings"].(map[string]any)["bank"] != "kept" {
		t.Errorf("%s", out)
	}
}

func TestOneObjectPerLine(t *testing.T) {
	r := NewRedactor()
	r.Hide([]byte("canary"))
	for _, text := range []string{
		"plain text", "", "\n\n", "two\nlines\r\n", `{"broken":`, `{"a":1}{"b":2}`, "{\n\"a\":\n1}", `"text"`, "[1,2]", "null", "panic: canary",
		`{"message":"forged\n{\"level\":\"error\"}"}`, "\xff\xfe{", `{"a":"\ud800"}`, "{}", `{"a":1e999}`, `{"a":{"b":[true,false,null,-1.5e-3]}}`,
	} {
		var out bytes.Buffer
		n, err := r.Writer(&out).Write([]byte(text))
		if err != nil || n != len(text) {
			t.Errorf("%q: %d, %v", text, n, err)
		}
		mustBeLines(t, out.Bytes(), 1)
		if bytes.Contains(out.Bytes(), []byte("canary")) {
			t.Errorf("%q: %s", text, out.Bytes())
		}
	}
	same := `{"level":"info","time":"2026-05-13T10:15:00Z","n":-1.5,"list":[1,"é \" \\ \u0001"],"message":"x"}`
	if got := string(r.line([]byte(same + "\n"))); got != same+"\n" {
		t.Errorf("a line without secrets was changed:\n%s%s", same, got)
	}
}

func TestLongText(t *testing.T) {
	log, r, out := capture()
	r.Hide([]byte("canary"))
	log.Info().Str("body", strings.Repeat("ñ", maxText)+"canary").Send()
	o := mustBeLines(t, out.Bytes(), 1)[0]
	if body := o["body"].(string); len(body) > maxText+50 || !strings.HasSuffix(body, "bytes more)") || strings.ContainsRune(body, '\ufffd') {
		t.Errorf("%d bytes, ends in %q", len(body), body[len(body)-40:])
	}
}

func TestShortSecretsAreLeft(t *testing.T) {
	log, r, out := capture()
	r.Hide([]byte("e"))
	r.Hide(nil)
	log.Info().Msg("see")
	if o := mustBeLines(t, out.Bytes(), 1)[0]; o["message"] != "see" {
		t.Errorf("%s", out)
	}
}

func TestHideAndWriteAtOnce(t *testing.T) {
	var mu sync.Mutex
	var out bytes.Buffer
	r := NewRedactor()
	log := zerolog.New(r.Writer(writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return out.Write(p)
	})))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			secret := fmt.Sprintf("canary-%d-%d", i, i)
			for range 100 {
				forget := r.Hide([]byte(secret))
				log.Info().Str("s", secret).Msg(secret)
				forget()
			}
		})
	}
	wg.Wait()
	mustBeLines(t, out.Bytes(), 800)
	if bytes.Contains(out.Bytes(), []byte("canary")) {
		t.Error("a live secret is in the log")
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestFailingWriter(t *testing.T) {
	full := errors.New("disk full")
	w := NewRedactor().Writer(writerFunc(func([]byte) (int, error) { return 0, full }))
	if _, err := w.Write([]byte("{}\n")); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
}

func FuzzLine(f *testing.F) {
	for _, c := range canaries {
		j, _ := json.Marshal(map[string]any{"message": c, "n": 1})
		f.Add(j, []byte(c))
		f.Add([]byte(c), []byte(c))
	}
	f.Add([]byte(`{"a\"b":"\\","c":[1.5,"x"]}`), []byte(`":"`))
	f.Add([]byte(`{"a":true}`), []byte(`true`))
	f.Add([]byte(`{"authorization":{"a":[["4111111111111111"]]}}`), []byte("1111"))
	f.Fuzz(func(t *testing.T, line, secret []byte) {
		r := NewRedactor()
		defer r.Hide(secret)()
		out := r.line(line)
		if len(out) == 0 || out[0] != '{' || bytes.Count(out, []byte("\n")) != 1 || !json.Valid(out) {
			t.Fatalf("%q became %q", line, out)
		}
		if len(secret) < minSecret || strings.Contains(Mark, string(secret)) || strings.Contains(string(secret), "edact") {
			return
		}
		for _, s := range texts(t, out) {
			if strings.Contains(s, string(secret)) && !strings.Contains(s, Mark) && !strings.Contains("a line could not be redacted and was left out error level message", string(secret)) {
				t.Fatalf("%q still holds %q: %q", line, secret, s)
			}
		}
	})
}

// texts lists the strings of one JSON object.
func texts(t *testing.T, line []byte) (all []string) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err != nil {
			return all
		}
		if s, ok := token.(string); ok {
			all = append(all, s)
		}
	}
}

func BenchmarkLine(b *testing.B) {
	r := NewRedactor()
	for i := range 20 {
		r.Hide(fmt.Appendf(nil, "a live secret %d", i))
	}
	line := []byte(`{"level":"info","time":"2026-05-13T10:15:00Z","account":"0190a3c2-0000-7000-8000-000000000001","run":"0190a3c2-0000-7000-8000-000000000002","stage":"read","lines":120,"message":"the bank's list was read"}` + "\n")
	b.ReportAllocs()
	for b.Loop() {
		r.line(line)
	}
}
