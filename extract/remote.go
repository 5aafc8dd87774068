package extract

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"ringbreaker.example/fraud"
)

// remoteTool is a remote-access product. All of them are lawful: the name is
// context, the id and the relay are what links.
type remoteTool struct {
	word   string // as a text names it, lower case
	name   string // canonical
	least  int    // digits of an id, 0 if ids have no fixed form
	most   int
	vendor string // its maker's site: shared by all customers
}

// remoteTools are products that support fraudsters have been seen to use
// (general knowledge; the names are what victims write).
var remoteTools = []remoteTool{
	{"anydesk", "anydesk", 9, 10, "anydesk.com"},
	{"teamviewer", "teamviewer", 8, 10, "teamviewer.com"},
	{"ultraviewer", "ultraviewer", 7, 9, "ultraviewer.net"},
	{"rustdesk", "rustdesk", 8, 10, "rustdesk.com"},
	{"supremo", "supremo", 8, 10, "supremocontrol.com"},
	{"alpemix", "alpemix", 6, 10, "alpemix.com"},
	{"hoptodesk", "hoptodesk", 8, 10, "hoptodesk.com"},
	{"aweray", "aweray", 8, 10, "aweray.com"},
	{"awesun", "awesun", 8, 10, "aweray.com"},
	{"iperius", "iperius", 7, 10, "iperiusremote.com"},
	{"quicksupport", "teamviewer", 8, 10, "teamviewer.com"},
	{"logmein", "logmein", 9, 9, "logmein.com"},
	{"logmein123", "logmein", 9, 9, "logmein123.com"},
	{"gotoassist", "gotoassist", 6, 9, "gotoassist.com"},
	{"gotomypc", "gotomypc", 0, 0, "gotomypc.com"},
	{"fastsupport", "gotoassist", 6, 9, "fastsupport.com"},
	{"screenconnect", "screenconnect", 0, 0, "screenconnect.com"},
	{"connectwise", "screenconnect", 0, 0, "connectwise.com"},
	{"zoho", "zohoassist", 6, 10, "zoho.com"},
	{"zohoassist", "zohoassist", 6, 10, "zoho.com"},
	{"splashtop", "splashtop", 9, 9, "splashtop.com"},
	{"ammyy", "ammyy", 7, 9, "ammyy.com"},
	{"aeroadmin", "aeroadmin", 8, 10, "aeroadmin.com"},
	{"dwservice", "dwservice", 9, 9, "dwservice.net"},
	{"dwagent", "dwservice", 9, 9, "dwservice.net"},
	{"simplehelp", "simplehelp", 0, 0, "simple-help.com"},
	{"meshcentral", "meshcentral", 0, 0, "meshcentral.com"},
	{"netsupport", "netsupport", 0, 0, "netsupportsoftware.com"},
	{"atera", "atera", 0, 0, "atera.com"},
	{"remotepc", "remotepc", 0, 0, "remotepc.com"},
	{"getscreen", "getscreen", 9, 9, "getscreen.me"},
	{"parsec", "parsec", 0, 0, "parsec.app"},
	{"helpwire", "helpwire", 0, 0, "helpwire.app"},
	{"syncro", "syncro", 0, 0, "syncromsp.com"},
	{"airdroid", "airdroid", 9, 9, "airdroid.com"},
	{"litemanager", "litemanager", 6, 10, "litemanager.com"},
	{"showmypc", "showmypc", 0, 0, "showmypc.com"},
	{"bomgar", "bomgar", 0, 0, "bomgar.com"},
	{"beyondtrust", "bomgar", 0, 0, "beyondtrust.com"},
	{"islonline", "islonline", 0, 0, "islonline.com"},
	{"rescueassist", "rescueassist", 6, 9, "logmeinrescue.com"},
	{"xeox", "xeox", 0, 0, "xeox.com"},
	{"todesk", "todesk", 9, 9, "todesk.com"},
	{"sunlogin", "sunlogin", 9, 10, "oray.com"},
}

