package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"syscall"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
)

// eyesEnv makes the program under test tell what its window shows, to whoever asks
// on its fourth file descriptor. The program itself knows nothing of it.
const eyesEnv = "RECONBANKER_TEST_EYES"

// checkedEnv makes the program forget to tell Fyne that it keeps to one goroutine,
// so that Fyne checks it.
const checkedEnv = "RECONBANKER_TEST_THREADS"

// A thing is something on screen: words, or a control with the words inside it.
// Its place is in pixels of the window.
type thing struct {
	Kind    string // of the control, "" for words
	Text    string
	Typed   string  // what an entry holds
	ID      uintptr // of the control
	X, Y    float32
	W, H    float32
	Off     bool // the control, or the one the words are in, is disabled
	Focused bool
}

// A scene is everything a person can see at a moment.
type scene struct {
	Things []thing
	Front  int // things before it lie under a dialog or a menu
}

func init() {
	inChild = append(inChild, func() {
		if os.Getenv(eyesEnv) != "" {
			openEyes()
		}
		if os.Getenv(checkedEnv) != "" {
			migrations = nil
		}
	})
}

// openEyes answers every line with a scene.
func openEyes() {
	var st syscall.Stat_t
	if syscall.Fstat(3, &st) != nil || st.Mode&syscall.S_IFMT != syscall.S_IFSOCK {
		return // a program that the watched one has started: nobody looks
	}
	syscall.CloseOnExec(3) // the browser has no use for it
	asked := os.NewFile(3, "eyes")
	go func() {
		answer := json.NewEncoder(asked)
		for lines := bufio.NewScanner(asked); lines.Scan(); {
			var s scene
			fyne.DoAndWait(func() { s = see() })
			if answer.Encode(s) != nil {
				return
			}
		}
	}()
}

// see looks at the window. It runs on Fyne's goroutine.
func see() (s scene) {
	for _, w := range fyne.CurrentApp().Driver().AllWindows() {
		c := w.Canvas()
		e := eyes{scene: &s, scale: c.Scale(), focus: c.Focused()}
		all := area{fyne.Position{}, c.Size()}
		e.walk(c.Content(), fyne.Position{}, all, -1)
		for _, over := range c.Overlays().List() {
			s.Front = len(s.Things)
			e.walk(over, fyne.Position{}, all, -1)
		}
	}
	return s
}

type area struct {
	at   fyne.Position
	size fyne.Size
}

// meet is what two areas share.
func (a area) meet(b area) area {
	x, y := max(a.at.X, b.at.X), max(a.at.Y, b.at.Y)
	right, low := min(a.at.X+a.size.Width, b.at.X+b.size.Width), min(a.at.Y+a.size.Height, b.at.Y+b.size.Height)
	return area{fyne.NewPos(x, y), fyne.NewSize(max(0, right-x), max(0, low-y))}
}

type eyes struct {
	scene *scene
	scale float32
	focus fyne.Focusable
}

// walk notes an object and what is inside it. In is the control it belongs to.
func (e eyes) walk(o fyne.CanvasObject, at fyne.Position, clip area, in int) {
	if o == nil || !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	seen := clip.meet(area{at, o.Size()})
	if seen.size.Width <= 0 || seen.size.Height <= 0 {
		return
	}
	var inside []fyne.CanvasObject
	switch o := o.(type) {
	case *canvas.Text:
		if o.Text != "" {
			e.words(o.Text, seen, in)
		}
	case *fyne.Container:
		inside = o.Objects
	case fyne.Widget:
		in = e.control(o, seen, in)
		inside = test.WidgetRenderer(o).Objects()
		switch o.(type) {
		case *container.Scroll, *container.Clip:
			clip = seen
		}
	}
	for _, child := range inside {
		e.walk(child, at, clip, in)
	}
}

func (e eyes) words(text string, at area, in int) {
	t := thing{Text: strings.ReplaceAll(text, "\u00a0", " ")}
	if in >= 0 {
		c := &e.scene.Things[in]
		t.Off = c.Off
		c.Text = strings.TrimSpace(c.Text + " " + t.Text)
	}
	e.add(t, at)
}

// control notes a widget that can be clicked or typed into.
func (e eyes) control(w fyne.Widget, at area, in int) int {
	_, tappable := w.(fyne.Tappable)
	focusable, typed := w.(fyne.Focusable)
	if !tappable && !typed {
		return in
	}
	t := thing{Kind: strings.TrimPrefix(fmt.Sprintf("%T", w), "*"), Focused: typed && e.focus == focusable, ID: reflect.ValueOf(w).Pointer()}
	if d, ok := w.(fyne.Disableable); ok {
		t.Off = d.Disabled()
	}
	if strings.HasSuffix(strings.ToLower(t.Kind), "entry") {
		t.Typed = reflect.Indirect(reflect.ValueOf(w)).FieldByName("Text").String()
	}
	e.add(t, at)
	return len(e.scene.Things) - 1
}

func (e eyes) add(t thing, at area) {
	t.X, t.Y, t.W, t.H = at.at.X*e.scale, at.at.Y*e.scale, at.size.Width*e.scale, at.size.Height*e.scale
	e.scene.Things = append(e.scene.Things, t)
}
