package gui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
)

// strip sums up the last days in a few figures and a small chart.
type strip struct {
	tiles   *fyne.Container
	bars    *widgets.Bars
	caption *look.Text
	days    []core.DayCount
	root    fyne.CanvasObject
}

// stripDays is how many days it looks back, today included.
const stripDays = 30

// tile is one figure and what it counts.
type tile struct {
	figure, words string
	tone          look.Tone
}

func newStrip() *strip {
	s := &strip{tiles: look.Row(28), caption: look.NewCut("", look.Muted, theme.SizeNameCaptionText)}
	s.bars = widgets.NewBars(s.point)
	chart := look.Edges(nil, s.caption, nil, nil, s.bars)
	row := look.Edges(nil, nil, look.Inset(middle(s.tiles), 0, 0, 0, 32), nil, chart)
	s.root = container.NewStack(look.NewCard(look.Panel, theme.ColorNameSeparator, 8), look.Inset(row, 10, 8, 16, 16))
	return s
}

// show shows the figures and the days.
func (s *strip) show(days []core.DayCount, tiles ...tile) {
	s.days = days
	bars := make([]widgets.Bar, len(days))
	for i, d := range days {
		bars[i] = widgets.Bar{Whole: d.Movements, Part: d.Matched}
	}
	s.bars.Set(bars)
	s.tiles.Objects = nil
	for _, t := range tiles {
		s.tiles.Add(look.Column(0,
			look.NewText(t.figure, t.tone.Words(), theme.SizeNameSubHeadingText).Bold(),
			look.NewText(t.words, look.Muted, theme.SizeNameCaptionText)))
	}
	s.tiles.Refresh()
	s.say()
	s.root.Refresh()
}

// say writes what the chart shows while no day is pointed at.
func (s *strip) say() { s.caption.Set(lang.T("strip.means", "n", stripDays)) }

func (s *strip) point(i int) {
	if i < 0 || i >= len(s.days) {
		s.say()
		return
	}
	d := s.days[i]
	day := d.Day
	if t, err := time.ParseInLocation(time.DateOnly, d.Day, time.Local); err == nil {
		day = lang.Date(t)
	}
	s.caption.Set(lang.T("strip.day", "day", day, "movements", lang.N("movements.count", d.Movements), "matched", d.Matched))
}

// orderTiles are the figures of the orders screen.
func orderTiles(days []core.DayCount, counts map[core.OrderStatus]int) []tile {
	received, matched := 0, 0
	for _, d := range days {
		received += d.Movements
		matched += d.Matched
	}
	ambiguous := model.AmbiguousOrders.Count(counts)
	asks := look.Neutral
	if ambiguous > 0 {
		asks = look.Warn
	}
	return []tile{
		{lang.Int(received), lang.T("strip.received"), look.Neutral},
		{lang.Int(matched), lang.T("strip.matched"), look.Good},
		{lang.Int(model.WaitingOrders.Count(counts)), lang.T("strip.waiting"), look.Active},
		{lang.Int(ambiguous), lang.T("strip.ask"), asks},
	}
}
