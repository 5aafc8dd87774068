package extract_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
	"ringbreaker.example/score"
)

// data/roles.tsv is what the labelled accounts teach, to the byte.
func TestLearnedWeightsAreWhatTheCorporaTeach(t *testing.T) {
	got := extract.Learn(t, "")
	for file, got := range map[string][]byte{"data/roles.tsv": got.Roles, "data/agents.tsv": got.Agents, "data/firms.tsv": got.Firms, "data/given.tsv": got.Given, "data/hosts.tsv": got.Hosts, "data/signed.tsv": got.Signed} {
		if extract.Update() {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is stale: run go test ./extract -run Learned -update, then the scores", file)
		}
	}
}

// innocent says of a role that it never links.
func innocent(r fraud.Role) bool { return !r.Links() && r != fraud.RoleMention }

// outcome is how one half came out.
type outcome struct {
	all, names, firms, role float64
	accused, cleared        int // innocent values that link, and others that do not
}

func outcomeOf(t *testing.T, name string) outcome {
	e := score.NewExtraction()
	for _, one := range half(t, name) {
		e.Add(one, found(t, one))
	}
	o := outcome{all: e.All.F1(), names: e.Kinds[string(fraud.PersonAlias)].F1(), firms: e.Kinds[string(fraud.Company)].F1(), role: e.Role()}
	for _, m := range e.Misses {
		if m.What == "role" {
			switch was, is := innocent(m.Mark.Role), innocent(fraud.Role(m.Got)); {
			case was && !is:
				o.accused++
			case is && !was:
				o.cleared++
			}
		}
	}
	return o
}

// What is learned from all hands but one helps on that one: each corpus is
// left out once, and read with weights that the others taught, of firms, names
// and numbers, of names and numbers, of numbers alone, and with none.
func TestLearnedWeightsHelpOnAHandNeverMet(t *testing.T) {
	var roles, all, names, firms, allFirms, n float64
	for _, one := range []struct {
		corpus string
		halves []string
	}{
		{"second", []string{"dev", "held"}},
		{"third", []string{"third"}},
		{"fourth", []string{"fourth"}},
		{"fifth", []string{"fifth"}},
		{"sixth", []string{"sixth"}},
		{"seventh", []string{"seventh"}},
		{"eighth", []string{"eighth-dev", "eighth-held"}},
		{"ninth", []string{"ninth-dev", "ninth-held"}},
		{"sixteenth", []string{"sixteenth-dev", "sixteenth-held"}},
		{"seventeenth", []string{"seventeenth-dev", "seventeenth-held"}},
	} {
		learned := extract.Learn(t, one.corpus)
		read := func(w extract.Weights) (out []outcome) {
			defer extract.Relearn(w)()
			for _, name := range one.halves {
				out = append(out, outcomeOf(t, name))
			}
			return out
		}
		rules, numbers := read(extract.Weights{}), read(extract.Weights{Roles: learned.Roles})
		both, three := read(extract.Weights{Roles: learned.Roles, Agents: learned.Agents}), read(learned)
		for i, name := range one.halves {
			r, p, b, f := rules[i], numbers[i], both[i], three[i]
			t.Logf("%-12s roles %.4f, of what the others taught %.4f (%+.4f), with names %.4f; innocent values that link %d -> %d, others that do not %d -> %d",
				name, r.role, p.role, p.role-r.role, b.role, r.accused, b.accused, r.cleared, b.cleared)
			t.Logf("%-12s all kinds %.4f, with names that the others taught %.4f (%+.4f); names %.4f, %.4f (%+.4f)",
				name, p.all, b.all, b.all-p.all, p.names, b.names, b.names-p.names)
			t.Logf("%-12s all kinds with firms that the others taught %.4f (%+.4f); firms %.4f, %.4f (%+.4f)", name, f.all, f.all-b.all, b.firms, f.firms, f.firms-b.firms)
			firms, allFirms = firms+f.firms-b.firms, allFirms+f.all-b.all
			roles, all, names, n = roles+p.role-r.role, all+b.all-p.all, names+b.names-p.names, n+1
			if p.role < r.role-0.003 || b.role < p.role-0.002 { // names change what is found, and so of what roles are a share
				t.Errorf("%s: roles %.4f with rules alone, %.4f with numbers, %.4f with names", name, r.role, p.role, b.role)
			}
			if b.accused > r.accused {
				t.Errorf("%s: %d innocent values link, %d before", name, b.accused, r.accused)
			}
			if b.all < p.all-0.003 || f.all < b.all-0.003 {
				t.Errorf("%s: all kinds %.4f, %.4f before names were asked about and %.4f before firms were", name, f.all, p.all, b.all)
			}
		}
	}
	t.Logf("mean of the halves: roles %+.4f, all kinds %+.4f, names %+.4f; with firms all kinds %+.4f, firms %+.4f", roles/n, all/n, names/n, allFirms/n, firms/n)
	if roles/n < 0.018 || all/n < 0.0028 || names/n < 0.025 || allFirms/n < 0.002 || firms/n < 0.05 {
		t.Errorf("what the others taught is worth %+.4f of the roles, %+.4f of all kinds and %+.4f of the names, want +0.018, +0.0028 and +0.025; firms %+.4f of all kinds and %+.4f of theirs, want +0.002 and +0.05", roles/n, all/n, names/n, allFirms/n, firms/n)
	}
}

