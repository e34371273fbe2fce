package site

import (
	"fmt"
	"net/http"
	"time"
)

// approvalLife is how long a login waits for the app, or for the person.
const approvalLife = 5 * time.Minute

// approval is where a login stands that is finished elsewhere.
type approval string

const (
	asked  approval = "asked"
	agreed approval = "agreed"
	denied approval = "denied"
)

// Approve answers every login of a user that waits for the app, or for somebody
// in the bank's window: as the user's thumb does.
func (b *Bank) Approve(name string, yes bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	waiting := 0
	for _, s := range b.sessions {
		if s.user.name != name || s.approval != asked {
			continue
		}
		waiting++
		if s.approval = denied; yes {
			s.approval = agreed
		}
	}
	if waiting == 0 {
		return fmt.Errorf("no login of %q waits for an approval", name)
	}
	return nil
}

// Approving tells whether a login of a user waits for an approval.
func (b *Bank) Approving(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.sessions {
		if s.user.name == name && s.approval == asked && b.now().Sub(s.began) < approvalLife {
			return true
		}
	}
	return false
}

// approvalView is what the page that waits shows.
type approvalView struct {
	App   bool // or the bank's own window
	State string
}

// approvalPage waits: it comes again by itself every second.
func (b *Bank) approvalPage(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	s := b.session(r)
	v := approvalView{State: "over"}
	if s != nil && !s.in {
		v.App = s.user.factor == AppFactor
		switch v.State = string(s.approval); {
		case s.approval == agreed:
			s.in = true
		case s.approval == denied:
			b.end(r)
		case b.now().Sub(s.began) >= approvalLife:
			v.State = "late"
			b.end(r)
		}
	}
	in := s != nil && s.in
	b.mu.Unlock()
	switch {
	case in:
		http.Redirect(w, r, "/inicio", http.StatusFound)
	case v.State == "over" || v.State == "":
		http.Redirect(w, r, "/ingresar", http.StatusFound)
	default:
		b.show(w, http.StatusOK, "approval", view{Title: "Autorización", Data: v})
	}
}

// finish is the button that only a person finds.
func (b *Bank) finish(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	if s := b.session(r); s != nil && s.user.factor == WindowFactor && s.approval == asked {
		s.approval = agreed
	}
	b.mu.Unlock()
	http.Redirect(w, r, "/autorizar", http.StatusSeeOther)
}
