package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Edges puts objects along the edges and the rest in the middle. Unlike Fyne's it
// leaves no room between them: Inset says where there is some.
func Edges(top, bottom, left, right fyne.CanvasObject, middle ...fyne.CanvasObject) *fyne.Container {
	l := &edgesLayout{top, bottom, left, right}
	all := []fyne.CanvasObject{}
	for _, o := range append(append([]fyne.CanvasObject{top, left}, middle...), right, bottom) {
		if o != nil {
			all = append(all, o) // in the order of reading, which is the order of the Tab key
		}
	}
	return container.New(l, all...)
}

type edgesLayout struct{ top, bottom, left, right fyne.CanvasObject }

func minOf(o fyne.CanvasObject) fyne.Size {
	if o == nil || !o.Visible() {
		return fyne.Size{}
	}
	return o.MinSize()
}

// MinSize implements fyne.Layout.
func (l *edgesLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		if o != l.top && o != l.bottom && o != l.left && o != l.right {
			size = size.Max(minOf(o))
		}
	}
	left, right, top, bottom := minOf(l.left), minOf(l.right), minOf(l.top), minOf(l.bottom)
	size.Width += left.Width + right.Width
	size.Height = max(size.Height, left.Height, right.Height)
	size.Width = max(size.Width, top.Width, bottom.Width)
	size.Height += top.Height + bottom.Height
	return size
}

// Layout implements fyne.Layout.
func (l *edgesLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	place := func(o fyne.CanvasObject, x, y, w, h float32) {
		if o != nil {
			o.Move(fyne.NewPos(x, y))
			o.Resize(fyne.NewSize(max(w, 0), max(h, 0)))
		}
	}
	place(l.top, 0, 0, size.Width, minOf(l.top).Height)
	top := minOf(l.top).Height
	place(l.bottom, 0, size.Height-minOf(l.bottom).Height, size.Width, minOf(l.bottom).Height)
	height := size.Height - top - minOf(l.bottom).Height
	place(l.left, 0, top, minOf(l.left).Width, height)
	place(l.right, size.Width-minOf(l.right).Width, top, minOf(l.right).Width, height)
	width := size.Width - minOf(l.left).Width - minOf(l.right).Width
	for _, o := range objects {
		if o != l.top && o != l.bottom && o != l.left && o != l.right {
			place(o, minOf(l.left).Width, top, width, height)
		}
	}
}
