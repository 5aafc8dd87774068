package extract

import (
	"math/bits"
	"strings"

	"ringbreaker.example/fraud"
)

// word looks at a word that the dictionary wants looked at, token i: at each
// of what may begin there, in the order of the list.
func (x *scan) word(i int) {
	t := &x.toks[i]
	if t.word == 0 {
		x.lateName(i)
		return
	}
	for begins := beginsAt[uint16(t.word)&(1<<cueBits-1)]; begins != 0; begins &= begins - 1 {
		switch bits.TrailingZeros16(begins) {
		case beginsBusiness:
			x.business(i)
		case beginsSpoken:
			if x.spoken(i) {
				return
			}
		case beginsTool:
			x.remoteID(i)
		case beginsGift:
			x.gift(i)
		case beginsFirm:
			if !x.japaneseFirm(i) {
				x.firm(i)
			}
		case beginsAlias:
			if !t.used {
				x.alias(i)
			}
		case beginsTracker:
			x.tracker(i)
		case beginsHost:
			x.spokenHost(i)
		case beginsAccount:
			if !t.used {
				x.account(i)
			}
		case beginsRegister:
			x.register(i)
		case beginsCompany:
			x.companyNamed(i)
		case beginsNetwork:
			x.networkName(i)
		case beginsLive:
			x.skypeLive(i)
		case beginsCardLine:
			x.descriptor(i)
		case beginsMerchant:
			x.merchant(i)
		}
	}
}

// What may begin at a word, a bit each, in the order in which it is looked for.
const (
	beginsBusiness = iota
	beginsSpoken
	beginsTool
	beginsGift
	beginsFirm
	beginsAlias
	beginsTracker
	beginsHost
	beginsAccount
	beginsRegister
	beginsCompany
	beginsNetwork
	beginsLive
	beginsCardLine
	beginsMerchant
)

// beginsAt is what may begin at each word of the dictionary.
var beginsAt = func() (t [1 << cueBits]uint16) {
	for i, m := range meanings {
		for begins, may := range [...]bool{
			beginsBusiness: m.frames.has(frameBusiness),
			beginsSpoken:   m.is.has(cueDigit | cueTeen | cueTens | cueTimes),
			beginsTool:     m.is.has(cueTool),
			beginsGift:     m.is.has(cueGift),
			beginsFirm:     m.is.has(cueFirm),
			beginsAlias:    announcedBy[i] != byNothing,
			beginsTracker:  m.is.has(cueTracker),
			beginsHost:     m.is.has(cueDot),
			beginsAccount:  m.is.has(cueRouting | cueSwift | cueAccount),
			beginsRegister: m.is.has(cueRegister | cueTax),
			beginsCompany:  m.is.has(cueRegister),
			beginsNetwork:  m.is.has(cueNetwork),
			beginsLive:     m.hint.has(hintLive),
			beginsCardLine: m.is.has(cueCardLine),
			beginsMerchant: m.is.has(cueMerchant),
		} {
			if may {
				t[i] |= 1 << begins
			}
		}
	}
	return t
}()

// remoteID takes the product at token i, and the id that stands beside it.
func (x *scan) remoteID(i int) {
	tool := remoteTools[x.value(i)]
	if strings.EqualFold(string(x.bytes(i)), "zoho") && !x.near(i, 0, 3, cueSession|cueTool) && (i+1 >= len(x.toks) || !equalFold("assist", x.bytes(i+1))) {
		return
	}
	x.take(fraud.RemoteTool, tool.name, i, i, true)
	x.tool, x.toolNamed = int16(x.value(i))+1, true
	x.lastTool = x.tool
	if tool.least == 0 {
		return
	}
	if x.remoteDigits(i+1, i+12, tool) {
		return
	}
	for k := i - 1; k >= 0 && k >= i-10; k-- { // "my id 123 456 789 on AnyDesk"
		if x.is(k).has(cueSession) {
			x.remoteDigits(k+1, i, tool)
			return
		}
	}
}

