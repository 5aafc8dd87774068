package extract

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/score"
)

// lesson is a labelled number of an account, with what stands beside it.
type lesson struct {
	clues []string // as roles.tsv writes them
	role  int      // place among the answers
}

// What a corpus may teach of alone.
const (
	ofNumbers = "numbers, addresses and sites"
	ofNames   = "names and firms"
)

// Taught are the folders of testdata whose texts teach, each with the corpus
// it belongs to. The held halves and the third corpus never do, of names and
// firms the ninth is no teacher, and of numbers the sixteenth and the seventeenth
// are none (decision 21).
var Taught = []struct {
	Folder, Corpus string
	of             string // what alone it teaches of, "" for everything
}{
	{"second/dev", "second", ""},
	{"fourth", "fourth", ""},
	{"fifth", "fifth", ""},
	{"sixth", "sixth", ""},
	{"seventh", "seventh", ""},
	{"eighth/dev", "eighth", ""},
	{"ninth/dev", "ninth", ofNumbers},
	{"tenth/dev", "tenth", ofNumbers},
	{"eleventh/dev", "eleventh", ofNumbers},
	{"twelfth", "twelfth", ofNumbers},
	{"thirteenth", "thirteenth", ""},
	{"fourteenth", "fourteenth", ofNumbers},
	{"fifteenth", "fifteenth", ofNumbers},
	{"sixteenth/dev", "sixteenth", ofNames},
	{"seventeenth/dev", "seventeenth", ofNames},
}

// Weights are the files of what was learned.
type Weights struct{ Roles, Agents, Firms, Given, Hosts, Signed []byte }

// Learn works out the weights from all corpora that teach but one; "" leaves
// out none. What the rules say is what stands beside a clue, also beside one for
// a number's part: a name more that was learned is no word more around it.
func Learn(tb testing.TB, without string) Weights {
	tb.Helper()
	defer Relearn(Weights{})()
	learn := func(all []score.Snippet, take func(t *teacher, one score.Snippet, placed bool), pull int, what string, columns ...string) []byte {
		t := teacher{tb: tb, seen: map[string]bool{}, columns: columns, pull: pull}
		for _, one := range all {
			t.text(one, take)
		}
		return t.learn("# What labelled accounts teach of " + what)
	}
	var roles []string
	for _, role := range learnable {
		roles = append(roles, string(role))
	}
	return Weights{
		Roles:  learn(taught(tb, without, true), (*teacher).parts, rolesPull, "a number's part", roles...),
		Agents: learn(taught(tb, without, false), (*teacher).names, namesPull, "whose a name is", "agent", "other"),
		Given:  learnGiven(tb, without, "a number or an address", learnable[:]),
		Hosts:  learnGiven(tb, without, "a site or a host", hostRoles[:]),
		Signed: learnSigned(tb, without),
		Firms:  learn(taught(tb, without, false), (*teacher).firms, firmsPull, "capitals that may be a firm's name", "firm", "line", "other"),
	}
}

// taught are the texts that teach, of numbers or of names and firms.
func taught(tb testing.TB, without string, numbers bool) []score.Snippet {
	tb.Helper()
	var all []score.Snippet
	for _, one := range corpus(tb) {
		marks := make([]score.Mark, len(one.Marks))
		for i, m := range one.Marks {
			marks[i] = score.Mark{Kind: m.Kind, Value: m.Value, Role: m.Role, Start: m.Start, End: m.End}
		}
		all = append(all, score.Snippet{Country: one.Country, Voice: one.Voice, Format: "text", Text: one.Text, Marks: marks})
	}
	all = append(all, lessons(tb, numbers)...)
	for _, c := range Taught {
		if c.Corpus == without || c.of == ofNumbers && !numbers || c.of == ofNames && numbers {
			continue
		}
		files, err := filepath.Glob(filepath.Join("testdata", filepath.FromSlash(c.Folder), "*.txt"))
		if err != nil || len(files) == 0 {
			tb.Fatalf("no files in %s: %v", c.Folder, err)
		}
		slices.Sort(files)
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				tb.Fatal(err)
			}
			some, err := score.ReadMarked(bytes.NewReader(b))
			if err != nil {
				tb.Fatal(err)
			}
			all = append(all, some...)
		}
	}
	return all
}

