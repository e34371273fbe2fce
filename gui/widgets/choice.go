package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
	"reconbanker/icons"
)

// Option is one thing a person can choose.
type Option struct{ ID, Text string }

// Choice is a compact drop-down: a button that says what is chosen and opens a
// menu of the rest. Space and Enter open it.
type Choice struct {
	look.Button
	OnChosen func(id string)

	options []Option
	chosen  string
}

// NewChoice returns a drop-down with an option chosen.
func NewChoice(options []Option, chosen string, onChosen func(id string)) *Choice {
	c := &Choice{options: options, chosen: chosen, OnChosen: onChosen}
	c.Icon, c.Trailing = icons.Down, true
	c.OnTapped = c.open
	c.ExtendBaseWidget(c)
	c.say()
	return c
}

// Chosen returns the option in use.
func (c *Choice) Chosen() string { return c.chosen }

// SetChosen chooses without telling.
func (c *Choice) SetChosen(id string) {
	c.chosen = id
	c.say()
}

// SetOptions changes what there is to choose.
func (c *Choice) SetOptions(options []Option) {
	c.options = options
	c.say()
}

func (c *Choice) say() {
	text := ""
	for _, o := range c.options {
		if o.ID == c.chosen {
			text = o.Text
		}
	}
	c.SetText(text)
}

func (c *Choice) open() {
	menu := fyne.NewMenu("")
	for _, o := range c.options {
		item := fyne.NewMenuItem(o.Text, func() { c.choose(o.ID) })
		item.Checked = o.ID == c.chosen
		menu.Items = append(menu.Items, item)
	}
	MenuBelow(c, menu)
}

func (c *Choice) choose(id string) {
	c.SetChosen(id)
	if c.OnChosen != nil {
		c.OnChosen(id)
	}
}

// MenuBelow opens a menu under an object.
func MenuBelow(o fyne.CanvasObject, menu *fyne.Menu) {
	d := fyne.CurrentApp().Driver()
	if cv := d.CanvasForObject(o); cv != nil {
		widget.ShowPopUpMenuAtPosition(menu, cv, d.AbsolutePositionForObject(o).AddXY(0, o.Size().Height+4))
	}
}
