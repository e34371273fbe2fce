package browser

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// wall says which hosts a tab may reach.
type wall struct {
	rules []rule
}

type rule struct {
	host string // lower case, without brackets
	port string // "" means any
	sub  bool   // subdomains of host rather than host itself
}

// newWall reads the entries of TabOptions.Hosts: "bank.example",
// "*.bank.example" (its subdomains, not itself), "127.0.0.1:8080", "[::1]:8080".
func newWall(hosts []string) (wall, error) {
	var w wall
	for _, h := range hosts {
		r, err := parseRule(h)
		if err != nil {
			return wall{}, err
		}
		w.rules = append(w.rules, r)
	}
	if len(w.rules) == 0 {
		return wall{}, errors.New("a tab needs at least one host it may reach")
	}
	return w, nil
}

func parseRule(entry string) (rule, error) {
	host := strings.ToLower(strings.TrimSpace(entry))
	var r rule
	if h, p, err := net.SplitHostPort(host); err == nil {
		if _, err := strconv.ParseUint(p, 10, 16); err != nil {
			return rule{}, fmt.Errorf("%q has a port that is not a number", entry)
		}
		host, r.port = h, p
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if rest, ok := strings.CutPrefix(host, "*."); ok {
		r.sub, host = true, rest
		if !strings.Contains(rest, ".") {
			return rule{}, fmt.Errorf("%q would allow a whole top-level domain", entry)
		}
	}
	if host == "" || strings.ContainsAny(host, "*/@?#;, ") {
		return rule{}, fmt.Errorf("%q is not a host such as bank.example or *.bank.example", entry)
	}
	r.host = host
	return r, nil
}

// allows tells whether an address of the web may be reached. Other schemes are
// never allowed.
func (w wall) allows(u *url.URL) bool {
	port := u.Port()
	if port == "" {
		switch u.Scheme {
		case "http", "ws":
			port = "80"
		case "https", "wss":
			port = "443"
		}
	}
	switch u.Scheme {
	case "http", "https", "ws", "wss":
	default:
		return false
	}
	host := strings.ToLower(u.Hostname())
	for _, r := range w.rules {
		if r.port != "" && r.port != port {
			continue
		}
		if r.sub && strings.HasSuffix(host, "."+r.host) || !r.sub && host == r.host {
			return true
		}
	}
	return false
}

// verdict tells whether a paused request may go on. Addresses that touch no
// network (data:, blob:, about:) may, except as a top document.
func (w wall) verdict(address string, top bool) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "data", "blob":
		return !top
	case "about":
		return true
	}
	return w.allows(u)
}

// bypass is the proxy bypass list of the tab's network context: what is not
// listed is sent to a proxy that does not exist. The first entry takes back
// Chromium's own exception for loopback addresses.
func (w wall) bypass() string {
	list := []string{"<-loopback>"}
	for _, r := range w.rules {
		h := r.host
		if strings.Contains(h, ":") {
			h = "[" + h + "]"
		}
		if r.sub {
			h = "*." + h
		}
		if r.port != "" {
			h += ":" + r.port
		}
		list = append(list, h)
	}
	return strings.Join(list, ";")
}

// trusted tells whether a secret may be typed into a document at this address.
func (w wall) trusted(u *url.URL) error {
	if !w.allows(u) {
		return fmt.Errorf("the page is %s, which is not this bank's", origin(u))
	}
	if u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()) {
		return nil
	}
	return fmt.Errorf("the page %s is not protected by https", origin(u))
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// origin returns scheme and host of an address: all that may be told of one
// that is not the bank's.
func origin(u *url.URL) string {
	if u.Host == "" {
		return u.Scheme + ":"
	}
	return u.Scheme + "://" + u.Host
}

func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that cannot be read"
	}
	return origin(u)
}

// plain returns an address without user, query and fragment.
func plain(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.User, u.RawQuery, u.Fragment, u.RawFragment, u.ForceQuery = nil, "", "", "", false
	if u.Opaque != "" {
		return u.Scheme + ":"
	}
	return u.String()
}
