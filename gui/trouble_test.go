package gui

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"reconbanker/gui/lang"
	"reconbanker/gui/look"
)

// says are the words in a window, for those that are not the main one.
func says(w fyne.Window) string {
	var out []string
	for _, o := range visible(nil, w.Content()) {
		if t, ok := o.(*canvas.Text); ok {
			out = append(out, t.Text)
		}
	}
	return strings.Join(out, "\n")
}

func TestTroubleGoesBackToABackup(t *testing.T) {
	lang.Use("en")
	q, fa := newQueue(), test.NewApp()
	tries := 0
	v := newTroubleView(fa, Trouble{Kind: TroubleDamaged, Detail: "it says x", Dir: t.TempDir(), Backup: now, Restore: func() error {
		if tries++; tries == 1 {
			return errors.New("the disk is full")
		}
		return nil
	}}, q.add)
	tried := func() {
		t.Helper()
		test.Tap(v.restore)
		if !v.restore.Busy() {
			t.Fatal("nobody sees that it works")
		}
		test.Tap(v.restore) // once is enough
		v.working.Wait()
		q.drain()
	}
	tried()
	if text := says(v.window); v.again || !strings.Contains(text, "The program says: the disk is full") {
		t.Errorf("after a failure, again %v: %s", v.again, text)
	}
	tried()
	if !v.again || tries != 2 {
		t.Errorf("after %d tries, again %v", tries, v.again)
	}
}

func TestDrawTrouble(t *testing.T) {
	t.Cleanup(func() { lang.Use("") })
	kinds := []string{TroubleNewer, TroubleDamaged, TroubleFull, TroubleFolder, TroubleHeld, TroubleOther}
	d := &desk{t: t}
	for _, appearance := range []look.Appearance{look.Light, look.Dark} {
		for _, code := range lang.Codes {
			dir := t.TempDir()
			prefs := fmt.Sprintf(`{"language":%q,"appearance":%q}`, code, appearance)
			if err := os.WriteFile(filepath.Join(dir, "window.json"), []byte(prefs), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, kind := range kinds {
				trouble := Trouble{Kind: kind, Detail: "the database " + dir + "/reconbanker.db is damaged (file is not a database)", Dir: dir}
				if kind == TroubleDamaged {
					trouble.Backup, trouble.Restore = now, func() error { return nil }
				}
				w := newTroubleView(test.NewApp(), trouble, newQueue().add).window
				d.fit(kind+" "+code, w, visible(nil, w.Content()))
				d.draw(w, fmt.Sprintf("trouble-%s-%s-%s.png", kind, appearance, code))
				title := lang.Raw(code, "trouble."+kind+".title")
				if words := strings.Split(says(w), "\n"); title == "" || !slices.Contains(words, title) {
					t.Errorf("%s in %s is not called %q but %q", kind, code, title, words)
				}
			}
		}
	}
}
