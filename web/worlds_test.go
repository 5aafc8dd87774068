package web_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/match"
)

var hashed = sync.OnceValues(func() (string, error) { return access.HashPassword(password, &counter{}) })

// staff gives a world one person for each role, and one with none.
func staff(t testing.TB, w *world) {
	t.Helper()
	hash, err := hashed()
	if err != nil {
		t.Fatal(err)
	}
	w.people, w.sessions = map[fraud.PersonID]access.Person{}, map[string]access.Session{}
	names := map[access.Role]string{
		access.RoleAdmin: "Ada Keys", access.RoleAnalyst: "Priya Nair", access.RoleSignatory: "John Counsel", access.RoleVaultKeeper: "Vera Lock",
		access.RoleInvestigator: "R. Sharma", access.RoleOfficer: "Sub-Inspector A. Rao", access.RoleAuditor: "Olga Audit", access.RoleSubscriber: "Carrier's program",
	}
	for _, r := range access.Roles {
		id := fraud.PersonID(r)
		w.people[id] = access.Person{ID: id, Org: w.org.ID, Name: names[r], Office: strings.ReplaceAll(string(r), "_", " "), Roles: []access.Role{r}, Password: hash}
	}
	w.people["nobody"] = access.Person{ID: "nobody", Org: w.org.ID, Name: "No Role", Password: hash}
}

func phone(v string) fraud.Indicator { return fraud.Indicator{Kind: fraud.Phone, Value: v} }

// company is a company's node with one large ring, some small ones, a match, a
// joint case and a referral.
func company(t testing.TB) *world {
	w := &world{org: fraud.Org{ID: "alder", Name: "Alder Software", Kind: fraud.OrgCompany, Country: "US", Brands: []string{"Microsoft"}}, sightings: map[fraud.ReportID][]fraud.Sighting{}}
	staff(t, w)
	addReports(w)
	addRings(w)
	addMoney(w)
	addPartners(w)
	w.listings = []fraud.Listing{
		{Indicator: phone("+12125550142"), State: fraud.ListingActive, Since: ago(40), LastSeen: ago(3), Expires: asOf.Add(27 * 24 * time.Hour), Sources: 3, Reports: 61, Ring: "R-17", Mark: fraud.Mark{TLP: fraud.TLPClear, PAP: fraud.PAPClear}},
		{Indicator: fraud.Indicator{Kind: fraud.Domain, Value: "pc-alert-help.example"}, State: fraud.ListingDisputed, Since: ago(20), LastSeen: ago(6), Expires: asOf.Add(70 * 24 * time.Hour), Sources: 2, Reports: 12, Mark: fraud.Mark{TLP: fraud.TLPClear, PAP: fraud.PAPGreen}},
	}
	w.disputed = []fraud.Dispute{{ID: "dispute-1", Indicator: fraud.Indicator{Kind: fraud.Domain, Value: "pc-alert-help.example"}, Says: "We bought this name last week for a repair shop.", Contact: "owner@shop.example", At: ago(1)}}
	w.alerts = []fraud.Alert{
		{ID: "A-1", Kind: fraud.AlertReturn, Ring: "R-31", Broken: "R-09", Says: "Ring R-09 is back as R-31, 19 days after the raid", Bits: 22.4, Since: ago(4), At: ago(2), Kept: []fraud.Cause{{Indicator: fraud.Indicator{Kind: fraud.BankAccount, Value: "ICIC0000042/7788990011"}, Role: fraud.RolePayee, Bits: 16.1, Why: "The same account took money before the raid and after it."}}, New: []fraud.Indicator{phone("+13125550177")}},
		{ID: "A-2", Kind: fraud.AlertGrowth, Ring: "R-17", Says: "Ring R-17 doubled in 30 days", Since: ago(30), At: ago(6), Seen: ago(5)},
	}
	w.waiting = []fraud.Letter{
		{No: 41, To: "birch", What: "joint", Ref: "JC-4HBD", Path: "/peer/v1/joint-cases/entries", At: ago(2.5), Tries: 61, Next: asOf.Add(40 * time.Minute), Problem: "reach the node of birch: connection refused"},
		{No: 42, To: "birch", What: "joint", Ref: "JC-4HBD", Path: "/peer/v1/joint-cases/entries", At: ago(2.4), Next: ago(2.4)},
		{No: 43, To: "birch", What: "to_sign", Ref: "REF-2K7M", Version: 1, At: ago(.1), Tries: 3, Next: asOf.Add(2 * time.Minute), Problem: "reach the node of birch: connection refused"},
		{No: 44, To: "cfb", What: "recall", Ref: "SH-1", Path: "/peer/v1/shares/recall", At: ago(.01), Next: ago(.01)},
	}
	w.refused = []fraud.Letter{
		{No: 38, To: "birch", What: "joint", Ref: "JC-4HBD", Path: "/peer/v1/joint-cases/entries", At: ago(9), Tries: 1, Ended: ago(9), Problem: "joint case JC-4HBD was not accepted by both sides"},
		{No: 12, To: "birch", What: "joint", Ref: "JC-4HBD", Path: "/peer/v1/joint-cases/accepted", At: ago(80), Tries: 1, Ended: ago(80), Problem: "long ago"},
	}
	w.audits = []fraud.AuditEntry{
		{Seq: 1, At: ago(2), By: "analyst", Org: "alder", Act: "report.read", Ref: "alder/r-0001", OK: true},
		{Seq: 2, At: ago(1), By: "analyst", Org: "alder", Act: "open_vault", Ref: "alder/r-0001", Why: "to open vault needs the role vault keeper (roles)"},
	}
	return w
}

