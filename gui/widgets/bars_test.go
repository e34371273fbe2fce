package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

func TestBars(t *testing.T) {
	test.NewApp()
	pointed := []int{}
	b := NewBars(func(i int) { pointed = append(pointed, i) })
	w := test.NewWindow(b)
	defer w.Close()
	b.Resize(fyne.NewSize(200, 52))
	b.Set([]Bar{{Whole: 10, Part: 5}, {}, {Whole: 1000, Part: 1}, {Whole: 1000, Part: 1000}})
	r := test.WidgetRenderer(b).(*barsRenderer)
	height := func(i int) (whole, part float32) { return r.whole[i].Size().Height, r.part[i].Size().Height }
	if whole, part := height(3); whole != 50 || part != 50 {
		t.Errorf("the tallest bar is %v, its part %v", whole, part)
	}
	if whole, part := height(2); whole != 50 || part != 2 {
		t.Errorf("a part of one in a thousand is %v of %v", part, whole)
	}
	if whole, part := height(1); whole != 0 || part != 0 {
		t.Errorf("nothing is drawn %v and %v high", whole, part)
	}
	for i, bar := range r.whole {
		if left, right := bar.Position().X, bar.Position().X+bar.Size().Width; left < float32(i)*50 || right > float32(i+1)*50 {
			t.Errorf("bar %d lies from %v to %v", i, left, right)
		}
	}
	at := func(x float32) {
		b.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 9)}})
	}
	at(10)
	at(20)
	at(199)
	b.MouseOut()
	if want := []int{0, 3, -1}; len(pointed) != 3 || pointed[0] != want[0] || pointed[1] != want[1] || pointed[2] != want[2] {
		t.Errorf("pointed at %v", pointed)
	}
	b.Set(nil)
	at(10) // nothing to point at
	if n := len(test.WidgetRenderer(b).Objects()); n != 1 {
		t.Errorf("an empty chart draws %d things", n)
	}
}
