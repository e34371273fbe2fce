package core_test

import (
	"testing"

	"reconbanker/core"
	"reconbanker/core/coretest"
)

func TestStoreInMemoryKeepsTheContract(t *testing.T) {
	coretest.StoreContract(t, func(*testing.T) core.Store { return coretest.NewStore() })
}
