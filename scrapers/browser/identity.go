package browser

import (
	"context"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
)

// hints are the user agent client hints as the browser gives them.
type hints struct {
	Architecture    string  `json:"architecture"`
	Bitness         string  `json:"bitness"`
	Brands          []brand `json:"brands"`
	FullVersionList []brand `json:"fullVersionList"`
	Mobile          bool    `json:"mobile"`
	Model           string  `json:"model"`
	Platform        string  `json:"platform"`
	PlatformVersion string  `json:"platformVersion"`
	Wow64           bool    `json:"wow64"`
	FormFactors     []string
}

type brand struct {
	Brand   string `json:"brand"`
	Version string `json:"version"`
}

const headless = "HeadlessChrome"

var setAgent = emulation.SetUserAgentOverride

// assume gives the page the browser's true name and version without the word
// headless, the language and time zone asked for and a common window size.
func (t *Tab) assume(ctx context.Context) error {
	t.b.mu.Lock()
	known := t.b.brand
	t.b.mu.Unlock()
	if known == nil {
		h, err := t.introduce(ctx)
		if err != nil {
			return err
		}
		t.b.mu.Lock()
		t.b.brand = h
		t.b.mu.Unlock()
	}
	s := t.pageSession()
	tasks := []task{command(s, setAgent, *t.agent())}
	if t.o.TimeZone != "" {
		tasks = append(tasks, command(s, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: t.o.TimeZone}))
	}
	if t.o.Locale != "" {
		locale := strings.ReplaceAll(t.o.Locale, "-", "_")
		tasks = append(tasks, command(s, emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: locale}))
	}
	if !t.b.visible {
		tasks = append(tasks,
			command(s, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}),
			command(s, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1280, Height: 800, DeviceScaleFactor: 1}),
		)
	}
	return together(ctx, tasks...)
}

// introduce asks the browser itself for its client hints, on an empty secure
// page that never touches the network.
func (t *Tab) introduce(ctx context.Context) (*hints, error) {
	h := &hints{}
	err := t.onBlank(ctx, "https://identity.invalid", func() error { return t.run(ctx, h, "brand") })
	if err != nil {
		return nil, fmt.Errorf("read the browser's identity: %w", err)
	}
	h.Brands = t.b.honest(h.Brands)
	h.FullVersionList = t.b.honest(h.FullVersionList)
	return h, nil
}

// honest names the product where the list says that it has no window.
func (b *browser) honest(list []brand) []brand {
	var out []brand
	for _, e := range list {
		if e.Brand == headless {
			if b.name == "Chromium" {
				continue
			}
			e.Brand = b.name
		}
		out = append(out, e)
	}
	return out
}

// agent is the identity override of pages, frames and workers; nil until the
// browser has introduced itself.
func (t *Tab) agent() *emulation.SetUserAgentOverrideParams {
	t.b.mu.Lock()
	h := t.b.brand
	t.b.mu.Unlock()
	if h == nil {
		return nil
	}
	p := &emulation.SetUserAgentOverrideParams{
		UserAgent:      strings.ReplaceAll(t.b.agent, headless, "Chrome"),
		AcceptLanguage: languages(t.o.Locale),
	}
	if len(h.Brands) > 0 {
		p.UserAgentMetadata = &emulation.UserAgentMetadata{
			Brands: brands(h.Brands), FullVersionList: brands(h.FullVersionList),
			Platform: h.Platform, PlatformVersion: h.PlatformVersion, Architecture: h.Architecture,
			Model: h.Model, Mobile: h.Mobile, Bitness: h.Bitness, Wow64: h.Wow64, FormFactors: h.FormFactors,
		}
	}
	return p
}

func brands(list []brand) []*emulation.UserAgentBrandVersion {
	var out []*emulation.UserAgentBrandVersion
	for _, e := range list {
		out = append(out, &emulation.UserAgentBrandVersion{Brand: e.Brand, Version: e.Version})
	}
	return out
}

// languages is the accept-language list of a locale: "es-UY,es".
func languages(locale string) string {
	locale = strings.ReplaceAll(locale, "_", "-")
	if base, _, ok := strings.Cut(locale, "-"); ok {
		return locale + "," + base
	}
	return locale
}

// onBlank opens an empty document at an origin, served by ourselves without any
// network, and runs f there.
func (t *Tab) onBlank(ctx context.Context, origin string, f func() error) error {
	t.mu.Lock()
	t.blank = origin
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		t.blank = ""
		t.mu.Unlock()
	}()
	if err := t.navigate(ctx, "prepare the tab", origin+"/"); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	if err := t.navigate(ctx, "prepare the tab", "about:blank"); err != nil {
		return err
	}
	return first(call(ctx, t.pageSession(), page.ResetNavigationHistory, cdp.Empty{}))
}
