package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/store"
)

// toldBasis is why a report goes that its reporter deletes with the code.
const toldBasis = "who reported asked for it, with the receipt's code"

// DeleteReport takes everything out of a report and its corrections at its
// victim's wish, of which basis says how it was made known and by which law.
func (n *Node) DeleteReport(ctx context.Context, id fraud.ReportID, basis string) ([]fraud.Deletion, error) {
	thing, drafts, err := n.deletable(ctx, id)
	if err != nil {
		return nil, err
	}
	thing.Reason = basis
	if err := n.decide(ctx, access.ActDelete, thing, access.Recipient{}); err != nil {
		return nil, err
	}
	return n.deleteNow(ctx, id, access.From(ctx).Person, basis, drafts)
}

// DeleteTold is DeleteReport for who reported and holds the receipt's code,
// which the caller has looked at. It is nobody of ours, whoever signed in on
// that screen before.
func (n *Node) DeleteTold(ctx context.Context, id fraud.ReportID) error {
	ctx = access.With(ctx, access.Who{})
	thing, drafts, err := n.deletable(ctx, id)
	if err != nil {
		return err
	}
	thing.Own = true
	if err := n.decide(ctx, access.ActDelete, thing, access.Recipient{}); err != nil {
		return err
	}
	_, err = n.deleteNow(ctx, id, "", toldBasis, drafts)
	return err
}

// DeletionBar says what stands against deleting a report, as who reported may
// be told it. A hold and an embargo are told to nobody: a report can come from
// the ring itself.
func (n *Node) DeletionBar(ctx context.Context, id fraud.ReportID) (fraud.Bar, error) {
	thing, _, err := n.deletable(ctx, id)
	if errors.Is(err, fraud.ErrConflict) {
		return fraud.BarDeleted, nil
	}
	if err != nil {
		return "", err
	}
	thing.Own = true
	may := func(t access.Thing) bool {
		return access.Decide(access.Who{}, access.ActDelete, t, access.Recipient{}, n.now()).Allow
	}
	free := thing
	free.Referred = false
	switch {
	case may(thing):
		return fraud.BarNone, nil
	case !may(free):
		return fraud.BarNow, nil
	}
	return fraud.BarReferred, nil
}

// deletable is a report as the rules about deleting it see it, and the drafts of
// referrals that name it.
func (n *Node) deletable(ctx context.Context, id fraud.ReportID) (thing access.Thing, drafts []fraud.Referral, err error) {
	thing = access.Thing{Kind: access.ThingReport, ID: string(id)}
	if _, err := n.db.Deletion(ctx, id); err == nil {
		return thing, nil, conflictf("report %s was deleted before", id)
	} else if !errors.Is(err, fraud.ErrNotFound) {
		return thing, nil, err
	}
	first, err := n.db.FirstTold(ctx, id)
	if err != nil {
		return thing, nil, err
	}
	stand, err := n.db.ReportStand(ctx, first)
	if err != nil {
		return thing, nil, err
	}
	if thing.HeldTill, err = n.reportHeld(ctx, stand.All); err != nil {
		return thing, nil, err
	}
	referrals, err := n.db.Referrals(ctx)
	if err != nil {
		return thing, nil, err
	}
	for _, x := range referrals {
		named, err := packageDesk{n}.Names(ctx, x.ID, x.Version, stand.All)
		if err != nil {
			return thing, nil, fmt.Errorf("read the rings of referral %s: %w", x.ID, err)
		}
		switch {
		case !named:
		case x.Status == fraud.ReferralDraft && len(x.Signers) == 0:
			drafts = append(drafts, x)
		default:
			thing.Referred = true
			if x.Embargo.After(thing.Embargo) {
				thing.Embargo = x.Embargo
			}
		}
	}
	return thing, drafts, nil
}

// reportHeld is until when a hold is on any of these reports: on the ring that
// one is in, or on a value that one holds.
func (n *Node) reportHeld(ctx context.Context, all []fraud.ReportID) (time.Time, error) {
	var till time.Time
	holds, err := n.db.Holds(ctx)
	if err != nil {
		return till, err
	}
	holds = slices.DeleteFunc(holds, func(h fraud.Hold) bool { return !h.Released.IsZero() || !h.Until.After(n.now()) })
	if len(holds) == 0 {
		return till, nil
	}
	rings, values := map[fraud.RingID]bool{}, map[fraud.Indicator]bool{}
	for _, id := range all {
		ring, err := n.db.RingOf(ctx, id)
		if errors.Is(err, fraud.ErrNotFound) {
			ring, err = n.PlacedIn(ctx, id) // it came since the rings were derived
		}
		if err != nil {
			return till, err
		}
		rings[ring] = ring != ""
		sightings, err := n.db.SightingsOf(ctx, id)
		if err != nil {
			return till, err
		}
		for _, s := range sightings {
			values[s.Indicator] = true
		}
	}
	for _, h := range holds {
		if (rings[h.Ring] || values[h.Indicator]) && h.Until.After(till) {
			till = h.Until
		}
	}
	return till, nil
}

