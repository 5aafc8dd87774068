package extract

import (
	"hash/maphash"
	"strings"

	"ringbreaker.example/fraud"
)

// hostFacts is what is known of a host name, each part worked out when it is
// first asked for. Names come again and again, in a URL, in the text beside
// it, in the next report of the same ring, and the lists behind the answers
// are long.
type hostFacts struct {
	raw      string // as it was asked for
	known    hostKnown
	shares   sharedBy
	valid    bool // canonicalDomain's answer
	ok       bool
	name     string
	site     string // [Site]'s answer
	owner    string // whose it is by the list that is built in, "" for nobody's
	likeness string // how it imitates a brand, "" if it does not
	why      [2]string
}

type hostKnown uint8

const (
	hostName hostKnown = 1 << iota
	hostSite
	hostOwner
	hostLikeness
	hostShared
)

// sharedBy is what many unrelated people use a host for.
type sharedBy uint8

const (
	sharedPages sharedBy = 1 << iota
	sharedMail
	sharedStock // of pages, with files that it serves to everybody
)

// hostCache holds the hosts that were asked for lately, one for each hash.
type hostCache [256]hostFacts

var hostSeed = maphash.MakeSeed()

// host is what is known of a host name as it is written. It is good until
// the next call.
func (x *scan) host(raw string) *hostFacts {
	if x.hosts == nil {
		x.hosts = new(hostCache)
	}
	h := &x.hosts[maphash.String(hostSeed, raw)%uint64(len(x.hosts))]
	if h.raw != raw {
		*h = hostFacts{raw: strings.Clone(raw)}
	}
	return h
}

// canonical is canonicalDomain of the host.
func (h *hostFacts) canonical() (name string, valid, ok bool) {
	if h.known&hostName == 0 {
		h.known |= hostName
		h.name, h.valid, h.ok = canonicalDomain(h.raw)
	}
	return h.name, h.valid, h.ok
}

// siteOf is [Site] of the host.
func (h *hostFacts) siteOf() string {
	if h.known&hostSite == 0 {
		h.known |= hostSite
		h.site = Site(h.raw)
	}
	return h.site
}

// genuineOf is whose the host is by the list that is built in.
func (h *hostFacts) genuineOf() string {
	if h.known&hostOwner == 0 {
		h.known |= hostOwner
		if mayBeGenuine(h.raw) {
			h.owner = builtinSafe.ownerOf(h.raw, h.siteOf())
		}
	}
	return h.owner
}

// builtinHosts are the genuine hosts of the list that is built in.
var builtinHosts = func() map[string]bool {
	m := map[string]bool{}
	for ind := range builtinSafe {
		if ind.Kind == fraud.Domain {
			m[ind.Value] = true
		}
	}
	return m
}()

// mayBeGenuine says quickly of most hosts that the list that is built in does
// not have them, nor a name above them, and that they are no government's.
func mayBeGenuine(host string) bool {
	if ofGovernment(host) != "" {
		return true
	}
	for {
		if builtinHosts[host] {
			return true
		}
		at := strings.IndexByte(host, '.')
		if at < 0 {
			return false
		}
		host = host[at+1:]
	}
}

// imitates says how the host imitates a brand.
func (h *hostFacts) imitates() string {
	if h.known&hostLikeness == 0 {
		h.known |= hostLikeness
		if h.genuineOf() == "" {
			_, h.likeness = lookAlike(h.raw)
		}
	}
	return h.likeness
}

// sharing is what many unrelated people use the host for.
func (h *hostFacts) sharing() sharedBy {
	if h.known&hostShared == 0 {
		h.known |= hostShared
		if shared.host[h.raw] {
			h.shares |= sharedPages
		}
		if shared.mail[h.raw] {
			h.shares |= sharedMail
		}
		if shared.stock[h.raw] {
			h.shares |= sharedStock
		}
	}
	return h.shares
}

// withLikeness adds to a reason how the host imitates a brand. The last
// reason is kept: a host seldom has two.
func (h *hostFacts) withLikeness(why string) string {
	how := h.imitates()
	if how == "" {
		return why
	}
	if h.why[0] != why {
		subject := "; the name is "
		if strings.HasPrefix(how, "carries") {
			subject = "; the host "
		}
		h.why = [2]string{why, why + subject + how}
	}
	return h.why[1]
}

// urlHost is the host of a URL in canonical form, its port included.
func urlHost(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	return rest[:hostLength(rest)]
}

