package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/cdproto/target"
)

const stateVersion = 1

// state is what Tab.State exports.
type state struct {
	Version int                    `json:"version"`
	Cookies []*network.CookieParam `json:"cookies"`
	Storage []originState          `json:"storage"`
}

type originState struct {
	Origin  string            `json:"origin"`
	Local   map[string]string `json:"local,omitempty"`
	Session map[string]string `json:"session,omitempty"`
}

// State implements scrapers.Tab. It has the cookies of the tab's context, the
// storage of the open page's origin and the local storage of every other origin
// of the bank's this tab has been on, with the session storage put back for it.
func (t *Tab) State(ctx context.Context) ([]byte, error) {
	var out []byte
	err := t.do(ctx, "export the session", func(ctx context.Context) error {
		st := state{Version: stateVersion}
		got, err := call(ctx, t.b.root, storage.GetCookies, storage.GetCookiesParams{BrowserContextID: t.context})
		if err != nil {
			return err
		}
		for _, c := range got.Cookies {
			st.Cookies = append(st.Cookies, cookie(c))
		}
		if st.Storage, err = t.storages(ctx); err != nil {
			return err
		}
		out, err = json.Marshal(st)
		return err
	})
	return out, err
}

func (t *Tab) storages(ctx context.Context) ([]originState, error) {
	var here originState
	if err := t.run(ctx, &here, "storage"); err != nil {
		return nil, err
	}
	var list []originState
	if t.mine(here.Origin) {
		list = append(list, here)
	}
	t.mu.Lock()
	visited := slices.Clone(t.origins)
	t.mu.Unlock()
	visited = slices.DeleteFunc(visited, func(o string) bool { return o == here.Origin })
	if len(visited) == 0 {
		return list, nil
	}
	h, err := t.second(ctx)
	if err != nil {
		return nil, err
	}
	defer h.end(errTabClosed)
	defer post(t.b.root, target.CloseTarget, target.CloseTargetParams{TargetID: h.pageID}, nil)
	for _, o := range visited {
		var there originState
		if err := h.onBlank(ctx, o, func() error { return h.run(ctx, &there, "storage") }); err != nil {
			return nil, err
		}
		there.Session = t.carried[o] // the second page has none of this one's
		list = append(list, there)
	}
	return list, nil
}

// second opens another page in the tab's context, for reading the storage of
// origins that are not on show.
func (t *Tab) second(ctx context.Context) (*Tab, error) {
	h := &Tab{b: t.b, w: t.w, o: t.o, attached: make(chan *session, 1), refused: map[string]int{}}
	h.life, h.end = context.WithCancelCause(t.life)
	t.mu.Lock()
	t.helper = h
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		t.helper = nil
		t.mu.Unlock()
	}()
	if err := first(call(ctx, t.b.root, target.CreateTarget, target.CreateTargetParams{
		URL: "about:blank", BrowserContextID: t.context, Background: new(true),
	})); err != nil {
		return nil, err
	}
	select {
	case s := <-h.attached:
		return h, h.prepare(ctx, s)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// cookie turns a cookie as exported into one as set.
func cookie(c *network.Cookie) *network.CookieParam {
	p := &network.CookieParam{
		Name: c.Name, Value: c.Value, Domain: c.Domain, Path: c.Path, Secure: c.Secure, HTTPOnly: c.HTTPOnly,
		SameSite: c.SameSite, Priority: c.Priority, SourceScheme: c.SourceScheme, SourcePort: c.SourcePort,
		PartitionKey: c.PartitionKey,
	}
	if !c.Session {
		p.Expires = cdp.TimeSinceEpoch(c.Expires)
	}
	return p
}

func (t *Tab) mine(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && t.w.allows(u)
}

// restore puts back what State exported.
func (t *Tab) restore(ctx context.Context) error {
	if len(t.o.State) == 0 {
		return nil
	}
	t.carried = map[string]map[string]string{}
	var st state
	if err := json.Unmarshal(t.o.State, &st); err != nil {
		return errors.New("the exported session cannot be read")
	}
	if st.Version != stateVersion {
		return fmt.Errorf("the exported session has version %d, not %d", st.Version, stateVersion)
	}
	if len(st.Cookies) > 0 {
		if err := first(call(ctx, t.b.root, storage.SetCookies, storage.SetCookiesParams{
			Cookies: st.Cookies, BrowserContextID: t.context,
		})); err != nil {
			return err
		}
	}
	for _, o := range st.Storage {
		if !t.mine(o.Origin) {
			continue // the bank's hosts have changed since
		}
		t.visited(o.Origin + "/")
		t.carried[o.Origin] = o.Session
		if err := t.onBlank(ctx, o.Origin, func() error { return t.run(ctx, nil, "restore", o.Local, o.Session) }); err != nil {
			return err
		}
	}
	return nil
}
