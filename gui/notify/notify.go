// Package notify shows notifications on the desktop and tells what was pressed.
//
// On Linux they are sent to the desktop's notification server, with buttons; on
// Windows they are toasts, with buttons; on macOS they are plain, because a
// program without a signed bundle is told of no click. Where a notification
// cannot be shown or pressed nothing is lost: the window and the tray say the
// same, and they are never waited for.
package notify

import (
	"context"
	"sync"
	"time"
)

// Default is the action of a press on the notification itself.
const Default = "default"

// patience is how long a desktop may take to show a notification.
const patience = 5 * time.Second

// Note is one notification. It is seen by whoever looks at the screen, and kept
// by desktops that remember: no amounts and no codes belong in it.
type Note struct {
	Key     string // its subject; a newer note with the same key takes its place
	Title   string
	Body    string // plain text
	Actions []Action
	Urgent  bool // stays until it is answered, where the desktop can
}

// Action is a button of a note.
type Action struct{ ID, Words string }

// Config is what a Desk needs to know.
type Config struct {
	Name string // of the program, as people read it
	ID   string // of the program, as the desktop knows it
	// Pressed is told which action of which note was pressed, from any goroutine.
	Pressed func(key, action string)
	// Failed is told that a note could not be shown; nil ignores it.
	Failed func(error)
}

// backend is a desktop's way to show notes.
type backend interface {
	show(ctx context.Context, n Note) error
	withdraw(ctx context.Context, key string) error
	close()
}

// Desk shows notes, one after the other and in order.
type Desk struct {
	cfg  Config
	back backend
	wake chan struct{}
	end  context.CancelFunc
	done chan struct{}

	mu    sync.Mutex
	queue []order
}

// order is to show a note, or to take the one with its key away.
type order struct {
	note Note
	away bool
}

// Open starts to show notes; Close ends it. Nothing is asked of the desktop
// before the first note.
func Open(cfg Config) *Desk { return open(cfg, newBackend(cfg)) }

func open(cfg Config, back backend) *Desk {
	ctx, end := context.WithCancel(context.Background())
	d := &Desk{cfg: cfg, back: back, wake: make(chan struct{}, 1), end: end, done: make(chan struct{})}
	go d.work(ctx)
	return d
}

// Show shows a note soon, in place of an earlier one with its key. It never waits.
func (d *Desk) Show(n Note) { d.add(order{note: n}) }

// Withdraw takes the note with a key away, if it is still there.
func (d *Desk) Withdraw(key string) { d.add(order{note: Note{Key: key}, away: true}) }

func (d *Desk) add(o order) {
	d.mu.Lock()
	d.queue = append(d.queue, o)
	d.mu.Unlock()
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Close forgets what was not shown yet and leaves what is on the desktop there.
func (d *Desk) Close() {
	d.end()
	<-d.done
}

func (d *Desk) work(ctx context.Context) {
	defer close(d.done)
	defer d.back.close()
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.wake:
		}
		d.mu.Lock()
		queue := d.queue
		d.queue = nil
		d.mu.Unlock()
		for _, o := range queue {
			if err := d.carryOut(ctx, o); err != nil && ctx.Err() == nil && d.cfg.Failed != nil {
				d.cfg.Failed(err)
			}
		}
	}
}

func (d *Desk) carryOut(ctx context.Context, o order) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if o.away {
		return d.back.withdraw(ctx, o.note.Key)
	}
	return d.back.show(ctx, o.note)
}