// giftBrand is a brand of gift card, found by its first word.
type giftBrand struct {
	word  string
	rest  string // the word behind it, where there is one
	name  string
	alone bool // it is nothing but cards: no word for one need stand near
	shop  bool // fraudsters send people there and seldom call themselves so
	debit bool // the mark of banks' cards as well
	needs bool // the first word means something else without the rest
}

// giftBrands are the brands that victims are told to buy (FTC and AARP
// warnings, Verbraucherzentrale, Cybermalveillance, general knowledge).
var giftBrands = []giftBrand{
	{word: "apple", name: "apple"},
	{word: "アップル", name: "apple"},
	{word: "アマゾン", name: "amazon"},
	{word: "itunes", name: "apple"},
	{word: "google", rest: "play", name: "google play"},
	{word: "googleplay", name: "google play", alone: true},
	{word: "steam", name: "steam"},
	{word: "amazon", name: "amazon"},
	{word: "target", name: "target", shop: true},
	{word: "walmart", name: "walmart", shop: true},
	{word: "ebay", name: "ebay"},
	{word: "sephora", name: "sephora", shop: true},
	{word: "vanilla", name: "vanilla", shop: true},
	{word: "razer", rest: "gold", name: "razer gold", alone: true},
	{word: "nordstrom", name: "nordstrom", shop: true},
	{word: "macys", name: "macys", shop: true},
	{word: "xbox", name: "xbox"},
	{word: "playstation", name: "playstation"},
	{word: "psn", name: "playstation"},
	{word: "nintendo", name: "nintendo"},
	{word: "roblox", name: "roblox"},
	{word: "visa", name: "visa", debit: true},
	{word: "mastercard", name: "mastercard", debit: true},
	{word: "amex", name: "american express", debit: true},
	{word: "nike", name: "nike", shop: true},
	{word: "costco", name: "costco", shop: true},
	{word: "neosurf", name: "neosurf", alone: true},
	{word: "paysafecard", name: "paysafecard", alone: true},
	{word: "paysafecards", name: "paysafecard", alone: true},
	{word: "paysafe", name: "paysafecard"},
	{word: "transcash", name: "transcash", alone: true},
	{word: "toneo", name: "toneo", alone: true},
	{word: "cashlib", name: "cashlib", alone: true},
	{word: "pcs", name: "pcs"},
	{word: "lowes", name: "lowes", shop: true},
	{word: "home", rest: "depot", name: "home depot", shop: true, needs: true},
	{word: "best", rest: "buy", name: "best buy", needs: true},
	{word: "green", rest: "dot", name: "green dot", alone: true, needs: true},
	{word: "greendot", name: "green dot", alone: true},
	{word: "starbucks", name: "starbucks", shop: true},
	{word: "netflix", name: "netflix"},
	{word: "kroger", name: "kroger", shop: true},
	{word: "cvs", name: "cvs", shop: true},
	{word: "gamestop", name: "gamestop", shop: true},
	{word: "ikea", name: "ikea", shop: true},
	{word: "zalando", name: "zalando", shop: true},
	{word: "mediamarkt", name: "mediamarkt", shop: true},
	{word: "douglas", name: "douglas"},
	{word: "fnac", name: "fnac", shop: true},
	{word: "carrefour", name: "carrefour", shop: true},
	{word: "bitrefill", name: "bitrefill", alone: true},
	{word: "flexepin", name: "flexepin", alone: true},
	{word: "webmoney", name: "webmoney", alone: true},
	{word: "bitcash", name: "bitcash", alone: true},
	{word: "moneypak", name: "moneypak", alone: true},
	{word: "footlocker", name: "footlocker", shop: true},
	{word: "doordash", name: "doordash"},
	{word: "uber", name: "uber"},
	{word: "flipkart", name: "flipkart"},
}

