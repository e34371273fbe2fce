// Command reconbanker logs in to banks in a real browser, reads what came in, and
// tells the systems of its owner. This file only wires: which rooms there are,
// in which order they open, and that they close the other way round.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	_ "time/tzdata" // a bank's day must not depend on the machine's zone files

	"github.com/alecthomas/kong"
	"github.com/rs/zerolog"

	"reconbanker/core"
	"reconbanker/core/cli"
	"reconbanker/core/ipc"
	"reconbanker/core/logging"
	"reconbanker/core/outbound"
	"reconbanker/core/vault"
	"reconbanker/gui"
	_ "reconbanker/scrapers/all"
	"reconbanker/scrapers/browser"
	"reconbanker/storage"
)

// version is set by the linker.
var version = "dev"

// clock is what the program reads the time from; the crash test moves it.
var clock = time.Now

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program: it parses args, finds or becomes the one program of its
// data folder, and returns the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	g, cmd, code := cli.Parse(args, version, out, errOut)
	if cmd == nil {
		return code
	}
	command := cmd.Command()
	in, err := hidden(command, in, errOut)
	if err != nil {
		return fail(errOut, err)
	}
	host := &cli.Host{In: in, Out: out, Err: errOut, JSON: g.JSON, Actor: cli.Actor(), StartDemoBank: startDemoBank}
	if cli.Local(command) {
		return cli.Run(ctx, cmd, host)
	}
	if command == "window" && !display() {
		return fail(errOut, cli.ErrNoDisplay)
	}
	dir, err := cli.DataDir(g.Data, command)
	if err != nil {
		return startFailed(ctx, command, dir, err, nil, errOut)
	}
	host.Dir = dir
	lock, err := acquire(ctx, dir, command)
	var held *ipc.HeldError
	if errors.As(err, &held) && command != "serve" && command != "demo" && !cli.Restores(command) && held.Socket != "" {
		if command == "window" && g.Window.Hidden {
			return cli.ExitOK // it runs, and nobody asked to see it
		}
		code := forward(ctx, dir, cli.Forwarded(g, args), command, in, out, errOut) // of the window: to show itself
		if command == "window" && code != cli.ExitOK {
			trouble(ctx, dir, held, nil)
		}
		return code
	}
	if err == nil {
		defer lock.Release() //nolint:errcheck // the end of the process releases it anyway
		code, err = inFolder(ctx, lock, g, cmd, host)
	}
	if err != nil {
		return startFailed(ctx, command, dir, err, lock, errOut)
	}
	return code
}

// startFailed says why the program cannot begin: to a person who opened the window,
// in one.
func startFailed(ctx context.Context, command, dir string, err error, lock *ipc.Lock, errOut io.Writer) int {
	code := fail(errOut, err)
	if command == "window" && ctx.Err() == nil {
		trouble(ctx, dir, err, lock)
	}
	return code
}

func fail(errOut io.Writer, err error) int {
	fmt.Fprintln(errOut, "reconbanker: "+err.Error())
	return cli.ExitFailed
}

// inFolder runs a command as the one program of its data folder. An error means that
// it could not begin.
func inFolder(ctx context.Context, lock *ipc.Lock, g *cli.Grammar, cmd *kong.Context, host *cli.Host) (code int, err error) {
	command := cmd.Command()
	if cli.Restores(command) {
		host.Restore = func(ctx context.Context, backup string) (string, string, error) {
			return restore(ctx, host.Dir, backup)
		}
		return cli.Run(ctx, cmd, host), nil
	}
	p, err := open(ctx, host.Dir, command, g, host.In, host.Err)
	if err != nil {
		return 0, err
	}
	defer p.close()
	host.Core, host.Work = p.core, p.work
	host.Backup, host.SetPassphrase, host.API = p.store.Backup, p.setPassphrase, p.api
	if display() {
		host.Window = p.window(command, g)
	}
	if command == "serve" || command == "window" || command == "demo" {
		if err := p.listen(lock); err != nil {
			return 0, err
		}
	}
	return cli.Run(p.ctx, cmd, host), nil
}

