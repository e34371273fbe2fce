package outbound

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// authority signs certificates for tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key, pool: x509.NewCertPool()}
	a.cert = a.sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, key)
	a.pool.AddCert(a.cert)
	return a
}

// sign fills in what the template leaves open; no parent signs itself.
func (a *authority) sign(t *testing.T, template, parent *x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	by := a.key
	if parent == nil {
		parent, by = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// server gives a configuration with a certificate for 127.0.0.1, changed.
func (a *authority) server(t *testing.T, selfSigned bool, change func(*x509.Certificate)) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	change(template)
	parent := a.cert
	if selfSigned {
		parent = nil
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{a.sign(t, template, parent, key).Raw}, PrivateKey: key}}}
}

func TestCertificates(t *testing.T) {
	a := newAuthority(t)
	same := func(*x509.Certificate) {}
	for name, c := range map[string]struct {
		config *tls.Config
		want   string // in the sentence; "" when it must work
	}{
		"good": {a.server(t, false, same), ""},
		"expired": {a.server(t, false, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
		}), "expired"},
		"not yet": {a.server(t, false, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(time.Hour), time.Now().Add(2*time.Hour)
		}), "not valid yet"},
		"wrong host":  {a.server(t, false, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"other.example"} }), "another host"},
		"self-signed": {a.server(t, true, same), "not signed by an authority"},
		"no server":   {a.server(t, false, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }), "not valid"},
	} {
		s := serveTLS(t, c.config, answers(ok))
		answer, err := send(t, client(t, Config{RootCAs: a.pool}), outgoing("https://"+s.addr))
		if c.want == "" {
			if err != nil || answer.Status != 200 {
				t.Errorf("%s: %+v, %v", name, answer, err)
			}
			continue
		}
		mustFail(t, err, TLS)
		if err != nil && !strings.Contains(err.Error(), c.want) || s.count() != 0 {
			t.Errorf("%s: %v; %d requests", name, err, s.count())
		}
	}
}

func TestOldEncryption(t *testing.T) {
	a := newAuthority(t)
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
		config := a.server(t, false, func(*x509.Certificate) {})
		config.MinVersion, config.MaxVersion = tls.VersionTLS10, version
		s := serveTLS(t, config, answers(ok))
		_, err := send(t, client(t, Config{RootCAs: a.pool}), outgoing("https://"+s.addr))
		mustFail(t, err, TLS)
		if err != nil && !strings.Contains(err.Error(), "TLS 1.2") {
			t.Error(err)
		}
	}
}

// The client never speaks HTTP/2, so that no GOAWAY can make it repeat a request.
func TestOnlyHTTP1(t *testing.T) {
	a := newAuthority(t)
	config := a.server(t, false, func(*x509.Certificate) {})
	config.NextProtos = []string{"h2", "http/1.1"}
	offered := make(chan []string, 1)
	config.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		offered <- h.SupportedProtos
		return nil, nil
	}
	s := serveTLS(t, config, answers(ok))
	if _, err := send(t, client(t, Config{RootCAs: a.pool}), outgoing("https://"+s.addr)); err != nil {
		t.Fatal(err)
	}
	if protocols := strings.Join(<-offered, " "); strings.Contains(protocols, "h2") || s.last().ProtoMajor != 1 {
		t.Errorf("offered %q, spoke %s", protocols, s.last().Proto)
	}
}

func TestHandshakesThatFail(t *testing.T) {
	for name, c := range map[string]struct {
		script func(*server, net.Conn)
		kind   Kind
	}{
		"silent": {func(s *server, _ net.Conn) { <-s.stop }, Timeout},
		"closes": {func(*server, net.Conn) {}, TLS},
		"plaintext": {func(_ *server, conn net.Conn) {
			io.CopyN(io.Discard, conn, 1)
			io.WriteString(conn, "HTTP/1.1 400 Bad\r\n\r\n")
		}, TLS},
		"garbage": {func(_ *server, conn net.Conn) { io.CopyN(io.Discard, conn, 1); conn.Write(make([]byte, 512)) }, TLS},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, c.script)
			_, err := send(t, client(t, Config{Timeouts: quick}), outgoing("https://"+s.addr))
			mustFail(t, err, c.kind)
		})
	}
}