func addReports(w *world) {
	rng := rand.New(rand.NewPCG(7, 11))
	brands := []string{"Microsoft", "Amazon"}
	countries := []string{"US", "US", "US", "US", "CA", "GB", "AU", "DE", "ES"}
	zones := map[string]string{"US": "America/New_York", "CA": "America/Toronto", "GB": "Europe/London", "AU": "Australia/Sydney", "DE": "Europe/Berlin", "ES": "Europe/Madrid"}
	ages := []string{"60_plus", "60_plus", "50_59", "40_49", "unknown"}
	for i := range 120 {
		c := countries[rng.IntN(len(countries))]
		at := ago(90 * rng.Float64()).Truncate(24 * time.Hour).Add(time.Duration(14+rng.IntN(9))*time.Hour + time.Duration(rng.IntN(60))*time.Minute)
		r := &fraud.Report{
			ID: fmt.Sprintf("r-%04d", i+1), Source: "alder", ReceivedAt: at.Add(5 * time.Hour), Victim: fmt.Sprintf("v-%06x", rng.IntN(1<<24)),
			Reporter: fraud.Reporter{Role: "victim", Country: c, TimeZone: zones[c], AgeBand: ages[rng.IntN(len(ages))], Language: "en"},
			Consent:  fraud.Consent{ShareLawEnforcement: i%3 != 0, Contact: i%2 == 0},
			Contacts: []fraud.Contact{{At: at, Medium: []string{"popup", "call", "device_activation"}[rng.IntN(3)], Direction: "to_victim", Callback: "+12125550142", Brand: brands[rng.IntN(2)]}},
		}
		if i%3 != 0 {
			r.Payments = []fraud.Payment{{Status: "sent", Rail: "bank_wire", Amount: fmt.Sprintf("%d.00", 200+rng.IntN(3000)), Currency: "USD", At: at.Add(2 * time.Hour)}}
		}
		r.Narrative = "A red window filled the screen and a voice said my computer was locked. It said to call +1 (212) 555-0142. A man named Kevin Walker from \"Microsoft support\" had me install AnyDesk, number 604 118 223. He showed me pc-alert-help.example and took $499.99. My own number is 212 555 0199."
		w.reports = append(w.reports, r)
		w.sightings[r.Name()] = seen(r)
	}
	w.reports[5].ReceivedAt, w.reports[5].Payments[0].At = ago(.5), ago(.6)
	w.reports[4].ReceivedAt, w.reports[4].Payments[0].At = ago(1.5), ago(1.6)
	w.reports[7].TLP = fraud.TLPGreen
}

// seen is what was taken out of an invented report: fixed, so that pages do
// not change when extraction learns.
func seen(r *fraud.Report) []fraud.Sighting {
	var out []fraud.Sighting
	for _, x := range []struct {
		raw  string
		ind  fraud.Indicator
		role fraud.Role
		why  string
	}{
		{"+1 (212) 555-0142", phone("+12125550142"), fraud.RoleCallback, "the number to call, by the words beside it"},
		{"Kevin Walker", fraud.Indicator{Kind: fraud.PersonAlias, Value: "kevin walker"}, fraud.RoleAlias, "a name that was given"},
		{"604 118 223", fraud.Indicator{Kind: fraud.RemoteID, Value: "anydesk:604118223"}, fraud.RoleRemote, "the way into a machine"},
		{"pc-alert-help.example", fraud.Indicator{Kind: fraud.Domain, Value: "pc-alert-help.example"}, fraud.RoleLure, "a page that the speaker was led to"},
		{"212 555 0199", phone("+12125550199"), fraud.RoleVictimOwned, "the speaker calls it their own"},
	} {
		at := strings.Index(r.Narrative, x.raw)
		out = append(out, fraud.Sighting{Report: r.Name(), Indicator: x.ind, Role: x.role, At: r.HappenedAt(), Raw: x.raw, Valid: true, Why: x.why, Place: fraud.Place{Field: "narrative", Start: at, End: at + len(x.raw)}})
	}
	return out
}

