package storage_test

import (
	"testing"

	"reconbanker/core"
	"reconbanker/storage/storagetest"
)

// TestLateSender: a movement whose sender the bank shows only later is decided
// about then, once; one that was sent or set aside meanwhile is left alone.
func TestLateSender(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	const url = "http://127.0.0.1:1/hook"
	nameless := storagetest.Lines(1, 3)
	for i := range nameless {
		nameless[i].Sender = ""
	}
	kept := storagetest.MustKeep(t, s, a.ID, "", nameless)
	aside := kept.Fresh[1]
	if _, err := s.ChangeMovement(t.Context(), a.ID, aside.ID, func(m *core.Movement) ([]core.Delivery, error) {
		m.ExcludedAt = storagetest.Day
		return nil, nil
	}, core.Audit{}); err != nil {
		t.Fatal(err)
	}
	named := storagetest.Lines(1, 2)
	for range 2 {
		if kept := storagetest.MustKeep(t, s, a.ID, url, append(named, nameless[2])); len(kept.Fresh) != 0 {
			t.Fatalf("stored lines came as new: %+v", kept.Fresh)
		}
		owed, total, err := s.Deliveries(t.Context(), core.DeliveryFilter{AccountID: a.ID, Limit: 10})
		if err != nil || total != 1 || owed[0].SubjectID != nameID(t, s, a.ID, kept.Fresh[0].ID) {
			t.Fatalf("owed %+v (%d), %v", owed, total, err)
		}
	}
}

func nameID(t *testing.T, s core.Store, account, id string) string {
	t.Helper()
	m, err := s.Movement(t.Context(), account, id)
	if err != nil || m.Sender == "" {
		t.Fatalf("its sender is not known: %+v, %v", m, err)
	}
	return m.ID
}
