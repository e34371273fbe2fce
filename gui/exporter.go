package gui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"github.com/adrg/xdg"

	"reconbanker/gui/export"
	"reconbanker/gui/lang"
	"reconbanker/gui/look"
	"reconbanker/gui/widgets"
)

// exporting is a list that a person wants in a file.
type exporting struct {
	file    string // its proposed name, without day and extension
	title   string // while it is being written
	total   int    // rows, to show how far it is
	options export.Options
	rows    func(ctx context.Context) export.Rows // called off Fyne's goroutine
	// Keys of texts for a number of rows: the question, how far it is, the end.
	ask, written, done string
}

// offerExport opens the menu of formats below a button.
func (a *App) offerExport(button *look.Button, e func() exporting) {
	widgets.MenuBelow(button, fyne.NewMenu("",
		fyne.NewMenuItem(lang.T("export.csv"), func() { a.askPath(e(), export.CSV) }),
		fyne.NewMenuItem(lang.T("export.xlsx"), func() { a.askPath(e(), export.XLSX) }),
	))
}

// askPath asks where to, and exports there.
func (a *App) askPath(e exporting, format export.Format) {
	folders := exportFolders(a.prefs.path)
	options := make([]widgets.Option, len(folders))
	for i, f := range folders {
		options[i] = widgets.Option{ID: f, Text: shortPath(f)}
	}
	folder := widgets.NewChoice(options, folders[0], nil)
	name := newEntry("")
	name.SetText(fmt.Sprintf("%s-%s.%s", e.file, a.now().Local().Format(time.DateOnly), format))
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
			a.confirm(lang.T("export.replace"), lang.T("export.replace_means", "file", filepath.Base(path)), lang.T("export.replace_yes"), true,
				func() { a.exportTo(e, path, format) })
			return
		}
		a.exportTo(e, path, format)
	}
	name.OnSubmitted = func(string) { ok.Tapped(nil) }
	name.OnChanged = func(string) { field.SetError("") }
	name.onEscape = func() { m.close() }
	m = a.newModal(460, lang.N(e.ask, e.total), look.Column(12,
		widgets.NewFormField(lang.T("export.folder"), look.Row(0, folder)), field), no, ok)
	m.show()
	a.window.Canvas().Focus(name)
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

// exportTo writes the rows, with progress and a way to stop.
func (a *App) exportTo(e exporting, path string, format export.Format) {
	ctx, stop := context.WithCancel(a.ctx)
	bar := look.NewBar(6)
	words := look.NewCut(lang.N(e.written, 0), look.Muted, look.SmallText)
	cancel := look.NewButton(lang.T("dialog.cancel"), stop)
	m := a.newModal(420, e.title, look.Column(8,
		look.NewCut(filepath.Base(path), theme.ColorNameForeground, theme.SizeNameText),
		bar, words), cancel)
	m.show()
	a.window.Canvas().Focus(cancel)

	e.options.Progress = func(n int) {
		a.ui(func() {
			words.Set(lang.N(e.written, n))
			bar.SetValue(min(1, float64(n)/float64(max(e.total, 1))))
		})
	}
	a.working.Go(func() {
		n, err := export.Write(ctx, path, format, e.options, e.rows(ctx))
		stopped := ctx.Err() != nil
		stop()
		a.ui(func() {
			m.close()
			switch {
			case err == nil:
				a.toasts.good(lang.N(e.done, n, "file", filepath.Base(path)))
			case stopped && errors.Is(err, context.Canceled):
				a.toasts.good(lang.T("export.stopped"))
			default:
				a.toasts.bad(lang.T("export.failed"), explain(err))
			}
		})
	})
}

// exportStyle is the person's way to write numbers and days.
func exportStyle(sheet string) export.Options {
	point := strings.Trim(lang.Decimal("0.5"), "05")
	date := time.DateOnly
	if lang.Current() != "en" {
		date = "02/01/2006"
	}
	return export.Options{Sheet: sheet, Comma: point == ",", Date: date}
}

// exportMoment is a local time; a zero one is an empty field.
func exportMoment(t time.Time) export.Value {
	if t.IsZero() {
		return export.Text("")
	}
	return export.Moment(t.Local())
}

// accountNames are the names of all accounts, by id.
func (a *App) accountNames() map[string]string {
	names := map[string]string{}
	for _, account := range a.over.Accounts {
		names[account.ID] = account.Name
	}
	return names
}
