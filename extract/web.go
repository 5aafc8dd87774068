package extract

import (
	"bytes"
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"ringbreaker.example/fraud"
)

// maxHost is more than any host name has bytes, defanged (RFC 1035 §2.3.4:
// 255), and bounds what one dot may cost.
const maxHost = 400

// maxURL is the longest URL that is taken out of a text; what is longer is
// data in a URL's clothes.
const maxURL = 4096

// url looks at "://" whose colon is token i.
func (x *scan) url(i int) {
	if i == 0 || x.gap(i) > 0 || x.toks[i-1].used {
		return
	}
	b := x.text.b
	start := int(x.toks[i-1].start)
	scheme := schemeOf(b[start:x.toks[i-1].end])
	if scheme == "" {
		return
	}
	end := urlEnd(b, int(x.toks[i].start)+3)
	value, valid, ok := x.webAddress(x.text.text(start, end))
	if !ok {
		return
	}
	x.takeSpan(fraud.URL, value, start, end, valid)
	if network, name, found := handleOfURL(value); found {
		x.takeSpan(fraud.Handle, network+":"+name, start, end, true)
	}
	hostStart := int(x.toks[i].start) + 3
	marks := len(x.marks) - 1
	x.hostOf(value, hostStart, end)
	if fetchesClient(value) {
		x.screenConnect(hostStart, end)
		for ; marks < len(x.marks); marks++ {
			x.marks[marks].remote = true
		}
	}
	x.urlNumbers(hostStart, end)
	x.urlTracker(hostStart, end)
	x.use(i-1, end)
}

// urlTracker takes the id that a page hands to the script that counts its
// visitors: googletagmanager.com/gtag/js?id=G-….
func (x *scan) urlTracker(from, end int) {
	b := x.text.b[from:end]
	if !bytes.HasPrefix(b, []byte("www.googletagmanager.com/")) && !bytes.HasPrefix(b, []byte("googletagmanager.com/")) {
		return
	}
	at := bytes.Index(b, []byte("id="))
	if at < 0 {
		return
	}
	id := b[at+3:]
	for k, c := range id {
		if !isAlnum(c) && c != '-' {
			id = id[:k]
			break
		}
	}
	if value, valid, ok := canonicalTracker(string(id)); ok && valid {
		x.takeSpan(fraud.Tracker, value, from+at+3, from+at+3+len(id), true)
	}
}

// use marks the tokens from first on that begin before byte end.
func (x *scan) use(first, end int) {
	for ; first < len(x.toks) && int(x.toks[first].start) < end; first++ {
		x.toks[first].used = true
	}
}

// hostOf records the site of a URL, or its IP address.
func (x *scan) hostOf(value string, start, end int) {
	host := urlHost(value)
	for k := start; k < end; k++ {
		if c := x.text.b[k]; c == '/' || c == '?' || c == '#' {
			end = k
		}
	}
	if ip, _, ok := canonicalIP(host); ok {
		x.takeSpan(fraud.IP, ip, start, end, true)
		return
	}
	if cut := strings.IndexByte(host, ':'); cut > 0 {
		host = host[:cut]
	}
	if _, valid, ok := x.domain(host); ok && valid {
		kind := fraud.Domain
		if tenant(host) != "" {
			kind = fraud.RemoteHost
		}
		x.takeSpan(kind, withoutWWW(host), start, end, true)
	}
}

func hostLength(rest string) int {
	for i := range len(rest) {
		if c := rest[i]; c == '/' || c == '?' || c == '#' {
			return i
		}
	}
	return len(rest)
}

// schemeOf undoes the ways to write a scheme so that nobody clicks on it.
func schemeOf(b []byte) string {
	if len(b) > 6 {
		return ""
	}
	var room [6]byte
	low := room[:len(b)]
	for i, c := range b {
		low[i] = lower(c)
	}
	switch string(low) {
	case "http", "hxxp", "hxp", "htxp", "hxtp", "meow":
		return "http"
	case "https", "hxxps", "hxps", "htxps":
		return "https"
	case "ftp", "fxp":
		return "ftp"
	}
	return ""
}

