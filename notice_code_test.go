package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/core/outbound/receiver"
	"reconbanker/scrapers"
	"reconbanker/scrapers/demobank/site"
)

// TestARefusedCodeIsNotKept: the bank refuses every code in a real browser; each
// question is told, and no code stands in what is kept of the page.
func TestARefusedCodeIsNotKept(t *testing.T) {
	d := openDesk(t)
	alerts, err := receiver.Start("")
	must(t, err)
	defer alerts.Close()
	must(t, d.bank.Set(site.CodeAlways, true))
	must(t, d.bank.Set(site.CodesRefused, true))
	in := d.input(d.user.Password)
	in.LoginMode = new(string(core.Assisted))
	in.NotificationEndpointURL, in.NotificationEvents = &alerts.URL, []string{"assistance_required"}
	_, err = d.SaveSettings(t.Context(), d.account.ID, in, false, "test")
	must(t, err)
	run, err := d.Scrape(t.Context(), d.account.ID, "test")
	must(t, err)
	codes := []string{"483921", "517304", "690258"}
	for i, code := range codes {
		d.asked(i)
		must(t, d.SubmitCode(t.Context(), d.account.ID, "", []byte(code), "test"))
	}
	if run = d.wait(run); run.Kind != scrapers.OTPRejected {
		t.Fatalf("run %+v", run)
	}
	for i, w := range d.told(alerts, len(codes)) {
		const want = `"status":"assistance.requested","data":{"requestId":`
		if !bytes.Contains(w.Body, []byte(want)) || !bytes.Contains(w.Body, fmt.Appendf(nil, `"attempts":%d}`, i)) {
			t.Errorf("question %d told %s", i+1, w.Body)
		}
	}
	e, err := d.Evidence(t.Context(), run.ID)
	must(t, err)
	kept, err := json.Marshal(e)
	must(t, err)
	if len(e.Screenshot) == 0 || e.Text == "" {
		t.Error("nothing was kept of the page")
	}
	for _, code := range codes {
		if bytes.Contains(kept, []byte(code)) {
			t.Errorf("the evidence holds the code %s", code)
		}
	}
}

// asked waits until a login waits for a code after so many that were refused.
func (d *desk) asked(attempts int) {
	d.t.Helper()
	hints, stop := d.Subscribe()
	defer stop()
	late := time.After(time.Minute)
	for {
		q, err := d.PendingAssistance(d.t.Context(), d.account.ID)
		must(d.t, err)
		if q != nil && !q.Submitted && q.Attempts == attempts {
			return
		}
		select {
		case <-hints:
		case <-late:
			d.t.Fatalf("nobody asks for code %d: %+v", attempts+1, q)
		}
	}
}
