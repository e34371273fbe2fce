package api_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"reconbanker/api"
)

// certified makes a certificate for a name and for this machine, and those who
// trust it.
func certified(t *testing.T, name string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key, Leaf: leaf}, pool
}

func TestTLS(t *testing.T) {
	const name = "bank.acme.example"
	cert, trusting := certified(t, name)
	d := open(t, func(cfg *api.Config) {
		cfg.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	})
	address := strings.TrimPrefix(d.url, "http://")
	get := func(host string, cfg *tls.Config) (*http.Response, error) {
		transport := &http.Transport{TLSClientConfig: cfg, DisableKeepAlives: true}
		defer transport.CloseIdleConnections()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+address+"/health", nil)
		if err != nil {
			t.Fatal(err)
		}
		if host != "" {
			req.Host = host
		}
		res, err := transport.RoundTrip(req)
		if err == nil {
			res.Body.Close()
		}
		return res, err
	}
	// The name of the certificate is one of the hosts; another one is refused.
	for host, want := range map[string]int{"": 200, name: 200, "evil.example": 403} {
		res, err := get(host, &tls.Config{RootCAs: trusting})
		switch {
		case err != nil:
			t.Errorf("as %q: %v", host, err)
		case res.StatusCode != want:
			t.Errorf("as %q: %d, want %d", host, res.StatusCode, want)
		case res.ProtoMajor != 1 || res.TLS == nil || res.TLS.Version < tls.VersionTLS12:
			t.Errorf("as %q: %s over %+v", host, res.Proto, res.TLS)
		}
	}
	if _, err := get("", &tls.Config{RootCAs: trusting, MaxVersion: tls.VersionTLS11}); err == nil { //nolint:gosec // to be refused
		t.Error("TLS 1.1 is spoken")
	}
	if _, err := get("", &tls.Config{}); err == nil {
		t.Error("a certificate nobody vouches for was taken")
	}
	// Without TLS nothing is answered but that.
	res, err := http.Get(d.url + "/health") //nolint:noctx // the server ends with the test
	if err == nil {
		res.Body.Close()
		if res.StatusCode != http.StatusBadRequest {
			t.Errorf("plain http is answered with %d", res.StatusCode)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}
