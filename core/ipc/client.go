package ipc

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Errors of Call.
var (
	// ErrNotRunning means that nothing listens for this data folder.
	ErrNotRunning = errors.New("no running Reconbanker answers for this data folder")
	// ErrNoAnswer means that a program listens and does not answer: it hangs.
	ErrNoAnswer = errors.New("the running Reconbanker does not answer")
	// ErrCut means that the running program ended, or was ended, during the call.
	ErrCut = errors.New("the running Reconbanker ended before it was done")
)

// RefusedError is a sentence of the running program about a request it does not serve.
type RefusedError struct{ Message string }

// Error implements error.
func (e *RefusedError) Error() string { return e.Message }

// patience bounds the steps of a call; the handler itself may take for ever.
type patience struct {
	start  time.Duration // for a program that holds the lock and does not listen yet
	accept time.Duration // for its first answer
}

var usual = patience{start: 5 * time.Second, accept: 10 * time.Second}

// Call asks the program that runs with a data folder, copies what it writes to
// stdout and stderr, and returns its exit code. r.Stdin is sent along when it is
// not nil. Ending ctx ends the handler there and returns ctx's error.
func Call(ctx context.Context, dir string, r Request, stdout, stderr io.Writer) (int, error) {
	return call(ctx, dir, r, stdout, stderr, usual)
}

func call(ctx context.Context, dir string, r Request, stdout, stderr io.Writer, p patience) (int, error) {
	if r.Dir == "" {
		r.Dir, _ = os.Getwd() // a removed folder has no name; the handler says so if it matters
	}
	text, err := json.Marshal(wire{Protocol, r})
	if err != nil {
		return 0, fmt.Errorf("preparing the request: %w", err)
	}
	if len(text) > maxRequest {
		return 0, &RefusedError{fmt.Sprintf("the command line is longer than %d bytes", maxRequest)}
	}
	conn, err := dial(ctx, dir, p.start)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	code, err := exchange(&link{conn: conn, patience: p.accept}, text, r.Stdin, stdout, stderr, p)
	if err != nil && ctx.Err() != nil {
		return 0, ctx.Err()
	}
	return code, err
}

// dial tries again while the holder of the lock has not begun to listen.
func dial(ctx context.Context, dir string, start time.Duration) (*net.UnixConn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, start, ErrNotRunning)
	defer cancel()
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding the data folder: %w", err)
	}
	for {
		conn, err := dialOnce(ctx, dir)
		if err == nil {
			if err = belongsTo(os.Geteuid(), conn); err != nil {
				conn.Close()
				return nil, err
			}
			return conn, nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func dialOnce(ctx context.Context, dir string) (*net.UnixConn, error) {
	h, err := readHolder(dir)
	if err != nil {
		return nil, err
	}
	if h.Socket == "" {
		return nil, ErrNotRunning
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", h.Socket)
	if err != nil {
		return nil, err
	}
	return conn.(*net.UnixConn), nil
}

func exchange(l *link, request []byte, stdin io.Reader, stdout, stderr io.Writer, p patience) (int, error) {
	if err := l.write(kindRequest, request); errors.Is(err, os.ErrDeadlineExceeded) {
		return 0, ErrNoAnswer
	} else if err != nil {
		return 0, ErrCut
	}
	l.conn.SetReadDeadline(time.Now().Add(p.accept))
	k, content, err := l.read(maxChunk)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return 0, ErrNoAnswer
	case err != nil:
		return 0, ErrCut
	case k == kindRefused:
		return 0, &RefusedError{string(content)}
	case k != kindAccepted:
		return 0, errors.New("the running program answered out of turn")
	}
	l.conn.SetReadDeadline(time.Time{})
	go feed(l, stdin) // ends with the connection, or with the reader
	for {
		k, content, err := l.read(maxChunk)
		if err != nil {
			return 0, ErrCut
		}
		switch k {
		case kindOutput:
			_, err = stdout.Write(content)
		case kindErrors:
			_, err = stderr.Write(content)
		case kindExit:
			if len(content) == 4 {
				return int(int32(binary.BigEndian.Uint32(content))), nil
			}
			err = errors.New("the running program answered out of turn")
		default:
			err = errors.New("the running program answered out of turn")
		}
		if err != nil {
			return 0, err
		}
	}
}

// feed sends standard input and its end.
func feed(l *link, stdin io.Reader) {
	if stdin != nil {
		if _, err := io.Copy(stream{l, kindInput}, stdin); err != nil {
			return
		}
	}
	_ = l.write(kindInput, nil) // a lost connection shows in the reader
}
