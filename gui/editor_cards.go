package gui

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
)

func caption(key string) *look.Text {
	return look.NewLines(lang.T(key), look.Muted, captionSize)
}

// loginCard asks for what the bank asks for.
func (v *settingsForm) loginCard() fyne.CanvasObject {
	fields := v.loginFields()
	v.test = newLoginTest(&v.form, v.settle)
	return widgets.NewSection(lang.T("edit.login"), fields, caption("edit.login_help"), v.test.root)
}

// loginFields are the bank's own fields, user name and password.
func (v *form) loginFields() fyne.CanvasObject {
	fields := newPairs()
	for _, f := range v.ed.BankFields() {
		fields.Add(v.bankField(f.Key, v.bankLabel(f.Key), f.Secret, f.Optional).object)
	}
	user := v.line(model.FieldUsername, lang.T("edit.username"), "", v.bound(func(f *model.Form) *string { return &f.Username }))
	user.box.Required()
	password := v.secretEntry(model.FieldPassword, lang.T("edit.password"), "", false, func(f *model.Form) *model.Secret { return &f.Password }, nil)
	password.box.Required()
	fields.Add(user.object)
	fields.Add(password.object)
	return fields
}

func (v *form) bankField(key, label string, secret, optional bool) *control {
	var c *control
	if secret {
		c = v.bankSecret(key, label, optional)
	} else {
		c = v.line(key, label, "", binding{
			get: func() string { return v.ed.Form.Fields[key] },
			set: func(s string) { v.ed.Form.Fields[key] = s },
		})
	}
	if !optional {
		c.box.Required()
	}
	return c
}

// bankSecret binds a secret of the bank's own, which lives in a map.
func (v *form) bankSecret(key, label string, removable bool) *control {
	s := widgets.NewSecretEntry(secretWords(""), v.ed.Form.Secrets[key].Stored, removable)
	s.OnChanged = func() {
		if v.loading {
			return
		}
		secret := v.ed.Form.Secrets[key]
		change, text := s.Change()
		secret.Fate, secret.Text = fates[change], text
		v.ed.Form.Secrets[key] = secret
		v.changed(key)
	}
	s.SetReached(v.reach)
	s.Entry().OnSubmitted = func(string) { v.submit() }
	return v.add(&control{field: key, box: widgets.NewFormField(label, s), focus: s.Entry(), load: func() {
		if secret := v.ed.Form.Secrets[key]; secret.Fate == model.Keep {
			s.Reset(secret.Stored)
		}
	}})
}

// sessionCard asks how the bank is entered.
func (v *settingsForm) sessionCard() fyne.CanvasObject {
	sessions := v.pick([]option{
		{id: string(core.OneShot), title: lang.T("edit.session.one_shot")},
		{id: string(core.Persistent), title: lang.T("edit.session.persistent")},
	}, func(id string) bool { return v.ed.SupportsSession(core.SessionType(id)) },
		func() string { return string(v.ed.Form.Session) }, func(id string) { v.ed.Form.Session = core.SessionType(id) })
	logins := v.pick([]option{
		{id: string(core.Simple), title: lang.T("edit.login_mode.simple")},
		{id: string(core.Assisted), title: lang.T("edit.login_mode.assisted")},
	}, func(id string) bool { return v.ed.SupportsLogin(core.LoginMode(id)) },
		func() string { return string(v.ed.Form.Login) }, func(id string) { v.ed.Form.Login = core.LoginMode(id) })
	left := v.add(&control{
		field: model.FieldSession, focus: sessions.boxes[0], load: func() { sessions.set(string(v.ed.Form.Session)) },
		box: widgets.NewFormField(lang.T("edit.session_type"), look.Column(6, sessions.objects()...)),
	})
	right := v.add(&control{
		field: "login_mode", focus: logins.boxes[0], load: func() { logins.set(string(v.ed.Form.Login)) },
		box: widgets.NewFormField(lang.T("edit.login_mode"), look.Column(6, logins.objects()...)),
	})
	return widgets.NewSection(lang.T("edit.session"), newPairs(left.object, right.object), caption("edit.session_help"))
}

// pick is a group of boxes, of those that the bank can do.
func (v *form) pick(all []option, can func(string) bool, get func() string, set func(string)) *options {
	var offered []option
	for _, o := range all {
		if can(o.id) || o.id == get() {
			offered = append(offered, o)
		}
	}
	group := newOptions(offered, func(id string) {
		set(id)
		v.changed(model.FieldSession)
	})
	group.onReached = v.reach
	return group
}

