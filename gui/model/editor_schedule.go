package model

import (
	"math"
	"slices"
	"strings"
	"time"

	"reconbanker/core"
)

// Timetable says in parts that can be put into words what a schedule means.
type Timetable struct {
	Every time.Duration // of an interval; zero for a timetable

	// Plain tells that Days with either Times or From, To and Step say all of it.
	Plain bool
	Days  []time.Weekday // Monday first
	Times []int          // minutes of the day, when they are few
	From  int            // first and last time of the day, and the minutes between
	To    int            // two, when they are many and evenly spaced
	Step  int

	Next   []time.Time // the next few
	PerDay float64     // on average over a week
}

const (
	fewTimes  = 4
	nextTimes = 3
	dayLength = 24 * 60
)

// Schedules are the ones a person can choose by name.
var Schedules = []string{
	"@every 10m", "@every 20m", "@every 30m", "@every 1h", "@every 2h", "@every 4h",
	"*/30 8-18 * * 1-5", "0 9,13,17 * * 1-5", "0 9 * * 1-5", "0 9 * * *",
}

// ReadTimetable takes a schedule apart; false when it is none.
func ReadTimetable(text string, zone *time.Location, now time.Time) (Timetable, bool) {
	text = strings.TrimSpace(text)
	if text == "" {
		text = core.DefaultSchedule
	}
	s, err := core.ParseSchedule(text, zone)
	if err != nil {
		return Timetable{}, false
	}
	t := Timetable{Every: PlanOf(text).Every, PerDay: s.PerDay(now)}
	for at := s.Next(now); !at.IsZero() && len(t.Next) < nextTimes; at = s.Next(at) {
		t.Next = append(t.Next, at)
	}
	if t.Every == 0 {
		t.describe(text)
	}
	return t, true
}

// describe looks at what the schedule does in an ordinary week. A timetable that
// names days of the month or months has no ordinary week, and is not plain.
func (t *Timetable) describe(text string) {
	fields := strings.Fields(text)
	if len(fields) != 5 || fields[2] != "*" || fields[3] != "*" {
		return
	}
	s, err := core.ParseSchedule(text, time.UTC) // a zone without summer time
	if err != nil {
		return
	}
	monday := time.Date(2026, time.January, 5, 0, 0, 0, 0, time.UTC)
	days := map[time.Weekday][]int{}
	for at := s.Next(monday.Add(-time.Second)); at.Before(monday.AddDate(0, 0, 7)); at = s.Next(at) {
		days[at.Weekday()] = append(days[at.Weekday()], at.Hour()*60+at.Minute())
	}
	var times []int
	for i := range 7 {
		day := time.Weekday((i + 1) % 7)
		if days[day] == nil {
			continue
		}
		if times != nil && !slices.Equal(times, days[day]) {
			return
		}
		times = days[day]
		t.Days = append(t.Days, day)
	}
	t.Plain = t.spread(times)
}

// spread puts the times of a day into the words there are for them.
func (t *Timetable) spread(times []int) bool {
	if len(times) <= fewTimes {
		t.Times = times
		return len(times) > 0
	}
	step := times[1] - times[0]
	for i := 1; i < len(times); i++ {
		if times[i]-times[i-1] != step {
			return false
		}
	}
	t.From, t.To, t.Step = times[0], times[len(times)-1], step
	return true
}

// AllDay tells whether the times go round the clock.
func (t Timetable) AllDay() bool { return t.Step > 0 && t.From < t.Step && t.To+t.Step >= dayLength }

// LoginsADay is how many logins a day it means, rounded; 0 when there is less
// than one a day.
func (t Timetable) LoginsADay() int {
	if t.PerDay < 1 {
		return 0
	}
	return int(math.Round(t.PerDay))
}

// LoginsAWeek is how many logins a week it means, at least one.
func (t Timetable) LoginsAWeek() int { return max(int(math.Round(t.PerDay*7)), 1) }

// busy is more logins a day than most banks see from a person.
const busy = 100

// Busy tells whether there are so many logins that a bank may take notice.
func (t Timetable) Busy() bool { return t.PerDay > busy }
