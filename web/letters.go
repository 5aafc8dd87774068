package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Post is what this node owes its peers' nodes: *app.Node's outbox.
type Post interface {
	// Waiting are the letters that peers have not taken yet, in the order of
	// writing.
	Waiting(context.Context) ([]fraud.Letter, error)
	// Refused are those that peers refused for good since a time, newest first.
	Refused(ctx context.Context, since time.Time) ([]fraud.Letter, error)
	// SendNow tries all that wait. It may come back while a large one is still
	// on its way.
	SendNow(context.Context) error
}

// lettersPage is what waits to be sent: to whom, what about, since when, why
// it was put off and when it is tried again.
type lettersPage struct {
	base
	To      []postTo
	Count   int
	Refused []letterRow
	Since   time.Time // refusals are shown from then on
	CanSend bool
}

// postTo is what waits for one peer.
type postTo struct {
	Org     fraud.OrgID
	Name    string
	Since   time.Time // of the oldest letter
	Problem string    // what came of the last try that did not succeed
	Rows    []letterRow
}

// letterRow is one letter. About and Href are empty where the mark of what it
// is about keeps this person out.
type letterRow struct {
	fraud.Letter
	About, Href string
	Withheld    bool
	Behind      bool // an earlier letter about the same thing goes first
}

// refusedShown is how long a refusal stays on the page: by then somebody was
// back from leave.
const refusedShown = 30 * 24 * time.Hour

func (s *Server) letters(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := lettersPage{base: s.base(w, r, "Letters to peers"), Since: s.Now().Add(-refusedShown)}
	waiting, err := s.Post.Waiting(ctx)
	if err != nil {
		return fmt.Errorf("read the letters that wait: %w", err)
	}
	rows, err := s.letterRows(ctx, waiting)
	if err != nil {
		return err
	}
	names, err := s.peerNames(ctx)
	if err != nil {
		return err
	}
	p.Count = len(rows)
	for _, x := range rows {
		i := slices.IndexFunc(p.To, func(t postTo) bool { return t.Org == x.To })
		if i < 0 {
			i = len(p.To)
			p.To = append(p.To, postTo{Org: x.To, Name: cmp.Or(names[x.To], string(x.To)), Since: x.At})
		}
		if x.Problem != "" && p.To[i].Problem == "" {
			p.To[i].Problem = x.Problem
		}
		p.To[i].Rows = append(p.To[i].Rows, x)
	}
	slices.SortStableFunc(p.To, func(a, b postTo) int { return a.Since.Compare(b.Since) })
	refused, err := s.Post.Refused(ctx, p.Since)
	if err != nil {
		return fmt.Errorf("read the letters that were refused: %w", err)
	}
	if p.Refused, err = s.letterRows(ctx, refused); err != nil {
		return err
	}
	p.CanSend = p.Count > 0 && s.can(ctx, access.ActPost, access.Thing{Kind: access.ThingSettings})
	return s.render(w, http.StatusOK, "letters.html", p)
}

// sendLetters tries what waits now, what was put off too.
func (s *Server) sendLetters(w http.ResponseWriter, r *http.Request) error {
	if err := s.Post.SendNow(r.Context()); err != nil {
		return fmt.Errorf("send what waits: %w", err)
	}
	next := ownPath(r.PostFormValue("next"))
	if next == "" {
		next = "/letters"
	}
	return done(w, r, next, "posted")
}

func (s *Server) peerNames(ctx context.Context) (map[fraud.OrgID]string, error) {
	peers, err := s.Store.Peers(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the peers: %w", err)
	}
	names := map[fraud.OrgID]string{}
	for _, p := range peers {
		names[p.Org.ID] = p.Org.Name
	}
	return names, nil
}

// letterRows says of each letter what it is about, to whom may know it.
func (s *Server) letterRows(ctx context.Context, letters []fraud.Letter) ([]letterRow, error) {
	var out []letterRow
	type of struct {
		to  fraud.OrgID
		ref string
	}
	before := map[of]bool{}
	for _, l := range letters {
		x := letterRow{Letter: l, Behind: before[of{l.To, l.Ref}]}
		before[of{l.To, l.Ref}] = true
		thing, href, word, err := s.letterThing(ctx, l)
		if err != nil {
			return nil, err
		}
		if s.can(ctx, access.ActRead, thing) {
			x.About, x.Href = word, href
		} else {
			x.Withheld = true
		}
		out = append(out, x)
	}
	return out, nil
}

