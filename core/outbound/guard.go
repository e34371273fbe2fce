package outbound

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/net/idna"
)

// Policy says which addresses may be called besides public ones.
type Policy int

// Policies. Link-local, multicast and metadata addresses are refused by both.
const (
	// OwnersChoice allows private and loopback addresses: a desktop talks to the
	// accounting program next door.
	OwnersChoice Policy = iota
	// PublicOnly allows globally reachable addresses only.
	PublicOnly
)

const maxURL = 2048 // characters

// control runs after the name was resolved and before the socket connects, for
// every address tried, so that a name cannot change its mind in between.
func (c *Client) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fail(Refused, "the address %q cannot be checked", address)
	}
	if e := c.refuse(to.Addr(), int(to.Port())); e != nil {
		return e
	}
	return nil
}

// refuse applies the policy to one address; nil means it may be called.
func (c *Client) refuse(a netip.Addr, port int) *Error {
	a = normal(a)
	switch r := reachOf(a); {
	case r == never:
		return fail(Refused, "%s is never called: it is a link-local, multicast, reserved or cloud metadata address", a)
	case c.cfg.Policy == PublicOnly && r != public:
		return fail(Refused, "%s is not a public address, and only public addresses are allowed in the settings", a)
	case slices.Contains(c.cfg.OwnPorts(), port) && (r == loopback || ours(a)):
		return fail(Refused, "port %d of this computer is Reconbanker's own", port)
	}
	return nil
}

// ours tells whether an address belongs to this computer.
func ours(a netip.Addr) bool {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return true // unknown: the caller asks only about our own port
	}
	for _, i := range list {
		if n, ok := i.(*net.IPNet); ok {
			if own, ok := netip.AddrFromSlice(n.IP); ok && normal(own) == a {
				return true
			}
		}
	}
	return false
}

// CheckURL implements core.Sender. It looks at the text only; a name that leads to
// a forbidden address is refused when it is dialled.
func (c *Client) CheckURL(raw string) error {
	if _, err := c.parse(raw); err != nil {
		return err
	}
	return nil
}

func (c *Client) parse(raw string) (*url.URL, *Error) {
	if len(raw) > maxURL {
		return nil, fail(BadRequest, "the address is too long: at most %d characters", maxURL)
	}
	if strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return nil, fail(BadRequest, "the address holds a space or a control character")
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, fail(BadRequest, "the address cannot be understood: it must look like https://example.com/path")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fail(BadRequest, "the address must begin with https:// or http://")
	case u.Host == "" || u.Hostname() == "":
		return nil, fail(BadRequest, "the address has no host: it must look like https://example.com/path")
	case u.User != nil:
		return nil, fail(BadRequest, "the address must not hold a user name or password: use the token")
	case u.Fragment != "" || strings.HasSuffix(raw, "#"):
		return nil, fail(BadRequest, "leave off the part from # on: it is never sent")
	}
	port := 80
	if u.Scheme == "https" {
		port = 443
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			return nil, fail(BadRequest, "the port must be from 1 to 65535")
		}
	}
	if e := c.checkHost(u.Hostname(), port); e != nil {
		return nil, e
	}
	return u, nil
}

// checkHost refuses literal addresses by policy, and numbers that some resolvers
// take for an address ("2130706433", "0x7f.1", "127.1").
func (c *Client) checkHost(host string, port int) *Error {
	if a, err := netip.ParseAddr(host); err == nil {
		return c.refuse(a, port)
	}
	if strings.Contains(host, ":") {
		return fail(BadRequest, "%s is not an address", host)
	}
	name, err := idna.Lookup.ToASCII(host)
	if err != nil {
		// Underscores and the like are not host names, but people's servers have them.
		name = strings.ToLower(host)
		if !ascii(name) {
			return fail(BadRequest, "the host name %q cannot be used", host)
		}
	}
	name = strings.TrimSuffix(name, ".")
	if name == "" || len(name) > 253 {
		return fail(BadRequest, "the host name is empty or too long")
	}
	if a, err := netip.ParseAddr(name); err == nil { // after full-width digits were mapped
		return c.refuse(a, port)
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	if numeric(last) {
		return fail(BadRequest, "write the host as a name or as four numbers such as 192.168.1.20")
	}
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return c.refuse(netip.IPv6Loopback(), port)
	}
	return nil
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

// numeric tells whether a last label makes the host an IPv4 address by the rules
// browsers follow (WHATWG URL, "ends in a number").
func numeric(label string) bool {
	if hex, ok := strings.CutPrefix(strings.ToLower(label), "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return label != "" && strings.Trim(label, "0123456789") == ""
}
