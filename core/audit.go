package core

import (
	"context"
	"time"
)

// Audit is one line of who did what. It is written in the transaction that did it,
// and kept for auditLife.
type Audit struct {
	At        time.Time
	Actor     string // operating-system user, or the name of an API key
	Action    Action // "" leaves no line
	AccountID string
	Detail    string // a name, an id, a value; never a secret
}

// auditLife is longer than two closings of a year's books.
const auditLife = 2 * 366 * 24 * time.Hour

// Action is what was done. Screens have words for each.
type Action string

// Actions.
const (
	ActCreateAccount  Action = "account.create"
	ActRenameAccount  Action = "account.rename"
	ActActivate       Action = "account.active"
	ActPause          Action = "account.paused"
	ActArchive        Action = "account.archived"
	ActRestart        Action = "account.restart"
	ActDeleteAccount  Action = "account.delete"
	ActSaveSettings   Action = "settings.save"
	ActSubmitCode     Action = "assistance.submit"
	ActConfirm        Action = "assistance.confirm"
	ActCancelLogin    Action = "assistance.cancel"
	ActResendCode     Action = "assistance.resend"
	ActSettle         Action = "order.settle"
	ActRefuse         Action = "order.refuse"
	ActUndo           Action = "order.undo"
	ActMatch          Action = "order.run"
	ActResendResult   Action = "order.resend"
	ActPoll           Action = "orders.poll"
	ActDropAlias      Action = "alias.drop"
	ActDropRefusal    Action = "refusal.drop"
	ActExclude        Action = "movement.exclude"
	ActRestore        Action = "movement.restore"
	ActResendMovement Action = "movement.resend"
	ActResendDelivery Action = "delivery.resend"
	ActSetMode        Action = "mode.set"
	ActPauseSchedule  Action = "schedule.pause"
	ActResumeSchedule Action = "schedule.resume"
	ActSetPreferences Action = "preferences.set"
	ActAPIOn          Action = "api.on"
	ActAPIOff         Action = "api.off"
	ActCreateOwner    Action = "owner.create"
	ActChangeOwner    Action = "owner.change"
	ActEnrol2FA       Action = "owner.2fa.enrol"
	Act2FAOn          Action = "owner.2fa.on"
	Act2FAOff         Action = "owner.2fa.off"
	ActUseBackupCode  Action = "owner.2fa.backup_code"
	ActCreateKey      Action = "key.create"
	ActRevokeKey      Action = "key.revoke"
	ActRestoreBackup  Action = "backup.restore"
)

// Actions lists every action.
func Actions() []Action {
	return []Action{
		ActCreateAccount, ActRenameAccount, ActActivate, ActPause, ActArchive, ActRestart, ActDeleteAccount, ActSaveSettings,
		ActSubmitCode, ActConfirm, ActCancelLogin, ActResendCode,
		ActSettle, ActRefuse, ActUndo, ActMatch, ActResendResult, ActPoll, ActDropAlias, ActDropRefusal,
		ActExclude, ActRestore, ActResendMovement, ActResendDelivery,
		ActSetMode, ActPauseSchedule, ActResumeSchedule, ActSetPreferences,
		ActAPIOn, ActAPIOff, ActCreateOwner, ActChangeOwner, ActEnrol2FA, Act2FAOn, Act2FAOff, ActUseBackupCode,
		ActCreateKey, ActRevokeKey, ActRestoreBackup,
	}
}

func (c *Core) audit(actor string, action Action, accountID, detail string) Audit {
	return Audit{At: c.now(), Actor: actor, Action: action, AccountID: accountID, Detail: detail}
}

// AuditLog lists who did what, newest first: limit lines (1 to 500) after offset.
func (c *Core) AuditLog(ctx context.Context, limit, offset int) ([]Audit, error) {
	if err := checkPage(&limit, offset); err != nil {
		return nil, err
	}
	return c.store.AuditLog(ctx, limit, offset)
}
