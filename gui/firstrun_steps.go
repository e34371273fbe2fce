package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
)

// This file says what each of the first steps asks.

var firstKeys = map[model.FirstStep]string{
	model.AskLanguage: "language", model.AskMode: "mode", model.AskAccount: "account", model.AskLogin: "login", model.AskSystem: "system",
}

func firstStepWords(s model.FirstStep) string { return lang.T("first.step." + firstKeys[s]) }
func firstTitle(s model.FirstStep) string     { return lang.T("first.title." + firstKeys[s]) }
func firstMeans(s model.FirstStep) string     { return lang.T("first.means." + firstKeys[s]) }

// boxes are options below each other, one of them chosen.
func (v *firstRunView) boxes(list []option, chosen string, onChosen func(string)) fyne.CanvasObject {
	group := newOptions(list, onChosen)
	group.set(chosen)
	for _, b := range group.boxes {
		if b.spec.id == chosen {
			v.first = b
		}
	}
	return look.Column(12, group.objects()...)
}

// languageStep changes the language of everything at once.
func (v *firstRunView) languageStep() []fyne.CanvasObject {
	var list []option
	for _, code := range lang.Codes {
		list = append(list, option{id: code, title: lang.Own[code]})
	}
	return []fyne.CanvasObject{v.boxes(list, lang.Current(), v.a.setLanguage)}
}

func (v *firstRunView) modeStep() []fyne.CanvasObject {
	return []fyne.CanvasObject{v.boxes([]option{
		{id: string(core.Reconcile), title: lang.T("app_settings.reconcile"), means: lang.T("first.reconcile_means"), badge: lang.T("first.recommended"), tone: look.Active},
		{id: string(core.Passthrough), title: lang.T("app_settings.passthrough"), means: lang.T("first.passthrough_means")},
	}, string(v.st.mode), func(id string) { v.st.mode = core.OperationMode(id) })}
}

// accountStep asks for the bank, a name, and what the bank asks for.
func (v *firstRunView) accountStep() []fyne.CanvasObject {
	options := v.a.bankOptions()
	chosen := options[0].ID
	if v.ed != nil {
		chosen = v.ed.Bank.Code
	} else if chosen != "" {
		v.edit(v.newEditorOf(chosen))
	}
	choice := widgets.NewChoice(options, chosen, v.chooseBank)
	bank := widgets.NewFormField(lang.T("add.bank"), choice).Required()
	v.name = newNameField(lang.T("add.name"), lang.T("add.name_hint"))
	v.name.entry.SetText(v.st.name)
	v.name.entry.OnChanged = func(text string) {
		v.st.name = text
		v.name.SetError("")
	}
	v.name.entry.OnSubmitted = func(string) { v.goOn() }
	v.first = choice
	v.bank = choice
	if v.accountID != "" {
		choice.Disable() // an account stays with its bank
		v.first = v.name.entry
	} else if chosen != "" {
		v.first = v.name.entry
	}
	out := []fyne.CanvasObject{newPairs(bank, v.name.FormField)}
	if v.ed == nil {
		return out
	}
	return append(out, v.loginFields(), caption("first.kept"))
}

// chooseBank draws the form the bank asks for. What was typed for another bank
// stays with it.
func (v *firstRunView) chooseBank(code string) {
	switch {
	case code == "":
		v.edit(nil)
	case v.ed == nil || v.ed.Bank.Code != code:
		v.edit(v.newEditorOf(code))
	}
	v.show()
	if v.name != nil && code != "" {
		v.a.window.Canvas().Focus(v.name.entry)
	}
}

// loginStep tries the login.
func (v *firstRunView) loginStep() []fyne.CanvasObject {
	v.test = newLoginTest(&v.form, v.settle)
	v.test.ended = func(run core.Run) {
		v.st.signedIn = run.Status == core.Succeeded
		v.nameNext()
		if v.st.signedIn {
			v.test.button.As(look.Plain)
			v.a.window.Canvas().Focus(v.next)
		}
	}
	if !v.st.signedIn {
		v.test.button.As(look.Primary)
	}
	v.first = v.test.button
	who := v.ed.Bank.Name + " · " + v.st.name + " · " + v.ed.Form.Username
	card := container.NewStack(look.NewCard(look.Code, "", 8),
		look.Inset(look.Column(10, look.NewCut(who, look.Muted, look.SmallText), v.test.root), 14, 14, 14, 14))
	return []fyne.CanvasObject{card, caption("first.login_help")}
}

// systemStep asks where movements go, and in reconcile mode where the expected
// payments are listed.
func (v *firstRunView) systemStep() []fyne.CanvasObject {
	address := v.addressLine(model.FieldWebhookURL, lang.T("edit.webhook_url"), exampleHook, func(f *model.Form) *string { return &f.WebhookURL })
	address.box.Required()
	auth := v.webhookAuth()
	v.first = address.focus
	v.send = newSendTest(&v.form, v.settle)
	out := []fyne.CanvasObject{newPairs(address.object, auth.object), v.send.root}
	if v.ed.Mode != core.Reconcile {
		return append(out, caption("first.system_help"))
	}
	orders := v.addressLine(model.FieldOrdersURL, lang.T("edit.orders_url"), exampleOrders, func(f *model.Form) *string { return &f.OrdersURL })
	orders.box.Required()
	return append(out, newPairs(orders.object, v.ordersAuth().object), caption("first.system_help"))
}
