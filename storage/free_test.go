package storage_test

import (
	"testing"

	"reconbanker/storage/storagetest"
)

func TestFree(t *testing.T) {
	if n, err := storagetest.Open(t).Free(); err != nil || n <= 0 {
		t.Errorf("%d bytes are free, %v", n, err)
	}
}
