package lang

import (
	"strconv"
	"strings"
	"time"
)

// numberStyle is how thousands and decimals are told apart.
type numberStyle struct{ group, point string }

// The styles in use: 1,500.00 and 1.500,00 and 1 500,00 (with a space that does
// not break).
var (
	commaPoint = numberStyle{",", "."}
	pointComma = numberStyle{".", ","}
	spaceComma = numberStyle{"\u00a0", ","}
)

// Countries that write numbers otherwise than most of their language.
var regionStyles = map[string]numberStyle{
	"en_ZA": spaceComma,
	"es_MX": commaPoint, "es_US": commaPoint, "es_PE": commaPoint, "es_GT": commaPoint, "es_HN": commaPoint,
	"es_NI": commaPoint, "es_SV": commaPoint, "es_DO": commaPoint, "es_PA": commaPoint, "es_PR": commaPoint,
	"es_CR": spaceComma, "es_ES": spaceComma, "pt_PT": spaceComma,
}

func styleOf(code, region string) numberStyle {
	if s, ok := regionStyles[code+"_"+region]; ok {
		return s
	}
	if code == "en" {
		return commaPoint
	}
	return pointComma
}

// Decimal writes an exact decimal such as "-1500.00" the person's way. It works
// on the digits: no amount ever becomes a float. What is not a decimal is
// returned as it is.
func Decimal(exact string) string {
	sign, digits := "", exact
	if strings.HasPrefix(digits, "-") {
		sign, digits = "\u2212", digits[1:]
	}
	whole, fraction, dotted := strings.Cut(digits, ".")
	if whole == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return exact
	}
	style := current.Load().style
	var b strings.Builder
	b.WriteString(sign)
	for i, d := range whole {
		if left := len(whole) - i; i > 0 && left%3 == 0 {
			b.WriteString(style.group)
		}
		b.WriteRune(d)
	}
	if dotted {
		b.WriteString(style.point)
		b.WriteString(fraction)
	}
	return b.String()
}

// Int writes a whole number.
func Int(n int) string { return Decimal(strconv.Itoa(n)) }

// Date writes a day of the local calendar.
func Date(t time.Time) string {
	if Current() == "en" {
		return t.Local().Format(time.DateOnly) // means the same on both sides of the ocean
	}
	return t.Local().Format("02/01/2006")
}

// Clock writes a local time of day.
func Clock(t time.Time) string { return t.Local().Format("15:04") }

// DateTime writes a local day and time.
func DateTime(t time.Time) string { return Date(t) + " " + Clock(t) }

// When writes a moment as short as it stays clear: the time on the day of now,
// with the day otherwise.
func When(t, now time.Time) string {
	y, m, d := t.Local().Date()
	ny, nm, nd := now.Local().Date()
	switch {
	case y == ny && m == nm && d == nd:
		return Clock(t)
	case y == ny && Current() == "en":
		return t.Local().Format("01-02 15:04")
	case y == ny:
		return t.Local().Format("02/01 15:04")
	}
	return DateTime(t)
}

// In writes how long it is until a moment, or since it: "in 2 min", "2 min ago".
func In(t, now time.Time) string {
	d := t.Sub(now)
	switch {
	case d >= time.Minute:
		return T("time.in", "span", span(d))
	case d <= -time.Minute:
		return T("time.ago", "span", span(-d))
	case d > 0:
		return T("time.soon")
	}
	return T("time.now")
}

// span is a length of time in its largest unit.
func span(d time.Duration) string {
	switch {
	case d < time.Hour:
		return T("time.minutes", "n", int(d/time.Minute))
	case d < 48*time.Hour:
		return T("time.hours", "n", int((d+30*time.Minute)/time.Hour))
	}
	return N("time.days", int((d+12*time.Hour)/(24*time.Hour)))
}

// Every writes an interval: "20 min", "2 h", "3 days".
func Every(d time.Duration) string {
	if d >= time.Hour && d%time.Hour != 0 && d < 48*time.Hour {
		return T("time.hours_minutes", "h", int(d/time.Hour), "m", int(d%time.Hour/time.Minute))
	}
	return span(d)
}

// Duration writes how long something took: "84 ms", "4.1 s", "5 m 02 s".
func Duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return strconv.Itoa(int(d.Milliseconds())) + "\u00a0ms"
	case d < time.Minute:
		tenths := int((d + 50*time.Millisecond) / (100 * time.Millisecond))
		return Decimal(strconv.Itoa(tenths/10)+"."+strconv.Itoa(tenths%10)) + "\u00a0s"
	}
	s := int((d + time.Second/2) / time.Second)
	return strconv.Itoa(s/60) + "\u00a0m\u00a0" + pad2(s%60) + "\u00a0s"
}

// Countdown writes what is left of a limit: "03:12".
func Countdown(d time.Duration) string {
	s := int(max(d, 0) / time.Second)
	return pad2(s/60) + ":" + pad2(s%60)
}

func pad2(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