// Relearn puts other weights in the place of the ones that are built in, until
// what it returns is called.
func Relearn(w Weights) (restore func()) {
	roles, agents, firms, gave, hosts, signed := learned, learnedAgents, learnedFirms, learnedGiven, learnedHosts, learnedSigned
	sg := readLearned(string(w.Signed), nameAnswers, true)
	h := readLearned(string(w.Hosts), len(hostRoles), true)
	g := readLearned(string(w.Given), len(learnable), true)
	f := readLearned(string(w.Firms), firmAnswers, false)
	l, n := readLearned(string(w.Roles), len(learnable), true), readLearned(string(w.Agents), nameAnswers, true)
	learned, learnedAgents = func() *learning { return l }, func() *learning { return n }
	learnedFirms = func() *learning { return f }
	learnedGiven = func() *learning { return g }
	learnedSigned = func() *learning { return sg }
	learnedHosts = func() *learning { return h }
	return func() {
		learned, learnedAgents, learnedFirms, learnedGiven, learnedHosts, learnedSigned = roles, agents, firms, gave, hosts, signed
	}
}

// Update says whether what the tests hold is to be written anew.
func Update() bool { return *update }

// slotOf is a slot of lessons.txt: of a number, or of a name.
var slotOf = regexp.MustCompile(`\{(?:([a-z_]{3,})( free)?|(a:)?([mfl][0-9]?(?: [mfl][0-9]?)*)|([cd]):([^}]+))\}`)

// inventedNames are what a language's people are called, men, women and
// families. Both sides have the same names.
var inventedNames = map[string][3][]string{
	"en": {
		strings.Fields("James Kevin Alan Tyler Brandon Derek Walter Harold Raymond Victor Oscar Wayne Neil Colin Gordon Trevor Marlon Desmond Clyde Dominic Thaddeus Kostya Delroy Ignatius Robert Steve Michael Daniel Peter Eric"),
		strings.Fields("Linda Nancy Denise Sharon Tiffany Monica Ruth Gladys Marjorie Paula Brenda Jessica Emily Rachel Yvette Opal Imelda Ximena Nadine Priya Carol Susan Karen Amanda Olivia Sophie Hazel Lorna Bernice Mavis"),
		strings.Fields("Miller Dalton Whitaker Osei Brennan Kowalczyk Petrov Nguyen Castellano Abernathy Lindqvist Okonkwo Harlow Pruitt Johnson Davis Garcia Rourke Tillman Velasco Ashby Thornbury Marchetti Sandoval Wilson Anderson Hughes Maddox Pettigrew Yoder"),
	},
	"de": {
		strings.Fields("Markus Jürgen Stefan Uwe Torben Andreas Klaus Detlef Enrico Lukas Manfred Siegbert"),
		strings.Fields("Petra Sabine Ingrid Monika Heike Jasmin Renate Ursula Gerlinde Anja Katrin Elfriede"),
		strings.Fields("Vogt Lindner Hartwig Schubert Krämer Seidel Brinkmann Pohl Wenzel Dietz Ostermann Kranz"),
	},
	"fr": {
		strings.Fields("Nicolas Thierry Olivier Kévin Bernard Maxime Gérard Anthony Sébastien Yann Firmin Lucien"),
		strings.Fields("Sandrine Nathalie Chantal Céline Monique Aurore Sylvie Élodie Josiane Corinne Yvonne Solange"),
		strings.Fields("Lefort Marchand Delorme Perrin Garnier Rousseau Chevalier Barbier Fontaine Gaillard Tessier Boulanger"),
	},
	"es": {
		strings.Fields("Javier Sergio Manuel Andrés Ricardo Gustavo Rubén Óscar Fermín Braulio Iván Ernesto"),
		strings.Fields("Lucía Marta Carmen Patricia Pilar Verónica Rosario Noelia Herminia Ximena Teresa Gloria"),
		strings.Fields("Ortega Molina Castaño Rivas Peralta Quintana Serrano Bermúdez Salgado Vargas Lozano Zamora"),
	},
	"pt": {
		strings.Fields("Carlos Rafael Gustavo Thiago Wagner Sérgio Anderson Eduardo Nelson Fábio"),
		strings.Fields("Juliana Camila Vanessa Patrícia Sônia Márcia Cláudia Letícia Neusa Fernanda"),
		strings.Fields("Souza Ferreira Almeida Barbosa Teixeira Moreira Pires Carvalho Nogueira Freitas"),
	},
	"it": {
		strings.Fields("Marco Davide Andrea Luca Giuseppe Matteo Salvatore Fabio Ettore"),
		strings.Fields("Giulia Francesca Paola Chiara Rosanna Silvia Teresa Ornella Bianca"),
		strings.Fields("Ferri Bianchi Moretti Galli Conti Marchetti Greco Lombardi Rinaldi"),
	},
	"hi": {
		strings.Fields("Rahul Amit Vikram Suresh Rajesh Deepak Arjun Mohan Sanjay Gopal"),
		strings.Fields("Neha Pooja Sunita Kavita Anjali Rekha Meena Shweta Geeta Simran"),
		strings.Fields("Sharma Verma Gupta Yadav Mishra Joshi Patel Mehta Chauhan Rathore"),
	},
}

