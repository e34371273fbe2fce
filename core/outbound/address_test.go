package outbound

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestReach(t *testing.T) {
	for list, want := range map[string]reach{
		"8.8.8.8 1.1.1.1 2606:4700::1111 172.15.0.1 172.32.0.1 192.167.0.1 100.63.0.1 100.128.0.1 169.253.0.1 223.255.255.255": public,
		"10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 fd12::1 fec0::1 192.0.2.1 198.18.0.1 2001:db8::1":           private,
		"127.0.0.1 127.255.255.255 ::1": loopback,
		"169.254.169.254 169.254.0.1 0.0.0.0 0.1.2.3 224.0.0.1 239.255.255.250 255.255.255.255 240.0.0.1": never,
		"fe80::1 febf::1 ff02::1 ff0e::1 ::":                                   never,
		"fd00:ec2::254 fd20:ce::254 100.100.100.200 168.63.129.16 192.0.0.192": never,
		// The metadata address in every disguise.
		"fe80::1%eth0 fe80::1%lo ::ffff:169.254.169.254 ::ffff:a9fe:a9fe ::169.254.169.254 ::ffff:0:169.254.169.254":    never,
		"64:ff9b::169.254.169.254 64:ff9b::a9fe:a9fe 64:ff9b:1::a9fe:a9fe 64:ff9b:1:a9fe:a9:fe00::":                     never,
		"2002:a9fe:a9fe:: 2002:a9fe:a9fe::1 2001:0:a9fe:a9fe::1 2001:0:101:101:0:0:5601:5601 2606:4700::5efe:a9fe:a9fe": never,
		"::ffff:10.0.0.1 64:ff9b::10.0.0.1 2002:a00:1::1 ::10.0.0.1":                                                    private,
		"::ffff:127.0.0.1 64:ff9b::127.0.0.1 2002:7f00:1::":                                                             loopback,
		"64:ff9b::8.8.8.8 2002:808:808::1 ::ffff:8.8.8.8":                                                               public,
	} {
		for _, s := range strings.Fields(list) {
			if got := reachOf(netip.MustParseAddr(s)); got != want {
				t.Errorf("%s: %d, want %d", s, got, want)
			}
		}
	}
	if reachOf(netip.Addr{}) != never {
		t.Error("no address may be called")
	}
}

// Whatever an address hides in, it cannot become more harmless.
func TestNoDisguiseHelps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v4 := [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "v4"))
		plain := reachOf(netip.AddrFrom4(v4))
		for _, prefix := range []string{"::ffff:0:0", "64:ff9b::", "::ffff:0:0:0"} {
			b := netip.MustParseAddr(prefix).As16()
			copy(b[12:], v4[:])
			if got := reachOf(netip.AddrFrom16(b)); got < plain {
				t.Fatalf("%s with %v: %d, plain %d", prefix, v4, got, plain)
			}
		}
		six := [16]byte{0x20, 0x02, v4[0], v4[1], v4[2], v4[3]}
		if got := reachOf(netip.AddrFrom16(six)); got < plain {
			t.Fatalf("6to4 with %v: %d, plain %d", v4, got, plain)
		}
	})
}

func TestPolicies(t *testing.T) {
	owner := New(Config{OwnPorts: func() []int { return []int{8765} }})
	public := New(Config{Policy: PublicOnly})
	for addr, allowed := range map[string][2]bool{ // by the owner's choice, public only
		"8.8.8.8:443":             {true, true},
		"8.8.8.8:8765":            {true, true},
		"10.0.0.1:80":             {true, false},
		"127.0.0.1:80":            {true, false},
		"[::1]:80":                {true, false},
		"[fd12::1]:80":            {true, false},
		"100.64.0.1:80":           {true, false},
		"127.0.0.1:8765":          {false, false},
		"127.1.2.3:8765":          {false, false},
		"[::1]:8765":              {false, false},
		"[::ffff:127.0.0.1]:8765": {false, false},
		"169.254.169.254:80":      {false, false},
		"[fe80::1%lo]:80":         {false, false},
		"[64:ff9b::a9fe:a9fe]:80": {false, false},
		"0.0.0.0:80":              {false, false},
		"nonsense":                {false, false},
	} {
		for i, c := range []*Client{owner, public} {
			err := c.control(t.Context(), "tcp", addr, nil)
			if (err == nil) != allowed[i] {
				t.Errorf("policy %d, %s: %v", i, addr, err)
			}
			if err != nil {
				mustFail(t, err, Refused)
			}
		}
	}
	own, err := netip.ParseAddr("127.0.0.1")
	if err != nil || !ours(own) || ours(netip.MustParseAddr("8.8.8.8")) {
		t.Error("this computer does not know its own addresses")
	}
}