// What mails and pages of all hands but one teach helps on those of that one:
// half as many innocent values link, for a ninth of the numbers to call.
func TestLearnedOfMailsAndPagesHelpsOnAHandNeverMet(t *testing.T) {
	type sum struct{ right, of, accused, callbacks int }
	var rules, taught sum
	for _, corpus := range []string{"tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth"} {
		name := map[string]string{"tenth": "tenth-held", "eleventh": "eleventh-held"}[corpus]
		if name == "" {
			name = corpus
		}
		learned := extract.Learn(t, corpus)
		read := func(w extract.Weights, to *sum) {
			defer extract.Relearn(w)()
			e := score.NewExtraction()
			for _, one := range half(t, name) {
				e.Add(one, found(t, one))
			}
			to.right, to.of = to.right+e.RolesRight, to.of+e.All.Right
			to.callbacks += e.Roles[string(fraud.RoleCallback)].Right
			for _, m := range e.Misses {
				if m.What == "role" && innocent(m.Mark.Role) && !innocent(fraud.Role(m.Got)) {
					to.accused++
				}
			}
			t.Logf("%-13s roles %.4f", name, e.Role())
		}
		read(extract.Weights{Roles: learned.Roles, Agents: learned.Agents, Firms: learned.Firms}, &rules)
		read(learned, &taught)
	}
	t.Logf("roles %d, then %d right of %d; innocent values that link %d, then %d; numbers and addresses to call %d, then %d", rules.right, taught.right, rules.of, rules.accused, taught.accused, rules.callbacks, taught.callbacks)
	if taught.right < rules.right+rules.of/15 || taught.accused*2 > rules.accused || taught.callbacks*8 < rules.callbacks*7 {
		t.Errorf("want a fifteenth more roles, half the innocent values that link, and seven of eight callbacks")
	}
}

