package match

import (
	"fmt"
	"slices"

	"ringbreaker.example/fraud"
)

// pastTags are our tags of the peer's points of an earlier run, by position,
// made again from the points if they do not fit.
func (p *party) pastTags(n int) ([]byte, error) {
	c := &p.Past[n].Tags
	tags, err := c.get(p.lists())
	if err == nil {
		return tags, nil
	}
	list, err := p.peerPoints(n)
	if err != nil {
		return nil, err
	}
	tags = make([]byte, len(list)/pointLen*tagLen)
	if err := p.raise(list, 0, tags); err != nil {
		return nil, err
	}
	*c, err = p.lists().piece(fmt.Sprintf("%d-tags-of", n), tags)
	return tags, err
}

func unflat(b []byte) []tag {
	out := make([]tag, len(b)/tagLen)
	for i := range out {
		out[i] = tag(b[i*tagLen:])
	}
	return out
}

func flat(tags []tag) []byte {
	out := make([]byte, 0, len(tags)*tagLen)
	for _, t := range tags {
		out = append(out, t[:]...)
	}
	return out
}

// sortedTags are our tags of the peer's points of this run, ascending.
func (p *party) sortedTags() []tag {
	out := unflat(p.TagsOf)
	slices.SortFunc(out, compareTags)
	return out
}

// allTags are our tags of the peer's points of all runs, ascending: what was
// sorted stays so.
func (p *party) allTags() ([]tag, error) {
	if p.sorted != nil {
		return p.sorted, nil
	}
	if p.Lists.Sorted.Name != "" { // of this match, from before a restart
		if b, err := p.Lists.Sorted.get(p.lists()); err == nil {
			p.sorted = unflat(b)
			return p.sorted, nil
		}
	}
	if len(p.Past) == 0 {
		p.sorted = p.sortedTags()
		return p.sorted, nil
	}
	var old []tag
	if b, err := p.Older.Sorted.get(p.lists()); err == nil && len(b) == p.Before.Points*tagLen {
		old = unflat(b)
	} else {
		for n := range p.Past {
			tags, err := p.pastTags(n)
			if err != nil {
				return nil, err
			}
			old = append(old, unflat(tags)...)
		}
		slices.SortFunc(old, compareTags)
	}
	p.sorted = merged(old, p.sortedTags())
	return p.sorted, nil
}

// backTags are the tags of our points that the peer gave back in the matches
// before this one, ascending, put together again if they do not fit.
func (p *party) backTags() ([]tag, error) {
	if len(p.Past) == 0 {
		return nil, nil
	}
	if b, err := p.Older.Back.get(p.lists()); err == nil {
		return unflat(b), nil
	}
	var out []tag
	for n := range p.Past {
		list, err := p.Past[n].Gave.get(p.lists())
		if err != nil {
			return nil, lostTags(p.Past[n].Of)
		}
		points := p.Set.Runs[n].Points
		if n > 0 {
			points -= p.Set.Runs[n-1].Points
		}
		tags, err := unpackTags(list, points)
		if err != nil {
			return nil, err
		}
		out = append(out, tags...)
	}
	slices.SortFunc(out, compareTags)
	return out, nil
}

func lostTags(of fraud.MatchID) error {
	return fmt.Errorf("tags that the peer gave back in match %s are gone or changed on disk, %w", of, errLost)
}

// inCommon compares our tags of all points of the peer with all that it gave
// back of ours, of which these came last; it gives what is in both, and all
// that was given back.
func (p *party) inCommon(last []tag) (both, back []tag, err error) {
	if back, err = p.backTags(); err != nil {
		return nil, nil, err
	}
	back = merged(back, last)
	ours, err := p.allTags()
	if err != nil {
		return nil, nil, err
	}
	return common(ours, back), back, nil
}

// useTags counts what is in common, after each of our sentinels has shown
// that the peer used its committed key.
func (p *party) useTags(list []byte) error {
	c, err := p.theirCommitment()
	if err != nil {
		return err
	}
	theirs, err := unpackTags(list, p.Set.newPoints())
	if err != nil {
		return caught("sent tags that cannot be read, or one twice")
	}
	key, err := decodePoint(c.Key)
	if err != nil {
		return err
	}
	q := curve().NewElement()
	for _, i := range p.Set.Order[p.Set.before().Points:] {
		if i&isSentinel == 0 {
			continue
		}
		want := tagOf(encodePoint(q.Mul(key, p.Set.sentinel(int(i&^isSentinel)))))
		if _, there := slices.BinarySearchFunc(theirs, want, compareTags); !there {
			return caught("did not raise our points to the key it had committed to")
		}
	}
	matched, back, err := p.inCommon(theirs)
	if err != nil {
		return err
	}
	p.Matched, p.at = matched, nil
	if !p.Terms.Deconflict {
		p.Report.Count = len(p.Matched)
	}
	if p.lists().kept() {
		if p.Lists.Matched, err = p.lists().piece("matched", flat(p.Matched)); err != nil {
			return err
		}
	}
	p.Now.Gave = piece{Name: "peer-tags", Sum: p.Want["tags"]}
	if p.Terms.Epoch {
		p.Lists.Back, err = p.lists().piece("back", flat(back))
	}
	return err
}