// tenantHosts are the names under which a maker of remote access gives each
// customer one of their own (LOLRMM's lists of network artifacts): the name
// under it says whose machine reaches in, so it is a relay and not the
// maker's page.
var tenantHosts = map[string]string{
	"screenconnect.com": "screenconnect", "hostedrmm.com": "screenconnect", "itsupport247.net": "screenconnect", "247ithelp.com": "screenconnect",
	"beyondtrustcloud.com": "bomgar", "bomgarcloud.com": "bomgar", "syncromsp.com": "syncro", "islonline.net": "islonline",
	"itsm-us1.comodo.com": "itarian", "rmmservice.ca": "ninjarmm", "rmmservice.eu": "ninjarmm", "rmmservice.com.au": "ninjarmm",
	"immy.bot": "immybot", "superops.ai": "superops", "level.io": "level", "devtunnels.ms": "devtunnels", "teleport.sh": "teleport",
}

// makersHosts begin names under them that are the maker's own and no
// customer's.
var makersHosts = setOf("www app api cloud docs help support status download downloads login account accounts web get my portal blog community university relay control")

// tenant says whose product gave the host to one of its customers, "" for any
// other host.
func tenant(host string) string {
	for at := strings.IndexByte(host, '.'); at > 0; {
		if tool := tenantHosts[host[at+1:]]; tool != "" {
			first, _, _ := strings.Cut(host, ".")
			if makersHosts[first] {
				return ""
			}
			return tool
		}
		next := strings.IndexByte(host[at+1:], '.')
		if next < 0 {
			break
		}
		at += 1 + next
	}
	return ""
}

// relayNamed says whether the words before token first, or a port behind byte
// end, say that the host between them is a relay: "relay: HOST",
// "&h=HOST&p=8041", "HOST:8041".
func (x *scan) relayNamed(first, end int) bool {
	if x.parameter(first) == "h" {
		return true
	}
	for _, port := range []string{":8040", ":8041"} { // ScreenConnect's own (its documentation)
		if at := end + len(port); at <= len(x.text.b) && string(x.text.b[end:at]) == port && (at == len(x.text.b) || !isDigit(x.text.b[at])) {
			return true
		}
	}
	for k, seen := first-1, 0; k >= 0 && seen < 3; k-- {
		if m := x.markAt(k); m == '.' || m == '!' || m == '?' || m == '/' {
			return false
		} else if m != 0 {
			continue
		}
		seen++
		switch w := x.bytes(k); {
		case equalFold("relay", w), equalFold("relais", w), equalFold("relayserver", w), equalFold("relé", w), equalFold("リレー", w):
			return true
		case !x.is(k).has(cueIs|cueTo|cueSite|cueSession) && !equalFold("host", w) && !equalFold("server", w):
			return false
		}
	}
	return false
}

// parameter is the name of the query's parameter whose value begins at token
// i, "" if none does.
func (x *scan) parameter(i int) string {
	if x.markAt(i-1) != '=' || i < 3 || x.gap(i) > 0 || x.gap(i-1) > 0 || x.gap(i-2) > 0 {
		return ""
	}
	if m := x.markAt(i - 3); m != '&' && m != '?' {
		return ""
	}
	return string(x.bytes(i - 2))
}

// screenConnect takes what a link to a ScreenConnect client carries, or the
// command line of its service: h, the relay; s, the session; k, the key of
// the server, by which two relays are known for one operator's
// (ConnectWise, "ScreenConnect client launch parameters").
func (x *scan) screenConnect(start, end int) {
	query := string(x.text.b[start:end])
	h, hostAt := parameterOf(query, 'h')
	p, _ := parameterOf(query, 'p')
	if host, valid, ok := canonicalHost(h); ok && valid && allDigits(p) && p != "" {
		x.takeSpan(fraud.RemoteHost, host, start+hostAt, start+hostAt+len(h), true)
	} else {
		return
	}
	if s, at := parameterOf(query, 's'); len(s) == 36 && strings.Count(s, "-") == 4 && isHexRun(strings.ReplaceAll(s, "-", "")) {
		x.takeSpan(fraud.RemoteID, "screenconnect:"+strings.ToLower(strings.ReplaceAll(s, "-", "")), start+at, start+at+len(s), true)
	}
	if k, at := parameterOf(query, 'k'); len(k) >= 100 { // an RSA key in base64
		x.takeSpan(fraud.RemoteID, "screenconnect:key"+keyPrint(k), start+at, start+at+len(k), true)
	}
}

