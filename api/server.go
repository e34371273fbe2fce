package api

import (
	"context"
	"crypto/tls"
	"errors"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/net/netutil"

	"reconbanker/core"
)

// What the server takes at most.
const (
	maxBody        = 100 << 10 // bytes of a request's body
	maxHeader      = 16 << 10
	maxConnections = 512
	maxStreams     = 64 // open event streams, of both kinds
)

// Config is what a Server needs.
type Config struct {
	Core *core.Core
	Log  zerolog.Logger
	Now  func() time.Time // nil means time.Now
	// Hosts are names it answers to besides loopback and its own addresses.
	Hosts []string
	// Origins are the web pages that may call it; none unless given.
	Origins []string
	// TLS, when set, makes it https; the names in its certificates are hosts too.
	TLS *tls.Config
}

// Server is the HTTP API. One Server serves one listener.
type Server struct {
	core    *core.Core
	log     zerolog.Logger
	now     func() time.Time
	hosts   []string
	origins []string
	tls     *tls.Config

	logins, registers, codes, actions *limiter

	tickets used          // of WebSockets, which are good once
	streams chan struct{} // a place for each open event stream
	closing chan struct{} // closed when streams must end
	once    sync.Once
	open    sync.WaitGroup // streams
	handler http.Handler
	http    *http.Server
}

// New returns a Server that listens nowhere yet.
func New(cfg Config) *Server {
	s := &Server{
		core: cfg.Core, log: cfg.Log, now: cfg.Now, origins: cfg.Origins, tls: cfg.TLS,
		hosts:   append(slices.Clone(cfg.Hosts), namesOf(cfg.TLS)...),
		streams: make(chan struct{}, maxStreams), closing: make(chan struct{}),
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.logins = newLimiter(s.now, 5, 15*time.Minute)
	s.registers = newLimiter(s.now, 3, time.Hour)
	s.codes = newLimiter(s.now, 5, 15*time.Minute)
	s.actions = newLimiter(s.now, 30, 15*time.Minute)
	s.handler = s.guard(s.routes())
	s.http = &http.Server{
		Handler: s.handler, MaxHeaderBytes: maxHeader,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: time.Minute,
		ErrorLog: log.New(noise{s.log}, "", 0),
	}
	return s
}

// namesOf returns the host names in a server's certificates.
func namesOf(cfg *tls.Config) (names []string) {
	if cfg == nil {
		return nil
	}
	for _, c := range cfg.Certificates {
		if c.Leaf != nil {
			names = append(names, c.Leaf.DNSNames...)
		}
	}
	return names
}

// noise is what net/http says about clients that break off or speak no HTTP.
type noise struct{ log zerolog.Logger }

func (n noise) Write(p []byte) (int, error) {
	n.log.Debug().Msg(string(p))
	return len(p), nil
}

// ServeHTTP answers one request, as if it came through the listener.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers what comes in until Close; it closes the listener.
func (s *Server) Serve(l net.Listener) error {
	l = netutil.LimitListener(l, maxConnections)
	if s.tls != nil {
		cfg := s.tls.Clone()
		cfg.NextProtos = []string{"http/1.1"} // one protocol to guard; machines do not miss the other
		l = tls.NewListener(l, cfg)
	}
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Close stops listening, ends event streams, gives requests at work ten seconds
// to end, and returns when nothing is left.
func (s *Server) Close() error {
	s.once.Do(func() { close(s.closing) })
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = s.http.Close()
	}
	s.open.Wait()
	return err
}