func TestCheckURL(t *testing.T) {
	c := New(Config{OwnPorts: func() []int { return []int{8765} }})
	for _, good := range []string{
		"https://example.com", "http://example.com:8080/hook?a=b&c=%20", "HTTPS://EXAMPLE.com/", "http://localhost:3000/x",
		"http://192.168.1.20/erp", "http://[::1]:3000/", "http://[fd12::1]/", "https://ñandú.example/", "https://xn--and-6ma2c.example",
		"http://my_server/x", "http://erp", "https://example.com./x", "http://10.0.0.1:8765/", "https://1.example", "https://0x7f.example/",
	} {
		if err := c.CheckURL(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for bad, kind := range map[string]Kind{
		"": BadRequest, "example.com": BadRequest, "//example.com": BadRequest, "ftp://example.com": BadRequest, "file:///etc/passwd": BadRequest,
		"gopher://x": BadRequest, "javascript:alert(1)": BadRequest, "http://": BadRequest, "http://:80": BadRequest, "https:example.com": BadRequest,
		"http://user@example.com": BadRequest, "http://user:pass@example.com": BadRequest, "http://@example.com": BadRequest,
		"http://example.com/#part": BadRequest, "http://example.com/#": BadRequest,
		"http://example.com:0": BadRequest, "http://example.com:65536": BadRequest, "http://example.com:x": BadRequest,
		"http://exa mple.com": BadRequest, "http://example.com/\n": BadRequest, "http://example.com/\x00": BadRequest, " http://example.com": BadRequest,
		"http://" + strings.Repeat("a", 300) + ".com": BadRequest, "http://example.com/" + strings.Repeat("a", maxURL): BadRequest,
		"http://2130706433/": BadRequest, "http://0x7f000001/": BadRequest, "http://0177.0.0.1/": BadRequest, "http://127.1/": BadRequest,
		"http://0xa9.0xfe.0xa9.0xfe/": BadRequest, "http://169.254.43518/": BadRequest, "http://1.2.3.4.5/": BadRequest, "http://999.1.1.1/": BadRequest,
		"http://[::1": BadRequest, "http://[nonsense]/": BadRequest,
		"http://169.254.169.254/latest": Refused, "http://[::ffff:169.254.169.254]/": Refused, "http://[fe80::1%25eth0]/": Refused,
		"http://[64:ff9b::a9fe:a9fe]/": Refused, "http://[2002:a9fe:a9fe::1]/": Refused, "http://0.0.0.0:80/": Refused, "http://[::]/": Refused,
		"http://255.255.255.255/": Refused, "http://224.0.0.1/": Refused, "http://100.100.100.200/": Refused,
		"http://１６９.２５４.１６９.２５４/": Refused, "http://169。254。169。254/": Refused, "http://169.254.169.254./": Refused,
		"http://localhost:8765/": Refused, "http://127.0.0.1:8765/": Refused, "http://[::1]:8765": Refused, "http://LOCALHOST.:8765": Refused, "http://a.localhost:8765": Refused,
	} {
		err := c.CheckURL(bad)
		var e *Error
		if !errors.As(err, &e) || e.Kind != kind {
			t.Errorf("%q: %v, want %s", bad, err, kind)
		}
	}
	public := New(Config{Policy: PublicOnly})
	for _, bad := range []string{"http://localhost/", "http://127.0.0.1/", "http://10.1.1.1/", "http://[fd12::1]/", "http://100.64.1.1"} {
		mustFail(t, public.CheckURL(bad), Refused)
	}
	if err := public.CheckURL("https://example.com"); err != nil {
		t.Error(err)
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, s := range []string{"http://example.com/x?y#z", "http://[fe80::1%25a]:80", "http://a:b@c", "https://１２７.1"} {
		f.Add(s)
	}
	c := New(Config{})
	f.Fuzz(func(t *testing.T, raw string) {
		err := c.CheckURL(raw)
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Fatal(err)
		}
		if u, e := c.parse(raw); (e == nil) != (err == nil) || e == nil && (u.User != nil || u.Hostname() == "") {
			t.Fatalf("%q: %v, %v", raw, e, err)
		}
	})
}
