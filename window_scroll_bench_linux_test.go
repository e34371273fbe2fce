package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"reconbanker/core"
)

// scrollEnv makes the program scroll through its table by itself, as fast as a
// display shows frames, and say how that went.
const scrollEnv = "RECONBANKER_TEST_SCROLL"

const (
	frame       = time.Second / 60
	scrollTurns = 600 // ten seconds
	scrollRows  = 10_000
)

func init() {
	inChild = append(inChild, func() {
		if os.Getenv(scrollEnv) != "" {
			go scrollThrough()
		}
	})
}

// scrolled is what a turn of the wheel took, from when it was due until the window
// had dealt with it, in milliseconds.
type scrolled struct{ Took []float64 }

func scrollThrough() {
	var table fyne.Scrollable
	for table == nil {
		<-time.After(50 * time.Millisecond)
		if fyne.CurrentApp() == nil {
			continue
		}
		fyne.DoAndWait(func() { table = tableWithRows() })
	}
	var out scrolled
	ticks := time.NewTicker(frame)
	defer ticks.Stop()
	for range scrollTurns {
		due := <-ticks.C
		fyne.DoAndWait(func() { table.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -400)}) })
		out.Took = append(out.Took, float64(time.Since(due).Microseconds())/1000)
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// tableWithRows is the table on screen, once there is something in it.
func tableWithRows() (found fyne.Scrollable) {
	if _, ok := see().cell("2"); !ok {
		return nil
	}
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if o == nil || !o.Visible() {
			return
		}
		if s, ok := o.(fyne.Scrollable); ok && strings.Contains(fmt.Sprintf("%T", o), "DataTable") {
			found = s
			return
		}
		switch o := o.(type) {
		case *fyne.Container:
			for _, child := range o.Objects {
				walk(child)
			}
		case fyne.Widget:
			for _, child := range test.WidgetRenderer(o).Objects() {
				walk(child)
			}
		}
	}
	for _, w := range fyne.CurrentApp().Driver().AllWindows() {
		walk(w.Canvas().Content())
	}
	return found
}

// BenchmarkWindowScroll scrolls through 10,000 stored movements and reports how many
// turns of the wheel the window answered later than the next frame.
func BenchmarkWindowScroll(b *testing.B) {
	dir := filledWith(b, scrollRows, func(i int, m *core.Movement) {
		m.BookedAt = time.Now().Add(-time.Duration(i) * 2 * time.Minute) // all of it in the days that are shown
		m.BankDay = m.BookedAt.Format(time.DateOnly)
	})
	pass := writePassphrase(b)
	for b.Loop() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		p := &person{desktop: newDesktop(b), child: child{t: b, dir: dir, pass: pass}}
		cmd := p.command(ctx, "window")
		cmd.Env = append(p.env, childEnv+"=0", scrollEnv+"=1")
		var said, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &said, &errs, time.Second
		err := cmd.Run()
		cancel()
		var out scrolled
		if err == nil {
			err = json.Unmarshal(said.Bytes(), &out)
		}
		if err != nil || len(out.Took) != scrollTurns {
			b.Fatalf("%d turns, %v: %s", len(out.Took), err, &errs)
		}
		slices.Sort(out.Took)
		late, _ := slices.BinarySearch(out.Took, float64(frame.Microseconds())/1000)
		b.ReportMetric(100*float64(scrollTurns-late)/scrollTurns, "%late")
		b.ReportMetric(out.Took[scrollTurns/2], "median-ms")
		b.ReportMetric(out.Took[scrollTurns*99/100], "99th-ms")
		b.ReportMetric(out.Took[scrollTurns-1], "worst-ms")
	}
}
