package gui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/icons"
)

const (
	exampleHook   = "https://erp.example.com/reconbanker"
	exampleOrders = "https://erp.example.com/pending"
	exampleAlerts = "https://erp.example.com/alerts"
	exampleFields = `{"tenant":"acme"}`
	exampleBody   = `{"branch":7}`
	exampleSecret = "whsec_…"
)

// webhookCard asks where movements and outcomes are sent, and how.
func (v *settingsForm) webhookCard() fyne.CanvasObject {
	address := v.addressLine(model.FieldWebhookURL, lang.T("edit.webhook_url"), exampleHook, func(f *model.Form) *string { return &f.WebhookURL })
	address.box.Required()
	auth := v.webhookAuth()
	v.send = newSendTest(&v.form, v.settle)
	signing := v.signingControl()
	extra := v.code(model.FieldExtraFields, lang.T("edit.extra_fields"), exampleFields, v.bound(func(f *model.Form) *string { return &f.ExtraFields }))
	extra.box.Help(lang.T("edit.extra_fields_help"))
	silent, silentControl := v.check(lang.T("edit.silent"), func(f *model.Form) bool { return f.Silent }, func(f *model.Form, on bool) { f.Silent = on })
	help := caption("edit.silent_help")
	v.also = append(v.also, func() {
		if v.ed.Mode == core.Reconcile && !v.ed.Form.Silent {
			silent.Disable()
			help.Set(lang.T("edit.silent_reconcile"))
			return
		}
		silent.Enable()
		help.Set(lang.T("edit.silent_help"))
	})
	return widgets.NewSection(lang.T("edit.webhook"), newPairs(address.object, auth.object), v.send.root,
		signing.object, extra.object, look.Column(0, silentControl.object, look.Inset(help, 0, 0, 28, 0)))
}

func (v *form) webhookAuth() *control {
	return v.authentication(model.FieldWebhookToken, lang.T("edit.auth"),
		authOptions(widgets.Option{Text: lang.T("edit.auth.as_orders")}),
		func() core.AuthType { return v.ed.Form.WebhookAuth }, func(t core.AuthType) { v.ed.Form.WebhookAuth = t },
		func(f *model.Form) *model.Secret { return &f.WebhookToken })
}

func (v *form) ordersAuth() *control {
	return v.authentication(model.FieldOrdersToken, lang.T("edit.auth"), authOptions(),
		func() core.AuthType { return v.ed.Form.OrdersAuth }, func(t core.AuthType) { v.ed.Form.OrdersAuth = t },
		func(f *model.Form) *model.Secret { return &f.OrdersToken })
}

// signingControl asks for the secret webhooks are signed with. It is shown while
// it is new: the receiver must be told it too.
func (v *form) signingControl() *control {
	entry := widgets.NewFormEntry(exampleSecret)
	entry.TextStyle.Monospace = true
	secret := func() *model.Secret { return &v.ed.Form.Signing }
	entry.OnChanged = func(text string) {
		if v.loading {
			return
		}
		secret().Fate, secret().Text = model.Replace, text
		if strings.TrimSpace(text) == "" {
			secret().Fate = model.Keep
		}
		v.changed(model.FieldSigning)
	}
	entry.OnReached, entry.OnSubmitted = v.reach, func(string) { v.submit() }
	fate := func(f model.Fate) {
		entry.SetText("")
		secret().Fate, secret().Text = f, ""
		v.changed(model.FieldSigning)
	}
	generate := look.NewButton(lang.T("edit.signing.generate"), func() { entry.SetText(model.NewSigningSecret()) })
	duplicate := look.NewIconButton(icons.Copy, lang.T("edit.signing.copy"), func() {
		fyne.CurrentApp().Clipboard().SetContent(entry.Text)
		v.a.toasts.good(lang.T("edit.signing.copied"))
	})
	remove := look.NewButton(lang.T("edit.secret.remove"), func() { fate(model.Remove) })
	keep := look.NewButton(lang.T("edit.secret.keep"), func() { fate(model.Keep) })
	for _, b := range []*look.Button{generate, duplicate, remove, keep} {
		b.OnReached = v.reach
	}
	row := &fyne.Container{Layout: besideLayout{wideFirst: true}, Objects: []fyne.CanvasObject{entry, look.Row(6, generate, duplicate, remove, keep)}}
	c := v.add(&control{
		field: model.FieldSigning, focus: entry, box: widgets.NewFormField(lang.T("edit.signing"), row).Help(lang.T("edit.signing_help")),
		load: func() { entry.SetText(secret().Text) },
	})
	v.also = append(v.also, func() {
		s := secret()
		typed := s.Fate == model.Replace
		entry.SetPlaceHolder(signingHint(*s))
		duplicate.Hidden, generate.Hidden = !typed, typed
		remove.Hidden, keep.Hidden = !s.Stored || s.Fate != model.Keep, !s.Stored || s.Fate == model.Keep
	})
	return c
}

func signingHint(s model.Secret) string {
	switch {
	case s.Fate == model.Remove && s.Stored:
		return lang.T("edit.secret.removed")
	case s.Stored:
		return lang.T("edit.signing.stored")
	}
	return exampleSecret
}

// ordersCard asks for the payments the customer's system expects.
func (v *settingsForm) ordersCard() fyne.CanvasObject {
	address := v.addressLine(model.FieldOrdersURL, lang.T("edit.orders_url"), exampleOrders, func(f *model.Form) *string { return &f.OrdersURL })
	auth := v.ordersAuth()
	method := v.choice("polling_method", lang.T("edit.method"), []widgets.Option{
		{ID: "GET", Text: lang.T("edit.method.get")}, {ID: "POST", Text: lang.T("edit.method.post")},
	}, v.bound(func(f *model.Form) *string { return &f.PollingMethod }))
	retries := v.line(model.FieldRetryLimit, lang.T("edit.retries"), "3", v.bound(func(f *model.Form) *string { return &f.RetryLimit }))
	retries.box.Help(lang.T("edit.retries_help"))
	body := v.code(model.FieldPollingBody, lang.T("edit.body"), exampleBody, v.bound(func(f *model.Form) *string { return &f.PollingBody }))
	_, expired := v.check(lang.T("edit.expired"), func(f *model.Form) bool { return f.NotifyOnExpired }, func(f *model.Form, on bool) { f.NotifyOnExpired = on })
	note := widgets.NewBanner(look.Neutral, lang.T("edit.orders_unused"), lang.T("edit.orders_unused_do"))
	star := false
	v.also = append(v.also, func() {
		reconcile := v.ed.Mode == core.Reconcile
		note.Hidden = reconcile
		body.object.(*fyne.Container).Hidden = v.ed.Form.PollingMethod != "POST" //nolint:forcetypeassert // a column, made by add
		if reconcile && !star {
			star = true
			address.box.Required()
		}
	})
	return widgets.NewSection(lang.T("edit.orders"), note, newPairs(address.object, auth.object, method.object, retries.object), body.object, expired.object, v.uniqueAmount())
}

// deletionCard is the way to be rid of the account.
func (v *settingsForm) deletionCard() fyne.CanvasObject {
	button := look.NewDanger(lang.T("edit.delete"), func() {
		if account, ok := v.a.over.Find(v.accountID); ok {
			v.a.deleteAccount(account)
		}
	})
	button.OnReached = v.reach
	v.add(&control{focus: button, object: button})
	return widgets.NewSection(lang.T("edit.delete"), look.NewLines(lang.T("edit.delete_means"), theme.ColorNameForeground, look.SmallText), left(button))
}