func addRings(w *world) {
	kinds := []struct {
		ind     fraud.Indicator
		role    fraud.Role
		reports int
		bits    float64
	}{
		{phone("+12125550142"), fraud.RoleCallback, 61, 15.2},
		{phone("+12125550143"), fraud.RoleCallback, 34, 15.0},
		{phone("+13125550177"), fraud.RoleCallback, 22, 14.7},
		{phone("+18085550111"), fraud.RoleShownCallerID, 18, 0.6},
		{fraud.Indicator{Kind: fraud.Domain, Value: "pc-alert-help.example"}, fraud.RoleLure, 29, 11.8},
		{fraud.Indicator{Kind: fraud.Domain, Value: "win-secure-07.example"}, fraud.RoleLure, 17, 11.1},
		{fraud.Indicator{Kind: fraud.URL, Value: "https://firestick-activate.example/help"}, fraud.RoleLure, 21, 12.4},
		{fraud.Indicator{Kind: fraud.RemoteID, Value: "anydesk:604118223"}, fraud.RoleRemote, 26, 13.9},
		{fraud.Indicator{Kind: fraud.RemoteHost, Value: "relay-11.support.example"}, fraud.RoleRemote, 9, 12.0},
		{fraud.Indicator{Kind: fraud.BankAccount, Value: "HDFC0000001/50100200300"}, fraud.RolePayee, 41, 16.1},
		{fraud.Indicator{Kind: fraud.UPI, Value: "bright.services@okbank"}, fraud.RolePayee, 7, 15.8},
		{fraud.Indicator{Kind: fraud.CardDescriptor, Value: "BRIGHT SOFT SERVICES"}, fraud.RolePayee, 33, 13.4},
		{fraud.Indicator{Kind: fraud.Company, Value: "name:bright soft services llp"}, fraud.RoleCompany, 12, 10.9},
		{fraud.Indicator{Kind: fraud.PersonAlias, Value: "kevin walker"}, fraud.RoleAlias, 38, 4.1},
		{fraud.Indicator{Kind: fraud.Script, Value: "script:9f2c11aa04be77d1"}, fraud.RoleScript, 47, 8.8},
		{fraud.Indicator{Kind: fraud.Email, Value: "billing@pc-alert-help.example"}, fraud.RoleSender, 15, 12.7},
		{fraud.Indicator{Kind: fraud.Tracker, Value: "ga:G-EXAMPLE42"}, fraud.RoleTracker, 8, 13.3},
	}
	for i := range 24 {
		kinds = append(kinds, struct {
			ind     fraud.Indicator
			role    fraud.Role
			reports int
			bits    float64
		}{phone(fmt.Sprintf("+1646555%04d", 100+i)), fraud.RoleCallback, 2 + i%4, 14})
	}
	ring := fraud.Ring{ID: "R-17", Brands: []string{"Microsoft", "Amazon"}, Countries: []string{"US", "CA", "GB", "AU", "DE", "ES"}, Mark: fraud.Mark{}.Filled(), Model: "1.0"}
	for i, k := range kinds {
		from := ago(88 - float64(i*2%70))
		ring.Indicators = append(ring.Indicators, fraud.RingIndicator{Indicator: k.ind, Role: k.role, Tenure: fraud.Tenure{From: from, To: from.Add(time.Duration(6+i%17) * 24 * time.Hour)}, Bits: k.bits, Reports: k.reports, Sources: 1 + i%4})
	}
	for i, r := range w.reports {
		if i < 100 {
			ring.Reports = append(ring.Reports, r.Name())
		}
	}
	for i := range 99 {
		a, b := kinds[i*7%len(kinds)], kinds[(i*11+3)%17]
		w.links = append(w.links, fraud.Link{Kind: fraud.SameOperator, A: ring.Reports[i], B: ring.Reports[i+1], Bits: a.bits, Ring: "R-17", Cause: []fraud.Cause{
			{Indicator: a.ind, Role: a.role, Family: fraud.FamilyContact, Bits: a.bits, Reports: a.reports, Why: "Both name it in the same week; two unrelated reports would share it once in 30,000."},
			{Indicator: b.ind, Role: b.role, Family: fraud.FamilyMoney, Bits: b.bits, Reports: b.reports, Why: "Money of both went there."},
		}})
	}
	hold := func(i int, kind int) { // report i of the ring holds a value
		k := kinds[kind]
		id := ring.Reports[i]
		w.sightings[id] = append(w.sightings[id], fraud.Sighting{Report: id, Indicator: k.ind, Role: k.role, At: ago(50), Place: fraud.Place{Field: "contacts[0].callback"}, Raw: k.ind.Value, Valid: true, Why: "the victim was told so"})
	}
	for i := range 85 {
		hold(i, i%17)
		hold(i, (i*5+3)%17)
		if i%3 == 0 {
			hold(i, 21+i%20)
		}
	}
	for i := 85; i < 100; i++ { // a part that one number alone ties to the rest
		w.sightings[ring.Reports[i]] = nil
		hold(i, 17+i%3)
		hold(i, 20)
	}
	hold(85, 6)
	ring.Bridges = []fraud.Link{{Kind: fraud.SameOperator, A: ring.Reports[6], B: ring.Reports[85], Bits: 13.9, Ring: "R-17", Cause: []fraud.Cause{
		{Indicator: kinds[6].ind, Role: kinds[6].role, Family: fraud.FamilyRemote, Bits: 13.9, Reports: kinds[6].reports, Why: "Both computers were reached through it."},
	}}}
	ring.Suppliers = []fraud.Tie{
		{ID: "S-1", Indicator: fraud.Indicator{Kind: fraud.Domain, Value: "traffic-popups.example"}, Role: fraud.RoleRedirect, Rings: []fraud.RingID{"R-09", "R-17", "R-22"}, Reports: 31, Bits: 11.2, Why: "Visitors of three rings came through this redirect, in the same weeks."},
		{ID: "S-2", Indicator: fraud.Indicator{Kind: fraud.Script, Value: "script:77ab00cd11ef2233"}, Role: fraud.RoleScript, Rings: []fraud.RingID{"R-17", "R-22"}, Reports: 12, Bits: 7.4, Why: "A pop-up kit that two rings use."},
	}
	ring.Launderers = []fraud.Tie{{ID: "L-1", Indicator: fraud.Indicator{Kind: fraud.MerchantID, Value: "PAYOUT-88123"}, Role: fraud.RolePayee, Rings: []fraud.RingID{"R-09", "R-17"}, Reports: 19, Bits: 14.0, Why: "A payout merchant through which two rings were paid."}}
	ring.Harm = fraud.Harm{Reports: 214, Victims: 214, Sent: fraud.Sums{"USD": 190_312_500, "GBP": 4_100_000}, Aged60: 99, FirstAt: ago(88), LastAt: ago(1), Last30d: 83, Before30: 41, Score: 91.5}
	w.rings = []fraud.Ring{ring}
	for i, id := range []fraud.RingID{"R-09", "R-22", "R-31", "R-40"} {
		w.rings = append(w.rings, fraud.Ring{
			ID: id, Reports: []fraud.ReportID{w.reports[101+i*4].Name(), w.reports[102+i*4].Name()}, Brands: []string{[]string{"Amazon", "Microsoft"}[i%2]}, Countries: []string{"US", "GB"}, Mark: fraud.Mark{TLP: fraud.TLPGreen, PAP: fraud.PAPGreen}, Model: "1.0",
			Indicators: []fraud.RingIndicator{{Indicator: phone(fmt.Sprintf("+1917555%04d", 110+i)), Role: fraud.RoleCallback, Tenure: fraud.Tenure{From: ago(60 - float64(i)*9), To: ago(20 - float64(i)*5)}, Bits: 14.9, Reports: 12 - i, Sources: 2}},
			Harm:       fraud.Harm{Reports: 40 - i*9, Victims: 38 - i*9, Sent: fraud.Sums{"USD": int64(8_200_000 - i*1_900_000)}, Aged60: 15 - i*3, FirstAt: ago(70), LastAt: ago(20 - float64(i)*5), Last30d: 3 + i*2, Before30: 14 - i*3, Score: 40 - float64(i)*8},
		})
	}
	w.suggest = []fraud.Suggestion{{A: "R-22", B: "R-40", Link: fraud.Link{Kind: fraud.SameOperator, A: w.rings[2].Reports[0], B: w.rings[4].Reports[0], Bits: 8.9, Cause: []fraud.Cause{{Indicator: fraud.Indicator{Kind: fraud.PersonAlias, Value: "daniel cruz"}, Role: fraud.RoleAlias, Bits: 4.2, Why: "An agent of this name spoke to victims of both."}, {Indicator: fraud.Indicator{Kind: fraud.Script, Value: "script:0011223344556677"}, Role: fraud.RoleScript, Bits: 4.7, Why: "Nearly the same words were read to both."}}}}}
	w.events = []fraud.RingEvent{{Seq: 1, At: ago(80), What: "born", Ring: "R-17", Cause: "two reports share a callback number"}, {Seq: 2, At: ago(35), What: "merged", Ring: "R-17", Others: []fraud.RingID{"R-18"}, Cause: "account HDFC0000001/50100200300, 16.1 bits"}}
	w.judged = []fraud.Judgement{{ID: "J-1", Verdict: fraud.VerdictDifferent, A: w.rings[1].Reports[0], B: w.rings[2].Reports[0], By: "analyst", Reason: "Only a traffic seller in common", At: ago(12)}}
}

