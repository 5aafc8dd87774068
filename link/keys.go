package link

import (
	"encoding/binary"
	"slices"

	"github.com/zeebo/xxh3"

	"ringbreaker.example/fraud"
)

// NameKey is the key that stands for a report itself.
func NameKey(id fraud.ReportID) uint64 { return keyOf('n', string(id)) }

// Keys gives everything by which a report could touch another, as 64-bit
// keys, ascending, no doubles; its own [NameKey] is among them. Reports that
// share no key, neither directly nor over others, cannot change what becomes
// of each other. So reports may be parted by their keys, on however many
// machines, and each part linked alone: the assignments together are those of
// one whole linking, with the same names of rings. Two keys that are equal by
// chance only make a part larger.
//
// The keys are the values that can link, the blocks that numbers lie in, the
// shingles of texts long enough to say something, the report that this one
// supersedes, and the reports that a person said are the same ring's.
func (m *Model) Keys(facts fraud.ReportFacts, sightings []fraud.Sighting, sketches []fraud.Sketch, judged []fraud.Judgement) []uint64 {
	out := []uint64{NameKey(facts.ID)}
	if facts.Supersedes != "" {
		out = append(out, NameKey(facts.Supersedes))
	}
	for _, s := range sightings {
		if _, links := m.Prior(s.Indicator.Kind, s.Role); !links || s.Indicator.Value == "" || m.Shares(s.Indicator) {
			continue
		}
		out = append(out, keyOf('v', s.Indicator.String()))
		if v := s.Indicator.Value; s.Indicator.Kind == fraud.Phone && len(v) > 2 {
			out = append(out, keyOf('b', v[:len(v)-2]))
		}
	}
	for _, s := range sketches {
		if float64(s.Words) < m.Param("script_words_low") {
			continue
		}
		for _, h := range s.Hashes {
			out = append(out, keyOf('t', string(binary.BigEndian.AppendUint64(nil, h))))
		}
	}
	for _, j := range judged {
		if j.Verdict == fraud.VerdictSame && (j.A == facts.ID || j.B == facts.ID) {
			out = append(out, NameKey(j.A), NameKey(j.B))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func keyOf(what byte, s string) uint64 { return xxh3.HashString(string([]byte{what}) + s) }
