package site

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// control is the same as the Go methods of Bank, for scripts and people:
//
//	GET  /control/               a page with every switch and a form to post a movement
//	GET  /control/state          switches, passwords sent, sessions, codes, accounts
//	GET  /control/movements?account=…
//	POST /control/switch         name, on
//	POST /control/movement       account, amount ("1500.00", negative for a debit), sender, document, concept, reference
//	POST /control/password       user, password
//	POST /control/unlock         user
//	POST /control/approve        user, yes (true or false)
//	POST /control/expire
//
// Bodies are JSON objects of strings (on may be a boolean) or HTML forms.
func (b *Bank) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /control/{$}", b.controlPage)
	mux.HandleFunc("GET /control/state", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, b.state())
	})
	mux.HandleFunc("GET /control/movements", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, wire(b.Movements(r.URL.Query().Get("account"))))
	})
	mux.HandleFunc("POST /control/switch", order(func(in map[string]string) (any, error) {
		return b.after(b.Set(Switch(in["name"]), in["on"] == "true" || in["on"] == "on"))
	}))
	mux.HandleFunc("POST /control/movement", order(b.orderMovement))
	mux.HandleFunc("POST /control/password", order(func(in map[string]string) (any, error) {
		return b.after(b.SetPassword(in["user"], in["password"]))
	}))
	mux.HandleFunc("POST /control/unlock", order(func(in map[string]string) (any, error) {
		return b.after(b.Unlock(in["user"]))
	}))
	mux.HandleFunc("POST /control/approve", order(func(in map[string]string) (any, error) {
		return b.after(b.Approve(in["user"], in["yes"] == "true" || in["yes"] == "on"))
	}))
	mux.HandleFunc("POST /control/expire", order(func(map[string]string) (any, error) {
		b.ExpireSessions()
		return b.after(nil)
	}))
	return mux
}

// after answers an order with the state it led to.
func (b *Bank) after(err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return b.state(), nil
}

// order reads an order, carries it out and answers: to a form with the control
// page, to a script with JSON.
func order(do func(map[string]string) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 100_000)
		in, form, err := orderFields(r)
		if err == nil {
			var out any
			if out, err = do(in); err == nil && !form {
				writeJSON(w, http.StatusOK, out)
				return
			}
		}
		if err != nil {
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		http.Redirect(w, r, "/control/", http.StatusSeeOther)
	}
}

func orderFields(r *http.Request) (in map[string]string, form bool, err error) {
	in = map[string]string{}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/x-www-form-urlencoded" {
		if err := r.ParseForm(); err != nil {
			return nil, true, errors.New("the form cannot be read")
		}
		for k := range r.PostForm {
			in[k] = r.PostForm.Get(k)
		}
		return in, true, nil
	}
	var body map[string]any
	d := json.NewDecoder(r.Body)
	d.UseNumber() // an amount keeps the digits it was written with
	if err := d.Decode(&body); err != nil {
		return nil, false, errors.New("the body is not a JSON object")
	}
	for k, v := range body {
		in[k] = fmt.Sprint(v)
	}
	return in, false, nil
}

func (b *Bank) orderMovement(in map[string]string) (any, error) {
	cents, err := parseCents(in["amount"])
	if err != nil {
		return nil, err
	}
	m, err := b.Post(in["account"], Movement{
		Cents: cents, Sender: in["sender"], SenderDocument: in["document"], Concept: in["concept"], Reference: in["reference"],
	})
	if err != nil {
		return nil, err
	}
	return wire([]Movement{m})[0], nil
}

// parseCents reads "1500", "1500.5", "-1500.00" and the same with a comma.
func parseCents(text string) (int64, error) {
	bad := fmt.Errorf("%q is not an amount such as 1500.00", text)
	digits, negative := strings.CutPrefix(strings.TrimSpace(text), "-")
	whole, fraction, _ := strings.Cut(strings.Replace(digits, ",", ".", 1), ".")
	if len(fraction) > 2 || whole == "" || strings.ContainsAny(whole+fraction, "+-") {
		return 0, bad
	}
	cents, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	if err != nil || cents > math.MaxInt64/1000 {
		return 0, bad
	}
	if negative {
		cents = -cents
	}
	return cents, nil
}

// wireMovement is a Movement as JSON; amounts are plain decimals.
type wireMovement struct {
	ID             string    `json:"id"`
	Account        string    `json:"account"`
	At             time.Time `json:"at"`
	Amount         string    `json:"amount"`
	Currency       string    `json:"currency"`
	Concept        string    `json:"concept"`
	Reference      string    `json:"reference"`
	Sender         string    `json:"sender"`
	SenderDocument string    `json:"document"`
}

func wire(ms []Movement) []wireMovement {
	out := make([]wireMovement, 0, len(ms))
	for _, m := range ms {
		plain := strings.NewReplacer(".", "", ",", ".").Replace(amount(m.Cents))
		out = append(out, wireMovement{
			m.ID, m.Account, m.At.UTC(), plain, m.Currency, m.Concept, m.Reference, m.Sender, m.SenderDocument,
		})
	}
	return out
}

// state is what GET /control/state answers.
type state struct {
	Now      time.Time           `json:"now"`
	Switches map[Switch]bool     `json:"switches"`
	Submits  map[string]int      `json:"submits"`
	Codes    map[string]string   `json:"codes"`
	Accounts map[string][]string `json:"accounts"`
	Sessions int                 `json:"sessions"`
}

func (b *Bank) state() state {
	s := state{
		Now: b.cfg.Now().UTC(), Sessions: b.Sessions(),
		Switches: map[Switch]bool{}, Submits: map[string]int{}, Codes: map[string]string{}, Accounts: map[string][]string{},
	}
	for _, name := range Switches() {
		s.Switches[name] = b.IsOn(name)
	}
	for _, l := range b.Logins() {
		s.Submits[l.User] = b.Submits(l.User)
		s.Accounts[l.User] = b.Accounts(l.User)
		if code := b.CurrentCode(l.User); code != "" {
			s.Codes[l.User] = code
		}
	}
	return s
}

func (b *Bank) controlPage(w http.ResponseWriter, _ *http.Request) {
	type onOff struct {
		Name Switch
		On   bool
	}
	data := struct {
		Logins   []Login
		Switches []onOff
		Accounts []string
		State    state
	}{Logins: b.Logins(), State: b.state()}
	for _, s := range Switches() {
		data.Switches = append(data.Switches, onOff{s, b.IsOn(s)})
	}
	for _, l := range data.Logins {
		data.Accounts = append(data.Accounts, b.Accounts(l.User)...)
	}
	b.show(w, http.StatusOK, "control", view{Title: "Control", Data: data})
}
