package refer

import (
	"fmt"
	"io"
	"strings"
)

// Show writes for a person what a verification found, and what it did not
// look at.
func (v Verification) Show(w io.Writer) error {
	var b strings.Builder
	if v.Referral != "" {
		fmt.Fprintf(&b, "Referral %s, version %d: %s\n", v.Referral, v.Version, v.Title)
		fmt.Fprintf(&b, "TLP:%s PAP:%s · %d files, %d bytes · manifest SHA-256 %s\n", v.Mark.TLP, v.Mark.PAP, v.Files, v.Bytes, v.Manifest)
	}
	for _, c := range v.Checks {
		state := "holds"
		if !c.OK {
			state = "DOES NOT HOLD"
		}
		fmt.Fprintf(&b, "  %-13s %s: %s\n", state, c.Name, c.Says)
	}
	for _, s := range v.Signers {
		if !s.Pinned {
			fmt.Fprintf(&b, "Not verified: that key %.16s… is %s's. Read these words to them by a number you know:\n  %s\n", s.KeyID, s.Org, s.Words)
		}
	}
	if v.OK {
		b.WriteString("Not verified by any program: whether what the files say is true, who the subjects are, and what the sealed annex holds until it is opened.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Show writes for a person what a package holds, without verifying it.
func (p *Package) Show(w io.Writer) error {
	d := &p.Document
	var b strings.Builder
	fmt.Fprintf(&b, "Referral %s, version %d: %s\n", d.ID, d.Version, d.Title)
	fmt.Fprintf(&b, "%s · as of %s\n", d.handling(), stamp(d.At))
	for _, c := range d.Complainants {
		fmt.Fprintf(&b, "From %s (%s), signs %s, %s\n", c.Org.Name, c.Org.ID, c.Signatory, c.Office)
	}
	fmt.Fprintf(&b, "To %s, %s\n", d.To.Org.Name, d.To.Unit)
	fmt.Fprintf(&b, "%d rings, %d suspects in common, %d subjects, %d exhibits (%d to %d), %d certificates, %d victims named in the sealed annex, %d withheld\n",
		len(d.Rings), len(d.Overlaps), len(d.Subjects), len(d.Exhibits), d.Numbering.FirstExhibit, d.Numbering.LastExhibit, len(d.Certificates), d.Annex.Victims, d.Annex.Withheld)
	for _, f := range d.Figures {
		fmt.Fprintf(&b, "%s: %s (%s, as of %s)\n", f.Name, figureValue(f), f.Source, stamp(f.AsOf))
	}
	for _, c := range d.Checks {
		fmt.Fprintf(&b, "  check %2d %-10s %s\n", c.No, checkState(c), c.Says)
	}
	for _, f := range p.Manifest.Files {
		fmt.Fprintf(&b, "  %12d  %s  %s\n", f.Size, f.SHA256, f.Path)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