// urlEnd is where a URL that began before at ends: at a blank, a quote or an
// angle bracket, less the punctuation of the sentence around it.
func urlEnd(b []byte, at int) int {
	end := at
	open := 0
	latin := false // what stands in scripts without blanks belongs to the sentence
	for end < len(b) && end-at < maxURL {
		c := b[end]
		if c >= utf8.RuneSelf && latin && cjk(b, end) != 0 {
			break
		}
		latin = latin || isAlnum(c)
		if c <= ' ' || c == '"' || c == '<' || c == '>' || c == '`' || c == '\\' || c == '^' || c == '|' || c == '{' || c == '}' {
			break
		}
		if c == '(' || c == '[' {
			open++
		}
		if c == ')' || c == ']' {
			if open--; open < 0 {
				break
			}
		}
		end++
	}
	for end > at && strings.IndexByte(".,;:!?'*_~", b[end-1]) >= 0 {
		end--
	}
	return end
}

// canonicalURL writes a URL with scheme and host in lower case, the host as
// A-labels, without user, default port and fragment (RFC 3986 §6.2.2).
func canonicalURL(raw string) (string, bool, bool) {
	if len(raw) > maxURL || strings.ContainsAny(raw, " \t\n\r<>\"") {
		return "", false, false
	}
	raw = refang(raw)
	scheme := "http"
	if at := strings.Index(raw, "://"); at >= 0 {
		scheme = schemeOf([]byte(raw[:at]))
		raw = raw[at+3:]
	}
	if scheme == "" {
		return "", false, false
	}
	raw, _, _ = strings.Cut(raw, "#")
	cut := hostLength(raw)
	host, rest := raw[:cut], raw[cut:]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	port := ""
	if at := strings.LastIndexByte(host, ':'); at >= 0 && !strings.HasSuffix(host, "]") {
		port = host[at:]
		host = host[:at]
		if scheme == "http" && port == ":80" || scheme == "https" && port == ":443" || port == ":" {
			port = ""
		}
	}
	valid := true
	if ip, _, ok := canonicalIP(strings.Trim(host, "[]")); ok {
		host = ip
		if strings.Contains(ip, ":") {
			host = "[" + ip + "]"
		}
	} else if host, valid, ok = canonicalDomain(host); !ok {
		return "", false, false
	}
	if rest == "" || rest[0] != '/' {
		rest = "/" + rest
	}
	if rest == "/" {
		rest = ""
	}
	return scheme + "://" + host + port + rest, valid, true
}

// refang undoes [.], (.), [dot] and the like.
func refang(s string) string {
	if strings.IndexByte(s, '[') < 0 && strings.IndexByte(s, '(') < 0 && strings.IndexByte(s, '{') < 0 {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); {
		if n := defangedDot([]byte(s), i); n > 0 {
			out.WriteByte('.')
			i += n
			continue
		}
		if strings.HasPrefix(s[i:], "[:]") || strings.HasPrefix(s[i:], "[/]") || strings.HasPrefix(s[i:], "[@]") {
			out.WriteByte(s[i+1])
			i += 3
			continue
		}
		out.WriteByte(s[i])
		i++
	}
	return out.String()
}

// defangedDot is the length of a dot written so that nobody clicks on it, 0
// if none begins at b[i].
func defangedDot(b []byte, i int) int {
	rest := b[i:]
	if len(rest) < 3 {
		return 0
	}
	shut := byte(0)
	switch rest[0] {
	case '[':
		shut = ']'
	case '(':
		shut = ')'
	case '{':
		shut = '}'
	default:
		return 0
	}
	if rest[1] == '.' && rest[2] == shut {
		return 3
	}
	if len(rest) >= 5 && rest[4] == shut && strings.EqualFold(string(rest[1:4]), "dot") {
		return 5
	}
	return 0
}

