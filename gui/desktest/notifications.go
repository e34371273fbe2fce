package desktest

import (
	"slices"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
)

const (
	notifyName = "org.freedesktop.Notifications"
	notifyPath = "/org/freedesktop/Notifications"
)

// Shown is a notification as the server was asked to show it.
type Shown struct {
	ID, Replaces uint32
	App, Icon    string
	Title, Body  string
	Actions      []string // names and words, in turn
	Hints        map[string]dbus.Variant
	Timeout      int32
}

// Notifications is a notification server that shows nothing and remembers all.
type Notifications struct {
	t    testing.TB
	conn *dbus.Conn
	can  []string

	mu      sync.Mutex
	hasty   bool
	last    uint32
	arrived chan Shown
	closed  chan uint32
}

// StartNotifications puts a server on the bus that says that it can do what is
// named: "actions", "body", "body-markup".
func StartNotifications(t testing.TB, address string, can ...string) *Notifications {
	t.Helper()
	s := &Notifications{t: t, can: can, arrived: make(chan Shown, 64), closed: make(chan uint32, 64)}
	s.conn = connect(t, address, notifyName)
	if err := s.conn.Export(notificationCalls{s}, notifyPath, notifyName); err != nil {
		t.Fatal(err)
	}
	return s
}

// Hurry has the first action of each notification pressed before the program is
// even told that it is shown.
func (s *Notifications) Hurry() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hasty = true
}

// Next waits for the next notification.
func (s *Notifications) Next() Shown {
	s.t.Helper()
	return wait(s.t, "a notification", s.arrived)
}

// NextWithdrawn waits for the next notification that is taken back.
func (s *Notifications) NextWithdrawn() uint32 {
	s.t.Helper()
	return wait(s.t, "a notification to be taken back", s.closed)
}

// Waiting returns how many notifications Next has not returned.
func (s *Notifications) Waiting() int { return len(s.arrived) }

// Press does what a click on a button does, or with "default" one on the
// notification itself.
func (s *Notifications) Press(id uint32, action string) {
	s.t.Helper()
	s.emit("ActionInvoked", id, action)
	s.Dismiss(id, 2)
}

// Dismiss closes a notification: for the reason 1 by time, 2 by the person.
func (s *Notifications) Dismiss(id, reason uint32) {
	s.t.Helper()
	s.emit("NotificationClosed", id, reason)
}

func (s *Notifications) emit(signal string, values ...any) {
	s.t.Helper()
	if err := s.conn.Emit(notifyPath, notifyName+"."+signal, values...); err != nil {
		s.t.Errorf("tell of a notification: %v", err)
	}
}

// notificationCalls is what the bus may call.
type notificationCalls struct{ s *Notifications }

// Notify implements the method of that name.
func (c notificationCalls) Notify(app string, replaces uint32, icon, title, body string, actions []string, hints map[string]dbus.Variant, timeout int32) (uint32, *dbus.Error) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	id := replaces
	if id == 0 {
		c.s.last++
		id = c.s.last
	}
	c.s.arrived <- Shown{
		ID: id, Replaces: replaces, App: app, Icon: icon, Title: title, Body: body,
		Actions: slices.Clone(actions), Hints: hints, Timeout: timeout,
	}
	if c.s.hasty && len(actions) > 0 {
		_ = c.s.conn.Emit(notifyPath, notifyName+".ActionInvoked", id, actions[0])
	}
	return id, nil
}

// CloseNotification implements the method of that name.
func (c notificationCalls) CloseNotification(id uint32) *dbus.Error {
	c.s.closed <- id
	_ = c.s.conn.Emit(notifyPath, notifyName+".NotificationClosed", id, uint32(3))
	return nil
}

// GetCapabilities implements the method of that name.
func (c notificationCalls) GetCapabilities() ([]string, *dbus.Error) { return c.s.can, nil }

// GetServerInformation implements the method of that name.
func (notificationCalls) GetServerInformation() (name, vendor, version, spec string, err *dbus.Error) {
	return "desktest", "reconbanker", "1", "1.2", nil
}