// nameIn is the name that a slot's letters stand for, in the n-th lesson.
func nameIn(language, keys string, n int) string {
	var out []string
	for key := range strings.FieldsSeq(keys) {
		pool, which := inventedNames[language][strings.Index("mfl", key[:1])], 0
		if len(key) > 1 {
			which = int(key[1] - '1')
		}
		out = append(out, pool[(n*7+which*5+n/len(pool))%len(pool)])
	}
	return strings.Join(out, " ")
}

// inventedNumbers are how numbers of a country are written, and how they are
// canonical: of the ranges that are kept for fiction, and where a country has
// none of those that everybody writes as samples.
var inventedNumbers = map[string][][2]string{
	"US free": {{"1-888-555-01%02d", "+1888555"}, {"(844) 555-01%02d", "+1844555"}, {"866-555-01%02d", "+1866555"}},
	"US":      {{"(312) 555-01%02d", ""}, {"614-555-01%02d", ""}, {"(785) 555-01%02d", ""}, {"503-555-01%02d", ""}},
	"CA":      {{"(416) 555-01%02d", ""}, {"604-555-01%02d", ""}},
	"GB":      {{"01632 9600%02d", ""}, {"07700 9000%02d", ""}},
	"AU":      {{"0491 570 1%02d", ""}, {"02 5550 44%02d", ""}},
	"IN":      {{"98765 430%02d", ""}},
	"ES":      {{"912 345 6%02d", ""}, {"612 345 6%02d", ""}},
	"MX":      {{"55 1234 56%02d", ""}},
	"DE":      {{"030 23125 0%02d", ""}, {"0171 39200 %02d", ""}},
	"FR":      {{"01 99 00 66 %02d", ""}, {"06 39 98 77 %02d", ""}},
	"JP":      {{"03-1234-56%02d", ""}, {"090-1234-56%02d", ""}},
	"BR":      {{"(11) 91234-56%02d", ""}},
	"PT":      {{"912 345 6%02d", ""}},
	"IT":      {{"02 1234 56%02d", ""}},
}

// lessons are the texts of testdata/lessons.txt, filled; without numbers those
// are left out that teach of numbers alone, at its end.
func lessons(tb testing.TB, numbers bool) []score.Snippet {
	tb.Helper()
	b, err := os.ReadFile("testdata/lessons.txt")
	if err != nil {
		tb.Fatal(err)
	}
	var all []score.Snippet
	n, names := 0, 0
	for line := range strings.Lines(string(b)) {
		if !numbers && strings.HasPrefix(line, "# Of numbers alone") {
			break
		}
		head, text, ok := strings.Cut(strings.TrimSpace(line), " | ")
		if !ok || line[0] == '#' {
			continue
		}
		one := score.Snippet{Language: head[:2], Country: head[3:5], Voice: "v", Format: "text"}
		var out strings.Builder
		at := 0
		names++
		for _, s := range slotOf.FindAllStringSubmatchIndex(text, -1) {
			out.WriteString(text[at:s[0]])
			at = s[1]
			if s[8] >= 0 {
				name := nameIn(one.Language, text[s[8]:s[9]], names)
				if s[6] >= 0 {
					one.Marks = append(one.Marks, score.Mark{Kind: fraud.PersonAlias, Role: fraud.RoleAlias, Start: out.Len(), End: out.Len() + len(name)})
				}
				out.WriteString(name)
				continue
			}
			if s[10] >= 0 {
				name := text[s[12]:s[13]]
				if text[s[10]] == 'd' {
					one.Marks = append(one.Marks, score.Mark{Kind: fraud.CardDescriptor, Value: canonicalDescriptor(name), Role: fraud.RolePayee, Start: out.Len(), End: out.Len() + len(name)})
					out.WriteString(name)
					continue
				}
				one.Marks = append(one.Marks, score.Mark{Kind: fraud.Company, Value: "name:" + foldCompany(name), Role: fraud.RoleCompany, Start: out.Len(), End: out.Len() + len(name)})
				out.WriteString(name)
				continue
			}
			forms := inventedNumbers[one.Country]
			if s[4] >= 0 {
				forms = inventedNumbers["US free"]
			}
			raw := fmt.Sprintf(forms[n%len(forms)][0], n%100)
			n++
			one.Marks = append(one.Marks, score.Mark{Kind: fraud.Phone, Role: fraud.Role(text[s[2]:s[3]]), Start: out.Len(), End: out.Len() + len(raw)})
			out.WriteString(raw)
		}
		out.WriteString(text[at:])
		one.Text = out.String()
		all = append(all, one)
	}
	return all
}

