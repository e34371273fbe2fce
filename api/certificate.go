package api

import (
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// Certificate is a certificate and its key in two PEM files. Certificates are
// renewed while the program runs, so files that were replaced are read again.
type Certificate struct {
	certFile, keyFile string

	mu     sync.Mutex
	pair   tls.Certificate
	stamps [2]fileStamp
}

// fileStamp tells a file from the one that replaced it.
type fileStamp struct {
	at   time.Time
	size int64
}

// LoadCertificate reads both files; they must belong together.
func LoadCertificate(certFile, keyFile string) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile}
	stamps, err := c.stamp()
	if err != nil {
		return nil, fmt.Errorf("read the API's certificate and key: %w", err)
	}
	if c.pair, err = tls.LoadX509KeyPair(certFile, keyFile); err != nil {
		return nil, fmt.Errorf("read the API's certificate and key: %w", err)
	}
	c.stamps = stamps
	return c, nil
}

// Config is a configuration that serves the newest pair. Files that do not fit
// together, as while one of two is replaced, leave the pair before in use.
func (c *Certificate) Config() *tls.Config {
	with := func(pair tls.Certificate) *tls.Config {
		return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}
	}
	cfg := with(c.newest())
	// Not GetCertificate: clients that name no host would be shown the first one.
	cfg.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return with(c.newest()), nil }
	return cfg
}

func (c *Certificate) newest() tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	stamps, err := c.stamp()
	if err != nil || stamps == c.stamps {
		return c.pair
	}
	if pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile); err == nil {
		c.pair, c.stamps = pair, stamps
	}
	return c.pair
}

func (c *Certificate) stamp() (out [2]fileStamp, err error) {
	for i, name := range []string{c.certFile, c.keyFile} {
		info, failed := os.Stat(name)
		if failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		out[i] = fileStamp{info.ModTime(), info.Size()}
	}
	return out, err
}
