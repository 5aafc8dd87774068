package app

import (
	"context"
	"errors"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// OpenIdentity shows one victim's identity to a person with the role and a
// stated reason; the opening is logged in the ledger before it happens.
func (n *Node) OpenIdentity(ctx context.Context, report fraud.ReportID, reason string) (fraud.Identity, error) {
	thing := access.Thing{Kind: access.ThingIdentity, ID: string(report), Reason: reason}
	if err := n.decide(ctx, access.ActOpenVault, thing, access.Recipient{}); err != nil {
		return fraud.Identity{}, err
	}
	return n.identity(ctx, report, reason)
}

// identity opens a box and logs it. A correction that its reporter made has
// none of its own: it is the box of the report that it corrects, as long as
// both are of one victim. A report without a box has no identity.
func (n *Node) identity(ctx context.Context, report fraud.ReportID, reason string) (fraud.Identity, error) {
	for range maxCorrections {
		box, key, err := n.db.OpenVault(ctx, report, access.From(ctx).Person, reason, n.now().UTC())
		if err == nil {
			return n.vault.Open(report, box, key)
		}
		if !errors.Is(err, fraud.ErrNotFound) {
			return fraud.Identity{}, err
		}
		before, err := n.corrected(ctx, report)
		if err != nil || before == "" {
			return fraud.Identity{}, err
		}
		report = before
	}
	return fraud.Identity{}, nil
}

// maxCorrections ends the way back where reports correct each other in a
// circle.
const maxCorrections = 1000

// corrected is the report of the same victim that a report corrects, empty if
// there is none.
func (n *Node) corrected(ctx context.Context, id fraud.ReportID) (fraud.ReportID, error) {
	r, err := n.db.Report(ctx, id)
	if errors.Is(err, fraud.ErrNotFound) || err == nil && (r.Supersedes == "" || r.Victim == "") {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	before, err := n.db.Report(ctx, fraud.NewReportID(r.Source, r.Supersedes))
	if errors.Is(err, fraud.ErrNotFound) || err == nil && before.Victim != r.Victim {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return before.Name(), nil
}
