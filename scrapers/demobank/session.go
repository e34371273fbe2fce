package demobank

import (
	"context"
	"net/url"

	"reconbanker/scrapers"
)

// number prints amounts as the bank does.
var number = scrapers.NumberFormat{
	Decimal: ',', Group: '.', Symbols: map[string]string{"$": "UYU", "U$S": "USD"},
}

const readAccounts = `[...document.querySelectorAll("#cuentas li[data-cuenta]")].map(li => ({
	Number: li.dataset.cuenta, Name: li.querySelector(".name").textContent, Sign: li.dataset.moneda,
}))`

// Authenticated implements scrapers.Driver.
func (Driver) Authenticated(ctx context.Context, page scrapers.Page) (bool, error) {
	err := home(ctx, page)
	if scrapers.KindOf(err) == scrapers.SessionExpired {
		return false, nil
	}
	return err == nil, err
}

// KeepAlive implements scrapers.KeepAliver.
func (Driver) KeepAlive(ctx context.Context, page scrapers.Page) error { return home(ctx, page) }

// BankAccounts implements scrapers.AccountLister.
func (Driver) BankAccounts(ctx context.Context, page scrapers.Page) ([]scrapers.BankAccount, error) {
	there, err := page.Seen(ctx, accountList)
	if err == nil && !there {
		err = home(ctx, page)
	}
	if err != nil {
		return nil, err
	}
	if none, err := page.Seen(ctx, noAccounts); err != nil || none {
		if err == nil {
			err = scrapers.Fail(scrapers.NoAccounts, "read the accounts", nil)
		}
		return nil, err
	}
	var rows []struct{ Number, Name, Sign string }
	if err := page.Read(ctx, readAccounts, &rows); err != nil {
		return nil, err
	}
	accounts := make([]scrapers.BankAccount, 0, len(rows))
	for _, r := range rows {
		currency, err := number.Currency(r.Sign)
		if err != nil {
			return nil, scrapers.Fail(scrapers.LayoutChanged, "read the accounts", err)
		}
		accounts = append(accounts, scrapers.BankAccount{Number: r.Number, Name: scrapers.Squeeze(r.Name), Currency: currency})
	}
	return accounts, nil
}

// home opens the page of the accounts; SessionExpired when the bank shows the
// login instead.
func home(ctx context.Context, page scrapers.Page) error {
	address, err := page.URL(ctx)
	if err != nil {
		return err
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return scrapers.Fail(scrapers.SessionExpired, "open the accounts from a page that is not the bank's", err)
	}
	if err := page.Goto(ctx, u.Scheme+"://"+u.Host+"/inicio"); err != nil {
		return err
	}
	_, err = await(ctx, page, "open the accounts", good("in", accountList), isOut, isClosed)
	return err
}
