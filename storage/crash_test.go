package storage_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/storage"
	"reconbanker/storage/storagetest"
)

const childDir = "STORAGE_TEST_CHILD_DIR"

// recorded is the work of a child whose disk operations are recorded, where that
// is possible.
var recorded func(dir string) error

// child does the work of the program until it is killed, telling what was
// acknowledged; it reports whether this process is one.
func child() bool {
	dir := os.Getenv(childDir)
	if dir == "" {
		return false
	}
	if os.Getenv("POWERLOSS_LOG") != "" {
		if err := recorded(dir); err != nil {
			fmt.Println("failed:", err)
		}
		return true
	}
	fmt.Println("failed:", work(dir))
	return true
}

func work(dir string) error {
	ctx := context.Background()
	s, err := storage.Open(ctx, storage.Options{Dir: dir})
	if err != nil {
		return err
	}
	accounts, err := s.Accounts(ctx)
	if err != nil {
		return err
	}
	a := accounts[0]
	if _, err := s.Orphans(ctx, day, func(*core.Account, []core.Attempt) {}); err != nil {
		return err
	}
	_, stored, err := s.Movements(ctx, core.MovementFilter{Limit: 1})
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for first := stored; ; first += 20 {
		r, _, err := s.EnqueueRun(ctx, core.Run{AccountID: a.ID, QueuedAt: day})
		if err != nil {
			return err
		}
		if _, err := s.ClaimRun(ctx, day); err != nil {
			return err
		}
		if _, err := s.Keep(ctx, core.Keep{Run: core.Run{ID: r.ID}, At: day, Lines: storagetest.Lines(first, 20), Decide: storagetest.Owe(hook)}); err != nil {
			return err
		}
		fmt.Println("kept", first+20)
		if first%400 == 0 {
			if _, err := s.Backup(ctx); err != nil {
				return err
			}
		}
		rows, err := s.DueDeliveries(ctx, day, 15, 15, core.DeliverySkip{})
		if err != nil {
			return err
		}
		if err := s.FinishDeliveries(ctx, delivered(rows)); err != nil {
			return err
		}
		for _, d := range rows {
			fmt.Println("delivered", d.ID)
		}
	}
}

// acknowledged is what a child said it had on disk before it was killed.
type acknowledged struct {
	kept      int
	delivered []string
}

// killed runs a child in dir and kills it after it has worked for a while.
func killed(t *testing.T, dir string, after int) acknowledged {
	t.Helper()
	exe, err := os.Executable()
	must(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	var ack acknowledged
	lines := 0
	for sc := bufio.NewScanner(out); sc.Scan(); {
		switch word, rest, _ := strings.Cut(sc.Text(), " "); word {
		case "ready":
		case "kept":
			_, err := fmt.Sscan(rest, &ack.kept)
			must(t, err)
		case "delivered":
			ack.delivered = append(ack.delivered, rest)
		default:
			t.Errorf("the child says %q", sc.Text())
		}
		// What it said before it died is read to the end of the pipe.
		if lines++; lines == after {
			must(t, cmd.Process.Kill())
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
	return ack
}

func TestKilledAtAnyMoment(t *testing.T) {
	dir, _ := closed(t)
	total := 0
	for range 12 {
		ack := killed(t, dir, 1+rand.IntN(400))
		s, err := storage.Open(ctx, storage.Options{Dir: dir})
		must(t, err)
		w, _ := s.Pools()
		count := func(query string) (n int) {
			t.Helper()
			must(t, w.QueryRow(query).Scan(&n))
			return n
		}
		var sound string
		must(t, w.QueryRow("PRAGMA integrity_check").Scan(&sound))
		same(t, "ok", sound)
		stored := count("SELECT count(*) FROM movement")
		if stored < max(ack.kept, total) || stored%20 != 0 {
			t.Errorf("%d movements, %d were acknowledged", stored, max(ack.kept, total))
		}
		total = stored
		for _, id := range ack.delivered {
			d, err := s.Delivery(ctx, id)
			must(t, err)
			same(t, core.DeliveryDelivered, d.Status)
		}
		for _, broken := range []string{
			"SELECT abs((SELECT count(*) FROM delivery) - (SELECT count(*) FROM movement))",
			"SELECT abs((SELECT sum(credits + debits) FROM account) - (SELECT count(*) FROM movement))",
			"SELECT count(*) FROM movement m WHERE (SELECT count(*) FROM delivery d WHERE d.subject_id = m.id) <> 1",
			"SELECT count(*) FROM movement m JOIN delivery d ON d.subject_id = m.id WHERE (m.notified_at IS NULL) = (d.status = 'delivered')",
			"SELECT count(*) FROM delivery d WHERE attempts <> (SELECT count(*) FROM delivery_attempt WHERE delivery_id = d.id)",
			"SELECT abs((SELECT sum(owed) FROM run WHERE status = 'ok') - (SELECT count(*) FROM delivery))",
			"SELECT max(0, count(*) - 1) FROM run WHERE status IN ('queued', 'running')",
			"SELECT count(*) FROM pragma_foreign_key_check",
		} {
			if n := count(broken); n != 0 {
				t.Errorf("%s: %d", broken, n)
			}
		}
		must(t, s.Close())
	}
	if total == 0 {
		t.Error("the children did nothing")
	}
}

// The same store is used by many at once; nothing fails for want of a lock.
func TestManyAtOnce(t *testing.T) {
	s := storagetest.Open(t)
	const workers, rounds = 6, 15
	done := make(chan error, 2*workers)
	for range workers {
		a := storagetest.MustCreateAccount(t, s)
		go func() {
			done <- func() error {
				for n := range rounds {
					r, _, err := s.EnqueueRun(ctx, core.Run{AccountID: a.ID, QueuedAt: day})
					if err != nil {
						return err
					}
					if _, err := s.Keep(ctx, core.Keep{Run: core.Run{ID: r.ID}, At: day, Lines: storagetest.Lines(n*10, 20), Decide: storagetest.Owe(hook)}); err != nil {
						return err
					}
				}
				return nil
			}()
		}()
		go func() {
			done <- func() error {
				for range rounds {
					if _, _, err := s.Movements(ctx, core.MovementFilter{Limit: 50}); err != nil {
						return err
					}
					rows, err := s.DueDeliveries(ctx, day, 8, 8, core.DeliverySkip{})
					if err != nil {
						return err
					}
					if err := s.FinishDeliveries(ctx, delivered(rows)); err != nil {
						return err
					}
				}
				_, err := s.Backup(ctx)
				return err
			}()
		}()
	}
	limit := time.AfterFunc(time.Minute, func() { panic("the store hangs") })
	defer limit.Stop()
	for range 2 * workers {
		must(t, <-done)
	}
	_, n, err := s.Movements(ctx, core.MovementFilter{Limit: 1})
	must(t, err)
	same(t, workers*(rounds*10+10), n)
}
