package model

import (
	"cmp"
	"slices"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// Asking is one login that waits for a person.
type Asking struct {
	core.Assistance
	Account string // its name
	Bank    string // its name
}

// Left is how long it still waits; never negative.
func (q Asking) Left(now time.Time) time.Duration { return max(q.ExpiresAt.Sub(now), 0) }

// Typed tells whether a code is to be typed, rather than something done elsewhere.
func (q Asking) Typed() bool {
	return q.Kind != scrapers.Approve && q.Kind != scrapers.Finish
}

// Digits tells whether the code has digits only.
func (q Asking) Digits() bool { return q.Kind != scrapers.Alphanumeric }

// Try is the number of the code that is asked for, from 1.
func (q Asking) Try() int { return q.Attempts + 1 }

// Stand is where a request is, as the person who was asked sees it.
type Stand int

// Where a request can be.
const (
	Waits    Stand = iota // for the person
	Checking              // the bank has the answer and says nothing yet
	Accepted
	Refused // the last code the bank would take was not accepted
	Late    // nobody answered in time
	Ended   // the login ended for another reason
)

// Over tells whether nothing can be done about the request any more.
func (s Stand) Over() bool { return s >= Accepted }

// Turn is one request and what became of it at this desk.
type Turn struct {
	Asking
	// Mine is set when the newest answer was given here.
	Mine bool
	// Sent is set while an answer given here is on its way.
	Sent bool
}

// Stand returns where the request is.
func (t Turn) Stand() Stand {
	switch t.State {
	case core.AssistanceFulfilled:
		return Accepted
	case core.AssistanceExpired:
		return Late
	case core.AssistanceCancelled:
		switch t.Reason {
		case scrapers.OTPRejected:
			return Refused
		case scrapers.OTPTimeout:
			return Late
		}
		return Ended
	}
	if t.Sent || t.Submitted {
		return Checking
	}
	return Waits
}

// Elsewhere tells whether somebody at another desk, or a program, gave the code.
// What is done at the bank itself is done wherever the person does it.
func (t Turn) Elsewhere() bool {
	s := t.Stand()
	return t.Typed() && !t.Mine && (s == Checking || s == Accepted)
}

// see takes the request as it now stands.
func (t *Turn) see(a core.Assistance) {
	if a.State == core.AssistancePending && (!a.AskedAt.Equal(t.AskedAt) || a.Attempts != t.Attempts) {
		t.Mine, t.Sent = false, false // asked anew: what was given is used up
	}
	t.Assistance = a
}

// Turns are the logins that wait for a person, the oldest first, together with
// those whose end the person has not seen. One of them is in front.
type Turns struct {
	list  []*Turn
	front string
}

// Take takes the newest list of what is asked. It returns those that were not
// known, and the ids of those that have ended, to be read and given to See.
func (t *Turns) Take(pending []Asking) (fresh []Asking, gone []string) {
	there := map[string]bool{}
	for _, q := range pending {
		there[q.ID] = true
		if known := t.Find(q.ID); known != nil {
			known.Account, known.Bank = q.Account, q.Bank
			known.see(q.Assistance)
			continue
		}
		t.list = append(t.list, &Turn{Asking: q})
		fresh = append(fresh, q)
	}
	slices.SortStableFunc(t.list, func(a, b *Turn) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	for _, turn := range t.list {
		if !there[turn.ID] && !turn.Stand().Over() {
			gone = append(gone, turn.ID)
		}
	}
	return fresh, gone
}

// See takes a request as it now stands, if it is one of them.
func (t *Turns) See(a core.Assistance) {
	if turn := t.Find(a.ID); turn != nil {
		turn.see(a)
	}
}

// Drop forgets a request that is no longer to be found.
func (t *Turns) Drop(id string) {
	t.list = slices.DeleteFunc(t.list, func(turn *Turn) bool { return turn.ID == id })
}

// Give notes that the person has answered; the answer is on its way.
func (t *Turns) Give(id string) {
	if turn := t.Find(id); turn != nil {
		turn.Mine, turn.Sent = true, true
	}
}

// Failed notes that the answer did not arrive.
func (t *Turns) Failed(id string) {
	if turn := t.Find(id); turn != nil {
		turn.Mine, turn.Sent = false, false
	}
}

// Clear forgets those that have ended: the person has gone away from them.
func (t *Turns) Clear() {
	t.list = slices.DeleteFunc(t.list, func(turn *Turn) bool { return turn.Stand().Over() })
}

// All returns them in order.
func (t *Turns) All() []*Turn { return t.list }

// Open returns those that are not over, in order.
func (t *Turns) Open() []*Turn {
	return slices.DeleteFunc(slices.Clone(t.list), func(turn *Turn) bool { return turn.Stand().Over() })
}

// Find returns a request, nil when it is not one of them.
func (t *Turns) Find(id string) *Turn {
	for _, turn := range t.list {
		if turn.ID == id {
			return turn
		}
	}
	return nil
}

// Of returns what an account asks for, nil for nothing.
func (t *Turns) Of(accountID string) *Turn {
	for _, turn := range t.Open() {
		if turn.AccountID == accountID {
			return turn
		}
	}
	return nil
}

// Choose brings a request to the front.
func (t *Turns) Choose(id string) { t.front = id }

// Front returns the request in front: the one that was chosen, or else the oldest
// that waits for the person; nil when there is none at all.
func (t *Turns) Front() *Turn {
	if turn := t.Find(t.front); turn != nil {
		return turn
	}
	t.front = ""
	if next := t.Next(); next != nil {
		t.front = next.ID
		return next
	}
	return nil
}

// Next returns the oldest request behind the one in front that waits for the
// person, or else any that does; nil when none does.
func (t *Turns) Next() *Turn {
	for _, turn := range t.list {
		if turn.ID != t.front && turn.Stand() == Waits {
			return turn
		}
	}
	for _, turn := range t.list {
		if turn.ID != t.front && !turn.Stand().Over() {
			return turn
		}
	}
	return nil
}

// calm is how long a guard waits for a pause.
const calm = 900 * time.Millisecond

// Guard keeps what a person types for another window out of one that came up by
// itself: it lets nothing through until there was a moment without a key.
type Guard struct {
	shut bool
	last time.Time
}

// Shut closes the guard: the window came up by itself.
func (g *Guard) Shut(now time.Time) { g.shut, g.last = true, now }

// Open opens the guard: the person has turned to the window.
func (g *Guard) Open() { g.shut = false }

// Takes tells whether a key that is typed now is meant for the window.
func (g *Guard) Takes(now time.Time) bool {
	if g.shut && now.Sub(g.last) >= calm {
		g.shut = false
	}
	g.last = now
	return !g.shut
}
