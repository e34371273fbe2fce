package notify

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"git.sr.ht/~jackmordaunt/go-toast/wintoast"
)

// classID names our callback to Windows. It is ours alone, and never changes.
const classID = "{5A8C6B0E-2E8D-4F0B-9C57-6E1C3C1B7D42}"

// toasts shows notes through the Windows Runtime. The library's other way, a
// script, is never taken: what stands in a note would be code there.
type toasts struct {
	cfg  Config
	once sync.Once
	err  error
}

func newBackend(cfg Config) backend { return &toasts{cfg: cfg} }

func (t *toasts) begin() {
	// The runtime is entered by thread, and the desk's goroutine is the only one
	// that comes here.
	runtime.LockOSThread()
	if t.err = wintoast.SetAppData(wintoast.AppData{AppID: t.cfg.Name, GUID: classID}); t.err != nil {
		return
	}
	wintoast.SetActivationCallback(func(_, args string, _ []wintoast.UserData) {
		action, key, ok := strings.Cut(args, " ")
		if ok && t.cfg.Pressed != nil {
			t.cfg.Pressed(key, action)
		}
	})
}

func (t *toasts) show(_ context.Context, n Note) error {
	t.once.Do(t.begin)
	if t.err != nil {
		return fmt.Errorf("tell Windows who shows notifications: %w", t.err)
	}
	text, err := toastXML(n)
	if err != nil {
		return err
	}
	if err := wintoast.Push(text); err != nil {
		return fmt.Errorf("show a notification: %w", err)
	}
	return nil
}

// withdraw does nothing: Windows takes no toast back by this way, and clears them
// itself. A press on an old one finds nothing to answer, and says so.
func (t *toasts) withdraw(context.Context, string) error { return nil }

func (t *toasts) close() {}
