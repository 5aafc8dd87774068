package fraud

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"
)

// Names of things are types of their own, so that one cannot be passed for
// another. All are plain text, safe in a URL path segment after escaping.
type (
	// OrgID names an organisation with a node: "alder", "cfb".
	OrgID string
	// PersonID names a person who signs in at an Org's node.
	PersonID string
	// ReportID names a Report everywhere as "source/id".
	ReportID string
	// RingID names a Ring; it stays as the ring grows.
	RingID string
	// MatchID names one run of private matching, the same on both nodes.
	MatchID string
	// JointCaseID names a joint case, the same on both nodes.
	JointCaseID string
	// ReferralID names a referral with all its versions and supplements.
	ReferralID string
	// ExhibitID names a file in a referral or an item seized.
	ExhibitID string
	// CaseID names an agency's case.
	CaseID string
	// OperationID names an agency's operation.
	OperationID string
	// SiteID names a place of an operation.
	SiteID string
	// SearchID names one search of one site.
	SearchID string
	// SeizureID names one item on a seizure list.
	SeizureID string
	// FreezeID names one request to freeze one account.
	FreezeID string
)

// NewReportID joins a source and the id within it. The source must not hold
// a slash; [DecodeReport] refuses those, so the name splits one way only.
func NewReportID(source, id string) ReportID { return ReportID(source + "/" + id) }

// Split gives the source and the id within it.
func (r ReportID) Split() (source, id string) {
	source, id, _ = strings.Cut(string(r), "/")
	return source, id
}

// crockford leaves out the letters that are misread aloud (I, L, O, U).
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// NewID draws a fresh id, "PREFIX-" and 16 characters (80 bits), from random.
func NewID(prefix string, random io.Reader) (string, error) {
	var b [10]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("draw an id: %w", err)
	}
	return prefix + "-" + crockford.EncodeToString(b[:]), nil
}

// DerivedID is an id that anyone computes again from the same bytes: "PREFIX-"
// and the first 60 bits of a hash in 12 characters.
func DerivedID(prefix string, hash [32]byte) string {
	return prefix + "-" + crockford.EncodeToString(hash[:8])[:12]
}
