package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/user"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"reconbanker/core"
)

// Exit codes, after sysexits.h where it has one.
const (
	ExitOK     = 0
	ExitFailed = 1  // the command was understood and could not be done
	ExitUsage  = 64 // the command line is wrong
)

// Globals are the flags every command takes.
type Globals struct {
	Data           string           `help:"Data folder." placeholder:"DIR" env:"RECONBANKER_DATA" type:"path"`
	JSON           bool             `help:"Print JSON instead of text." name:"json"`
	Browser        string           `help:"Browser to run instead of the one found." placeholder:"FILE"`
	BrowserURL     string           `help:"DevTools address of a browser that runs elsewhere (wss://, or loopback). Reduced protection." placeholder:"URL" name:"browser-url"`
	AllowRoot      bool             `help:"Let root run the browser, without its sandbox."`
	PassphraseFile string           `help:"File with the passphrase of the secrets, for machines without a keychain." placeholder:"FILE" type:"path"`
	PassphraseFD   int              `help:"File descriptor to read the passphrase from." placeholder:"N" default:"-1" name:"passphrase-fd"`
	Verbose        bool             `help:"Log more." short:"v"`
	Version        kong.VersionFlag `help:"Print the version."`
}

// Grammar is the whole command line.
type Grammar struct {
	Globals

	Window     WindowCmd     `cmd:"" default:"1" help:"Open the window; the same as no command at all."`
	Demo       DemoCmd       `cmd:"" help:"Try it: start a demo bank and a webhook receiver, read the bank once, and print a report."`
	Serve      ServeCmd      `cmd:"" help:"Run without a window until interrupted."`
	DemoBank   DemoBankCmd   `cmd:"" help:"Run the demo bank alone."`
	Banks      BanksCmd      `cmd:"" help:"List the banks that can be read."`
	Accounts   AccountsCmd   `cmd:"" help:"List, add, rename, pause, archive and delete accounts."`
	Settings   SettingsCmd   `cmd:"" help:"Show and save the settings of an account."`
	Mode       ModeCmd       `cmd:"" help:"Show or set the operation mode: reconcile or passthrough."`
	Schedule   ScheduleCmd   `cmd:"" help:"Show, pause and resume the schedule of all accounts."`
	Scrape     ScrapeCmd     `cmd:"" help:"Read an account now."`
	Restart    RestartCmd    `cmd:"" help:"Clear an account's block and read it now."`
	OTP        OTPCmd        `cmd:"" name:"otp" help:"Give a one-time code, from standard input, to the login that waits for it."`
	Sessions   SessionsCmd   `cmd:"" help:"List persistent sessions and what they do."`
	Runs       RunsCmd       `cmd:"" help:"List runs, or show one with its stages."`
	Movements  MovementsCmd  `cmd:"" help:"List movements, resend, set aside and restore them."`
	Orders     OrdersCmd     `cmd:"" help:"List orders, poll them, settle, refuse, undo, match again."`
	Deliveries DeliveriesCmd `cmd:"" help:"List webhooks, show one with its attempts, resend, send a test."`
	Receiver   ReceiverCmd   `cmd:"" help:"Receive webhooks on this machine and print them, to try settings out."`
	Audit      AuditCmd      `cmd:"" help:"List who did what, newest first."`
	Backup     BackupCmd     `cmd:"" help:"Write a verified backup of the database now."`
	Restore    RestoreCmd    `cmd:"" help:"Go back to a backup, when the database is damaged."`
	Passphrase PassphraseCmd `cmd:"" help:"Set a passphrase that opens the secrets where no keychain answers."`
	API        APICmd        `cmd:"" help:"Show, switch on and switch off the HTTP API."`
	Owner      OwnerCmd      `cmd:"" help:"Show and set the owner of the HTTP API."`
	Keys       KeysCmd       `cmd:"" help:"List, make and revoke API keys for machines."`
}