func addMoney(w *world) {
	add := func(from, to string, minor int64, days float64, basis fraud.Basis) {
		w.transfers = append(w.transfers, fraud.Transfer{ID: fmt.Sprintf("T-%03d", len(w.transfers)+1), From: from, To: to, Amount: fraud.Money{Minor: minor, Currency: "USD"}, At: ago(days), Rail: "bank_wire", Basis: basis, Source: "bank"})
	}
	mule, upi := "bank_account:HDFC0000001/50100200300", "upi:bright.services@okbank"
	for i := range 24 {
		add(fmt.Sprintf("bank_account:VICTIM/%04d", i), mule, int64(40_000+i*7_100), 60-float64(i), fraud.Reported)
		if i%3 == 0 {
			add(fmt.Sprintf("bank_account:VICTIM/%04d", i+50), upi, int64(30_000+i*900), 50-float64(i), fraud.Reported)
		}
	}
	add(mule, "merchant_id:PAYOUT-88123", 1_900_000, 20, fraud.Observed)
	add(upi, "merchant_id:PAYOUT-88123", 250_000, 19, fraud.Observed)
	add("merchant_id:PAYOUT-88123", "bank_account:SHELL/0001", 900_000, 15, fraud.Observed)
	add("merchant_id:PAYOUT-88123", "bank_account:SHELL/0002", 700_000, 15, fraud.Observed)
	add("merchant_id:PAYOUT-88123", "bank_account:SHELL/0003", 400_000, 14, fraud.Inferred)
	add("bank_account:SHELL/0001", "wallet:bc1qexampleexampleexample", 600_000, 10, fraud.Inferred)
	add("bank_account:SHELL/0002", "wallet:bc1qexampleexampleexample", 500_000, 9, fraud.Inferred)
}

