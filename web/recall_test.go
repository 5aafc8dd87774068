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
	for _, path := range []string{"/matches/M-7QXT/consents", "/matches/M-7QXT/accept", "/matches/M-7QXT/next", "/matches/M-7QXT/cases"} {
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

// Who signs a referral, and who opens one, reads the very bytes; they are kept
// and never drawn as a page of ours, and the reading is written down.
func TestTheFilesOfAPackageAreReadAsTheyAre(t *testing.T) {
	for _, at := range []struct{ who, page, files string }{{"signatory", "/referrals/REF-2K7M", "/referrals/REF-2K7M/files/"}, {"investigator", "/inbox/REF-2K7M/1", "/inbox/REF-2K7M/1/files/"}} {
		w := company(t)
		if at.who == "investigator" {
			w = bureau(t)
		}
		v := visit(t, serve(t, w)).as(at.who)
		v.shows(at.page, []string{at.files + "dossier.pdf", "the readable whole"}, at.files+"annex-victims.age", at.files+"exhibits/")
		status, head, body := v.get(at.files + "dossier.html")
		if status != http.StatusOK || body != "the bytes of dossier.html" || !strings.HasPrefix(head.Get("Content-Disposition"), "attachment") || strings.Contains(head.Get("Content-Type"), "html") {
			t.Errorf("%sdossier.html: %d, %v, %q", at.files, status, head, body)
		}
		if last := w.audits[len(w.audits)-1]; last.Act != "referral.file" || last.Why != "dossier.html" || string(last.By) != at.who || !last.OK {
			t.Errorf("the trail ends with %+v, want who read the dossier", last)
		}
		for _, name := range []string{"annex-victims.age", "exhibits/0001-page.html", "no-such.csv", "../keys/seal.txt"} {
			if status, _, body := v.get(at.files + name); status != http.StatusNotFound || strings.Contains(body, "the bytes of") {
				t.Errorf("%s%s: %d, want not found", at.files, name, status)
			}
		}
	}
	v := visit(t, serve(t, bureau(t))).as("investigator")
	if status, _, _ := v.get("/inbox/REF-9XYZ/1/files/dossier.pdf"); status != http.StatusConflict {
		t.Errorf("a file of what is still sealed: %d", status)
	}
}

// What stands chosen in the form is what most people send.
func TestTheFormsCountryIsWhereTheVisitorMostLikelyIs(t *testing.T) {
	v := visit(t, serve(t, company(t)))
	for accept, want := range map[string]string{"": "US", "en-US,en;q=0.9": "US", "en-GB": "GB", "hi-IN,hi;q=0.9": "IN", "de": "US", "xx-ZZ": "US", "%%%": "US"} {
		for _, path := range []string{"/report", "/advice"} {
			r, err := http.NewRequest(http.MethodGet, v.base+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept-Language", accept)
			res, err := v.http.Do(r) //nolint:bodyclose // read closes it
			if err != nil {
				t.Fatal(err)
			}
			if _, _, body := v.read(res); !strings.Contains(body, `<option value="`+want+`" selected`) {
				t.Errorf("%s with Accept-Language %q does not choose %s", path, accept, want)
			}
		}
	}
}

// An officer writes down when a warrant runs out by the clock on the wall.
func TestAWarrantRunsOutByTheClockOfThePlace(t *testing.T) {
	w := bureau(t)
	v := visit(t, serve(t, w)).as("officer")
	v.shows("/sites/site-3", []string{"By the clock of this place, Asia/Kolkata"})
	v.get("/operations") // for its token
	status, _, body := v.post("/sites/site-3/searches", url.Values{"csrf": {v.csrf}, "authority": {"order 46"}, "issuer": {"CJM"}, "expires": {"2026-03-02T18:00"}, "officers": {"Inspector R. Sharma"}, "witnesses": {"K. Menon\nS. Gill"}})
	x := w.searches[len(w.searches)-1]
	if status != http.StatusOK || !x.Expires.Equal(time.Date(2026, 3, 2, 12, 30, 0, 0, time.UTC)) {
		t.Fatalf("%d, runs out %s, want 18:00 in India\n%s", status, x.Expires, body)
	}
	if !strings.Contains(body, "2 Mar 2026, 18:00 IST") {
		t.Errorf("the list does not say it by the same clock\n%s", body)
	}
	w.operations[0].Done = ago(.01)
	v.shows("/sites/site-4", nil, "Start the search now")
}

// What an agency told of an outcome itself is no second source of its figures.
func TestAFigureThatWeToldOurselvesIsNotOthersWord(t *testing.T) {
	w := bureau(t)
	srv := serve(t, w)
	v := visit(t, srv).as("investigator")
	v.shows("/operations/op-1", []string{"As others state it", "press note"})
	_, _, body := v.get("/operations/op-1")
	_, rest, _ := strings.Cut(body, `title="count of sites of op-1"`)
	if rest == "" {
		t.Fatalf("the board counts no sites\n%s", body)
	}
	w.outcomes[0].Figures = []fraud.Figure{{Name: "sites", Value: 4, Source: "count of sites of op-1", AsOf: ago(.01)}}
	v.shows("/operations/op-1", nil, "As others state it")
	w.outcomes[0].Figures[0].Value = 5
	v.shows("/operations/op-1", []string{"As others state it"})
}