// canonicalDomain writes a host name as lower-case A-labels (RFC 5890 §2.3.2.1)
// without a trailing dot. valid says that its last label is a public suffix,
// or one of RFC 6761 and RFC 7686 that stands in reports.
func canonicalDomain(raw string) (string, bool, bool) {
	host := strings.TrimSuffix(strings.ToLower(refang(raw)), ".")
	if host == "" || len(host) > 253 || !strings.Contains(host, ".") {
		return "", false, false
	}
	for i := range len(host) {
		if host[i] >= 0x80 {
			ascii, err := idna.Lookup.ToASCII(host)
			if err != nil {
				return "", false, false
			}
			host = ascii
			break
		}
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return "", false, false
		}
		for i := range len(label) {
			if c := label[i]; !isAlnum(c) && c != '-' && c != '_' {
				return "", false, false
			}
		}
	}
	return host, knownSuffix(host), true
}

// knownSuffix says whether the host ends in a suffix that exists.
func knownSuffix(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if len(last) < 2 || isDigit(last[0]) {
		return false
	}
	switch last {
	case "example", "test", "invalid":
		return true
	case "onion": // version 2 and 3 of Tor's rendezvous specification
		label := host[:len(host)-len(".onion")]
		n := len(label) - 1 - strings.LastIndexByte(label, '.')
		return n == 16 || n == 56
	}
	suffix, icann := publicsuffix.PublicSuffix(host)
	return (icann || strings.Contains(suffix, ".")) && suffix != host
}

// Site is the registrable name of a host: one label more than the public
// suffix, its private section included, so that x.azurewebsites.net is a site
// of its own. It is the host itself where there is no such name.
func Site(host string) string {
	if site, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return site
	}
	return host
}

// canonicalIP writes an address as RFC 5952 has it. Leading zeros are refused
// (RFC 6943 §3.1.1).
func canonicalIP(raw string) (string, bool, bool) {
	if raw = refang(raw); !looksLikeIP(raw) {
		return "", false, false
	}
	addr, err := netip.ParseAddr(raw)
	if err != nil || addr.Zone() != "" {
		return "", false, false
	}
	return addr.Unmap().String(), true, true
}

// digitsIP is canonicalIP for a run around a dot: only those that begin with a
// digit can be an address.
func digitsIP(raw string) (string, bool, bool) {
	if !isDigit(raw[0]) {
		return "", false, false
	}
	return canonicalIP(raw)
}

// looksLikeIP says quickly of most host names that they are no address.
func looksLikeIP(s string) bool {
	dots := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == ':':
			return true
		case c == '.':
			dots++
		case !isDigit(c):
			return strings.IndexByte(s, ':') > 0
		}
	}
	return dots == 3 && len(s) <= len("255.255.255.255")
}

var obscuredAt = strings.NewReplacer("[at]", "@", "(at)", "@", "[@]", "@", " ", "")

// canonicalEmail writes an address in lower case with its domain as A-labels.
// Only dot-atoms are taken (RFC 5321 §4.1.2); quoted local parts are not used
// by people who want to be written to.
func canonicalEmail(raw string) (string, bool, bool) {
	raw = strings.Trim(strings.TrimPrefix(strings.ToLower(raw), "mailto:"), "<>")
	if strings.ContainsAny(raw, "[( ") {
		raw = obscuredAt.Replace(raw)
	}
	local, host, found := strings.Cut(raw, "@")
	if !found || local == "" || len(local) > 64 || strings.Contains(host, "@") {
		return "", false, false
	}
	for i := range len(local) {
		if c := local[i]; !isAlnum(c) && strings.IndexByte(".!#$%&'*+-/=?^_`{|}~", c) < 0 && c < 0x80 {
			return "", false, false
		}
	}
	if local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, "..") {
		return "", false, false
	}
	host, valid, ok := canonicalDomain(host)
	if !ok {
		return "", false, false
	}
	return local + "@" + host, valid, true
}

