package core_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

// world starts a World inside a synctest bubble.
func world(t *testing.T, fn func(t *testing.T, w *coretest.World), change ...func(*core.Config)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t, change...)
		w.Start(t)
		fn(t, w)
	})
}

// gate is a Login that says when it has begun and waits to be let on.
type gate struct {
	begun chan string
	let   chan struct{}
}

func newGate() *gate { return &gate{begun: make(chan string, 16), let: make(chan struct{})} }

func (g *gate) login(ctx context.Context, page scrapers.Page, creds scrapers.Credentials, ask scrapers.Ask) error {
	g.begun <- creds.Username()
	select {
	case <-g.let:
	case <-ctx.Done():
		return scrapers.Fail(scrapers.StepTimeout, "wait for the login form", ctx.Err())
	}
	return coretest.SignIn(ctx, page, creds, ask)
}

func as(user string) func(*core.SettingsInput) {
	return func(in *core.SettingsInput) { in.BankUsername = &user }
}

func mustAccount(t *testing.T, w *coretest.World, id string) core.Account {
	t.Helper()
	a, err := w.Core.Account(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func mustEnd(t *testing.T, run core.Run, status core.RunStatus, kind scrapers.Kind) {
	t.Helper()
	if run.Status != status || run.Kind != kind {
		t.Fatalf("the run ended %s %q (%s), want %s %q", run.Status, run.Kind, run.Message, status, kind)
	}
}

func TestRunKeepsWhatTheBankShows(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t)
		day := time.Now()
		w.Bank.OnRead(coretest.Shows(coretest.Credit(0, day), coretest.Credit(1, day)))
		run := w.Scrape(t, a.ID)
		mustEnd(t, run, core.Succeeded, "")
		if run.Lines != 2 || run.New != 2 || run.Owed != 2 {
			t.Errorf("lines %d, new %d, owed %d; want 2 each", run.Lines, run.New, run.Owed)
		}
		synctest.Wait()
		if n := len(w.Sender.Sent()); n != 2 {
			t.Errorf("%d webhooks were sent, want 2", n)
		}
		rows, _, err := w.Core.Movements(t.Context(), core.MovementFilter{AccountID: a.ID})
		if err != nil || len(rows) != 2 || rows[0].NotifiedAt.IsZero() || rows[0].BankID != "BB" {
			t.Errorf("movements %+v, %v: want two, notified, newest first", rows, err)
		}
		if again := w.Scrape(t, a.ID); again.New != 0 || again.Owed != 0 || again.Lines != 2 {
			t.Errorf("reading again gave %d new, %d owed", again.New, again.Owed)
		}
		stages, err := w.Core.Stages(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range stages {
			names = append(names, s.Name)
			if s.EndedAt.IsZero() || s.Kind != "" {
				t.Errorf("stage %+v: want it ended, and well", s)
			}
		}
		if want := []string{core.StageCredentials, core.StageLaunch, core.StageLogin, core.StageRead, core.StageKeep}; !slices.Equal(names, want) {
			t.Errorf("stages %v, want %v", names, want)
		}
	})
}

func TestAskingAgainReturnsTheLiveRun(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a, g := w.Account(t), newGate()
		w.Bank.OnLogin(g.login)
		first, err := w.Core.Scrape(t.Context(), a.ID, "test")
		if err != nil {
			t.Fatal(err)
		}
		<-g.begun
		for range 3 {
			again, err := w.Core.Scrape(t.Context(), a.ID, "test")
			if err != nil || again.ID != first.ID {
				t.Fatalf("asking again gave run %s, %v; want %s", again.ID, err, first.ID)
			}
		}
		restarted, err := w.Core.Restart(t.Context(), a.ID, "test")
		if err != nil || restarted.ID != first.ID {
			t.Fatalf("restart gave run %s, %v; want the live %s", restarted.ID, err, first.ID)
		}
		close(g.let)
		mustEnd(t, w.Wait(t, first.ID), core.Succeeded, "")
		if ever, _, _ := w.Browser.Opened(); ever != 1 {
			t.Errorf("%d tabs were opened, want 1", ever)
		}
		if next := w.Scrape(t, a.ID); next.ID == first.ID {
			t.Error("a run that has ended was given again")
		}
	})
}

