package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"reconbanker/core"
	"reconbanker/core/wire"
	"reconbanker/scrapers"
)

// BanksCmd lists the banks.
type BanksCmd struct{}

// Run implements the command.
func (*BanksCmd) Run(h *Host) error {
	type bank struct {
		Code       string   `json:"code"`
		Name       string   `json:"name"`
		Country    string   `json:"country"`
		Currencies []string `json:"currencies"`
		Fields     []string `json:"fields"`
	}
	banks := []bank{}
	for _, d := range scrapers.All() {
		i := d.Info()
		b := bank{Code: i.Code, Name: i.Name, Country: i.Country, Currencies: i.Currencies}
		for _, f := range i.Fields {
			b.Fields = append(b.Fields, f.Key)
		}
		banks = append(banks, b)
	}
	return h.print(banks, func(w io.Writer) {
		t := table(w, "BANK", "NAME", "COUNTRY", "CURRENCIES", "ASKS FOR")
		for _, b := range banks {
			row(t, b.Code, b.Name, b.Country, strings.Join(b.Currencies, " "), strings.Join(b.Fields, " "))
		}
		t.Flush()
	})
}

// AccountsCmd is the accounts verb with its own verbs.
type AccountsCmd struct {
	List    AccountsList    `cmd:"" default:"1" help:"List accounts."`
	Add     AccountsAdd     `cmd:"" help:"Enrol an account at a bank."`
	Rename  AccountsRename  `cmd:"" help:"Give an account another name."`
	Pause   AccountsPause   `cmd:"" help:"Stop reading an account on schedule."`
	Resume  AccountsResume  `cmd:"" help:"Read a paused or archived account on schedule again."`
	Archive AccountsArchive `cmd:"" help:"Hide an account; its movements are kept."`
	Delete  AccountsDelete  `cmd:"" help:"Delete an account with all it owns."`
}

// AccountsList lists accounts.
type AccountsList struct{}

// Run implements the command.
func (*AccountsList) Run(ctx context.Context, h *Host) error {
	accounts, err := h.Core.Accounts(ctx)
	if err != nil {
		return err
	}
	out := make([]wire.Account, len(accounts))
	for i, a := range accounts {
		out[i] = wire.FromAccount(a)
	}
	return h.print(out, func(w io.Writer) {
		if len(accounts) == 0 {
			fmt.Fprintln(w, `No accounts yet. Add one: reconbanker accounts add BANK "Operating account"`)
			return
		}
		t := table(w, "ID", "BANK", "NAME", "STATUS", "LAST READ", "NEXT RUN", "BLOCKED")
		for _, a := range accounts {
			blocked := "-"
			if a.Block != nil {
				blocked = when(a.Block.At) + " " + a.Block.Reason
			}
			row(t, a.ID, a.Bank, a.Name, string(a.Status), when(a.LastReadAt), when(a.NextRunAt), blocked)
		}
		t.Flush()
	})
}

// AccountsAdd enrols an account.
type AccountsAdd struct {
	Bank string `arg:"" help:"Code of the bank, as \"reconbanker banks\" lists it."`
	Name string `arg:"" help:"What you call the account."`
}

// Run implements the command.
func (c *AccountsAdd) Run(ctx context.Context, h *Host) error {
	a, err := h.Core.CreateAccount(ctx, c.Bank, c.Name, h.Actor)
	if err != nil {
		return err
	}
	return h.print(wire.FromAccount(a), func(w io.Writer) {
		fmt.Fprintf(w, "Added %s (%s). Next: reconbanker settings set %s < settings.json\n", a.Name, a.ID, a.ID)
	})
}

type accountArg struct {
	Account string `arg:"" help:"Id or name of the account."`
}

// AccountsRename renames an account.
type AccountsRename struct {
	accountArg `embed:""`
	Name       string `arg:"" help:"The new name."`
}

