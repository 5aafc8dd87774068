package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/app"
	"ringbreaker.example/fraud"
)

// The story ends with what was told of October 2023: five cases, 76 searches
// in eleven states, and these things seized. The records are made one by one;
// the board counts them.
const raidSites = 76

var raidStates = []struct{ state, city string }{
	{"Madhya Pradesh", "Indore"},
	{"Uttar Pradesh", "Noida"},
	{"Karnataka", "Bengaluru"},
	{"Haryana", "Gurugram"},
	{"Kerala", "Kochi"},
	{"Tamil Nadu", "Chennai"},
	{"Punjab", "Mohali"},
	{"Bihar", "Patna"},
	{"Delhi", "New Delhi"},
	{"West Bengal", "Kolkata"},
	{"Himachal Pradesh", "Shimla"},
}

var raidItems = []struct {
	kind  fraud.ItemType
	count int
	what  string
}{
	{fraud.ItemMobilePhone, 32, "mobile phone, black, screen whole"},
	{fraud.ItemLaptop, 30, "laptop, switched on, softphone running"},
	{fraud.ItemHardDisk, 18, "hard disk, 1 TB"},
	{fraud.ItemServerImage, 2, "image of a server, taken on site"},
	{fraud.ItemSIM, 33, "SIM card"},
	{fraud.ItemPenDrive, 6, "pen drive, 32 GB"},
	{fraud.ItemMailbox, 15, "export of a mailbox"},
}

// register registers the cases: one per complainant of the referral, and
// three that rest on others' inputs.
func (d *demo) register(ctx context.Context) ([]fraud.Case, error) {
	rings, err := d.suspects(ctx)
	if err != nil {
		return nil, err
	}
	law := "IPC 420, 120B; IT Act 66D"
	cases, err := d.c.node.RegisterCases(ctx, app.Registration{
		Referral: d.referral, Version: 1, Law: law, Rings: rings,
		Numbers: map[fraud.OrgID]string{d.a.node.Org.ID: "RC-2023-E-0011", d.b.node.Org.ID: "RC-2023-E-0012"},
	})
	if err != nil {
		return nil, err
	}
	for i, own := range []fraud.Case{
		{Complainant: "fiu", Title: "Crypto-assets gained through an app and moved through shell companies, on inputs of the financial intelligence unit"},
		{Complainant: agencyID, Title: "Withheld because of the ongoing operation"},
		{Complainant: agencyID, Title: "Withheld because of the ongoing operation (second)"},
	} {
		own.Number, own.Law = fmt.Sprintf("RC-2023-E-%04d", 13+i), law
		c, err := d.c.node.Act.RegisterOwn(ctx, own)
		if err != nil {
			return nil, err
		}
		cases = append(cases, c)
	}
	return cases, nil
}

// suspects are the rings of both complainants that the referral overlays.
func (d *demo) suspects(ctx context.Context) ([]fraud.RingID, error) {
	p, err := d.c.node.ReferralMaterial(ctx, d.referral, 1)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	var out []fraud.RingID
	for _, o := range p.Document.Overlaps {
		for _, s := range o.Sides {
			if !slices.Contains(out, s.Ring) {
				out = append(out, s.Ring)
			}
		}
	}
	return out, nil
}

// lastDays brings in what was reported between referral and raid, and puts
// the rings on hold so that no listing warns them.
func (d *demo) lastDays(ctx context.Context) error {
	d.clock.Set(d.world.Truth.Raid.Add(-2 * time.Hour))
	d.title("Until the raid: new reports come in, the rings are on hold, freezes are asked for")
	for i, s := range []*seat{d.a, d.b} {
		if err := d.bring(ctx, s, filepath.Join(d.dir, "world", d.world.Orgs[i].ID+"-until-raid.jsonl")); err != nil {
			return err
		}
		held, err := d.hold(ctx, s)
		if err != nil {
			return err
		}
		if err := s.node.Flow(s.node.Console(ctx)); err != nil {
			return err
		}
		d.line("%-22s %d rings on hold until the raid is over", s.node.Org.Name, held)
	}
	return d.freezes(ctx)
}

