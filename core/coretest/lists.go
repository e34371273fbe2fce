package coretest

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"

	"reconbanker/core"
)

// Lists is a core.Fetcher whose lists the test writes.
type Lists struct {
	mu     sync.Mutex
	answer func(f core.Fetch) (body string, got core.Fetched, err error)
	asked  []core.Fetch
}

// Serve makes every later request be answered with a body.
func (l *Lists) Serve(body string) {
	l.Answers(func(core.Fetch) (string, core.Fetched, error) { return body, core.Fetched{}, nil })
}

// Fails makes every later request fail.
func (l *Lists) Fails(err error) {
	l.Answers(func(core.Fetch) (string, core.Fetched, error) { return "", core.Fetched{}, err })
}

// Answers scripts what every later request meets.
func (l *Lists) Answers(fn func(f core.Fetch) (string, core.Fetched, error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answer = fn
}

// Asked returns every request so far.
func (l *Lists) Asked() []core.Fetch {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.asked)
}

// Fetch implements core.Fetcher.
func (l *Lists) Fetch(_ context.Context, f core.Fetch, read func(io.Reader) error) (core.Fetched, error) {
	l.mu.Lock()
	l.asked = append(l.asked, f)
	answer := l.answer
	l.mu.Unlock()
	if answer == nil {
		return core.Fetched{}, read(strings.NewReader("[]"))
	}
	body, got, err := answer(f)
	if err != nil || got.NotModified {
		return got, err
	}
	return got, read(strings.NewReader(body))
}
