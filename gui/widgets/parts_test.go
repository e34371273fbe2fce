package widgets

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/gui/look"
)

var secretWords = SecretWords{
	Saved: "Saved", Removed: "Will be removed when you save", Replace: "Replace", Remove: "Remove", Keep: "Keep the saved one", Hint: "Password",
}

func TestPartsLook(t *testing.T) {
	for _, a := range []look.Appearance{look.Light, look.Dark} {
		t.Run(string(a), func(t *testing.T) {
			show(t, a, look.Space(1, 1), fyne.NewSize(10, 10)) // so that there is a theme
			user := widget.NewEntry()
			user.SetText("acme.ops")
			wrong := NewFormField("Password", NewSecretEntry(secretWords, false, false))
			wrong.SetError("Refused by the bank at 08:02. Enter the new one.")
			removed := NewSecretEntry(secretWords, true, true)
			removed.set(SecretRemove)
			code := NewCodeEntry(6, true)
			code.Paste("481")
			free := NewCodeEntry(0, false)
			free.Paste("AB12C")
			content := look.Column(14,
				NewBanner(look.Bad, "The bank refused the password.", "Scraping stopped at 08:02 so the bank does not lock the login. Update the password below, then restart.", look.NewButton("What happened", nil)),
				NewBanner(look.Warn, "A code is needed.", "", look.NewPrimary("Enter code", nil), look.NewButton("Later", nil)),
				NewBanner(look.Active, "Reading movements", "3 of 5"),
				NewSection("Bank login",
					NewFormField("User name", user).Required(), wrong,
					NewFormField("Token", NewSecretEntry(secretWords, true, true)).Help("Kept encrypted; the key stays in this computer’s keychain."),
					NewFormField("Signing secret", removed)).SetSide(look.NewBadge("Incomplete", look.Warn)),
				NewChips([]Chip{{"", "All 1 412", look.Neutral}, {"q", "Queued 2", look.Active}, {"r", "Retrying 1", look.Warn}, {"d", "Dead 1", look.Bad}, {"ok", "Delivered 1 408", look.Good}}, "r", nil),
				look.Row(8, NewChoice([]Option{{"30", "Last 30 days"}, {"", "All"}}, "30", nil), NewChoice([]Option{{"", "All currencies"}}, "", nil)),
				code, free,
			)
			_, w := show(t, a, look.Inset(content, 20, 20, 20, 20), fyne.NewSize(760, 900))
			w.Canvas().Focus(code)
			keepPicture(t, w, "parts-"+string(a))
		})
	}
}

func TestSecretEntryNeverLosesOrRevealsTheStoredOne(t *testing.T) {
	show(t, look.Light, look.Space(1, 1), fyne.NewSize(10, 10))
	s := NewSecretEntry(secretWords, true, true)
	_, w := show(t, look.Light, s, fyne.NewSize(400, 60))
	changes := 0
	s.OnChanged = func() { changes++ }
	check := func(what string, want SecretChange, text string) {
		t.Helper()
		if got, typed := s.Change(); got != want || typed != text {
			t.Errorf("%s: change %v %q, want %v %q", what, got, typed, want, text)
		}
	}
	check("at first", SecretKeep, "")
	if s.typing.Visible() || s.entry.Text != "" {
		t.Error("a stored secret shows an entry, or text in it")
	}
	test.Tap(s.replace)
	if w.Canvas().Focused() != fyne.Focusable(s.entry) {
		t.Error("after Replace the entry has no focus")
	}
	check("an empty entry", SecretKeep, "")
	test.Type(s.entry, "n3w")
	check("typed", SecretReplace, "n3w")
	test.Tap(s.keep.Objects[0].(fyne.Tappable))
	check("taken back", SecretKeep, "")
	if s.entry.Text != "" || !s.saved.Visible() {
		t.Error("what was typed is still there")
	}
	test.Tap(s.remove)
	check("removed", SecretRemove, "")
	test.Tap(s.undo)
	check("kept after all", SecretKeep, "")
	if changes == 0 {
		t.Error("nobody was told of a change")
	}
	s.Reset(false)
	if !s.typing.Visible() || s.keep.Visible() {
		t.Error("without a stored secret there is only the entry")
	}
}

func TestCodeEntry(t *testing.T) {
	c := NewCodeEntry(6, true)
	a, w := show(t, look.Light, c, fyne.NewSize(500, 100))
	var complete []string
	c.OnComplete = func(code string) { complete = append(complete, code) }
	sent := ""
	c.OnSubmit = func(code string) { sent = code }
	w.Canvas().Focus(c)
	test.Type(c, "48x1-")
	if c.Code() != "481" || c.Complete() {
		t.Errorf("after typing letters too the code is %q", c.Code())
	}
	typeKey(w, fyne.KeyBackspace, fyne.KeyReturn)
	test.Type(c, "1234")
	if c.Code() != "481234" || !slices.Equal(complete, []string{"481234"}) || sent != "" {
		t.Errorf("the code is %q, complete %q, sent %q", c.Code(), complete, sent)
	}
	test.Type(c, "9")
	typeKey(w, fyne.KeyReturn)
	if sent != "481234" {
		t.Errorf("Enter sent %q", sent)
	}
	c.Clear()
	a.Clipboard().SetContent("  123 456 ")
	c.TypedShortcut(&fyne.ShortcutPaste{Clipboard: a.Clipboard()})
	if c.Code() != "123456" || len(complete) != 2 {
		t.Errorf("the pasted code is %q, complete %q", c.Code(), complete)
	}
	typeKey(w, fyne.KeyHome, fyne.KeyDelete)
	test.Type(c, "9")
	if c.Code() != "93456" {
		t.Errorf("after a change in the first box the code is %q", c.Code())
	}
	c.Tapped(&fyne.PointEvent{Position: fyne.NewPos(2*(boxWidth+boxGap)+5, 10)})
	test.Type(c, "0")
	if c.Code() != "93056" {
		t.Errorf("after a change in the third box the code is %q", c.Code())
	}
	c.Disable()
	test.Type(c, "1")
	if c.Code() != "93056" {
		t.Error("a disabled entry took a character")
	}
}

