package access

import (
	"time"

	"ringbreaker.example/fraud"
)

// Action is something that somebody asks to do. Every door of the house asks
// [Decide] with one of these.
type Action string

// The actions. What they are done to is the [Thing]; who gets the result is
// the [Recipient].
const (
	ActRead          Action = "read"           // see it on a page or by the API
	ActReport        Action = "report"         // hand in a report by form, API or mail
	ActCheck         Action = "check"          // ask what is known of a value, or ask for a hash prefix
	ActDispute       Action = "dispute"        // object to a listing
	ActImport        Action = "import"         // bring files in
	ActJudge         Action = "judge"          // decide about links, reports and indicators
	ActTrace         Action = "trace"          // follow money
	ActMatch         Action = "match"          // offer, accept, consent to a step; put an indicator into a set
	ActShare         Action = "share"          // show it to another Org: joint case, ring, status
	ActRecall        Action = "recall"         // take a share back
	ActList          Action = "list"           // put it on the public side
	ActBlock         Action = "block"          // export it in a list that somebody will block by
	ActFetch         Action = "fetch"          // come for a list as a program does; ActBlock is asked about each listing that it is given
	ActExport        Action = "export"         // write it to a file for somebody: STIX, MISP, CSV
	ActDecideDispute Action = "decide_dispute" // uphold or reject an objection
	ActHold          Action = "hold"           // place a hold
	ActRelease       Action = "release"        // end a hold early
	ActBuild         Action = "build"          // build a referral, run and override its checks
	ActSign          Action = "sign"           // sign a referral for the Org
	ActRefer         Action = "refer"          // seal a referral and send it to an agency
	ActOpenVault     Action = "open_vault"     // see a victim's identity
	ActDelete        Action = "delete"         // take everything out of a report that its victim wants deleted
	ActReceive       Action = "receive"        // hand a message in from another node
	ActOpenReferral  Action = "open_referral"  // open what was sealed to this agency
	ActCase          Action = "case"           // register, link cases
	ActUnseal        Action = "unseal"         // unseal a case by order of a court
	ActOperate       Action = "operate"        // operations and their sites
	ActSearch        Action = "search"         // record a search
	ActSeize         Action = "seize"          // write on a seizure list
	ActCustody       Action = "custody"        // hand an item over, examine, return it
	ActFreeze        Action = "freeze"         // ask a bank to freeze, record its answers
	ActArrest        Action = "arrest"         // record an arrest
	ActLead          Action = "lead"           // pass a lead to another country
	ActStatus        Action = "status"         // tell complainants what became of a referral
	ActAudit         Action = "audit"          // read the audit trail and the ledger
	ActPost          Action = "post"           // send now what was decided before and waits for a peer's node
	ActManage        Action = "manage"         // people, peers, keys, settings
)

// Actions lists all actions, in the order of the golden table.
var Actions = []Action{
	ActRead, ActReport, ActCheck, ActDispute, ActImport, ActJudge, ActTrace, ActMatch, ActShare, ActRecall, ActList,
	ActBlock, ActFetch, ActExport, ActDecideDispute, ActHold, ActRelease, ActBuild, ActSign, ActRefer, ActOpenVault, ActDelete, ActReceive,
	ActOpenReferral, ActCase, ActUnseal, ActOperate, ActSearch, ActSeize, ActCustody, ActFreeze, ActArrest, ActLead,
	ActStatus, ActAudit, ActPost, ActManage,
}

// ThingKind says what the action is done to, as far as the rules care.
type ThingKind string

// The kinds of thing. A kind that no rule names needs no constant: an empty
// Kind means "work of the node".
const (
	ThingReport    ThingKind = "report"
	ThingIdentity  ThingKind = "identity" // who a victim is: rule 3
	ThingIndicator ThingKind = "indicator"
	ThingRing      ThingKind = "ring"
	ThingMatch     ThingKind = "match"
	ThingJointCase ThingKind = "joint_case"
	ThingReferral  ThingKind = "referral"
	ThingCase      ThingKind = "case" // with operations, searches, seizures, arrests: an agency's
	ThingListing   ThingKind = "listing"
	ThingAdvice    ThingKind = "advice" // pages for the public that hold no case
	ThingAudit     ThingKind = "audit"
	ThingSettings  ThingKind = "settings" // people, peers, keys
)

// Thing is what somebody wants to do something with. Fill in what applies;
// what is left zero is taken as "no", and the zero Mark as AMBER, AMBER.
type Thing struct {
	Kind     ThingKind
	ID       string // for the refusal's sentence; never a victim's word
	Mark     fraud.Mark
	Named    []fraud.PersonID // TLP RED: who may read it; empty means whoever of the Org may at all
	HeldTill time.Time        // the latest hold on it, zero if none
	Embargo  time.Time        // nothing about it before then
	Safe     bool             // on the safe list of genuine values
	Recalled bool             // the Org it came from took it back
	Sealed   bool             // sealed to the recipient's key: a referral, or its annex
	Consent  bool             // the victim agreed to this recipient's kind (identities)
	Reason   string           // the reason stated by the person (vault, override, release)
	Basis    fraud.ShareBasis // why a share is lawful (rule 4)
	Sources  int              // independent sources behind a listing
	Judged   bool             // a person judged it fit to list
	Disputed bool             // somebody disputes the listing and nobody has decided
	SealedBy bool             // a case that a court keeps sealed
	Own      bool             // who asks holds the receipt's code of this report
	Referred bool             // it is in a referral that was signed
}

// RecipientKind says to whom something goes, as TLP tells them apart.
type RecipientKind string

// The kinds of recipient.
const (
	ToSelf      RecipientKind = "self"      // the Org's own people; the zero Recipient means this
	ToPartner   RecipientKind = "partner"   // another company or report centre that is our peer
	ToAgency    RecipientKind = "agency"    // an agency that is our peer
	ToCommunity RecipientKind = "community" // subscribers of a list who agreed to its terms
	ToPublic    RecipientKind = "public"    // anyone
)

// RecipientKinds lists the kinds in the order of the golden table.
var RecipientKinds = []RecipientKind{ToSelf, ToPartner, ToAgency, ToCommunity, ToPublic}

// Recipient is who gets what the action gives. The zero Recipient is the
// asking Org itself.
type Recipient struct {
	Kind RecipientKind
	Org  fraud.OrgID // for ToPartner and ToAgency
}

// ToOrg is the recipient that an Org is for us.
func ToOrg(o fraud.Org) Recipient {
	if o.Kind == fraud.OrgAgency {
		return Recipient{Kind: ToAgency, Org: o.ID}
	}
	return Recipient{Kind: ToPartner, Org: o.ID}
}

func (r Recipient) kind() RecipientKind {
	if r.Kind == "" {
		return ToSelf
	}
	return r.Kind
}
