package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ringbreaker.example/fraud"
)

const recallReason = "it named a bystander"

// as403 fails unless the page is refused by the rule of recalls.
func (v *visitor) outOfUse(method, path string) {
	v.t.Helper()
	var status int
	var body string
	if method == http.MethodGet {
		status, _, body = v.get(path)
	} else {
		status, _, body = v.post(path, url.Values{"csrf": {v.csrf}, "kind": {"comment"}, "says": {"x"}})
	}
	if status != http.StatusForbidden || !strings.Contains(body, "(rule 4, recall)") {
		v.t.Errorf("%s %s: %d, want a refusal because it was recalled", method, path, status)
	}
}

// shows fails unless the page holds all of what is wanted and nothing of the rest.
func (v *visitor) shows(path string, want []string, not ...string) {
	v.t.Helper()
	status, _, body := v.get(path)
	if status != http.StatusOK {
		v.t.Errorf("%s: %d", path, status)
	}
	for _, x := range want {
		if !strings.Contains(body, x) {
			v.t.Errorf("%s does not say %q", path, x)
		}
	}
	for _, x := range not {
		if strings.Contains(body, x) {
			v.t.Errorf("%s says %q", path, x)
		}
	}
}

func recalled(ref string, by fraud.OrgID) fraud.Recall {
	return fraud.Recall{By: by, Ref: ref, Why: recallReason, At: ago(.5)}
}

// A joint case that the other side took back is out of use: who, when and why
// is shown wherever it stood, and nothing of what it held.
func TestARecalledJointCaseIsShownAsRecalledAndUsedNoMore(t *testing.T) {
	w := company(t)
	w.referrals[0].JointCase = "JC-4HBD"
	title := w.joint[0].Title
	srv := serve(t, w)
	in, auditor := visit(t, srv).as("signatory"), visit(t, srv).as("auditor")
	in.shows("/joint/JC-4HBD", []string{title}, "Recalled by")
	in.shows("/referrals/REF-2K7M", []string{w.referrals[0].Title}, "Recalled by")
	in.shows("/letters", []string{"joint case JC-4HBD"})

	w.recalls, w.joint[0].Overlaps = []fraud.Recall{recalled("JC-4HBD", "birch")}, nil
	in.shows("/joint", []string{"JC-4HBD", `<span class="tag harm">recalled</span>`, "birch", recallReason}, title)
	in.shows("/referrals", []string{"REF-2K7M v1", `<span class="tag harm">recalled</span>`, "birch", recallReason}, w.referrals[0].Title)
	in.shows("/search?q=JC-4", []string{"withheld"}, title)
	in.shows("/search?q=REF-2K", []string{"withheld"}, w.referrals[0].Title)
	in.shows("/letters", []string{"withheld: its mark does not let you read it"}, "log of joint case JC-4HBD", "Recall of joint case JC-4HBD", "For signature")
	for _, path := range []string{"/joint/JC-4HBD", "/referrals/REF-2K7M"} {
		in.outOfUse(http.MethodGet, path)
		auditor.shows(path, []string{"Recalled by birch", recallReason})
	}
	in.get("/joint") // for its token
	for _, path := range []string{"/joint/JC-4HBD/accept", "/joint/JC-4HBD/entries", "/referrals/REF-2K7M/checks", "/referrals/REF-2K7M/signatures", "/referrals/REF-2K7M/send", "/referrals/REF-2K7M/supplements", "/referrals/REF-2K7M/overrides"} {
		in.outOfUse(http.MethodPost, path)
	}

	// Somebody else's word about it is no recall.
	w.recalls = []fraud.Recall{recalled("JC-4HBD", "cfb"), recalled("JC-9999", "birch")}
	in.shows("/joint", []string{title}, `<span class="tag harm">recalled</span>`)
}

// What the other side gave for a referral can be taken back without the case:
// drafts made of it are out of use, what was sent is the agency's, and what is
// built anew stands.
func TestARecalledPartOfAReferralLeavesTheJointCase(t *testing.T) {
	w := company(t)
	w.referrals[0].JointCase = "JC-4HBD"
	w.recalls = []fraud.Recall{recalled("JC-4HBD", "birch")}
	v := visit(t, serve(t, w)).as("signatory")
	v.shows("/joint/JC-4HBD", []string{w.joint[0].Title, "Recalled by birch", recallReason})
	v.outOfUse(http.MethodGet, "/referrals/REF-2K7M")
	w.referrals[0].At = ago(.4)
	v.shows("/referrals/REF-2K7M", []string{w.referrals[0].Title}, "Recalled by")
	w.referrals[0].At, w.referrals[0].Sealed, w.referrals[0].Status = ago(5), strings.Repeat("11", 32), fraud.ReferralSent
	v.shows("/referrals/REF-2K7M", []string{w.referrals[0].Title}, "Recalled by")
}

func TestARecalledMatchSaysSoAndGoesNoFurther(t *testing.T) {
	w := company(t)
	w.recalls = []fraud.Recall{recalled("M-7QXT", "birch")}
	v := visit(t, serve(t, w)).as("signatory")
	v.shows("/matches", []string{"recalled by birch"})
	v.shows("/matches/M-7QXT", []string{"Recalled by birch", recallReason}, "Agree to reveal", "Open a joint case")
	for _, path := range []string{"/matches/M-7QXT/consents", "/matches/M-7QXT/accept", "/matches/M-7QXT/cases"} {
		v.outOfUse(http.MethodPost, path)
	}
}

