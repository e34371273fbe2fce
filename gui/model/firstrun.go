package model

import (
	"reconbanker/core"
)

// FirstStep is a step of the first run.
type FirstStep int

// The steps, in order.
const (
	AskLanguage FirstStep = iota
	AskMode
	AskAccount
	AskLogin
	AskSystem
)

// FirstSteps lists them.
var FirstSteps = []FirstStep{AskLanguage, AskMode, AskAccount, AskLogin, AskSystem}

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
		if a.Status != core.Archived && (a.Last == nil || len(a.Missing) > 0) && a.LastReadAt.IsZero() {
			f.Account = &over.Accounts[i]
			break
		}
	}
	return f
}

// FirstRunWanted tells whether a person should be led through the first run: no
// mode is chosen, there is no account, or the only one is not finished and was
// never read.
func FirstRunWanted(over Overview) bool {
	if over.Mode == core.ModeUnset || len(over.Accounts) == 0 {
		return true
	}
	only := over.Accounts[0]
	return len(over.Accounts) == 1 && len(only.Missing) > 0 && only.LastReadAt.IsZero()
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
	case f.Account.Last == nil || f.Account.Last.Status != core.Succeeded:
		return AskLogin
	}
	return AskSystem
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
