package outbound

import (
	"encoding/binary"
	"net/netip"
)

// reach says how far away an address is, as far as the policy cares.
type reach int

// From harmless to never; of two readings of one address the higher counts.
const (
	public reach = iota
	private
	loopback
	never
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

var (
	// neverPrefixes are not anybody's server: this network, link-local, multicast,
	// reserved and broadcast (RFC 6890, RFC 4291, RFC 3879).
	neverPrefixes = prefixes("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "fe80::/10", "ff00::/8", "::/128")
	// metadata are the addresses at which clouds hand out credentials and that are
	// not link-local: AWS and Google over IPv6, Alibaba, Azure, Oracle.
	metadata = prefixes("fd00:ec2::254/128", "fd20:ce::254/128", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32")

	loopbackPrefixes = prefixes("127.0.0.0/8", "::1/128")
	// privatePrefixes are legitimate on a desktop and not globally reachable:
	// RFC 1918, RFC 6598, RFC 4193, RFC 3879, documentation and benchmarks.
	privatePrefixes = prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fec0::/10",
		"192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20", "100::/64")

	wellKnownNAT64 = netip.MustParsePrefix("64:ff9b::/96")    // RFC 6052
	localNAT64     = netip.MustParsePrefix("64:ff9b:1::/48")  // RFC 8215
	sixToFour      = netip.MustParsePrefix("2002::/16")       // RFC 3056
	teredo         = netip.MustParsePrefix("2001::/32")       // RFC 4380
	compatible     = netip.MustParsePrefix("::/96")           // RFC 4291 §2.5.5.1
	translated     = netip.MustParsePrefix("::ffff:0:0:0/96") // RFC 2765
)

// normal strips the zone, which net.ParseIP would choke on, and the mapping of
// IPv4 into IPv6.
func normal(a netip.Addr) netip.Addr { return a.WithZone("").Unmap() }

// reachOf classifies an address and every IPv4 address hidden in it.
func reachOf(a netip.Addr) reach {
	a = normal(a)
	r := plainReach(a)
	for _, inner := range embedded(a) {
		r = max(r, plainReach(inner))
	}
	return r
}

func plainReach(a netip.Addr) reach {
	switch {
	case !a.IsValid(), within(a, neverPrefixes), within(a, metadata):
		return never
	case within(a, loopbackPrefixes):
		return loopback
	case within(a, privatePrefixes):
		return private
	default:
		return public
	}
}

func within(a netip.Addr, list []netip.Prefix) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// embedded lists the IPv4 addresses that a gateway could take out of an IPv6
// address and call.
func embedded(a netip.Addr) []netip.Addr {
	if !a.Is6() {
		return nil
	}
	b := a.As16()
	low := netip.AddrFrom4([4]byte(b[12:16]))
	switch {
	case a == netip.IPv6Loopback() || a == netip.IPv6Unspecified():
		return nil
	case wellKnownNAT64.Contains(a), compatible.Contains(a), translated.Contains(a):
		return []netip.Addr{low}
	case localNAT64.Contains(a):
		// RFC 6052 §2.2: a /48 puts the address around byte 8, a /96 at the end.
		return []netip.Addr{low, netip.AddrFrom4([4]byte{b[6], b[7], b[9], b[10]})}
	case sixToFour.Contains(a):
		return []netip.Addr{netip.AddrFrom4([4]byte(b[2:6]))}
	case teredo.Contains(a):
		var client [4]byte
		binary.BigEndian.PutUint32(client[:], ^binary.BigEndian.Uint32(b[12:]))
		return []netip.Addr{netip.AddrFrom4([4]byte(b[4:8])), netip.AddrFrom4(client)}
	case b[8]&^2 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe: // ISATAP, RFC 5214 §6.1
		return []netip.Addr{low}
	}
	return nil
}
