package core_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

func TestDiagnosticGivesNothingAway(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, func(in *core.SettingsInput) { in.Own.Schedule = new("@every 20m") })
		if _, err := w.Core.RenameAccount(t.Context(), a.ID, "Operating ACME", "test"); err != nil {
			t.Fatal(err)
		}
		w.Browser.Shows(scrapers.Evidence{
			Title: "Hola EVA PEREZ", Text: "Su saldo es 77.123,45", Screenshot: []byte("a picture"),
			Steps: []string{"open https://bank.example/cliente/ANA/cuenta/00441122?token=s3cr3t", `saw "PANADERIA"`, "fill #pin77"},
		})
		w.Bank.OnRead(func(context.Context, scrapers.Page, scrapers.Request) (scrapers.Statement, error) {
			return scrapers.Statement{}, &scrapers.Error{
				Kind:  scrapers.UnparsableRow,
				Doing: `read row 31 of "PANADERIA LA ESPIGA": 12.890,00 UYU of PANADERIA`,
				Said:  "Hola EVA PEREZ, su saldo es 77.123,45",
				URL:   "https://bank.example/cliente/Ana/cuenta/00441122?token=s3cr3t",
			}
		})
		w.Store.AddAttempts(core.Attempt{ID: "x", Bank: a.Bank, BankUser: "ana", AccountID: a.ID, Print: "huella-77", At: time.Now().Add(-time.Hour), Outcome: core.AttemptNoCode})
		run := w.Scrape(t, a.ID)
		mustEnd(t, run, core.Failed, scrapers.UnparsableRow)
		d, err := w.Core.Diagnostic(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, leak := range []string{"PANADERIA", "12.890", "77", "PEREZ", "EVA", "huella", "00441122", "s3cr3t", "ACME", "picture"} {
			if strings.Contains(strings.ReplaceAll(d.Text, run.ID, ""), leak) { // an id may hold any digits
				t.Errorf("the diagnostic tells %q:\n%s", leak, d.Text)
			}
		}
		if strings.Contains(strings.ToLower(d.Text), "/ana/") {
			t.Errorf("the diagnostic names the bank user:\n%s", d.Text)
		}
		for _, fact := range []string{
			"reconbanker: 1.2.3 (", "run: " + run.ID, "kind: UNPARSABLE_ROW", "stage: read", "doing: read row # of …",
			"page: https://bank.example/cliente/…/cuenta/#", "  login: 0s ok", "  read: 0s UNPARSABLE_ROW", "one-shot simple @every 20m",
			"in a day=2 not known to have succeeded=1 budget=3", "no_code", "  step 1: open https://bank.example/cliente/…/cuenta/#", "  step 2: saw …", "fill #pin#",
		} {
			if !strings.Contains(d.Text, fact) {
				t.Errorf("the diagnostic lacks %q:\n%s", fact, d.Text)
			}
		}
		var names []string
		lines := 0
		for _, p := range d.Parts {
			names = append(names, p.Name)
			lines += p.Lines
		}
		if want := []string{core.PartProgram, core.PartRun, core.PartStages, core.PartLogins, core.PartSteps, core.PartAccount}; !slices.Equal(names, want) || lines != strings.Count(d.Text, "\n") {
			t.Errorf("its parts are %v of %d lines", d.Parts, strings.Count(d.Text, "\n"))
		}
	}, func(cfg *core.Config) { cfg.Version = "1.2.3" })
}

func TestEvidenceIsSealedAndComesBack(t *testing.T) {
	want := scrapers.Evidence{URL: "https://bank.example/login", Title: "Ingreso", Text: "Usuario o clave incorrectos", Screenshot: []byte("a picture"), Steps: []string{"open", "saw refused"}}
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t)
		w.Browser.Shows(want)
		w.Bank.OnLogin(coretest.FailAfterSubmit(refusal))
		run := w.Scrape(t, a.ID)
		got, err := w.Core.Evidence(t.Context(), run.ID)
		if err != nil || got.Title != want.Title || got.Text != want.Text || got.URL != want.URL || string(got.Screenshot) != "a picture" || !slices.Equal(got.Steps, want.Steps) || got.At.IsZero() {
			t.Fatalf("evidence %+v, %v", got, err)
		}
		sealed, err := w.Store.LoadEvidence(t.Context(), run.ID)
		if err != nil || strings.Contains(string(sealed.Page), "Ingreso") || strings.Contains(string(sealed.Picture), "a picture") {
			t.Errorf("evidence is kept readable: %v", err)
		}
		w.Vault.Lock(true)
		if _, err := w.Core.Evidence(t.Context(), run.ID); err == nil {
			t.Error("evidence opened without the key")
		}
		w.Vault.Lock(false)

		if err := w.Core.SetPreferences(t.Context(), core.Preferences{StaleHours: 24}, "test"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Core.Evidence(t.Context(), run.ID); !core.IsMissing(err) {
			t.Errorf("after evidence was turned off: %v", err)
		}
		time.Sleep(time.Minute)
		again, err := w.Core.Restart(t.Context(), a.ID, "test")
		if err != nil {
			t.Fatal(err)
		}
		mustEnd(t, w.Wait(t, again.ID), core.Failed, scrapers.InvalidCredentials)
		if _, err := w.Core.Evidence(t.Context(), again.ID); !core.IsMissing(err) {
			t.Errorf("evidence is off and kept: %v", err)
		}
	})
}

func TestNoEvidenceOfWhatWasGivenUp(t *testing.T) {
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t)
		g := newGate()
		w.Bank.OnLogin(g.login)
		run, err := w.Core.Scrape(t.Context(), a.ID, "test")
		if err != nil {
			t.Fatal(err)
		}
		<-g.begun
		if err := w.Core.CancelRun(t.Context(), run.ID, "test"); err != nil {
			t.Fatal(err)
		}
		mustEnd(t, w.Wait(t, run.ID), core.Canceled, scrapers.Cancelled)
		if _, err := w.Core.Evidence(t.Context(), run.ID); !core.IsMissing(err) {
			t.Errorf("a run a person ended keeps evidence: %v", err)
		}
	})
}
