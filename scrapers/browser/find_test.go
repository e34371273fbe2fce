package browser

import (
	"bufio"
	"errors"
	"io"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/target"

	"reconbanker/scrapers"
)

func TestFindLooksEverywhere(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		f := finder{
			goos:     goos,
			getenv:   func(name string) string { return "<" + name + ">" },
			lookPath: func(string) (string, error) { return "", errors.New("no") },
			check:    func(string) error { return errors.New("no") },
		}
		_, err := f.find("")
		wantKind(t, err, scrapers.BrowserMissing)
		for _, p := range f.places() {
			if !strings.Contains(err.Error(), p) {
				t.Fatalf("%s: %v does not name %s", goos, err, p)
			}
			f.check = func(q string) error {
				if p == q {
					return nil
				}
				return errors.New("no")
			}
			b, err := f.find("")
			if err != nil || b.Path != p || b.Name == "" {
				t.Fatalf("%s: %s was not found: %v %v", goos, p, b, err)
			}
		}
	}
	for path, name := range map[string]string{
		"/usr/bin/chromium": "Chromium", "/opt/google/chrome/chrome": "Google Chrome",
		`C:\P\Chromium\Application\chrome.exe`: "Chromium", `C:\P\Google\Chrome\Application\chrome.exe`: "Google Chrome",
		`C:\P\Microsoft\Edge\Application\msedge.exe`: "Microsoft Edge",
	} {
		if got := nameOf(path); got != name {
			t.Errorf("%s is %s, not %s", path, got, name)
		}
	}
}

func TestCheckRemote(t *testing.T) {
	for address, ok := range map[string]bool{
		"wss://grid.example/x": true, "ws://127.0.0.1:9222": true, "http://[::1]:9222": true, "http://localhost:1/": true,
		"ws://grid.example": false, "http://10.0.0.1": false, "https://grid.example": false, "ftp://127.0.0.1": false,
		"": false, "127.0.0.1:9222": false, "http://127.0.0.1.nip.io": false, "http://localhost.example": false,
	} {
		if err := CheckRemote(address); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestRemoteBrowserIsUsedAndLeft(t *testing.T) {
	s := serve(t, map[string]string{"/": "<p id=x>x</p>"}, nil)
	bin, err := Find("")
	must(t, err)
	dir := t.TempDir()
	cmd := exec.Command(bin.Path, "--headless", "--no-sandbox", "--remote-debugging-port=0", "--user-data-dir="+dir, "about:blank") //nolint:gosec // found above
	out, err := cmd.StderrPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
		_ = removeProfile(dir)
	})
	address := ""
	for lines := bufio.NewScanner(out); address == "" && lines.Scan(); {
		_, address, _ = strings.Cut(lines.Text(), "DevTools listening on ")
	}
	u, err := url.Parse(address)
	must(t, err)
	for _, endpoint := range []string{address, "http://" + u.Host} {
		p := New(Config{RemoteURL: endpoint})
		tab := openIn(t, p, s)
		must(t, tab.Goto(t.Context(), s.URL+"/"))
		saw(t, tab, "x", scrapers.Seen("x", "#x"))
		must(t, p.Close())
		<-tab.Done()
	}
	// The browser is still there, without our pages.
	b, err := newBrowser(t.Context(), Config{RemoteURL: address}, false)
	must(t, err)
	defer b.c.wg.Wait()
	defer b.c.close()
	got, err := call(t.Context(), b.root, target.GetTargets, target.GetTargetsParams{})
	must(t, err)
	for _, info := range got.TargetInfos {
		if strings.HasPrefix(info.URL, s.URL) {
			t.Errorf("our page is still open: %s", info.URL)
		}
	}
}
