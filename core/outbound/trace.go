package outbound

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"sync/atomic"
)

// trace remembers how far a request came, to word its failure. The transport may
// report from other goroutines, also after the request has ended.
type trace struct {
	shakes    atomic.Bool // a TLS handshake began
	shaken    atomic.Bool // and went well
	connected atomic.Bool // a connection was ours
	answering atomic.Bool // the first byte of an answer came
}

func (t *trace) shaking() bool {
	return t.shakes.Load() && !t.shaken.Load() && !t.connected.Load()
}

func (t *trace) on(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		TLSHandshakeStart: func() { t.shakes.Store(true) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err == nil {
				t.shaken.Store(true)
			}
		},
		GotConn:              func(httptrace.GotConnInfo) { t.connected.Store(true) },
		GotFirstResponseByte: func() { t.answering.Store(true) },
	})
}
