package gui

import (
	"strings"
	"time"

	"reconbanker/gui/lang"
	"reconbanker/gui/model"
	"reconbanker/gui/notify"
	"reconbanker/scrapers"
)

// Notifier shows notifications on the desktop; *notify.Desk does.
type Notifier interface {
	Show(n notify.Note)
	Withdraw(key string)
	Close()
}

// Keys of notes begin with what they are about; the account's id follows.
const (
	noteCode    = "code/"
	noteStopped = "stopped/"
)

// Actions of notes, beside a press on the note itself.
const (
	pressEnter = "enter"
	pressShow  = "show"
)

// notices tells the desktop what the person must know at once: that a login waits
// for them, and that an account was stopped.
type notices struct {
	a       *App
	desk    Notifier
	asked   map[string]model.Asking // what was told, by account
	stopped map[string]time.Time
	begun   bool
}

func newNotices(a *App) *notices {
	n := &notices{a: a, asked: map[string]model.Asking{}, stopped: map[string]time.Time{}}
	pressed := func(key, _ string) { a.ui(func() { n.pressed(key) }) }
	if a.cfg.Notify != nil {
		n.desk = a.cfg.Notify(pressed)
	} else {
		n.desk = notify.Open(notify.Config{Name: lang.T("app.name"), ID: a.fyne.UniqueID(), Pressed: pressed})
	}
	return n
}

func (n *notices) close() { n.desk.Close() }

// show tells what is new since the last overview, and takes back what is over.
func (n *notices) show(over model.Overview) {
	now := map[string]bool{}
	for _, q := range over.Asking {
		now[q.AccountID] = true
		n.ask(q)
	}
	for account := range n.asked {
		if !now[account] {
			delete(n.asked, account)
			n.desk.Withdraw(noteCode + account)
		}
	}
	for _, a := range over.Accounts {
		n.block(a)
	}
	for account := range n.stopped {
		if _, there := over.Find(account); !there {
			delete(n.stopped, account)
			n.desk.Withdraw(noteStopped + account)
		}
	}
	n.begun = true
}

// ask tells of a login that waits: once, and again when its last code was refused
// while the person looks elsewhere.
func (n *notices) ask(q model.Asking) {
	told, known := n.asked[q.AccountID]
	n.asked[q.AccountID] = q
	switch {
	case known && told.ID == q.ID && q.Submitted:
		if !told.Submitted {
			n.desk.Withdraw(noteCode + q.AccountID) // nothing to do for the moment
		}
	case known && told.ID == q.ID && (q.Attempts == told.Attempts || n.a.codes.inFront(q.ID)):
	default:
		n.desk.Show(askNote(q))
	}
}

// block tells of an account that was stopped. What was so before the program
// started is known.
func (n *notices) block(a model.Account) {
	at, known := n.stopped[a.ID]
	switch {
	case a.Block == nil && known:
		delete(n.stopped, a.ID)
		n.desk.Withdraw(noteStopped + a.ID)
	case a.Block != nil && !a.Block.At.Equal(at):
		n.stopped[a.ID] = a.Block.At
		if n.begun {
			n.desk.Show(stoppedNote(a))
		}
	}
}

// pressed opens what a note is about.
func (n *notices) pressed(key string) {
	if account, ok := strings.CutPrefix(key, noteCode); ok {
		n.a.codes.openAccount(account)
		return
	}
	if account, ok := strings.CutPrefix(key, noteStopped); ok {
		n.a.raise()
		n.a.showAccount(account)
	}
}

// askNote names the account and the bank, and nothing else: whoever passes by can
// read it.
func askNote(q model.Asking) notify.Note {
	at := lang.Clock(q.ExpiresAt)
	note := notify.Note{
		Key: noteCode + q.AccountID, Urgent: true,
		Title: lang.T("codes.note", "account", q.Account),
		Body:  lang.T("codes.note_means", "bank", q.Bank, "at", at),
	}
	switch {
	case q.Kind == scrapers.Approve:
		note.Title = lang.T("codes.note_approve", "account", q.Account)
		note.Body = lang.T("codes.note_approve_means", "bank", q.Bank, "at", at)
	case q.Kind == scrapers.Finish:
		note.Title = lang.T("codes.title_finish", "account", q.Account)
		note.Body = askTitle(q) + "."
	case q.Attempts > 0:
		note.Body = lang.T("codes.note_again", "bank", q.Bank, "at", at)
	}
	note.Actions = []notify.Action{{ID: notify.Default, Words: lang.T("codes.show")}, {ID: pressEnter, Words: askButton(q)}}
	return note
}

// stoppedNote says why in our words, never in the bank's.
func stoppedNote(a model.Account) notify.Note {
	return notify.Note{
		Key: noteStopped + a.ID, Title: lang.T("codes.note_stopped", "account", a.Name),
		Body:    lang.T("codes.note_stopped_means", "bank", a.BankName, "why", inSentence(lang.Failure(string(a.Block.Kind)).Short)),
		Actions: []notify.Action{{ID: notify.Default, Words: lang.T("codes.show")}, {ID: pressShow, Words: lang.T("codes.show")}},
	}
}
