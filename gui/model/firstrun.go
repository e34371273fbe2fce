package model

import (
	"reconbanker/core"
)

// FirstStep is a step of the first run.
type FirstStep int

// The steps, in order. The webhook comes before the login because an account is
// not entered before it knows where its movements go.
const (
	AskLanguage FirstStep = iota
	AskMode
	AskAccount
	AskSystem
	AskLogin
)

// FirstSteps lists them.
var FirstSteps = []FirstStep{AskLanguage, AskMode, AskAccount, AskSystem, AskLogin}

// FirstRun is how far the first run has come, as the data tells.
type FirstRun struct {
	Language bool // a person has chosen one
	Mode     core.OperationMode
	// Account is the one that is being set up; nil when there is none.
	Account *Account
}

// FirstRunOf reads from an overview how far the first run has come.
func FirstRunOf(over Overview, language bool) FirstRun {
	f := FirstRun{Language: language, Mode: over.Mode}
	for i, a := range over.Accounts {
		if a.Status != core.Archived && !a.known() {
			f.Account = &over.Accounts[i]
			break
		}
	}
	return f
}

// known tells whether the account has been entered once: nobody needs to be led
// through its settings any more.
func (a Account) known() bool { return a.Last != nil || !a.LastReadAt.IsZero() }

// FirstRunWanted tells whether a person should be led through the first run: no
// mode is chosen, there is no account, or the only one is not finished.
func FirstRunWanted(over Overview) bool {
	if over.Mode == core.ModeUnset || len(over.Accounts) == 0 {
		return true
	}
	return len(over.Accounts) == 1 && len(over.Accounts[0].Missing) > 0 && !over.Accounts[0].known()
}

// At is the step to go on with.
func (f FirstRun) At() FirstStep {
	switch {
	case f.Mode == core.ModeUnset && !f.Language:
		return AskLanguage
	case f.Mode == core.ModeUnset:
		return AskMode
	case f.Account == nil || f.lacksLogin():
		return AskAccount
	case len(f.Account.Missing) > 0:
		return AskSystem
	}
	return AskLogin
}

// lacksLogin tells whether something of the login is still to be filled in.
func (f FirstRun) lacksLogin() bool {
	if f.Account.Session == "" { // no settings were ever saved
		return true
	}
	for _, m := range f.Account.Missing {
		if SectionOf(m.Field) == InLogin {
			return true
		}
	}
	return false
}