// remoteDigits takes the first run of digits between two tokens as an id.
func (x *scan) remoteDigits(from, to int, tool remoteTool) bool {
	named := false
	for k := from; k < len(x.toks) && k < to; k++ {
		t := &x.toks[k]
		is := x.is(k)
		switch {
		case t.class == classNumber && !t.used:
			id, last := x.runOfDigits(k, tool.most)
			if len(id) < tool.least || len(id) > tool.most || !named && k > from+4 {
				return false
			}
			x.take(fraud.RemoteID, tool.name+":"+string(id), k, last, true)
			x.tool = 0
			return true
		case is.has(cueSession):
			named = true
		case is.has(cueCall|cuePhone|cueTool) && !named, t.class == classMixed:
			return false
		case t.class == classMark && (x.markAt(k) == '.' || x.markAt(k) == '!') && x.gap(k+1) > 0 && k+1 < len(x.toks):
			if !named && !x.near(k, 0, 5, cueSession) {
				return false
			}
		}
	}
	return false
}

var plainID = strings.NewReplacer(" ", "", "-", "", ".", "", "/", "")

// canonicalRemoteID is the form of remote_id: the product, a colon, the id
// without blanks.
func canonicalRemoteID(raw string) (string, bool, bool) {
	tool, id, found := strings.Cut(raw, ":")
	if !found {
		return "", false, false
	}
	tool, known, _ := canonicalTool(tool)
	if !allDigits(id) {
		id = plainID.Replace(strings.ToLower(id))
	}
	return tool + ":" + id, known && len(id) >= 6, tool != "" && len(id) >= 4 && len(id) <= 64 && plainSigns(id)
}

// handleAt takes "@name" where a network is named near it.
func (x *scan) handleAt(i int) {
	if i+1 >= len(x.toks) || x.gap(i+1) > 0 || x.toks[i+1].class == classMark || i > 0 && x.gap(i) == 0 && x.toks[i-1].class != classMark && cjk(x.bytes(i-1), 0) == 0 {
		return
	}
	for k := i + 2; k < len(x.toks) && k <= i+8; k++ { // "@name on Telegram"
		if x.is(k).has(cueNetwork) && (equalFold("on", x.bytes(k-1)) || equalFold("in", x.bytes(k-1)) || equalFold("auf", x.bytes(k-1)) || equalFold("sur", x.bytes(k-1)) || equalFold("en", x.bytes(k-1)) || equalFold("no", x.bytes(k-1))) {
			x.takeHandle(k, i, i+1)
			return
		}
		if x.markAt(k) != 0 && x.gap(k) > 0 || x.markAt(k) == '@' || x.lineBreak(k) {
			break
		}
	}
	for k := i - 1; k >= 0 && k >= i-20; k-- {
		if x.is(k).has(cueNetwork) {
			x.takeHandle(k, i, i+1)
			return
		}
	}
	for k := i + 2; k < len(x.toks) && k <= i+6; k++ {
		if x.is(k).has(cueNetwork) {
			x.takeHandle(k, i, i+1)
			return
		}
	}
}

// takeHandle records the name that begins at token from.
func (x *scan) takeHandle(network, first, from int) {
	end := int(x.toks[from].end)
	for end < len(x.text.b) && (isAlnum(x.text.b[end]) || x.text.b[end] == '_' || x.text.b[end] == '.' && end+1 < len(x.text.b) && isAlnum(x.text.b[end+1])) {
		end++
	}
	net := networkOf(strings.ToLower(string(x.bytes(network))))
	for net == "venmo" && end < len(x.text.b) && (isAlnum(x.text.b[end]) || x.text.b[end] == '-' && end+1 < len(x.text.b) && isAlnum(x.text.b[end+1])) {
		end++
	}
	if net == "discord" && end+4 < len(x.text.b) && x.text.b[end] == '#' && allDigits(x.text.b[end+1:end+5]) {
		end += 5
	}
	name := string(x.text.b[x.toks[from].start:end])
	if len(name) < 3 {
		return
	}
	x.takeSpan(fraud.Handle, net+":"+strings.ToLower(name), int(x.toks[first].start), end, true)
	x.use(first, end)
}

func networkOf(word string) string {
	switch word {
	case "telegrama", "テレグラム", "टेलीग्राम", "tg":
		return "telegram"
	case "ig", "insta", "インスタ", "インスタグラム", "इंस्टाग्राम", "इंस्टा":
		return "instagram"
	case "snap":
		return "snapchat"
	case "ライン":
		return "line"
	case "cash":
		return "cashapp"
	case "x":
		return "twitter"
	case "messenger":
		return "facebook"
	}
	return word
}

