package vault

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/zalando/go-keyring"
)

// service is the name people see in their keychain program.
const service = "Reconbanker"

type osKeychain struct{ user string }

// OSKeychain is the operating system's keychain: Credential Manager on Windows,
// Keychain on macOS, the Secret Service on Linux. user names the item; it is the
// id of the data folder, see FolderID.
func OSKeychain(user string) Keychain { return osKeychain{user: user} }

func (k osKeychain) Get() (string, error) {
	if err := reachable(); err != nil {
		return "", err
	}
	item, err := keyring.Get(service, k.user)
	if errors.Is(err, keyring.ErrNotFound) {
		return "", ErrNoItem
	}
	return item, err
}

func (k osKeychain) Set(item string) error {
	if err := reachable(); err != nil {
		return err
	}
	return keyring.Set(service, k.user, item)
}

var folderID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// FolderID returns the id of a data folder, kept in its file "id" (0600) and made
// on first use. The file is not a secret; it names the item in the keychain.
func FolderID(dir string) (string, error) {
	path := filepath.Join(dir, "id")
	text, err := os.ReadFile(path)
	if err == nil {
		id := strings.TrimSpace(string(text))
		if !folderID.MatchString(id) {
			return "", fmt.Errorf("the file %s is damaged: restore it from a backup", path)
		}
		return id, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("reading the id of the data folder: %w", err)
	}
	raw := make([]byte, 16)
	rand.Read(raw)
	id := hex.EncodeToString(raw)
	if err := writeWhole(path, id+"\n"); err != nil {
		return "", fmt.Errorf("keeping the id of the data folder: %w", err)
	}
	return id, nil
}

// writeWhole leaves either no file or a whole one, also after a power cut.
func writeWhole(path, text string) error {
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		os.Remove(tmp)
	}
	return err
}
