package app

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/act"
	"ringbreaker.example/exchange/csvmap"
	"ringbreaker.example/fraud"
	"ringbreaker.example/intake"
	"ringbreaker.example/ledger"
	"ringbreaker.example/match"
	"ringbreaker.example/protect"
	"ringbreaker.example/store"
	"ringbreaker.example/watch"
)

// The store satisfies what each room needs of it.
var (
	_ act.Store     = (*store.DB)(nil)
	_ intake.Store  = (*store.DB)(nil)
	_ protect.Store = (*store.DB)(nil)
	_ match.Store   = (*store.DB)(nil)
	_ watch.Store   = (*store.DB)(nil)
)

const (
	matchPrefix = "/peer/v1/match"
	matchesDir  = "matches" // the long lists of running matches
	rejectsDir  = "rejects" // of files whose own folder cannot be written to
)

// wireVerbs makes the verbs over the node's store, keys and clock.
func (n *Node) wireVerbs(ctx context.Context) error {
	mappings, err := n.loadMappings()
	if err != nil {
		return err
	}
	n.Intake, err = intake.New(arrivals{n.db, n.rings.came}, n.vault, n.now, n.random, intake.Config{
		Mappings: mappings,
		Source:   string(n.Org.ID), Country: n.Org.Country, RejectDir: filepath.Join(n.Data, rejectsDir),
		KeepFile: func(ctx context.Context, r io.Reader) (string, int64, error) { return n.blobs.Put(ctx, r) },
		Own:      n.keeps,
	})
	if err != nil {
		return err
	}
	if n.uploads, err = n.Intake.OpenUploads(filepath.Join(n.Data, uploadsDir), intake.UploadsConfig{
		Keep: func(_ context.Context, m *csvmap.Mapping) error { _, err := n.keepMapping(m); return err },
		After: func(ctx context.Context) {
			if err := n.rings.changed(n.Console(ctx)); err != nil {
				n.log.ErrorContext(ctx, "flow after an upload", slog.String("error", err.Error()))
			}
		},
		Go: n.work.Go,
		Fault: func(id string, err error) {
			n.log.Error("upload failed", slog.String("upload", id), slog.String("error", err.Error()))
		},
	}); err != nil {
		return err
	}
	if n.Protect, err = protect.New(n.db, n.now, n.random); err != nil {
		return err
	}
	if err := n.Protect.Load(ctx); err != nil {
		return err
	}
	n.Watch = watch.New(n.db, n.now)
	return nil
}

// matchSet is what this node puts into a match with a peer: the indicators of
// its rings, suppliers and launderers that the rules of handling let go, each
// with the reports behind it as the ledger holds them.
func (n *Node) matchSet(ctx context.Context, t match.Terms, peer fraud.Peer) ([]match.Element, error) {
	rings, err := n.db.RingsByHarm(ctx, everyRing)
	if err != nil {
		return nil, err
	}
	leaves, err := n.leaves(ctx, t)
	if err != nil {
		return nil, err
	}
	withheld := map[fraud.ReportID]bool{}
	if !t.Deconflict { // agencies: what a victim said of companies does not bind them
		if withheld, err = n.withheld(ctx); err != nil {
			return nil, err
		}
	}
	behind, err := n.evidence(ctx, leaves, withheld)
	if err != nil {
		return nil, err
	}
	guard, err := n.guard(ctx)
	if err != nil {
		return nil, err
	}
	who, to, now := access.From(ctx), access.ToOrg(peer.Org), n.now()
	use := func(i fraud.Indicator, r fraud.Ring) bool {
		thing := access.Thing{Kind: access.ThingIndicator, ID: string(r.ID), Mark: r.Mark, HeldTill: guard.held(i, r.ID), Safe: guard.safe[i], Basis: t.Basis}
		thing.Basis.Recipients = []fraud.OrgID{peer.Org.ID}
		return access.Decide(who, access.ActMatch, thing, to, now).Allow
	}
	own := match.Collect(rings, t, func(i fraud.Indicator) []match.Evidence { return behind[i] }, use)
	if !t.Casework {
		return own, nil
	}
	return n.withCasework(ctx, own, casework{terms: t, guard: guard, leaves: leaves, who: who, to: to, now: now})
}

// everyRing is more rings than a node has.
const everyRing = 1 << 30

