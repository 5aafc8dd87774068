package extract

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
)

// jsonLines reads a file of one JSON object a line.
func jsonLines[T any](t *testing.T, path string) []T {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var all []T
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var one T
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

func has(found []Finding, kind fraud.Kind, value string) bool {
	return slices.ContainsFunc(found, func(f Finding) bool { return f.Kind == kind && f.Value == value })
}

// The transcripts' labels are numbers that a pattern found; we must find them
// all, as the number to call.
func TestRobocallsGiveTheNumberToCall(t *testing.T) {
	type row struct {
		File       string   `json:"file"`
		Phones     []string `json:"phones"`
		Transcript string   `json:"transcript"`
	}
	want, found, callback, more := 0, 0, 0, 0
	for _, r := range jsonLines[row](t, filepath.Join(sharedData(t, "robocalls"), "robocalls.jsonl")) {
		got := Text(r.Transcript, Options{Country: "US", FromFraudster: true})
		for _, p := range r.Phones {
			want++
			at := slices.IndexFunc(got, func(f Finding) bool { return f.Value == "+1"+p })
			if at < 0 {
				t.Logf("missed in %s", r.File)
				continue
			}
			found++
			if got[at].Role == fraud.RoleCallback {
				callback++
			}
		}
		for _, f := range got {
			if f.Kind == fraud.Phone && !slices.Contains(r.Phones, strings.TrimPrefix(f.Value, "+1")) {
				more++
			}
		}
	}
	t.Logf("%d of %d labelled numbers, %d of them to call; %d that the labels do not have", found, want, callback, more)
	if found < want*98/100 || callback < want*95/100 {
		t.Errorf("found %d and called %d of %d", found, callback, want)
	}
}

func TestPopupKitsGiveTheirTrackersAndNoNumberThatIsADummy(t *testing.T) {
	type row struct {
		Repo    string   `json:"repo"`
		Markup  string   `json:"markup"`
		Strings []string `json:"script_strings"`
	}
	ga := 0
	for _, r := range jsonLines[row](t, filepath.Join(sharedData(t, "popup-kits"), "pages.jsonl")) {
		page := r.Markup + "<script>"
		for _, s := range r.Strings {
			b, _ := json.Marshal(s)
			page += string(b) + ";\n"
		}
		_, found := HTML([]byte(page+"</script>"), Options{Country: "JP"})
		for _, f := range found {
			switch {
			case f.Kind == fraud.Tracker && strings.HasPrefix(f.Value, "ga:G-"):
				ga++
			case f.Kind == fraud.Phone && f.Role.Links():
				t.Errorf("%s gives a phone number, %s; its pages have none but a dummy", r.Repo, f.Raw)
			}
		}
	}
	if ga < 2 {
		t.Errorf("found the analytics id on %d pages, want 2", ga)
	}
}

func TestSmishingGivesItsLinks(t *testing.T) {
	f, err := os.Open(filepath.Join(sharedData(t, "smishing"), "smishtank.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	col := func(name string) int { return slices.Index(rows[0], name) }
	text, host, sender, senderType := col("MainText"), col("FullyQualifiedDomain"), col("Sender"), col("SenderType")
	want, got, phones, read := 0, 0, 0, 0
	for _, r := range rows[1:] {
		h := strings.ToLower(strings.TrimSpace(r[host]))
		if h != "" && strings.Contains(strings.ToLower(r[text]), h) {
			want++
			found := Text(r[text], Options{Country: "US", FromFraudster: true})
			if slices.ContainsFunc(found, func(f Finding) bool {
				return f.Kind == fraud.Domain && (f.Value == h || f.Value == strings.TrimPrefix(h, "www.") || strings.HasSuffix(f.Value, "."+h))
			}) {
				got++
			} else {
				t.Logf("missed the host of message %s", r[0])
			}
		}
		if r[senderType] == "Phone Number" && !strings.Contains(r[sender], "E+") {
			phones++
			if _, ok := Canonical(fraud.Phone, r[sender], "US"); ok {
				read++
			}
		}
	}
	t.Logf("%d of %d hosts that stand in the text; %d of %d senders read", got, want, read, phones)
	if want < 300 || got < want*97/100 {
		t.Errorf("found %d of %d hosts", got, want)
	}
	if read < phones*95/100 {
		t.Errorf("read %d of %d senders", read, phones)
	}
}

func TestWalletsAreToldFromJunk(t *testing.T) {
	dir := sharedData(t, "crypto")
	for _, tt := range []struct {
		file  string
		floor float64
	}{
		{"ofac_XBT.txt", 1},
		{"ofac_ETH.txt", 1},
		{"ofac_LTC.txt", 1},
		{"ofac_TRX.txt", 1},
		{"ofac_USDT.txt", 1},
		{"ofac_XMR.txt", 0.6}, // one line of three is a hex string
	} {
		b, err := os.ReadFile(filepath.Join(dir, tt.file))
		if err != nil {
			t.Fatal(err)
		}
		all, valid, broken := 0, 0, 0
		for line := range strings.Lines(string(b)) {
			line = strings.TrimSpace(line)
			if line == "" {
				continue
			}
			all++
			if _, ok, _ := canonicalWallet(line); ok {
				valid++
			} else {
				t.Logf("%s: not valid: line %d", tt.file, all)
			}
			if strings.HasPrefix(line, "0x") {
				continue // in one letter case Ethereum has no check digits
			}
			for _, c := range []byte("23456789abcdefgh") {
				if c != line[len(line)-3] {
					if _, ok, _ := canonicalWallet(line[:len(line)-3] + string(c) + line[len(line)-2:]); ok {
						broken++
					}
					break
				}
			}
		}
		if float64(valid) < tt.floor*float64(all) {
			t.Errorf("%s: %d of %d addresses hold", tt.file, valid, all)
		}
		if broken > 0 {
			t.Errorf("%s: %d addresses hold with a sign changed", tt.file, broken)
		}
	}
}

func TestVectorWalletsAreRecognised(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(sharedData(t, "vectors"), "iocsearcher-blockchain_valid.ioc"))
	if err != nil {
		t.Fatal(err)
	}
	all, got := 0, 0
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) != 2 {
			continue
		}
		switch f[0] {
		case "bitcoin", "ethereum", "litecoin", "monero", "ripple", "solana", "tron", "dogecoin", "dashcoin", "bitcoincash", "cardano", "tezos", "zcash":
		default:
			continue
		}
		all++
		if has(Text("Send the coin to the wallet "+f[1]+" now", Options{}), fraud.Wallet, walletForm(f[1])) {
			got++
		} else {
			t.Logf("not taken: %s", line)
		}
	}
	if all == 0 || got < all {
		t.Errorf("%d of %d addresses recognised", got, all)
	}
}

