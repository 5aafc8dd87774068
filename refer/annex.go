package refer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"filippo.io/age"
	"filippo.io/age/plugin"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// AnnexEntry is one line of the opened annex-victims.age: who a pseudonym
// is, what they agreed to and where their reports are.
type AnnexEntry struct {
	Pseudonym string           `json:"pseudonym"`
	Org       fraud.OrgID      `json:"org"`
	Identity  fraud.Identity   `json:"identity"`
	Consent   fraud.Consent    `json:"consent"`
	AskedAt   time.Time        `json:"asked_at"`
	Reports   []fraud.ReportID `json:"reports"`
}

// consents says whether the victim may stand in the annex: asked, and
// agreed that law enforcement may know them.
func (v Victim) consents() bool {
	return v.Consent.ShareLawEnforcement && !v.ConsentAt.IsZero() && !v.Identity.Empty()
}

// SealAnnex encrypts the identities of the victims who agreed to it, as
// JSON lines, to the agency's age recipients and to nobody else. It returns
// nil where nobody agreed.
func SealAnnex(m *Material) ([]byte, error) {
	var plain bytes.Buffer
	for _, v := range m.Victims {
		if !v.consents() {
			continue
		}
		b, err := line(AnnexEntry{v.Pseudonym, v.Org, v.Identity, v.Consent, v.ConsentAt.UTC(), v.Reports})
		if err != nil {
			return nil, fmt.Errorf("write the annex: %w", err)
		}
		plain.Write(b)
	}
	if plain.Len() == 0 {
		return nil, nil
	}
	var out bytes.Buffer
	w, err := Seal(&out, m.To.Recipients)
	if err != nil {
		return nil, fmt.Errorf("seal the annex: %w", err)
	}
	if _, err := w.Write(plain.Bytes()); err != nil {
		return nil, fmt.Errorf("seal the annex: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("seal the annex: %w", err)
	}
	return out.Bytes(), nil
}

// ReadAnnex opens the annexes of a package with the agency's identities. It
// returns ErrForbidden if none of them opens one.
func (p *Package) ReadAnnex(identities ...age.Identity) ([]AnnexEntry, error) {
	var out []AnnexEntry
	for _, path := range p.Document.Annex.annexes() {
		list, err := p.readAnnex(path, identities)
		if err != nil {
			return nil, fmt.Errorf("open %s of referral %s: %w", path, p.Document.ID, err)
		}
		out = append(out, list...)
	}
	return out, nil
}

func (p *Package) readAnnex(path string, identities []age.Identity) ([]AnnexEntry, error) {
	f, err := p.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := Unseal(f, identities...)
	if err != nil {
		return nil, err
	}
	return decodeAnnex(r)
}

func decodeAnnex(r io.Reader) ([]AnnexEntry, error) {
	b, err := readMost(r, annexName, 1<<30)
	if err != nil {
		return nil, err
	}
	var out []AnnexEntry
	for l := range bytes.Lines(b) {
		var e AnnexEntry
		if err := unline(l, &e); err != nil {
			return nil, broken("line %d of the annex cannot be read", len(out)+1)
		}
		out = append(out, e)
	}
	return out, nil
}

// Seal encrypts to age recipients what is written to the result; Close ends
// it. Recipients are in age's text forms ([access.SealRecipient]); post-quantum
// ones cannot be mixed with others in one file (age refuses it).
func Seal(w io.Writer, recipients []string) (io.WriteCloser, error) {
	if len(recipients) == 0 {
		return nil, fmt.Errorf("the agency has given no age recipient to seal to: %w", fraud.ErrInvalid)
	}
	to := make([]age.Recipient, len(recipients))
	for i, text := range recipients {
		var err error
		if to[i], err = access.SealRecipient(text); err != nil {
			return nil, fmt.Errorf("recipient %d of the agency: %w", i+1, err)
		}
	}
	out, err := age.Encrypt(w, to...)
	if err != nil {
		return nil, fmt.Errorf("seal with age: %w", err)
	}
	return out, nil
}

// Unseal gives the plain bytes of what Seal made. A wrong key is
// ErrForbidden, a damaged file ErrInvalid, if not at once then while reading.
func Unseal(r io.Reader, identities ...age.Identity) (io.Reader, error) {
	if len(identities) == 0 {
		return nil, fmt.Errorf("no key given to open it with: %w", fraud.ErrForbidden)
	}
	plain, err := age.Decrypt(r, identities...)
	if missing := new(plugin.NotFoundError); errors.As(err, &missing) {
		return nil, fmt.Errorf("the key needs the program age-plugin-%s, which is not installed: %w", missing.Name, fraud.ErrNotFound)
	}
	if none := new(age.NoIdentityMatchError); errors.As(err, &none) {
		return nil, fmt.Errorf("it is not sealed to this key: %w", fraud.ErrForbidden)
	}
	if err != nil {
		return nil, fmt.Errorf("not a sealed file, or a damaged one: %w", fraud.ErrInvalid)
	}
	return damaged{plain}, nil
}

// damaged turns what age says of a broken file into ErrInvalid.
type damaged struct{ r io.Reader }

func (d damaged) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("the sealed file is damaged: %w", fraud.ErrInvalid)
	}
	return n, err
}