// So it is of the names in them: of those that the rules take and that no agent
// used, a third at least are given back.
func TestLearnedOfNamesInMailsHelpsOnAHandNeverMet(t *testing.T) {
	var rules, taught score.Tally
	for corpus, name := range map[string]string{
		"tenth": "tenth-held", "eleventh": "eleventh-held", "twelfth": "twelfth", "thirteenth": "thirteenth", "fourteenth": "fourteenth", "fifteenth": "fifteenth",
	} {
		learned := extract.Learn(t, corpus)
		read := func(w extract.Weights, to *score.Tally) {
			defer extract.Relearn(w)()
			e := score.NewExtraction()
			for _, one := range half(t, name) {
				if one.Format == "mail" || one.Format == "html" {
					e.Add(one, found(t, one))
				}
			}
			names := e.Kinds[string(fraud.PersonAlias)]
			to.Right, to.Over, to.Missed = to.Right+names.Right, to.Over+names.Over, to.Missed+names.Missed
			t.Logf("%-13s names %.4f", name, names.F1())
		}
		read(extract.Weights{Roles: learned.Roles, Agents: learned.Agents, Firms: learned.Firms, Given: learned.Given, Hosts: learned.Hosts}, &rules)
		read(learned, &taught)
	}
	t.Logf("names right %d, then %d; too many %d, then %d; F1 %.4f, then %.4f", rules.Right, taught.Right, rules.Over, taught.Over, rules.F1(), taught.F1())
	if taught.Over*3 > rules.Over*2 || taught.Right*20 < rules.Right*17 || taught.F1() < rules.F1()+0.03 {
		t.Errorf("want a third fewer names that are no agent's, and 17 of 20 agents'")
	}
}

// Whose a name in a mail is, the words and the values around it say.
func TestNameInAMailIsAnAgentsOrNot(t *testing.T) {
	const head = "From: %s\nTo: a.pruitt@homebox.example\nSubject: %s\n\n%s"
	for _, tt := range []struct{ from, subject, body, want string }{
		{
			"Billing <b@plan-renew.example>", "Your renewal", "Your Norton plan renews today for $399.99. If you did not order it call 1-888-555-0146.\n\nRegards,\nKevin Brown\nBilling Department\n", "kevin brown",
		},
		{
			"Desk <d@desk.example>", "Your report", "The kit sends people to 1-888-555-0146. \"Kevin Brown\" answers.\n\nPlease direct questions to Det. Rona Blakely, Tiller Police, 304-555-0101.\n", "kevin brown",
		},
		{
			"Dawn <d@desk.example>", "Your report", "Hello,\n\nthis mail went round our parish. The caller said his name was Kevin Brown, 1-888-555-0146. Please tell Mrs. Rona Blakely at the town hall, 304-555-0101, she collects them.\n", "kevin brown",
		},
	} {
		_, found, err := extract.Mail(fmt.Appendf(nil, head, tt.from, tt.subject, tt.body), extract.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range found {
			if f.Kind == fraud.PersonAlias {
				got = append(got, f.Value)
			}
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s: %q, want %s", tt.subject, got, tt.want)
		}
	}
}

// A number in the signature of who forwards a mail is theirs; a clerk's that they
// tell of is nobody's to link.
func TestForwardedMailTellsWhoseItIs(t *testing.T) {
	const mail = "From: Ann Pruitt <ann@pruittbooks.example>\nTo: desk@ringwatch.example\nSubject: Fwd: Renewal\n\n" +
		"The teller at my bank, 802-555-0144, says it is a fraud.\n\nAnn Pruitt, Pruitt Books\nTel 802-555-0145\n\n" +
		"%s" +
		"Your plan renews for $399. To cancel call 1-888-555-0146.\n"
	for _, head := range []string{
		"---------- Forwarded message ---------\nFrom: Billing <b@plan-renew.example>\n\n",
		"From: Billing <b@plan-renew.example>\nSubject: Renewal\n\n",
		"> From: Billing <b@plan-renew.example>\n",
		"De : Facturation <b@plan-renew.example>\nObjet : Renewal\n\n",
		"差出人: Billing <b@plan-renew.example>\n件名: Renewal\n\n",
	} {
		_, found, err := extract.Mail(fmt.Appendf(nil, mail, head), extract.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]fraud.Role{}
		for _, f := range found {
			got[f.Value] = f.Role
		}
		for value, want := range map[string]fraud.Role{
			"ann@pruittbooks.example": fraud.RoleVictimOwned, "+18025550145": fraud.RoleVictimOwned, "+18025550144": fraud.RoleBystander,
			"+18885550146": fraud.RoleCallback, "b@plan-renew.example": fraud.RoleSender,
		} {
			if got[value] != want {
				t.Errorf("below %q: %s is %q, want %s", head, value, got[value], want)
			}
		}
	}
}

// What was learned of names is asked where a rule is weak or none takes one, and
// not of what a rule is sure of or the fraudsters wrote.
func TestLearnedNameIsAskedWhereTheRulesAreWeak(t *testing.T) {
	const learned = "likeliest by accounts that were read before: "
	for _, tt := range []struct {
		text  string
		from  bool
		names map[string]string // with the reason's beginning
	}{
		{"The branch manager, Ms. Ortega, froze it. I called 406-555-0156 at 9.", false, nil},
		{"They put Rupert on the line at 406-555-0156 and he asked for $900.", false, map[string]string{"rupert": learned + `"`}},
		{"I kept asking Yvette why she needed my card. $300.", false, map[string]string{"yvette": learned + `"`}},
		{"I kept asking Yvette why she needed my card. $300.", true, nil},
		{"The branch manager said that his name was Ortega. I called 406-555-0156 at 9.", false, map[string]string{"ortega": "a name that was given"}},
		{"A man at 844-555-0143 wanted $900 and I kept asking why. I have nothing more to say about it. Yvette, (575) 555-0166", false, nil},
		{"The pharmacist, Imelda Osei, took the phone from him at 2 pm.", false, nil},
	} {
		got := map[string]string{}
		for _, f := range extract.Text(tt.text, extract.Options{Country: "US", FromFraudster: tt.from}) {
			if f.Kind == fraud.PersonAlias {
				got[f.Value] = f.Why
			}
		}
		ok := len(got) == len(tt.names)
		for name, why := range tt.names {
			ok = ok && got[name] != "" && strings.HasPrefix(got[name], why)
		}
		if !ok {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.names)
		}
	}
}

