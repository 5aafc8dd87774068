package access

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"ringbreaker.example/fraud"
)

// Decision is the answer of [Decide]. Reason is a sentence for a person: of
// a refusal it names the rule, of a permission it is empty.
type Decision struct {
	Allow  bool
	Reason string
}

// Err is nil if it is allowed, else the reason, wrapping fraud.ErrForbidden.
func (d Decision) Err() error {
	if d.Allow {
		return nil
	}
	return fmt.Errorf("%s: %w", d.Reason, fraud.ErrForbidden)
}

// asked is one question put to the rules.
type asked struct {
	who    Who
	action Action
	thing  Thing
	to     Recipient
	now    time.Time
}

// Decide says whether who may do action to thing with the result going to
// recipient, at the time now. It is the one door for every page, API call,
// export, list, match, share and referral (DESIGN §6). The rules are asked
// in the order in which they outrank each other; the first that refuses
// gives the reason.
func Decide(who Who, action Action, thing Thing, to Recipient, now time.Time) Decision {
	q := asked{who: who, action: action, thing: thing, to: to, now: now}
	q.thing.Mark = thing.Mark.Filled()
	for _, rule := range []func(asked) string{
		ruleRole, ruleHold, ruleDelete, ruleRecalled, ruleIdentity, ruleSafe, ruleSealedCase, ruleTLP, rulePAP, rulePurpose, ruleListing,
	} {
		if reason := rule(q); reason != "" {
			return Decision{Reason: reason}
		}
	}
	return Decision{Allow: true}
}

// may says which roles may do what. An action that is absent here may be
// done by nobody.
func may(a Action) []Role {
	switch a {
	case ActRead:
		return []Role{RoleAnalyst, RoleSignatory, RoleVaultKeeper, RoleInvestigator, RoleOfficer, RoleAuditor}
	case ActReport, ActCheck, ActDispute:
		return Roles // and the public
	case ActImport, ActJudge, ActTrace, ActExport, ActBlock, ActList:
		return []Role{RoleAnalyst, RoleInvestigator}
	case ActFetch:
		return []Role{RoleAnalyst, RoleInvestigator, RoleSubscriber}
	case ActMatch, ActHold:
		return []Role{RoleAnalyst, RoleSignatory, RoleInvestigator}
	case ActShare, ActRecall, ActRelease, ActDecideDispute:
		return []Role{RoleSignatory, RoleInvestigator}
	case ActBuild:
		return []Role{RoleAnalyst, RoleSignatory}
	case ActSign, ActRefer:
		return []Role{RoleSignatory}
	case ActOpenVault:
		return []Role{RoleVaultKeeper}
	case ActDelete:
		return []Role{RoleVaultKeeper, RoleSignatory} // and who reported, with the code
	case ActOpenReferral, ActCase, ActUnseal, ActOperate, ActFreeze, ActArrest, ActLead, ActStatus:
		return []Role{RoleInvestigator}
	case ActSearch, ActSeize, ActCustody:
		return []Role{RoleInvestigator, RoleOfficer}
	case ActAudit:
		return []Role{RoleAdmin, RoleAuditor}
	case ActPost:
		return []Role{RoleAnalyst, RoleSignatory, RoleInvestigator, RoleAdmin}
	case ActManage:
		return []Role{RoleAdmin}
	default: // ActReceive: peers alone, see ruleRole
		return nil
	}
}

// forAgencies says whether only an agency's people do this.
func forAgencies(a Action) bool {
	switch a {
	case ActOpenReferral, ActCase, ActUnseal, ActOperate, ActSearch, ActSeize, ActCustody, ActFreeze, ActArrest, ActLead, ActStatus:
		return true
	default:
		return false
	}
}

