package refer_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ringbreaker.example/fraud"
	"ringbreaker.example/ledger"
	"ringbreaker.example/refer"
)

var asOf = time.Date(2023, 10, 1, 8, 0, 0, 0, time.UTC)

// org is an invented organisation whose keys follow from its name.
type org struct {
	fraud.Org
	sign   ed25519.PrivateKey
	ledger note.Signer
	seal   *age.X25519Identity
}

func newOrg(t testing.TB, id fraud.OrgID, name string, kind fraud.OrgKind, country string) org {
	t.Helper()
	o := org{sign: ed25519.NewKeyFromSeed([]byte(fmt.Sprintf("%-32s", "sign of "+id)))}
	ledgerKey := ed25519.NewKeyFromSeed([]byte(fmt.Sprintf("%-32s", "ledger of "+id)))
	origin := string(id) + ".example/ringbreaker"
	vkey, err := note.NewEd25519VerifierKey(origin, ledgerKey.Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	o.ledger, err = note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", origin, v.KeyHash(), base64.StdEncoding.EncodeToString(append([]byte{1}, ledgerKey.Seed()...))))
	if err != nil {
		t.Fatal(err)
	}
	o.seal, err = age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	o.Org = fraud.Org{
		ID: id, Name: name, Kind: kind, Country: country,
		Keys: fraud.OrgKeys{Sign: base64.StdEncoding.EncodeToString(o.sign.Public().(ed25519.PublicKey)), Ledger: vkey, Seal: o.seal.Recipient().String()},
	}
	return o
}

// world is two companies and an agency with the material of one referral.
type world struct {
	alder, birch, cfb org
	m                 *refer.Material
}

func exhibit(id, name, what string, by fraud.OrgID, kind string, content string, reports ...fraud.ReportID) refer.Exhibit {
	sum := sha256.Sum256([]byte(content))
	return refer.Exhibit{
		Exhibit: fraud.Exhibit{
			ID: fraud.ExhibitID(id), Name: name, What: what, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content)), Org: by,
			TakenAt: asOf.AddDate(0, 0, -3), From: "case store of " + string(by),
		},
		Kind: kind, Reports: reports, Mark: fraud.Mark{TLP: fraud.TLPAmber, PAP: fraud.PAPAmber},
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil },
	}
}

func ringOf(by fraud.OrgID, label, id string, reports []fraud.ReportID, shared fraud.Indicator) refer.RingOf {
	from, to := asOf.AddDate(0, 0, -40), asOf.AddDate(0, 0, -5)
	ten := fraud.Tenure{From: from, To: to}
	supplier := fraud.Indicator{Kind: fraud.Domain, Value: "popup-maker.example"}
	ind := []fraud.RingIndicator{
		{Indicator: shared, Role: fraud.RolePayee, Tenure: ten, Bits: 22, Reports: 2, Sources: 2},
		{Indicator: fraud.Indicator{Kind: fraud.Phone, Value: "+12125550142"}, Role: fraud.RoleCallback, Tenure: ten, Bits: 16, Reports: 2, Sources: 2},
		{Indicator: fraud.Indicator{Kind: fraud.Domain, Value: string(by) + "-care.example"}, Role: fraud.RoleLure, Tenure: ten, Bits: 12, Reports: 2, Sources: 1},
	}
	return refer.RingOf{
		Org: by, Label: label,
		Ring: fraud.Ring{
			ID: fraud.RingID(id), Reports: reports, Indicators: ind, Brands: []string{"Alder"}, Countries: []string{"US"}, Mark: fraud.Mark{TLP: fraud.TLPAmber, PAP: fraud.PAPAmber},
			Suppliers: []fraud.Tie{{ID: "S-1", Indicator: supplier, Role: fraud.RoleLure, Rings: []fraud.RingID{"R-A1", "R-B1", "R-X9"}, Reports: 2, Bits: 6, Why: "the same pop-up page"}},
			Harm:      fraud.Harm{Reports: 2, Victims: 2, Sent: fraud.Sums{"USD": 59998}, Asked: fraud.Sums{}, Aged60: 1, FirstAt: from, LastAt: to, Score: 3},
			Model:     "test-1",
		},
		Links: []fraud.Link{{
			Kind: fraud.SameOperator, A: reports[0], B: reports[1], Bits: 22,
			Cause: []fraud.Cause{{Indicator: shared, Role: fraud.RolePayee, Family: fraud.FamilyMoney, Bits: 22, Reports: 2, Why: "the same account was paid"}},
		}},
	}
}

