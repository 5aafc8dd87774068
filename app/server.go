package app

import (
	"encoding/json"
	"log/slog"
	"net/http"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Handler is the node's whole face: pages for people, and /peer for the
// nodes of peers, whose every request is signed.
func (n *Node) Handler() (http.Handler, error) {
	pages, err := n.pages()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.HandleFunc("GET /peer/v1/card", n.serveCard)
	mux.HandleFunc("GET /healthz", n.serveHealth)
	mux.Handle("/peer/", access.VerifyPeers(n.peerRoutes(), n.lookup, n.db.UseNonce, n.now, n.refuseStranger))
	return mux, nil
}

// peerRoutes is every address that a peer's node may ask.
func (n *Node) peerRoutes() http.Handler {
	mux := http.NewServeMux()
	logs := http.StripPrefix("/peer/v1/ledger", n.ledger.Handler(n.asking, n.refuse))
	mux.Handle("/peer/v1/ledger/", logs)
	mux.HandleFunc("POST /peer/v1/joint-cases/exhibit", n.giveExhibit)
	mux.Handle(matchPrefix+"/", http.StripPrefix(matchPrefix, n.Match.Handler()))
	for path, serve := range map[string]func(*http.Request) (any, error){
		"POST /peer/v1/joint-cases":              n.receiveJointCase,
		"POST /peer/v1/joint-cases/accepted":     n.receiveAcceptance,
		"POST /peer/v1/joint-cases/entries":      n.receiveJoint,
		"POST /peer/v1/joint-cases/contribution": n.giveContribution,
		"POST /peer/v1/files/offer":              n.receiveOffer,
		"POST /peer/v1/files/part":               n.receivePart,
		"POST /peer/v1/referrals/to-sign":        n.receiveToSign,
		"POST /peer/v1/referrals/signed":         n.receiveSigned,
		"POST /peer/v1/referrals/sealed":         n.receiveSealed,
		"POST /peer/v1/referrals/status":         n.receiveStatus,
		"POST /peer/v1/matches/go-on":            n.receiveGoOn,
		"POST /peer/v1/shares/recall":            n.receiveShareRecall,
		"POST " + keysPath:                       n.receiveKeys,
	} {
		mux.HandleFunc(path, n.answer(serve))
	}
	return mux
}

// answer turns what a peer route returns into JSON.
func (n *Node) answer(serve func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		out, err := serve(r)
		if err != nil {
			n.refuse(w, r, err)
			return
		}
		n.writeJSON(w, r, http.StatusOK, out)
	}
}

// refuse answers a peer with one line that holds ids only. What is a fault
// of ours is logged here and not told there.
func (n *Node) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status := statusOf(err)
	says := err.Error()
	if status == http.StatusInternalServerError {
		n.log.ErrorContext(r.Context(), "peer request failed", slog.String("path", r.URL.Path), slog.String("error", err.Error()))
		says = "this node could not do it; its administrator has been told"
	}
	n.writeJSON(w, r, status, refusal{Error: says})
}

// refuseStranger answers a request that no peer signed as it must be: with
// another status than a refusal of what it asks, since the sender may try the
// same again once clocks or keys agree.
func (n *Node) refuseStranger(w http.ResponseWriter, r *http.Request, err error) {
	if statusOf(err) == http.StatusInternalServerError {
		n.refuse(w, r, err)
		return
	}
	n.writeJSON(w, r, http.StatusUnauthorized, refusal{Error: err.Error()})
}

func (n *Node) writeJSON(w http.ResponseWriter, r *http.Request, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		n.log.InfoContext(r.Context(), "peer went away", slog.String("path", r.URL.Path))
	}
}

func (n *Node) serveCard(w http.ResponseWriter, r *http.Request) {
	n.writeJSON(w, r, http.StatusOK, n.Card())
}

// serveHealth answers whether the node's database answers.
func (n *Node) serveHealth(w http.ResponseWriter, r *http.Request) {
	if _, err := n.db.LeafCount(r.Context()); err != nil {
		n.refuse(w, r, err)
		return
	}
	n.writeJSON(w, r, http.StatusOK, map[string]fraud.OrgID{"org": n.Org.ID})
}

// asked is the peer whose signed request this is, and its message.
func asked[T any](n *Node, r *http.Request) (from fraud.Org, msg T, err error) {
	if from, err = n.asking(r.Context()); err == nil {
		msg, err = read[T](r)
	}
	return from, msg, err
}

// read decodes a peer's message.
func read[T any](r *http.Request) (T, error) {
	var v T
	if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
		return v, invalidf("message is not the JSON that %s takes", r.URL.Path)
	}
	return v, nil
}