// Run implements the command.
func (c *AccountsRename) Run(ctx context.Context, h *Host) error {
	a, err := h.account(ctx, c.Account)
	if err != nil {
		return err
	}
	if a, err = h.Core.RenameAccount(ctx, a.ID, c.Name, h.Actor); err != nil {
		return err
	}
	return h.printAccount(a, "Renamed to")
}

func (h *Host) printAccount(a core.Account, did string) error {
	return h.print(wire.FromAccount(a), func(w io.Writer) { fmt.Fprintf(w, "%s %s (%s)\n", did, a.Name, a.ID) })
}

// AccountsPause pauses an account.
type AccountsPause struct {
	accountArg `embed:""`
}

// Run implements the command.
func (c *AccountsPause) Run(ctx context.Context, h *Host) error {
	return h.setStatus(ctx, c.Account, core.Paused, "Paused")
}

// AccountsResume brings an account back.
type AccountsResume struct {
	accountArg `embed:""`
}

// Run implements the command.
func (c *AccountsResume) Run(ctx context.Context, h *Host) error {
	return h.setStatus(ctx, c.Account, core.Active, "Active again:")
}

// AccountsArchive archives an account.
type AccountsArchive struct {
	accountArg `embed:""`
}

// Run implements the command.
func (c *AccountsArchive) Run(ctx context.Context, h *Host) error {
	return h.setStatus(ctx, c.Account, core.Archived, "Archived")
}

func (h *Host) setStatus(ctx context.Context, ref string, status core.AccountStatus, did string) error {
	a, err := h.account(ctx, ref)
	if err != nil {
		return err
	}
	if a, err = h.Core.SetAccountStatus(ctx, a.ID, status, h.Actor); err != nil {
		return err
	}
	return h.printAccount(a, did)
}

// AccountsDelete deletes an account.
type AccountsDelete struct {
	accountArg `embed:""`
	Confirm    string `required:"" help:"Repeat the account's name, against a slip." placeholder:"NAME"`
}

// Run implements the command.
func (c *AccountsDelete) Run(ctx context.Context, h *Host) error {
	a, err := h.account(ctx, c.Account)
	if err != nil {
		return err
	}
	if err := h.Core.DeleteAccount(ctx, a.ID, c.Confirm, h.Actor); err != nil {
		return err
	}
	return h.printAccount(a, "Deleted")
}

// SettingsCmd shows and saves settings.
type SettingsCmd struct {
	Show SettingsShow `cmd:"" default:"withargs" help:"Show the settings of an account; secrets are never shown."`
	Set  SettingsSet  `cmd:"" help:"Save settings from a JSON document on standard input, as the API takes it."`
}

// SettingsShow prints settings.
type SettingsShow struct {
	accountArg `embed:""`
}

// Run implements the command.
func (c *SettingsShow) Run(ctx context.Context, h *Host) error {
	a, err := h.account(ctx, c.Account)
	if err != nil {
		return err
	}
	s, err := h.Core.Settings(ctx, a.ID)
	if core.IsMissing(err) {
		return h.print(nil, func(w io.Writer) { fmt.Fprintln(w, "No settings have been saved yet.") })
	}
	if err != nil {
		return err
	}
	gaps, err := h.Core.Missing(ctx, a.ID)
	if err != nil {
		return err
	}
	h.JSON = true
	for _, g := range gaps {
		fmt.Fprintln(h.Err, "unfinished: "+g.Message)
	}
	return h.print(wire.FromSettings(s, true), nil)
}

// SettingsSet saves settings. Secrets come in the document, never as arguments,
// where any process could read them.
type SettingsSet struct {
	accountArg `embed:""`
	Merge      bool `help:"Change only the fields of the document; the others stay as they are."`
}