// teacher gathers lessons.
type teacher struct {
	tb      testing.TB
	x       scan
	all     []lesson
	seen    map[string]bool // a template that was filled many times teaches once
	columns []string
	pull    int
}

// learnGiven works out what mails, pages and other texts of fraudsters teach of
// one of the questions about what is in them.
func learnGiven(tb testing.TB, without, what string, answers []fraud.Role) []byte {
	tb.Helper()
	t := teacher{tb: tb, seen: map[string]bool{}, pull: givenPull}
	for _, role := range answers {
		t.columns = append(t.columns, string(role))
	}
	readGiven(tb, without, func(one score.Snippet, opt *Options) {
		opt.asked = func(x *scan, i, before int) {
			f := &x.found[i]
			by, of := givenQuestion(f.Kind)
			for _, m := range one.Marks {
				if m.Kind != f.Kind || m.Value != f.Value {
					continue
				}
				if role := slices.Index(answers, m.Role); role >= 0 && &of[0] == &answers[0] {
					x.weighed.teach = true
					x.weighGiven(by, of, i, before)
					x.weighed.teach = false
					t.weighed(x, role)
				}
				f.Role = m.Role // what is behind it is taught beside the truth
				break
			}
		}
	})
	return t.learn("# What labelled mails and pages teach of whose " + what + " in them is")
}

// readGiven reads the mails, pages and other texts of fraudsters that teach, as
// teach has them asked.
func readGiven(tb testing.TB, without string, teach func(one score.Snippet, opt *Options)) {
	tb.Helper()
	for _, one := range taught(tb, without, true) {
		opt := Options{Country: one.Country, FromFraudster: one.Voice == "f"}
		if one.Format != "text" {
			opt = Options{} // as the command reads them
		}
		teach(one, &opt)
		switch one.Format {
		case "text":
			if opt.FromFraudster {
				Text(one.Text, opt)
			}
		case "html":
			HTML([]byte(one.Text), opt)
		case "mail":
			if _, _, err := Mail(TransferEncoded(tb, one.Text), opt); err != nil {
				tb.Fatalf("%s: %v", one.ID, err)
			}
		}
	}
}

// learnSigned works out what they teach of the names in them.
func learnSigned(tb testing.TB, without string) []byte {
	tb.Helper()
	t := teacher{tb: tb, seen: map[string]bool{}, pull: signedPull, columns: []string{"agent", "other"}}
	readGiven(tb, without, func(one score.Snippet, opt *Options) {
		opt.asked = func(x *scan, i, _ int) {
			f := &x.found[i]
			for _, m := range one.Marks {
				if m.Kind == f.Kind && m.Value == f.Value {
					f.Role = m.Role // names are taught beside the truth
					break
				}
			}
		}
		opt.askedName = func(x *scan, m *mention) {
			name := foldName(string(x.text.b[x.toks[m.first].start:x.toks[m.last].end]))
			role := nameOthers
			for _, k := range one.Marks {
				if k.Kind == fraud.PersonAlias && k.Role == fraud.RoleAlias && samePart(k.Value, name) {
					role = nameAgents
				}
			}
			x.weighed.teach = true
			x.weighSigned(learnedSigned(), m)
			x.weighed.teach = false
			t.weighed(x, role)
		}
	})
	return t.learn("# What labelled mails and pages teach of whose a name in them is")
}

