package gui

import (
	"context"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// stuck is an app whose loop never comes back.
type stuck struct {
	fyne.App
	entered, free chan struct{}
}

func (s stuck) Run() {
	close(s.entered)
	<-s.free
}

// A program ends also when Fyne's loop does not, and stops what it had begun first.
func TestALoopThatDoesNotEnd(t *testing.T) {
	s := stuck{test.NewApp(), make(chan struct{}), make(chan struct{})}
	ended, instead := make(chan struct{}), make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		loop(s, ended, time.Millisecond, func() { close(instead) })
	}()
	<-s.entered
	select {
	case <-instead:
		t.Fatal("given up before anybody quit")
	default:
	}
	close(ended)
	<-instead
	close(s.free)
	<-done
}

func TestALoopThatEnds(t *testing.T) {
	s := stuck{test.NewApp(), make(chan struct{}), make(chan struct{})}
	close(s.free)
	loop(s, make(chan struct{}), time.Hour, func() { t.Error("given up") })
}

func TestTheProgramEndsWithoutTheLoop(t *testing.T) {
	abandoned := make(chan struct{})
	quits := 0
	d := newDesk(t, nil, func(c *Config) {
		c.LoopPatience = time.Millisecond
		c.Quit = func() { quits++ }
		c.Abandon = func() { close(abandoned) }
	})
	s := stuck{d.fyne, make(chan struct{}), make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	a := New(d.app.cfg)
	a.views.welcome = nil
	go func() {
		defer close(done)
		a.Run(ctx, s)
	}()
	<-s.entered
	cancel()
	<-abandoned
	close(s.free)
	<-done
	if quits != 1 {
		t.Errorf("the end was told %d times", quits)
	}
}