// custom is the choice of a schedule that has no name.
const custom = "custom"

// readingCard asks when the bank is entered and what is read.
func (v *settingsForm) readingCard() fyne.CanvasObject {
	text := v.bound(func(f *model.Form) *string { return &f.Schedule })
	entry := widgets.NewFormEntry(core.DefaultSchedule)
	entry.TextStyle.Monospace = true
	written := v.entryFor(model.FieldSchedule, lang.T("edit.schedule_text"), entry, text)
	named := v.choice("", lang.T("edit.schedule"), v.schedules(), binding{get: func() string { return scheduleID(v.ed.Form.Schedule) }, set: func(id string) {
		if id == custom {
			v.goTo(model.FieldSchedule) // where it is written
			return
		}
		entry.SetText(id)
	}})
	preview := look.NewLines("", theme.ColorNameForeground, look.SmallText)
	busy := look.NewLines(lang.T("edit.schedule_busy"), look.AmberText, captionSize)
	v.also = append(v.also, func() {
		named.load()
		words, often := v.scheduleWords(v.ed.Form)
		preview.Set(words)
		busy.Hidden = !often
	})
	start := v.line(model.FieldStartDate, lang.T("edit.start_date"), dayHint(), binding{
		get: func() string { return dayShown(v.ed.Form.StartDate) },
		set: func(s string) { v.ed.Form.StartDate = dayTyped(s) },
	})
	start.box.Help(lang.T("edit.start_date_help"))
	budget := v.choice(model.FieldDailyLogins, lang.T("edit.daily_logins"), budgets(), binding{
		get: func() string { return strconv.Itoa(v.ed.Form.DailyLogins) },
		set: func(s string) { v.ed.Form.DailyLogins, _ = strconv.Atoi(s) },
	})
	budget.box.Help(lang.T("edit.daily_logins_help"))
	accounts := v.line(model.FieldBankAccounts, lang.T("edit.bank_accounts"), lang.T("edit.bank_accounts_all"),
		v.bound(func(f *model.Form) *string { return &f.BankAccounts }))
	accounts.box.Help(lang.T("edit.bank_accounts_help"))
	said := container.NewStack(look.NewCard(look.Code, "", 6), look.Inset(look.Column(3, preview, busy), 8, 8, 10, 10))
	return widgets.NewSection(lang.T("edit.reading"), newPairs(named.object, written.object), said, v.attendedHours(),
		newPairs(start.object, budget.object), accounts.object)
}

func (v *form) schedules() []widgets.Option {
	var out []widgets.Option
	for _, s := range model.Schedules {
		t, _ := model.ReadTimetable(s, v.ed.Zone(), v.a.now())
		out = append(out, widgets.Option{ID: s, Text: timetableWords(t)})
	}
	return append(out, widgets.Option{ID: custom, Text: lang.T("edit.schedule_custom")})
}

func budgets() []widgets.Option {
	var out []widgets.Option
	for n := 1; n <= 6; n++ {
		out = append(out, widgets.Option{ID: strconv.Itoa(n), Text: lang.N("edit.failed_logins", n)})
	}
	return out
}

// authOptions are the ways to show a token.
func authOptions(more ...widgets.Option) []widgets.Option {
	return append(more, widgets.Option{ID: string(core.Bearer), Text: lang.T("edit.auth.bearer")},
		widgets.Option{ID: string(core.APIKey), Text: lang.T("edit.auth.api_key")})
}

// authentication is a drop-down with the way a token is shown, before the token.
func (v *form) authentication(field, label string, how []widgets.Option, get func() core.AuthType, set func(core.AuthType), token func(*model.Form) *model.Secret) *control {
	kind := v.dropDown("", how, binding{
		get: func() string { return string(get()) },
		set: func(s string) { set(core.AuthType(s)) },
	})
	c := v.secretEntry(field, label, lang.T("edit.token_hint"), true, token, kind)
	load := c.load
	c.load = func() {
		kind.SetChosen(string(get()))
		load()
	}
	return c
}

// addressLine is an entry for an address, with a warning when anybody could read
// what is sent to it.
func (v *form) addressLine(field, label, hint string, where func(*model.Form) *string) *control {
	c := v.line(field, label, hint, v.bound(where))
	v.also = append(v.also, func() {
		words := ""
		if model.Open(*where(&v.ed.Form)) {
			words = lang.T("edit.plain_http")
		}
		c.warn.Set(words)
		c.warn.Hidden = words == ""
	})
	return c
}
