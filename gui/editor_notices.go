package gui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
)

const (
	exampleChannel = "#alerts"
)

// noticesCard asks who is told when a person is needed, and how.
func (v *settingsForm) noticesCard() fyne.CanvasObject {
	by := v.choice(model.FieldTransport, lang.T("edit.notify_by"), []widgets.Option{
		{ID: string(core.TransportAPI), Text: lang.T("edit.notify_by.api")},
		{ID: string(core.TransportSlack), Text: lang.T("edit.notify_by.slack")},
		{ID: string(core.TransportChat), Text: lang.T("edit.notify_by.chat")},
	}, binding{
		get: func() string { return string(v.ed.Form.NotifyBy) },
		set: func(s string) { v.ed.Form.NotifyBy = core.Transport(s) },
	})
	address := v.addressLine(model.FieldNotifyURL, lang.T("edit.notify_url"), exampleAlerts, func(f *model.Form) *string { return &f.NotifyURL })
	channel := v.line(model.FieldSlackChannel, lang.T("edit.slack_channel"), exampleChannel, v.bound(func(f *model.Form) *string { return &f.SlackChannel }))
	auth := v.authentication(model.FieldNotifyToken, lang.T("edit.auth"), authOptions(),
		func() core.AuthType { return v.ed.Form.NotifyAuth }, func(t core.AuthType) { v.ed.Form.NotifyAuth = t },
		func(f *model.Form) *model.Secret { return &f.NotifyToken })
	events := look.Column(0)
	for _, e := range model.Events {
		_, c := v.check(lang.T("edit.event."+e), func(f *model.Form) bool { return f.Events[e] }, func(f *model.Form, on bool) { f.Events[e] = on })
		events.Add(c.object)
	}
	about := look.NewText(lang.T("edit.events"), look.Muted, captionSize)
	try := newNoticeTest(&v.form, v.settle)
	v.also = append(v.also, func() {
		slack, chat := v.ed.Form.NotifyBy == core.TransportSlack, v.ed.Form.NotifyBy == core.TransportChat
		setHidden(address.object, slack)
		setHidden(channel.object, !slack)
		setHidden(auth.object, chat)
		address.box.Help(lang.T("edit.notify_help"))
		auth.box.Help("")
		switch {
		case slack:
			auth.box.Help(lang.T("edit.slack_token"))
		case chat:
			address.box.Help(lang.T("edit.chat_help"))
		}
	})
	return widgets.NewSection(lang.T("edit.notices"), newPairs(by.object, address.object, channel.object, auth.object),
		look.Column(2, about, events), try.root)
}

func setHidden(o fyne.CanvasObject, hidden bool) {
	switch {
	case o.Visible() != hidden:
		return
	case hidden:
		o.Hide()
	default:
		o.Show()
	}
}

// newNoticeTest sends a test notification as it is being edited.
func newNoticeTest(v *form, settle func()) *sendTest {
	s := &sendTest{v: v, settle: settle, out: newOutcome()}
	s.send = func(ctx context.Context, in core.SettingsInput) (core.Answer, error) {
		return v.a.core.SendTestNotice(ctx, v.accountID, in)
	}
	s.button = look.NewButton(lang.T("edit.notify_test"), s.start)
	s.root = s.out.beside(s.button)
	v.add(&control{focus: s.button, object: s.button})
	v.also = append(v.also, func() {
		to := v.ed.Form.NotifyURL
		if v.ed.Form.NotifyBy == core.TransportSlack {
			to = v.ed.Form.SlackChannel
		}
		s.button.SetEnabled(strings.TrimSpace(to) != "")
	})
	return s
}
