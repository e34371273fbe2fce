//go:build unix && !darwin

package notify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/godbus/dbus/v5"
)

// Where the desktop's notification server is.
const (
	service = "org.freedesktop.Notifications"
	object  = "/org/freedesktop/Notifications"
)

// How urgent a note is, as the server counts.
const (
	normal   byte = 1
	critical byte = 2
)

var errNoBus = errors.New("this desktop has no session bus to show notifications on")

// Bus returns the address of the session bus, "" when there is none. Left to look
// for itself the library would start a bus that nobody ends.
func Bus() string {
	if given := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); given != "" && given != "autolaunch:" {
		return given
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return ""
	}
	path := filepath.Join(dir, "bus")
	if info, err := os.Stat(path); err != nil || info.Mode()&os.ModeSocket == 0 {
		return ""
	}
	return "unix:path=" + dbus.EscapeBusAddressValue(path)
}

// bus shows notes over a connection of its own: the tray closes the shared one.
type bus struct {
	cfg Config

	mu   sync.Mutex
	conn *dbus.Conn
	ids  map[string]uint32 // by key
	keys map[uint32]string
}

func newBackend(cfg Config) backend {
	return &bus{cfg: cfg, ids: map[string]uint32{}, keys: map[uint32]string{}}
}

// server returns the notification server, connecting first where that is needed.
// The lock is held.
func (b *bus) server(ctx context.Context) (dbus.BusObject, error) {
	if b.conn == nil || !b.conn.Connected() {
		if err := b.connect(ctx); err != nil {
			return nil, err
		}
	}
	return b.conn.Object(service, object), nil
}

func (b *bus) connect(ctx context.Context) error {
	address := Bus()
	if address == "" {
		return errNoBus
	}
	conn, err := dbus.Connect(address)
	if err != nil {
		return fmt.Errorf("connect to the session bus: %w", err)
	}
	if err := conn.AddMatchSignalContext(ctx, dbus.WithMatchInterface(service), dbus.WithMatchObjectPath(object)); err != nil {
		_ = conn.Close()
		return fmt.Errorf("listen to the notification server: %w", err)
	}
	signals := make(chan *dbus.Signal, 32)
	conn.Signal(signals)
	b.conn, b.ids, b.keys = conn, map[string]uint32{}, map[uint32]string{}
	go b.listen(signals) // ends when the connection closes
	return nil
}

func (b *bus) show(ctx context.Context, n Note) error {
	b.mu.Lock() // held until the id is known: the answer may come before it
	defer b.mu.Unlock()
	err := b.send(ctx, n)
	if err != nil && b.conn != nil && !b.conn.Connected() {
		err = b.send(ctx, n) // the bus was started anew
	}
	return err
}

// send shows a note. The lock is held.
func (b *bus) send(ctx context.Context, n Note) error {
	server, err := b.server(ctx)
	if err != nil {
		return err
	}
	var can []string
	if err := server.CallWithContext(ctx, service+".GetCapabilities", 0).Store(&can); err != nil {
		return fmt.Errorf("ask what the notification server can do: %w", err)
	}
	body := n.Body
	if slices.Contains(can, "body-markup") {
		body = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(body)
	}
	var actions []string
	if slices.Contains(can, "actions") {
		for _, a := range n.Actions {
			actions = append(actions, a.ID, a.Words)
		}
	}
	urgency := normal
	if n.Urgent {
		urgency = critical
	}
	hints := map[string]dbus.Variant{
		"urgency": dbus.MakeVariant(urgency), "desktop-entry": dbus.MakeVariant(b.cfg.ID),
	}
	was := b.ids[n.Key]
	var id uint32
	err = server.CallWithContext(ctx, service+".Notify", 0,
		b.cfg.Name, was, b.cfg.ID, n.Title, body, actions, hints, int32(-1)).Store(&id)
	if err != nil {
		return fmt.Errorf("show a notification: %w", err)
	}
	delete(b.keys, was)
	b.ids[n.Key], b.keys[id] = id, n.Key
	return nil
}

func (b *bus) withdraw(ctx context.Context, key string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	id, shown := b.ids[key]
	if !shown {
		return nil
	}
	b.forget(id)
	server, err := b.server(ctx)
	if err != nil {
		return err
	}
	// One that the person has closed meanwhile is an error to some servers.
	var refused dbus.Error
	err = server.CallWithContext(ctx, service+".CloseNotification", 0, id).Err
	if err != nil && !errors.As(err, &refused) {
		return fmt.Errorf("take a notification away: %w", err)
	}
	return nil
}

// forget drops what is known of a note. The lock is held.
func (b *bus) forget(id uint32) {
	if key, ok := b.keys[id]; ok && b.ids[key] == id {
		delete(b.ids, key)
	}
	delete(b.keys, id)
}

func (b *bus) listen(signals <-chan *dbus.Signal) {
	for s := range signals {
		if len(s.Body) < 2 {
			continue
		}
		id, ok := s.Body[0].(uint32)
		if !ok {
			continue
		}
		switch s.Name {
		case service + ".ActionInvoked":
			b.mu.Lock()
			key, ours := b.keys[id] // everybody's signals arrive here
			b.forget(id)            // a press closes it; one that follows is another
			b.mu.Unlock()
			if action, ok := s.Body[1].(string); ok && ours && b.cfg.Pressed != nil {
				b.cfg.Pressed(key, action)
			}
		case service + ".NotificationClosed":
			b.mu.Lock()
			b.forget(id)
			b.mu.Unlock()
		}
	}
}

func (b *bus) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conn != nil {
		_ = b.conn.Close() // what is shown stays
	}
}
