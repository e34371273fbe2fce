package site

import (
	"net/http"
	"time"
)

// phoneCode is one message on the bank's phone, or one entry of its authenticator.
type phoneCode struct {
	User    string `json:"usuario"`
	Company string `json:"empresa"`
	TOTP    bool   `json:"autenticador"`
	Code    string `json:"codigo"` // "" when none is waiting
	At      string `json:"hora"`
	Left    int    `json:"segundos"` // that it is still good
}

func (b *Bank) phone() []phoneCode {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	var codes []phoneCode
	for _, u := range b.users {
		c := phoneCode{User: u.name, Company: u.company, Code: u.code}
		switch {
		case u.factor == TOTPFactor:
			c.TOTP, c.Code = true, totp(b.totpSeed(u.name), now)
			c.Left = int((totpStep - time.Duration(now.Unix())*time.Second%totpStep).Seconds())
		case u.factor == NoFactor && u.code == "":
			continue
		case u.code != "":
			c.At = u.codeAt.Format("15:04")
			c.Left = max(0, int((codeLife - now.Sub(u.codeAt)).Seconds()))
		}
		codes = append(codes, c)
	}
	return codes
}

func (b *Bank) phonePage(w http.ResponseWriter, _ *http.Request) {
	b.show(w, http.StatusOK, "phone", view{Title: "Teléfono", Data: b.phone()})
}

func (b *Bank) phoneCodes(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, b.phone())
}
