package model

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// Trouble is what can be wrong with a field.
type Trouble int

// The troubles.
const (
	NoTrouble      Trouble = iota
	Absent                 // must be filled in before the account can be read
	NeedsPassword          // another user needs a password too
	NeedsUsername          // a user name that is stored cannot be taken away
	RefusedByBank          // the bank has refused the stored password
	BadAddress             // not http:// or https:// with a host
	AddressLogin           // an address that holds a user name or a password
	BadJSON                // Text: where it stops making sense
	NotObject              // JSON, but not an object
	Reserved               // Text: the keys that cannot be replaced
	BadCount               // not a whole number from 0 to 1000
	BadSchedule            // not a schedule, or logins closer than 5 minutes
	BadAttended            // not days and hours
	BadDay                 // not a day
	BadSigning             // not a Standard Webhooks secret
	BadCombination         // the bank cannot do this session type with this login mode
	ManyLines              // must be one line
	TooLong
	NoChannel // Slack, and no channel to write to
	BankSays  // Text: the driver's sentence
	CoreSays  // Text: core's sentence
)

// Problem is what is wrong with a field.
type Problem struct {
	Trouble Trouble
	Text    string
	At      time.Time // of RefusedByBank
}

// Quiet tells whether the problem is only that something is still to be filled
// in: no reason for red before a person tries to save.
func (p Problem) Quiet() bool {
	return p.Trouble == Absent || p.Trouble == NeedsPassword
}

// Blocks tells whether the form cannot be saved with it, not even as a draft.
func (p Problem) Blocks() bool {
	return p.Trouble != NoTrouble && p.Trouble != Absent && p.Trouble != RefusedByBank && p.Trouble != CoreSays
}

// Problems lists what is wrong, by field.
func (e *Editor) Problems() map[string]Problem {
	out := map[string]Problem{}
	for field, sentence := range e.refused {
		out[field] = Problem{Trouble: CoreSays, Text: sentence}
	}
	note := func(field string, p Problem) {
		if p.Trouble != NoTrouble {
			out[field] = p
		}
	}
	f := e.Form.normal()
	e.checkLogin(f, note)
	if !e.Supports(f.Session, f.Login) {
		note(FieldSession, Problem{Trouble: BadCombination})
	}
	if _, err := core.ParseSchedule(f.Schedule, e.zone); err != nil {
		note(FieldSchedule, Problem{Trouble: BadSchedule})
	}
	note(FieldAttended, checkAttended(f))
	if _, err := time.Parse(time.DateOnly, f.StartDate); err != nil && (f.StartDate != "" || e.saved.StartDate != "") {
		note(FieldStartDate, Problem{Trouble: BadDay})
	}
	note(FieldWebhookURL, checkAddress(f.WebhookURL, true))
	note(FieldOrdersURL, checkAddress(f.OrdersURL, e.Mode == core.Reconcile))
	note(FieldNotifyURL, checkAddress(f.NotifyURL, false))
	if f.NotifyBy == core.TransportSlack && f.SlackChannel == "" && slices.Contains(slices.Collect(maps.Values(f.Events)), true) {
		note(FieldSlackChannel, Problem{Trouble: NoChannel})
	}
	note(FieldWebhookToken, checkToken(f.WebhookToken))
	note(FieldOrdersToken, checkToken(f.OrdersToken))
	note(FieldNotifyToken, checkToken(f.NotifyToken))
	note(FieldExtraFields, checkExtra(f.ExtraFields))
	if f.PollingBody != "" {
		note(FieldPollingBody, checkJSON(f.PollingBody))
	}
	if n, err := strconv.Atoi(f.RetryLimit); err != nil || n < 0 || n > 1000 {
		note(FieldRetryLimit, Problem{Trouble: BadCount})
	}
	if f.Signing.replaced() && !isSigning(f.Signing.Text) {
		note(FieldSigning, Problem{Trouble: BadSigning})
	}
	return out
}

// refusals are the kinds of a block that another password can end.
var refusals = []scrapers.Kind{scrapers.InvalidCredentials, scrapers.PasswordChange, core.RefusedBefore}

func (e *Editor) checkLogin(f Form, note func(string, Problem)) {
	switch {
	case f.Username == "" && e.saved.Username != "":
		note(FieldUsername, Problem{Trouble: NeedsUsername})
	case f.Username == "" && f.Password.replaced():
		note(FieldUsername, Problem{Trouble: NeedsUsername})
	case f.Username == "":
		note(FieldUsername, Problem{Trouble: Absent})
	case len(f.Username) > 256:
		note(FieldUsername, Problem{Trouble: TooLong})
	}
	b := e.Account.Block
	switch {
	case f.Password.replaced() && len(f.Password.Text) > 1024:
		note(FieldPassword, Problem{Trouble: TooLong})
	case f.Password.replaced():
	case f.Username != "" && f.Username != strings.TrimSpace(e.saved.Username):
		note(FieldPassword, Problem{Trouble: NeedsPassword})
	case !f.Password.Stored:
		note(FieldPassword, Problem{Trouble: Absent})
	case b != nil && slices.Contains(refusals, b.Kind) && b.Credentials >= e.stored.CredentialsVersion:
		note(FieldPassword, Problem{Trouble: RefusedByBank, At: b.At})
	}
	for _, field := range e.BankFields() {
		note(field.Key, checkBankField(field, f))
	}
}

