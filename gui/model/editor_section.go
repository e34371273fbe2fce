package model

import (
	"slices"

	"reconbanker/core"
)

// Section is a part of the settings.
type Section int

// The sections, in the order of the screen.
const (
	InLogin Section = iota
	InSession
	InReading
	InWebhook
	InOrders
	InNotices
	InDeletion
)

// Sections lists them.
var Sections = []Section{InLogin, InSession, InReading, InWebhook, InOrders, InNotices, InDeletion}

// Mark is the sign before a section's name.
type Mark int

// The marks.
const (
	NoMark Mark = iota // nothing to say: not in use
	Done
	ToDo  // something is still to be filled in
	Wrong // something cannot stay as it is
)

var sectionFields = map[Section][]string{
	InLogin:   {FieldUsername, FieldPassword},
	InSession: {FieldSession, "login_mode"},
	InReading: {FieldSchedule, FieldAttended, FieldStartDate, FieldDailyLogins, FieldBankAccounts},
	InWebhook: {FieldWebhookURL, FieldWebhookToken, "webhook_auth_type", FieldExtraFields, FieldSigning},
	InOrders: {
		FieldOrdersURL, "polling_method", FieldPollingBody, "auth_type", FieldOrdersToken, FieldRetryLimit,
	},
	InNotices: {FieldTransport, FieldNotifyURL, FieldSlackChannel, "notification_auth_type", FieldNotifyToken, FieldEvents},
}

// SectionOf tells where a field is edited. A bank's own fields, and what nobody
// knows, belong to the login.
func SectionOf(field string) Section {
	for _, s := range Sections {
		if slices.Contains(sectionFields[s], field) {
			return s
		}
	}
	return InLogin
}

// Marks says how each section stands.
func (e *Editor) Marks() map[Section]Mark {
	out := map[Section]Mark{InLogin: Done, InSession: Done, InReading: Done, InWebhook: Done}
	f := e.Form.normal()
	if e.Mode == core.Reconcile {
		out[InOrders] = Done
	}
	if f.NotifyURL != "" && f.NotifyBy != core.TransportSlack || f.SlackChannel != "" && f.NotifyBy == core.TransportSlack {
		out[InNotices] = Done
	}
	for field, p := range e.Problems() {
		mark := Wrong
		if p.Quiet() {
			mark = ToDo
		}
		s := SectionOf(field)
		out[s] = max(out[s], mark)
	}
	return out
}

// Missing lists the fields that must be filled in before the account can be
// read, in the order of the form.
func (e *Editor) Missing() []string {
	return e.inOrder(func(p Problem) bool { return p.Trouble == Absent })
}

// Blocking lists the fields with which the form cannot be saved, in the order of
// the form.
func (e *Editor) Blocking() []string { return e.inOrder(Problem.Blocks) }

func (e *Editor) inOrder(wanted func(Problem) bool) []string {
	problems := e.Problems()
	var out []string
	for _, field := range e.Order() {
		if p, ok := problems[field]; ok && wanted(p) {
			out = append(out, field)
		}
	}
	return out
}

// Order lists every field in the order of the form.
func (e *Editor) Order() []string {
	var out []string
	for _, f := range e.BankFields() {
		out = append(out, f.Key)
	}
	for _, s := range Sections {
		out = append(out, sectionFields[s]...)
	}
	return out
}

// CanTest tells whether the login can be tried with what is in the form: what is
// done with what it reads does not matter yet.
func (e *Editor) CanTest() bool { return len(e.Blocking()) == 0 && len(e.MissingIn(InLogin)) == 0 }

// MissingIn lists what is missing in one section.
func (e *Editor) MissingIn(s Section) []string {
	return slices.DeleteFunc(e.Missing(), func(f string) bool { return SectionOf(f) != s })
}

// ReadMissing lists what a run needs and has not: the orders' address is not
// among it.
func (e *Editor) ReadMissing() []string {
	return slices.DeleteFunc(e.Missing(), func(f string) bool { return f == FieldOrdersURL })
}