func complainant(o org, signatory string, witnesses ...fraud.OrgID) refer.Complainant {
	return refer.Complainant{
		Org: o.Org, Standing: o.Name + " owns the brand that the callers use.", Signatory: signatory, Office: "Counsel", Authority: "Board resolution 12/2023.",
		Address: "1 Example Street, Example City", Statement: "Our customers report calls.\n\nWe did not make them.", Contact: "desk@" + string(o.ID) + ".example",
		System: refer.System{
			Name: "fraud desk case store", Kind: "Server", Make: "Example rack server", Serial: "SN-0001", Location: "Example City", Control: "Managed",
			Process: "Reports are written once, with the time of receipt, and their SHA-256 is logged the same second.", Faults: "none",
		},
		LedgerUse: true, Witnesses: witnesses, OutsideLine: "+1 212 555 0100",
	}
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{
		alder: newOrg(t, "alder", "Alder Software", fraud.OrgCompany, "US"),
		birch: newOrg(t, "birch", "Birch Retail", fraud.OrgCompany, "GB"),
		cfb:   newOrg(t, "cfb", "Central Fraud Bureau", fraud.OrgAgency, "IN"),
	}
	shared := fraud.Indicator{Kind: fraud.UPI, Value: "payout@examplebank"}
	a := ringOf("alder", "A-1", "R-A1", []fraud.ReportID{"alder/1", "alder/2"}, shared)
	b := ringOf("birch", "B-1", "R-B1", []fraud.ReportID{"birch/1", "birch/2"}, shared)
	w.m = &refer.Material{
		ID: "REF-2023-7", Version: 1, Title: "Joint referral: two rings behind one payout account", At: asOf,
		Summary: "We ask the Bureau to register a case and to search two places at once.",
		Mark:    fraud.Mark{TLP: fraud.TLPAmber, PAP: fraud.PAPAmber}, Embargo: asOf.AddDate(0, 1, 0),
		Basis:         fraud.ShareBasis{Purpose: "prosecution of fraud", LegalBasis: "legitimate interest, GDPR recital 47", Agreement: "Agreement 4/2023", Recipients: []fraud.OrgID{"cfb"}},
		Proceeding:    time.Date(2023, 10, 4, 0, 0, 0, 0, time.UTC),
		Jurisdictions: []string{"IN", "US"}, Nexus: []refer.Nexus{{"IN", "The callers sit there."}, {"US", "Most victims live there."}},
		Complainants: []refer.Complainant{complainant(w.alder, "A. Signer", "birch"), complainant(w.birch, "B. Signer", "alder")},
		To:           refer.Agency{Org: w.cfb.Org, Unit: "Economic Offences", Contact: "duty officer", Recipients: []string{w.cfb.Keys.Seal}},
		Rings:        []refer.RingOf{a, b},
		Overlaps: []refer.Overlap{{
			ID: "OV-1", Relation: fraud.SameOperator, Bits: 22, Kinds: map[fraud.Kind]int{fraud.UPI: 1}, Says: "One payout account serves both rings.",
			Sides: []refer.Side{
				{Org: "alder", Ring: "R-A1", Reports: 2, Exhibits: []fraud.ExhibitID{"EX-A1"}},
				{Org: "birch", Ring: "R-B1", Reports: 2, Exhibits: []fraud.ExhibitID{"EX-B1"}},
			},
			Shared: []fraud.SharedIndicator{{Indicator: shared, OurRing: "R-A1", PeerRing: "R-B1", OurReports: 2, PeerReports: 2}},
		}},
		Subjects: []fraud.Subject{{
			ID: "SUB-1", Name: "Alder Care Services", Aliases: []string{"AC Services"}, Role: "operator", Rings: []fraud.RingID{"R-A1"},
			Assertions: []fraud.Assertion{
				{Says: "Its account was paid by two victims.", Basis: fraud.Observed, Exhibits: []fraud.ExhibitID{"EX-A1"}, Contrary: refer.None},
				{Says: "Its agents called themselves Alder.", Basis: fraud.Reported, Exhibits: []fraud.ExhibitID{"EX-B1"}, Contrary: "One victim remembers another name."},
			},
		}},
		Premises: []refer.Premises{{
			ID: "P-1", Name: "Unit 4", Address: "Example Park", Country: "IN", TimeZone: "Asia/Kolkata", Confidence: "medium", Rings: []fraud.RingID{"R-A1"},
			Exhibits: []fraud.ExhibitID{"EX-A1"}, Says: "Its sessions come from one office line.",
		}},
		Hours:    []refer.Hours{{Ring: "R-A1", TimeZone: "Asia/Kolkata", Counts: [7][24]int{0: {20: 3, 21: 5}, 3: {22: 2}}}},
		Method:   "A pop-up names a telephone number; who calls is made to pay.",
		Timeline: []refer.Event{{At: asOf.AddDate(0, 0, -40), Says: "First report.", Basis: fraud.Observed, Exhibits: []fraud.ExhibitID{"EX-A1"}}},
		Transfers: []fraud.Transfer{
			{ID: "T-1", From: "victim:V-1", To: "upi:payout@examplebank", Amount: fraud.Money{Minor: 29999, Currency: "USD"}, At: asOf.AddDate(0, 0, -6), Rail: "upi", Basis: fraud.Observed, Report: "alder/1", Source: "bank of the victim"},
			{ID: "T-2", From: "upi:payout@examplebank", To: "bank_account:EXMP/1", Amount: fraud.Money{Minor: 25000, Currency: "USD"}, At: asOf.AddDate(0, 0, -5), Rail: "upi", Basis: fraud.Inferred, Source: "trace"},
		},
		Money: refer.Money{
			Method: "fifo", AsOf: asOf, NoneTried: "the agency is asked to",
			Freeze: []fraud.FreezeCandidate{{Account: "bank_account:EXMP/1", Low: fraud.Money{Minor: 25000, Currency: "USD"}, High: fraud.Money{Minor: 25000, Currency: "USD"}, LastIn: asOf.AddDate(0, 0, -5), Channel: "1930 / CFCFRMS", Hops: 2}},
		},
		Victims: []refer.Victim{
			{
				Pseudonym: "V-1", Org: "alder", AgeBand: "60_plus", Country: "US", Sent: []fraud.Money{{Minor: 29999, Currency: "USD"}}, FirstAt: asOf.AddDate(0, 0, -40), Reports: []fraud.ReportID{"alder/1"}, Rings: []fraud.RingID{"R-A1"},
				Consent: fraud.Consent{ShareLawEnforcement: true, Testify: true}, ConsentAt: asOf.AddDate(0, 0, -30), Identity: fraud.Identity{Name: "Vera Examplewoman", Email: "vera@mail.example", Phone: "+1 212 555 0177"},
			},
			{
				Pseudonym: "V-2", Org: "birch", AgeBand: "50_59", Country: "GB", Sent: []fraud.Money{{Minor: 29999, Currency: "USD"}}, FirstAt: asOf.AddDate(0, 0, -20), Reports: []fraud.ReportID{"birch/1"}, Rings: []fraud.RingID{"R-B1"},
				ConsentAt: asOf.AddDate(0, 0, -10), Identity: fraud.Identity{Name: "Walter Samplemann", Phone: "+44 20 7946 0123"},
			},
		},
		Exhibits: []refer.Exhibit{
			exhibit("EX-A1", "bank export.csv", "Payments to the account", "alder", "record", "id,amount\n1,299.99\n", "alder/1"),
			exhibit("EX-B1", "report birch-1.json", "A victim's report", "birch", "report", `{"id":"1","narrative":"They said they were Alder."}`, "birch/1"),
		},
		Custody: []fraud.CustodyEvent{
			{Item: "EX-A1", Seq: 1, Act: fraud.CustodyReceived, Holder: "alder desk", Place: "Example City", Why: "export", At: asOf.AddDate(0, 0, -3), By: "ann"},
			{Item: "EX-B1", Seq: 1, Act: fraud.CustodyReceived, Holder: "birch desk", Place: "Example Town", Why: "report", At: asOf.AddDate(0, 0, -3), By: "ben"},
		},
		Figures:       []fraud.Figure{{Name: "Victims", Value: 2, Source: "Q-1", AsOf: asOf}, {Name: "Money sent", Value: 59998, Unit: "USD", Source: "Q-2", AsOf: asOf}, {Name: "Arrests", Unknown: true, Source: "nobody has said", AsOf: asOf}},
		Queries:       []refer.Query{{ID: "Q-1", Org: "alder", Text: "distinct victims.csv pseudonym", Result: 2, RanAt: asOf}, {ID: "Q-2", Org: "alder", Text: "sum victims.csv sent_minor where currency=USD", Result: 59998, RanAt: asOf}},
		Contrary:      []string{"The firm pays tax and has a register entry."},
		NotDone:       []string{"No call was placed to the number."},
		Disclosure:    []refer.Disclosure{{Org: "alder", What: "Mail of 2 September in which an analyst doubted the link", At: asOf.AddDate(0, 0, -29), Where: "alder case store", Undermines: true}},
		Requests:      []refer.Request{{ID: "RQ-1", Kind: "freeze", To: "Central Fraud Bureau", Says: "Freeze the account."}, {ID: "RQ-2", Kind: "preserve", To: "a carrier", Says: "Keep the call records.", Sent: asOf.AddDate(0, 0, -4), Expires: asOf.AddDate(0, 0, 86)}},
		Holds:         []fraud.Hold{{ID: "H-1", Ring: "R-A1", Until: asOf.AddDate(0, 1, 0), Reason: "until the search", FromOrg: "cfb", At: asOf}},
		Deconfliction: "Nobody else was told.",
		Safe:          []fraud.SafeEntry{{Indicator: fraud.Indicator{Kind: fraud.Phone, Value: "+12125550100"}, Owner: "Alder Software", Source: "its site"}},
		Reports:       []refer.ReportState{{ID: "birch/1", State: "corroborated"}, {ID: "alder/1", State: "confirmed"}},
	}
	for i := range w.m.Custody {
		w.m.Custody[i] = chained(t, w.m.Custody[i])
	}
	return w
}