// networkName takes "Telegram: name_88" and "Skype live:name".
func (x *scan) networkName(i int) {
	k := i + 1
	if strings.EqualFold(string(x.bytes(i)), "x") || x.cashtag(i) || k+1 >= len(x.toks) || equalFold("cash", x.bytes(i)) {
		return
	}
	if x.is(k).has(cueSession) || x.is(k).has(cueHandleWord) {
		k++
	}
	switch {
	case x.markAt(k) == ':' && k+1 < len(x.toks) && x.gap(k+1) <= 1 && !x.lineBreak(k+1):
		k++
	case k > i+1 && k+1 < len(x.toks) && x.markAt(k+1) == '_' && x.gap(k) == 1 && x.gap(k+1) == 0 && !x.lineBreak(k): // LINE ID name_88
	default:
		return
	}
	if x.markAt(k) == '@' {
		return // handleAt takes it
	}
	b := x.bytes(k)
	end := int(x.toks[k].end)
	underscore := end < len(x.text.b) && x.text.b[end] == '_' || end+1 < len(x.text.b) && x.text.b[end] == '.' && isAlnum(x.text.b[end+1]) && k+2 < len(x.toks) && x.toks[k+2].class == classMixed
	if x.toks[k].class == classMark || x.toks[k].class == classNumber || x.toks[k].used || len(b) < 3 || x.toks[k].class == classWord && !underscore {
		return
	}
	x.takeHandle(i, k, k)
}

// farCashtag is how many tokens behind the service's name a "$name" is still
// one of its: nothing else is written so.
const farCashtag = 30

// cashtag takes the "$name" behind Cash App or Chime (Cash App, "$Cashtags":
// letters first, at most 20 signs).
func (x *scan) cashtag(i int) bool {
	w := x.bytes(i)
	k := i + 1
	if equalFold("cash", w) {
		if !equalFold("app", x.wordAt(k)) {
			return false
		}
		k++
	} else if !equalFold("cashapp", w) && !equalFold("chime", w) {
		return false
	}
	for ; k+1 < len(x.toks) && k <= i+farCashtag; k++ {
		if x.markAt(k) == '$' && !x.toks[k].used && x.toks[k+1].len() > 1 && x.gap(k+1) == 0 && x.toks[k+1].class != classMark && isLetter(x.bytes(k + 1)[0]) {
			x.takeHandle(i, k, k+1)
			return true
		}
	}
	for k := i - 3; k >= 0 && k > i-6; k-- { // "pay to $name on Cash App"
		if x.markAt(k) == '$' && !x.toks[k].used && x.toks[k+1].class != classMark && x.gap(k+1) == 0 && isLetter(x.bytes(k + 1)[0]) && equalFold("on", x.bytes(i-1)) {
			x.takeHandle(i, k, k+1)
			return true
		}
	}
	return false
}

// skypeLive takes the name that Skype gives: "live:name", "live:.cid.0a1b…",
// whose "live" is token i.
func (x *scan) skypeLive(i int) {
	b := x.text.b
	at := int(x.toks[i].end)
	if x.markAt(i+1) != ':' || x.gap(i+1) > 0 || at+2 >= len(b) {
		return
	}
	end := at + 1
	for end < len(b) && (isAlnum(b[end]) || b[end] == '_' || b[end] == '-' || b[end] == '.' && end+1 < len(b) && isAlnum(b[end+1])) {
		end++
	}
	if end-at < 4 {
		return
	}
	start := int(x.toks[i].start)
	x.takeSpan(fraud.Handle, "skype:"+strings.ToLower(string(b[start:end])), start, end, true)
	x.use(i, end)
}

// canonicalHandle is "network:name" in lower case, the name without "@".
func canonicalHandle(raw string) (string, bool, bool) {
	if network, name, found := handleOfURL(raw); found {
		return network + ":" + name, true, true
	}
	network, name, found := strings.Cut(strings.ToLower(raw), ":")
	name = strings.TrimLeft(strings.TrimSpace(name), "@")
	network = networkOf(strings.TrimSpace(network))
	return network + ":" + name, true, found && len(name) >= 2 && len(network) >= 2 && len(network) <= 20 && !strings.ContainsAny(name, " /")
}