// at looks at "@", token i.
func (x *scan) at(i int) {
	b := x.text.b
	at := int(x.toks[i].start)
	start := at
	for start > 0 && at-start < maxHost && (isAlnum(b[start-1]) || strings.IndexByte("._%+-", b[start-1]) >= 0 || b[start-1] >= 0x80 && !afterCJK(b, start)) {
		start--
	}
	end := hostEnd(b, at+1)
	for start < at && !isAlnum(b[start]) && b[start] < 0x80 {
		start++
	}
	if start == at || end == at+1 {
		x.handleAt(i)
		return
	}
	if value, valid, ok := x.mailAddress(refang(x.text.text(start, end))); ok && valid {
		if x.behindUser(i, start, at, end) {
			return
		}
		x.takeSpan(fraud.Email, value, start, end, true)
		x.use(x.tokenAt(start, i), end)
		return
	}
	x.upi(i, start, at)
}

// behindUser takes a page that hides behind another's name, "brand.com@host/x":
// what stands before the "@" of an address with a path is its user and no host
// (RFC 3986 §3.2.1). The user has a dot, as a host that it shall look like.
func (x *scan) behindUser(i, start, at, end int) bool {
	b := x.text.b
	if end+1 >= len(b) || b[end] != '/' || !isAlnum(b[end+1]) || bytes.IndexByte(b[start:at], '.') < 0 {
		return false
	}
	long := urlEnd(b, end)
	value, valid, ok := canonicalURL(x.text.text(at+1, long))
	if !ok || !valid {
		return false
	}
	x.takeSpan(fraud.URL, value, start, long, true)
	x.hostOf(value, at+1, long)
	x.use(x.tokenAt(start, i), long)
	x.past = long
	return true
}

// tokenAt walks back from token i to the one that holds byte start.
func (x *scan) tokenAt(start, i int) int {
	for i > 0 && int(x.toks[i].start) > start {
		i--
	}
	return i
}

// hostEnd is the end of the host name that begins at b[at].
func hostEnd(b []byte, at int) int {
	end := at
	for end < len(b) && end-at < maxHost {
		if c := b[end]; isAlnum(c) || c == '-' || c == '_' || c >= 0x80 {
			if c >= 0x80 && end > at && isAlnum(b[end-1]) && cjk(b, end) != 0 {
				break
			}
			end++
			continue
		}
		if b[end] == '.' && end > at && end+1 < len(b) && (isAlnum(b[end+1]) || b[end+1] >= 0x80) {
			end++
			continue
		}
		if n := defangedDot(b, end); n > 0 && end > at && end+n < len(b) && isAlnum(b[end+n]) {
			end += n
			continue
		}
		break
	}
	for end > at && (b[end-1] == '-' || b[end-1] == '_') {
		end--
	}
	return end
}