// What an agency registered stays on record when a complainant withdraws, and
// says so; what nobody stands behind any more is opened and registered by
// nobody.
func TestAWithdrawnReferralSaysSoAtTheAgency(t *testing.T) {
	w := bureau(t)
	srv := serve(t, w)
	v, auditor := visit(t, srv).as("investigator"), visit(t, srv).as("auditor")
	const says = "withdrawn by alder"
	v.shows("/inbox", nil, says)
	w.recalls = []fraud.Recall{recalled("REF-2K7M", "alder"), recalled("REF-2K7M", "cedar")}
	v.shows("/inbox", []string{says, recallReason, w.inbox[0].Title}, "cedar")
	v.shows("/inbox/REF-2K7M/1", []string{"Withdrawn by alder", recallReason, "stays on record"}, "cedar")
	v.shows("/cases", []string{says})
	v.shows("/cases/case-1", []string{"Withdrawn by alder", recallReason})
	v.shows("/cases/case-2", nil, "Withdrawn by")

	w.recalls = append(w.recalls, recalled("REF-2K7M", "birch"))
	v.shows("/inbox/REF-2K7M/1", []string{"Withdrawn by alder", "Withdrawn by birch"})
	title := w.inbox[0].Title
	w.cases = nil
	v.shows("/inbox", []string{says, "withdrawn by birch", "withdrawn, out of use"}, title)
	v.outOfUse(http.MethodGet, "/inbox/REF-2K7M/1")
	auditor.shows("/inbox/REF-2K7M/1", []string{title, "Withdrawn by birch"})
	v.get("/inbox")
	for _, path := range []string{"/inbox/REF-2K7M/1/open", "/inbox/REF-2K7M/1/cases", "/inbox/REF-2K7M/1/more"} {
		v.outOfUse(http.MethodPost, path)
	}
}

func TestWhatWaitsForPeersIsShownAndSentWhenAsked(t *testing.T) {
	w := company(t)
	srv := serve(t, w)
	v := visit(t, srv).as("analyst")
	v.shows("/letters", []string{
		"4 letters wait", "To Birch", "The oldest waits since 27 Feb 2026", "A line in the log of joint case JC-4HBD", `href="/joint/JC-4HBD"`, "For signature: referral REF-2K7M version 1", `href="/referrals/REF-2K7M"`,
		"connection refused", "2 Mar 2026, 10:10 UTC", "an earlier letter about the same thing goes first", "Recall of joint case JC-4HBD", "Send now: try all 4 again",
		"was not accepted by both sides",
	}, "long ago")
	v.shows("/rings", []string{`Letters <span class="tag clock">4 wait</span>`})
	v.shows("/joint/JC-4HBD", []string{"Not taken yet", "A line in the log of joint case JC-4HBD, to birch", "Recall of joint case JC-4HBD, to cfb"}, "For signature")
	v.shows("/referrals/REF-2K7M", []string{"Not taken yet", "For signature: referral REF-2K7M version 1, to birch"}, "A line in the log")
	v.get("/letters")
	if status, _, body := v.post("/letters", url.Values{"csrf": {v.csrf}}); status != http.StatusOK || w.posted != 1 || !strings.Contains(body, "Tried again.") {
		t.Errorf("sent now: %d, tried %d times", status, w.posted)
	}
	w.waiting = nil
	v.shows("/letters", []string{"Nothing waits"}, "Send now")
	v.shows("/joint/JC-4HBD", nil, "Not taken yet")
	v.shows("/rings", []string{"Letters</a>"})
}

// An administrator sees that letters wait and for whom, not what they are
// about; nobody is told of what a mark keeps from them.
func TestALetterAboutWhatSomebodyMayNotReadSaysNoMoreThanThatItWaits(t *testing.T) {
	w := company(t)
	srv := serve(t, w)
	v := visit(t, srv).as("admin")
	v.shows("/letters", []string{"4 letters wait", "To Birch", "withheld", "Send now"}, "JC-4HBD version", `href="/joint/`, `href="/referrals/`, "For signature")
	if status, _, _ := v.post("/letters", url.Values{"csrf": {v.csrf}}); status != http.StatusOK || w.posted != 1 {
		t.Errorf("an administrator sends: %d", status)
	}
	v = visit(t, srv).as("auditor")
	v.shows("/letters", []string{"4 letters wait"}, "Send now")
	if status, _, _ := v.post("/letters", url.Values{"csrf": {v.csrf}}); status != http.StatusForbidden || w.posted != 1 {
		t.Errorf("an auditor sends: %d", status)
	}
	w.entries = append(w.entries, fraud.JointEntry{ID: "JE-M", Case: "JC-4HBD", Kind: fraud.JointMember, Org: "alder", Person: "signatory", Role: "lead", At: ago(1)})
	w.joint[0].Mark.TLP = fraud.TLPRed
	visit(t, srv).as("signatory").shows("/letters", []string{"A line in the log of joint case JC-4HBD"})
	visit(t, srv).as("analyst").shows("/letters", []string{"4 letters wait", "For signature"}, "A line in the log of joint case JC-4HBD")
}

func TestAnAgencysWordThatWaitsStandsBesideTheReferral(t *testing.T) {
	w := bureau(t)
	v := visit(t, serve(t, w)).as("investigator")
	v.shows("/letters", []string{"1 letter waits", "To National Cyber Desk", "What became of referral REF-2K7M", `href="/inbox/REF-2K7M/1"`})
	v.shows("/inbox/REF-2K7M/1", []string{"Not taken yet", "to ncd"})
	visit(t, serve(t, w)).as("admin").shows("/letters", []string{"1 letter waits", "withheld"}, "REF-2K7M")
	w.waiting[0].Next = asOf.Add(-time.Minute)
	v.shows("/letters", []string{"at once"})
}
