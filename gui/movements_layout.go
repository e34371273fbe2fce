package gui

import "fyne.io/fyne/v2"

const (
	barGap      = 8
	partGap     = 12
	leastSearch = 190 // the search field keeps at least this beside the filters
)

// movementsLayout lays out the search field, the filters, the banner of a trouble,
// the table, the totals and the buttons. Where there is no room beside each other,
// as in a small window, the filters go below the search field and the buttons
// below the totals.
type movementsLayout struct{ v *movements }

// MinSize implements fyne.Layout.
func (l movementsLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	v := l.v
	width := max(v.filters.MinSize().Width, v.buttons.MinSize().Width)
	height := v.search.MinSize().Height + v.filters.MinSize().Height + barGap + v.table.MinSize().Height + v.buttons.MinSize().Height + 2*partGap
	return fyne.NewSize(width, height)
}

// Layout implements fyne.Layout.
func (l movementsLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	v := l.v
	y := l.top(size.Width)
	if v.trouble.Visible() {
		v.trouble.Resize(fyne.NewSize(size.Width, v.trouble.MinSize().Height))
		h := v.trouble.MinSize().Height // of as many lines as there are now
		putAt(v.trouble, 0, y, size.Width, h)
		y += h + partGap
	}
	foot := l.foot(size)
	putAt(v.table, 0, y, size.Width, max(foot-partGap-y, 0))
}

// top lays out the line or two above the table and returns where it begins.
func (l movementsLayout) top(width float32) float32 {
	v := l.v
	search, filters := v.search.MinSize().Height, v.filters.MinSize()
	height := max(search, filters.Height)
	if beside := width - filters.Width - barGap; beside >= leastSearch {
		putAt(v.search, 0, (height-search)/2, beside, search)
		putAt(v.filters, beside+barGap, (height-filters.Height)/2, filters.Width, filters.Height)
		return height + partGap
	}
	putAt(v.search, 0, 0, width, search)
	putAt(v.filters, 0, search+barGap, filters.Width, filters.Height)
	return search + barGap + filters.Height + partGap
}

// foot lays out what is below the table and returns where that begins.
func (l movementsLayout) foot(size fyne.Size) float32 {
	v := l.v
	buttons, line := v.buttons.MinSize(), v.sum.MinSize().Height
	y := size.Height - buttons.Height
	putAt(v.buttons, size.Width-buttons.Width, y, buttons.Width, buttons.Height)
	words := fyne.MeasureText(v.sum.Text, v.sum.Theme().Size(v.sum.Font), v.sum.Style).Width
	if beside := size.Width - buttons.Width - partGap; words <= beside {
		putAt(v.sum, 0, y+(buttons.Height-line)/2, beside, line)
		return y
	}
	y -= line + barGap
	putAt(v.sum, 0, y, size.Width, line)
	return y
}

// arrange lays out anew what has changed its size; unlike a refresh it draws
// nothing again that has not.
func (v *movements) arrange() {
	if size := v.body.Size(); size.Width > 0 {
		v.body.Layout.Layout(v.body.Objects, size)
	}
}

func putAt(o fyne.CanvasObject, x, y, width, height float32) {
	o.Resize(fyne.NewSize(width, height))
	o.Move(fyne.NewPos(x, y))
}
