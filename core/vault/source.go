package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// maxPassphrase is the most bytes read as a passphrase.
const maxPassphrase = 4096

var errSpent = errors.New("no other passphrase can be given")

// ReadPassphraseFile reads the first line of a file that only its owner may read.
// The error is a sentence.
func ReadPassphraseFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the passphrase file cannot be opened: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("the passphrase file cannot be examined: %w", err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("the passphrase file %s is a folder", path)
	}
	if err := private(path, info); err != nil {
		return nil, err
	}
	return readPassphrase(f)
}

// ReadPassphraseFD reads the first line of an open file descriptor to its end and
// closes it.
func ReadPassphraseFD(fd uintptr) ([]byte, error) {
	f := os.NewFile(fd, "passphrase")
	if f == nil {
		return nil, fmt.Errorf("%d is not a file descriptor", fd)
	}
	defer f.Close()
	return readPassphrase(f)
}

func readPassphrase(r io.Reader) ([]byte, error) {
	text := make([]byte, maxPassphrase+1)
	n, err := io.ReadFull(r, text)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		clear(text)
		return nil, fmt.Errorf("the passphrase cannot be read: %w", err)
	}
	if n > maxPassphrase {
		clear(text)
		return nil, fmt.Errorf("the passphrase is longer than %d bytes", maxPassphrase)
	}
	line := text[:n]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		clear(line[i:])
		line = line[:i]
	}
	line = bytes.TrimSuffix(line, []byte("\r"))
	if len(line) == 0 {
		return nil, errors.New("the passphrase is empty")
	}
	return line, nil
}

// FromFile answers with the passphrase in a file, once.
func FromFile(path string) Unlocker {
	return once(func() ([]byte, error) { return ReadPassphraseFile(path) })
}

// FromFD answers with the passphrase on a file descriptor, once.
func FromFD(fd uintptr) Unlocker {
	return once(func() ([]byte, error) { return ReadPassphraseFD(fd) })
}

func once(read func() ([]byte, error)) Unlocker {
	return func(_ context.Context, r Reason) ([]byte, error) {
		if r.Attempt > 1 {
			return nil, errSpent
		}
		return read()
	}
}

// FromTerminal asks on a terminal without showing what is typed; out gets the
// questions. A new passphrase is asked for twice. When ctx ends first, the
// terminal is put back as it was.
func FromTerminal(in *os.File, out io.Writer) Unlocker {
	return func(ctx context.Context, r Reason) ([]byte, error) {
		if !term.IsTerminal(int(in.Fd())) {
			return nil, errors.New("there is no terminal to ask for the passphrase")
		}
		if !r.New {
			if r.Attempt > 1 {
				fmt.Fprintln(out, "That is not the passphrase.")
			}
			return prompt(ctx, in, out, "Passphrase: ")
		}
		if r.Attempt > 1 {
			fmt.Fprintf(out, "Please choose one of at least %d characters.\n", MinPassphrase)
		}
		pass, err := prompt(ctx, in, out, "New passphrase: ")
		if err != nil {
			return nil, err
		}
		again, err := prompt(ctx, in, out, "The same again: ")
		defer clear(again)
		if err == nil && !bytes.Equal(pass, again) {
			err = errors.New("the two passphrases differ")
		}
		if err != nil {
			clear(pass)
			return nil, err
		}
		return pass, nil
	}
}

func prompt(ctx context.Context, in *os.File, out io.Writer, question string) ([]byte, error) {
	fd := int(in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return nil, fmt.Errorf("the terminal cannot be used: %w", err)
	}
	type line struct {
		text []byte
		err  error
	}
	done := make(chan line, 1)
	fmt.Fprint(out, question)
	go func() {
		text, err := term.ReadPassword(fd)
		done <- line{text, err}
	}()
	defer fmt.Fprintln(out)
	select {
	case l := <-done:
		if l.err != nil {
			return nil, fmt.Errorf("the passphrase cannot be read: %w", l.err)
		}
		return l.text, nil
	case <-ctx.Done():
		// The read cannot be interrupted; the echo can be given back.
		return nil, errors.Join(ctx.Err(), term.Restore(fd, before))
	}
}