// dot looks at a dot between letters or digits, token i: a host name, an IP
// address, or something that only looks like one.
func (x *scan) dot(i int) {
	b := x.text.b
	if i > 0 && i+1 < len(x.toks) && x.toks[i-1].len() == 1 && x.toks[i+1].len() == 1 && x.toks[i-1].class == classWord && x.toks[i+1].class == classWord && x.dottedFirm(i) {
		return
	}
	at := int(x.toks[i].start)
	if at < x.past {
		return // within a run that was looked at and is no host
	}
	start := at
	for start > 0 && at-start < maxHost && (isAlnum(b[start-1]) || b[start-1] == '-' || b[start-1] == '_' || b[start-1] >= 0x80) {
		if start < at && isAlnum(b[start]) && afterCJK(b, start) {
			break
		}
		start--
	}
	end := hostEnd(b, start)
	x.past = end
	if start == at || end <= at || end < len(b) && b[end] == '@' || start > 0 && (b[start-1] == '@' || b[start-1] == '.') {
		return
	}
	first := x.tokenAt(start, i)
	raw := x.text.text(start, end)
	if ip, _, ok := digitsIP(raw); ok {
		if !x.versionBefore(first) {
			x.takeSpan(fraud.IP, ip, start, end, true)
		}
		x.use(first, end)
		return
	}
	if last := strings.LastIndexByte(raw, '.') + 1; last == len(raw) || isDigit(raw[last]) {
		return // longer than a host may be; a price, a date: no top-level domain begins with a digit
	}
	host, valid, ok := x.domain(raw)
	if !ok || !valid || !likeSite(raw, host) {
		return
	}
	if end >= len(b) || b[end] != '/' && b[end] != ':' && b[end] != '?' {
		if x.forgotten(host, first) {
			return
		}
	}
	if local, last := x.spokenLocal(first); local >= 0 && (x.markAt(first-1) != 0 || x.near(first, 8, 0, cueMail)) { // "name [at] example.com"
		name := strings.ToLower(string(b[x.toks[local].start:x.toks[last].end]))
		if email, _, ok := canonicalEmail(name + "@" + host); ok {
			x.takeSpan(fraud.Email, email, int(x.toks[local].start), end, true)
			x.use(local, end)
			return
		}
	}
	long := end
	if end < len(b) && (b[end] == '/' || b[end] == '?') {
		long = urlEnd(b, end)
	}
	if long > end+1 {
		if value, _, ok := canonicalURL(x.text.text(start, long)); ok {
			x.takeSpan(fraud.URL, value, start, long, true)
			if network, name, found := handleOfURL(value); found {
				x.takeSpan(fraud.Handle, network+":"+name, start, long, true)
			}
		}
	}
	kind := fraud.Domain
	if tenant(host) != "" || long == end && x.relayNamed(first, end) {
		kind = fraud.RemoteHost
	}
	x.takeSpan(kind, withoutWWW(host), start, end, true)
	if kind == fraud.RemoteHost && x.parameter(first) == "h" {
		x.screenConnectLine(first)
	}
	x.urlNumbers(end, long)
	x.use(first, long)
}

// withoutWWW is a host without its "www.", unless that is the site's name: www.ac.
func withoutWWW(host string) string {
	if rest, found := strings.CutPrefix(host, "www."); found && strings.IndexByte(rest, '.') > 0 {
		return rest
	}
	return host
}

// versionBefore says whether a word such as "version" or "v" stands before
// what looks like an address.
func (x *scan) versionBefore(i int) bool {
	if i == 0 {
		return false
	}
	switch string(small(x.bytes(i-1), new(smallRoom))) {
	case "version", "v", "ver", "build", "versión", "firmware", "release", "バージョン", "संस्करण":
		return true
	}
	return false
}

// likeSite refuses the dots of prose and of file names.
func likeSite(raw, host string) bool {
	last := raw[strings.LastIndexByte(raw, '.')+1:]
	if len(last) > 1 && isUpper(last[0]) && isLower(last[1]) {
		return false // "it.So": a blank was forgotten
	}
	switch strings.ToLower(last) {
	case "zip", "md", "py", "sh", "rs", "so", "mov", "pl", "ps", "cat", "cab":
		return strings.HasPrefix(host, "www.")
	}
	first, _, _ := strings.Cut(host, ".")
	return len(first) > 1 || strings.Count(host, ".") > 1 || shared.host[host]
}

// forgotten says of a dot whether it rather ends a sentence whose blank was
// forgotten: "sign.in", "call.me". A plain pair of words, the second of which
// is one of grammar, is a site only where a word for one stands near it.
func (x *scan) forgotten(host string, first int) bool {
	cut := strings.LastIndexByte(host, '.')
	word := strings.ReplaceAll(host[:cut], ".", "")
	if !grammar[host[cut+1:]] {
		return false
	}
	for i := range len(word) {
		if !isLetter(word[i]) {
			return false
		}
	}
	return !x.near(first, 4, 4, cueSite) || x.near(first, 0, 0, cueSite|cueCall|cuePay|cueID|cueName)
}

// grammar is the words of every sentence that are top-level domains too.
var grammar = setOf(`am as at be by do de es in is it me my no so to us you how now call like love xxx`)