// chained sets an event's hash.
func chained(t testing.TB, e fraud.CustodyEvent) fraud.CustodyEvent {
	t.Helper()
	var err error
	if e.Hash, err = e.ChainHash(); err != nil {
		t.Fatal(err)
	}
	return e
}

func (w *world) build(t testing.TB) *refer.Package {
	t.Helper()
	p, err := refer.Build(context.Background(), w.m, refer.Tools{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *world) signers() []refer.SignAs {
	return []refer.SignAs{
		{Org: "alder", Key: w.alder.sign, At: asOf.Add(time.Hour)},
		{Org: "birch", Key: w.birch.sign, At: asOf.Add(2 * time.Hour)},
	}
}

// complete signs for both and adds both ledger proofs.
func (w *world) complete(t testing.TB, p *refer.Package) {
	t.Helper()
	for _, s := range w.signers() {
		if err := p.Sign(context.Background(), s); err != nil {
			t.Fatal(err)
		}
	}
	leaf, err := p.Leaf(asOf.Add(3 * time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ of, by org }{{w.alder, w.birch}, {w.birch, w.alder}} {
		if err := p.Prove(x.of.ID, prove(t, x.of, leaf, x.by)); err != nil {
			t.Fatal(err)
		}
	}
}

// prove makes a ledger of five leaves whose fourth is leaf, and its proof.
func prove(t testing.TB, of org, leaf fraud.Leaf, witnesses ...org) ledger.Proof {
	t.Helper()
	var hashes []tlog.Hash
	read := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(at))
		for i, x := range at {
			out[i] = hashes[x]
		}
		return out, nil
	})
	var text []byte
	for i := range int64(5) {
		l := fraud.Leaf{Kind: fraud.LeafReport, Ref: fmt.Sprint("r/", i), At: asOf}
		if i == 3 {
			l = leaf
		}
		b, err := l.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if i == 3 {
			text = b
		}
		h, err := tlog.StoredHashes(i, b, read)
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, h...)
	}
	root, err := tlog.TreeHash(5, read)
	if err != nil {
		t.Fatal(err)
	}
	signers := []note.Signer{of.ledger}
	for _, w := range witnesses {
		signers = append(signers, ledger.NewCosigner(w.ledger.Name(), w.sign, func() time.Time { return asOf.Add(4 * time.Hour) }))
	}
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n5\n%s\n", of.ledger.Name(), base64.StdEncoding.EncodeToString(root[:]))}, signers...)
	if err != nil {
		t.Fatal(err)
	}
	path, err := tlog.ProveRecord(5, 3, read)
	if err != nil {
		t.Fatal(err)
	}
	return ledger.Proof{Leaf: string(text), Index: 3, Checkpoint: string(signed), Inclusion: path}
}

// packed is the world's complete package as a .referral.
func (w *world) packed(t testing.TB) []byte {
	t.Helper()
	p := w.build(t)
	w.complete(t, p)
	var buf bytes.Buffer
	if err := p.Pack(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}