// ruleRole: the public reports, checks and disputes, and reads what is
// listed; a peer's node hands messages in and reads what it was given; a
// subscriber's program fetches lists; all else needs a person with the role.
func ruleRole(q asked) string {
	switch {
	case q.who.Public():
		if q.action == ActReport || q.action == ActCheck || q.action == ActDispute || q.action == ActDelete && q.thing.Own || q.publicRead() {
			return ""
		}
		return fmt.Sprintf("please sign in: %s is not open to the public (roles)", q.action.words())
	case q.who.Peer:
		if q.action == ActReceive || q.action == ActCheck || q.publicRead() {
			return ""
		}
		return fmt.Sprintf("a partner's node may hand messages in, but %s is for our own people (roles)", q.action.words())
	case q.action == ActFetch && (q.thing.Kind != ThingListing || q.to.kind() != ToSelf):
		return "what a program comes for is a list, and each listing on it is asked about (roles)"
	case q.subscribed():
		return ""
	case q.who.Fetches():
		return fmt.Sprintf("a subscriber's program fetches lists, and %s is for our own people (roles)", q.action.words())
	case q.action == ActReceive:
		return "messages between nodes come from a node with a signature, not from a person (roles)"
	}
	roles := may(q.action)
	if q.publicRead() || slices.ContainsFunc(roles, q.who.Has) {
		if forAgencies(q.action) && q.who.OrgKind != fraud.OrgAgency {
			return fmt.Sprintf("only an agency may do this: %s (roles)", q.action.words())
		}
		if q.thing.Kind == ThingCase && q.who.OrgKind != fraud.OrgAgency {
			return "an agency's case is open to the agency's people only (roles)"
		}
		return ""
	}
	if q.action == ActRead && q.who.Has(RoleAdmin) && (q.thing.Kind == ThingSettings || q.thing.Kind == ThingAudit) {
		return ""
	}
	return fmt.Sprintf("%s needs the role %s (roles)", q.action.words(), roleWords(roles))
}

// subscribed says whether this is a subscriber's: to come for a list, and to
// get of it what subscribers or anybody may have.
func (q asked) subscribed() bool {
	to := q.to.kind()
	return q.who.Has(RoleSubscriber) && q.thing.Kind == ThingListing &&
		(q.action == ActFetch || q.action == ActBlock && (to == ToCommunity || to == ToPublic))
}

// publicRead says whether this is a look at what anybody may see, as far as
// roles go; the other rules still ask.
func (q asked) publicRead() bool {
	return q.action == ActRead && (q.thing.Kind == ThingListing || q.thing.Kind == ThingAdvice)
}

// leaves says whether the action lets something out of the node.
func (q asked) leaves() bool {
	switch q.action {
	case ActList, ActBlock, ActMatch, ActShare:
		return true
	default:
		return q.to.kind() != ToSelf || q.thing.Kind == ThingListing && (q.who.Public() || q.who.Peer)
	}
}

// ruleHold is rule 2: hold and embargo beat everything. The one door that
// stays open is a sealed referral to an agency, whose raid the hold protects,
// and the agency's answer to it.
func ruleHold(q asked) string {
	if q.action == ActDelete {
		return q.keptByHold()
	}
	if !q.leaves() || q.action == ActRecall || q.sealedToAgency() {
		return ""
	}
	if q.thing.HeldTill.After(q.now) {
		return fmt.Sprintf("%s is under a hold until %s: nothing about it leaves this node, so that nobody is warned before the agency acts (rule 2, hold)",
			q.thing.name(), stamp(q.thing.HeldTill))
	}
	if q.thing.Embargo.After(q.now) {
		return fmt.Sprintf("%s is under an embargo until %s (rule 2, embargo)", q.thing.name(), stamp(q.thing.Embargo))
	}
	return ""
}

// keptByHold: what an agency is about to act on is not destroyed before.
func (q asked) keptByHold() string {
	till := q.thing.HeldTill
	if q.thing.Embargo.After(till) {
		till = q.thing.Embargo
	}
	if !till.After(q.now) {
		return ""
	}
	return fmt.Sprintf("%s cannot be deleted before %s: it is under a hold or an embargo, which goes before everything (rule 2, hold)", q.thing.name(), stamp(till))
}

