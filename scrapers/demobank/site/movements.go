package site

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Movement is one booked line.
type Movement struct {
	ID       string // the bank's number, unique within the account
	Account  string
	At       time.Time // to the minute
	Cents    int64     // positive for a credit, negative for a debit
	Currency string
	Balance  int64 // cents after this line
	Concept  string
	// Reference is the payer's text, or what the line takes back.
	Reference      string
	Sender         string // who paid; "" when the bank does not know
	SenderDocument string
	Reverses       string // ID of the line this one takes back
}

// account is one account of a user.
type account struct {
	number, name, currency string
	owner                  string
	opening                int64 // cents at the beginning of every month
	busy                   int   // movements on a working day, about; 0 means none ever
	posted                 []Movement
	numbered               int
	months                 map[string][]Movement // generated so far
	many                   []Movement
}

const (
	postedFrom = 9000 // numbers of posted movements begin here, generated ones below
	manyLines  = 5000
	history    = 3 // months shown, this one included
)

// list returns the lines of an account, newest first, with running balances.
func (b *Bank) list(a *account) []Movement {
	first := b.first(a)
	if b.on(EmptyAccount) && first {
		return nil
	}
	now := b.now()
	horizon := now
	if b.cfg.Quiet {
		horizon = b.start
	}
	var lines []Movement
	if b.on(ManyMovements) && first {
		lines = append(lines, b.manyOf(a)...)
	} else {
		for i := range history + monthsBetween(b.start, now) {
			for _, m := range b.month(a, monthOf(b.start).AddDate(0, 1-history+i, 0)) {
				if !m.At.After(horizon) {
					lines = append(lines, m)
				}
			}
		}
	}
	lines = append(lines, a.posted...)
	lines = b.disturb(a, lines)
	slices.SortStableFunc(lines, func(x, y Movement) int {
		return cmp.Or(x.At.Compare(y.At), strings.Compare(x.ID, y.ID))
	})
	balance := a.opening
	for i := range lines {
		balance += lines[i].Cents
		lines[i].Balance = balance
	}
	slices.Reverse(lines)
	return lines
}

func (b *Bank) first(a *account) bool {
	return slices.ContainsFunc(b.users, func(u *user) bool { return u.accounts[0] == a })
}

// disturb applies the switches that add or take away lines.
func (b *Bank) disturb(a *account, lines []Movement) []Movement {
	if !b.first(a) || a.busy == 0 {
		return lines
	}
	today := dayOf(b.now())
	newest := func(before time.Time) int {
		best := -1
		for i, m := range lines {
			if m.Cents > 0 && m.Sender != "" && m.At.Before(before) && (best < 0 || m.At.After(lines[best].At)) {
				best = i
			}
		}
		return best
	}
	if at, on := b.switched[Reversal]; on {
		if i := newest(at); i >= 0 {
			taken := lines[i]
			lines = append(lines, Movement{
				ID: at.Format("060102") + "8001", Account: a.number, Currency: a.currency, At: at.Truncate(time.Minute),
				Cents: -taken.Cents, Concept: "REVERSO " + taken.Concept, Reference: "REV " + taken.ID, Reverses: taken.ID,
			})
		}
	}
	if at, on := b.switched[TwoIdentical]; on {
		payer := payers[0]
		for i := range 2 {
			lines = append(lines, Movement{
				ID: fmt.Sprintf("%s%d", at.Format("060102"), 8101+i), Account: a.number, Currency: a.currency,
				At: at.Truncate(time.Minute), Cents: 1_500_00, Concept: "TRF. RECIBIDA " + payer.name,
				Reference: "CUOTA", Sender: payer.name, SenderDocument: payer.document,
			})
		}
	}
	if b.on(VanishingLine) {
		if i := newest(today); i >= 0 {
			lines = slices.Delete(lines, i, i+1)
		}
	}
	return lines
}

// month generates the lines of one calendar month. Its last line moves what was
// gained to a reserve account, so that every month begins with the same balance
// and a history may begin with any month without changing a figure.
func (b *Bank) month(a *account, first time.Time) []Movement {
	key := first.Format("2006-01")
	if lines, done := a.months[key]; done || a.busy == 0 {
		return lines
	}
	var lines []Movement
	var gained int64
	last := first
	for day := first; day.Month() == first.Month(); day = day.AddDate(0, 0, 1) {
		for _, m := range b.day(a, day) {
			gained += m.Cents
			lines = append(lines, m)
		}
		last = day
	}
	sweep := Movement{
		ID: last.Format("060102") + "7999", Account: a.number, Currency: a.currency,
		At: last.Add(23*time.Hour + 50*time.Minute), Cents: -gained, Concept: "TRASPASO A CUENTA RESERVA",
	}
	if gained < 0 {
		sweep.Concept, sweep.Sender = "TRASPASO DESDE CUENTA RESERVA", a.owner
	}
	if gained != 0 {
		lines = append(lines, sweep)
	}
	a.months[key] = lines
	return lines
}