func addPartners(w *world) {
	w.peers = []fraud.Peer{
		{Org: fraud.Org{ID: "birch", Name: "Birch Marketplace", Kind: fraud.OrgCompany}, URL: "http://127.0.0.1:8702", AddedAt: ago(50)},
		{Org: fraud.Org{ID: "cfb", Name: "Central Fraud Bureau", Kind: fraud.OrgAgency}, URL: "http://127.0.0.1:8703", AddedAt: ago(50)},
		{
			Org: fraud.Org{ID: "dogwood", Name: "Dogwood Telecom", Kind: fraud.OrgCompany}, URL: "http://127.0.0.1:8704", AddedAt: ago(60), Revoked: ago(3),
			Why: "its ledger was rolled back from 812 leaves to 640",
		},
	}
	w.keyChanges = []access.KeyRecord{
		{No: 1, KeyChange: access.KeyChange{Org: "birch", Old: fraud.OrgKeys{Sign: "a"}, New: fraud.OrgKeys{Sign: "b"}, Reason: "yearly"}, Came: ago(20)},
		{No: 2, KeyChange: access.KeyChange{Org: "dogwood", Old: fraud.OrgKeys{Sign: "c"}, Reason: "a laptop was stolen"}, Came: ago(4)},
		{No: 9, KeyChange: access.KeyChange{Org: "alder", Old: fraud.OrgKeys{Sign: "d"}, New: fraud.OrgKeys{Sign: "e"}, Reason: "yearly", At: ago(3)}, Came: ago(3)},
	}
	consent := map[fraud.MatchStep]time.Time{fraud.MatchCount: ago(9), fraud.MatchKinds: ago(8.8), fraud.MatchSuspects: ago(8.5)}
	overlaps := []fraud.Overlap{
		{OurRing: "R-17", PeerRing: "b-3f91", Elements: 14, Kinds: map[fraud.Kind]int{fraud.Phone: 6, fraud.BankAccount: 2, fraud.RemoteID: 3, fraud.CardDescriptor: 1, fraud.Domain: 2}, Bits: 61.3, Relation: fraud.SameOperator},
		{OurRing: "R-22", PeerRing: "b-77c0", Elements: 3, Kinds: map[fraud.Kind]int{fraud.Domain: 3}, Bits: 12.2, Relation: fraud.SameSupplier},
	}
	w.matches = []fraud.Match{{
		ID: "M-7QXT", Peer: "birch", Offered: true, Step: fraud.MatchSuspects, Consent: consent, PeerConsent: consent, Kinds: []fraud.Kind{fraud.Phone, fraud.Domain, fraud.BankAccount, fraud.RemoteID}, MinReports: 2,
		OurSize: 1284, PeerSize: 902, OurRoot: strings.Repeat("5a", 32), PeerRoot: strings.Repeat("c3", 32), At: ago(9),
		Report: fraud.MatchReport{Count: 17, ByKind: map[fraud.Kind]int{fraud.Phone: 6, fraud.Domain: 5, fraud.RemoteID: 3, fraud.BankAccount: 2, fraud.CardDescriptor: 1}, Overlaps: overlaps},
	}}
	basis := fraud.ShareBasis{Purpose: "Joint criminal referral of the rings in common", LegalBasis: "legitimate interests, GDPR Art. 6(1)(f), recital 47", Agreement: "Alder–Birch data sharing agreement of 2026-01-12", Recipients: []fraud.OrgID{"birch"}}
	w.joint = []fraud.JointCase{{ID: "JC-4HBD", Title: "Call centres that pose as both brands", Peer: "birch", Match: "M-7QXT", Overlaps: overlaps, Basis: basis, Mark: fraud.Mark{TLP: fraud.TLPAmber, PAP: fraud.PAPAmber}, Embargo: asOf.Add(30 * 24 * time.Hour), OpenedBy: "alder", OpenedAt: ago(8), Accepted: ago(7.5)}}
	w.entries = []fraud.JointEntry{
		{ID: "JE-1", Case: "JC-4HBD", Kind: fraud.JointMember, Org: "alder", Person: "laura", Name: "Laura Penrose", Role: "lead", At: ago(8)},
		{ID: "JE-2", Case: "JC-4HBD", Kind: fraud.JointComplainant, Org: "alder", Person: "laura", About: "R-17", Says: "Alder complains of what this ring did to its customers", At: ago(8)},
		{ID: "JE-3", Case: "JC-4HBD", Kind: fraud.JointMember, Org: "birch", Person: "leon", Name: "Leon Castell", Role: "lead", At: ago(7.5)},
		{ID: "JE-4", Case: "JC-4HBD", Kind: fraud.JointTask, Org: "birch", Person: "leon", Name: "Mia Ashdown", Says: "Export the payments to the two payees", Due: asOf.Add(72 * time.Hour), At: ago(7)},
		{ID: "JE-5", Case: "JC-4HBD", Kind: fraud.JointTask, Org: "alder", Person: "laura", Name: "Leon Castell", Says: "Ask the board", At: ago(7)},
		{ID: "JE-6", Case: "JC-4HBD", Kind: fraud.JointDone, Org: "birch", Person: "leon", About: "JE-5", At: ago(6)},
		{ID: "JE-7", Case: "JC-4HBD", Kind: fraud.JointComment, Org: "alder", Person: "laura", Says: "The callers keep Indian office hours.", At: ago(5)},
		{ID: "JE-8", Case: "JC-4HBD", Kind: fraud.JointExhibit, Org: "birch", Person: "leon", Exhibit: fraud.Exhibit{Name: "payments.csv", What: "Payments to the two payees", Size: 4711, SHA256: strings.Repeat("5e", 32)}, At: ago(4)},
	}
	w.shares = []fraud.Share{{ID: "SH-1", What: "joint_case", Ref: "JC-4HBD", To: "birch", By: "signatory", Basis: basis, Mark: fraud.Mark{}.Filled(), At: ago(8)}}
	w.referrals = []fraud.Referral{{
		ID: "REF-2K7M", Version: 1, Title: "Call centres that pose as both brands", JointCase: "JC-4HBD", Complainants: []fraud.OrgID{"alder", "birch"}, To: "cfb", Mark: fraud.Mark{TLP: fraud.TLPAmberStrict, PAP: fraud.PAPRed}, Embargo: asOf.Add(30 * 24 * time.Hour),
		Status: fraud.ReferralDraft, Package: strings.Repeat("b7", 32), Manifest: strings.Repeat("e0", 32), At: ago(5),
		Checks: []fraud.Check{
			{No: 1, Name: "Exhibits verify", OK: true, Says: "All 12 exhibits hash as the manifest says."},
			{No: 2, Name: "Not on unverified reports alone", OK: true, Says: "Each assertion about a subject cites a bank record or two independent sources."},
			{No: 3, Name: "No chain through hubs alone", OK: false, Says: "Ring R-22 hangs on a traffic seller that three rings use.", Ref: "ring R-22"},
			{No: 4, Name: "Custody without gaps", OK: false, Says: "Exhibit 9 was on the way for two days.", Ref: "exhibit 9", Override: "The courier's receipt is exhibit 11.", By: "signatory"},
			{No: 5, Name: "No victim in the main body", OK: true, Says: "The scan found no name, address or number of a victim."},
		},
		Signers: []fraud.Signer{{Org: "birch", Person: "M. Lindqvist, General Counsel", KeyID: "ed25519:9f2c", At: ago(2)}},
		History: []fraud.StatusEvent{{Referral: "REF-2K7M", Status: fraud.ReferralDraft, Says: "Built from joint case JC-4HBD.", From: "alder", At: ago(5)}},
	}}
}