func (d *demo) hold(ctx context.Context, s *seat) (int, error) {
	ctx, err := d.as(ctx, s, analystOf(d, s))
	if err != nil {
		return 0, err
	}
	c, err := s.node.JointCase(ctx, d.joint)
	if err != nil {
		return 0, err
	}
	held := map[fraud.RingID]bool{}
	for _, o := range fraud.Suspects(c.Overlaps) {
		if held[o.OurRing] {
			continue
		}
		held[o.OurRing] = true
		err := s.node.Hold(ctx, fraud.Hold{Ring: o.OurRing, Until: d.world.Truth.Raid.Add(day), Reason: "searches are planned", FromOrg: agencyID})
		if err != nil {
			return 0, err
		}
	}
	return len(held), nil
}

// freezes asks banks to hold what the referral's freeze list names.
func (d *demo) freezes(ctx context.Context) error {
	ivan, err := d.as(ctx, d.c, investigator)
	if err != nil {
		return err
	}
	p, err := d.c.node.ReferralMaterial(ivan, d.referral, 1)
	if err != nil {
		return err
	}
	defer p.Close()
	cases, err := d.c.node.Act.Cases(ivan)
	if err != nil {
		return err
	}
	asked, held := 0, 0
	for i, f := range p.Document.Money.Freeze {
		if i == 20 {
			break
		}
		fr, err := d.c.node.Act.RequestFreeze(ivan, fraud.Freeze{
			Case: cases[len(cases)-1].ID, Account: f.Account, Bank: bankOf(f.Account), Channel: "India 1930 / CFCFRMS", Seen: f.High, Path: f.Path,
		}, f.LastIn, "victims' money is still there by the trace of the referral")
		if err != nil {
			return err
		}
		asked++
		states := []fraud.FreezeState{fraud.FreezeAcknowledged, fraud.FreezeHeld}
		if i%7 == 6 {
			states = []fraud.FreezeState{fraud.FreezeAcknowledged, fraud.FreezeRefused}
		}
		for _, st := range states {
			e := fraud.FreezeEvent{Freeze: fr.ID, State: st, Why: "the bank's answer", BankRef: fmt.Sprintf("BR-%04d", i+1)}
			if st == fraud.FreezeHeld {
				e.Held = f.Low
				held++
			}
			if _, err := d.c.node.Act.MoveFreeze(ivan, e); err != nil {
				return err
			}
		}
	}
	d.line("%-22s %d accounts asked to freeze, %d held", agencyName, asked, held)
	return nil
}

func bankOf(account string) string {
	_, value, _ := strings.Cut(account, ":")
	code, _, ok := strings.Cut(value, "/")
	if !ok && len(value) > 8 {
		code = value[:8]
	}
	return "Bank " + code
}

// raid plans the sites and searches them all.
func (d *demo) raid(ctx context.Context) error {
	d.clock.Set(d.world.Truth.Raid)
	d.title("The raid: searches, seizures, custody")
	ivan, err := d.as(ctx, d.c, investigator)
	if err != nil {
		return err
	}
	olga, err := d.as(ctx, d.c, officer)
	if err != nil {
		return err
	}
	cases, err := d.c.node.Act.Cases(ivan)
	if err != nil {
		return err
	}
	var ids []fraud.CaseID
	for _, c := range cases {
		ids = append(ids, c.ID)
	}
	op, err := d.c.node.Act.OpenOperation(ivan, "Wheel", ids, d.world.Truth.Raid)
	if err != nil {
		return err
	}
	searches, err := d.plan(ivan, olga, op, cases)
	if err != nil {
		return err
	}
	items, err := d.seize(olga, searches)
	if err != nil {
		return err
	}
	if err := d.deposit(olga, searches, items); err != nil {
		return err
	}
	if err := d.c.node.Act.EndOperation(ivan, op.ID); err != nil {
		return err
	}
	return d.board(ivan, op.ID)
}

