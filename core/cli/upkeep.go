package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"reconbanker/core"
	"reconbanker/core/wire"
)

// AuditCmd lists what people and machines did.
type AuditCmd struct {
	Limit  int `help:"At most so many." default:"50"`
	Offset int `help:"Leave out so many of the newest."`
}

// Run implements the command.
func (c *AuditCmd) Run(ctx context.Context, h *Host) error {
	if c.Limit < 1 || c.Limit > 500 || c.Offset < 0 {
		return core.Invalid("limit", "limit must be from 1 to 500")
	}
	rows, err := h.Core.AuditLog(ctx, c.Limit, c.Offset)
	if err != nil {
		return err
	}
	type entry struct {
		At        string `json:"at"`
		Actor     string `json:"actor"`
		Action    string `json:"action"`
		AccountID string `json:"account_id,omitempty"`
		Detail    string `json:"detail,omitempty"`
	}
	out := make([]entry, len(rows))
	for i, r := range rows {
		out[i] = entry{*wire.Time(r.At), r.Actor, string(r.Action), r.AccountID, r.Detail}
	}
	return h.print(out, func(w io.Writer) {
		t := table(w, "AT", "WHO", "DID", "ACCOUNT", "DETAIL")
		for i, r := range rows {
			row(t, when(r.At), r.Actor, string(r.Action), or(out[i].AccountID, "-"), or(r.Detail, "-"))
		}
		t.Flush()
	})
}

// BackupCmd writes a backup.
type BackupCmd struct{}

// Run implements the command.
func (*BackupCmd) Run(ctx context.Context, h *Host) error {
	path, err := h.Backup(ctx)
	if err != nil {
		return err
	}
	return h.print(map[string]string{"backup": path}, func(w io.Writer) {
		fmt.Fprintf(w, "Backup written and verified: %s\nIts secrets are encrypted: restoring needs this machine's keychain or the passphrase.\n", path)
	})
}

// RestoreCmd goes back to a backup.
type RestoreCmd struct {
	Backup string `arg:"" optional:"" type:"existingfile" help:"The backup; without it the newest good one is used."`
}

// Run implements the command.
func (c *RestoreCmd) Run(ctx context.Context, h *Host) error {
	used, kept, err := h.Restore(ctx, c.Backup)
	if err != nil {
		return err
	}
	return h.print(map[string]string{"backup": used, "kept": kept}, func(w io.Writer) {
		fmt.Fprintf(w, `The data are those of %s again. What was replaced is kept: %s
What came in since is read again, and may be sent again under new ids. Blocks and failed logins
since are forgotten, so the schedule is paused: look at your accounts, then resume it in the
window, or with: reconbanker schedule resume
`, used, kept)
	})
}

// Restores tells whether a command works on a data folder whose database is not open.
func Restores(command string) bool { return strings.HasPrefix(command, "restore") }

// PassphraseCmd sets the passphrase of the secrets.
type PassphraseCmd struct {
	Change bool `help:"There is one already: its present value comes on the first line."`
}

// Run implements the command. The passphrase comes on standard input, one line,
// so that it stands neither in the arguments nor in a shell's history.
func (c *PassphraseCmd) Run(ctx context.Context, h *Host) error {
	in := bufio.NewReader(io.LimitReader(h.In, 4096))
	line := func(what string) ([]byte, error) {
		fmt.Fprintf(h.Err, "%s: ", what)
		text, err := in.ReadBytes('\n')
		text = bytes.TrimRight(text, "\r\n")
		if len(text) == 0 {
			return nil, errors.Join(fmt.Errorf("no %s was given on standard input", what), ignoreEOF(err))
		}
		return text, nil
	}
	var old []byte
	if c.Change {
		var err error
		if old, err = line("present passphrase"); err != nil {
			return err
		}
	}
	pass, err := line("new passphrase")
	if err != nil {
		return err
	}
	if err := h.SetPassphrase(ctx, old, pass); err != nil {
		return err
	}
	return h.print(map[string]bool{"passphrase": true}, func(w io.Writer) {
		fmt.Fprintln(w, "Done: the passphrase opens the secrets where no keychain answers.")
	})
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