func TestCodeOfUnknownLength(t *testing.T) {
	c := NewCodeEntry(0, false)
	_, w := show(t, look.Light, c, fyne.NewSize(500, 100))
	complete := false
	c.OnComplete = func(string) { complete = true }
	sent := ""
	c.OnSubmit = func(code string) { sent = code }
	w.Canvas().Focus(c)
	typeKey(w, fyne.KeyReturn)
	test.Type(c, "aB3")
	typeKey(w, fyne.KeyReturn)
	if sent != "aB3" || complete {
		t.Errorf("sent %q, complete by itself %v", sent, complete)
	}
	test.Type(c, "0123456789012345")
	if len(c.Code()) != longestCode {
		t.Errorf("a code of %d characters was taken", len(c.Code()))
	}
}

func TestChoiceByKeyboard(t *testing.T) {
	show(t, look.Light, look.Space(1, 1), fyne.NewSize(10, 10))
	got := ""
	c := NewChoice([]Option{{"30", "Last 30 days"}, {"month", "This month"}}, "30", func(id string) { got = id })
	_, w := show(t, look.Light, look.Row(0, c), fyne.NewSize(300, 200))
	w.Canvas().Focus(c)
	typeKey(w, fyne.KeySpace)
	if w.Canvas().Overlays().Top() == nil {
		t.Fatal("Space opened no menu")
	}
	typeKey(w, fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn)
	if got != "month" || c.Text != "This month" || c.Chosen() != "month" {
		t.Errorf("chosen %q, shown %q", got, c.Text)
	}
}

func TestChips(t *testing.T) {
	show(t, look.Light, look.Space(1, 1), fyne.NewSize(10, 10))
	got := "?"
	c := NewChips([]Chip{{ID: "", Text: "All 3"}, {ID: "dead", Text: "Dead 1", Tone: look.Bad}}, "", func(id string) { got = id })
	_, w := show(t, look.Light, look.Row(0, c), fyne.NewSize(300, 200))
	w.Canvas().FocusNext()
	w.Canvas().FocusNext()
	typeKey(w, fyne.KeySpace)
	if got != "dead" || c.Chosen() != "dead" {
		t.Errorf("chosen %q", got)
	}
	focused := w.Canvas().Focused()
	c.Set([]Chip{{ID: "", Text: "All 4"}, {ID: "dead", Text: "Dead 2", Tone: look.Bad}})
	if w.Canvas().Focused() != focused || c.Chosen() != "dead" {
		t.Error("new counts took the focus or the choice away")
	}
}

func TestFormFieldSaysWhatIsWrong(t *testing.T) {
	show(t, look.Light, look.Space(1, 1), fyne.NewSize(10, 10))
	f := NewFormField("Webhook URL", widget.NewEntry()).Required()
	_, w := show(t, look.Light, f, fyne.NewSize(300, 100))
	before := f.MinSize().Height
	f.SetError("webhook_url is required")
	if f.Error() == "" || f.MinSize().Height <= before {
		t.Error("nothing is said under the field")
	}
	if f.outlined.line.StrokeColor != paint(f.Theme(), theme.ColorNameError) {
		t.Error("there is no red line around the field")
	}
	w.Canvas().FocusNext()
	if w.Canvas().Focused() != f.Control().(fyne.Focusable) {
		t.Error("the line around the field is in the way of the focus")
	}
	f.SetError("")
	if f.MinSize().Height != before {
		t.Error("the words stay after the mistake has gone")
	}
}

// TestLongCodeFits: the boxes of a long code share the room of a short one.
func TestLongCodeFits(t *testing.T) {
	test.NewTempApp(t)
	const room = 382
	for length := 1; length <= longestCode; length++ {
		c := NewCodeEntry(length, true)
		if need := c.MinSize().Width; need > room {
			t.Fatalf("%d boxes need %.0f", length, need)
		}
		c.Resize(fyne.NewSize(room, c.MinSize().Height))
		r := test.WidgetRenderer(c)
		last := r.Objects()[2*(length-1)]
		if end := last.Position().X + last.Size().Width; end > room+0.5 {
			t.Errorf("the last of %d boxes ends at %.0f", length, end)
		}
		test.TapAt(c, last.Position().AddXY(last.Size().Width/2, 10))
		c.Paste("1")
		if c.Code() != "1" {
			t.Errorf("%d boxes take %q", length, c.Code())
		}
	}
}
