package notify

import (
	"context"
	"encoding/xml"
	"errors"
	"strings"
	"testing"
	"time"
)

// slate is a desktop that writes down what it is asked.
type slate struct {
	asked  chan string
	refuse error
	closed bool
}

func (s *slate) show(ctx context.Context, n Note) error {
	if _, limited := ctx.Deadline(); !limited {
		return errors.New("no time limit")
	}
	s.asked <- "show " + n.Key + ": " + n.Title
	return s.refuse
}

func (s *slate) withdraw(_ context.Context, key string) error {
	s.asked <- "withdraw " + key
	return s.refuse
}

func (s *slate) close() { s.closed = true }

func TestDeskKeepsTheOrder(t *testing.T) {
	s := &slate{asked: make(chan string, 8)}
	d := open(Config{Failed: func(err error) { t.Error(err) }}, s)
	d.Show(Note{Key: "a", Title: "one"})
	d.Withdraw("a")
	d.Show(Note{Key: "a", Title: "two"})
	for _, want := range []string{"show a: one", "withdraw a", "show a: two"} {
		if got := <-s.asked; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	d.Close()
	if !s.closed {
		t.Error("the desktop is still held")
	}
	d.Show(Note{Key: "late"}) // nobody waits for it, and nobody hangs
}

func TestDeskTellsFailures(t *testing.T) {
	s := &slate{asked: make(chan string, 8), refuse: errors.New("no server")}
	failed := make(chan error, 1)
	d := open(Config{Failed: func(err error) { failed <- err }}, s)
	defer d.Close()
	d.Show(Note{Key: "a"})
	if err := <-failed; !errors.Is(err, s.refuse) {
		t.Errorf("told %v", err)
	}
}

// slow is a desktop that answers only when it is given up.
type slow struct{ begun chan struct{} }

func (s slow) show(ctx context.Context, _ Note) error {
	close(s.begun)
	<-ctx.Done()
	return ctx.Err()
}
func (slow) withdraw(context.Context, string) error { return nil }
func (slow) close()                                 {}

func TestCloseDoesNotWaitForASlowDesktop(t *testing.T) {
	s := slow{make(chan struct{})}
	d := open(Config{Failed: func(err error) { t.Errorf("told %v after the end", err) }}, s)
	d.Show(Note{Key: "a"})
	<-s.begun
	done := make(chan struct{})
	go func() {
		d.Close()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("Close hangs")
	}
}

// hostile is text that ends a string, a tag or a script where it is pasted.
const hostile = "a\"b\\c<d>&'$(e)`f`]]>\nñ"

func TestToastXML(t *testing.T) {
	text, err := toastXML(Note{
		Key: "code 1", Title: hostile, Body: hostile, Urgent: true,
		Actions: []Action{{Default, "Open"}, {"enter", hostile}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var back toast
	if err := xml.Unmarshal([]byte(text), &back); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if back.Launch != "default code 1" || back.Scenario != "reminder" || len(back.Binding.Text) != 2 ||
		back.Binding.Text[0] != hostile || back.Binding.Text[1] != hostile {
		t.Errorf("it reads %+v", back)
	}
	if len(back.Actions) != 1 || back.Actions[0].Content != hostile || back.Actions[0].Arguments != "enter code 1" {
		t.Errorf("its buttons are %+v", back.Actions)
	}
}

func TestAppleScript(t *testing.T) {
	got := appleScript(Note{Title: `one" & (do shell script "x`, Body: "a\\\nb"})
	want := `display notification "a\\ b" with title "one\" & (do shell script \"x"` + "\n"
	if got != want {
		t.Errorf("got %s", got)
	}
	if n := strings.Count(appleScript(Note{Title: hostile, Body: hostile}), "\n"); n != 1 {
		t.Errorf("%d lines", n)
	}
}
