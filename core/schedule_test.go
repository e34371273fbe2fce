package core

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func mustSchedule(t testing.TB, text string, zone *time.Location) Schedule {
	t.Helper()
	s, err := ParseSchedule(text, zone)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return s
}

func TestScheduleRefuses(t *testing.T) {
	zone := mustZone(t, "America/Montevideo")
	notOne := "is not a schedule: use \"@every 20m\" or five cron fields such as \"0 9 * * 1-5\""
	for text, want := range map[string]string{
		"":                          notOne,
		"every day":                 notOne,
		"0 9 * *":                   notOne,
		"0 0 9 * * *":               notOne,
		"60 9 * * *":                notOne,
		"0 9 * * 7":                 notOne,
		"@fortnightly":              notOne,
		"@every":                    notOne,
		"@every soon":               notOne,
		"TZ=":                       "a schedule names no time zone: it follows the bank's (America/Montevideo)",
		"TZ=UTC 0 9 * * *":          "a schedule names no time zone",
		"CRON_TZ=Asia/Tokyo @daily": "a schedule names no time zone",
		"0 0 31 2 *":                `"0 0 31 2 *" never comes: no such day exists`,
		"@every 1s":                 "an interval is from 5 minutes to 7 days, not 1s",
		"@every 4m59s":              "an interval is from 5 minutes to 7 days, not 4m59s",
		"@every 169h":               "an interval is from 5 minutes to 7 days, not 169h0m0s",
		"@every -20m":               "an interval is from 5 minutes",
		"* * * * *":                 "would log in every 1m0s: at least 5 minutes must lie between two logins",
		"*/4 * * * *":               "would log in every 4m0s",
		"0,1 9 * * *":               "would log in every 1m0s",
		"0,59 * * * *":              "would log in every 1m0s",
		"*/7 * * * *":               "would log in every 4m0s",
		"58,2 9,10 * * *":           "would log in every 4m0s",
	} {
		_, err := ParseSchedule(text, zone)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestScheduleAccepts(t *testing.T) {
	zone := mustZone(t, "America/Montevideo")
	now := time.Date(2026, 5, 13, 12, 34, 56, 0, zone) // a Wednesday
	for text, want := range map[string]string{
		"@every 20m":     "2026-05-13 12:54:56",
		" @every 5m ":    "2026-05-13 12:39:56",
		"@every 168h":    "2026-05-20 12:34:56",
		"0 9 * * 1-5":    "2026-05-14 09:00:00",
		"0 9 * * 0":      "2026-05-17 09:00:00",
		"30 12,13 * * *": "2026-05-13 13:30:00",
		"*/5 8-19 * * *": "2026-05-13 12:35:00",
		"@daily":         "2026-05-14 00:00:00",
		"0 0 29 2 *":     "2028-02-29 00:00:00",
		"0 9 13 * *":     "2026-06-13 09:00:00",
	} {
		if got := mustSchedule(t, text, zone).Next(now).In(zone).Format(time.DateTime); got != want {
			t.Errorf("%q after %s: %s, want %s", text, now, got, want)
		}
	}
}

// zonesOfBanks are those of the banks we support, and those whose clocks are the
// most trouble.
var zonesOfBanks = []string{
	"America/Montevideo", "America/Guayaquil", "America/Argentina/Buenos_Aires", "America/Sao_Paulo", "America/Asuncion",
	"America/Santiago", "America/New_York", "Europe/Madrid", "Europe/Lisbon", "Atlantic/Azores", "Africa/Casablanca", "Australia/Lord_Howe",
}

// A daily schedule comes exactly once on every local day; at its minute, or, when
// the clocks skip that, at the first minute after the gap; the first time when it
// comes twice.
func TestDailyScheduleOverSummerTime(t *testing.T) {
	for _, name := range zonesOfBanks {
		zone := mustZone(t, name)
		for _, clock := range []string{"00:00", "00:30", "01:00", "01:59", "02:30", "03:00", "23:30"} {
			var h, m int
			if _, err := fmt.Sscanf(clock, "%d:%d", &h, &m); err != nil {
				t.Fatal(err)
			}
			s := mustSchedule(t, fmt.Sprintf("%d %d * * *", m, h), zone)
			at := time.Date(2024, 12, 31, 23, 59, 59, 0, zone)
			for day := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2031; day = day.AddDate(0, 0, 1) {
				at = s.Next(at)
				want := firstMinute(day.Add(time.Duration(h)*time.Hour+time.Duration(m)*time.Minute), zone)
				if !at.Equal(want) {
					t.Fatalf("%s at %s on %s came at %s, want %s", name, clock, day.Format(time.DateOnly), at.In(zone), want.In(zone))
				}
			}
		}
	}
}

// firstMinute is the first minute at which a clock shows wall or later; near a
// change of the clocks it is found by looking at every minute.
func firstMinute(wall time.Time, zone *time.Location) time.Time {
	plain := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, zone)
	start, end := plain.ZoneBounds()
	if plain.Sub(start) > 24*time.Hour && (end.IsZero() || end.Sub(plain) > 24*time.Hour) {
		return plain
	}
	for at := plain.Add(-4 * time.Hour); ; at = at.Add(time.Minute) {
		if !asWall(at.In(zone)).Before(wall) {
			return at
		}
	}
}

func TestScheduleProperty(t *testing.T) {
	specs := []string{"@every 20m", "*/5 * * * *", "*/20 * * * *", "0 * * * *", "30 1 * * *", "0 0 * * *", "15 2 * * 0", "45 23 1 * *", "10 0,1,2,3 * * *"}
	rapid.Check(t, func(rt *rapid.T) {
		zone := mustZone(t, rapid.SampledFrom(zonesOfBanks).Draw(rt, "zone"))
		s := mustSchedule(t, rapid.SampledFrom(specs).Draw(rt, "schedule"), zone)
		at := time.Unix(rapid.Int64Range(1735689600, 1924991999).Draw(rt, "from"), rapid.Int64Range(0, 999_999_999).Draw(rt, "ns"))
		if rapid.Bool().Draw(rt, "at a change of the clocks") {
			if _, end := at.In(zone).ZoneBounds(); !end.IsZero() && end.Year() < 2035 {
				at = end.Add(time.Duration(rapid.Int64Range(-3*3600, 3*3600).Draw(rt, "off")) * time.Second)
			}
		}
		for range 30 {
			next := s.Next(at)
			if !next.After(at) {
				rt.Fatalf("after %s comes %s", at.In(zone), next.In(zone))
			}
			if again := s.Next(next.Add(-time.Nanosecond)); s.every == 0 && !again.Equal(next) {
				rt.Fatalf("just before %s comes %s", next, again)
			}
			at = next
		}
	})
}

// In the hour that comes twice a schedule rests: its times have come.
func TestScheduleInTheHourThatComesTwice(t *testing.T) {
	zone := mustZone(t, "Europe/Madrid")
	s := mustSchedule(t, "*/5 * * * *", zone)
	again := time.Date(2026, 10, 25, 1, 1, 0, 0, time.UTC) // 02:01 for the second time
	if got, want := s.Next(again), time.Date(2026, 10, 25, 2, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("after %s comes %s, want %s", again.In(zone), got.In(zone), want.In(zone))
	}
}

func FuzzParseSchedule(f *testing.F) {
	for _, text := range []string{"@every 20m", "0 9 * * 1-5", "TZ=", "CRON_TZ=", "0 0 31 2 *", "*/0 * * * *", "1-0 * * * *", "99999999999999999999 * * * *", "@every 1000000h", "? ? ? ? ?", "\x00"} {
		f.Add(text)
	}
	zone := mustZone(f, "America/Santiago")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSchedule(text, zone)
		if err != nil {
			if err.Error() == "" {
				t.Error("refused without a word")
			}
			return
		}
		at := time.Date(2026, 9, 5, 22, 0, 0, 0, zone)
		for range 10 {
			next := s.Next(at)
			if next.IsZero() {
				return // a day that is far away
			}
			if gap := next.Sub(at); gap <= 0 {
				t.Fatalf("%q: after %s comes %s", text, at, next)
			}
			at = next
		}
	})
}

