package site

import (
	"net/http"
	"slices"
	"strconv"
)

const (
	pageSize    = 50
	bigPageSize = 200 // of an account with very many movements
)

type accountView struct {
	Number, Name, Currency string
	Balance                int64
}

func (b *Bank) accountView(a *account) accountView {
	v := accountView{Number: a.number, Name: a.name, Currency: a.currency, Balance: a.opening}
	if lines := b.list(a); len(lines) > 0 {
		v.Balance = lines[0].Balance
	}
	return v
}

func (b *Bank) home(w http.ResponseWriter, _ *http.Request, u *user) {
	b.mu.Lock()
	accounts := make([]accountView, 0, len(u.accounts))
	for _, a := range u.accounts {
		if !b.on(NoAccounts) {
			accounts = append(accounts, b.accountView(a))
		}
	}
	b.mu.Unlock()
	b.show(w, http.StatusOK, "home", view{Title: "Mis cuentas", Company: u.company, Data: accounts})
}

func (b *Bank) account(w http.ResponseWriter, r *http.Request, u *user) {
	b.mu.Lock()
	a := u.account(r.URL.Query().Get("n"))
	var v accountView
	if a != nil {
		v = b.accountView(a)
	}
	b.mu.Unlock()
	if a == nil {
		b.show(w, http.StatusNotFound, "notice", view{
			Title: "Cuenta", Company: u.company, Message: "Cuenta inexistente", Words: "No encontramos esa cuenta entre las suyas.",
		})
		return
	}
	b.show(w, http.StatusOK, "account", view{Title: "Movimientos", Company: u.company, Data: v})
}

func (u *user) account(number string) *account {
	for _, a := range u.accounts {
		if a.number == number {
			return a
		}
	}
	return nil
}

// listing is the answer the account page's script asks for.
type listing struct {
	Account string   `json:"cuenta"`
	Page    int      `json:"pagina"`
	Pages   int      `json:"paginas"`
	Total   int      `json:"total"`
	Columns []column `json:"columnas"`
	Rows    []row    `json:"movimientos"`
}

type column struct {
	Key   string `json:"clave"`
	Title string `json:"titulo"`
}

type row map[string]string

// movements answers one page of an account's lines, newest first.
func (b *Bank) movements(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.session(r)
	if s == nil || !s.in {
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "sesión expirada"})
		return
	}
	if s.lists++; b.on(LoggedOutMidway) && s.lists >= 2 {
		b.end(r)
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "sesión expirada"})
		return
	}
	a := s.user.account(r.URL.Query().Get("cuenta"))
	page, err := strconv.Atoi(r.URL.Query().Get("pagina"))
	if a == nil || err != nil || page < 1 {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "cuenta o página inexistente"})
		return
	}
	if b.on(AccountDown) && b.first(a) {
		writeJSON(w, http.StatusInternalServerError, map[string]string{"error": "no disponible"})
		return
	}
	writeJSON(w, http.StatusOK, b.listing(a, page))
}

func (b *Bank) listing(a *account, page int) listing {
	lines := b.list(a)
	size := pageSize
	if len(lines) > 10*pageSize {
		size = bigPageSize
	}
	from, to := min((page-1)*size, len(lines)), min(page*size, len(lines))
	if b.on(Duplicates) && from > 0 {
		from-- // as when a movement is booked while somebody pages
	}
	l := listing{
		Account: a.number, Page: page, Pages: (len(lines) + size - 1) / size, Total: len(lines),
		Columns: b.columns(), Rows: []row{},
	}
	for _, m := range lines[from:to] {
		l.Rows = append(l.Rows, b.row(m))
	}
	if from == 0 && len(l.Rows) > 0 {
		b.damage(l.Rows[0], lines[0])
	}
	return l
}

// damage does to the newest row what a switch says.
func (b *Bank) damage(r row, m Movement) {
	switch {
	case b.on(StrangeRow):
		delete(r, "debito")
		r["credito"] = "a confirmar"
	case b.on(WrongBalance):
		r["saldo"] = amount(m.Balance + 100)
	}
}

func (b *Bank) columns() []column {
	columns := []column{
		{"fecha", "Fecha"},
		{"numero", "Nº"},
		{"concepto", "Concepto"},
		{"referencia", "Referencia"},
		{"debito", "Débito"},
		{"credito", "Crédito"},
		{"saldo", "Saldo"},
	}
	if b.on(RenamedColumn) {
		columns[5].Title = "Importe"
	}
	if b.on(MovedColumn) {
		columns[4], columns[5] = columns[5], columns[4]
		columns[0], columns[6] = columns[6], columns[0]
	}
	if b.on(NoIDs) {
		columns = slices.DeleteFunc(columns, func(c column) bool { return c.Key == "numero" })
	}
	return columns
}

func (b *Bank) row(m Movement) row {
	r := row{
		"fecha": m.At.Format("02/01/2006 15:04"), "numero": m.ID, "concepto": m.Concept, "referencia": m.Reference,
		"saldo": amount(m.Balance), "ordenante": m.Sender, "documento": m.SenderDocument,
	}
	if m.Cents < 0 {
		r["debito"] = amount(-m.Cents)
	} else {
		r["credito"] = amount(m.Cents)
	}
	if b.on(NoIDs) {
		delete(r, "numero")
	}
	return r
}
