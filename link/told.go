package link

import "ringbreaker.example/fraud"

// Twice counts the reports that were told more than once under their name, with
// other facts or words: the telling received first counts, with the indicators of all.
func (b *Builder) Twice() int { return len(b.twice) }

// Circles gives the reports that correct themselves by way of each other, at
// most 100: each is corrected by another one, so none of them counts.
func (b *Builder) Circles() (ids []fraud.ReportID) {
	const most = 100
	seen := map[uint32]uint32{} // report to the walk that came by
	for n := range b.reports {
		from := uint32(n) + 1
		at := from
		for at != 0 && b.reports[at-1].replaces != 0 && seen[at] == 0 {
			seen[at] = from
			at = b.reports[at-1].replaces
		}
		if at == 0 || seen[at] != from {
			continue
		}
		for first := at; ; { // at is on a circle that no walk met before
			ids = append(ids, fraud.ReportID(b.ids.text(at-1)))
			if at = b.reports[at-1].replaces; at == first || len(ids) >= most {
				break
			}
		}
		if len(ids) >= most {
			break
		}
	}
	return ids
}
