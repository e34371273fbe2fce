// Package outbound makes the HTTP requests this program sends to other people's
// servers. One client, one guarded dialer, nothing followed.
//
// What it refuses to do is the point. It follows no redirect (a POST would become
// a GET, or the payment would be sent on to another host), uses no proxy (the
// proxy would choose the address, past the guard), keeps no cookie, speaks
// HTTP/1.1 only, decompresses nothing, never repeats a request by itself, and
// never dials a link-local, multicast or cloud metadata address, whatever name or
// encoding leads there: the address checked is the one dialled.
//
// What a server answers is hostile text until scrubbed. Errors are sentences for
// people and hold neither the token nor the payload.
package outbound
