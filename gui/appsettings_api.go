package gui

import (
	"context"
	"errors"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"reconbanker/core"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/widgets"
	"reconbanker/icons"
)

// APISwitch lets the HTTP API listen, or listen no more.
type APISwitch interface {
	Set(ctx context.Context, s core.APISettings, actor string) error
	// Address is where it listens now, "" when it does not, and why when it should.
	Address() (string, error)
}

// accessCore is what the page asks of core about the API.
type accessCore interface {
	APISettings(ctx context.Context) (core.APISettings, error)
	Owner(ctx context.Context) (core.Owner, error)
	SetOwner(ctx context.Context, in core.OwnerInput, actor string) (core.Owner, error)
	AccessKeys(ctx context.Context) ([]core.AccessKey, error)
	CreateAccessKey(ctx context.Context, in core.AccessKeyInput, actor string) (core.AccessKey, string, error)
	RevokeAccessKey(ctx context.Context, id, actor string) error
}

// accessState is what is known of the API.
type accessState struct {
	settings core.APISettings
	address  string
	failed   error
	owner    string // e-mail; "" without one
	keys     []core.AccessKey
}

// apiSettings is the part of the page about the HTTP API: whether and where it
// listens, whose it is, and the keys of machines.
type apiSettings struct {
	s     *appSettings
	state accessState
	wrong string // why the address was refused, until another is typed

	on     *look.Badge
	listen *entry
	turn   *look.Button
	said   *look.Text
	where  *fyne.Container
	owner  *look.Text
	keys   *fyne.Container
}

func (s *appSettings) apiSection() fyne.CanvasObject {
	v := &apiSettings{s: s, listen: newEntry(core.DefaultListen), where: look.Column(4), keys: look.Column(6)}
	s.api = v
	v.on = look.NewBadge(lang.T("api.on"), look.Good).Bold()
	v.on.Hide()
	v.turn = look.NewButton(lang.T("api.turn_on"), v.switched)
	v.said = look.NewLines("", look.RedText, theme.SizeNameCaptionText)
	v.owner = small(lang.T("api.no_owner"))
	v.listen.SetText(core.DefaultListen)
	v.listen.OnChanged = func(string) { v.refuse("") }
	section := widgets.NewSection(lang.T("api.title"),
		settingRow(lang.T("api.listens"), lang.T("api.means"), look.Row(10, v.on, v.turn), v.listen, v.said, v.where),
		look.Rule(),
		settingRow(lang.T("api.owner"), lang.T("api.owner_means"), look.NewButton(lang.T("api.set_owner"), v.askOwner), v.owner),
		look.Rule(),
		settingRow(lang.T("api.keys"), lang.T("api.keys_means"), look.NewButton(lang.T("api.new_key"), v.askKey), v.keys))
	if s.a.cfg.API == nil {
		section.Hide()
	}
	return section
}

// read asks what is known of the API.
func (v *apiSettings) read(ctx context.Context) (out accessState, err error) {
	if v.s.a.cfg.API == nil {
		return out, nil
	}
	if out.settings, err = v.s.a.core.APISettings(ctx); err != nil {
		return out, err
	}
	out.address, out.failed = v.s.a.cfg.API.Address()
	o, err := v.s.a.core.Owner(ctx)
	if err != nil && !errors.Is(err, core.ErrNotFound) {
		return out, err
	}
	out.owner = o.Email
	out.keys, err = v.s.a.core.AccessKeys(ctx)
	return out, err
}

func (v *apiSettings) show(st accessState) {
	v.state = st
	on := st.address != ""
	v.on.Hidden = !on
	v.turn.SetText(lang.T("api.turn_on"))
	v.listen.Enable()
	if on || st.settings.Enabled {
		v.turn.SetText(lang.T("api.turn_off"))
		v.listen.SetText(st.settings.Listen)
		v.listen.Disable()
	}
	if st.failed != nil {
		v.wrong = explain(st.failed)
	}
	v.where.Objects = nil
	if on {
		v.where.Objects = []fyne.CanvasObject{codeBlock(st.address), container.NewHBox(v.s.a.copyButton(lang.T("api.copy_address"), st.address))}
	}
	v.owner.Set(lang.T("api.no_owner"))
	if st.owner != "" {
		v.owner.Set(lang.T("api.owner_is", "email", st.owner))
	}
	v.keys.Objects = nil
	for _, k := range st.keys {
		if k.RevokedAt.IsZero() {
			v.keys.Objects = append(v.keys.Objects, v.keyRow(k))
		}
	}
	v.refuse(v.wrong)
}

// refuse says why the API does not listen; "" says nothing.
func (v *apiSettings) refuse(words string) {
	v.wrong = words
	v.said.Set(words)
	v.said.Hidden = words == ""
	if v.s.root != nil {
		v.s.root.Refresh()
	}
}

// keyRow is a key that works: what it is for, what it may do, when it was used.
func (v *apiSettings) keyRow(k core.AccessKey) fyne.CanvasObject {
	used := lang.T("api.never_used")
	if !k.LastUsedAt.IsZero() {
		used = lang.T("api.last_used", "at", clockWords(k.LastUsedAt, v.s.a.now()))
	}
	reach := lang.T("api.all_accounts")
	if k.AccountIDs != nil {
		reach = lang.N("api.accounts", len(k.AccountIDs))
	}
	words := strings.Join([]string{"rbk_" + k.Prefix + "…", strings.Join(k.Scopes, ", "), reach, used}, " · ")
	end := look.NewQuiet(lang.T("api.revoke"), nil).WithIcon(icons.Cross)
	end.OnTapped = func() {
		v.s.a.confirm(lang.T("api.revoke_title", "name", k.Name), lang.T("api.revoke_means"), lang.T("api.revoke"), true, func() {
			v.s.a.do(action{button: end, done: lang.T("api.revoked"), failed: lang.T("api.not_revoked"), then: v.again},
				func(ctx context.Context) error { return v.s.a.core.RevokeAccessKey(ctx, k.ID, v.s.a.cfg.Actor) })
		})
	}
	return settingRow(k.Name, words, end)
}

