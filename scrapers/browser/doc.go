// Package browser opens the browser tabs that bank drivers work in: a warm
// Chromium behind a pipe, one isolated in-memory context per tab, and a wall
// that keeps every tab on the hosts of its own bank.
//
// A Pool is a scrapers.Opener. It starts the browser when the first tab is
// asked for, keeps it warm, closes it after a while without tabs and starts
// another after a crash. There is never a listening socket: commands travel over
// two inherited pipes, and when this process dies, however it dies, the pipes
// close and the browser ends.
//
// The wall has two layers. Every request of a tab, of its frames, workers and
// redirects is paused by the browser and let go only to an allowed host. Beneath
// it the tab's network context sends all other hosts to a proxy that does not
// exist, so that what cannot be paused (preconnects, web sockets, name look-ups)
// goes nowhere either. One consequence: a site that omits its intermediate
// certificates is refused, because fetching them from the issuer is a foreign
// request.
//
// Secrets: FillSecret reveals a value only when the document is the bank's, over
// https (or on a loopback host), and the field can be seen and edited; the bytes
// are cleared once typed. A typed secret arms the tab, so that only Submit can
// click, and Submit asks BeforeSubmit first. A secret whose name begins with
// "code" is a one-time code: it is typed under the same rules but does not arm
// the tab, so Click sends it.
package browser
