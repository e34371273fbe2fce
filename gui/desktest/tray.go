package desktest

import (
	"image"
	"image/color"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = "/StatusNotifierWatcher"
	itemName    = "org.kde.StatusNotifierItem"
	itemPath    = "/StatusNotifierItem"
	menuName    = "com.canonical.dbusmenu"
	menuPath    = "/StatusNotifierItem/menu"
)

// Tray is the place beside the clock: it takes one icon, reads its menu, and
// clicks on it.
type Tray struct {
	t       testing.TB
	conn    *dbus.Conn
	added   chan dbus.Sender
	changed chan *dbus.Signal

	mu   sync.Mutex
	item dbus.Sender
}

// StartTray puts a tray on the bus.
func StartTray(t testing.TB, address string) *Tray {
	t.Helper()
	tray := &Tray{t: t, added: make(chan dbus.Sender, 8), changed: make(chan *dbus.Signal, 1024)}
	tray.conn = connect(t, address, watcherName)
	if err := tray.conn.Export(trayCalls{tray}, watcherPath, watcherName); err != nil {
		t.Fatal(err)
	}
	_, err := prop.Export(tray.conn, watcherPath, prop.Map{watcherName: {
		"RegisteredStatusNotifierItems":  {Value: []string{}, Emit: prop.EmitTrue},
		"IsStatusNotifierHostRegistered": {Value: true, Emit: prop.EmitTrue},
		"ProtocolVersion":                {Value: int32(0), Emit: prop.EmitTrue},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, iface := range []string{itemName, menuName} {
		if err := tray.conn.AddMatchSignal(dbus.WithMatchInterface(iface)); err != nil {
			t.Fatal(err)
		}
	}
	tray.conn.Signal(tray.changed)
	return tray
}

// trayCalls is what the bus may call.
type trayCalls struct{ t *Tray }

// RegisterStatusNotifierItem implements the method of that name.
func (c trayCalls) RegisterStatusNotifierItem(_ string, sender dbus.Sender) *dbus.Error {
	c.t.added <- sender
	return nil
}

// RegisterStatusNotifierHost implements the method of that name.
func (trayCalls) RegisterStatusNotifierHost(string) *dbus.Error { return nil }

// owner waits for the icon and returns who owns it.
func (t *Tray) owner() string {
	t.t.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.item == "" {
		t.item = wait(t.t, "a tray icon", t.added)
	}
	return string(t.item)
}

// layout is an entry of a menu on the bus.
type layout struct {
	ID   int32
	Prop map[string]dbus.Variant
	Kids []dbus.Variant
}

// Menu returns the entries of the icon's menu by their words.
func (t *Tray) Menu() map[string]int32 {
	t.t.Helper()
	menu := t.conn.Object(t.owner(), menuPath)
	var revision uint32
	var root layout
	for range 2 { // the first answer after a change lacks what is below
		if err := menu.Call(menuName+".GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root); err != nil {
			t.t.Fatalf("read the tray's menu: %v", err)
		}
	}
	entries := map[string]int32{}
	root.walk(func(l layout) {
		if words, _ := l.Prop["label"].Value().(string); words != "" {
			entries[words] = l.ID
		}
	})
	return entries
}

func (l layout) walk(f func(layout)) {
	f(l)
	for _, kid := range l.Kids {
		var inside layout
		if dbus.Store([]any{kid.Value()}, &inside) == nil {
			inside.walk(f)
		}
	}
}

// Until waits for the icon to change until something holds of its menu.
func (t *Tray) Until(what string, holds func(menu map[string]int32) bool) {
	t.t.Helper()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for !holds(t.Menu()) {
		select {
		case <-t.changed:
		case <-timer.C:
			t.t.Fatalf("waited in vain for %s; the tray's menu is %v", what, t.Menu())
		}
	}
}

// Click clicks on the entry that begins with words, once it is there.
func (t *Tray) Click(words string) {
	t.t.Helper()
	id := int32(-1)
	t.Until(words+" in the tray", func(menu map[string]int32) bool {
		for label, n := range menu {
			if strings.HasPrefix(label, words) {
				id = n
			}
		}
		return id >= 0
	})
	err := t.conn.Object(t.owner(), menuPath).Call(menuName+".Event", 0, id, "clicked", dbus.MakeVariant(int32(0)), uint32(time.Now().Unix())).Err
	if err != nil {
		t.t.Fatalf("click on %s in the tray: %v", words, err)
	}
}

// Icon returns the picture the icon shows now.
func (t *Tray) Icon() image.Image {
	t.t.Helper()
	v, err := t.conn.Object(t.owner(), itemPath).GetProperty(itemName + ".IconPixmap")
	if err != nil {
		t.t.Fatalf("read the tray's icon: %v", err)
	}
	var pictures []struct {
		W, H int32
		Pix  []byte // alpha, red, green, blue
	}
	if err := dbus.Store([]any{v.Value()}, &pictures); err != nil || len(pictures) == 0 {
		t.t.Fatalf("the tray's icon cannot be read: %v", err)
	}
	p := pictures[0]
	m := image.NewNRGBA(image.Rect(0, 0, int(p.W), int(p.H)))
	for i := 0; i+3 < len(p.Pix); i += 4 {
		m.SetNRGBA(i/4%int(p.W), i/4/int(p.W), color.NRGBA{R: p.Pix[i+1], G: p.Pix[i+2], B: p.Pix[i+3], A: p.Pix[i]})
	}
	return m
}
