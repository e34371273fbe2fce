package ipc

import (
	"errors"
	"sync"
)

// input is standard input on its way to a handler. It never makes the sender wait,
// so that the end of the connection is noticed while a handler does not read.
type input struct {
	mu    sync.Mutex
	more  *sync.Cond
	bytes []byte
	total int
	err   error // what Read says when bytes is empty
}

func newInput() *input {
	in := &input{}
	in.more = sync.NewCond(&in.mu)
	return in
}

func (in *input) add(p []byte) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.total += len(p)
	if in.total > maxInput {
		return errors.New("standard input is too long: at most 16 MiB")
	}
	if in.err == nil {
		in.bytes = append(in.bytes, p...)
		in.more.Broadcast()
	}
	return nil
}

// close ends it; the first reason stays.
func (in *input) close(err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.err == nil {
		in.err = err
	}
	in.more.Broadcast()
}

// Read implements io.Reader.
func (in *input) Read(p []byte) (int, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for len(in.bytes) == 0 && in.err == nil {
		in.more.Wait()
	}
	if len(in.bytes) == 0 {
		return 0, in.err
	}
	n := copy(p, in.bytes)
	clear(in.bytes[:n]) // it may have been a password
	in.bytes = in.bytes[n:]
	return n, nil
}