// text takes the lessons out of one text: a plain one, or a report's story.
func (t *teacher) text(one score.Snippet, take func(t *teacher, one score.Snippet, placed bool)) {
	text, placed := one.Text, true
	opt := Options{Country: one.Country, FromFraudster: one.Voice == "f"}
	switch one.Format {
	case "text":
	case "report":
		var r fraud.Report
		if err := json.Unmarshal([]byte(one.Text), &r); err != nil {
			t.tb.Fatal(err)
		}
		text, placed = r.Narrative, false
		opt = Options{Country: r.Reporter.Country}
	default:
		return
	}
	if opt.FromFraudster || text == "" {
		return
	}
	x := &t.x
	x.run(text, opt, given{})
	x.found, x.marks = x.found[:0], x.marks[:0]
	x.tokenise(text) // run has sorted its findings; their marks are wanted beside them
	x.recognise()
	take(t, one, placed)
}

// parts takes the lessons of the numbers of the text that was read.
func (t *teacher) parts(one score.Snippet, placed bool) {
	x := &t.x
	x.assignRoles()
	for i := range x.found {
		f := &x.found[i]
		if f.Kind != fraud.Phone && f.Kind != fraud.Email || x.ownerOf(f.Indicator) != "" || x.partAt(f.Start) != nil {
			continue
		}
		for _, m := range one.Marks {
			if m.Kind != f.Kind || m.Value != "" && m.Value != f.Value || placed && (f.Start >= m.End || m.Start >= f.End) {
				continue
			}
			if role := slices.Index(learnable[:], m.Role); role >= 0 {
				x.weighed.teach = true
				x.weigh(f, x.marks[i])
				x.weighed.teach = false
				t.lesson(role)
			}
			break
		}
	}
}

// firms takes those of its runs of capitals.
func (t *teacher) firms(one score.Snippet, placed bool) {
	x := &t.x
	x.gatherFirms()
	for _, c := range x.firms {
		start, end := x.text.span(int(x.toks[c.first].start), int(x.toks[c.last].end))
		name := x.firmsName(c)
		line := canonicalDescriptor(string(x.text.b[x.toks[c.first].start:x.toks[c.last].end]))
		role := firmOther
		for _, k := range one.Marks {
			is := firmBehind
			if k.Kind == fraud.CardDescriptor {
				is = firmLine
			} else if k.Kind != fraud.Company || k.Role != fraud.RoleCompany {
				continue
			}
			if is == firmBehind && k.Value == name || is == firmLine && k.Value == line || placed && start == k.Start && end == k.End {
				role = is
			} else if is == firmLine && strings.HasPrefix(k.Value, line) {
				role = is
			} else if placed && start < k.End && k.Start < end && role == firmOther {
				role = -1
			}
		}
		if role == firmBehind && name == "" || name == "" && role == firmOther && !x.capitalsOnly(int(c.first), int(c.last)) {
			continue
		}
		if role < 0 {
			continue
		}
		x.weighed.teach = true
		x.weighFirm(learnedFirms(), c)
		x.weighed.teach = false
		t.lesson(role)
	}
}

// names takes those of its names.
func (t *teacher) names(one score.Snippet, placed bool) {
	x := &t.x
	x.gatherMentions()
	for i := range x.mentions {
		m := &x.mentions[i]
		start, end := x.text.span(int(x.toks[m.first].start), int(x.toks[m.last].end))
		name := foldName(string(x.text.b[x.toks[m.first].start:x.toks[m.last].end]))
		role := nameOthers
		for _, k := range one.Marks {
			if k.Kind == fraud.PersonAlias && k.Role == fraud.RoleAlias && (placed && start < k.End && k.Start < end || k.Value != "" && samePart(k.Value, name)) {
				role = nameAgents
			}
		}
		x.weighed.teach = true
		x.weighName(learnedAgents(), m)
		x.weighed.teach = false
		t.lesson(role)
	}
}

// samePart says whether one name is another or a word of it.
func samePart(a, b string) bool {
	return a == b || slices.Contains(strings.Fields(a), b) || slices.Contains(strings.Fields(b), a)
}

func (t *teacher) lesson(role int) { t.weighed(&t.x, role) }