// withheld are the reports of people who were asked whether other companies may
// be shown the scammers' values, and did not say so or took it back. What a desk
// brings in was asked by the desk, and goes by the agreement with the peer.
func (n *Node) withheld(ctx context.Context) (map[fraud.ReportID]bool, error) {
	asked, err := n.db.ToldByForm(ctx)
	if err != nil {
		return nil, err
	}
	out := map[fraud.ReportID]bool{}
	for _, id := range asked {
		r, err := n.db.Report(ctx, id)
		if err != nil {
			return nil, err
		}
		if !r.Consent.SharePartner {
			out[id] = true
		}
	}
	return out, nil
}

// evidence says which reports hold each indicator that may link, with the
// digest that the ledger holds of each, but for those withheld.
func (n *Node) evidence(ctx context.Context, leaves map[leafName]match.Evidence, withheld map[fraud.ReportID]bool) (map[fraud.Indicator][]match.Evidence, error) {
	out := map[fraud.Indicator][]match.Evidence{}
	err := n.db.EachCurrent(ctx, func(f fraud.ReportFacts, list []fraud.Sighting) error {
		if withheld[f.ID] {
			return nil
		}
		seen := map[fraud.Indicator]bool{}
		for _, s := range list {
			if s.Role.Links() && s.Role != fraud.RoleShownCallerID && !seen[s.Indicator] {
				seen[s.Indicator] = true
				e := leaves[leafName{fraud.LeafReport, string(f.ID)}]
				e.Report = f.ID
				out[s.Indicator] = append(out[s.Indicator], e)
			}
		}
		return nil
	})
	for _, list := range out {
		slices.SortFunc(list, func(x, y match.Evidence) int { return cmp.Compare(x.Report, y.Report) })
	}
	return out, err
}

// leafPage is how many leaves are read at a time.
const leafPage = 4096

// leafName is how a record stands in the ledger.
type leafName struct {
	kind fraud.LeafKind
	ref  string
}

// leaves reads off the ledger what an element may rest on: the last leaf of
// each report and, for casework, the first of each seized item's custody and
// of each referral's course, its receipt.
func (n *Node) leaves(ctx context.Context, t match.Terms) (map[leafName]match.Evidence, error) {
	size, err := n.db.LeafCount(ctx)
	if err != nil {
		return nil, err
	}
	out := map[leafName]match.Evidence{}
	for from := int64(0); from < size; from += leafPage {
		page, err := n.db.Leaves(ctx, from, leafPage)
		if err != nil {
			return nil, err
		}
		for i, b := range page {
			l, err := fraud.ParseLeaf(b)
			if err != nil {
				return nil, err
			}
			name := leafName{l.Kind, l.Ref}
			switch _, there := out[name]; {
			case l.Kind == fraud.LeafReport && !t.Casework:
				out[name] = match.Evidence{Digest: l.Digest}
			case l.Kind == fraud.LeafReport, t.Casework && !there && (l.Kind == fraud.LeafCustody || l.Kind == fraud.LeafStatus):
				out[name] = match.Evidence{Digest: ledger.LeafHash(b), Leaf: from + int64(i)}
			}
		}
	}
	return out, nil
}

// guarded is what keeps an indicator from leaving: holds and the safe list.
type guarded struct {
	indicators map[fraud.Indicator]time.Time
	rings      map[fraud.RingID]time.Time
	safe       map[fraud.Indicator]bool
}

func (n *Node) guard(ctx context.Context) (guarded, error) {
	g := guarded{map[fraud.Indicator]time.Time{}, map[fraud.RingID]time.Time{}, map[fraud.Indicator]bool{}}
	holds, err := n.db.Holds(ctx)
	if err != nil {
		return g, err
	}
	for _, h := range holds {
		if !h.Released.IsZero() {
			continue
		}
		if h.Ring != "" && h.Until.After(g.rings[h.Ring]) {
			g.rings[h.Ring] = h.Until
		}
		if h.Indicator.Kind != "" && h.Until.After(g.indicators[h.Indicator]) {
			g.indicators[h.Indicator] = h.Until
		}
	}
	safe, err := n.db.SafeList(ctx)
	for _, s := range safe {
		g.safe[s.Indicator] = true
	}
	return g, err
}

func (g guarded) held(i fraud.Indicator, r fraud.RingID) time.Time {
	if g.rings[r].After(g.indicators[i]) {
		return g.rings[r]
	}
	return g.indicators[i]
}
