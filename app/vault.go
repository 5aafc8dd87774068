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

// identity opens a box and logs it. A report without one has no identity.
func (n *Node) identity(ctx context.Context, report fraud.ReportID, reason string) (fraud.Identity, error) {
	box, err := n.db.OpenVault(ctx, report, access.From(ctx).Person, reason, n.now().UTC())
	if errors.Is(err, fraud.ErrNotFound) {
		return fraud.Identity{}, nil
	}
	if err != nil {
		return fraud.Identity{}, err
	}
	return n.vault.Open(report, box)
}
