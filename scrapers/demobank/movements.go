package demobank

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"reconbanker/scrapers"
)

const (
	listed     = "#movimientos[data-pagina='%d'] tr.mov" // the n-th page has been added
	nothing    = "#sin-movimientos"
	listFailed = "#error-movimientos"
	more       = "#ver-mas"

	// readTable reads the rows from the n-th on, with the details that the page
	// keeps folded beneath each.
	readTable = `(() => {
		const text = e => e ? e.textContent : "";
		const pairs = e => Object.fromEntries([...e.querySelectorAll("dt")].map(t => [text(t), text(t.nextElementSibling)]));
		return {
			Account: text(document.querySelector("#cuenta-numero")),
			Heads: [...document.querySelectorAll("#movimientos thead th")].map(text),
			Rows: [...document.querySelectorAll("#movimientos tr.mov")].slice(%d).map(r => ({
				Cells: [...r.cells].map(text), Details: pairs(r.nextElementSibling),
			})),
		};
	})()`
)

// table is what the account page shows, newest line first.
type table struct {
	Account string
	Heads   []string
	Rows    []tableRow
}

type tableRow struct {
	Cells   []string
	Details map[string]string
}

// Movements implements scrapers.Driver.
func (d Driver) Movements(ctx context.Context, page scrapers.Page, req scrapers.Request) (scrapers.Statement, error) {
	zone, err := time.LoadLocation(d.Info().TimeZone)
	if err != nil {
		return scrapers.Statement{}, scrapers.Fail(scrapers.DataInconsistent, "load the bank's time zone", err)
	}
	accounts, err := d.chosen(ctx, page, req.Accounts)
	if err != nil {
		return scrapers.Statement{}, err
	}
	var s scrapers.Statement
	for _, a := range accounts {
		lines, err := readAccount(ctx, page, a, req.Since, zone)
		if err != nil {
			return scrapers.Statement{}, err
		}
		s.Lines = append(s.Lines, lines...)
		s.Accounts = append(s.Accounts, a)
	}
	return s, nil
}

// chosen returns the accounts to read: those asked for, or all.
func (d Driver) chosen(ctx context.Context, page scrapers.Page, numbers []string) ([]scrapers.BankAccount, error) {
	all, err := d.BankAccounts(ctx, page)
	if err != nil || len(numbers) == 0 {
		return all, err
	}
	var chosen []scrapers.BankAccount
	for _, n := range numbers {
		i := slices.IndexFunc(all, func(a scrapers.BankAccount) bool { return a.Number == n })
		if i < 0 {
			return nil, scrapers.Fail(scrapers.AccountNotFound, "find account "+n, nil)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// readAccount pages back until a line older than since shows that its day is whole.
func readAccount(
	ctx context.Context, page scrapers.Page, a scrapers.BankAccount, since time.Time, zone *time.Location,
) ([]scrapers.Line, error) {
	address, err := page.URL(ctx)
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(address)
	if err != nil {
		return nil, scrapers.Fail(scrapers.LayoutChanged, "open an account", err)
	}
	if err := page.Goto(ctx, base.Scheme+"://"+base.Host+"/cuenta?n="+url.QueryEscape(a.Number)); err != nil {
		return nil, err
	}
	var l ledger
	for pages := 1; ; pages++ {
		_, err := await(ctx, page, "wait for the movements",
			good("rows", fmt.Sprintf(listed, pages)), good("none", nothing), bad(scrapers.BankUnavailable, listFailed), isOut, isClosed)
		if err != nil {
			return nil, err
		}
		var t table
		if err := page.Read(ctx, fmt.Sprintf(readTable, l.read), &t); err != nil {
			return nil, err
		}
		if scrapers.Squeeze(t.Account) != a.Number {
			return nil, scrapers.Fail(scrapers.DataInconsistent, "read account "+a.Number+" where another is shown", nil)
		}
		if err := l.add(t, a, zone); err != nil {
			return nil, err
		}
		isMore, err := page.Seen(ctx, more)
		if err != nil {
			return nil, err
		}
		if !isMore || l.reaches(since) {
			return l.since(since), nil
		}
		if err := dismiss(ctx, page); err != nil {
			return nil, err
		}
		if err := page.Click(ctx, more); err != nil {
			return nil, err
		}
	}
}

// columns are where the table has what we need today; -1 for what it lacks.
type columns struct{ date, id, concept, reference, debit, credit, balance int }

func findColumns(heads []string) (columns, error) {
	at := func(head string) int {
		return slices.IndexFunc(heads, func(h string) bool { return strings.EqualFold(scrapers.Squeeze(h), head) })
	}
	c := columns{at("Fecha"), at("Nº"), at("Concepto"), at("Referencia"), at("Débito"), at("Crédito"), at("Saldo")}
	if min(c.date, c.concept, c.debit, c.credit, c.balance) < 0 {
		return c, scrapers.Fail(scrapers.LayoutChanged, fmt.Sprintf("find the columns among %q", heads), nil)
	}
	return c, nil
}
