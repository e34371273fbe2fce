package scrapertest

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"reconbanker/scrapers"
)

// reads checks a month of lines, twice: a second reading in the same session
// gives the same.
func reads(t *testing.T, b Bank) {
	v := enter(t, b, setting{})
	v.mustSignIn()
	since := v.daysAgo(30)
	s := v.mustRead(since)
	v.expectLines(s, since)
	directions := map[scrapers.Direction]int{}
	for _, l := range s.Lines {
		directions[l.Direction]++
	}
	if directions[scrapers.Credit] == 0 || directions[scrapers.Debit] == 0 {
		t.Errorf("the replica should have both credits and debits: %v", directions)
	}
	v.expectLines(v.mustRead(since), since)
	v.expectSubmits(1)
}

// readsSince asks from today, and from a day among those the replica has.
func readsSince(t *testing.T, b Bank) {
	v := enter(t, b, setting{})
	v.mustSignIn()
	for _, days := range []int{0, 5} {
		v.expectLines(v.mustRead(v.daysAgo(days)), v.daysAgo(days))
	}
}

func readsChosen(t *testing.T, b Bank) {
	v := enter(t, b, setting{})
	v.mustSignIn()
	since := v.daysAgo(30)
	all := v.site.Lines(v.user(), since)
	if len(all) == 0 {
		t.Fatal("the replica has no lines")
	}
	one := all[len(all)-1].BankAccount
	if l, ok := b.Driver.(scrapers.AccountLister); ok {
		accounts, err := l.BankAccounts(t.Context(), v.tab)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(accounts, func(a scrapers.BankAccount) bool { return a.Number == one }) {
			t.Errorf("account %s is not listed among %v", one, accounts)
		}
	}
	s := v.mustRead(since, one)
	if len(s.Accounts) != 1 || s.Accounts[0].Number != one {
		t.Errorf("asked for account %s, got %v", one, s.Accounts)
	}
	compare(t, s.Lines, slices.DeleteFunc(all, func(l scrapers.Line) bool { return l.BankAccount != one }))

	_, err := v.read(since, one, "no such account")
	v.expectKind(err, scrapers.AccountNotFound, 1)
}

func readsEmpty(t *testing.T, b Bank) {
	v := enter(t, b, setting{customer: Empty})
	v.mustSignIn()
	s := v.mustRead(v.daysAgo(30))
	if len(s.Lines) != 0 || len(s.Accounts) != 1 {
		t.Errorf("got %d lines of %d accounts, want none of one", len(s.Lines), len(s.Accounts))
	}
}

func readsIdentical(t *testing.T, b Bank) {
	v := enter(t, b, setting{faults: []Fault{TwoIdentical}})
	v.mustSignIn()
	since := v.daysAgo(7)
	s := v.mustRead(since)
	v.expectLines(s, since)
	type seen struct {
		account, description, sender string
		amount                       scrapers.Money
		at                           time.Time
	}
	count, most := map[seen]int{}, 0
	for _, l := range s.Lines {
		k := seen{l.BankAccount, l.Description, l.Sender, l.Amount, l.BookedAt.UTC()}
		count[k]++
		most = max(most, count[k])
	}
	if most < 2 {
		t.Error("no two lines are alike")
	}
}

func readsMoved(t *testing.T, b Bank) {
	v := enter(t, b, setting{faults: []Fault{MovedColumn}})
	v.mustSignIn()
	v.expectLines(v.mustRead(v.daysAgo(30)), v.daysAgo(30))
}

// expectLines compares a reading of every account with what the site has.
func (v *visit) expectLines(s scrapers.Statement, since time.Time) {
	v.t.Helper()
	want := v.site.Lines(v.user(), since)
	compare(v.t, s.Lines, want)
	for _, l := range want {
		if !slices.ContainsFunc(s.Accounts, func(a scrapers.BankAccount) bool { return a.Number == l.BankAccount }) {
			v.t.Errorf("account %s is not among those read", l.BankAccount)
			return
		}
	}
	known := v.bank.Driver.Info().Currencies
	for _, l := range s.Lines {
		if l.Amount.Minor <= 0 || !slices.Contains(known, l.Amount.Currency) || len(l.Raw) == 0 {
			v.t.Errorf("a line has no positive amount, an unknown currency or no raw row: %+v", l)
			return
		}
	}
}

// compare tells how two lists of lines differ, whatever their order.
func compare(t *testing.T, got, want []scrapers.Line) {
	t.Helper()
	order := func(x, y scrapers.Line) int {
		return cmp.Or(
			strings.Compare(x.BankAccount, y.BankAccount), x.BookedAt.Compare(y.BookedAt), strings.Compare(x.BankID, y.BankID),
			cmp.Compare(balance(x), balance(y)), strings.Compare(x.Description, y.Description),
			cmp.Compare(x.Amount.Minor, y.Amount.Minor), strings.Compare(x.Sender, y.Sender),
		)
	}
	got, want = slices.SortedFunc(slices.Values(got), order), slices.SortedFunc(slices.Values(want), order)
	if len(got) != len(want) {
		t.Errorf("got %d lines, want %d", len(got), len(want))
	}
	if d := diff.Diff(want, got, cmpopts.IgnoreFields(scrapers.Line{}, "Raw"), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("the lines differ from the bank's (-bank +read):\n%.4000s", d)
	}
}

func balance(l scrapers.Line) int64 {
	if l.Balance == nil {
		return 0
	}
	return l.Balance.Minor
}
