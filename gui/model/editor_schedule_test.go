package model_test

import (
	"slices"
	"testing"
	"time"

	"reconbanker/gui/model"
)

func TestTimetables(t *testing.T) {
	zone, err := time.LoadLocation("America/Montevideo")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 5, 13, 12, 50, 0, 0, time.UTC) // a Wednesday, 9:50 there
	work := []time.Weekday{1, 2, 3, 4, 5}
	all := []time.Weekday{1, 2, 3, 4, 5, 6, 0}
	tests := []struct {
		text string
		want model.Timetable
		day  int
		week int
	}{
		{"", model.Timetable{Every: 20 * time.Minute}, 72, 504},
		{"@every 48h", model.Timetable{Every: 48 * time.Hour}, 0, 4},
		{"0 9 * * 1-5", model.Timetable{Plain: true, Days: work, Times: []int{540}}, 0, 5},
		{"0 9,13 * * *", model.Timetable{Plain: true, Days: all, Times: []int{540, 780}}, 2, 14},
		{"*/30 8-18 * * 1-5", model.Timetable{Plain: true, Days: work, From: 480, To: 1110, Step: 30}, 16, 110},
		{"0 * * * *", model.Timetable{Plain: true, Days: all, From: 0, To: 1380, Step: 60}, 24, 168},
		{"@hourly", model.Timetable{}, 24, 168},
		{"0,7 9,10,11 * * *", model.Timetable{Days: all}, 6, 42},
		{"0 9 1 * *", model.Timetable{}, 0, 1},
		{"0 12 * * 0", model.Timetable{Plain: true, Days: []time.Weekday{0}, Times: []int{720}}, 0, 1},
	}
	for _, tt := range tests {
		got, ok := model.ReadTimetable(tt.text, zone, now)
		if !ok || len(got.Next) == 0 || !got.Next[0].After(now) {
			t.Errorf("%q: %+v", tt.text, got)
			continue
		}
		if got.Every != tt.want.Every || got.Plain != tt.want.Plain || !slices.Equal(got.Days, tt.want.Days) ||
			!slices.Equal(got.Times, tt.want.Times) || got.From != tt.want.From || got.To != tt.want.To || got.Step != tt.want.Step {
			t.Errorf("%q: %+v", tt.text, got)
		}
		if got.LoginsADay() != tt.day || got.LoginsAWeek() != tt.week {
			t.Errorf("%q: %d logins a day, %d a week", tt.text, got.LoginsADay(), got.LoginsAWeek())
		}
	}
	hourly, _ := model.ReadTimetable("0 * * * *", zone, now)
	office, _ := model.ReadTimetable("0 8-18 * * *", zone, now)
	often, _ := model.ReadTimetable("@every 5m", zone, now)
	if !hourly.AllDay() || office.AllDay() || !often.Busy() || hourly.Busy() {
		t.Errorf("hourly %+v, office %+v, often %+v", hourly, office, often)
	}
	for _, text := range []string{"soon", "@every 1m", "TZ=UTC 0 9 * * *", "0 0 30 2 *", "* * * * *"} {
		if _, ok := model.ReadTimetable(text, zone, now); ok {
			t.Errorf("%q is taken for a schedule", text)
		}
	}
	for _, text := range model.Schedules {
		got, ok := model.ReadTimetable(text, zone, now)
		if !ok || got.Every == 0 && !got.Plain {
			t.Errorf("%q cannot be said in words: %+v", text, got)
		}
	}
}
