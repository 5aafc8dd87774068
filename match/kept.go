package match

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"ringbreaker.example/fraud"
)

// light is the party without what its folder holds.
func (p *party) light() *party {
	if p == nil || !p.lists().kept() {
		return p
	}
	l := *p
	l.Mine, l.Got, l.Points, l.PeerPts, l.TagsOf = nil, nil, nil, nil, nil
	if p.Lists.Matched.Name != "" {
		l.Matched = nil
	}
	if p.Set != nil && p.env.box != nil {
		set := *p.Set
		set.Elements, set.Order = nil, nil
		l.Set = &set
	}
	return &l
}

// load takes up what light left out.
func (p *party) load() error {
	s := p.lists()
	p.house()
	if !s.kept() || p.Set == nil {
		return nil
	}
	if err := p.Set.load(); err != nil {
		return err
	}
	for i, r := range rounds() {
		if !r.list {
			continue
		}
		var err error
		if p.Mine[r.name], err = s.load("our-" + r.name); err != nil {
			return err
		}
		if i >= p.Next {
			continue
		}
		if p.Got[r.name], err = s.load("peer-" + r.name); err != nil {
			return err
		}
	}
	for _, name := range []string{"points", "tags", "kinds", "labels"} {
		if p.Mine[name] == nil {
			delete(p.Mine, name)
		}
		if p.Got[name] == nil {
			delete(p.Got, name)
		}
	}
	p.Points, p.PeerPts = p.Mine["points"], p.Got["points"]
	tags, err := s.load("tags-of")
	if err != nil {
		return err
	}
	p.TagsOf = bytes.Clone(tags)
	if err := p.sound(); err != nil {
		return err
	}
	return p.loadMatched()
}

// sound holds the points and tags of this run against what is known of them,
// and makes again what does not fit.
func (p *party) sound() error {
	fits := func(list, sum []byte) bool {
		is := sha256.Sum256(list)
		return sum == nil || bytes.Equal(is[:], sum)
	}
	var err error
	if !fits(p.Points, p.Now.Ours.Sum) {
		if p.Points, err = p.Set.points(len(p.Set.Runs)-1, func(int, int) {}); err != nil {
			return err
		}
		if !fits(p.Points, p.Now.Ours.Sum) {
			return errShelf("it gives other points than the peer has")
		}
		if p.Points, err = p.lists().keep("our-points", p.Points); err != nil {
			return err
		}
		p.Mine["points"] = p.Points
	}
	if !fits(p.PeerPts, p.Now.Peers.Sum) {
		return fmt.Errorf("points that the peer gave in match %s are gone or changed on disk, %w", p.ID, errLost)
	}
	if !fits(p.TagsOf, p.Now.Tags.Sum) {
		p.TagsOf = make([]byte, len(p.PeerPts)/pointLen*tagLen)
		if err := p.raise(p.PeerPts, 0, p.TagsOf); err != nil {
			return err
		}
		return p.lists().put("tags-of", p.TagsOf)
	}
	return nil
}

// loadMatched reads the tags in common, or counts them again.
func (p *party) loadMatched() error {
	if p.Lists.Matched.Name == "" {
		return nil
	}
	b, err := p.Lists.Matched.get(p.lists())
	if err == nil {
		p.Matched = unflat(b)
		return nil
	}
	list := p.Got["tags"]
	if sum := sha256.Sum256(list); !bytes.Equal(sum[:], p.Now.Gave.Sum) {
		return lostTags(p.ID)
	}
	theirs, err := unpackTags(list, p.Set.newPoints())
	if err != nil {
		return err
	}
	if p.Matched, _, err = p.inCommon(theirs); err != nil {
		return err
	}
	p.Lists.Matched, err = p.lists().piece("matched", flat(p.Matched))
	return err
}

// spill puts everything that is in memory away.
func (p *party) spill() error {
	s := p.lists()
	if !s.kept() || p.Set == nil || p.env.box == nil {
		return nil
	}
	if err := p.Set.keep(); err != nil {
		return err
	}
	p.Now.Set = piece{Name: "set"}
	if !p.Terms.Epoch {
		return nil
	}
	var err error
	p.Now.Known, err = s.piece("known", p.Set.knownOf(p.Set.Elements))
	return err
}

// rest lets go of what is in memory and in open files; the party cannot be
// used after it.
func (p *party) rest() {
	for _, g := range p.in {
		g.close()
	}
	p.in, p.Mine, p.Got, p.Points, p.PeerPts, p.Set = nil, nil, nil, nil, nil, nil
	p.lists().release()
}

// wake makes the maps that the store leaves out when they are empty.
func (p *party) wake() {
	for _, l := range []*map[string][]byte{&p.Mine, &p.Got, &p.Want} {
		if *l == nil {
			*l = map[string][]byte{}
		}
	}
	if p.Size == nil {
		p.Size = map[string]int{}
	}
}

// forget drops the secrets and the lists when a match is over: what is left is
// the report, both commitments, the transcript and the last message. One of an
// epoch keeps what the next one goes on from, until that is let go too.
func (p *party) forget(all bool) error {
	if p.Terms.Epoch && p.step() == fraud.MatchIndicators && !all {
		p.Mine, p.Got, p.Labels, p.Opened = map[string][]byte{}, map[string][]byte{}, nil, nil
		return nil
	}
	p.Points, p.PeerPts, p.Past, p.Now, p.Lists, p.Older, p.sorted = nil, nil, nil, past{}, lists{}, lists{}, nil
	p.Set, p.TagsOf, p.Coin, p.Labels, p.Opened = nil, nil, nil, nil, nil
	p.Mine, p.Got, p.at = map[string][]byte{}, map[string][]byte{}, nil
	for _, g := range p.in {
		g.close()
	}
	p.in = nil
	if err := p.lists().forget(); err != nil {
		return fmt.Errorf("remove the lists of match %s: %w", p.ID, err)
	}
	return nil
}