// ruleDelete: a report goes at its victim's wish, of which a person of the Org
// says how it was made known; one that was signed into a referral is evidence
// that two complainants answer for, and stays.
func ruleDelete(q asked) string {
	if q.action != ActDelete {
		return ""
	}
	switch {
	case q.thing.Kind != ThingReport || q.to.kind() != ToSelf:
		return "only a report can be deleted, and what it was goes to nobody (deletion)"
	case q.thing.Referred:
		return fmt.Sprintf("%s was signed into a referral: it is evidence there and stays (deletion)", q.thing.name())
	case !q.who.Public() && !strings.ContainsFunc(q.thing.Reason, unicode.IsLetter):
		return "deleting a report needs a stated basis: how its victim asked for it, and by which law (deletion)"
	}
	return ""
}

// sealedToAgency says whether this is a sealed package to an agency.
func (q asked) sealedToAgency() bool {
	return q.action == ActRefer && q.to.kind() == ToAgency && q.thing.Sealed
}

// ruleRecalled is the second half of rule 4: what was taken back is out of
// use; it may be read by those who must account for it.
func ruleRecalled(q asked) string {
	if !q.thing.Recalled || q.action == ActRecall || q.action == ActAudit || q.action == ActReceive {
		return ""
	}
	if q.action == ActRead && q.to.kind() == ToSelf && q.who.Has(RoleAuditor) {
		return ""
	}
	return fmt.Sprintf("%s was recalled by the organisation it came from and may no longer be used (rule 4, recall)", q.thing.name())
}

// ruleIdentity is rule 3: a victim's identity is opened per record by a
// person with the role and a reason, and leaves only in the sealed annex of a
// referral to an agency, with the victim's consent.
func ruleIdentity(q asked) string {
	if q.action == ActOpenVault && !strings.ContainsFunc(q.thing.Reason, unicode.IsLetter) {
		return "opening a victim's identity needs a stated reason, which is logged (rule 3, identities)"
	}
	if q.action == ActOpenVault && q.to.kind() != ToSelf {
		return "an identity that was opened stays with the person who opened it (rule 3, identities)"
	}
	if q.thing.Kind != ThingIdentity || q.action == ActOpenVault || q.action == ActReceive {
		return ""
	}
	switch {
	case q.action != ActRefer:
		return "a victim's identity is in the vault: it is opened one record at a time, with a reason, by a vault keeper (rule 3, identities)"
	case q.to.kind() != ToAgency:
		return "a victim's identity never goes to a partner or the public, only to an agency (rule 3, identities)"
	case !q.thing.Sealed:
		return "a victim's identity leaves only in the annex that is sealed to the agency's key (rule 3, identities)"
	case !q.thing.Consent:
		return "this victim has not agreed that the agency learns who they are (rule 3, consent)"
	}
	return ""
}

// ruleSafe is rule 5: genuine numbers and sites are nobody's fraud.
func ruleSafe(q asked) string {
	if !q.thing.Safe {
		return ""
	}
	switch q.action {
	case ActList, ActBlock, ActRefer, ActBuild, ActMatch, ActShare, ActExport:
		return fmt.Sprintf("%s is genuine, on the safe list, and is never listed, matched or referred as a fraudster's (rule 5, safe list)", q.thing.name())
	default:
		return ""
	}
}

// ruleSealedCase: what a court keeps sealed stays with the agency.
func ruleSealedCase(q asked) string {
	if q.thing.SealedBy && q.to.kind() != ToSelf {
		return fmt.Sprintf("%s is sealed until a court orders otherwise: enter the order first (sealed case)", q.thing.name())
	}
	return ""
}

// ruleTLP is the first half of rule 1 (FIRST, TLP 2.0).
func ruleTLP(q asked) string {
	tlp, to := q.thing.Mark.TLP, q.to.kind()
	if q.publicRead() && q.thing.Kind == ThingListing && q.who.Public() {
		to = ToPublic
	}
	if q.action == ActList {
		to = ToPublic
	}
	if tlp == fraud.TLPRed && to == ToSelf && len(q.thing.Named) > 0 && !slices.Contains(q.thing.Named, q.who.Person) && !q.who.Peer {
		return fmt.Sprintf("%s is TLP:RED, for the people it names, and you are not one of them (rule 1, TLP)", q.thing.name())
	}
	if q.thing.Kind == ThingAdvice || q.action == ActReport || q.action == ActCheck || q.action == ActDispute || q.action == ActReceive || q.action == ActRecall {
		return ""
	}
	if readableBy(tlp, to) || q.sealedToAgency() && q.named() {
		return ""
	}
	return fmt.Sprintf("%s is TLP:%s, which does not go to %s (rule 1, TLP)", q.thing.name(), tlp, to.words())
}

