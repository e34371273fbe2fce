package outbound

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"reconbanker/core"
	"reconbanker/core/coretest"
)

// A list of 100,000 rows, nearly all of them useless, is read from the wire: the
// few good ones are registered and the rest is counted.
func TestLongPoisonedList(t *testing.T) {
	const rows = 100_000
	var list strings.Builder
	list.WriteString("[")
	for i := range rows {
		if i > 0 {
			list.WriteString(",")
		}
		if i%10_000 == 0 {
			fmt.Fprintf(&list, `{"external_id":"G%d","amount":"%d.00","currency":"UYU","name":"Acme SA"}`, i, 1+i)
		} else {
			fmt.Fprintf(&list, `{"external_id":%d,"amount":"","currency":"UYU","name":"x"}`, i)
		}
	}
	list.WriteString("]")
	s := serve(t, func(s *server, conn net.Conn) {
		for r := bufio.NewReader(conn); s.read(r) != nil; {
			fmt.Fprint(conn, jsonList(list.String()))
		}
	})
	store := coretest.NewStore()
	bank := coretest.NewBank()
	c := core.New(core.Config{
		Store: store, Vault: &coretest.Vault{}, Sender: coretest.NewSender(), Fetcher: client(t, Config{}), Log: zerolog.Nop(),
	})
	if err := c.SetOperationMode(t.Context(), core.Reconcile, "test"); err != nil {
		t.Fatal(err)
	}
	a := core.Account{ID: "0197-a", Bank: bank.Info().Code, Name: "Caja", Status: core.Active}
	if err := store.CreateAccount(t.Context(), a, core.Audit{}); err != nil {
		t.Fatal(err)
	}
	settings := core.Settings{AccountID: a.ID, PendingOrdersEndpoint: "http://" + s.addr, PollingMethod: "GET", AuthType: core.Bearer}
	if err := store.SaveSettings(t.Context(), settings, nil, nil, core.Audit{}); err != nil {
		t.Fatal(err)
	}
	f, err := c.PollNow(t.Context(), a.ID, "test")
	if err != nil || f.Accepted != 10 || f.Rejected != rows-10 || len(f.RejectedTop) != 100 || f.RejectedTop[99].Position != 101 {
		t.Errorf("accepted %d, rejected %d, kept %d, %v", f.Accepted, f.Rejected, len(f.RejectedTop), err)
	}
}