// again reads and shows what is so now.
func (v *apiSettings) again() {
	var now accessState // v.state is Fyne's goroutine's alone
	v.s.a.do(action{failed: lang.T("api.failed"), then: func() { v.show(now) }}, func(ctx context.Context) (err error) {
		now, err = v.read(ctx)
		return err
	})
}

// switched lets the API listen, or listen no more.
func (v *apiSettings) switched() {
	want := v.state.settings
	want.Enabled = v.state.address == "" && !want.Enabled
	done := lang.T("api.is_off")
	if want.Enabled {
		want.Listen, done = strings.TrimSpace(v.listen.Text), lang.T("api.is_on")
	}
	v.s.a.do(action{button: v.turn, done: done, failed: lang.T("api.failed"), then: func() {
		v.wrong = ""
		v.again()
	}, refused: func(fields []core.FieldError) { v.refuse(refusedWords(fields[0])) }}, func(ctx context.Context) error { return v.s.a.cfg.API.Set(ctx, want, v.s.a.cfg.Actor) })
}

// askOwner asks for the owner's e-mail and a new password.
func (v *apiSettings) askOwner() {
	a := v.s.a
	email, password := newEntry("ana@acme.example"), newEntry("")
	email.SetText(v.state.owner)
	password.Password = true
	mail, pass := widgets.NewFormField(lang.T("api.email"), email), widgets.NewFormField(lang.T("api.password"), password).Help(lang.T("api.password_means"))
	var m *modal
	no := look.NewButton(lang.T("dialog.cancel"), func() { m.close() })
	ok := look.NewPrimary(lang.T("api.save_owner"), nil)
	ok.OnTapped = func() {
		in := core.OwnerInput{Email: email.Text, Password: password.Text}
		mail.SetError("")
		pass.SetError("")
		a.do(action{button: ok, done: lang.T("api.owner_saved"), failed: lang.T("api.owner_failed"), refused: func(fields []core.FieldError) {
			for _, f := range fields {
				map[bool]*widgets.FormField{true: pass, false: mail}[f.Field == "password"].SetError(refusedWords(f))
			}
		}, then: func() {
			m.close()
			v.again()
		}}, func(ctx context.Context) error {
			_, err := a.core.SetOwner(ctx, in, a.cfg.Actor)
			return err
		})
	}
	password.OnSubmitted = func(string) { ok.Tapped(nil) }
	email.onEscape, password.onEscape = func() { m.close() }, func() { m.close() }
	m = a.newModal(420, lang.T("api.owner"), look.Column(12, mail, pass), no, ok)
	m.show()
	a.window.Canvas().Focus(email)
}

// askKey asks what a new key is for and what it may do.
func (v *apiSettings) askKey() {
	a := v.s.a
	name := newEntry(lang.T("api.key_hint"))
	field := widgets.NewFormField(lang.T("api.key_name"), name)
	chosen := widget.NewCheckGroup(core.KeyScopes(), nil)
	chosen.SetSelected(core.KeyScopes())
	may := widgets.NewFormField(lang.T("api.key_may"), chosen)
	var m *modal
	secret := ""
	no := look.NewButton(lang.T("dialog.cancel"), func() { m.close() })
	ok := look.NewPrimary(lang.T("api.make_key"), nil)
	ok.OnTapped = func() {
		in := core.AccessKeyInput{Name: name.Text, Scopes: chosen.Selected}
		field.SetError("")
		may.SetError("")
		a.do(action{button: ok, failed: lang.T("api.key_failed"), refused: func(fields []core.FieldError) {
			map[bool]*widgets.FormField{true: may, false: field}[fields[0].Field == "scopes"].SetError(refusedWords(fields[0]))
		}, then: func() {
			m.close()
			v.showKey(secret)
			v.again()
		}}, func(ctx context.Context) (err error) {
			_, secret, err = a.core.CreateAccessKey(ctx, in, a.cfg.Actor)
			return err
		})
	}
	name.OnSubmitted = func(string) { ok.Tapped(nil) }
	name.onEscape = func() { m.close() }
	m = a.newModal(420, lang.T("api.new_key"), look.Column(12, field, may), no, ok)
	m.show()
	a.window.Canvas().Focus(name)
}

// keyOnClipboard is how long a copied key stays there.
const keyOnClipboard = 30 * time.Second

// showKey shows a new key, once.
func (v *apiSettings) showKey(secret string) {
	a := v.s.a
	var m *modal
	done := look.NewButton(lang.T("dialog.close"), func() { m.close() })
	take := look.NewPrimary(lang.T("api.copy_key"), func() {
		a.copyText(secret)
		a.after(keyOnClipboard, func() {
			if a.fyne.Clipboard().Content() == secret {
				a.fyne.Clipboard().SetContent("")
			}
		})
	})
	m = a.newModal(480, lang.T("api.key_is"), look.Column(10, look.NewLines(lang.T("api.key_once"), look.Muted, theme.SizeNameText), codeBlock(secret)), done, take)
	m.show()
	a.window.Canvas().Focus(take)
}
