package core

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrCredentials means that an e-mail, a password, a code or a key is wrong; it
// does not say which.
var ErrCredentials = errors.New("invalid credentials")

// Owner is the person the HTTP API belongs to; an installation has at most one.
// The window needs none: who can open it owns everything already.
type Owner struct {
	ID           string // UUIDv7
	Email        string // trimmed, lower case
	Name         string
	PasswordHash string // Argon2id, with its parameters
	// TokenKey signs the owner's tokens; sealed. A new password brings a new one,
	// which ends every token given out before.
	TokenKey    []byte
	TOTPSecret  []byte // sealed; pending until TOTPEnabled
	TOTPEnabled bool
	TOTPStep    int64    // the last step a code was taken for: no code works twice
	BackupCodes []string // prints of the codes not used yet
	CreatedAt   time.Time
}

// Scopes of API keys.
const (
	ScopeOTP    = "otp:write"   // submit one-time codes
	ScopeStatus = "status:read" // ask whether a session runs and whether it waits for a code
)

// KeyScopes lists every scope an API key can have.
func KeyScopes() []string { return []string{ScopeOTP, ScopeStatus} }

// AccessKey is an API key for machines, as it is kept: its secret is not.
type AccessKey struct {
	ID         string // UUIDv7
	Name       string
	Prefix     string // of the secret, to recognise it: 8 hexadecimal digits
	Hash       []byte // SHA-256 of the whole key
	Scopes     []string
	AccountIDs []string // nil means every account
	CreatedAt  time.Time
	LastUsedAt time.Time // zero when never
	RevokedAt  time.Time // zero while it works
}

// May tells whether the key works and has a scope.
func (k AccessKey) May(scope string) bool {
	return k.RevokedAt.IsZero() && slices.Contains(k.Scopes, scope)
}

// Covers tells whether the key is good for an account.
func (k AccessKey) Covers(accountID string) bool {
	return k.AccountIDs == nil || slices.Contains(k.AccountIDs, accountID)
}

// APISettings say whether and where the HTTP API listens.
type APISettings struct {
	Enabled  bool   `json:"enabled"`
	Listen   string `json:"listen"`    // host:port
	CertFile string `json:"cert_file"` // PEM; with KeyFile it is https
	KeyFile  string `json:"key_file"`
	// InsecureHTTP lets it listen beyond this machine without TLS.
	InsecureHTTP bool     `json:"insecure_http"`
	Hosts        []string `json:"hosts"`   // further names it answers to
	Origins      []string `json:"origins"` // web pages that may call it; none unless set
}

// DefaultListen is where the API listens unless told otherwise.
const DefaultListen = "127.0.0.1:8080"

// Loopback tells whether only this machine can reach the address.
func (s APISettings) Loopback() bool {
	host, _, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Check refuses settings the API cannot listen with.
func (s APISettings) Check() error {
	_, port, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return Invalid("listen", "listen must be host:port, for example %s", DefaultListen)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return Invalid("listen", "listen: the port must be a number from 1 to 65535")
	}
	if (s.CertFile == "") != (s.KeyFile == "") {
		return Invalid("cert_file", "a certificate needs its key: give both files or none")
	}
	if !s.Loopback() && s.CertFile == "" && !s.InsecureHTTP {
		return Invalid("listen", "beyond this machine tokens and codes need TLS: give a certificate and its key, listen on %s, or force plain http where something else encrypts it", DefaultListen)
	}
	for _, o := range s.Origins {
		u, err := url.Parse(o)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Path != "" || strings.Contains(o, "*") {
			return Invalid("origins", "origins: %q must look like https://app.example, without a path", o)
		}
	}
	return nil
}

// accessStore keeps who may use the API.
type accessStore interface {
	// Owner returns ErrNotFound before there is one.
	Owner(ctx context.Context) (Owner, error)
	// CreateOwner is ErrConflict when there is one already.
	CreateOwner(ctx context.Context, o Owner, by Audit) error
	// ChangeOwner applies change to the stored owner and writes it back.
	ChangeOwner(ctx context.Context, change func(*Owner) error, by Audit) (Owner, error)

	// RevokeToken remembers a token that was ended before its time. Those that
	// expired before forget are forgotten.
	RevokeToken(ctx context.Context, id string, expires, forget time.Time) error
	TokenRevoked(ctx context.Context, id string) (bool, error)

	// CreateAccessKey is ErrConflict when the prefix is taken.
	CreateAccessKey(ctx context.Context, k AccessKey, by Audit) error
	// AccessKeys lists every key, newest first, revoked ones too.
	AccessKeys(ctx context.Context) ([]AccessKey, error)
	AccessKey(ctx context.Context, prefix string) (AccessKey, error)
	UseAccessKey(ctx context.Context, id string, at time.Time) error
	// RevokeAccessKey returns ErrNotFound when no working key has the id.
	RevokeAccessKey(ctx context.Context, id string, at time.Time, by Audit) error

	// APISettings returns the zero value before any were saved.
	APISettings(ctx context.Context) (APISettings, error)
	SetAPISettings(ctx context.Context, s APISettings, by Audit) error
}