// plan names the sites with what speaks for each, and starts their searches.
func (d *demo) plan(ivan, olga context.Context, op fraud.Operation, cases []fraud.Case) ([]fraud.Search, error) {
	ops := d.world.Truth.Operators
	var out []fraud.Search
	for i := range raidSites {
		place := raidStates[i%len(raidStates)]
		site := fraud.Site{
			Operation: op.ID, Case: cases[i%len(cases)].ID, State: place.state, Country: agencyCountry, TimeZone: "Asia/Kolkata",
			Name: fmt.Sprintf("Premises %d", i+1), Address: fmt.Sprintf("%d, Sector %d, %s", 11+i, 1+i%60, place.city),
			Confidence: []string{"medium", "high", "low"}[i%3], Evidence: "address of a company behind an account in transactions.csv of " + string(d.referral),
			Rings: cases[0].Rings,
		}
		if i < len(ops) {
			site.Name, site.Address, site.State, site.TimeZone = "Call floor of "+ops[i].Company, ops[i].Address, ops[i].State, ops[i].TimeZone
			site.Confidence, site.Evidence = "high", "surveillance; hours of calling in "+string(d.referral)+" match the shifts seen"
		}
		site, err := d.c.node.Act.AddSite(ivan, site)
		if err != nil {
			return nil, err
		}
		s, err := d.c.node.Act.StartSearch(olga, site.ID, app.Warrant{
			Authority: fmt.Sprintf("Search warrant %d/2023, CrPC s.93", 400+i), Issuer: "Special Judicial Magistrate, " + place.city,
			Expires: d.world.Truth.Raid.Add(2 * day), Officers: []string{"Olga Menon, Inspector"}, Witnesses: []string{"R. Example", "S. Example"},
		})
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// seize writes the items on the lists of the searches in turn.
func (d *demo) seize(olga context.Context, searches []fraud.Search) ([]fraud.Seizure, error) {
	var out []fraud.Seizure
	n := 0
	for _, kind := range raidItems {
		for i := range kind.count {
			s := searches[n%len(searches)]
			n++
			item := fraud.Seizure{
				Search: s.ID, Type: kind.kind, What: kind.what, Place: fmt.Sprintf("desk %d", 1+i%14), Seal: fmt.Sprintf("SL-%05d", 20000+n), Key: fmt.Sprintf("demo-%d", n),
			}
			switch kind.kind {
			case fraud.ItemMobilePhone:
				item.IMEI = withLuhn(fmt.Sprintf("00440011%06d", 300000+n)) // 00: the range for test equipment
			case fraud.ItemSIM:
				item.ICCID = withLuhn(fmt.Sprintf("8999901%011d", n))
			case fraud.ItemServerImage, fraud.ItemMailbox:
				sum := sha256.Sum256(fmt.Appendf(nil, "invented image %d", n))
				item.SHA256 = hex.EncodeToString(sum[:])
			default:
				item.Serial = fmt.Sprintf("EX%07d", n)
			}
			kept, err := d.c.node.Act.AddItem(olga, item)
			if err != nil {
				return nil, err
			}
			out = append(out, kept)
		}
	}
	return out, nil
}

// withLuhn adds the check digit (ISO/IEC 7812-1 annex B).
func withLuhn(digits string) string {
	sum := 0
	for i := range len(digits) {
		v := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return digits + fmt.Sprint((10-sum%10)%10)
}

// deposit signs the lists, ends the searches and hands the items over to the
// evidence store.
func (d *demo) deposit(olga context.Context, searches []fraud.Search, items []fraud.Seizure) error {
	for i, s := range searches {
		if _, err := d.c.node.Act.SignList(olga, s.ID, "Olga Menon, Inspector", []string{"R. Example", "S. Example"}); err != nil {
			return err
		}
		sum := sha256.Sum256(fmt.Appendf(nil, "invented recording %d", i))
		if _, err := d.c.node.Act.EndSearch(olga, s.ID, hex.EncodeToString(sum[:])); err != nil {
			return err
		}
	}
	for _, it := range items {
		h := app.Handover{Item: it.ID, To: "Evidence store, New Delhi", Place: "New Delhi", Why: "deposit after the search", SHA256: it.SHA256}
		if _, err := d.c.node.Act.HandOver(olga, h); err != nil {
			return err
		}
	}
	return nil
}

// board prints what the records say, each figure with its source.
func (d *demo) board(ivan context.Context, op fraud.OperationID) error {
	b, err := d.c.node.Act.Board(ivan, op)
	if err != nil {
		return err
	}
	for _, f := range b.Counted {
		d.line("%-28s %-14s %s", f.Name, figure(f), f.Source)
	}
	return nil
}

func figure(f fraud.Figure) string {
	switch {
	case f.Unknown:
		return "unknown"
	case f.Unit != "":
		return fraud.Money{Minor: f.Value, Currency: f.Unit}.String()
	}
	return fmt.Sprint(f.Value)
}
