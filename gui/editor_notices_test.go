package gui

import (
	"context"
	"strings"
	"testing"

	"fyne.io/fyne/v2/container"

	"reconbanker/core"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
)

// sendBy chooses how notices are sent, as a click in the menu does.
func (e *editing) sendBy(t core.Transport) {
	e.t.Helper()
	e.form().ed.Form.NotifyBy = t
	e.form().load()
	e.form().changed(model.FieldTransport)
	e.queue.drain()
}

// inView scrolls the card of notices into view.
func (e *editing) inView() {
	e.t.Helper()
	for _, o := range e.objects() {
		if s, ok := o.(*container.Scroll); ok && s.Direction == container.ScrollVerticalOnly && s.Content.MinSize().Height > s.Size().Height {
			bringInto(s, e.control(model.FieldTransport).object)
			s.ScrollToOffset(s.Offset.AddXY(0, 360))
		}
	}
	e.settled()
}

func TestNoticesGoToSlack(t *testing.T) {
	e := newEditing(t, core.Passthrough, ready)
	shown := func(field string) bool { return e.control(field).object.Visible() }
	if !shown(model.FieldNotifyURL) || shown(model.FieldSlackChannel) || !shown(model.FieldNotifyToken) {
		t.Error("a system has an address and a token, and no channel")
	}
	e.sendBy(core.TransportChat)
	if !shown(model.FieldNotifyURL) || shown(model.FieldSlackChannel) || shown(model.FieldNotifyToken) {
		t.Error("a chat has an address, and neither channel nor token")
	}
	e.sendBy(core.TransportSlack)
	if shown(model.FieldNotifyURL) || !shown(model.FieldSlackChannel) || !shown(model.FieldNotifyToken) {
		t.Error("Slack has a channel and a token, and no address")
	}
	if p := e.form().ed.Problems()[model.FieldSlackChannel]; p.Trouble != model.NoChannel {
		t.Errorf("Slack without a channel: %+v", p)
	}
	e.typeIn(model.FieldSlackChannel, "#alerts")
	e.typeIn(model.FieldNotifyToken, "xoxb-canario")
	e.sender.Answers(func(context.Context, core.Outgoing) (core.Answer, error) {
		return core.Answer{Status: 200, Body: `{"ok":false,"error":"not_in_channel"}`}, nil
	})
	e.press("Send a test notification")
	e.until("what Slack said", func() bool {
		return strings.Contains(strings.Join(e.texts(), " "), "not_in_channel")
	})
	sent := e.sender.Sent()
	if len(sent) != 1 || sent[0].Out.URL != "https://slack.com/api/chat.postMessage" || sent[0].Out.Token != "xoxb-canario" || !strings.Contains(string(sent[0].Out.Body), `"channel":"#alerts"`) {
		t.Errorf("sent %d", len(sent))
	}
	e.press("Save")
	e.sees("The settings were saved.")
	s := e.stored()
	if s.NotificationTransport != core.TransportSlack || s.NotificationSlackChannel != "#alerts" || e.secret(core.SecretNotificationToken) != "xoxb-canario" {
		t.Errorf("stored %s %s", s.NotificationTransport, s.NotificationSlackChannel)
	}
}

func TestDrawNotices(t *testing.T) {
	e := newEditing(t, core.Passthrough, ready)
	for _, appearance := range []look.Appearance{look.Light, look.Dark} {
		for _, code := range []string{"en", "es", "pt"} {
			e.app.setAppearance(appearance)
			e.app.setLanguage(code)
			e.open()
			e.sendBy(core.TransportSlack)
			e.inView()
			e.fits("notices " + code)
			e.picture("notices-" + string(appearance) + "-" + code + ".png")
		}
	}
}