// letterThing is what a letter is about, as the rules are asked about it, with
// the page where it stands and the words for it.
func (s *Server) letterThing(ctx context.Context, l fraud.Letter) (thing access.Thing, href, word string, err error) {
	switch l.What {
	case "joint":
		return s.letterOfCase(ctx, fraud.JointCaseID(l.Ref), jointWord(l.Path)+" joint case "+l.Ref)
	case "recall":
		shares, err := s.Store.Shares(ctx)
		if err != nil {
			return thing, "", "", fmt.Errorf("read the shares: %w", err)
		}
		i := slices.IndexFunc(shares, func(x fraud.Share) bool { return x.ID == l.Ref })
		if i < 0 {
			return access.Thing{Kind: access.ThingJointCase, ID: l.Ref}, "", "Recall of share " + l.Ref, nil
		}
		x := shares[i]
		word := "Recall of " + words(x.What) + " " + x.Ref
		switch x.What {
		case "joint_case", "contribution":
			return s.letterOfCase(ctx, fraud.JointCaseID(x.Ref), word)
		case "match":
			return access.Thing{Kind: access.ThingMatch, ID: x.Ref, Mark: x.Mark}, "/matches/" + pathID(x.Ref), word, nil
		}
		return s.letterOfReferral(ctx, fraud.ReferralID(x.Ref), 0, word)
	}
	version := ""
	if l.Version > 0 {
		version = fmt.Sprintf(" version %d", l.Version)
	}
	return s.letterOfReferral(ctx, fraud.ReferralID(l.Ref), l.Version, map[string]string{
		"signed": "Signatures on referral ", "to_sign": "For signature: referral ", "sealed": "Sealed for the agency: referral ", "status": "What became of referral ",
	}[l.What]+l.Ref+version)
}

// jointWord says what a letter tells of a joint case, by the door it goes to.
func jointWord(path string) string {
	switch path {
	case "/peer/v1/joint-cases":
		return "Offer of"
	case "/peer/v1/joint-cases/accepted":
		return "Our acceptance of"
	}
	return "A line in the log of"
}

func (s *Server) letterOfCase(ctx context.Context, id fraud.JointCaseID, word string) (access.Thing, string, string, error) {
	c, err := s.Store.JointCase(ctx, id)
	if errors.Is(err, fraud.ErrNotFound) {
		return access.Thing{Kind: access.ThingJointCase, ID: string(id)}, "", word, nil
	}
	if err != nil {
		return access.Thing{}, "", "", fmt.Errorf("read joint case %s: %w", id, err)
	}
	thing, err := s.jointThing(ctx, c)
	return thing, "/joint/" + pathID(id), word, err
}

// letterOfReferral is a letter about a referral: on a company's node it is one
// of ours, on an agency's one that came.
func (s *Server) letterOfReferral(ctx context.Context, id fraud.ReferralID, version int, word string) (access.Thing, string, string, error) {
	if s.Act != nil {
		if thing := (access.Thing{Kind: access.ThingCase, ID: string(id)}); !s.can(ctx, access.ActRead, thing) {
			return thing, "", word, nil // an administrator, to whom the cases are closed
		}
		things, err := s.agencyThings(ctx)
		if err != nil {
			return access.Thing{}, "", "", err
		}
		href := ""
		if newest := things.newest[id]; newest > 0 {
			href = fmt.Sprintf("/inbox/%s/%d", pathID(id), newest)
		}
		return things.ofReferral(id), href, word, nil
	}
	x, err := s.Store.Referral(ctx, id, version)
	if errors.Is(err, fraud.ErrNotFound) {
		return access.Thing{Kind: access.ThingReferral, ID: string(id)}, "", word, nil
	}
	if err != nil {
		return access.Thing{}, "", "", fmt.Errorf("read referral %s: %w", id, err)
	}
	thing, err := s.referralThing(ctx, x)
	return thing, "/referrals/" + pathID(id), word, err
}

// waitingAbout are the letters that wait and are about one thing: what a page
// of that thing says beside it.
func (s *Server) waitingAbout(ctx context.Context, refs ...string) ([]letterRow, error) {
	if s.Post == nil {
		return nil, nil
	}
	all, err := s.Post.Waiting(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the letters that wait: %w", err)
	}
	all = slices.DeleteFunc(slices.Clone(all), func(l fraud.Letter) bool { return !slices.Contains(refs, l.Ref) })
	return s.letterRows(ctx, all)
}

// waitingCount is how many letters wait, for the rail; a count that cannot be
// had is left out, since the page that it leads to says why.
func (s *Server) waitingCount(ctx context.Context) int {
	if s.Post == nil {
		return 0
	}
	all, err := s.Post.Waiting(ctx)
	if err != nil {
		return 0
	}
	return len(all)
}