// handleOfURL reads the name out of a network's own address.
func handleOfURL(url string) (network, name string, ok bool) {
	_, rest, found := strings.Cut(url, "://")
	if !found {
		rest = url
	}
	host, path, found := strings.Cut(rest, "/")
	if !found || len(host) > len("www.telegram.dog.") {
		return "", "", false
	}
	switch strings.TrimPrefix(strings.ToLower(host), "www.") {
	case "t.me", "telegram.me", "telegram.dog":
		network = "telegram"
	case "instagram.com":
		network = "instagram"
	case "facebook.com", "fb.com", "m.facebook.com", "m.me":
		network = "facebook"
	case "twitter.com", "x.com":
		network = "twitter"
	case "join.skype.com", "skype.com":
		network = "skype"
	case "tiktok.com":
		network = "tiktok"
	default:
		return "", "", false
	}
	name, _, _ = strings.Cut(strings.ToLower(path), "?")
	name, _, _ = strings.Cut(strings.TrimLeft(name, "@"), "/")
	switch name {
	case "", "s", "joinchat", "share", "sharer", "sharer.php", "intent", "p", "reel", "watch", "groups", "pages", "profile.php", "hashtag", "search", "explore", "home", "login", "help", "policies":
		return "", "", false
	}
	if name[0] == '+' || len(name) < 3 || len(name) > 64 {
		return "", "", false
	}
	return network, name, true
}

// tracker takes an analytics or advertising id whose scheme is token i.
func (x *scan) tracker(i int) {
	word := string(x.bytes(i))
	low := strings.ToLower(word)
	dash := x.markAt(i+1) == '-' && x.gap(i+1) == 0 && i+2 < len(x.toks) && x.gap(i+2) == 0
	next := ""
	if dash {
		next = string(x.bytes(i + 2))
	}
	switch {
	case word == "UA" && dash && allDigits(next) && len(next) >= 4 && len(next) <= 10 && x.markAt(i+3) == '-' && i+4 < len(x.toks) && x.toks[i+4].class == classNumber && x.toks[i+4].len() <= 4:
		x.take(fraud.Tracker, "ga:UA-"+next+"-"+string(x.bytes(i+4)), i, i+4, true)
	case word == "G" && dash && len(next) >= 8 && len(next) <= 12 && capitalsAndDigits(next):
		x.take(fraud.Tracker, "ga:G-"+next, i, i+2, true)
	case word == "GTM" && dash && len(next) >= 4 && len(next) <= 9 && capitalsAndDigits(next):
		x.take(fraud.Tracker, "gtm:GTM-"+next, i, i+2, true)
	case word == "AW" && dash && len(next) >= 8 && len(next) <= 12 && allDigits(next):
		x.take(fraud.Tracker, "aw:AW-"+next, i, i+2, true)
	case low == "pub" && dash && len(next) == 16 && allDigits(next):
		x.take(fraud.Tracker, "adsense:pub-"+next, i, i+2, true)
	case low == "fbq", low == "pixel":
		x.trackerID(i, "fbpixel", 14, 17)
	case low == "clicky":
		x.trackerID(i, "clicky", 6, 10)
	case low == "histats":
		x.trackerID(i, "histats", 5, 9)
	}
}

// trackerID takes the first run of so many digits in the next twelve tokens.
func (x *scan) trackerID(i int, scheme string, least, most int) {
	for k := i + 1; k < len(x.toks) && k <= i+14; k++ {
		if t := &x.toks[k]; t.class == classNumber && !t.used && t.len() >= least && t.len() <= most {
			x.take(fraud.Tracker, scheme+":"+string(x.bytes(k)), k, k, true)
			return
		}
	}
}

func capitalsAndDigits[T string | []byte](s T) bool {
	for i := range len(s) {
		if !isUpper(s[i]) && !isDigit(s[i]) {
			return false
		}
	}
	return len(s) > 0
}

// canonicalTracker is "scheme:id"; the scheme is read off the id's form.
func canonicalTracker(raw string) (string, bool, bool) {
	raw = strings.TrimSpace(raw)
	scheme, id, found := strings.Cut(raw, ":")
	if !found {
		id, scheme = raw, ""
	}
	up := strings.ToUpper(strings.TrimSpace(id))
	switch {
	case strings.HasPrefix(up, "UA-") || strings.HasPrefix(up, "G-"):
		return "ga:" + up, true, len(up) > 6
	case strings.HasPrefix(up, "GTM-"):
		return "gtm:" + up, true, len(up) > 7
	case strings.HasPrefix(up, "AW-"):
		return "aw:" + up, true, len(up) > 7
	case strings.Contains(up, "PUB-"):
		return "adsense:" + strings.ToLower(up[strings.Index(up, "PUB-"):]), true, len(up) > 8
	}
	return strings.ToLower(scheme) + ":" + strings.TrimSpace(id), false, scheme != "" && id != "" && len(raw) <= 80
}
