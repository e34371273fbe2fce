package storage_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"reconbanker/core"
	"reconbanker/storage"
	"reconbanker/storage/storagetest"
)

// operation is one thing SQLite asked of the disk, or a word of the child that
// something was acknowledged.
type operation struct {
	what   byte // 'p'ut, 't'runcate, 's'ync, 'A'cknowledged
	file   byte // 'd'atabase or 'w'rite-ahead log
	offset uint64
	data   []byte
}

func operations(t *testing.T, log string) []operation {
	t.Helper()
	raw, err := os.ReadFile(log)
	must(t, err)
	var out []operation
	for len(raw) > 0 {
		size := binary.LittleEndian.Uint32(raw[4:])
		o := operation{what: raw[0], file: raw[1], offset: binary.LittleEndian.Uint64(raw[8:])}
		o.data, raw = raw[16:16+size], raw[16+size:]
		out = append(out, o)
	}
	return out
}

// platter is one file on the disk: what is surely there, and what was asked for
// since and may be there or not.
type platter struct {
	sure    []byte
	pending []operation
}

func apply(content []byte, o operation) []byte {
	end := int(o.offset) + len(o.data)
	if o.what == 't' {
		end = int(o.offset)
	}
	if grow := end - len(content); grow > 0 {
		content = append(content, make([]byte, grow)...)
	}
	if o.what == 't' {
		return content[:end]
	}
	copy(content[o.offset:], o.data)
	return content
}

func (p *platter) do(o operation) {
	if o.what != 's' {
		p.pending = append(p.pending, o)
		return
	}
	for _, o := range p.pending {
		p.sure = apply(p.sure, o)
	}
	p.pending = nil
}

// after is what a power cut may leave: nothing of what was pending, all of it, or
// any part, in sectors.
func (p *platter) after(rnd *rand.Rand, how int) []byte {
	out := slices.Clone(p.sure)
	for _, o := range p.pending {
		switch {
		case how == 0:
		case how == 1 || o.what == 't' && rnd.IntN(2) == 0:
			out = apply(out, o)
		case o.what == 'p':
			for at := 0; at < len(o.data); at += 512 {
				if rnd.IntN(2) == 0 {
					part := operation{what: 'p', offset: o.offset + uint64(at), data: o.data[at:min(at+512, len(o.data))]}
					out = apply(out, part)
				}
			}
		}
	}
	return out
}

// acknowledge tells the log that what went before was acknowledged.
func acknowledge(n int) {
	f, err := os.OpenFile(os.Getenv("POWERLOSS_LOG"), os.O_WRONLY|os.O_APPEND, 0o600)
	if err == nil {
		head := make([]byte, 16)
		head[0] = 'A'
		binary.LittleEndian.PutUint64(head[8:], uint64(n))
		_, err = f.Write(head)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		panic(err)
	}
}

func init() { recorded = recordedWork }

// recordedWork is the child: it stores, delivers and says so.
func recordedWork(dir string) error {
	s, err := storage.Open(ctx, storage.Options{Dir: dir})
	if err != nil {
		return err
	}
	defer s.Close()
	w, _ := s.Pools()
	if _, err := w.Exec("PRAGMA synchronous = " + os.Getenv("POWERLOSS_SYNCHRONOUS")); err != nil {
		return err
	}
	accounts, err := s.Accounts(ctx)
	if err != nil {
		return err
	}
	acks := 0
	for n := range 25 {
		r, _, err := s.EnqueueRun(ctx, core.Run{AccountID: accounts[0].ID, QueuedAt: day})
		if err != nil {
			return err
		}
		if _, err := s.Keep(ctx, core.Keep{Run: core.Run{ID: r.ID}, At: day, Lines: storagetest.Lines(20*n, 20), Decide: storagetest.Owe(hook)}); err != nil {
			return err
		}
		acks++
		acknowledge(acks)
		rows, err := s.DueDeliveries(ctx, day, 15, 15, core.DeliverySkip{})
		if err != nil {
			return err
		}
		if err := s.FinishDeliveries(ctx, delivered(rows)); err != nil {
			return err
		}
		acks++
		acknowledge(acks)
	}
	return nil
}

