package model

import (
	"strings"
	"time"

	"reconbanker/core"
)

// AttendedChoices are the attended hours a person can choose by name.
var AttendedChoices = []string{
	core.DefaultAttended, "mon-fri 09:00-18:00", "mon-sat 08:00-19:00", "sun-sat 08:00-22:00", "always",
}

// attended are the hours as they are saved. Where no codes are typed there are
// none: what is stored stays.
func (f Form) attended() string {
	if f.Login != core.Assisted {
		return ""
	}
	return orElse(strings.ToLower(strings.TrimSpace(f.Attended)), core.DefaultAttended)
}

func checkAttended(f Form) Problem {
	if f.Login != core.Assisted {
		return Problem{}
	}
	if _, err := core.ParseAttended(f.Attended); err != nil {
		return Problem{Trouble: BadAttended}
	}
	return Problem{}
}

// ReadAttended is the timetable of an account of which the schedule begins logins
// in attended hours only, by the clock of here; what falls between waits for them.
// Without such hours it is the schedule's own.
func ReadAttended(f Form, zone, here *time.Location, now time.Time) (Timetable, bool) {
	t, ok := ReadTimetable(f.Schedule, zone, now)
	if !ok || f.Login != core.Assisted {
		return t, ok
	}
	schedule, err := core.ParseSchedule(orElse(strings.TrimSpace(f.Schedule), core.DefaultSchedule), zone)
	if err != nil {
		return t, ok
	}
	hours, err := core.ParseAttended(f.Attended)
	if err != nil {
		return t, ok
	}
	logins, week := 0, now.AddDate(0, 0, 7)
	t.Next = nil
	for at := schedule.Next(now); !at.IsZero(); at = schedule.Next(at) {
		at = hours.Next(at.In(here))
		if !at.After(week) {
			logins++
		} else if len(t.Next) >= nextTimes {
			break
		}
		if len(t.Next) < nextTimes {
			t.Next = append(t.Next, at)
		}
	}
	t.PerDay = float64(logins) / 7
	return t, true
}
