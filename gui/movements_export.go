package gui

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"github.com/adrg/xdg"

	"reconbanker/core"
	"reconbanker/gui/export"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/model"
	"reconbanker/gui/widgets"
	"reconbanker/scrapers"
)

// offerExport opens the menu of formats.
func (v *movements) offerExport() {
	widgets.MenuBelow(v.export, fyne.NewMenu("",
		fyne.NewMenuItem(lang.T("export.csv"), func() { v.askPath(export.CSV) }),
		fyne.NewMenuItem(lang.T("export.xlsx"), func() { v.askPath(export.XLSX) }),
	))
}

// askPath asks where to, and exports there.
func (v *movements) askPath(format export.Format) {
	folders := exportFolders(v.a.prefs.path)
	options := make([]widgets.Option, len(folders))
	for i, f := range folders {
		options[i] = widgets.Option{ID: f, Text: shortPath(f)}
	}
	folder := widgets.NewChoice(options, folders[0], nil)
	name := newEntry("")
	name.SetText(fmt.Sprintf("%s-%s.%s", lang.T("export.file"), v.a.now().Local().Format(time.DateOnly), format))
	field := widgets.NewFormField(lang.T("export.name"), name).Help(lang.T("export.name_help"))
	var m *modal
	no := look.NewButton(lang.T("dialog.cancel"), func() { m.close() })
	ok := look.NewPrimary(lang.T("movements.export"), nil)
	ok.OnTapped = func() {
		path, wrong := exportPath(folder.Chosen(), name.Text, format)
		if wrong != "" {
			field.SetError(wrong)
			return
		}
		m.close()
		if _, err := os.Stat(path); err == nil {
			v.a.confirm(lang.T("export.replace"), lang.T("export.replace_means", "file", filepath.Base(path)), lang.T("export.replace_yes"), true,
				func() { v.exportTo(path, format) })
			return
		}
		v.exportTo(path, format)
	}
	name.OnSubmitted = func(string) { ok.Tapped(nil) }
	name.OnChanged = func(string) { field.SetError("") }
	name.onEscape = func() { m.close() }
	m = v.a.newModal(460, lang.N("export.ask", v.pages.Len()), look.Column(12,
		widgets.NewFormField(lang.T("export.folder"), look.Row(0, folder)), field), no, ok)
	m.show()
	v.a.window.Canvas().Focus(name)
}

// exportFolders are the folders a person keeps files in, the likeliest first. A
// program that is given no home falls back to its own folder.
func exportFolders(prefs string) []string {
	var out []string
	for _, dir := range []string{xdg.UserDirs.Download, xdg.UserDirs.Documents, xdg.UserDirs.Desktop, xdg.Home, filepath.Dir(prefs)} {
		if info, err := os.Stat(dir); err == nil && info.IsDir() && !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	if len(out) == 0 {
		out = append(out, os.TempDir())
	}
	return out
}

// shortPath writes the home folder as people do.
func shortPath(path string) string {
	if rest, ok := strings.CutPrefix(path, xdg.Home+string(filepath.Separator)); ok && xdg.Home != "" {
		return filepath.Join("~", rest)
	}
	return path
}

// exportPath puts a file's place together, or says what is wrong with it. A whole
// path in place of a name is taken as it is.
func exportPath(folder, name string, format export.Format) (path, wrong string) {
	name = strings.TrimSpace(name)
	if name == "" {
		return "", lang.T("export.no_name")
	}
	path = filepath.Join(folder, name)
	if filepath.IsAbs(name) {
		path = filepath.Clean(name)
	}
	path = export.Extended(path, format)
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return "", lang.T("export.no_folder")
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return "", lang.T("export.no_name")
	}
	return path, ""
}

