package storage_test

import (
	"testing"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/storage/storagetest"
)

// TestContract holds SQLite to what core's tests assume of every store.
func TestContract(t *testing.T) {
	coretest.StoreContract(t, func(t *testing.T) core.Store { return storagetest.Open(t) })
}
