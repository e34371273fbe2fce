package api_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"reconbanker/api"
)

// place writes a certificate and its key where the API reads them; at is when the
// files say they were written.
func place(t *testing.T, certFile, keyFile string, cert tls.Certificate, at time.Time) {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		certFile: {Type: "CERTIFICATE", Bytes: cert.Certificate[0]}, keyFile: {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
}

// A renewed certificate is served without a restart, also to clients that name no
// host; half a renewal leaves the one before in use.
func TestARenewedCertificateIsServed(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem")
	old, trustsOld := certified(t, "bank.acme.example")
	renewed, trustsNew := certified(t, "bank.acme.example")
	began := time.Now().Add(-time.Hour)
	place(t, certFile, keyFile, old, began)
	cert, err := api.LoadCertificate(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, func(cfg *api.Config) { cfg.TLS = cert.Config() })
	serves := func(trusting *x509.CertPool) {
		t.Helper()
		for _, name := range []string{"bank.acme.example", ""} {
			cfg := &tls.Config{RootCAs: trusting, ServerName: name} // "" is the address: no name is sent
			conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 10 * time.Second}, "tcp", strings.TrimPrefix(d.url, "http://"), cfg)
			if err != nil {
				t.Fatalf("as %q: %v", name, err)
			}
			_ = conn.Close()
		}
	}
	serves(trustsOld)

	if err := os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: renewed.Certificate[0]}), 0o600); err != nil {
		t.Fatal(err)
	}
	serves(trustsOld) // its key has not come yet
	if err := os.Remove(keyFile); err != nil {
		t.Fatal(err)
	}
	serves(trustsOld)
	place(t, certFile, keyFile, renewed, began.Add(time.Minute))
	serves(trustsNew)
}

func TestACertificateThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem")
	one, _ := certified(t, "a.example")
	other, _ := certified(t, "b.example")
	if _, err := api.LoadCertificate(certFile, keyFile); err == nil || !strings.Contains(err.Error(), "chain.pem") || !strings.Contains(err.Error(), "key.pem") {
		t.Errorf("without files: %v", err)
	}
	place(t, certFile, keyFile, one, time.Now())
	place(t, filepath.Join(dir, "x"), keyFile, other, time.Now())
	if _, err := api.LoadCertificate(certFile, keyFile); err == nil || !strings.Contains(err.Error(), "private key does not match") {
		t.Errorf("with another's key: %v", err)
	}
}