// acquire takes the folder's lock. A command waits a little for another one that
// holds it only for the length of a command.
func acquire(ctx context.Context, dir, command string) (*ipc.Lock, error) {
	const patience = 10 * time.Second
	until := time.Now().Add(patience)
	for {
		lock, err := ipc.Acquire(dir, version)
		var held *ipc.HeldError
		if !errors.As(err, &held) || held.Socket != "" || command == "serve" || time.Now().After(until) {
			if err != nil && held == nil {
				err = fmt.Errorf("the data folder %s cannot be used: %w", dir, err)
			}
			return lock, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// forward has a command executed by the program that holds the data folder.
func forward(ctx context.Context, dir string, args []string, command string, in io.Reader, out, errOut io.Writer) int {
	request := ipc.Request{Verb: ipc.Exec, Args: args}
	if command == "window" {
		request = ipc.Request{Verb: ipc.Raise}
	}
	if cli.ReadsInput(command) {
		request.Stdin = in
	}
	code, err := ipc.Call(ctx, dir, request, out, errOut)
	if err != nil {
		fmt.Fprintln(errOut, "reconbanker: "+err.Error())
		return cli.ExitFailed
	}
	return code
}

// program is everything that is open.
type program struct {
	ctx     context.Context //nolint:containedctx // the life of the program itself
	end     context.CancelFunc
	dir     string
	browser string // its path, "" for the one that is found
	chosen  bool   // on the command line, which the window does not change
	log     zerolog.Logger
	store   *storage.Store
	vault   *vault.Vault
	core    *core.Core
	api     *listener
	gui     atomic.Pointer[gui.App] // nil without a window
	trying  sync.Mutex              // guards trial
	trial   *cli.Demo               // the demo bank a person tries; nil for none
	closer  []func() error

	once    sync.Once
	closing sync.Once
	working sync.WaitGroup
}

// open opens the rooms in their order. On failure what was open is closed again.
func open(ctx context.Context, dir, command string, g *cli.Grammar, in io.Reader, errOut io.Writer) (_ *program, err error) {
	p := &program{dir: dir, chosen: g.Browser != ""}
	p.ctx, p.end = context.WithCancel(ctx)
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	level := zerolog.InfoLevel
	if g.Verbose {
		level = zerolog.DebugLevel
	}
	log, redactor, logFile, err := logging.New(logging.Config{Dir: filepath.Join(dir, "logs"), Level: level})
	if err != nil {
		return nil, err
	}
	p.log = log
	p.onClose(logFile.Close)
	if err := logging.HardenProcess(filepath.Join(dir, "logs")); err != nil {
		log.Warn().Err(err).Msg("close the process to other programs")
	}
	printf := func(format string, args ...any) { log.Info().Msgf(format, args...) }
	if p.store, err = storage.Open(ctx, storage.Options{Dir: dir, Log: printf, Now: clock}); err != nil {
		return nil, err
	}
	p.onClose(p.store.Close)
	if err := p.openVault(ctx, command, g, in, errOut); err != nil {
		return nil, err
	}
	p.browser = browserFor(dir, g, printf)
	pool, err := openBrowser(dir, p.browser, g, printf)
	if err != nil {
		return nil, err
	}
	p.onClose(pool.Close)
	sender := outbound.New(outbound.Config{Version: version})
	p.onClose(func() error { sender.Close(); return nil })
	p.core = core.New(core.Config{
		Store: p.store, Vault: p.vault, Browser: pool, Sender: sender, Fetcher: sender, Log: log, Hide: redactor.Hide,
		Now: clock, Version: version, Present: p.present, Free: p.store.Free,
	})
	p.api = &listener{p: p}
	return p, nil
}

func openBrowser(dir, path string, g *cli.Grammar, printf func(string, ...any)) (*browser.Pool, error) {
	if g.BrowserURL != "" {
		if err := browser.CheckRemote(g.BrowserURL); err != nil {
			return nil, err
		}
	}
	profiles := filepath.Join(dir, "browser")
	if err := browser.Sweep(profiles); err != nil {
		printf("sweep what an earlier browser left: %v", err)
	}
	return browser.New(browser.Config{
		Path: path, AllowRoot: g.AllowRoot, TempDir: profiles, RemoteURL: g.BrowserURL, Log: printf,
	}), nil
}

// openVault opens the secrets for the commands that need them. Where they stay
// locked the program works on without: it says so, and what needs them fails.
func (p *program) openVault(ctx context.Context, command string, g *cli.Grammar, in io.Reader, errOut io.Writer) error {
	id, err := vault.FolderID(p.dir)
	if err != nil {
		return err
	}
	cfg := vault.Config{Keys: p.store, Keychain: vault.OSKeychain(id)}
	terminal, isFile := in.(*os.File)
	switch {
	case g.PassphraseFile != "":
		cfg.Unlocker = vault.FromFile(g.PassphraseFile)
	case g.PassphraseFD >= 0:
		cfg.Unlocker = vault.FromFD(uintptr(g.PassphraseFD))
	case command == "demo":
		// Nothing in a demo is secret: its key lies beside it, and no keychain of the
		// person's is asked.
		path, err := cli.DemoPassphrase(p.dir)
		if err != nil {
			return err
		}
		cfg.Keychain, cfg.Unlocker = nil, vault.FromFile(path)
	case isFile && !cli.ReadsInput(command) && command != "window": // which asks by itself
		cfg.Unlocker = vault.FromTerminal(terminal, errOut)
	}
	p.vault = vault.New(cfg)
	p.onClose(func() error { p.vault.Close(); return nil })
	if !needsSecrets(command) {
		return nil
	}
	if err := p.vault.Unlock(ctx); err != nil {
		p.log.Warn().Err(err).Msg("open the secrets")
		fmt.Fprintln(errOut, "reconbanker: "+err.Error())
	} else if err := p.keepPassphrase(ctx, g); err != nil {
		return err
	}
	debug.FreeOSMemory() // deriving a key from a passphrase takes 64 MiB, once
	return nil
}

// keepPassphrase makes a passphrase that was given open the secrets from now on,
// also where the keychain opened them this time.
func (p *program) keepPassphrase(ctx context.Context, g *cli.Grammar) error {
	if g.PassphraseFile == "" {
		return nil
	}
	if has, err := p.vault.HasPassphrase(ctx); err != nil || has {
		return err
	}
	pass, err := vault.ReadPassphraseFile(g.PassphraseFile)
	if err != nil {
		return err
	}
	return p.vault.AddPassphrase(ctx, pass)
}

func needsSecrets(command string) bool {
	for _, c := range []string{"window", "serve", "demo", "scrape", "restart", "settings set", "movements resend", "deliveries resend", "deliveries test", "runs show", "orders", "passphrase", "owner"} {
		if strings.HasPrefix(command, c) {
			return true
		}
	}
	return false
}

// setPassphrase sets the vault's passphrase, or changes it when old is given.
func (p *program) setPassphrase(ctx context.Context, old, pass []byte) error {
	if old != nil {
		return p.vault.ChangePassphrase(ctx, old, pass)
	}
	return p.vault.AddPassphrase(ctx, pass)
}

// listen serves later starts on the folder's socket: they show the window, or
// have a command executed here.
func (p *program) listen(lock *ipc.Lock) error {
	server, err := ipc.Listen(lock, p.handle, func(err error) { p.log.Warn().Err(err).Msg("serve another start") })
	if err != nil {
		return fmt.Errorf("listen for later starts: %w", err)
	}
	p.working.Go(func() {
		if err := server.Serve(p.ctx); err != nil {
			p.log.Error().Err(err).Msg("serve later starts")
		}
	})
	return nil
}

func (p *program) handle(ctx context.Context, r ipc.Request, out, errOut io.Writer) int {
	if r.Verb != ipc.Exec {
		w := p.gui.Load()
		if w == nil {
			fmt.Fprintln(errOut, "reconbanker: the program that runs has no window: end it first")
			return cli.ExitFailed
		}
		w.Raise()
		return cli.ExitOK
	}
	g, cmd, code := cli.Parse(r.Args, version, out, errOut)
	if cmd == nil {
		return code
	}
	return cli.Run(ctx, cmd, &cli.Host{
		Core: p.core, Work: p.work, API: p.api, Backup: p.store.Backup, SetPassphrase: p.setPassphrase, Dir: p.dir,
		In: r.Stdin, Out: out, Err: errOut, JSON: g.JSON, Actor: cli.Actor(), StartDemoBank: startDemoBank,
	})
}

// backUp makes the daily backup while the program runs.
func (p *program) backUp() {
	look := time.NewTicker(time.Hour)
	defer look.Stop()
	for {
		select {
		case <-p.ctx.Done():
			return
		case <-look.C:
		}
		if path, err := p.store.BackupDaily(p.ctx); err != nil {
			p.log.Error().Err(err).Msg("daily backup")
		} else if path != "" {
			p.log.Info().Str("file", filepath.Base(path)).Msg("daily backup")
		}
	}
}

// work starts core's goroutines, once.
func (p *program) work() {
	p.once.Do(func() {
		p.working.Go(p.backUp)
		p.working.Go(func() {
			if err := p.core.Run(p.ctx); err != nil {
				p.log.Error().Err(err).Msg("core")
				fmt.Fprintln(os.Stderr, "reconbanker: "+err.Error())
				p.end()
			}
		})
	})
}

func (p *program) onClose(f func() error) { p.closer = append(p.closer, f) }

// close ends the work, waits for it, and closes the rooms in reverse order.
func (p *program) close() { p.closing.Do(p.closeRooms) }

func (p *program) closeRooms() {
	p.end()
	if p.api != nil {
		_ = p.api.Close() // it says by itself what went wrong
	}
	p.working.Wait()
	for i := len(p.closer) - 1; i >= 0; i-- {
		if err := p.closer[i](); err != nil {
			p.log.Warn().Err(err).Msg("close")
		}
	}
}
