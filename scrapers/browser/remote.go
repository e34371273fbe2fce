package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"
)

// CheckRemote refuses a DevTools endpoint that would carry passwords over an
// open network: it must be wss, or ws or http on a loopback address. The error
// is a sentence for the person who typed it.
func CheckRemote(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return errors.New("the address of the remote browser is not one such as wss://grid.example/devtools")
	}
	switch {
	case u.Scheme == "wss":
		return nil
	case (u.Scheme == "ws" || u.Scheme == "http") && loopback(u.Hostname()):
		return nil
	}
	return errors.New("a remote browser must be reached by wss, or by ws or http on this computer")
}

// dialRemote connects to a browser that runs elsewhere.
func dialRemote(ctx context.Context, address string) (chromedp.Transport, error) {
	if err := CheckRemote(address); err != nil {
		return nil, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("read the address of the remote browser: %w", err)
	}
	if u.Scheme != "wss" && !strings.Contains(u.Path, "/devtools/browser/") {
		if address, err = discover(ctx, u); err != nil {
			return nil, fmt.Errorf("ask the remote browser for its address: %w", err)
		}
	}
	tr, err := remote.DialContext(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("connect to the remote browser at %s: %w", origin(u), err)
	}
	return tr, nil
}

// discover asks a loopback endpoint for the address of its browser.
func discover(ctx context.Context, u *url.URL) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+u.Host+"/json/version", nil)
	if err != nil {
		return "", err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	var v struct {
		Address string `json:"webSocketDebuggerUrl"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&v); err != nil {
		return "", err
	}
	return v.Address, CheckRemote(v.Address)
}