// bureau is an agency's node on the day of a raid.
func bureau(t testing.TB) *world {
	w := &world{org: fraud.Org{ID: "cfb", Name: "Central Fraud Bureau", Kind: fraud.OrgAgency, Country: "IN"}, sightings: map[fraud.ReportID][]fraud.Sighting{}}
	staff(t, w)
	ctx := context.Background()
	w.inbox = []fraud.InboxItem{
		{
			Referral: "REF-2K7M", Version: 1, From: []fraud.OrgID{"alder", "birch"}, Title: "Call centres that pose as both brands", Sealed: strings.Repeat("11", 32), Package: strings.Repeat("b7", 32), ReceivedAt: ago(20), OpenedAt: ago(19), OpenedBy: "investigator",
			Verified: []fraud.Check{
				{No: 1, Name: "Signature of alder", OK: true, Says: "The key that you compared with them on the phone signed the manifest."},
				{No: 2, Name: "Signature of birch", OK: true, Says: "The key that you compared with them on the phone signed the manifest."},
				{No: 3, Name: "Files", OK: true, Says: "Each of 23 files has the size and SHA-256 that the manifest names; nothing was added or left out."},
				{No: 4, Name: "Ledger", OK: true, Says: "The manifest stands in both complainants' ledgers, and each witnessed the other's."},
				{No: 5, Name: "Custody without gaps", OK: false, Says: "Exhibit 9 was on the way for two days.", Override: "The courier's receipt is exhibit 11.", By: "signatory"},
			}, Mark: fraud.Mark{TLP: fraud.TLPAmberStrict, PAP: fraud.PAPRed}, Embargo: asOf.Add(10 * 24 * time.Hour),
		},
		{Referral: "REF-9XYZ", Version: 1, From: []fraud.OrgID{"alder"}, Sealed: strings.Repeat("22", 32), ReceivedAt: ago(.2), Mark: fraud.Mark{TLP: fraud.TLPRed, PAP: fraud.PAPRed}},
	}
	w.peers = []fraud.Peer{{Org: fraud.Org{ID: "ncd", Name: "National Cyber Desk", Kind: fraud.OrgAgency}, URL: "http://127.0.0.1:8705", AddedAt: ago(40)}}
	agreed := map[fraud.MatchStep]time.Time{fraud.MatchCount: ago(2)}
	w.matches = []fraud.Match{{
		ID: "M-3DCF", Peer: "ncd", Offered: true, Step: fraud.MatchCount, Consent: agreed, PeerConsent: agreed, Kinds: []fraud.Kind{fraud.Phone}, MinReports: 1, OurSize: 88, PeerSize: 120, At: ago(2),
		Report: fraud.MatchReport{Deconfliction: true, Same: true, Contact: "NCD deconfliction desk, +91 555-0100"},
	}}
	w.status = match.Status{Exposed: "ncd stopped half-way: nothing has come since 2026-11-01 10:00 UTC, in round kinds, though nobody's consent is missing"}
	w.waiting = []fraud.Letter{{No: 7, To: "ncd", What: "status", Ref: "REF-2K7M", Path: "/peer/v1/referrals/status", At: ago(.5), Tries: 9, Next: asOf.Add(50 * time.Minute), Problem: "reach the node of ncd: no answer within 30s"}}
	w.cases = []fraud.Case{
		{ID: "case-1", Number: "RC-0012026A0031", Complainant: "alder", Referral: "REF-2K7M", Title: "Call centres that pose as both brands", Law: "BNS 318, 319; IT Act 66C, 66D", Linked: []fraud.CaseID{"case-2"}, Rings: []fraud.RingID{"R-17"}, Sealed: true, RegisteredAt: ago(16), By: "investigator"},
		{ID: "case-2", Number: "RC-0012026A0032", Complainant: "birch", Referral: "REF-2K7M", Title: "Call centres that pose as both brands", Law: "BNS 318, 319; IT Act 66C, 66D", Linked: []fraud.CaseID{"case-1"}, Rings: []fraud.RingID{"R-17"}, Sealed: true, RegisteredAt: ago(16), By: "investigator"},
	}
	w.operations = []fraud.Operation{{ID: "op-1", Name: "Lantern", Cases: []fraud.CaseID{"case-1", "case-2"}, GoAt: ago(.1), Lead: "investigator", At: ago(10)}}
	for i, s := range []struct{ name, state, sure string }{
		{"Third floor, Tower B, Sector 62", "Uttar Pradesh", "high"}, {"Unit 14, Udyog Vihar", "Haryana", "high"}, {"Flat above the bakery, MG Road", "Karnataka", "medium"}, {"Registered office, Park Street", "West Bengal", "low"},
	} {
		w.sites = append(w.sites, fraud.Site{ID: fraud.SiteID(fmt.Sprintf("site-%d", i+1)), Operation: "op-1", Case: "case-1", Name: s.name, Address: s.name, State: s.state, Country: "IN", TimeZone: "Asia/Kolkata", Confidence: s.sure, Evidence: "Remote sessions came from this line on 41 evenings.", Rings: []fraud.RingID{"R-17"}})
	}
	w.searches = []fraud.Search{
		{ID: "search-1", Site: "site-1", Authority: "BNSS s.185, order 44/2026", Issuer: "CJM, Gautam Buddh Nagar", Expires: asOf.Add(9 * time.Hour), Officers: []string{"Inspector R. Sharma", "SI A. Rao"}, Witnesses: []string{"K. Menon", "S. Gill"}, StartedAt: ago(.09), By: "officer"},
		{ID: "search-2", Site: "site-2", Authority: "BNSS s.185, order 45/2026", Issuer: "CJM, Gurugram", Expires: asOf.Add(9 * time.Hour), Officers: []string{"Inspector P. Iyer"}, Witnesses: []string{"D. Bose", "T. Khan"}, StartedAt: ago(.1), SignedAt: ago(.03), EndedAt: ago(.02), By: "officer"},
	}
	for i, x := range []fraud.Seizure{
		{Search: "search-1", Type: fraud.ItemMobilePhone, What: "Samsung, black, cracked glass", IMEI: "490154203237518", Place: "desk 4, by the window", Seal: "CFB-00411"},
		{Search: "search-1", Type: fraud.ItemSIM, What: "prepaid, blue", ICCID: "8991101200003204514", Place: "in the phone of item 1", Seal: "CFB-00412", Root: "X-1"},
		{Search: "search-1", Type: fraud.ItemLaptop, What: "Lenovo, stickers on the lid", Serial: "PF-3XAMPLE", Place: "desk 7", Seal: "CFB-00413"},
		{Search: "search-1", Type: fraud.ItemServerImage, What: "dialler, 480 GB", Place: "rack in the corridor", Seal: "CFB-00414", SHA256: strings.Repeat("7e", 32)},
		{Search: "search-2", Type: fraud.ItemCash, What: "bundles, counted twice", Amount: fraud.Money{Minor: 18_000_000, Currency: "INR"}, Place: "safe, back office", Seal: "CFB-00501"},
	} {
		x.At, x.By, x.Key = ago(.08).Add(time.Duration(i)*6*time.Minute), "officer", fmt.Sprintf("K-%d", i)
		if _, err := w.AddSeizure(ctx, x); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range []fraud.CustodyEvent{
		{Item: "X-1", Act: fraud.CustodyReleased, Holder: "officer", From: "officer", Place: "site gate", Why: "to the evidence van", Seal: "CFB-00411", At: ago(.05)},
		{Item: "X-1", Act: fraud.CustodyReceived, Holder: "Malkhana, Noida", From: "SI A. Rao", Place: "Malkhana, Noida", Why: "storage", Seal: "CFB-00419", At: ago(.01)},
	} {
		e.By = "officer"
		if _, err := w.AddCustody(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	inr := func(v int64) fraud.Money { return fraud.Money{Minor: v, Currency: "INR"} }
	w.freezes = []fraud.Freeze{
		{ID: "freeze-1", Case: "case-1", Account: "bank_account:HDFC0000001/50100200300", Bank: "HDFC", Channel: "1930", Seen: inr(412_000_000), Held: inr(298_000_000), State: fraud.FreezePartial, Deadline: asOf.Add(20 * time.Hour), History: []fraud.FreezeEvent{{Freeze: "freeze-1", State: fraud.FreezeRequested, Why: "by trace", At: ago(2)}, {Freeze: "freeze-1", State: fraud.FreezePartial, Held: inr(298_000_000), BankRef: "HD-7781", Why: "part had left", At: ago(1)}}},
		{ID: "freeze-2", Case: "case-1", Account: "upi:bright.services@okbank", Bank: "OK Bank", Channel: "1930", Seen: inr(61_000_000), State: fraud.FreezeRequested, Deadline: asOf.Add(3 * time.Hour), History: []fraud.FreezeEvent{{Freeze: "freeze-2", State: fraud.FreezeRequested, Why: "by trace", At: ago(.2)}}},
	}
	w.arrests = []fraud.Arrest{{ID: "arrest-1", Case: "case-1", Person: "name withheld in this test", Role: "operator", Law: "BNSS s.35", Place: "Sector 62", At: ago(.06), By: "investigator"}}
	w.leads = []fraud.Lead{{ID: "lead-1", Case: "case-1", Country: "US", To: "FBI, by INTERPOL channel", Says: "A call log with 311 numbers in the United States.", Reports: 58, At: ago(.01), By: "investigator"}}
	w.outcomes = []fraud.Outcome{{ID: "outcome-1", Referral: "REF-2K7M", Says: "Four sites searched, a call floor closed.", Disrupted: []fraud.RingID{"R-17"}, Figures: []fraud.Figure{{Name: "Sites searched", Value: 4, Source: "press note", AsOf: ago(.01)}}, At: ago(.01), By: "investigator"}}
	return w
}
