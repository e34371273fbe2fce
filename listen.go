package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"

	"reconbanker/api"
	"reconbanker/core"
)

// listener starts and stops the HTTP API while the program runs.
type listener struct {
	p *program

	mu      sync.Mutex
	live    bool // the program works; before, settings are only stored
	server  *api.Server
	address string
	failed  error // why it does not listen when it should
}

// Start implements cli.API.
func (l *listener) Start(ctx context.Context, only *core.APISettings) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.live = true
	s := only
	if s == nil {
		stored, err := l.p.core.APISettings(ctx)
		if err != nil || !stored.Enabled {
			return "", err
		}
		s = &stored
	}
	l.failed = l.open(*s)
	return l.address, l.failed
}

// Set implements cli.API. What does not work is not stored, and what worked
// before goes on.
func (l *listener) Set(ctx context.Context, s core.APISettings, actor string) error {
	if err := s.Check(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.live {
		was, err := l.p.core.APISettings(ctx)
		if err != nil {
			return err
		}
		heard := l.server != nil
		l.stop()
		if s.Enabled {
			if err := l.open(s); err != nil {
				if heard {
					l.failed = l.open(was)
				}
				return err
			}
		}
		l.failed = nil
	}
	return l.p.core.SetAPISettings(ctx, s, actor)
}

// Address implements cli.API.
func (l *listener) Address() (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.address, l.failed
}

// Close stops listening.
func (l *listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stop()
	return nil
}

func (l *listener) stop() {
	if l.server == nil {
		return
	}
	if err := l.server.Close(); err != nil {
		l.p.log.Warn().Err(err).Msg("stop the API")
	}
	l.server, l.address = nil, ""
}

// open listens. A port that is taken is an error, never another port: whoever
// has it would be sent the owner's password.
func (l *listener) open(s core.APISettings) error {
	if err := s.Check(); err != nil {
		return err
	}
	cfg := api.Config{Core: l.p.core, Log: l.p.log, Now: clock, Hosts: s.Hosts, Origins: s.Origins}
	scheme := "http://"
	if s.CertFile != "" {
		cert, err := api.LoadCertificate(s.CertFile, s.KeyFile)
		if err != nil {
			return err
		}
		cfg.TLS = cert.Config()
		scheme = "https://"
	}
	socket, err := net.Listen("tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w. Another program may have the port: choose another, or end it", s.Listen, err)
	}
	server := api.New(cfg)
	l.server, l.address = server, scheme+socket.Addr().String()
	l.p.log.Info().Str("address", l.address).Msg("the API listens")
	l.p.working.Go(func() {
		if err := server.Serve(socket); err != nil {
			l.p.log.Error().Err(err).Msg("serve the API")
		}
	})
	return nil
}

// hidden reads a new password from the terminal without showing it, where the
// command asks for one and a person would type it in sight.
func hidden(command string, in io.Reader, errOut io.Writer) (io.Reader, error) {
	terminal, isFile := in.(*os.File)
	if !strings.HasPrefix(command, "owner set") || !isFile || !term.IsTerminal(int(terminal.Fd())) {
		return in, nil
	}
	ask := func(prompt string) ([]byte, error) {
		fmt.Fprint(errOut, prompt)
		text, err := term.ReadPassword(int(terminal.Fd()))
		fmt.Fprintln(errOut)
		return text, err
	}
	first, err := ask("New password: ")
	if err != nil {
		return nil, fmt.Errorf("read the password: %w", err)
	}
	again, err := ask("Again: ")
	if err != nil {
		return nil, fmt.Errorf("read the password: %w", err)
	}
	if !bytes.Equal(first, again) {
		return nil, errors.New("the two passwords are not the same: nothing was changed")
	}
	return bytes.NewReader(append(first, '\n')), nil
}