func walletForm(s string) string {
	if low := strings.ToLower(s); strings.HasPrefix(low, "0x") || strings.HasPrefix(low, "bc1") || strings.HasPrefix(low, "ltc1") {
		return low
	}
	return strings.TrimPrefix(s, "bitcoincash:")
}

func TestPhoneCasesOfTheLibraryHold(t *testing.T) {
	all, good := 0, 0
	for _, r := range jsonLines[map[string]any](t, filepath.Join(sharedData(t, "phones"), "cases.jsonl")) {
		if r["metadata"] != "real" || r["fn"] != "valid" {
			continue
		}
		e164, _ := r["e164"].(string)
		want, ok := r["out"].(bool)
		if e164 == "" || !ok {
			continue
		}
		all++
		p, parsed := parsePhone([]byte(strings.TrimPrefix(e164, "+")), true, nil)
		if (parsed && p.valid) == want {
			good++
		}
	}
	t.Logf("%d of %d", good, all)
	if all < 500 || good < all*99/100 {
		t.Errorf("%d of %d cases hold", good, all)
	}
}

func TestIFSCFormsAreThoseOfTheValidator(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(sharedData(t, "rmm-banks"), "ifsc-validator-cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var groups map[string]map[string]bool
	if err := json.Unmarshal(b, &groups); err != nil {
		t.Fatal(err)
	}
	valid, form := 0, 0
	for _, g := range groups {
		for code, ok := range g {
			if ok {
				valid++
				if ifscForm(code) {
					form++
				}
			}
		}
	}
	if valid == 0 || form < valid {
		t.Errorf("%d of %d valid codes have the form", form, valid)
	}
}