func TestWorkersAreLimited(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		g := newGate()
		w.Bank.OnLogin(g.login)
		var runs []core.Run
		for _, user := range []string{"ana", "bea", "caro", "dina", "eva"} {
			run, err := w.Core.Scrape(t.Context(), w.Account(t, as(user)).ID, "test")
			if err != nil {
				t.Fatal(err)
			}
			runs = append(runs, run)
		}
		synctest.Wait()
		if _, open, _ := w.Browser.Opened(); open != 2 || len(g.begun) != 2 {
			t.Fatalf("%d tabs are open and %d logins begun, want 2", open, len(g.begun))
		}
		close(g.let)
		for _, run := range runs {
			mustEnd(t, w.Wait(t, run.ID), core.Succeeded, "")
		}
		synctest.Wait()
		if _, open, most := w.Browser.Opened(); open != 0 || most != 2 {
			t.Errorf("%d tabs are left, %d were open at once; want 0 and 2", open, most)
		}
	})
}

func TestOneBankUserIsUsedByOneRunAtATime(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		g := newGate()
		w.Bank.OnLogin(g.login)
		one, err := w.Core.Scrape(t.Context(), w.Account(t, as("Ana")).ID, "test")
		if err != nil {
			t.Fatal(err)
		}
		<-g.begun
		two, err := w.Core.Scrape(t.Context(), w.Account(t, as(" aNA ")).ID, "test")
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, open, _ := w.Browser.Opened(); open != 1 {
			t.Fatalf("%d tabs are open for one bank user, want 1", open)
		}
		close(g.let)
		mustEnd(t, w.Wait(t, one.ID), core.Succeeded, "")
		mustEnd(t, w.Wait(t, two.ID), core.Succeeded, "")
		if _, _, most := w.Browser.Opened(); most != 1 {
			t.Errorf("%d tabs of one bank user were open at once", most)
		}
	})
}

func TestCancel(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a, b, g := w.Account(t), w.Account(t, as("bea")), newGate()
		w.Bank.OnLogin(g.login)
		atWork, _ := w.Core.Scrape(t.Context(), a.ID, "test")
		<-g.begun
		queued, _ := w.Core.Scrape(t.Context(), b.ID, "test")
		for _, run := range []core.Run{queued, atWork} {
			if err := w.Core.CancelRun(t.Context(), run.ID, "ana"); err != nil {
				t.Fatal(err)
			}
			mustEnd(t, w.Wait(t, run.ID), core.Canceled, scrapers.Cancelled)
			if err := w.Core.CancelRun(t.Context(), run.ID, "ana"); !errors.Is(err, core.ErrConflict) {
				t.Errorf("cancelling it again: %v, want ErrConflict", err)
			}
		}
		if err := w.Core.CancelRun(t.Context(), "no such run", "ana"); !core.IsMissing(err) {
			t.Errorf("cancelling nothing: %v", err)
		}
		if n := w.Browser.Submits(); n != 0 {
			t.Errorf("%d passwords were sent", n)
		}
		if got := mustAccount(t, w, a.ID); got.Health != (core.Health{}) || got.Block != nil {
			t.Errorf("a cancelled run left %+v", got)
		}
	}, func(c *core.Config) { c.Workers = 1 })
}

// A worker may claim a run between the look at its row and the writing of its end.
func TestCancelWhileItIsClaimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t)
		a, g := w.Account(t), newGate()
		w.Bank.OnLogin(g.login)
		run, err := w.Core.Scrape(t.Context(), a.ID, "test")
		if err != nil {
			t.Fatal(err)
		}
		w.Store.OnCall(func(method string) error {
			if method == "EndRun" {
				w.Store.OnCall(nil)
				w.Start(t)
				<-g.begun
			}
			return nil
		})
		if err := w.Core.CancelRun(t.Context(), run.ID, "ana"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		close(g.let)
		synctest.Wait()
		mustEnd(t, w.Wait(t, run.ID), core.Canceled, scrapers.Cancelled)
		if n := w.Browser.Submits(); n != 0 {
			t.Errorf("a cancelled run sent %d passwords", n)
		}
	})
}

func TestCancelBetweenClaimAndBeginning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t)
		a := w.Account(t)
		run, err := w.Core.Scrape(t.Context(), a.ID, "test")
		if err != nil {
			t.Fatal(err)
		}
		w.Store.OnCall(func(method string) error {
			if method != "Run" {
				return nil
			}
			w.Store.OnCall(nil) // the worker looks at its run a last time
			ended := run
			ended.Status, ended.FinishedAt = core.Canceled, time.Now()
			_, err := w.Store.EndRun(context.Background(), ended, func(*core.Account) {})
			return err
		})
		w.Start(t)
		synctest.Wait()
		if n, _, _ := w.Browser.Opened(); n != 0 {
			t.Error("a run that was cancelled opened the browser")
		}
	})
}

