package gui

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/model"
)

// sectionWords names a section.
func sectionWords(s model.Section) string {
	return lang.T(map[model.Section]string{
		model.InLogin: "edit.login", model.InSession: "edit.session", model.InReading: "edit.reading", model.InWebhook: "edit.webhook",
		model.InOrders: "edit.orders", model.InNotices: "edit.notices", model.InDeletion: "edit.delete",
	}[s])
}

var fieldKeys = map[string]string{
	model.FieldUsername: "edit.username", model.FieldPassword: "edit.password", model.FieldWebhookURL: "edit.webhook_url",
	model.FieldOrdersURL: "edit.orders_url",
}

// names lists fields for a sentence.
func (v *form) names(fields []string) string {
	out := make([]string, len(fields))
	for i, f := range fields {
		if key, ok := fieldKeys[f]; ok {
			out[i] = inSentence(lang.T(key))
			continue
		}
		out[i] = inSentence(v.bankLabel(f))
	}
	return strings.Join(out, ", ")
}

// bankLabel names one of the bank's own fields: in the person's language where it
// is known, as the bank's driver names it where it is not.
func (v *form) bankLabel(key string) string {
	if lang.Has("bank_field." + key) {
		return lang.T("bank_field." + key)
	}
	for _, f := range v.ed.Bank.Fields {
		if f.Key == key && f.Label != "" {
			return f.Label
		}
	}
	return key
}

// problemWords says what is wrong with a field, and what to do.
func (v *form) problemWords(field string, p model.Problem) string {
	switch p.Trouble {
	case model.RefusedByBank:
		return lang.T("edit.wrong.refused", "at", lang.When(p.At, v.a.now()))
	case model.BadJSON:
		return lang.T("edit.wrong.json", "line", p.Text)
	case model.Reserved:
		return lang.T("edit.wrong.reserved", "keys", p.Text)
	case model.BadCombination:
		return lang.T("edit.wrong.combination", "bank", v.ed.Bank.Name)
	case model.BadSchedule:
		return lang.T("edit.wrong.schedule")
	case model.BadDay:
		return lang.T("edit.wrong.day", "example", dayHint())
	case model.BankSays:
		if key := "bank_wrong." + v.ed.Bank.Code + "_" + field; lang.Has(key) {
			return lang.T(key)
		}
		return lang.T("edit.wrong.said", "text", p.Text)
	case model.CoreSays:
		words, _ := lang.Said(p.Text)
		return lang.T("edit.wrong.said", "text", words)
	}
	return lang.T(troubleKeys[p.Trouble])
}

var troubleKeys = map[model.Trouble]string{
	model.Absent: "edit.wrong.absent", model.NeedsPassword: "edit.wrong.needs_password", model.NeedsUsername: "edit.wrong.needs_username",
	model.BadAddress: "edit.wrong.address", model.AddressLogin: "edit.wrong.address_login", model.NotObject: "edit.wrong.object",
	model.BadAttended: "edit.wrong.attended", model.BadCount: "edit.wrong.count", model.BadSigning: "edit.wrong.signing", model.ManyLines: "edit.wrong.lines", model.TooLong: "edit.wrong.long", model.NoChannel: "edit.wrong.channel",
}

// scheduleWords says what a schedule means, and whether that is very often.
func (v *form) scheduleWords(f model.Form) (words string, busy bool) {
	t, ok := model.ReadAttended(f, v.ed.Zone(), time.Local, v.a.now())
	if !ok {
		return lang.T("edit.schedule_none"), false
	}
	parts := []string{timetableWords(t) + "."}
	logins := lang.N("edit.logins_week", t.LoginsAWeek())
	if n := t.LoginsADay(); n > 0 {
		logins = lang.N("edit.logins_day", n)
	}
	switch {
	case f.Session == core.Persistent:
		parts = append(parts, lang.T("edit.logins_persistent"))
	case f.Login == core.Assisted:
		parts = append(parts, lang.T("edit.logins_codes", "logins", logins))
	default:
		parts = append(parts, lang.T("edit.logins", "logins", logins))
	}
	var next []string
	for _, at := range t.Next {
		next = append(next, lang.When(at, v.a.now()))
	}
	if next != nil {
		parts = append(parts, lang.T("edit.next", "times", strings.Join(next, ", ")))
	}
	return strings.Join(parts, " "), t.Busy()
}

