package web

import (
	"fmt"
	"net/http"
	"slices"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// peersPage shows whom this node trusts, and the words by which people can
// tell: ours to read out, and each peer's to hear.
type peersPage struct {
	base
	Ours    string // our words
	Rows    []peerRow
	Changes []keyRow
}

type peerRow struct {
	fraud.Peer
	Words string
}

// keyRow is a statement about keys: whose, from which words to which.
type keyRow struct {
	access.KeyRecord
	OldWords, NewWords string
}

func (s *Server) peers(w http.ResponseWriter, r *http.Request) error {
	p := peersPage{base: s.base(w, r, "Peers")}
	p.Ours, _ = access.Fingerprint(s.Org.Keys)
	all, err := s.Store.Peers(r.Context())
	if err != nil {
		return fmt.Errorf("read the peers: %w", err)
	}
	for _, x := range all {
		words, _ := access.Fingerprint(x.Org.Keys)
		p.Rows = append(p.Rows, peerRow{x, words})
	}
	changes, err := s.Store.KeyChanges(r.Context())
	if err != nil {
		return fmt.Errorf("read the key changes: %w", err)
	}
	for _, c := range slices.Backward(changes) {
		p.Changes = append(p.Changes, keyRowOf(c))
	}
	return s.render(w, http.StatusOK, "peers.html", p)
}
