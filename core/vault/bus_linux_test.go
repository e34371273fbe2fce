package vault

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/zalando/go-keyring"

	"reconbanker/core"
)

func TestFindBus(t *testing.T) {
	empty, runtime := t.TempDir(), t.TempDir()
	ln, err := net.Listen("unix", filepath.Join(runtime, "bus"))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	notSocket := t.TempDir()
	if err := os.WriteFile(filepath.Join(notSocket, "bus"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	there := "unix:path=" + dbus.EscapeBusAddressValue(filepath.Join(runtime, "bus"))
	for _, c := range []struct {
		given string
		dirs  []string
		want  string
	}{
		{"", nil, ""},
		{"", []string{"", empty, notSocket}, ""},
		{"autolaunch:", []string{empty}, ""},
		{"autolaunch:", []string{empty, runtime}, there},
		{"unix:path=/x", []string{runtime}, "unix:path=/x"},
	} {
		if got := findBus(c.given, c.dirs...); got != c.want {
			t.Errorf("findBus(%q, %q) = %q, want %q", c.given, c.dirs, got, c.want)
		}
	}
}

// A bus of our own that starts no services, so that nothing of the machine answers.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>`

// TestKeyring runs TestKeyringChild against a real gnome-keyring on a bus of its
// own. Where the programs are not installed, only the rest of the package is proven.
func TestKeyring(t *testing.T) {
	for _, name := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Logf("%s is not installed: the real keychain was not tried", name)
			return
		}
	}
	home := t.TempDir()
	config := filepath.Join(home, "bus.conf")
	if err := os.WriteFile(config, []byte(busConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(home, ".local/share/keyrings"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "dbus-run-session", "--config-file="+config, "--", os.Args[0], "-test.run=^TestKeyringChild$", "-test.v")
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + home, "XDG_DATA_HOME=" + filepath.Join(home, ".local/share"),
		"VAULT_KEYRING_CHILD=1", "GOCOVERDIR=" + home,
	}
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: TestKeyringChild")) {
		t.Fatalf("%v\n%s", err, out)
	}
	if !bytes.Contains(out, []byte("keyring: every step done")) {
		t.Fatalf("the child did nothing:\n%s", out)
	}
}

func TestKeyringChild(t *testing.T) {
	if os.Getenv("VAULT_KEYRING_CHILD") == "" {
		return // TestKeyring starts it
	}
	open := func(keys *store, user string) (*Vault, error) {
		return Open(ctx, Config{Keys: keys, Keychain: OSKeychain(user)})
	}
	// Nobody provides secrets on this bus.
	v, err := open(&store{}, "absent")
	mustLocked(t, v, err, NoKeychain)

	stop := startKeyring(t, "its password")
	keys := &store{}
	v, err = open(keys, "folder-1")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := v.Seal(ctx, scope, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	keys.secrets = true
	if item, err := keyring.Get(service, "folder-1"); err != nil || len(item) != 44 {
		t.Fatalf("the item: %d characters, %v", len(item), err)
	}
	second := &store{} // another data folder of the same person
	if _, err := open(second, "folder-2"); err != nil || bytes.Equal(second.kcv, keys.kcv) {
		t.Fatalf("a second folder: %v", err)
	}
	stop()

	stop = startKeyring(t, "its password") // after a restart
	v, err = open(keys, "folder-1")
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := v.Open(ctx, scope, sealed); err != nil || string(plain) != "secret" {
		t.Fatalf("after a restart: %q, %v", plain, err)
	}
	if err := keyring.Set(service, "folder-1", strings.Repeat("A", 43)+"="); err != nil {
		t.Fatal(err)
	}
	v, err = open(keys, "folder-1")
	mustLocked(t, v, err, OtherKey)
	if err := keyring.Delete(service, "folder-1"); err != nil {
		t.Fatal(err)
	}
	v, err = open(keys, "folder-1")
	mustLocked(t, v, err, ItemMissing)
	stop()

	stop = startKeyring(t, "") // nobody unlocks it, and there is no screen to ask on
	v, err = open(second, "folder-2")
	mustLocked(t, v, err, NoKeychain)
	v, err = open(&store{}, "folder-3")
	mustLocked(t, v, err, NoKeychain)
	stop()
	if keys.saves != 1 || second.saves != 1 {
		t.Error("a second key was made")
	}
	var _ core.Vault = v
	t.Log("keyring: every step done")
}

// startKeyring starts the daemon, unlocked by password unless it is "", and waits
// until it owns its name on the bus.
func startKeyring(t *testing.T, password string) (stop func()) {
	t.Helper()
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close()
	const name = "org.freedesktop.secrets"
	if err := bus.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, name)); err != nil {
		t.Fatal(err)
	}
	owned := make(chan *dbus.Signal, 8)
	bus.Signal(owned)
	args := []string{"--foreground", "--components=secrets"}
	if password != "" {
		args = append(args, "--unlock")
	}
	cmd := exec.Command("gnome-keyring-daemon", args...)
	cmd.Stdin = strings.NewReader(password)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-owned
	return func() {
		cmd.Process.Kill()
		cmd.Wait()
	}
}