func checkBankField(field scrapers.Field, f Form) Problem {
	value, present := f.Fields[field.Key], f.Fields[field.Key] != ""
	if field.Secret {
		s := f.Secrets[field.Key]
		value, present = "", s.present()
		if s.replaced() {
			value = strings.TrimSpace(s.Text)
			if p := checkToken(s); p.Trouble != NoTrouble {
				return p
			}
		}
	}
	if !present && !field.Optional {
		return Problem{Trouble: Absent}
	}
	if value != "" && field.Check != nil {
		if err := field.Check(value); err != nil {
			return Problem{Trouble: BankSays, Text: err.Error()}
		}
	}
	return Problem{}
}

func checkAddress(text string, needed bool) Problem {
	switch {
	case text == "" && needed:
		return Problem{Trouble: Absent}
	case text == "":
		return Problem{}
	}
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", u.Fragment != "", strings.ContainsAny(text, " \t\n"):
		return Problem{Trouble: BadAddress}
	case u.User != nil:
		return Problem{Trouble: AddressLogin}
	}
	return Problem{}
}

// Typing tells whether a text may yet become an address, so that nobody is told
// off while writing "https://".
func Typing(text string) bool {
	text = strings.TrimSpace(text)
	return strings.HasPrefix("https://", text) || strings.HasPrefix("http://", text)
}

// Open tells whether an address sends what it is given through the internet for
// everybody to read: plain http to a host that is not of this machine or network.
func Open(text string) bool {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Scheme != "http" || u.Hostname() == "" {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		ip = ip.Unmap()
		return !ip.IsLoopback() && !ip.IsPrivate() && !ip.IsLinkLocalUnicast() && !ip.IsUnspecified()
	}
	if net.ParseIP(host) != nil || !strings.Contains(host, ".") { // a name of this network
		return false
	}
	return !slices.ContainsFunc([]string{".localhost", ".local", ".lan", ".internal", ".home.arpa", ".intranet"},
		func(end string) bool { return strings.HasSuffix(host, end) })
}

func checkToken(s Secret) Problem {
	switch {
	case !s.replaced():
	case strings.ContainsAny(strings.TrimSpace(s.Text), "\r\n\x00"):
		return Problem{Trouble: ManyLines}
	case len(s.Text) > 4096:
		return Problem{Trouble: TooLong}
	}
	return Problem{}
}

func checkJSON(text string) Problem {
	if json.Valid([]byte(text)) {
		return Problem{}
	}
	var v any
	d := json.NewDecoder(strings.NewReader(text))
	err := d.Decode(&v)
	if err == nil { // something follows the document
		return Problem{Trouble: BadJSON, Text: lineOf(text, d.InputOffset())}
	}
	at := int64(len(text))
	if s, ok := err.(*json.SyntaxError); ok { //nolint:errorlint // as the decoder returns it
		at = s.Offset
	}
	return Problem{Trouble: BadJSON, Text: lineOf(text, at)}
}

// lineOf is the number of the line an offset lies in.
func lineOf(text string, offset int64) string {
	offset = min(max(offset, 0), int64(len(text)))
	return strconv.Itoa(1 + strings.Count(text[:offset], "\n"))
}

// reservedKeys can never be replaced by extra fields; core has the last word.
var reservedKeys = []string{"external_id", "status", "amount", "currency", "name", "id", "received_at"}

func checkExtra(text string) Problem {
	if text == "" {
		return Problem{}
	}
	if p := checkJSON(text); p.Trouble != NoTrouble {
		return p
	}
	var object map[string]json.RawMessage
	if !bytes.HasPrefix(bytes.TrimSpace([]byte(text)), []byte("{")) || json.Unmarshal([]byte(text), &object) != nil {
		return Problem{Trouble: NotObject}
	}
	if len(text) > 64<<10 {
		return Problem{Trouble: TooLong}
	}
	var taken []string
	for _, key := range reservedKeys {
		if _, ok := object[key]; ok {
			taken = append(taken, key)
		}
	}
	if taken != nil {
		return Problem{Trouble: Reserved, Text: strings.Join(taken, ", ")}
	}
	return Problem{}
}

func isSigning(text string) bool {
	key, ok := strings.CutPrefix(strings.TrimSpace(text), signingSecretLeading)
	raw, err := base64.StdEncoding.DecodeString(key)
	return ok && err == nil && len(raw) >= 16 && len(raw) <= 64
}
