package match

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/cloudflare/circl/group"

	"ringbreaker.example/fraud"
)

// makePoints blinds our set; of one that continues an earlier match, what is
// new.
func (p *party) makePoints() (listBody, error) {
	points, err := p.Set.points(len(p.Set.Runs)-1, func(done, of int) { p.tell("points", "blind", done, of) })
	if err != nil {
		return listBody{}, err
	}
	b, err := p.announce("points", points, nil)
	p.Points = p.Mine["points"]
	p.Now.Ours = piece{Name: "our-points", Sum: b.Hash}
	return b, err
}

// ourPoint is our point at a position, of whichever run.
func (p *party) ourPoint(at int) (group.Element, error) {
	n := runOf(len(p.Past), func(n int) int { return p.Past[n].Points }, at)
	if n == len(p.Past) {
		return pointAt(p.Points, at-p.Set.before().Points)
	}
	list, err := p.ourPoints(n)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		at -= p.Past[n-1].Points
	}
	return pointAt(list, at)
}

// ourPoints are those of an earlier run, made again if they do not fit.
func (p *party) ourPoints(n int) ([]byte, error) {
	c := &p.Past[n].Ours
	list, err := c.get(p.lists())
	if err == nil {
		return list, nil
	}
	if list, err = p.Set.points(n, func(int, int) {}); err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(list); !bytes.Equal(sum[:], c.Sum) {
		return nil, errShelf("it gives other points than the peer has")
	}
	*c, err = p.lists().piece(fmt.Sprintf("%d-our-points", n), list)
	return list, err
}

// peerPoint is the peer's point at a position.
func (p *party) peerPoint(at int) (group.Element, error) {
	n := runOf(len(p.Past), func(n int) int { return p.Past[n].Theirs }, at)
	if n == len(p.Past) {
		return pointAt(p.PeerPts, at-p.Before.Points)
	}
	list, err := p.peerPoints(n)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		at -= p.Past[n-1].Theirs
	}
	return pointAt(list, at)
}

// peerPoints are those of an earlier run. Nobody but the peer can make them
// again.
func (p *party) peerPoints(n int) ([]byte, error) {
	list, err := p.Past[n].Peers.get(p.lists())
	if errors.Is(err, errDamaged) {
		err = fmt.Errorf("points that the peer gave in match %s are gone or changed on disk, %w", p.Past[n].Of, errLost)
	}
	return list, err
}

// raise makes our tags of some points of the peer's; before is how many stand
// before them in its list.
func (p *party) raise(list []byte, before int, tags []byte) error {
	k, err := decodeScalar(p.Set.Key)
	if err != nil {
		return err
	}
	return raiseAll(k, points{
		n: len(list) / pointLen, encoded: true,
		bytes: func(i int) []byte { return list[i*pointLen : (i+1)*pointLen] },
		bad:   func(i int) error { return caught("sent a bad point at %d", before+i) },
	}, func(first int, encoded []byte) {
		for i := range len(encoded) / pointLen {
			t := tagOf(encoded[i*pointLen : (i+1)*pointLen])
			copy(tags[(first+i)*tagLen:], t[:])
		}
	})
}

// usePoints packs the tags of the peer's points when all are there.
func (p *party) usePoints(list []byte) error {
	p.PeerPts, p.sorted = list, nil
	sorted := p.sortedTags()
	all, err := p.allTags()
	if err != nil {
		return err
	}
	for i := 1; i < len(all); i++ {
		if all[i] != all[i-1] {
			continue
		}
		points, err := p.allPeerPoints()
		if err != nil {
			return err
		}
		if !distinctPoints(points) { // a point twice has one tag twice
			return caught("sent a point twice")
		}
		return fmt.Errorf("two points have one tag, which chance does once in 2^32 matches, start again: %w", fraud.ErrConflict)
	}
	sum := sha256.Sum256(p.TagsOf)
	p.Now.Tags = piece{Name: "tags-of", Sum: sum[:]}
	p.Now.Peers = piece{Name: "peer-points", Sum: p.Want["points"]}
	if p.Mine["tags"], err = p.lists().keep("our-tags", packTags(sorted)); err != nil || !p.Terms.Epoch {
		return err
	}
	p.Lists.Sorted, err = p.lists().piece("sorted", flat(all))
	return err
}

// allPeerPoints are the peer's points of all runs.
func (p *party) allPeerPoints() ([]byte, error) {
	var out []byte
	for n := range p.Past {
		list, err := p.peerPoints(n)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return append(out, p.PeerPts...), nil
}
