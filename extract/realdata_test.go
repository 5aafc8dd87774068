package extract_test

import (
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

var realOut = flag.String("real.out", "", "write the figures on real data, in Markdown, to this `file`")

// realDir finds a folder of the public data, or skips the test aloud.
func realDir(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("RINGBREAKER_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	path := filepath.Join(root, "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("skipped: the public data ../shared/data/%s is not here", name)
	}
	return path
}

// figures is a table under way: what was asked of which data, and what came.
type figures struct{ rows []string }

func (f *figures) add(data, what string, got, of int) {
	share := "–"
	if of > 0 {
		share = fmt.Sprintf("%.4f", float64(got)/float64(of))
	}
	f.rows = append(f.rows, fmt.Sprintf("| %s | %s | %d of %d | %s |", data, what, got, of, share))
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// table reads a CSV with a header into maps.
func table(t *testing.T, path string) []map[string]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(content(t, path)))
	r.LazyQuotes = true
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, rec := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = rec[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func holds(found []extract.Finding, ok func(extract.Finding) bool) bool {
	return slices.ContainsFunc(found, ok)
}

// What public scam data gives. Labels are those of the data's readers: a
// draft; docs/real-data.md lists where we disagree. The figures go into that
// page by hand from -real.out; here are floors, and no row of the data.
func TestRealDataFigures(t *testing.T) {
	f := &figures{}
	realCallbackMails(t, f)
	realRobocalls(t, f)
	realKits(t, f)
	realSmishing(t, f)
	realMessages(t, f)
	realWallets(t, f)
	realVectors(t, f)
	realDefanged(t, f)
	out := "| data | asked | figure | share |\n|---|---|---|---|\n" + strings.Join(f.rows, "\n") + "\n"
	t.Log("\n" + out)
	if *realOut != "" {
		if err := os.WriteFile(*realOut, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func realCallbackMails(t *testing.T, f *figures) {
	dir := realDir(t, "callback-emails")
	seen := map[string][]extract.Finding{}
	type key struct{ file, number string }
	labelled := map[key]bool{}
	right, wrong := 0, 0
	links, callback, all := map[string]int{}, map[string]int{}, map[string]int{}
	for _, row := range table(t, filepath.Join(dir, "numbers.csv")) {
		if !strings.HasSuffix(row["file"], ".eml") {
			continue // one row comes from a table that is no message
		}
		found, ok := seen[row["file"]]
		if !ok {
			b, err := os.ReadFile(filepath.Join(dir, "eml", row["file"]))
			if err != nil {
				t.Fatal(err)
			}
			if _, found, err = extract.Mail(b, extract.Options{Country: "US"}); err != nil {
				t.Fatalf("%s: %v", row["file"], err)
			}
			seen[row["file"]] = found
		}
		labelled[key{row["file"], row["number"]}] = true
		is := func(x extract.Finding) bool {
			return x.Kind == fraud.Phone && strings.HasSuffix(x.Value, row["number"])
		}
		role := row["role"]
		all[role]++
		if holds(found, func(x extract.Finding) bool { return is(x) && x.Role == fraud.RoleCallback }) {
			callback[role]++
		}
		if holds(found, func(x extract.Finding) bool { return is(x) && x.Role.Links() }) {
			links[role]++
			if role == "scam_callback" {
				right++
			} else if !strings.HasPrefix(role, "unclear") {
				wrong++
				t.Logf("disagree: %s, a draft %s links", row["file"], role)
			}
		} else if role == "scam_callback" {
			t.Logf("disagree: %s, a draft scam_callback does not link", row["file"])
		}
	}
	f.add("callback-emails/numbers.csv", "draft scam_callback that come out as callback", callback["scam_callback"], all["scam_callback"])
	for _, role := range []string{"legit_brand", "legit_gov", "legit_other", "bystander_in_hashbusting_text", "other_party_signature", "not_a_phone", "not_a_phone_MTCN"} {
		f.add("callback-emails/numbers.csv", "draft "+role+" that do not link", all[role]-links[role], all[role])
	}
	f.add("callback-emails/numbers.csv", "precision: labelled numbers that link and are scam_callback", right, right+wrong)
	more := 0
	for file, found := range seen {
		told := map[string]bool{}
		for _, x := range found {
			if x.Kind != fraud.Phone || !x.Role.Links() || told[x.Value] {
				continue
			}
			told[x.Value] = true
			if n := x.Value; len(n) < 10 || !labelled[key{file, n[len(n)-10:]}] {
				more++
				t.Logf("disagree: %s, a number of %d digits that no label has links as %s", file, len(n)-1, x.Role)
			}
		}
	}
	f.rows = append(f.rows, fmt.Sprintf("| callback-emails/numbers.csv | numbers that link and that no label has (not ten digits, or the draft's pattern missed them) | %d | – |", more))
	if callback["scam_callback"] < all["scam_callback"]*97/100 {
		t.Errorf("callbacks: %d of %d", callback["scam_callback"], all["scam_callback"])
	}
}

func realRobocalls(t *testing.T, f *figures) {
	want, found, callback, more, said := 0, 0, 0, 0, 0
	for line := range strings.Lines(content(t, filepath.Join(realDir(t, "robocalls"), "robocalls.jsonl"))) {
		var r struct {
			File, Transcript string
			Phones           []string
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		got := map[string]fraud.Role{}
		for _, x := range extract.Text(r.Transcript, extract.Options{Country: "US", FromFraudster: true}) {
			if x.Kind == fraud.Phone && got[x.Value] != fraud.RoleCallback {
				got[x.Value] = x.Role
			}
		}
		said += len(got)
		labels := map[string]bool{}
		for _, p := range r.Phones {
			labels["+1"+p] = true
		}
		want += len(labels)
		for v, role := range got {
			switch {
			case !labels[v]:
				more++
				t.Logf("disagree: %s, a number the labels do not have", r.File)
			default:
				found++
				if role == fraud.RoleCallback {
					callback++
				}
			}
		}
	}
	f.add("robocalls", "labelled numbers found (recall)", found, want)
	f.add("robocalls", "found numbers that are labelled (precision by the labels)", said-more, said)
	f.add("robocalls", "found and labelled, as callback", callback, found)
	if found < want*98/100 {
		t.Errorf("robocalls: %d of %d", found, want)
	}
}

func realKits(t *testing.T, f *figures) {
	pages, trackers, phones, ids := 0, 0, 0, 0
	for line := range strings.Lines(content(t, filepath.Join(realDir(t, "popup-kits"), "pages.jsonl"))) {
		var r struct {
			Markup  string
			Strings []string `json:"script_strings"`
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		page, stand := r.Markup+"<script>", map[string]bool{}
		for _, s := range r.Strings {
			b, _ := json.Marshal(s)
			page += string(b) + ";\n"
			if regexp.MustCompile(`^(G-[A-Z0-9]{10}|UA-\d+-\d|GTM-[A-Z0-9]{5,8})$`).MatchString(s) && !stand[s] {
				stand[s] = true
				ids++
			}
		}
		pages++
		told := map[string]bool{}
		_, found := extract.HTML([]byte(page+"</script>"), extract.Options{Country: "JP"})
		for _, x := range found {
			switch {
			case x.Kind == fraud.Tracker && strings.HasPrefix(x.Value, "g") && !told[x.Value]:
				told[x.Value] = true
				trackers++
			case x.Kind == fraud.Phone && x.Role.Links():
				phones++
			}
		}
	}
	f.add("popup-kits", "Google ids that stand as strings in the pages' scripts", trackers, ids)
	f.add("popup-kits", "pages from which no dummy comes out as a number", pages-min(phones, pages), pages)
	if phones > 0 {
		t.Errorf("popup-kits: %d numbers out of pages that have none but dummies", phones)
	}
}

func realSmishing(t *testing.T, f *figures) {
	brandOf := regexp.MustCompile(`[^a-z0-9]`)
	fold := func(s string) string { return brandOf.ReplaceAllString(strings.ToLower(s), "") }
	hosts, whole, gotWhole, got, said, same := 0, 0, 0, 0, 0, 0
	links, gotLinks := 0, 0
	senders, sender, asSender := 0, 0, 0
	brands, named, agree := 0, 0, 0
	for _, r := range table(t, filepath.Join(realDir(t, "smishing"), "smishtank.csv")) {
		host := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(r["FullyQualifiedDomain"])), "www.")
		found := extract.Text(r["MainText"], extract.Options{Country: "US", FromFraudster: true})
		told := map[string]bool{}
		for _, x := range found {
			if x.Kind == fraud.Domain && x.Role != fraud.RoleGenuineBrand && !told[x.Value] {
				told[x.Value] = true
			}
		}
		if host != "" {
			hosts++
			stands := strings.Contains(strings.ToLower(r["MainText"]), host)
			is := told[host] || holds(found, func(x extract.Finding) bool { return x.Kind == fraud.Domain && x.Value == host })
			if stands {
				whole++
			}
			if is {
				got++
				if stands {
					gotWhole++
				}
			}
			for v := range told {
				said++
				if v == host {
					same++
				}
			}
			url := strings.TrimSpace(r["Url"])
			_, bare, ok := strings.Cut(url, "://")
			if !ok {
				bare = url
			}
			if strings.Contains(bare, "/") && !strings.HasSuffix(bare, "/") && strings.Contains(r["MainText"], bare) {
				links++
				if holds(found, func(x extract.Finding) bool {
					return x.Kind == fraud.URL && strings.HasSuffix(strings.ToLower(x.Value), strings.ToLower(bare))
				}) {
					gotLinks++
				}
			}
		}
		if r["SenderType"] == "Phone Number" && !strings.Contains(r["Sender"], "E+") {
			want, ok := extract.Canonical(fraud.Phone, r["Sender"], "US")
			if ok && strings.Contains(digits(r["Fulltext"]), digits(r["Sender"])) {
				senders++
				all := extract.Text(r["Fulltext"], extract.Options{Country: "US", FromFraudster: true})
				if holds(all, func(x extract.Finding) bool { return x.Value == want }) {
					sender++
				}
				if holds(all, func(x extract.Finding) bool { return x.Value == want && x.Role == fraud.RoleSender }) {
					asSender++
				}
			}
		}
		if b := fold(r["Brand"]); b != "" && host != "" && strings.Contains(fold(host), b) {
			brands++
			if name, _ := extract.LookAlike(host); name != "" {
				named++
				if fold(name) == b || strings.Contains(fold(name), b) || strings.Contains(b, fold(name)) {
					agree++
				}
			}
		}
	}
	f.add("smishing/smishtank.csv", "labelled hosts, of all rows that have one (screenshot reading breaks many)", got, hosts)
	f.add("smishing/smishtank.csv", "labelled hosts that stand whole in the text", gotWhole, whole)
	f.add("smishing/smishtank.csv", "hosts found in those rows that are the labelled one (precision)", same, said)
	f.add("smishing/smishtank.csv", "labelled URLs with a path that stand whole in the text", gotLinks, links)
	f.add("smishing/smishtank.csv", "senders (numbers) whose digits stand in the screenshot's text", sender, senders)
	f.add("smishing/smishtank.csv", "… and come out in the role sender", asSender, senders)
	f.add("smishing/smishtank.csv", "hosts that contain the labelled brand's name: some brand told", named, brands)
	f.add("smishing/smishtank.csv", "… and it is the labelled one", agree, named)
	if asSender < senders*70/100 {
		t.Errorf("smishing: %d of %d senders come out as the sender", asSender, senders)
	}
	if gotWhole < whole*96/100 {
		t.Errorf("smishing: %d of %d hosts", gotWhole, whole)
	}
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func realMessages(t *testing.T, f *figures) {
	type count struct{ yes, found, no, over int }
	c := map[string]*count{"PHONE": {}, "URL": {}, "EMAIL": {}}
	ham, quiet := 0, 0
	kind := map[string]fraud.Kind{"PHONE": fraud.Phone, "URL": fraud.Domain, "EMAIL": fraud.Email}
	for _, r := range table(t, filepath.Join(realDir(t, "smishing"), "mendeley_5971.csv")) {
		found := extract.Text(r["TEXT"], extract.Options{Country: "GB", FromFraudster: !strings.EqualFold(r["LABEL"], "ham")})
		if strings.EqualFold(r["LABEL"], "ham") && strings.EqualFold(r["PHONE"]+r["URL"]+r["EMAIL"], "NoNoNo") {
			ham++
			if !holds(found, func(x extract.Finding) bool {
				return x.Role.Links() && x.Kind != fraud.Amount && x.Kind != fraud.GiftCard
			}) {
				quiet++
			}
		}
		for col, k := range kind {
			has := holds(found, func(x extract.Finding) bool { return x.Kind == k })
			switch {
			case strings.EqualFold(r[col], "yes"):
				c[col].yes++
				if has {
					c[col].found++
				}
			default:
				c[col].no++
				if has {
					c[col].over++
				}
			}
		}
	}
	for _, col := range []string{"PHONE", "URL", "EMAIL"} {
		f.add("smishing/mendeley_5971.csv", "messages labelled "+col+" yes from which one comes out", c[col].found, c[col].yes)
		f.add("smishing/mendeley_5971.csv", "messages labelled "+col+" no from which none comes out", c[col].no-c[col].over, c[col].no)
	}
	f.add("smishing/mendeley_5971.csv", "ham without phone, URL and mail from which nothing comes out that may link", quiet, ham)
}

var yamlAddress = regexp.MustCompile(`(?m)^\s*- (?:address: )?["']?([A-Za-z0-9:]{20,110})["']?\s*$`)

func realWallets(t *testing.T, f *figures) {
	dir := realDir(t, "crypto")
	for _, file := range []string{"ofac_XBT.txt", "ofac_ETH.txt", "ofac_LTC.txt", "ofac_TRX.txt", "ofac_USDT.txt", "ofac_XMR.txt"} {
		addresses(t, f, "crypto/"+file, strings.Fields(content(t, filepath.Join(dir, file))))
	}
	for _, file := range []string{"graphsense-sextortion_excello.yaml", "graphsense-etherscamdb.yaml", "graphsense-usdt_blacklist.yaml", "cryptoscamdb-urls.yaml"} {
		var all []string
		for _, m := range yamlAddress.FindAllStringSubmatch(content(t, filepath.Join(dir, file)), -1) {
			all = append(all, m[1])
		}
		addresses(t, f, "crypto/"+file, all)
	}
	var sites map[string][]string
	if err := json.Unmarshal([]byte(content(t, filepath.Join(dir, "scamsniffer-combined.json"))), &sites); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, list := range sites {
		all = append(all, list...)
	}
	addresses(t, f, "crypto/scamsniffer-combined.json", all)
}

// isWallet says whether an address in a sentence comes out as one that holds.
func isWallet(a string) bool {
	return holds(extract.Text("Send it to the wallet "+a+" today", extract.Options{FromFraudster: true}), func(x extract.Finding) bool {
		return x.Kind == fraud.Wallet && x.Valid
	})
}

// addresses asks how many of a list hold, and how many still hold after one
// sign of the middle was changed. Ethereum addresses in one letter case have
// no check digits and are left out of the second question.
func addresses(t *testing.T, f *figures, name string, all []string) {
	t.Helper()
	slices.Sort(all)
	all = slices.Compact(all)
	valid, junk, changed, refused := 0, 0, 0, 0
	for _, a := range all {
		if strings.Count(strings.TrimPrefix(a, "0x"), "0") > 34 {
			junk++ // 0x000…018 is a hole that coins fall into, not a wallet
			continue
		}
		if !isWallet(a) {
			continue
		}
		valid++
		if strings.HasPrefix(a, "0x") && (a == strings.ToLower(a) || a[2:] == strings.ToUpper(a[2:])) {
			continue
		}
		for _, c := range []byte("23456789") {
			if mid := len(a) / 2; a[mid] != c {
				changed++
				if !isWallet(a[:mid] + string(c) + a[mid+1:]) {
					refused++
				}
				break
			}
		}
	}
	f.add(name, "addresses that hold", valid, len(all)-junk)
	if changed > 0 {
		f.add(name, "of those with check digits, refused with one sign changed", refused, changed)
	}
	if junk > 0 {
		f.rows = append(f.rows, fmt.Sprintf("| %s | near-zero addresses, left out above | %d | – |", name, junk))
	}
}

func realVectors(t *testing.T, f *figures) {
	dir := realDir(t, "vectors")
	have, other := map[string][2]int{}, 0
	for line := range strings.Lines(content(t, filepath.Join(dir, "iocsearcher-blockchain_valid.ioc"))) {
		w := strings.Fields(line)
		if len(w) != 2 {
			continue
		}
		n := have[w[0]]
		n[1]++
		if holds(extract.Text("Send the coin to the wallet "+w[1]+" now", extract.Options{}), func(x extract.Finding) bool { return x.Kind == fraud.Wallet }) {
			n[0]++
		}
		have[w[0]] = n
	}
	sum := [2]int{}
	var none []string
	for coin, n := range have {
		if n[0] == 0 {
			none, other = append(none, coin), other+n[1]
			continue
		}
		sum[0], sum[1] = sum[0]+n[0], sum[1]+n[1]
	}
	slices.Sort(none)
	f.add("vectors, blockchain", "addresses of the coins that are a kind of ours, in a sentence", sum[0], sum[1])
	if other > 0 {
		f.rows = append(f.rows, fmt.Sprintf("| vectors, blockchain | addresses of coins that are none (%s) | %d | – |", strings.Join(none, ", "), other))
	}
	quiet, lines := 0, 0
	for _, file := range []string{"iocsearcher-arn_valid.ioc", "iocsearcher-registry_valid.ioc"} {
		for line := range strings.Lines(content(t, filepath.Join(dir, file))) {
			_, value, _ := strings.Cut(strings.TrimSpace(line), "\t")
			if value == "" {
				continue
			}
			lines++
			if !holds(extract.Text("see "+value+" there", extract.Options{Country: "US"}), func(x extract.Finding) bool {
				return x.Role.Links() && x.Kind != fraud.Domain && x.Kind != fraud.URL
			}) {
				quiet++
			}
		}
	}
	f.add("vectors, arn and registry", "strings with account numbers from which no phone or account comes out", quiet, lines)
	onion, got := 0, 0
	for line := range strings.Lines(content(t, filepath.Join(dir, "iocsearcher-onion_valid.ioc"))) {
		w := strings.Fields(line)
		if len(w) == 0 {
			continue
		}
		onion++
		host := strings.TrimSuffix(w[len(w)-1], ".onion") + ".onion"
		if holds(extract.Text("open http://"+host+"/ now", extract.Options{}), func(x extract.Finding) bool { return x.Kind == fraud.Domain && x.Value == host }) {
			got++
		}
	}
	f.add("vectors, onion", "hosts", got, onion)
}

func realDefanged(t *testing.T, f *figures) {
	dir := realDir(t, "tss-malwarebytes")
	lines, hosts, ips := 0, 0, 0
	for line := range strings.Lines(content(t, filepath.Join(dir, "adult_malvertising.txt"))) {
		host, ip, ok := strings.Cut(strings.ReplaceAll(strings.TrimSpace(line), "[.]", "."), ",")
		if _, err := netip.ParseAddr(ip); !ok || err != nil || strings.ContainsAny(host, " /") {
			continue
		}
		lines++
		found := extract.Text(line, extract.Options{FromFraudster: true})
		if holds(found, func(x extract.Finding) bool {
			return x.Kind == fraud.Domain && x.Value == strings.TrimPrefix(host, "www.")
		}) {
			hosts++
		}
		if holds(found, func(x extract.Finding) bool { return x.Kind == fraud.IP && x.Value == ip }) {
			ips++
		}
	}
	f.add("tss-malwarebytes/adult_malvertising.txt", "defanged hosts", hosts, lines)
	f.add("tss-malwarebytes/adult_malvertising.txt", "defanged IPs", ips, lines)
	numbers, got := 0, 0
	parameter := regexp.MustCompile(`[?&](?:nr|phone|ph)=(\d{3}-?\d{3}-?\d{4})`)
	for line := range strings.Lines(content(t, filepath.Join(dir, "TSS-2020-09-21.txt"))) {
		if !strings.HasPrefix(line, "http") {
			continue
		}
		if m := parameter.FindStringSubmatch(line); m != nil {
			numbers++
			if holds(extract.Text(line, extract.Options{Country: "US", FromFraudster: true}), func(x extract.Finding) bool {
				return x.Kind == fraud.Phone && x.Value == "+1"+digits(m[1])
			}) {
				got++
			}
		}
	}
	f.add("tss-malwarebytes/TSS-2020-09-21.txt", "numbers in the query of a page's address", got, numbers)
}
