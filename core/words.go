package core

import (
	"errors"

	"reconbanker/scrapers"
)

// sentences takes a failure apart for a run's row: what happened, what the bank
// said, where.
func sentences(err error) (message, said, url string) {
	message = err.Error()
	var e *scrapers.Error
	if errors.As(err, &e) {
		message, said, url = e.Doing, e.Said, e.URL
		if message == "" {
			message = string(e.Kind)
		}
		if e.Err != nil {
			message += ": " + e.Err.Error()
		}
	}
	return message, said, url
}

// blockReason is the sentence shown while an account is blocked.
func blockReason(kind scrapers.Kind, said, message string) string {
	reason := map[scrapers.Kind]string{
		scrapers.InvalidCredentials: "The bank refused the user name or password.",
		scrapers.AccountLocked:      "The bank has locked this user.",
		scrapers.PasswordChange:     "The bank wants a new password first.",
		scrapers.TLSProblem:         "The bank's certificate is not valid; nothing secret was typed.",
		scrapers.OriginNotAllowed:   "The page was not the bank's; nothing secret was typed.",
		scrapers.Unexplained:        "The password was sent twice and the bank gave no clear answer.",
		scrapers.OTPRejected:        "Three logins in a row failed at the code.",
		scrapers.OTPTimeout:         "Three logins in a row failed at the code.",
		scrapers.ApprovalDenied:     "Three logins in a row failed at the approval.",
		scrapers.ApprovalExpired:    "Three logins in a row failed at the approval.",
	}[kind]
	if reason == "" {
		reason = message
	}
	if said != "" {
		reason += " The bank says: " + said
	}
	return reason
}