// What was learned of firms takes names that no word announces, not those of
// brands, shops and offices beside them, and nothing of what fraudsters wrote.
func TestLearnedFirmIsTakenWhereNoWordAnnouncesOne(t *testing.T) {
	for _, tt := range []struct {
		text  string
		from  bool
		firms []string // and what statements call them
	}{
		{"He said it would show up as something else and it did, GLIMMERMART INTL. $499. SHELL OIL is mine.", false, []string{"GLIMMERMART INTL"}},
		{"My bill has KROGER FUEL and DUKE ENERGY on it, all mine. $61 and $25.", false, nil},
		{"The screen said WINDOWS DEFENDER ALERT and ZEUS VIRUS FOUND. I paid $199.", false, nil},
		{"It appears on the June bill as CALMPCNOW.EXAMPLE. I lost $199.", false, []string{"CALMPCNOW.EXAMPLE"}},
		{"I TYPED CALMPCNOW.EXAMPLE AND IT FROZE. I LOST $199.", false, nil},
		{"I was charged $349 by Cobaltwave PC Rescue on May 4. I never heard of them.", false, []string{"name:cobaltwave pc rescue"}},
		{"I was charged $349 by Cobaltwave PC Rescue on May 4. I never heard of them.", true, nil},
		{"The check for $900 went to Tamarind Digital Care. My bank is Third Federal in Fort Lauderdale.", false, []string{"name:tamarind digital care"}},
		{"He sent me to Walgreens and Best Buy for $900 in cards. I told the Salvation Army about it.", false, nil},
		{"Microsoft and Norton say they never call. I lost $900 in Lake Placid.", false, nil},
	} {
		var got []string
		for _, f := range extract.Text(tt.text, extract.Options{Country: "US", FromFraudster: tt.from}) {
			if f.Kind == fraud.Company && f.Role == fraud.RoleCompany || f.Kind == fraud.CardDescriptor {
				got = append(got, f.Value)
			}
		}
		if !slices.Equal(got, tt.firms) {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.firms)
		}
	}
}

