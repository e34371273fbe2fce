package core_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
)

// room makes the disk of a World have this much left.
func room(left *atomic.Int64) func(*core.Config) {
	return func(c *core.Config) {
		c.Free = func() (int64, error) {
			if n := left.Load(); n >= 0 {
				return n, nil
			}
			return 0, errors.New("nobody knows")
		}
	}
}

// With a full disk no bank is read, and no password spent on what could not be
// kept; webhooks go out, and reading goes on by itself once there is room.
func TestAFullDisk(t *testing.T) {
	var left atomic.Int64
	left.Store(100<<20 - 1)
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t)
		w.Bank.OnRead(coretest.Shows(coretest.Credit(0, time.Now())))
		owed := w.Owe(t, a.ID, coretest.Hook, 1)
		mustEnd(t, w.Scrape(t, a.ID), core.Failed, core.StorageProblem)
		mustSubmits(t, w, 0)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if d, _, err := w.Core.Delivery(t.Context(), owed[0].ID); err != nil || d.Status != core.DeliveryDelivered {
			t.Errorf("the webhook is %s, %v", d.Status, err)
		}
		if n := w.Log.Count("nearly full"); n != 1 {
			t.Errorf("the log says %d times that the disk is nearly full", n)
		}
		left.Store(-1)
		mustEnd(t, w.Scrape(t, a.ID), core.Succeeded, "")
		if s := w.Core.Space(); s.Known || s.Low() || s.Full() {
			t.Errorf("where nobody knows: %+v", s)
		}
	}, room(&left))
}

// A session that lives waits for room without a look, instead of being lost.
func TestAFullDiskAndASession(t *testing.T) {
	var left atomic.Int64
	left.Store(1 << 30)
	world(t, func(t *testing.T, w *coretest.World) {
		a := w.Account(t, persistent)
		begun(t, w, a.ID)
		left.Store(50 << 20)
		w.Bank.OnRead(coretest.Shows(coretest.Credit(0, time.Now())))
		time.Sleep(time.Hour)
		synctest.Wait()
		mustSession(t, w, a.ID, core.SessionRunning)
		if rows, _, err := w.Core.Movements(t.Context(), core.MovementFilter{AccountID: a.ID}); err != nil || len(rows) != 0 {
			t.Errorf("read with a full disk: %+v, %v", rows, err)
		}
		left.Store(1 << 30)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if rows, _, err := w.Core.Movements(t.Context(), core.MovementFilter{AccountID: a.ID}); err != nil || len(rows) != 1 {
			t.Errorf("with room again: %+v, %v", rows, err)
		}
		mustSubmits(t, w, 1)
	}, room(&left))
}
