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
	"runtime/debug"
	"sync"
	"time"
)

// Verbs of a Request.
const (
	Raise = "raise" // show the window
	Exec  = "exec"  // execute a command line in the running program
)

// Request is what a later start asks for.
type Request struct {
	Verb  string    `json:"verb"`
	Args  []string  `json:"args,omitempty"`
	Dir   string    `json:"dir,omitempty"` // working folder of the caller; Call fills it in
	Stdin io.Reader `json:"-"`             // never nil for a Handler; at most 16 MiB
}

// Handler serves one request and returns the exit code. ctx ends when the caller
// goes away or the program ends. Several run at once.
type Handler func(ctx context.Context, r Request, stdout, stderr io.Writer) int

// Exit codes the server gives by itself, after sysexits.h.
const (
	ExitPanic = 70
)

const (
	maxCalls     = 16               // served at once; later ones wait
	requestTime  = 10 * time.Second // from the connection to the whole request
	lingerTime   = 5 * time.Second  // for the caller to take the exit code and go
	writeTime    = 2 * time.Minute  // a caller that reads nothing, such as a pager, is dropped after it
	clientPhrase = "this program speaks protocol %d and the running one %d: end the running one first"
)

// Server listens for later starts.
type Server struct {
	ln      *net.UnixListener
	handler Handler
	report  func(error)
	uid     int // the user that may call
	request time.Duration
	write   time.Duration
}

// Listen binds the socket of a locked data folder and records it in the lock.
// report is told of refused callers and of panics in the handler; it may be nil.
func Listen(lock *Lock, handler Handler, report func(error)) (*Server, error) {
	if !lock.file.Locked() {
		return nil, errors.New("the lock of the data folder is not held")
	}
	path, err := socketPath(lock.dir)
	if err != nil {
		return nil, err
	}
	ln, err := listen(path)
	if err != nil {
		return nil, err
	}
	if err := lock.listening(path); err != nil {
		return nil, errors.Join(fmt.Errorf("recording the socket: %w", err), ln.Close())
	}
	if report == nil {
		report = func(error) {}
	}
	return &Server{ln: ln, handler: handler, report: report, uid: os.Geteuid(), request: requestTime, write: writeTime}, nil
}

// Serve answers until ctx ends, then cancels the handlers and waits for them. It
// returns nil unless the socket failed. It closes the server and is called once.
func (s *Server) Serve(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { s.ln.Close() })
	defer stop()
	defer s.ln.Close()
	serving, cancel := context.WithCancel(ctx)
	var calls sync.WaitGroup
	defer calls.Wait()
	defer cancel()
	slots := make(chan struct{}, maxCalls)
	for {
		conn, err := s.ln.AcceptUnix()
		if ctx.Err() != nil {
			if err == nil {
				conn.Close()
			}
			return nil
		}
		if errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("listening for later starts: %w", err)
		}
		if err != nil {
			// Out of file descriptors, say: the next one may do better.
			s.report(fmt.Errorf("accepting a later start: %w", err))
			select {
			case <-time.After(100 * time.Millisecond):
				continue
			case <-ctx.Done():
				return nil
			}
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			conn.Close()
			return nil
		}
		calls.Go(func() {
			defer func() { <-slots }()
			defer conn.Close()
			if err := s.serve(serving, conn); err != nil {
				s.report(err)
			}
		})
	}
}

// Close ends a server that was never served.
func (s *Server) Close() error { return s.ln.Close() }

func (s *Server) serve(ctx context.Context, conn *net.UnixConn) error {
	if err := belongsTo(s.uid, conn); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// A read that waits for the request ends with the program.
	defer context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })()
	l := &link{conn: conn, patience: s.write}
	conn.SetReadDeadline(time.Now().Add(s.request))
	r, refusal, err := readRequest(l)
	if err != nil {
		return fmt.Errorf("reading the request of a later start: %w", err)
	}
	if refusal != "" {
		return l.write(kindRefused, []byte(refusal))
	}
	conn.SetReadDeadline(time.Time{})
	if err := l.write(kindAccepted, nil); err != nil {
		return fmt.Errorf("answering a later start: %w", err)
	}
	in := newInput()
	defer in.close(io.ErrClosedPipe)
	r.Stdin = in
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		in.close(pump(l, in))
		cancel() // the caller has gone, or misbehaves
	}()
	code, err := s.run(ctx, r, stream{l, kindOutput}, stream{l, kindErrors})
	exit := binary.BigEndian.AppendUint32(nil, uint32(int32(code)))
	if werr := l.write(kindExit, exit); werr != nil && ctx.Err() == nil {
		err = errors.Join(err, fmt.Errorf("answering a later start: %w", werr))
	}
	// Closing while the caller still sends could take the exit code from it.
	conn.SetReadDeadline(time.Now().Add(lingerTime))
	<-gone
	return err
}

// run contains what the handler may throw.
func (s *Server) run(ctx context.Context, r Request, stdout, stderr io.Writer) (code int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("executing %s for a later start panicked: %v\n%s", r.Verb, p, debug.Stack())
			code = ExitPanic
			fmt.Fprintln(stderr, "internal error: see the log")
		}
	}()
	return s.handler(ctx, r, stdout, stderr), nil
}

// wire is a Request with the version.
type wire struct {
	Version int `json:"v"`
	Request
}

// readRequest returns a refusal, a sentence, for what it understands and does not
// serve.
func readRequest(l *link) (r Request, refusal string, err error) {
	k, content, err := l.read(maxRequest)
	if errors.Is(err, errFrame) {
		return r, fmt.Sprintf("the request is longer than %d bytes", maxRequest), nil
	}
	if err != nil {
		return r, "", err
	}
	var w wire
	if k != kindRequest || json.Unmarshal(content, &w) != nil {
		return r, "the request is not understood", nil
	}
	if w.Version != Protocol {
		return r, fmt.Sprintf(clientPhrase, w.Version, Protocol), nil
	}
	if w.Verb != Raise && w.Verb != Exec {
		return r, fmt.Sprintf("the verb %q is not known", w.Verb), nil
	}
	return w.Request, "", nil
}

// pump takes frames until the caller goes; standard input ends with an empty one.
func pump(l *link, in *input) error {
	for {
		k, content, err := l.read(maxChunk)
		switch {
		case err != nil:
			return io.ErrUnexpectedEOF
		case k != kindInput:
			return errors.New("a later start sent a frame out of turn")
		case len(content) == 0:
			in.close(io.EOF)
		default:
			if err := in.add(content); err != nil {
				return err
			}
		}
	}
}