// Who somebody is called is no clue to what they are: another name of the lists in
// the same place comes out the same.
func TestLearnedNameIsBlindToTheNameItself(t *testing.T) {
	for _, text := range []string{"They put %s on the line at 406-555-0156 and he asked for $900.", "My neighbor %s drove me there at 9. It cost $900.", "At 9 %s called about $900 and my son hung up."} {
		var first bool
		for i, name := range []string{"Rupert", "Rajesh", "Omar", "Dmitri", "Kenji", "Jorge"} {
			taken := false
			for _, f := range extract.Text(fmt.Sprintf(text, name), extract.Options{Country: "US"}) {
				taken = taken || f.Kind == fraud.PersonAlias
			}
			if i == 0 {
				first = taken
			}
			if taken != first {
				t.Errorf(text+": taken %v, and %v with another name", name, taken, first)
			}
		}
	}
}

// What was learned is asked only where the rules guess, and says which words
// decided.
func TestLearnedRoleIsAskedWhereTheRulesGuess(t *testing.T) {
	for _, tt := range []struct {
		text string
		from bool
		role fraud.Role
		why  string
	}{
		{"The pharmacist, 406-555-0156, told me to stop.", false, fraud.RoleBystander, "likeliest by accounts that were read before: "},
		{"I called 406-555-0156 and they said that my computer was broken.", false, fraud.RoleCallback, "the speaker called it"},
		{`It said "Contact our certified engineers on 406-555-0156 and do not restart".`, false, fraud.RoleCallback, "the number to call, by the words beside it"},
		{"The technician's own line is 406-555-0156. They answered under 406-555-0157.", false, fraud.RoleCallback, ""},
		{"The pharmacist, 406-555-0156, told me to stop.", true, fraud.RoleCallback, ""},
		{"The pharmacist, 1-800-642-7676, told me to stop.", false, fraud.RoleGenuineBrand, "genuine: "},
	} {
		for _, f := range extract.Text(tt.text, extract.Options{Country: "US", FromFraudster: tt.from}) {
			if f.Kind != fraud.Phone {
				continue
			}
			if f.Role != tt.role || !strings.HasPrefix(f.Why, tt.why) {
				t.Errorf("%q: %s (%s), want %s (%s)", tt.text, f.Role, f.Why, tt.role, tt.why)
			}
		}
	}
}

// What was learned of a word is known of those that mean the same: no lesson and
// no corpus that teaches has these.
func TestLearnedRoleIsKnownOfWordsAlike(t *testing.T) {
	for _, text := range []string{"The milkman, 406-555-0156, told me to stop.", "The vakil, 406-555-0156, told me to stop.", "L'idraulico, 406-555-0156, told me to stop."} {
		for _, f := range extract.Text(text, extract.Options{Country: "US"}) {
			if f.Kind == fraud.Phone && f.Role != fraud.RoleBystander {
				t.Errorf("%q: %s (%s), want a bystander's", text, f.Role, f.Why)
			}
		}
	}
}

// A field of the report knows better than what was learned.
func TestLearnedRoleYieldsToTheReportsField(t *testing.T) {
	const number, text = "406-555-0156", "The pharmacist, 406-555-0156, told me to stop."
	r := &fraud.Report{ID: "1", Source: "s", Narrative: text, Reporter: fraud.Reporter{Country: "US"}, Contacts: []fraud.Contact{{Callback: number}}}
	for _, s := range extract.Report(r, extract.Options{}).Sightings {
		if s.Indicator.Kind == fraud.Phone && s.Role != fraud.RoleCallback {
			t.Errorf("%s: %s (%s), want the field's part", s.Place.Field, s.Role, s.Why)
		}
	}
}

// Asking costs no memory.
func TestLearnedRoleAllocatesNothing(t *testing.T) {
	const text = "The pharmacist, 406-555-0156, told me to stop. The branch manager, Ms. Ortega, froze it at 2. My neighbor Rupert drove me home."
	var x extract.Extractor
	read := func() { x.Text(text, extract.Options{Country: "US"}) }
	read()
	with := testing.AllocsPerRun(100, read)
	defer extract.Relearn(extract.Weights{})()
	if without := testing.AllocsPerRun(100, read); with > without {
		t.Errorf("%v allocations, %v without what was learned", with, without)
	}
}
