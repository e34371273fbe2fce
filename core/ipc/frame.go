package ipc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// Protocol is the version both ends must speak.
const Protocol = 1

// kind says what a frame holds.
type kind byte

const (
	kindRequest  kind = 'q' // client: JSON, first
	kindInput    kind = 'i' // client: bytes of standard input; empty ends it
	kindAccepted kind = 'a' // server: the request was understood and runs
	kindRefused  kind = 'r' // server: a sentence, last
	kindOutput   kind = 'o' // server: bytes of standard output
	kindErrors   kind = 'e' // server: bytes of standard error
	kindExit     kind = 'x' // server: 4 bytes, the exit code, last
)

const (
	maxRequest = 1 << 20  // bytes of a request frame
	maxChunk   = 64 << 10 // bytes of any other frame
	maxInput   = 16 << 20 // bytes of standard input in all
)

var errFrame = errors.New("the other end sent a frame that is too long")

// link is a connection that carries frames. Writes come from several goroutines;
// each must be done within patience.
type link struct {
	conn     net.Conn
	patience time.Duration
	mu       sync.Mutex
}

func (l *link) write(k kind, content []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	frame := make([]byte, 5, 5+len(content))
	binary.BigEndian.PutUint32(frame, uint32(len(content)))
	frame[4] = byte(k)
	if err := l.conn.SetWriteDeadline(time.Now().Add(l.patience)); err != nil {
		return err
	}
	_, err := l.conn.Write(append(frame, content...))
	return err
}

// read returns the next frame; more than limit bytes are an error before any of
// them is read.
func (l *link) read(limit int) (kind, []byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(l.conn, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if uint64(n) > uint64(limit) {
		return 0, nil, errFrame
	}
	content := make([]byte, n)
	if _, err := io.ReadFull(l.conn, content); err != nil {
		return 0, nil, fmt.Errorf("reading a frame: %w", err)
	}
	return kind(head[4]), content, nil
}

// stream writes what it is given as frames of one kind.
type stream struct {
	link *link
	kind kind
}

func (s stream) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n := min(len(p)-done, maxChunk)
		if err := s.link.write(s.kind, p[done:done+n]); err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}
