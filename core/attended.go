package core

import (
	"context"
	"fmt"
	"strings"
	"time"

	"reconbanker/scrapers"
)

// DefaultAttended are the hours in which somebody is thought to be there.
const DefaultAttended = "mon-fri 08:00-19:00"

// Attended are the days and hours in which a person is there to give codes, by
// the clock of this computer.
type Attended struct {
	days     [7]bool // by time.Weekday
	from, to int     // minutes of the day; to is not part of it
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// ParseAttended reads "mon-fri 08:00-19:00", or "always". Days may be a list of
// days and ranges: "mon-wed,sat". The error is a sentence.
func ParseAttended(text string) (Attended, error) {
	bad := fmt.Errorf("%q are no attended hours: write them as %q, or \"always\"", text, DefaultAttended)
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		text = DefaultAttended
	}
	if text == "always" {
		text = "sun-sat 00:00-24:00"
	}
	days, hours, ok := strings.Cut(text, " ")
	if !ok {
		return Attended{}, bad
	}
	var a Attended
	for part := range strings.SplitSeq(days, ",") {
		first, last, ranged := strings.Cut(part, "-")
		if !ranged {
			last = first
		}
		from, to := weekday(first), weekday(last)
		if from < 0 || to < 0 {
			return Attended{}, bad
		}
		for d := from; ; d = (d + 1) % 7 {
			a.days[d] = true
			if d == to {
				break
			}
		}
	}
	from, to, ok := strings.Cut(strings.TrimSpace(hours), "-")
	if !ok {
		return Attended{}, bad
	}
	var err error
	if a.from, err = minuteOfDay(from); err != nil {
		return Attended{}, bad
	}
	if a.to, err = minuteOfDay(to); err != nil || a.to <= a.from {
		return Attended{}, bad
	}
	return a, nil
}

func weekday(name string) int {
	for i, d := range weekdays {
		if d == strings.TrimSpace(name) {
			return i
		}
	}
	return -1
}

func minuteOfDay(text string) (int, error) {
	if text == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err
}

// Days are those on which somebody is there, from Monday on.
func (a Attended) Days() []time.Weekday {
	var out []time.Weekday
	for i := range 7 {
		if d := time.Weekday((i + 1) % 7); a.days[d] {
			out = append(out, d)
		}
	}
	return out
}

// Hours are the minutes of the day from which and to which somebody is there.
func (a Attended) Hours() (from, to int) { return a.from, a.to }

// Holds tells whether somebody is there at a time.
func (a Attended) Holds(t time.Time) bool {
	minute := t.Hour()*60 + t.Minute()
	return a.days[t.Weekday()] && a.from <= minute && minute < a.to
}

// Next is the first moment from t on at which somebody is there.
func (a Attended) Next(t time.Time) time.Time {
	if a.Holds(t) {
		return t
	}
	y, m, d := t.Date()
	for i := range 8 {
		begin := time.Date(y, m, d+i, 0, a.from, 0, 0, t.Location())
		if a.days[begin.Weekday()] && begin.After(t) {
			return begin
		}
	}
	return time.Time{} // no day is attended, which ParseAttended refuses
}

// presence takes in what the settings say about who gives codes.
func (p *proposal) presence(in *OwnInput) {
	if in.Attended != nil {
		p.next.Attended = strings.TrimSpace(*in.Attended)
		if _, err := ParseAttended(p.next.Attended); err != nil {
			p.refuse("attended", "attended: %s", err)
		}
		if p.next.Attended == DefaultAttended {
			p.next.Attended = ""
		}
	}
	if seed := in.BankSecrets[scrapers.FieldTOTPSeed]; seed != "" && seed != KeepSecret {
		if _, err := totpSeed(seed); err != nil {
			p.refuse(scrapers.FieldTOTPSeed, "%s", err)
		}
	}
}

// mayWake tells whether the schedule may begin a login that may need a person.
func (c *Core) mayWake(ctx context.Context, a Account, s Settings) bool {
	if a.Health.Absent {
		return c.present()
	}
	if s.LoginMode != Assisted || c.relay(ctx, a.ID) {
		return true
	}
	hours, err := ParseAttended(s.Attended)
	return err != nil || hours.Holds(c.now().In(c.local))
}

// wakes is when attended hours let an account be tried again; zero when only a
// person does.
func (c *Core) wakes(a Account, s Settings) time.Time {
	hours, err := ParseAttended(s.Attended)
	if a.Health.Absent || err != nil {
		return time.Time{}
	}
	return hours.Next(later(c.now(), a.NextRunAt).In(c.local))
}
