package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/widget"

	"reconbanker/core"
	"reconbanker/storage/storagetest"
)

// emptyEnv makes the test binary show a window with a word in it and nothing else:
// what any window of Fyne's takes.
const emptyEnv = "RECONBANKER_TEST_EMPTY_WINDOW"

func init() {
	inChild = append(inChild, func() {
		if os.Getenv(emptyEnv) == "" {
			return
		}
		app.SetMetadata(metadata())
		w := app.NewWithID(appID).NewWindow("Empty")
		w.SetContent(widget.NewLabel("empty"))
		w.ShowAndRun()
		os.Exit(0)
	})
}

// filled makes a data folder with an account and so many movements.
func filled(b *testing.B, movements int) (dir string) {
	b.Helper()
	return filledWith(b, movements, func(int, *core.Movement) {})
}

func filledWith(b *testing.B, movements int, change func(i int, m *core.Movement)) (dir string) {
	b.Helper()
	dir = b.TempDir()
	s := storagetest.OpenIn(b, dir)
	if err := s.SetOperationMode(b.Context(), core.Passthrough, core.Audit{}); err != nil {
		b.Fatal(err)
	}
	a := storagetest.MustCreateAccount(b, s, func(a *core.Account) { a.Name = demoAccount })
	storagetest.MustSaveSettings(b, s, a.ID)
	if _, err := s.ChangeAccount(b.Context(), a.ID, func(a *core.Account) error {
		a.Status = core.Paused // nothing is to be read
		a.LastReadAt = time.Now()
		return nil
	}, core.Audit{}); err != nil {
		b.Fatal(err)
	}
	const batch = 20_000
	for at := 0; at < movements; at += batch {
		lines := storagetest.Lines(at, min(batch, movements-at))
		for i := range lines {
			change(at+i, &lines[i])
		}
		storagetest.MustKeep(b, s, a.ID, "", lines)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	return dir
}

// BenchmarkWindowStart starts the program until its account is in the window. Aim: a
// second, with no movements and with a million.
func BenchmarkWindowStart(b *testing.B) {
	for _, n := range []int{0, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir, pass, ticks := filled(b, n), writePassphrase(b), 0
			for b.Loop() {
				b.StopTimer()
				d := newDesktop(b)
				b.StartTimer()
				p := d.open(dir, pass)
				p.quickly(func(s scene) bool { return s.has(demoAccount) })
				b.StopTimer()
				ticks += cpuTicks(b, p.cmd.Process.Pid)
				p.ends()
				b.StartTimer()
			}
			b.ReportMetric(float64(10*ticks)/float64(b.N), "cpu-ms/op") // what a busy machine does not change
		})
	}
}

// BenchmarkWindowMillion opens and filters the table of a million stored movements,
// from the key to the first rows. Aim: 100 ms.
func BenchmarkWindowMillion(b *testing.B) {
	p := newDesktop(b).open(filled(b, 1_000_000), writePassphrase(b))
	rows := func(s scene) bool { _, ok := s.cell("2"); return ok }
	p.quickly(rows)
	b.Run("open", func(b *testing.B) {
		defer p.spends(b)()
		for b.Loop() {
			b.StopTimer()
			p.key("ctrl+5")
			p.quickly(func(s scene) bool { return !rows(s) })
			b.StartTimer()
			p.key("ctrl+1")
			p.quickly(rows)
		}
	})
	b.Run("filter", func(b *testing.B) {
		defer p.spends(b)()
		for i := 0; b.Loop(); i++ {
			b.StopTimer()
			p.key("ctrl+f")
			want := fmt.Sprintf("REF%06d", 999_000+i)
			p.write(want)
			b.StartTimer()
			p.key("Return")
			p.quickly(func(s scene) bool {
				first, ok := s.cell("REF")
				return ok && first.Text == want
			})
		}
	})
	p.ends()
}

// BenchmarkWindowIdle reports what the window takes when nobody looks, beside an
// empty window of Fyne's. Aim: within 0.2 % of a core and 30 MB of it.
func BenchmarkWindowIdle(b *testing.B) {
	const settle, watch = 8 * time.Second, 20 * time.Second
	for b.Loop() {
		d := newDesktop(b)
		p := d.open(filled(b, 0), writePassphrase(b))
		p.quickly(func(s scene) bool { return s.has(demoAccount) })
		<-time.After(settle)
		cpu, mb := takes(b, p.cmd.Process.Pid, watch)
		p.ends()

		bare := p.command(context.Background(), "window")
		bare.Env = append(append(d.env, childEnv+"=0"), emptyEnv+"=1")
		if err := bare.Start(); err != nil {
			b.Fatal(err)
		}
		d.window("Empty")
		<-time.After(settle)
		bareCPU, bareMB := takes(b, bare.Process.Pid, watch)
		_ = bare.Process.Kill()
		_ = bare.Wait() // killed is what we wanted
		b.ReportMetric(cpu, "%cpu")
		b.ReportMetric(mb, "MB")
		b.ReportMetric(bareCPU, "empty-%cpu")
		b.ReportMetric(bareMB, "empty-MB")
	}
}

// spends reports the processor time the program spends on a round, the asking
// included: a busy machine changes it less than the time that passes.
func (p *person) spends(b *testing.B) func() {
	before := cpuTicks(b, p.cmd.Process.Pid)
	return func() {
		b.ReportMetric(float64(10*(cpuTicks(b, p.cmd.Process.Pid)-before))/float64(b.N), "cpu-ms/op")
	}
}

func takes(b *testing.B, pid int, watch time.Duration) (cpu, mb float64) {
	b.Helper()
	before := cpuTicks(b, pid)
	<-time.After(watch)
	return float64(cpuTicks(b, pid)-before) / watch.Seconds(), privateMB(b, pid)
}

// quickly waits as closely as it can without keeping the program busy with answers.
func (p *person) quickly(holds func(scene) bool) {
	p.desktop.t.Helper()
	for limit := time.Now().Add(endurance); ; {
		if s, err := p.look(); err == nil && holds(s) {
			return
		}
		if time.Now().After(limit) {
			p.desktop.t.Fatalf("waited in vain; on screen:\n%s", p.describe())
		}
		<-time.After(5 * time.Millisecond)
	}
}

// ends closes the program as the system does.
func (p *person) ends() {
	p.stop()
	p.errs = bytes.Buffer{}
}
