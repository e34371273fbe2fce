package outbound

import "net"

// hasRoute tells whether the system knows a way to public addresses. Connecting a
// UDP socket only looks up the route: nothing is sent. The addresses are those
// reserved for documentation (RFC 5737, RFC 3849).
func hasRoute() bool {
	for _, address := range []string{"192.0.2.1:9", "[2001:db8::1]:9"} {
		if conn, err := net.Dial("udp", address); err == nil {
			conn.Close() //nolint:errcheck // nothing was written
			return true
		}
	}
	return false
}
