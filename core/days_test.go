package core_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
)

func TestDaysWithoutAnythingAreThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := coretest.NewWorld(t)
		a := w.Account(t)
		w.Owe(t, a.ID, coretest.Hook, 3) // movements of today
		days, err := w.Core.Days(t.Context(), a.ID, 30)
		if err != nil || len(days) != 30 {
			t.Fatalf("%d days, %v", len(days), err)
		}
		total := 0
		for i, d := range days {
			if i > 0 {
				before, err := time.Parse(time.DateOnly, days[i-1].Day)
				if err != nil || before.AddDate(0, 0, 1).Format(time.DateOnly) != d.Day {
					t.Errorf("%s follows %s", d.Day, days[i-1].Day)
				}
			}
			total += d.Movements
		}
		if total != 3 {
			t.Errorf("%d movements in all", total)
		}
		for _, n := range []int{0, -1, 367} {
			var invalid *core.InvalidError
			if _, err := w.Core.Days(t.Context(), "", n); !errors.As(err, &invalid) {
				t.Errorf("%d days: %v", n, err)
			}
		}
	})
}
