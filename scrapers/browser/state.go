package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"
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

// State implements scrapers.Tab. It has the cookies of the tab's context, and
// local and session storage of the page that is open.
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
		var here originState
		if err := t.run(ctx, &here, "storage"); err != nil {
			return err
		}
		if t.mine(here.Origin) {
			st.Storage = append(st.Storage, here)
		}
		out, err = json.Marshal(st)
		return err
	})
	return out, err
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
		if err := t.onBlank(ctx, o.Origin, func() error { return t.run(ctx, nil, "restore", o.Local, o.Session) }); err != nil {
			return err
		}
	}
	return nil
}
