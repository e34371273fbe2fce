package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"reconbanker/storage/storagetest"
)

// scrollEnv makes the program under test wait for a word in the named pipe, scroll
// its table by itself, and write what came of it into the same pipe.
const scrollEnv = "RECONBANKER_TEST_SCROLL"

// A frame has this long at 60 a second.
const frame = time.Second / 60

// scrolled is how a scroll went.
type scrolled struct {
	Frames, Late int
	Worst, Mean  time.Duration
}

func init() {
	inChild = append(inChild, func() {
		if pipe := os.Getenv(scrollEnv); pipe != "" {
			go scroll(pipe)
		}
	})
}

// scroll turns the wheel by a row sixty times a second for ten seconds. A frame is
// late when Fyne's goroutine, painting included, was not free again for the next.
func scroll(pipe string) {
	const frames = 600
	if _, err := os.ReadFile(pipe); err != nil {
		panic(err)
	}
	var table fyne.Scrollable
	fyne.DoAndWait(func() {
		for _, w := range fyne.CurrentApp().Driver().AllWindows() {
			table = tableIn(w.Canvas().Content())
		}
	})
	tick := time.NewTicker(frame)
	defer tick.Stop()
	s := scrolled{Frames: frames}
	var all time.Duration
	for range frames {
		began := <-tick.C
		fyne.DoAndWait(func() { table.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.Delta{DY: -32}}) })
		took := time.Since(began)
		all += took
		s.Worst = max(s.Worst, took)
		if took > frame {
			s.Late++
		}
	}
	s.Mean = all / frames
	told, err := json.Marshal(s)
	if err == nil {
		err = os.WriteFile(pipe, told, 0o600)
	}
	if err != nil {
		panic(err)
	}
}

// tableIn finds the table on screen.
func tableIn(o fyne.CanvasObject) fyne.Scrollable {
	if o == nil || !o.Visible() {
		return nil
	}
	var inside []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		inside = o.Objects
	case fyne.Widget:
		inside = test.WidgetRenderer(o).Objects()
		if s, ok := o.(fyne.Scrollable); ok && strings.HasPrefix(reflect.TypeOf(o).String(), "*widgets.DataTable[") {
			return s
		}
	}
	for _, child := range inside {
		if t := tableIn(child); t != nil {
			return t
		}
	}
	return nil
}

// BenchmarkWindowScroll scrolls through ten seconds of 10,000 stored movements and
// counts the frames that come late.
func BenchmarkWindowScroll(b *testing.B) {
	const rows = 10_000
	newest := int(time.Since(storagetest.Day) / time.Minute) // the screen opens on the last days
	dir, pass := filledFrom(b, newest-rows, rows), writePassphrase(b)
	for b.Loop() {
		pipe := filepath.Join(b.TempDir(), "scrolled")
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			b.Fatal(err)
		}
		p := newDesktop(b).open(dir, pass, scrollEnv+"="+pipe)
		p.quickly(func(s scene) bool { _, ok := s.cell("2"); return ok })
		if err := os.WriteFile(pipe, nil, 0o600); err != nil { // waits until it is read
			b.Fatal(err)
		}
		told, err := os.ReadFile(pipe) // waits for the end of it
		if err != nil {
			b.Fatal(err)
		}
		var s scrolled
		if err := json.Unmarshal(told, &s); err != nil {
			b.Fatal(err)
		}
		p.ends()
		b.ReportMetric(float64(s.Late), "late-frames")
		b.ReportMetric(float64(s.Frames), "frames")
		b.ReportMetric(float64(s.Mean.Microseconds())/1000, "mean-ms")
		b.ReportMetric(float64(s.Worst.Microseconds())/1000, "worst-ms")
	}
}