// day generates the lines of one day; they depend on nothing but the seed, the
// account and the date.
func (b *Bank) day(a *account, day time.Time) []Movement {
	r := b.random(a.number, day.Format("2006-01-02"))
	n := a.busy + r.IntN(a.busy+1) - a.busy/2
	switch day.Weekday() {
	case time.Sunday:
		return nil
	case time.Saturday:
		n /= 3
	default:
	}
	minutes := make([]int, n)
	for i := range minutes {
		minutes[i] = 8*60 + r.IntN(10*60)
	}
	slices.Sort(minutes)
	lines := make([]Movement, 0, n)
	for i, minute := range minutes {
		m := b.invent(r, a)
		m.ID = fmt.Sprintf("%s%04d", day.Format("060102"), i+1)
		m.At = day.Add(time.Duration(minute) * time.Minute)
		lines = append(lines, m)
	}
	return lines
}

// manyOf generates 5,000 lines, one every five minutes back from the switch.
func (b *Bank) manyOf(a *account) []Movement {
	if a.many == nil {
		r := b.random(a.number, "many")
		at := b.switched[ManyMovements].Truncate(time.Minute)
		for i := range manyLines {
			m := b.invent(r, a)
			m.At = at.Add(-time.Duration(i) * 5 * time.Minute)
			m.ID = fmt.Sprintf("%s%04d", m.At.Format("060102"), 1000+m.At.Hour()*60+m.At.Minute())
			a.many = append(a.many, m)
		}
	}
	return a.many
}

func (b *Bank) random(parts ...string) *rand.Rand {
	h := fnv.New64a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p + "\x00")) // a hash never fails to write
	}
	return rand.New(rand.NewPCG(uint64(b.cfg.Seed), h.Sum64())) //nolint:gosec // made-up movements, no secrets
}

type party struct{ name, document string }

var payers = []party{
	{"KAPPA SRL", "214563870016"},
	{"FERRETERIA NORTE SA", "210098450013"},
	{"DISTRIBUIDORA DEL ESTE SRL", "216734210019"},
	{"PANADERIA LA ESPIGA SRL", "213309870011"},
	{"TRANSPORTES RIO NEGRO SA", "211457730018"},
	{"ESTUDIO CONTABLE PRADO & ASOC.", "217785120012"},
	{"MUÑOZ HERMANOS SRL", "212086540015"},
	{"COOPERATIVA AGRARIA SAN JOSÉ", "210554190017"},
}

var costs = []string{
	"PAGO UTE", "PAGO ANTEL", "PAGO OSE", "PAGO BPS", "PAGO DGI", "PAGO PROVEEDORES", "COMISION MANTENIMIENTO",
	"IVA S/COMISION", "DEBITO AUTOMATICO SEGURO", "CHEQUE CAMARA",
}

// invent makes one plausible line without time and number.
func (b *Bank) invent(r *rand.Rand, a *account) Movement {
	m := Movement{Account: a.number, Currency: a.currency}
	unit := int64(1)
	if a.currency == "USD" {
		unit = 25 // dollars come in smaller figures
	}
	if r.IntN(10) < 4 {
		m.Cents = -(150_00 + r.Int64N(38_000_00)) / unit
		m.Concept = costs[r.IntN(len(costs))]
		m.Reference = fmt.Sprintf("%08d", r.IntN(100_000_000))
		return m
	}
	m.Cents = (900_00 + r.Int64N(90_000_00)) / unit
	if r.IntN(3) == 0 {
		m.Cents = m.Cents / 100_00 * 100_00 // people like round figures
	}
	m.Cents = max(m.Cents, 100_00)
	if r.IntN(12) == 0 {
		m.Concept = "DEPOSITO EN EFECTIVO SUC. " + fmt.Sprintf("%03d", 1+r.IntN(40))
		return m
	}
	payer := payers[r.IntN(len(payers))]
	m.Sender, m.SenderDocument = payer.name, payer.document
	m.Concept = "TRF. RECIBIDA " + payer.name
	m.Reference = fmt.Sprintf("FACTURA A-%05d", r.IntN(100_000))
	return m
}

func dayOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

func monthOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location())
}

func monthsBetween(from, to time.Time) int {
	return max(0, (to.Year()-from.Year())*12+int(to.Month())-int(from.Month()))
}

// amount prints cents as the bank does: "1.234.567,89".
func amount(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	whole := fmt.Sprint(cents / 100)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "." + whole[i:]
	}
	return fmt.Sprintf("%s%s,%02d", sign, whole, cents%100)
}

// symbol prints a currency as the bank does.
func symbol(currency string) string {
	if currency == "USD" {
		return "U$S"
	}
	return "$"
}