// Run implements the command.
func (c *SettingsSet) Run(ctx context.Context, h *Host) error {
	a, err := h.account(ctx, c.Account)
	if err != nil {
		return err
	}
	doc, err := c.document(h)
	if err != nil {
		return err
	}
	if c.Merge {
		if doc, err = h.merged(ctx, a.ID, doc); err != nil {
			return err
		}
	}
	var in core.SettingsInput
	d := json.NewDecoder(strings.NewReader(string(doc)))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return fmt.Errorf("the settings document is not valid: %w", err)
	}
	s, err := h.Core.SaveSettings(ctx, a.ID, in, false, h.Actor)
	if err != nil {
		return err
	}
	return h.print(wire.FromSettings(s, true), func(w io.Writer) { fmt.Fprintf(w, "Saved the settings of %s\n", a.Name) })
}

func (*SettingsSet) document(h *Host) ([]byte, error) {
	const most = 1 << 20
	doc, err := io.ReadAll(io.LimitReader(h.In, most+1))
	if err == nil && len(doc) > most {
		err = fmt.Errorf("the settings document is longer than 1 MiB")
	}
	return doc, err
}

// merged lays a document over the stored settings.
func (h *Host) merged(ctx context.Context, id string, doc []byte) ([]byte, error) {
	var over, base map[string]json.RawMessage
	if err := json.Unmarshal(doc, &over); err != nil {
		return nil, fmt.Errorf("the settings document is not a JSON object: %w", err)
	}
	s, err := h.Core.Settings(ctx, id)
	if core.IsMissing(err) {
		return doc, nil
	}
	if err != nil {
		return nil, err
	}
	stored, err := json.Marshal(wire.FromSettings(s, false))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(stored, &base); err != nil {
		return nil, err
	}
	for _, ours := range []string{"id", "account_id"} {
		delete(base, ours)
	}
	for k, v := range over {
		base[k] = v
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false) // extra fields stay as they were written
	err = e.Encode(base)
	return out.Bytes(), err
}

// ModeCmd shows or sets the operation mode.
type ModeCmd struct {
	Mode string `arg:"" optional:"" help:"reconcile or passthrough; nothing shows the present one."`
}

// Run implements the command.
func (c *ModeCmd) Run(ctx context.Context, h *Host) error {
	if c.Mode != "" {
		if err := h.Core.SetOperationMode(ctx, core.OperationMode(c.Mode), h.Actor); err != nil {
			return err
		}
	}
	mode, err := h.Core.OperationMode(ctx)
	if err != nil {
		return err
	}
	return h.print(map[string]any{"operation_mode": nullable(string(mode))}, func(w io.Writer) {
		fmt.Fprintln(w, or(string(mode), "unset: choose with \"reconbanker mode passthrough\" or \"reconbanker mode reconcile\""))
	})
}

// ScheduleCmd shows, pauses or resumes the schedule of all accounts.
type ScheduleCmd struct {
	Do string `arg:"" optional:"" enum:",pause,resume" default:"" help:"pause or resume; nothing shows how it is."`
}

// Run implements the command.
func (c *ScheduleCmd) Run(ctx context.Context, h *Host) error {
	if c.Do != "" {
		if err := h.Core.SetSchedulePaused(ctx, c.Do == "pause", h.Actor); err != nil {
			return err
		}
	}
	paused, err := h.Core.SchedulePaused(ctx)
	if err != nil {
		return err
	}
	return h.print(map[string]bool{"paused": paused}, func(w io.Writer) {
		fmt.Fprintln(w, map[bool]string{true: "paused: accounts are read only when asked", false: "running"}[paused])
	})
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func table(w io.Writer, head ...string) *tabwriter.Writer {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	row(t, head...)
	return t
}

// row prints one line; control characters of bank text cannot leave their cell.
func row(w io.Writer, cells ...string) {
	clean := slices.Clone(cells)
	for i, c := range clean {
		clean[i] = strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
				return ' '
			}
			return r
		}, c)
	}
	fmt.Fprintln(w, strings.Join(clean, "\t"))
}
