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
	// Approving tells that a login waits to be approved here.
	Approving bool `json:"autorizar"`
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
		case u.factor == AppFactor || u.factor == WindowFactor:
			for _, s := range b.sessions {
				c.Approving = c.Approving || s.user == u && s.approval == asked && now.Sub(s.began) < approvalLife
			}
			if u.factor == WindowFactor {
				continue // there the person is at the window
			}
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

// phoneApproval is the thumb on the phone.
func (b *Bank) phoneApproval(w http.ResponseWriter, r *http.Request) {
	_ = b.Approve(r.PostFormValue("usuario"), r.PostFormValue("si") == "1") // it may have ended meanwhile, which the page shows
	http.Redirect(w, r, "/telefono", http.StatusSeeOther)
}
