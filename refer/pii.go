package refer

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// checkIdentities is rule 5: the strings that identify a victim are looked
// for in every file that is not the sealed annex, exhibits too.
func checkIdentities(b *builder) verdict {
	if b.doc.Annex.Victims > 0 && len(b.m.To.Recipients) == 0 {
		return fails("annex", "The agency has given no key to seal the annex to.")
	}
	s := NewMatcher()
	s.Add(b.m.Victims...)
	names := make([]string, 0, len(b.files))
	for name := range b.files {
		if !b.doc.annexed(name) && name != referralName {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	doc, err := encode(b.doc)
	if err != nil {
		return fails("file "+referralName, "The file could not be written.")
	}
	b.open[referralName] = openBytes(doc)
	names = append(names, referralName)
	found, errs := s.files(names, b.open)
	var unseen []string
	for i, name := range names {
		switch {
		case errs[i] != nil:
			return fails("file "+name, "The file could not be searched for victims' identities.")
		case found[i].Pseudonym != "":
			return fails("file "+name, "Something that identifies victim %s stands in the file.", found[i].Pseudonym)
		case found[i].Opaque && name != dossierPDF: // printed from the page, which was searched
			unseen = append(unseen, name)
		}
	}
	keys := "1 key"
	if n := len(b.m.To.Recipients); n != 1 {
		keys = fmt.Sprintf("%d keys", n)
	}
	says := fmt.Sprintf("%d strings that identify victims were looked for in %d files and stand in none; the annex is sealed to %s of the agency.",
		s.needles, len(names), keys)
	if len(unseen) > 0 {
		says += fmt.Sprintf(" What %d files show is not text, and no program here can read it (%s%s): a person must have looked at them.",
			len(unseen), strings.Join(unseen[:min(len(unseen), 5)], ", "), map[bool]string{true: ", …"}[len(unseen) > 5])
	}
	return holds("%s", says)
}

// files looks through several files, as many at a time as there are cores.
func (m *Matcher) files(names []string, open map[string]opener) ([]Searched, []error) {
	found, errs := make([]Searched, len(names)), make([]error, len(names))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(names)) {
		wg.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(names); i = next.Add(1) - 1 {
				found[i], errs[i] = m.File(names[i], open[names[i]])
			}
		})
	}
	wg.Wait()
	return found, errs
}

// FindIdentity looks through a file for what identifies one of these victims
// and gives the pseudonym of the first it finds, or nothing. A node asks it
// before an exhibit leaves.
func FindIdentity(victims []Victim, name string, open func() (io.ReadCloser, error)) (pseudonym string, err error) {
	m := NewMatcher()
	m.Add(victims...)
	hit, err := m.File(name, open)
	if err != nil {
		return "", fmt.Errorf("look for victims' identities in %s: %w", name, err)
	}
	return hit.Pseudonym, nil
}

// Search looks through every file of the package but the sealed annexes for
// the victims that m knows, and gives the first file that names one, and whom.
// Both are empty if none does: each complainant's node asks before it signs,
// since the one that built the package knows only its own.
func (p *Package) Search(m *Matcher) (file, pseudonym string, err error) {
	var names []string
	open := map[string]opener{}
	for _, name := range p.Names() {
		if !p.Document.annexed(name) && !outsideManifest(name) {
			names = append(names, name)
			open[name] = func() (io.ReadCloser, error) { return p.Open(name) }
		}
	}
	found, errs := m.files(names, open)
	for i, name := range names {
		if errs[i] != nil {
			return name, "", fmt.Errorf("look for victims' identities in %s: %w", name, errs[i])
		}
		if found[i].Pseudonym != "" {
			return name, found[i].Pseudonym, nil
		}
	}
	return "", "", nil
}
