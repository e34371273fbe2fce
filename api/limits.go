package api

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limiter gives each key so many tries in a window, and then one at a time.
type limiter struct {
	now   func() time.Time
	each  rate.Limit
	burst int

	mu   sync.Mutex
	seen map[string]*rate.Limiter
}

// maxSeen is how many keys a limiter remembers before it forgets the idle ones.
const maxSeen = 4096

func newLimiter(now func() time.Time, burst int, window time.Duration) *limiter {
	return &limiter{now: now, each: rate.Every(window / time.Duration(burst)), burst: burst, seen: map[string]*rate.Limiter{}}
}

// take spends a try of a key, or says when there will be one again.
func (l *limiter) take(key string) error {
	now := l.now()
	l.mu.Lock()
	one := l.seen[key]
	if one == nil {
		l.sweep(now)
		one = rate.NewLimiter(l.each, l.burst)
		l.seen[key] = one
	}
	l.mu.Unlock()
	r := one.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	r.CancelAt(now)
	return tooMany(wait)
}

// sweep forgets keys that have all their tries again; when that is not enough,
// all of them: whoever has so many addresses is not stopped by counting them.
func (l *limiter) sweep(now time.Time) {
	if len(l.seen) < maxSeen {
		return
	}
	for k, one := range l.seen {
		if one.TokensAt(now) >= float64(l.burst) {
			delete(l.seen, k)
		}
	}
	if len(l.seen) >= maxSeen {
		clear(l.seen)
	}
}

// clientOf names who is at the other end: an IPv4 address, or the /64 network of
// an IPv6 one, which is as little as anybody has.
func clientOf(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return remote
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() || ip.IsLoopback() {
		return ip.String()
	}
	p, _ := ip.Prefix(64) // 64 is a length every IPv6 address has
	return p.String()
}
