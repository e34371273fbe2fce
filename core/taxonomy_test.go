package core

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
	"time"

	"reconbanker/scrapers"
)

// declaredKinds finds every kind that a file declares.
func declaredKinds(t *testing.T, file string) (out []scrapers.Kind) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || v.Type == nil || len(v.Values) != 1 {
			return true
		}
		name := ""
		switch typ := v.Type.(type) {
		case *ast.Ident:
			name = typ.Name
		case *ast.SelectorExpr:
			name = typ.Sel.Name
		}
		if text, ok := v.Values[0].(*ast.BasicLit); ok && name == "Kind" {
			out = append(out, scrapers.Kind(strings.Trim(text.Value, `"`)))
		}
		return true
	})
	return out
}

func TestEveryKindIsInTheTaxonomy(t *testing.T) {
	kinds := append(declaredKinds(t, "errors.go"), declaredKinds(t, "../scrapers/errors.go")...)
	if len(kinds) < 35 {
		t.Fatalf("only %d kinds were found", len(kinds))
	}
	seen := map[scrapers.Kind]int{}
	for _, k := range Kinds() {
		seen[k.Kind]++
	}
	for _, k := range kinds {
		if seen[k] != 1 {
			t.Errorf("%s is %d times in the table", k, seen[k])
		}
		delete(seen, k)
	}
	if len(seen) > 0 {
		t.Errorf("in the table and not declared: %v", seen)
	}
	for _, k := range Kinds() {
		if k.Remedy.Sentence() == "" || (k.Class.Name() == "") != (k.Class == ClassNone) {
			t.Errorf("%s: class %q is %q on the wire; what to do: %q", k.Kind, k.Class, k.Class.Name(), k.Remedy.Sentence())
		}
	}
	if got := About("NEVER_HEARD_OF"); got.Class != ClassLocal || got.Remedy != DoReport {
		t.Errorf("an unknown kind: %+v", got)
	}
}

// The table says what the policy does.
func TestTheTaxonomyAgreesWithThePolicy(t *testing.T) {
	slot := noon.Add(time.Minute)
	for _, k := range Kinds() {
		if k.Class == ClassFatal != (fatal(k.Kind) || k.Kind == RefusedBefore) {
			t.Errorf("%s: class %s", k.Kind, k.Class)
		}
		a := Account{Status: Active, NextRunAt: slot}
		afterFailure(&a, k.Kind, "", 1, noon, slot)
		at, ok := TriedNext(a)
		want := map[NextTry]time.Duration{
			TryOnceMore: unexplainedGap, TryCode: growingDelay[0], TrySoon: transientRetry[0], TryGrowing: growingDelay[0],
			TrySixHours: robotCooldown, TryAtItsSlots: time.Minute,
		}[k.Next]
		switch {
		case k.Kind == Blocked || k.Kind == RefusedBefore || k.Kind == TooSoon || k.Kind == BudgetSpent: // they end in afterSkip
		case k.Kind == scrapers.OTPTimeout || k.Kind == scrapers.ApprovalExpired || k.Next == TryNever || k.Next == TryPresence:
			if ok {
				t.Errorf("%s: tried by itself at %s", k.Kind, at)
			}
		case !ok || at.Sub(noon) != want:
			t.Errorf("%s: tried %s later, %v; the table says %s", k.Kind, at.Sub(noon), ok, k.Next)
		}
		if got := transient(k.Kind); got != (k.Next == TrySoon) {
			t.Errorf("%s: transient %v, tried %s", k.Kind, got, k.Next)
		}
	}
}

func TestBudget(t *testing.T) {
	midnight := noon.Add(-12 * time.Hour)
	rows := []Attempt{
		{At: noon, Outcome: AttemptUnresolved},
		{At: noon, Outcome: AttemptSucceeded},
		{At: midnight, Outcome: AttemptNoCode},
		{At: midnight.Add(-time.Second), Outcome: AttemptRefused},
		{At: noon, Outcome: AttemptOpen},
	}
	got := budgetOf(rows, 4, midnight, midnight.Add(24*time.Hour))
	if got != (Budget{Limit: 4, Spent: 3, Left: 1, ResetsAt: midnight.Add(24 * time.Hour)}) {
		t.Errorf("%+v", got)
	}
	if got := budgetOf(rows, 2, midnight, midnight); got.Left != 0 {
		t.Errorf("%+v", got)
	}
}

func TestAttended(t *testing.T) {
	zone := time.FixedZone("here", -3*3600)
	at := func(text string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for _, c := range []struct{ hours, now, next string }{ // next "" is now
		{"", "2026-11-25 08:00", ""}, // a Wednesday
		{"", "2026-11-25 18:59", ""},
		{"", "2026-11-25 19:00", "2026-11-26 08:00"},
		{"", "2026-11-27 19:00", "2026-11-30 08:00"}, // over the weekend
		{"", "2026-11-25 07:59", "2026-11-25 08:00"},
		{"always", "2026-11-28 23:59", ""},
		{"sat,sun 10:00-12:00", "2026-11-25 11:00", "2026-11-28 10:00"},
		{"fri-mon 09:30-24:00", "2026-11-29 23:59", ""},
		{"wed 09:00-10:00", "2026-11-25 10:00", "2026-12-02 09:00"},
	} {
		a, err := ParseAttended(c.hours)
		if err != nil {
			t.Fatal(err)
		}
		now, want := at(c.now), at(c.now)
		if c.next != "" {
			want = at(c.next)
		}
		if got := a.Next(now); !got.Equal(want) || a.Holds(now) != (c.next == "") {
			t.Errorf("%q at %s: next %s, holds %v; want %s", c.hours, c.now, got, a.Holds(now), want)
		}
	}
	for _, bad := range []string{"never", "mon", "mon-fri", "mon-fri 8-19", "xyz 08:00-19:00", "mon 19:00-08:00", "mon 08:00", "mon 25:00-26:00"} {
		if _, err := ParseAttended(bad); err == nil {
			t.Errorf("%q was understood", bad)
		}
	}
}