// deleteNow deletes what may be, and has the rings found anew without it. The
// package of a draft that names it goes too: it is built anew before anybody
// signs it.
func (n *Node) deleteNow(ctx context.Context, id fraud.ReportID, by fraud.PersonID, basis string, drafts []fraud.Referral) ([]fraud.Deletion, error) {
	done, err := n.db.DeleteReport(ctx, id, by, basis, n.now().UTC(), n.vault.Was)
	if err != nil {
		return nil, err
	}
	for _, x := range drafts {
		if err := os.Remove(n.referralFile(x.ID, x.Version, "referral")); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return done, err
		}
	}
	n.watch.forget()
	// Nobody waits for another's names: the report is gone whatever comes of it.
	return done, n.rings.changed(n.Console(context.WithoutCancel(ctx)))
}

// forget lets go of the names that joint cases are watched for; they are read
// anew from what is there.
func (w *watchlists) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.of = nil
}

// rebox gives the boxes that earlier versions sealed to the vault's key itself
// keys of their own. A start that is stopped in the middle goes on at the next.
func (n *Node) rebox(ctx context.Context) error {
	done, err := n.db.Rebox(ctx, n.vault.Rebox)
	if done > 0 {
		n.log.InfoContext(ctx, "identities in the vault got keys of their own", slog.Int("boxes", done))
	}
	return err
}

const (
	// wipeEvery is how often a serving node looks for what is to go from the disk.
	wipeEvery = time.Minute
	// wipeLarge is from how many bytes on a database is written anew at most
	// twice a day: who reports waits meanwhile.
	wipeLarge = 1 << 30
	wipePause = 12 * time.Hour
)

// keepWiped takes what was deleted off the disk until ctx ends.
func (n *Node) keepWiped(ctx context.Context) {
	tick := time.NewTicker(wipeEvery)
	defer tick.Stop()
	for {
		if _, err := n.Wipe(n.Console(ctx), false); err != nil && ctx.Err() == nil {
			n.log.WarnContext(ctx, "what was deleted is still on the disk; tried again", slog.String("error", err.Error()))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Wipe takes what was deleted off the disk, once the rings hold nothing of it:
// the evidence files that nothing else names, what is kept of the last linking,
// and the space that the database let go of. It says whether nothing is left to
// wipe. A large database waits its turn, unless it is to be now.
func (n *Node) Wipe(ctx context.Context, now bool) (clean bool, err error) {
	all, err := n.db.Wipes(ctx)
	if err != nil || len(all) == 0 {
		return err == nil, err
	}
	if !now {
		size, err := n.db.Size(ctx)
		if err != nil || size >= wipeLarge && n.now().Sub(all[0].At) < wipePause {
			return false, err
		}
	}
	if err := n.ringsWithoutDeleted(ctx); err != nil {
		return false, err
	}
	for _, w := range all {
		if w.File == "" {
			continue
		}
		held, err := n.db.FileHeld(ctx, w.File)
		if err != nil {
			return false, err
		}
		if !held {
			if err := n.blobs.Remove(w.File); err != nil {
				return false, err
			}
		}
	}
	if slices.ContainsFunc(all, func(w store.Wipe) bool { return w.File == "" }) {
		if err := n.rings.forgetFile(ctx); err != nil {
			return false, err
		}
		if err := n.db.WipeSpace(ctx); err != nil {
			return false, err
		}
	}
	return true, n.db.Wiped(ctx, all)
}

// ringsWithoutDeleted finds the rings anew if they still hold something of a
// report that was deleted.
func (n *Node) ringsWithoutDeleted(ctx context.Context) error {
	linked, err := n.rings.linked(ctx)
	if err != nil {
		return err
	}
	gone, err := n.db.CountDeletions(ctx)
	if err != nil || linked.No == 0 || linked.Whole && linked.Deleted >= gone {
		return err
	}
	return n.rings.renew(ctx)
}

// forgetFile removes the file of what was linked if reports are in it that were
// deleted since.
func (r *rings) forgetFile(ctx context.Context) error {
	f, err := os.Open(r.linkedFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	gone, err := r.n.db.CountDeletions(ctx)
	if err != nil {
		return err
	}
	var head linkedHead
	line, err := bufio.NewReaderSize(f, linkedHeadMost).ReadSlice('\n')
	if err == nil && json.Unmarshal(line, &head) == nil && head.Deleted >= gone {
		return nil
	}
	r.kept.Store(0)
	return os.Remove(r.linkedFile())
}
