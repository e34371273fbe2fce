package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"reconbanker/core"
)

// nameServer answers every name over UDP as told; a nil answer is silence.
func nameServer(t *testing.T, answer func(q dnsmessage.Question) *dnsmessage.Message) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			var q dnsmessage.Message
			if q.Unpack(buf[:n]) != nil || len(q.Questions) == 0 {
				continue
			}
			m := answer(q.Questions[0])
			if m == nil {
				continue
			}
			m.ID, m.Response, m.RecursionAvailable, m.Questions = q.ID, true, true, q.Questions
			if packed, err := m.Pack(); err == nil {
				pc.WriteTo(packed, from)
			}
		}
	}()
	// Go's resolver goes on waiting when nobody listens to it any more: end that.
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() {
		cancel()
		pc.Close()
		<-done
	})
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "udp4", pc.LocalAddr().String())
		if err == nil {
			context.AfterFunc(ctx, func() { conn.Close() })
		}
		return conn, err
	}}
}

// code answers with an error of the name system.
func code(c dnsmessage.RCode) func(dnsmessage.Question) *dnsmessage.Message {
	return func(dnsmessage.Question) *dnsmessage.Message {
		return &dnsmessage.Message{Header: dnsmessage.Header{RCode: c}}
	}
}

// addresses answers with IPv4 addresses.
func addresses(list ...string) func(dnsmessage.Question) *dnsmessage.Message {
	return func(q dnsmessage.Question) *dnsmessage.Message {
		m := &dnsmessage.Message{}
		if q.Type != dnsmessage.TypeA {
			return m
		}
		for _, a := range list {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET},
				Body:   &dnsmessage.AResource{A: netip.MustParseAddr(a).As4()},
			})
		}
		return m
	}
}

func TestNames(t *testing.T) {
	s := plainServer(t, ok)
	_, port, _ := net.SplitHostPort(s.addr)
	for name, c := range map[string]struct {
		answer func(dnsmessage.Question) *dnsmessage.Message
		kind   Kind
		want   string
	}{
		"no such name":     {code(dnsmessage.RCodeNameError), DNS, "no host named"},
		"server failure":   {code(dnsmessage.RCodeServerFailure), DNS, "reports a problem"},
		"refused":          {code(dnsmessage.RCodeRefused), DNS, "reports a problem"},
		"silence":          {func(dnsmessage.Question) *dnsmessage.Message { return nil }, DNS, "not resolved in time"},
		"no address":       {addresses(), DNS, "no host named"},
		"metadata":         {addresses("169.254.169.254"), Refused, "169.254.169.254"},
		"unspecified":      {addresses("0.0.0.0"), Refused, "0.0.0.0"},
		"several, all bad": {addresses("169.254.1.1", "224.0.0.1"), Refused, "never called"},
		"good":             {addresses("127.0.0.1"), "", ""},
		"bad and good":     {addresses("169.254.169.254", "127.0.0.1"), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c2 := client(t, Config{Timeouts: quick, Resolver: nameServer(t, c.answer)})
			url := "http://receiver.test.:" + port + "/"
			if err := c2.CheckURL(url); err != nil {
				t.Fatal(err)
			}
			a, err := send(t, c2, outgoing(url))
			if c.kind == "" {
				if err != nil || a.Status != 200 {
					t.Errorf("%+v, %v", a, err)
				}
				return
			}
			mustFail(t, err, c.kind)
			if err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v does not say %q", err, c.want)
			}
		})
	}
}

// A name that was harmless when it was entered and leads to the metadata address
// when it is dialled.
func TestNameThatChangesItsMind(t *testing.T) {
	s := plainServer(t, ok)
	_, port, _ := net.SplitHostPort(s.addr)
	var turned atomic.Bool
	c := client(t, Config{Policy: OwnersChoice, Resolver: nameServer(t, func(q dnsmessage.Question) *dnsmessage.Message {
		if turned.Load() {
			return addresses("169.254.169.254")(q)
		}
		return addresses("127.0.0.1")(q)
	})})
	o := outgoing(fmt.Sprintf("http://receiver.test.:%s/", port))
	if _, err := send(t, c, o); err != nil {
		t.Fatal(err)
	}
	turned.Store(true)
	c.Close() // the kept connection leads to the address that was checked
	_, err := send(t, c, o)
	mustFail(t, err, Refused)
	if s.count() != 1 {
		t.Errorf("%d requests", s.count())
	}
}

func TestOwnPortIsRefusedWhenDialled(t *testing.T) {
	s := plainServer(t, ok)
	_, port, _ := net.SplitHostPort(s.addr)
	var own int
	fmt.Sscan(port, &own)
	c := client(t, Config{OwnPorts: func() []int { return []int{own} }, Resolver: nameServer(t, addresses("127.0.0.1"))})
	_, err := send(t, c, outgoing("http://receiver.test.:"+port))
	mustFail(t, err, Refused)
	c = client(t, Config{Policy: PublicOnly, Resolver: nameServer(t, addresses("127.0.0.1"))})
	_, err = send(t, c, outgoing("http://receiver.test.:"+port))
	mustFail(t, err, Refused)
	if s.count() != 0 {
		t.Errorf("%d requests", s.count())
	}
}

// Without a network, a name that does not resolve says nothing about its owner.
func TestOffline(t *testing.T) {
	online := true
	silent := nameServer(t, func(dnsmessage.Question) *dnsmessage.Message { return nil })
	c := client(t, Config{Timeouts: quick, Resolver: silent, Online: func() bool { return online }})
	_, err := send(t, c, outgoing("http://receiver.test./"))
	mustFail(t, err, DNS)
	if errors.Is(err, core.ErrOffline) {
		t.Error("with a network, an unknown name is called offline")
	}
	online = false
	_, err = send(t, c, outgoing("http://receiver.test./"))
	mustFail(t, err, Offline)
	if !errors.Is(err, core.ErrOffline) || !strings.Contains(err.Error(), "receiver.test") {
		t.Errorf("%v", err)
	}
	// What is on this computer needs no network.
	s := serve(t, answers("HTTP/1.1 204 No Content\r\n\r\n"))
	if a, err := send(t, c, outgoing("http://"+s.addr)); err != nil || a.Status != 204 {
		t.Errorf("%+v, %v", a, err)
	}
}
