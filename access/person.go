package access

import (
	"context"
	"slices"
	"time"

	"ringbreaker.example/fraud"
)

// Role is what a person may be at an Org's node. A person may hold several.
type Role string

// The roles. What each may do is the table in decide.go.
const (
	RoleAdmin        Role = "admin"        // people, peers, keys, settings; reads no case
	RoleAnalyst      Role = "analyst"      // a fraud desk: reports, rings, judgements, matches
	RoleSignatory    Role = "signatory"    // a lawyer who signs for the Org and consents to shares
	RoleVaultKeeper  Role = "vault_keeper" // opens a victim's identity, with a reason
	RoleInvestigator Role = "investigator" // an agency's cases, operations, freezes, outcomes
	RoleOfficer      Role = "officer"      // in a raided room: searches, seizures, custody
	RoleAuditor      Role = "auditor"      // reads all records of what was done, changes nothing
	RoleSubscriber   Role = "subscriber"   // a program elsewhere that fetches our lists to block by them, and nothing else
)

// Roles lists the roles in the order in which a form shows them.
var Roles = []Role{RoleAdmin, RoleAnalyst, RoleSignatory, RoleVaultKeeper, RoleInvestigator, RoleOfficer, RoleAuditor, RoleSubscriber}

// Person is somebody who signs in at an Org's node: never a victim.
type Person struct {
	ID       fraud.PersonID `json:"id"`
	Org      fraud.OrgID    `json:"org"`
	Name     string         `json:"name"`
	Office   string         `json:"office"` // as it stands under a statement: "Counsel, Digital Crimes Unit"
	Roles    []Role         `json:"roles"`
	Password string         `json:"password"` // argon2id PHC string, empty if the person signs in elsewhere
	Disabled time.Time      `json:"disabled,omitzero"`
}

// Active says whether the person may sign in at all.
func (p Person) Active() bool { return p.Disabled.IsZero() }

// Session is a signed-in browser. The token itself is in the browser's
// cookie alone; what is kept is its hash, so that a stolen database signs
// nobody in.
type Session struct {
	TokenHash string         `json:"token_hash"` // SHA-256 of the token, hex
	Person    fraud.PersonID `json:"person"`
	CSRF      string         `json:"csrf"` // what each form must send back
	Created   time.Time      `json:"created"`
	Expires   time.Time      `json:"expires"`
}

// Live says whether the session still counts at now.
func (s Session) Live(now time.Time) bool { return now.Before(s.Expires) }

// Who is asking: a signed-in person, another Org's node (Peer), or, as the
// zero value, the public.
type Who struct {
	Person  fraud.PersonID
	Org     fraud.OrgID
	OrgKind fraud.OrgKind
	Roles   []Role
	Peer    bool // a node of another Org, known by its signature
}

// Public says whether nobody is signed in.
func (w Who) Public() bool { return w.Person == "" && !w.Peer }

// Has says whether the person holds the role.
func (w Who) Has(r Role) bool { return slices.Contains(w.Roles, r) }

// Fetches says whether this is a program that fetches lists and nobody who
// works here: it opens no page and does nothing else.
func (w Who) Fetches() bool {
	return w.Has(RoleSubscriber) && !slices.ContainsFunc(w.Roles, func(r Role) bool { return r != RoleSubscriber })
}

// As is who a person is at a node of the given kind.
func (p Person) As(kind fraud.OrgKind) Who {
	return Who{Person: p.ID, Org: p.Org, OrgKind: kind, Roles: slices.Clone(p.Roles)}
}

type whoKey struct{}

// With returns a context in which who is asking.
func With(ctx context.Context, who Who) context.Context {
	return context.WithValue(ctx, whoKey{}, who)
}

// From is who asks in this context: the public, if nobody was set.
func From(ctx context.Context) Who {
	who, _ := ctx.Value(whoKey{}).(Who)
	return who
}