// Host is the program a command runs in.
type Host struct {
	Core *core.Core
	// Work starts core's goroutines if they do not run yet.
	Work func()
	// API switches the HTTP API.
	API API
	// Backup writes a verified backup and returns its path.
	Backup func(ctx context.Context) (string, error)
	// Restore goes back to a backup, "" for the newest good one, and returns which it
	// was and where the files that were replaced are kept.
	Restore func(ctx context.Context, backup string) (used, kept string, err error)
	// SetPassphrase sets or changes the passphrase of the vault.
	SetPassphrase func(ctx context.Context, old, pass []byte) error
	// StartDemoBank starts the demo bank; nil where the program has none.
	StartDemoBank func(listen string, seed int64) (DemoBank, error)
	// Window shows the window and returns when it has gone; nil without a display.
	Window func(ctx context.Context) error
	Dir    string

	In       io.Reader
	Out, Err io.Writer
	JSON     bool
	Actor    string // who is recorded as having done it
}

// DemoBank is the demo bank as a command uses it.
type DemoBank interface {
	URL() string
	// Login returns the user and password to try, and the bank's code.
	Login() (bank, user, password string)
	// Describe returns what demo-bank prints: addresses and logins.
	Describe() any
	Close() error
}

// ReadsInput tells whether a command reads standard input.
func ReadsInput(command string) bool {
	return strings.HasPrefix(command, "settings set") || strings.HasPrefix(command, "passphrase") ||
		strings.HasPrefix(command, "owner set") || strings.HasPrefix(command, "otp")
}

// Local tells whether a command needs no data folder.
func Local(command string) bool {
	return strings.HasPrefix(command, "demo-bank") || command == "banks" || command == "receiver"
}

// Parse reads a command line. When there is nothing left to run (help, version,
// or a mistake, which has been printed) it returns a nil command and the exit code.
func Parse(args []string, version string, out, errOut io.Writer) (*Grammar, *kong.Context, int) {
	g := &Grammar{}
	code := -1
	parser, err := kong.New(g,
		kong.Name("reconbanker"),
		kong.Description("Logs in to your banks in a real browser, reads what came in, and tells your systems."),
		kong.Writers(out, errOut), kong.Exit(func(c int) { code = c }),
		kong.Vars{"version": version}, kong.UsageOnError(),
	)
	if err != nil {
		fmt.Fprintln(errOut, "reconbanker:", err)
		return nil, nil, ExitUsage
	}
	ctx, err := parser.Parse(args)
	switch {
	case code >= 0:
		return nil, nil, code
	case err != nil:
		fmt.Fprintf(errOut, "reconbanker: %s\nTry \"reconbanker --help\".\n", err)
		return nil, nil, ExitUsage
	}
	return g, ctx, ExitOK
}

// Run executes a parsed command in a host and returns the exit code; what failed
// is a sentence on the host's Err.
func Run(ctx context.Context, cmd *kong.Context, h *Host) int {
	cmd.BindTo(ctx, (*context.Context)(nil))
	err := cmd.Run(h)
	if err == nil {
		return ExitOK
	}
	var quiet *quietError
	if !errors.As(err, &quiet) {
		fmt.Fprintln(h.Err, "reconbanker: "+sentence(err))
	}
	return ExitFailed
}

// quietError fails a command that has already said why.
type quietError struct{}

func (*quietError) Error() string { return "failed" }

func sentence(err error) string {
	if errors.Is(err, core.ErrNotFound) {
		return strings.TrimSuffix(err.Error(), ": "+core.ErrNotFound.Error()) + ": there is no such account or row; list them to see the ids"
	}
	return err.Error()
}

// Actor names the operating-system user for the audit log.
func Actor() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "command line"
}

// print writes v as indented JSON, or text when JSON was not asked for.
func (h *Host) print(v any, text func(w io.Writer)) error {
	if !h.JSON {
		text(h.Out)
		return nil
	}
	e := json.NewEncoder(h.Out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// account finds an account by id, or by name when exactly one has it.
func (h *Host) account(ctx context.Context, ref string) (core.Account, error) {
	all, err := h.Core.Accounts(ctx)
	if err != nil {
		return core.Account{}, err
	}
	var found []core.Account
	for _, a := range all {
		if a.ID == ref {
			return a, nil
		}
		if strings.EqualFold(a.Name, ref) {
			found = append(found, a)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return core.Account{}, fmt.Errorf("no account %q: \"reconbanker accounts\" lists them", ref)
	}
	return core.Account{}, fmt.Errorf("%d accounts are called %q: give the id", len(found), ref)
}

func when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04:05")
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