// screenConnectLine takes the session and the key of a service's command line
// whose relay's host begins at token first.
func (x *scan) screenConnectLine(first int) {
	start, end := int(x.toks[first].start), int(x.toks[first].start)
	for start > 0 && x.text.b[start-1] > ' ' && x.text.b[start-1] != '"' && end-start < maxURL {
		start--
	}
	for end < len(x.text.b) && x.text.b[end] > ' ' && x.text.b[end] != '"' && end-start < maxURL {
		end++
	}
	found := len(x.found)
	x.screenConnect(start, end)
	if len(x.found) > found { // the relay itself is taken already
		x.found = append(x.found[:found], x.found[found+1:]...)
		x.marks = append(x.marks[:found], x.marks[found+1:]...)
		x.use(first, end)
	}
}

// keyPrint is the first 16 hex digits of the SHA-256 of a key as its link has
// it, with the escapes of a query undone.
func keyPrint(k string) string {
	sum := sha256.Sum256([]byte(strings.NewReplacer("%2B", "+", "%2b", "+", "%2F", "/", "%2f", "/", "%3D", "=", "%3d", "=").Replace(k)))
	return hex.EncodeToString(sum[:8])
}

// parameterOf is the value of a parameter with a name of one letter, and where
// in the query it stands.
func parameterOf(query string, name byte) (value string, at int) {
	for i := 0; i+2 < len(query); i++ {
		if (query[i] == '?' || query[i] == '&') && query[i+1] == name && query[i+2] == '=' {
			at = i + 3
			end := at
			for end < len(query) && query[end] != '&' && query[end] != '"' && query[end] != '\'' && query[end] > ' ' && query[end] != '<' {
				end++
			}
			return query[at:end], at
		}
	}
	return "", 0
}

// fetchesClient says whether a URL leads to a program for remote access: the
// path of a ScreenConnect server's client, or a relay's parameters.
func fetchesClient(url string) bool {
	if !mayFetch(url) {
		return false
	}
	low := strings.ToLower(url)
	return strings.Contains(low, ".client.exe") || strings.Contains(low, ".clientsetup.") || strings.Contains(low, "/bin/screenconnect") || strings.Contains(low, ".client.application") ||
		strings.Contains(low, "?e=support&") || strings.Contains(low, "?e=access&")
}

// mayFetch says quickly of most URLs that they have none of those names.
func mayFetch(url string) bool {
	for i := 0; i+2 < len(url); i++ {
		switch next := url[i+1] | 0x20; url[i] {
		case '.':
			if next == 'c' && url[i+2]|0x20 == 'l' {
				return true
			}
		case '/':
			if next == 'b' {
				return true
			}
		case '?':
			if next == 'e' {
				return true
			}
		}
	}
	return false
}

// sessionFar takes digits that a word for an id stands right before, in a text
// that named a product for remote access some sentences before and has had no
// id of it since.
func (x *scan) sessionFar(i int) bool {
	tool := remoteTools[x.tool-1]
	if tool.least == 0 || x.toks[i].class != classNumber {
		return false
	}
	id, last := x.runOfDigits(i, tool.most)
	if len(id) < max(tool.least, 8) || len(id) > tool.most {
		return false
	}
	digits := string(id)
	for k, words := i-1, 0; k >= 0 && words < 9; k-- {
		if x.toks[k].class == classMark {
			if m := x.markAt(k); (m == '.' || m == '!' || m == '?') && x.gap(k+1) > 0 {
				return false
			}
			continue
		}
		words++
		switch is := x.is(k); {
		case equalFold("id", x.bytes(k)) && !x.is(k-1).has(cueID|cueShown|cueTx|cueTax|cueMerchant|cuePhone|cueMail) && !x.hint(k-1).has(hintAddressee):
			x.take(fraud.RemoteID, tool.name+":"+digits, i, last, true)
			x.tool = 0
			return true
		case is.has(cuePhone | cueCall | cueCalled | cueNumber | cueID | cueAccount | cueShown | cueTx):
			return false
		}
	}
	return false
}