// timetableWords puts a timetable into words: "Monday to Friday at 09:00".
func timetableWords(t model.Timetable) string {
	switch {
	case t.Every > 0:
		return lang.T("edit.every", "span", lang.Every(t.Every))
	case !t.Plain:
		return lang.T("edit.by_timetable")
	}
	days := daysWords(t.Days)
	if t.Step == 0 {
		return lang.T("edit.at", "days", days, "times", clockList(t.Times))
	}
	span := lang.Every(time.Duration(t.Step) * time.Minute)
	if t.AllDay() {
		return lang.T("edit.all_day", "days", days, "span", span)
	}
	return lang.T("edit.between", "days", days, "span", span, "from", clock(t.From), "to", clock(t.To))
}

var dayKeys = map[time.Weekday]string{
	time.Monday: "edit.day.mon", time.Tuesday: "edit.day.tue", time.Wednesday: "edit.day.wed", time.Thursday: "edit.day.thu",
	time.Friday: "edit.day.fri", time.Saturday: "edit.day.sat", time.Sunday: "edit.day.sun",
}

// daysWords names days: "Every day", "Monday to Friday", "Monday, Thursday".
func daysWords(days []time.Weekday) string {
	switch {
	case len(days) == 7:
		return lang.T("edit.day.all")
	case len(days) > 2 && daysBetween(days[0], days[len(days)-1]) == len(days)-1:
		return upperFirst(lang.T("edit.day.range", "from", lang.T(dayKeys[days[0]]), "to", lang.T(dayKeys[days[len(days)-1]])))
	}
	names := make([]string, len(days))
	for i, d := range days {
		names[i] = lang.T(dayKeys[d])
	}
	return upperFirst(strings.Join(names, ", "))
}

// daysBetween counts from one day to a later one of the same week, which begins
// on Monday.
func daysBetween(from, to time.Weekday) int { return int(to+6)%7 - int(from+6)%7 }

func clock(minutes int) string {
	if minutes == 24*60 {
		return "24:00" // the end of a day, not its beginning
	}
	return time.Date(2000, 1, 1, minutes/60, minutes%60, 0, 0, time.UTC).Format("15:04")
}

func clockList(times []int) string {
	out := make([]string, len(times))
	for i, t := range times {
		out[i] = clock(t)
	}
	return strings.Join(out, ", ")
}

func upperFirst(words string) string {
	r := []rune(words)
	if len(r) > 0 {
		r[0] = unicode.ToUpper(r[0])
	}
	return string(r)
}

// scheduleID is the named schedule a text is, or that it is one of its own.
func scheduleID(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		text = core.DefaultSchedule
	}
	for _, s := range model.Schedules {
		if s == text {
			return s
		}
	}
	return custom
}

const localDay = "02/01/2006"

// dayHint is an example of a day, as it is written in the person's language.
func dayHint() string { return dayShown("2026-05-13") }

// dayShown writes a day the person's way; what is no day stays as it was typed.
func dayShown(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil || lang.Current() == "en" {
		return day
	}
	return t.Format(localDay)
}

// dayTyped reads a day in either way of writing; what is none stays as it is.
func dayTyped(text string) string {
	text = strings.TrimSpace(text)
	if t, err := time.Parse(localDay, text); err == nil {
		return t.Format(time.DateOnly)
	}
	return text
}

func refusal(err error) bool {
	var invalid *core.InvalidError
	return errors.As(err, &invalid)
}

// answerStatus is an HTTP status with its name, where everybody knows it.
func answerStatus(status int) string {
	text := strconv.Itoa(status)
	if status == 200 {
		text += " OK"
	}
	return text
}

// firstLine is the beginning of a text of somebody else's, fit for one line.
func firstLine(text string) string {
	const longest = 120
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }), " ")
	if r := []rune(text); len(r) > longest {
		text = string(r[:longest]) + "…"
	}
	return text
}
