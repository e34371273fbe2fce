package core

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// DefaultSchedule is what an account gets until a person chooses another.
const DefaultSchedule = "@every 20m"

// shortest is the least interval between scheduled logins.
const shortest = 5 * time.Minute

// Schedule says when an account is read. It is given by wall clock in the bank's
// zone: a time that a change to summer time skips is taken at the first valid
// moment after it, one that comes twice is taken the first time only.
type Schedule struct {
	every time.Duration
	spec  cron.Schedule
	zone  *time.Location
}

// ParseSchedule reads "@every 20m" or a five-field cron expression. The error is
// a sentence for the person who typed it.
func ParseSchedule(text string, zone *time.Location) (s Schedule, err error) {
	text = strings.TrimSpace(text)
	defer func() {
		// The parser panics on some inputs, such as "TZ=".
		if recover() != nil {
			s, err = Schedule{}, fmt.Errorf("%q is not a schedule: use \"@every 20m\" or five cron fields such as \"0 9 * * 1-5\"", text)
		}
	}()
	if strings.HasPrefix(text, "TZ=") || strings.HasPrefix(text, "CRON_TZ=") {
		return Schedule{}, fmt.Errorf("a schedule names no time zone: it follows the bank's (%s)", zone)
	}
	spec, err := cron.ParseStandard(text)
	if err != nil {
		return Schedule{}, fmt.Errorf("%q is not a schedule: use \"@every 20m\" or five cron fields such as \"0 9 * * 1-5\"", text)
	}
	s = Schedule{spec: spec, zone: zone}
	if d, ok := spec.(cron.ConstantDelaySchedule); ok {
		s.every = d.Delay
		if s.every < shortest || s.every > 7*24*time.Hour {
			return Schedule{}, fmt.Errorf("an interval is from %s to 7 days, not %s", "5 minutes", s.every)
		}
		return s, nil
	}
	first := s.Next(time.Now())
	if first.IsZero() {
		return Schedule{}, fmt.Errorf("%q never comes: no such day exists", text)
	}
	// By the wall clock, so that a change to summer time does not matter, over two
	// whole days from the first that has a slot.
	last := spec.Next(asWall(first.In(zone)).Truncate(24 * time.Hour).Add(-time.Second))
	for until := last.Add(48 * time.Hour); !last.IsZero() && last.Before(until); {
		next := spec.Next(last)
		if gap := next.Sub(last); gap < shortest && !next.IsZero() {
			return Schedule{}, fmt.Errorf("%q would log in every %s: at least 5 minutes must lie between two logins", text, gap)
		}
		last = next
	}
	return s, nil
}

// Next is the first moment after t, or zero when there is none.
func (s Schedule) Next(t time.Time) time.Time {
	if s.every > 0 {
		return t.Add(s.every)
	}
	wall := asWall(t.In(s.zone))
	for range 300 { // wall times that come twice may lie behind t, an hour or more of them
		wall = s.spec.Next(wall)
		if wall.IsZero() {
			return time.Time{}
		}
		if at := fromWall(wall, s.zone); at.After(t) {
			return at
		}
	}
	return time.Time{}
}

// PerDay is how many times a day it comes on average over the next week.
func (s Schedule) PerDay(now time.Time) float64 {
	if s.every > 0 {
		return float64(24*time.Hour) / float64(s.every)
	}
	n := 0
	for t := s.Next(now); !t.IsZero() && t.Before(now.Add(7*24*time.Hour)); t = s.Next(t) {
		n++
	}
	return float64(n) / 7
}

// asWall writes the clock on the wall as if it were UTC, where every minute
// exists exactly once.
func asWall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// fromWall is the moment at which a wall clock shows w: the first of two, or the
// moment of the change when it never does.
func fromWall(w time.Time, zone *time.Location) time.Time {
	t := time.Date(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), 0, zone)
	start, end := t.ZoneBounds()
	if shown := asWall(t); !shown.Equal(w) {
		if shown.After(w) {
			return start
		}
		return end
	}
	if start.IsZero() {
		return t
	}
	_, before := start.Add(-time.Second).Zone()
	_, now := t.Zone()
	earlier := t.Add(time.Duration(now-before) * time.Second)
	if earlier.Before(start) && asWall(earlier).Equal(w) {
		return earlier
	}
	return t
}

// caughtUp reports whether a slot that was missed is still worth a run: one of a
// cron expression only when it fell due within the last 12 hours.
func (s Schedule) caughtUp(now time.Time) bool {
	const memory = 12 * time.Hour
	if s.every > 0 {
		return true
	}
	slot := s.Next(now.Add(-memory))
	return !slot.IsZero() && !slot.After(now)
}