// genuine says whose value an indicator is by the list that is built in, ""
// if nobody's known. It is SafeList.owner with the hosts remembered.
func (x *scan) genuine(ind fraud.Indicator) string {
	switch ind.Kind {
	case fraud.Phone:
		if phoneFilter.mayString(ind.Value) {
			return builtinPhones[ind.Value]
		}
	case fraud.Domain:
		return x.host(ind.Value).genuineOf()
	case fraud.URL:
		if h := x.host(urlHost(ind.Value)); h.sharing()&sharedPages == 0 {
			return h.genuineOf()
		}
	case fraud.Email:
		_, host, _ := strings.Cut(ind.Value, "@")
		if h := x.host(host); h.sharing()&sharedMail == 0 {
			return h.genuineOf()
		}
	}
	return ""
}

// builtinPhones are the genuine numbers of the list that is built in, which
// has hosts and phone numbers only.
var builtinPhones = func() map[string]string {
	m := map[string]string{}
	for ind, owner := range builtinSafe {
		if ind.Kind == fraud.Phone {
			m[ind.Value] = owner
		}
	}
	return m
}()

// phoneFilter is that of builtinPhones.
var phoneFilter = func() (f filter) {
	for number := range builtinPhones {
		f.add(number)
	}
	return f
}()

// domain is canonicalDomain of what stands in the text.
func (x *scan) domain(raw string) (string, bool, bool) { return x.host(raw).canonical() }

// webAddress is canonicalURL, without a new string for a URL that is written
// in its canonical form already, as most are.
func (x *scan) webAddress(raw string) (string, bool, bool) {
	rest, found := strings.CutPrefix(raw, "https://")
	if !found {
		rest, found = strings.CutPrefix(raw, "http://")
	}
	if !found || len(raw) > maxURL {
		return canonicalURL(raw)
	}
	cut := hostLength(rest)
	host, path := rest[:cut], rest[cut:]
	if path == "/" || path != "" && path[0] != '/' {
		return canonicalURL(raw)
	}
	for i := range len(host) {
		if c := host[i]; !isLower(c) && !isDigit(c) && c != '.' && c != '-' {
			return canonicalURL(raw)
		}
	}
	for i := range len(path) {
		if c := path[i]; c <= ' ' || c == '<' || c == '>' || c == '"' || c == '#' || c == '[' || c == '(' || c == '{' || c == '\\' {
			return canonicalURL(raw)
		}
	}
	name, valid, ok := x.domain(host)
	if !ok || name != host || host[0]-'0' <= 9 && looksLikeIP(host) {
		return canonicalURL(raw)
	}
	return raw, valid, true
}

// mailAddress is canonicalEmail, without a new string for an address in its
// canonical form.
func (x *scan) mailAddress(raw string) (string, bool, bool) {
	at := strings.IndexByte(raw, '@')
	if at < 1 || at > 64 || raw[0] == '.' || raw[at-1] == '.' || strings.HasPrefix(raw, "mailto:") {
		return canonicalEmail(raw)
	}
	for i := range at {
		if c := raw[i]; !isLower(c) && !isDigit(c) && c != '_' && c != '-' && c != '+' && (c != '.' || raw[i+1] == '.') {
			return canonicalEmail(raw)
		}
	}
	host := raw[at+1:]
	name, valid, ok := x.domain(host)
	if !ok || name != host || strings.IndexByte(host, '@') >= 0 {
		return canonicalEmail(raw)
	}
	return raw, valid, true
}

// siteAlone is what [scan.run] finds in a text that is one URL in canonical
// form, beside the URL: its host. ok is false where there may be more to it.
func (x *scan) siteAlone(url string, safe SafeList) (f Finding, ok bool) {
	host := urlHost(url)
	start := strings.Index(url, "://") + len("://")
	digits := 0 // and "&": had an entity begun there, the canonical form would not have it
	for i := start + len(host); i < len(url); i++ {
		if c := url[i]; isDigit(c) {
			digits++
		} else if c != '&' && foldClass[c] != 0 || c == '{' || c == '|' || c == '^' || c == '`' || c == '\'' || c == '*' || c == '~' || c == ')' || c == ']' {
			return f, false
		}
	}
	if tenant(host) != "" || fetchesClient(url) {
		return f, false
	}
	if _, _, found := handleOfURL(url); found || digits >= 9 || strings.IndexByte(".,;:!?_", url[len(url)-1]) >= 0 || len(url) > maxURL {
		return f, false
	}
	if _, valid, ok := x.domain(host); !ok || !valid || looksLikeIP(host) || !printable(host) {
		return f, false
	}
	f = Finding{
		Indicator: fraud.Indicator{Kind: fraud.Domain, Value: withoutWWW(host)}, Raw: url[start : start+len(host)],
		Start: start, End: start + len(host), Valid: true, Role: fraud.RoleLure, Why: "the text leads there",
	}
	x.opt = Options{Safe: safe, FromFraudster: true}
	if owner := x.ownerOf(f.Indicator); owner != "" {
		f.Role, f.Why = fraud.RoleGenuineBrand, "genuine: it is "+owner+"'s own"
	} else {
		x.judgeHost(&f)
	}
	return f, true
}