// exportTo writes what the filter selects, with progress and a way to stop.
func (v *movements) exportTo(path string, format export.Format) {
	a, total := v.a, v.pages.Len()
	ctx, stop := context.WithCancel(a.ctx)
	bar := widget.NewProgressBar()
	bar.TextFormatter = func() string { return "" }
	words := look.NewCut(lang.N("export.rows", 0), look.Muted, look.SmallText)
	cancel := look.NewButton(lang.T("dialog.cancel"), stop)
	m := a.newModal(420, lang.T("export.title"), look.Column(8,
		look.NewCut(filepath.Base(path), theme.ColorNameForeground, theme.SizeNameText),
		container.New(heightLayout{6}, container.NewThemeOverride(bar, barTheme{a.fyne.Settings().Theme()})), words), cancel)
	m.show()
	a.window.Canvas().Focus(cancel)

	opt := v.exportOptions()
	opt.Progress = func(n int) {
		a.ui(func() {
			words.Set(lang.N("export.rows", n))
			bar.SetValue(min(1, float64(n)/float64(max(total, 1))))
		})
	}
	names, mode, now := v.accountNames(), a.over.Mode, a.now()
	rows := exportRows(model.EachMovement(ctx, v.src, v.filter()), names, mode, now)
	a.working.Go(func() {
		n, err := export.Write(ctx, path, format, opt, rows)
		stopped := ctx.Err() != nil
		stop()
		a.ui(func() {
			m.close()
			switch {
			case err == nil:
				a.toasts.good(lang.N("export.done", n, "file", filepath.Base(path)))
			case stopped && errors.Is(err, context.Canceled):
				a.toasts.good(lang.T("export.stopped"))
			default:
				a.toasts.bad(lang.T("export.failed"), explain(err))
			}
		})
	})
}

// exportOptions are the columns and the person's way to write numbers and days.
func (v *movements) exportOptions() export.Options {
	point := strings.Trim(lang.Decimal("0.5"), "05")
	date := time.DateOnly
	if lang.Current() != "en" {
		date = "02/01/2006"
	}
	opt := export.Options{Sheet: lang.T("rail.movements"), Comma: point == ",", Date: date}
	for _, c := range []struct {
		key   string
		width float64
	}{
		{"movements.received", 20},
		{"movements.account", 24},
		{"movement.bank_account", 18},
		{"movements.sender", 32},
		{"movement.document", 18},
		{"movements.amount", 16},
		{"export.currency", 10},
		{"movements.reference", 20},
		{"movement.description", 36},
		{"movement.external_id", 24},
		{"movements.webhook", 20},
		{"movement.notified", 20},
		{"movement.excluded", 20},
		{"movement.id", 38},
	} {
		opt.Columns = append(opt.Columns, export.Column{Title: lang.T(c.key), Width: c.width})
	}
	return opt
}

func (v *movements) accountNames() map[string]string {
	names := map[string]string{}
	for _, account := range v.a.over.Accounts {
		names[account.ID] = account.Name
	}
	return names
}

// exportRows turns movements into the fields of a file. It runs off Fyne's
// goroutine and shares nothing with the screen.
func exportRows(pages iter.Seq2[[]model.MovementRow, error], names map[string]string, mode core.OperationMode, now time.Time) export.Rows {
	return func(yield func([][]export.Value, error) bool) {
		for page, err := range pages {
			out := make([][]export.Value, len(page))
			for i, r := range page {
				out[i] = exportRow(r, names[r.AccountID], mode, now)
			}
			if !yield(out, err) {
				return
			}
		}
	}
}

func exportRow(r model.MovementRow, account string, mode core.OperationMode, now time.Time) []export.Value {
	booked := export.Moment(r.BookedAt.Local())
	if r.Precision == scrapers.Day {
		if day, err := time.ParseInLocation(time.DateOnly, r.BankDay, time.Local); err == nil {
			booked = export.Day(day)
		}
	}
	hook, _ := hookWords(model.HookOf(r, mode), r.BookedAt, now)
	moment := func(t time.Time) export.Value {
		if t.IsZero() {
			return export.Text("")
		}
		return export.Moment(t.Local())
	}
	return []export.Value{
		booked, export.Text(account), export.Text(r.BankAccount), export.Text(r.Sender), export.Text(r.SenderDocument),
		export.Number(r.Amount.Decimal()), export.Text(r.Amount.Currency), export.Text(r.Reference), export.Text(r.Description),
		export.Text(r.ExternalID()), export.Text(hook), moment(r.NotifiedAt), moment(r.ExcludedAt), export.Text(r.ID),
	}
}
