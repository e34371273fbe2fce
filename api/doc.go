// Package api serves the documented HTTP API: a thin translation of core's verbs
// into routes, for machines of the owner's.
//
// It decides nothing about banks, movements or webhooks. What it does decide is
// who may ask: every request passes the same gate (who is named as host, from
// which page it comes, how large it is, whose token or key it shows) before a
// route sees it. openapi.yaml describes every route, and the tests hold every
// answer to it.
package api
