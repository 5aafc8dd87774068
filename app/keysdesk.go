package app

import (
	"context"
	"path/filepath"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// keysDesk is the care of keys as the pages see it. A change is made by a
// second opening of the node, as the command makes it beside a running one:
// nobody who is being served meets keys that change under their hands.
type keysDesk struct{ *Node }

// Ours are this organisation's keys as they stand in its folder now.
func (k keysDesk) Ours(context.Context) (fraud.OrgKeys, error) {
	keys, err := access.LoadKeys(k.Org.ID, filepath.Join(k.Data, keysDir))
	if err != nil {
		return fraud.OrgKeys{}, err
	}
	return keys.Public(), nil
}

// Change draws new keys, or gives the old ones up, and tells every peer.
func (k keysDesk) Change(ctx context.Context, reason string, giveUp bool) (told, waiting []fraud.OrgID, err error) {
	if err := k.decide(ctx, access.ActManage, access.Thing{Kind: access.ThingSettings, ID: string(k.Org.ID)}, access.Recipient{}); err != nil {
		return nil, nil, err
	}
	beside, err := Open(ctx, k.Config, k.now)
	if err != nil {
		return nil, nil, err
	}
	defer beside.Close()
	news, err := beside.changeKeys(ctx, reason, giveUp)
	return news.Told, news.Waiting, err
}

// Tell tells the peers that did not take a change yet.
func (k keysDesk) Tell(ctx context.Context) (told, waiting []fraud.OrgID, err error) {
	if err := k.decide(ctx, access.ActManage, access.Thing{Kind: access.ThingSettings, ID: string(k.Org.ID)}, access.Recipient{}); err != nil {
		return nil, nil, err
	}
	return k.TellKeys(ctx)
}

// Notices says which peers took which statement of ours.
func (k keysDesk) Notices(ctx context.Context) (map[int64]map[fraud.OrgID]bool, error) {
	return k.db.KeyNotices(ctx)
}

// Revoke ends trust in a peer.
func (k keysDesk) Revoke(ctx context.Context, id fraud.OrgID, why string) error {
	return k.RevokePeer(ctx, id, why)
}