// cuts rebuilds the disk after power cuts at random moments and returns in how
// many states an acknowledged transaction was missing.
func cuts(t *testing.T, synchronous string, states int) (lost int) {
	t.Helper()
	shim := filepath.Join(t.TempDir(), "powerloss.so")
	if out, err := exec.Command("cc", "-shared", "-fPIC", "-O1", "-o", shim, "testdata/powerloss.c", "-ldl").CombinedOutput(); err != nil {
		t.Fatalf("build the recorder: %v\n%s", err, out)
	}
	dir, file := closed(t)
	base, err := os.ReadFile(file)
	must(t, err)
	log := filepath.Join(t.TempDir(), "log")
	exe, err := os.Executable()
	must(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childDir+"="+dir, "LD_PRELOAD="+shim, "POWERLOSS_LOG="+log, "POWERLOSS_SYNCHRONOUS="+synchronous)
	if out, err := cmd.CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Fatalf("the recorded process: %v\n%s", err, out)
	}
	ops := operations(t, log)
	for _, f := range []byte("dw") {
		if !slices.ContainsFunc(ops, func(o operation) bool { return o.what == 'p' && o.file == f }) {
			t.Fatalf("nothing was written to %c: no checkpoint is among the operations", f)
		}
	}
	rnd := rand.New(rand.NewPCG(1, uint64(states)))
	at := make([]int, states)
	for i := range at {
		at[i] = rnd.IntN(len(ops))
	}
	slices.Sort(at)
	disk := map[byte]*platter{'d': {sure: base}, 'w': {}}
	acked, done := 0, 0
	for i, moment := range at {
		for ; done < moment; done++ {
			if o := ops[done]; o.what == 'A' {
				acked = int(o.offset)
			} else {
				disk[o.file].do(o)
			}
		}
		if found := survivors(t, disk, rnd, i%3); found < acked {
			lost++
		} else if found > acked+2 {
			t.Fatalf("%d transactions were found where %d were acknowledged", found, acked)
		}
	}
	if acked == 0 {
		t.Fatal("nothing was acknowledged")
	}
	return lost
}

// survivors opens the store on what is left and counts the transactions in it.
// They must be whole and the first ones, without a gap.
func survivors(t *testing.T, disk map[byte]*platter, rnd *rand.Rand, how int) int {
	t.Helper()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, storage.FileName), disk['d'].after(rnd, how), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, storage.FileName+"-wal"), disk['w'].after(rnd, how), 0o600))
	s, err := storage.Open(ctx, storage.Options{Dir: dir})
	if err != nil {
		t.Fatalf("after a power cut: %v", err)
	}
	defer s.Close()
	w, _ := s.Pools()
	var sound string
	var lines, owed, last, told, tries int
	must(t, w.QueryRow("PRAGMA integrity_check").Scan(&sound))
	row := w.QueryRow(`SELECT count(*), (SELECT count(*) FROM delivery), coalesce(max(CAST(bank_id AS INTEGER)) + 1, 0),
		count(notified_at), (SELECT count(*) FROM delivery_attempt) FROM movement`)
	must(t, row.Scan(&lines, &owed, &last, &told, &tries))
	if sound != "ok" || lines%20 != 0 || owed != lines || last != lines || told%15 != 0 || tries != told {
		t.Fatalf("after a power cut: %q, %d lines to number %d, %d owed, %d told in %d tries", sound, lines, last, owed, told, tries)
	}
	return lines/20 + told/15
}

func TestPowerCutLosesNothingAcknowledged(t *testing.T) {
	if lost := cuts(t, "FULL", powerCuts); lost != 0 {
		t.Errorf("acknowledged transactions were lost in %d of %d states", lost, powerCuts)
	}
}

// The test of the test: with the driver's own setting transactions must be lost.
func TestPowerCutFindsAWeakSetting(t *testing.T) {
	if lost := cuts(t, "NORMAL", 60); lost == 0 {
		t.Error("synchronous NORMAL lost nothing: the simulation sees nothing")
	}
}

// powerCuts is how many states are tried; REPEAT in the environment multiplies it.
var powerCuts = func() int {
	times := 1
	if _, err := fmt.Sscan(os.Getenv("REPEAT"), &times); err != nil && !errors.Is(err, io.EOF) {
		times = 1
	}
	return 200 * times
}()
