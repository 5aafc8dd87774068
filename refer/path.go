package refer

import (
	"fmt"
	"regexp"
	"strings"

	"ringbreaker.example/fraud"
)

// The fixed names of a package. The first four stand first in the tar, in
// this order, so that one pass over a stream can check all that follows.
const (
	manifestName   = "manifest.json"
	signaturesName = "signatures.json"
	ledgerName     = "ledger.json"
	referralName   = "referral.json"

	dossierHTML    = "dossier.html"
	dossierPDF     = "dossier.pdf"
	ringsName      = "rings.jsonl"
	indicatorsName = "indicators.csv"
	transfersName  = "transactions.csv"
	victimsName    = "victims.csv"
	disclosureName = "disclosure.csv"
	stixName       = "stix.json"
	caseName       = "case.jsonld"
	annexName      = "annex-victims.age"
	exhibitsDir    = "exhibits/"
	certDir        = "certificates/"
)

// maxPath is what a ustar name field holds (POSIX.1-1988 ustar).
const maxPath = 100

// pathForm admits plain names in folders: no dot files, no "..", no blanks,
// no separators of other systems, nothing that a shell or a browser reads.
var pathForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$`)

// otherNames are what Windows takes for something else than a file of that
// name: a dot at the end is dropped, and these words are devices, whatever
// stands after a dot (Microsoft, "Naming Files, Paths, and Namespaces").
var otherNames = regexp.MustCompile(`(?i)\.(/|$)|(^|/)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.[^/]*)?(/|$)`)

// checkPath refuses every name that could leave the folder or be two names.
func checkPath(name string) error {
	if len(name) > maxPath || !pathForm.MatchString(name) || strings.Contains(name, "..") || otherNames.MatchString(name) {
		return fmt.Errorf("file name %.120q is not a plain path of letters, digits, dots and dashes: %w", name, fraud.ErrInvalid)
	}
	return nil
}

// outsideManifest says which files the manifest cannot list: itself, and
// what is made after it.
func outsideManifest(name string) bool {
	return name == manifestName || name == signaturesName || name == ledgerName
}

// otherAnnexName is the file of another complainant's annex.
func otherAnnexName(org fraud.OrgID) string {
	return "annex-victims-" + plainName(string(org), 40) + ".age"
}

// statementName is the file of a complainant's own statement.
func statementName(org fraud.OrgID) string { return "statement-" + plainName(string(org), 40) + ".md" }

// plainName makes a safe file name of anyone's text.
func plainName(s string, most int) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '.' && b.Len() > 0 && !strings.HasSuffix(b.String(), "."):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= most {
			break
		}
	}
	out := strings.Trim(b.String(), "-.")
	if out == "" {
		return "file"
	}
	return out
}
