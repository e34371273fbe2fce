package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

//go:embed page.js
var pageScript string

// worldName is the isolated JavaScript world our script lives in.
const worldName = "reader"

// errScript is an exception in a script.
type errScript struct{ said string }

func (e *errScript) Error() string { return e.said }

// enter returns the isolated world of the top document, made when needed.
func (t *Tab) enter(ctx context.Context) (*session, runtime.ExecutionContextID, error) {
	t.mu.Lock()
	s, frame, world, loader := t.page, t.frame, t.world, t.doc.loader
	t.mu.Unlock()
	if world != 0 {
		return s, world, nil
	}
	made, err := call(ctx, s, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: frame, WorldName: worldName})
	if err != nil {
		return nil, 0, err
	}
	t.mu.Lock()
	if t.doc.loader == loader {
		t.world = made.ExecutionContextID
	}
	t.mu.Unlock()
	return s, made.ExecutionContextID, nil
}

// inPage runs f in the isolated world of the top document and again in the next
// document when this one is replaced meanwhile.
func (t *Tab) inPage(ctx context.Context, f func(*session, runtime.ExecutionContextID) error) error {
	for {
		s, world, err := t.enter(ctx)
		if err == nil {
			err = f(s, world)
		}
		if err == nil || !replaced(err) || ctx.Err() != nil {
			return err
		}
		t.mu.Lock()
		if t.world == world {
			t.world = 0
		}
		t.mu.Unlock()
		timer := time.NewTimer(10 * time.Millisecond) // the next document is on its way
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// replaced tells whether a command failed because its document went away.
func replaced(err error) bool {
	var e *cdproto.Error
	if !errors.As(err, &e) {
		return false
	}
	for _, text := range []string{
		"context was destroyed", "Cannot find context", "Cannot find execution context", "uniqueContextId not found",
		"navigated or closed", "Promise was collected", "Frame with the given", "No frame", "frame was not found",
		"Cannot find default execution context",
	} {
		if strings.Contains(e.Message, text) {
			return true
		}
	}
	return false
}

// run calls an operation of page.js and decodes its result into out, which may
// be nil.
func (t *Tab) run(ctx context.Context, out any, op string, args ...any) error {
	return t.inPage(ctx, func(s *session, world runtime.ExecutionContextID) error {
		return runIn(ctx, s, world, out, op, args...)
	})
}

func runIn(ctx context.Context, s *session, world runtime.ExecutionContextID, out any, op string, args ...any) error {
	p := runtime.CallFunctionOnParams{
		FunctionDeclaration: pageScript,
		ExecutionContextID:  world,
		ReturnByValue:       new(true),
		AwaitPromise:        new(true),
		Silent:              new(true),
	}
	for _, a := range append([]any{op}, args...) {
		raw, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("prepare a page script: %w", err)
		}
		p.Arguments = append(p.Arguments, &runtime.CallArgument{Value: jsonv2.Value(raw)})
	}
	res, err := call(ctx, s, runtime.CallFunctionOn, p)
	if err != nil {
		return err
	}
	return decode(res.Result, res.ExceptionDetails, out)
}

func decode(v *runtime.RemoteObject, failed *runtime.ExceptionDetails, out any) error {
	if failed != nil {
		return &errScript{exception(failed)}
	}
	if out == nil {
		return nil
	}
	raw := []byte("null")
	if v != nil && len(v.Value) > 0 {
		raw = v.Value
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("read what the page answered: %w", err)
	}
	return nil
}

// exception returns the first line of a JavaScript exception.
func exception(d *runtime.ExceptionDetails) string {
	const most = 200
	s := d.Text
	if d.Exception != nil && d.Exception.Description != "" {
		s = d.Exception.Description
	}
	s, _, _ = strings.Cut(s, "\n")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