// weighed takes what was just gathered of one finding.
func (t *teacher) weighed(x *scan, role int) {
	l := lesson{role: role}
	for _, c := range x.weighed.clues {
		if clue := x.spell(c); !slices.Contains(l.clues, clue) {
			l.clues = append(l.clues, clue)
		}
	}
	key := fmt.Sprint(role, l.clues)
	if !t.seen[key] {
		t.seen[key] = true
		t.all = append(t.all, l)
	}
}

// spell writes a clue as roles.tsv does.
func (x *scan) spell(c clue) string {
	word := func(tok int32) string {
		if tok < 0 {
			return standInFor(int16(-tok))
		}
		return strings.Map(func(r rune) rune {
			if r >= 'A' && r <= 'Z' {
				return r + 'a' - 'A'
			}
			return r
		}, string(x.bytes(int(tok))))
	}
	at := clueNames[c.at] + "\t"
	switch {
	case c.at >= firstCoded:
		return at + strconv.Itoa(int(c.tok))
	case c.at < ofWords:
		return at + word(c.tok)
	}
	return at + word(c.tok) + " " + word(c.b)
}

// How the weights are worked out: multinomial logistic regression, by steps
// along the gradient of one lesson after the other, each weight at its own
// pace (AdaGrad), with a pull towards zero. Nothing in it depends on the
// machine: products are rounded before they are added.
const (
	learnedRounds = 30
	learnedPace   = 0.3
	meanRounds    = 6 // the last ones, of which the mean is taken: one alone goes by its order
	rolesPull     = 4
	namesPull     = 3
	firmsPull     = 4
	signedPull    = 4 // more names than in accounts, and more words about each
	givenPull     = 1 // a mail has many words, few of which decide
	leastLessons  = 2 // of which a clue must be part
	leastWeight   = 6 // of any answer, below which a clue is left out
)

func (t *teacher) learn(what string) []byte {
	type place struct {
		clue           string
		lessons        int
		w, steps, mean [mostColumns]float64
	}
	known := map[string]*place{}
	for _, l := range t.all {
		for _, c := range l.clues {
			if known[c] == nil {
				known[c] = &place{clue: c}
			}
			known[c].lessons++
		}
	}
	var order []int
	var places [][]*place
	for i, l := range t.all {
		var ps []*place
		for _, c := range l.clues {
			if p := known[c]; p.lessons >= leastLessons {
				ps = append(ps, p)
			}
		}
		order, places = append(order, i), append(places, ps)
	}
	random := uint64(1)
	for round := range learnedRounds {
		for i := len(order) - 1; i > 0; i-- {
			random = random*6364136223846793005 + 1442695040888963407
			k := int(random >> 33 % uint64(i+1))
			order[i], order[k] = order[k], order[i]
		}
		for _, n := range order {
			var z [mostColumns]float64
			for _, p := range places[n] {
				for r := range len(t.columns) {
					z[r] += p.w[r]
				}
			}
			top, sum := slices.Max(z[:len(t.columns)]), 0.0
			for r := range len(t.columns) {
				z[r] = power(z[r] - top)
				sum += z[r]
			}
			for _, p := range places[n] {
				for r := range len(t.columns) {
					g := z[r] / sum
					if r == t.all[n].role {
						g--
					}
					g += float64(float64(t.pull) / float64(p.lessons) * p.w[r])
					p.steps[r] += float64(g * g)
					p.w[r] -= float64(learnedPace * g / (1e-6 + math.Sqrt(p.steps[r])))
				}
			}
		}
		if round >= learnedRounds-meanRounds {
			for _, p := range known {
				for r := range len(t.columns) {
					p.mean[r] += p.w[r] / meanRounds
				}
			}
		}
	}
	var lines []string
	for _, p := range known {
		line, most := p.clue, 0
		for _, w := range p.mean[:len(t.columns)] {
			n := int(w*learnedUnit+1000.5) - 1000
			most = max(most, n, -n)
			line += fmt.Sprintf("\t%d", n)
		}
		if p.lessons >= leastLessons && most >= leastWeight {
			lines = append(lines, line)
		}
	}
	slices.SortFunc(lines, cmp.Compare[string])
	return []byte(what + ": go test ./extract -run Learned -update writes it. 64 is a factor e of odds.\n" +
		"# where\twords\t" + strings.Join(t.columns, "\t") + "\n" + strings.Join(lines, "\n") + "\n")
}

// power is e to the x, of products alone: the same on every machine.
func power(x float64) float64 {
	y := 1 + max(x, -700)/1024
	for range 10 {
		y *= y
	}
	return y
}