func TestPerDay(t *testing.T) {
	zone := mustZone(t, "America/Montevideo")
	now := time.Date(2026, 5, 13, 12, 0, 0, 0, zone)
	for text, want := range map[string]float64{"@every 20m": 72, "0 9 * * *": 1, "0 9,18 * * *": 2, "0 9 * * 1": 1.0 / 7} {
		if got := mustSchedule(t, text, zone).PerDay(now); got != want {
			t.Errorf("%q comes %v times a day, want %v", text, got, want)
		}
	}
}

func TestMissedSlotsWorthARun(t *testing.T) {
	zone := mustZone(t, "America/Montevideo")
	now := time.Date(2026, 5, 13, 20, 0, 0, 0, zone)
	for text, want := range map[string]bool{
		"@every 20m":   true,
		"0 9 * * *":    true,  // 11 hours ago
		"0 20 * * *":   true,  // just now
		"59 7 * * *":   false, // 12 hours and a minute ago
		"0 21 * * *":   false, // yesterday's
		"0 9 * * 1":    false,
		"0 8,21 * * *": false, // 12 hours ago to the minute
	} {
		if got := mustSchedule(t, text, zone).caughtUp(now); got != want {
			t.Errorf("%q at %s: %v, want %v", text, now, got, want)
		}
	}
}
