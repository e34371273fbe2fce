package gui

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"testing"

	"fyne.io/fyne/v2/test"

	"reconbanker/core"
	"reconbanker/scrapers"
)

// page is a picture like that of a bank's login.
func page(t testing.TB) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 1280, 800))
	fill := func(r image.Rectangle, c color.Color) { draw.Draw(m, r, image.NewUniform(c), image.Point{}, draw.Src) }
	fill(m.Bounds(), color.RGBA{0xf4, 0xf6, 0xf9, 0xff})
	fill(image.Rect(0, 0, 1280, 90), color.RGBA{0x0b, 0x3d, 0x6e, 0xff})
	fill(image.Rect(420, 200, 860, 620), color.White)
	for y := 300; y < 520; y += 90 {
		fill(image.Rect(460, y, 820, y+50), color.RGBA{0x22, 0x22, 0x22, 0xff})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// kept fills the store with the runs of the demo, and what the page showed when
// the bank refused a password.
func kept(d *desk) {
	ledger(d)
	ctx := context.Background()
	runs, _, err := d.store.Runs(ctx, core.RunFilter{Status: core.Failed, Limit: 50})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, r := range runs {
		if r.Kind != scrapers.InvalidCredentials {
			continue
		}
		seen, err := json.Marshal(map[string]any{
			"URL": "https://midinero.example/login", "Title": "Ingreso – MiDinero",
			"Text":  "Ingreso a banca empresas\n\n   Usuario o contraseña incorrectos.   \nLe quedan 2 intentos.\n¿Olvidó su contraseña?",
			"Steps": []string{"open https://midinero.example/", "saw login form", "fill #user", "type password into #clave", "press #entrar", "click #ok", "saw refused", "sign in: INVALID_CREDENTIALS"},
		})
		if err != nil {
			d.t.Fatal(err)
		}
		e := core.SealedEvidence{RunID: r.ID, At: r.FinishedAt}
		if e.Page, err = d.vault.Seal(ctx, core.Scope{Table: "evidence", Row: r.ID, Field: "page"}, seen); err != nil {
			d.t.Fatal(err)
		}
		if e.Picture, err = d.vault.Seal(ctx, core.Scope{Table: "evidence", Row: r.ID, Field: "picture"}, page(d.t)); err != nil {
			d.t.Fatal(err)
		}
		if err := d.store.SaveEvidence(ctx, e); err != nil {
			d.t.Fatal(err)
		}
	}
}

func TestActivityShowsWhatThePageShowed(t *testing.T) {
	d := newScreens(t, kept)
	v := d.openActivity()
	v.pick(d, scrapers.InvalidCredentials, core.Failed)
	for _, text := range []string{
		"Picture of the page (fields masked)", "What the page said", "Ingreso a banca empresas", "Le quedan 2 intentos.", "¿Olvidó su contraseña?",
		"Last steps", "2 steps before", "saw refused", "Kept encrypted on this computer for 7 days.",
	} {
		d.sees(text)
	}
	for _, o := range d.objects() {
		if p, ok := o.(*picture); ok {
			test.Tap(p)
		}
	}
	if len(d.app.modals) != 1 {
		t.Fatal("a click on the picture does not enlarge it")
	}
	d.sees("https://midinero.example/login")
	d.app.escape()
	if len(d.app.modals) != 0 {
		t.Error("Escape does not close the picture")
	}
	v.pick(d, "", core.Succeeded)
	if v.proof.Kept {
		t.Error("a run that went well shows another's evidence")
	}
}

func TestEvidenceThatCannotBeOpened(t *testing.T) {
	d := newScreens(t, kept)
	d.vault.Lock(true)
	v := d.openActivity()
	v.pick(d, scrapers.InvalidCredentials, core.Failed)
	d.sees("It is kept, and cannot be read while the secrets are locked.")
}

func TestDrawEvidence(t *testing.T) {
	drawn(t, "activity-evidence", kept, func(d *desk) { d.openActivity().pick(d, scrapers.InvalidCredentials, core.Failed) })
	drawn(t, "activity-picture", kept, func(d *desk) {
		v := d.openActivity()
		v.pick(d, scrapers.InvalidCredentials, core.Failed)
		d.app.showPicture(v.proof)
	})
	drawn(t, "activity-diagnostic", kept, func(d *desk) {
		v := d.openActivity()
		v.pick(d, scrapers.InvalidCredentials, core.Failed)
		v.copyDiagnostic()
		d.until("the preview", func() bool { return len(d.app.modals) > 0 })
	})
}
