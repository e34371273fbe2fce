package site

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"time"
)

// DefaultListen is where the demo bank listens unless told otherwise.
const DefaultListen = "127.0.0.1:8765"

// Server is a Bank that can be reached with a browser on this machine.
type Server struct {
	*Bank
	url  string
	http *http.Server
	done chan struct{}
}

// Start serves a new bank over http. listen is a loopback address; "" means a
// free port of 127.0.0.1.
func Start(listen string, cfg Config) (*Server, error) { return start(listen, cfg, nil) }

// StartTLS serves a new bank over https with a certificate no browser trusts.
func StartTLS(listen string, cfg Config) (*Server, error) {
	cert, err := selfSigned()
	if err != nil {
		return nil, fmt.Errorf("demo bank: make a certificate: %w", err)
	}
	return start(listen, cfg, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
}

func start(listen string, cfg Config, secure *tls.Config) (*Server, error) {
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, fmt.Errorf("demo bank: %q is not an address to listen on, such as %s", listen, DefaultListen)
	}
	if !loopback(host) {
		return nil, fmt.Errorf("demo bank: it serves this machine only, so it cannot listen on %q; use %s", listen, DefaultListen)
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("demo bank: %w", err)
	}
	scheme := "http"
	if secure != nil {
		l, scheme = tls.NewListener(l, secure), "https"
	}
	s := &Server{
		Bank: New(cfg),
		url:  scheme + "://" + l.Addr().String(),
		done: make(chan struct{}),
	}
	s.http = &http.Server{Handler: onlyLocal(s.Bank), ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(l) // always an error: that the server was closed
	}()
	return s, nil
}

// URL is the address of the bank, without a slash at the end.
func (s *Server) URL() string { return s.url }

// Close ends the server and every connection to it. It may be called twice.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.done
	return err
}

// onlyLocal refuses requests that name another host: a web page elsewhere must
// not reach the bank by pointing its own name at this machine.
func onlyLocal(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if !loopback(host) {
			http.Error(w, "the demo bank answers on this machine only", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// otherHost returns the same server under its other loopback name.
func otherHost(hostport string) string {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return "localhost"
	}
	if host == "localhost" {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return net.JoinHostPort("localhost", port)
}

func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "not the bank's"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, DNSNames: []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
