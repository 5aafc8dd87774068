package protect

import (
	"net/url"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// hostOf is the host an indicator lives on, empty if it lives on none.
func hostOf(i fraud.Indicator) string {
	switch i.Kind {
	case fraud.Domain, fraud.RemoteHost:
		return i.Value
	case fraud.Email:
		_, host, _ := strings.Cut(i.Value, "@")
		return host
	case fraud.URL:
		u, err := url.Parse(i.Value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	}
	return ""
}

// parents yields a host and the domains above it, without the top level.
func parents(host string, yield func(string) bool) {
	for strings.Contains(host, ".") {
		if !yield(host) {
			return
		}
		_, host, _ = strings.Cut(host, ".")
	}
}

// coverOf is the latest hold on a domain that i lives on, so that holding a
// site holds its pages and mailboxes too.
func coverOf(i fraud.Indicator, held map[fraud.Indicator]time.Time) time.Time {
	var until time.Time
	for host := range func(yield func(string) bool) { parents(hostOf(i), yield) } {
		until = later(until, held[fraud.Indicator{Kind: fraud.Domain, Value: host}])
	}
	return until
}

// covered says whether a domain that i lives on is on the safe list. A host
// on which anybody may publish covers nothing but itself, and a mail domain
// none of its mailboxes: anybody has one somewhere.
func (r *Rules) covered(i fraud.Indicator, safe map[fraud.Indicator]bool) bool {
	host := hostOf(i)
	if host == "" || i.Kind == fraud.Email || (i.Kind == fraud.URL && r.shared[host]) {
		return false
	}
	if r.Shared(host) {
		return safe[fraud.Indicator{Kind: fraud.Domain, Value: host}]
	}
	for h := range func(yield func(string) bool) { parents(host, yield) } {
		if safe[fraud.Indicator{Kind: fraud.Domain, Value: h}] {
			return true
		}
	}
	return false
}