func TestPanicEndsTheRunAndNotTheProgram(t *testing.T) {
	defect := func(context.Context, scrapers.Page, scrapers.Credentials, scrapers.Ask) error {
		panic("row " + coretest.Password)
	}
	for name, c := range map[string]struct {
		login coretest.Login
		read  coretest.Read
		kind  scrapers.Kind
		want  core.AttemptOutcome
	}{
		"before the password": {login: defect, kind: core.Internal},
		"after the password": {login: func(ctx context.Context, p scrapers.Page, c scrapers.Credentials, a scrapers.Ask) error {
			return errors.Join(coretest.SignIn(ctx, p, c, a), defect(ctx, p, c, a))
		}, kind: scrapers.Unexplained, want: core.AttemptUnresolved},
		"while reading": {read: func(context.Context, scrapers.Page, scrapers.Request) (scrapers.Statement, error) {
			panic(coretest.Password)
		}, kind: core.Internal, want: core.AttemptSucceeded},
	} {
		t.Run(name, func(t *testing.T) {
			world(t, func(t *testing.T, w *coretest.World) {
				a := w.Account(t)
				w.Bank.OnLogin(c.login)
				w.Bank.OnRead(c.read)
				run := w.Scrape(t, a.ID)
				mustEnd(t, run, core.Failed, c.kind)
				mustLedger(t, w, c.want)
				if strings.Contains(run.Message, coretest.Password) || w.Log.Count(coretest.Password) > 0 {
					t.Error("what was panicked with is told")
				}
				w.Bank.OnLogin(nil)
				w.Bank.OnRead(nil)
				mustEnd(t, w.Scrape(t, w.Account(t, as("bea")).ID), core.Succeeded, "")
			})
		})
	}
}

// mustLedger checks the outcome of the only attempt; "" means that there is none.
func mustLedger(t *testing.T, w *coretest.World, want core.AttemptOutcome) {
	t.Helper()
	rows := w.Store.AllAttempts()
	switch {
	case want == "" && len(rows) == 0:
	case want == "" || len(rows) != 1 || rows[0].Outcome != want:
		t.Errorf("ledger %+v, want one attempt %q", rows, want)
	}
}

// busy is a Login that steps on for ever. It works in a synctest bubble.
func busy(ctx context.Context, p scrapers.Page, _ scrapers.Credentials, _ scrapers.Ask) error {
	for ctx.Err() == nil {
		if _, err := p.Seen(ctx, "#form"); err != nil {
			return err
		}
		time.Sleep(time.Second)
	}
	return scrapers.Fail(scrapers.StepTimeout, "wait for the login form", ctx.Err())
}

// A hang is told from honest work by the steps a driver makes.
func TestRunWithoutASingleStep(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		w.Bank.OnLogin(newGate().login)
		started := time.Now()
		run := w.Scrape(t, w.Account(t).ID)
		mustEnd(t, run, core.Failed, scrapers.StepTimeout)
		if took := time.Since(started); took < 2*time.Minute || took > 2*time.Minute+2*time.Second {
			t.Errorf("the run was ended after %s, want 2 minutes", took)
		}
	})
}

func TestRunLimit(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		w.Bank.OnLogin(busy)
		started := time.Now()
		run := w.Scrape(t, w.Account(t).ID)
		mustEnd(t, run, core.Failed, scrapers.StepTimeout)
		if took := time.Since(started); took < 13*time.Minute || took > 13*time.Minute+2*time.Second {
			t.Errorf("the run was ended after %s, want 13 minutes", took)
		}
	})
}

func TestRunsOfAFormerProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t)
		a, b := w.Account(t), w.Account(t, as("bea"))
		for _, id := range []string{a.ID, b.ID} {
			if _, err := w.Core.Scrape(t.Context(), id, "test"); err != nil {
				t.Fatal(err)
			}
		}
		left, err := w.Store.ClaimRun(t.Context(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		w.Reboot()
		w.Start(t)
		mustEnd(t, w.Wait(t, left.ID), core.Orphaned, core.Interrupted)
		live, _, err := w.Core.Runs(t.Context(), core.RunFilter{AccountID: b.ID})
		if err != nil || len(live) != 1 {
			t.Fatal(live, err)
		}
		mustEnd(t, w.Wait(t, live[0].ID), core.Succeeded, "")
		mustEnd(t, w.Scrape(t, a.ID), core.Succeeded, "")
	})
}