// readableBy is TLP 2.0 as a table: to whom a label lets a thing go. RED and
// AMBER+STRICT go to an agency only in a sealed referral that names it.
func readableBy(tlp fraud.TLP, to RecipientKind) bool {
	switch to {
	case ToSelf:
		return true
	case ToPartner, ToAgency:
		return !tlp.AtLeast(fraud.TLPAmberStrict)
	case ToCommunity:
		return !tlp.AtLeast(fraud.TLPAmber)
	default:
		return tlp == fraud.TLPClear
	}
}

// named says whether the basis names the recipient.
func (q asked) named() bool { return slices.Contains(q.thing.Basis.Recipients, q.to.Org) }

// rulePAP is the second half of rule 1: blocking and listing could be
// noticed by the ring, so they need PAP GREEN or CLEAR.
func rulePAP(q asked) string {
	if (q.action == ActList || q.action == ActBlock) && q.thing.Mark.PAP.AtLeast(fraud.PAPAmber) {
		return fmt.Sprintf("%s is PAP:%s: blocking or listing it could warn the ring and needs PAP:GREEN or CLEAR (rule 1, PAP)", q.thing.name(), q.thing.Mark.PAP)
	}
	return ""
}

// rulePurpose is rule 4: what goes to another Org by name says why it may.
func rulePurpose(q asked) string {
	if q.action != ActShare && q.action != ActRefer && q.action != ActExport && q.action != ActStatus && q.action != ActLead {
		return ""
	}
	if k := q.to.kind(); k != ToPartner && k != ToAgency {
		return ""
	}
	b := q.thing.Basis
	switch {
	case b.Purpose == "" || b.LegalBasis == "":
		return "a share needs its purpose and its legal basis written down (rule 4, purpose)"
	case b.Agreement == "" && q.to.kind() == ToPartner && q.action != ActStatus:
		return "a share with a partner needs the agreement it is made under (rule 4, purpose)"
	case !q.named():
		return fmt.Sprintf("the recorded basis does not name %s as a recipient (rule 4, purpose)", q.to.Org)
	}
	return ""
}

// ruleListing is rule 6: two independent sources or a person's judgement,
// and no open dispute.
func ruleListing(q asked) string {
	if q.action != ActList && q.action != ActBlock {
		return ""
	}
	switch {
	case q.thing.Disputed:
		return fmt.Sprintf("%s is disputed: its listing waits until a person has decided (rule 6, disputes)", q.thing.name())
	case q.thing.Sources < 2 && !q.thing.Judged:
		return fmt.Sprintf("%s rests on one source: a listing needs two that are independent, or a person's judgement (rule 6, listings)", q.thing.name())
	}
	return ""
}

func (t Thing) name() string {
	switch {
	case t.ID != "" && t.Kind != "":
		return strings.ReplaceAll(string(t.Kind), "_", " ") + " " + t.ID
	case t.Kind != "":
		return "this " + strings.ReplaceAll(string(t.Kind), "_", " ")
	default:
		return "this"
	}
}

func (a Action) words() string { return "to " + strings.ReplaceAll(string(a), "_", " ") }

func (k RecipientKind) words() string {
	switch k {
	case ToSelf:
		return "our own people"
	case ToPartner:
		return "a partner"
	case ToAgency:
		return "an agency"
	case ToCommunity:
		return "subscribers of a list"
	default:
		return "the public"
	}
}

func roleWords(roles []Role) string {
	if len(roles) == 0 {
		return "of nobody"
	}
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = strings.ReplaceAll(string(r), "_", " ")
	}
	return strings.Join(out, " or ")
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
