package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zeebo/xxh3"

	"ringbreaker.example/app"
	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

func linkCommand() command {
	return command{
		name: "link", args: "-in FILE[,FILE…] [-judgements FILE] [-memory SIZE] [-fit] -out DIR | -data DIR [-fit] -out DIR | -data DIR -adopt FILE -reason TEXT | -component",
		does:    "finds the rings in report files, with reasons; needs no node, and with -data works on what a node took in",
		example: "ringbreaker link -in world/a.jsonl,world/b.jsonl -out out",
		run:     runLink,
	}
}

func runLink(ctx context.Context, c *call) error {
	in := c.flags.String("in", "", "report JSONL `FILE`s, plain or packed by gzip, with commas between")
	judged := c.flags.String("judgements", "", "JSONL `FILE` of people's decisions, which the linker obeys")
	data := c.flags.String("data", "", "instead of files, the node in `DIR`: its reports and its people's decisions, linked anew")
	out := c.flags.String("out", "", "`DIR` for assign.tsv, rings.jsonl, links.jsonl and suggestions.jsonl")
	model := c.flags.String("model", "", "`FILE` with another frozen model than the built-in one")
	fit := c.flags.Bool("fit", false, "fit a new version of the model on the reports, write it to -out, and say what it would change; adopt nothing")
	truth := c.flags.String("truth", "", "with -fit: `FILE` of report_id and ring where the rings are known")
	asOf := c.flags.String("as-of", "", "with -fit: the `DAY` that the new version is dated by; default today")
	adopt := c.flags.String("adopt", "", "with -data: make the model in `FILE` (or \"shipped\") the one by which the node links from now on; -reason says why")
	reason := c.flags.String("reason", "", "with -adopt: why, for the audit trail")
	by := c.flags.String("by", "", "with -adopt: the `PERSON` who decides; default the console")
	memory := c.flags.String("memory", "", "`SIZE` of memory to keep within, such as 6GiB: what is more of reports and their texts goes to files in -out until the end; default three quarters of what the machine has")
	component := c.flags.Bool("component", false, "link rows of components on standard input, for Spark (docs/spark.md)")
	if err := c.parseAlone(); err != nil {
		return err
	}
	if *adopt == "" && (*reason != "" || *by != "") {
		return usagef("-reason and -by go with -adopt")
	}
	if !*fit && (*truth != "" || *asOf != "") {
		return usagef("-truth and -as-of go with -fit")
	}
	if *component {
		if *fit {
			return usagef("-fit needs all reports in one place; it does not go with -component")
		}
		if *in != "" || *data != "" || *out != "" {
			return usagef("-component reads rows on standard input and prints rows; it goes with -model and -judgements alone")
		}
		m, js, err := modelAndJudgements(*model, *judged)
		if err != nil {
			return err
		}
		return linkComponents(ctx, c, m, js)
	}
	if *data != "" {
		if *in != "" || *judged != "" || *model != "" {
			return usagef("-data stands alone: a node has its own reports, decisions and model")
		}
		if *adopt != "" {
			return adoptModel(ctx, c, *data, *adopt, *by, *reason)
		}
		if err := c.need("out"); err != nil {
			return err
		}
		if *fit {
			return fitNode(ctx, c, *data, *truth, *asOf, *out)
		}
		return linkNode(ctx, c, *data, *out)
	}
	if *adopt != "" {
		return usagef("-adopt goes with -data; without a node, link with -model %s", *adopt)
	}
	if err := c.need("in", "out"); err != nil {
		return err
	}
	m, js, err := modelAndJudgements(*model, *judged)
	if err != nil {
		return err
	}
	files := splitList(*in)
	limit, err := memoryLimit(*memory)
	if err != nil {
		return err
	}
	defer link.BoundHeap(limit)()
	b := link.NewBuilder(m)
	if *fit { // links the same reports several times
		if _, err := addReports(ctx, c.stderr, b, files); err != nil {
			return err
		}
		b.Judge(js)
		return fitModel(c, b.Fit, *truth, *asOf, *out)
	}
	if err := os.MkdirAll(*out, 0o755); err != nil {
		return err
	}
	b.Spill(*out, link.ArrayMemory(limit))
	defer b.Close()
	// What lives in the heap while reports are read is some megabytes of
	// dictionaries; to look through them for every few reports is a waste.
	percent := debug.SetGCPercent(400)
	refused, err := addReports(ctx, c.stderr, b, files)
	debug.SetGCPercent(percent)
	if err != nil {
		return err
	}
	if b.Len() == 0 && refused > 0 { // an empty result would replace the last one
		return fmt.Errorf("no line of %s is a report: give report JSONL (%d lines refused)", *in, refused)
	}
	tellNames(c.stderr, b)
	b.Judge(js)
	defer link.CollectOften(b.Len())()
	l, err := b.SolveLast()
	if err != nil {
		return err
	}
	if n := b.Spilled(); n > 0 {
		fmt.Fprintf(c.stderr, "memory is short (-memory %s): %s went to files in %s\n", sizeWord(limit), sizeWord(n), *out)
	}
	if err := tellLinking(c, *out, l, refused); err != nil {
		return err
	}
	return errors.Join(writeJudgements(*out, js), writeUsed(*out, *model != "", m))
}

// tellNames says what of the reports' names cannot be as it is told. A node
// refuses the one as a conflict; files have nobody to ask.
func tellNames(stderr io.Writer, b *link.Builder) {
	if n := b.Twice(); n > 0 {
		fmt.Fprintf(stderr, "%d reports are told more than once under their source/id, with other facts or words: the telling received first counts, with the values of all\n", n)
	}
	if ids := b.Circles(); len(ids) > 0 {
		fmt.Fprintf(stderr, "%d reports correct each other in a circle, so none of them counts: %s\n", len(ids), joinNames(ids))
	}
}

// joinNames writes at most ten names.
func joinNames(ids []fraud.ReportID) string {
	var names []string
	for _, id := range ids[:min(len(ids), 10)] {
		names = append(names, string(id))
	}
	if len(ids) > len(names) {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

// linkNode links what the node in dir took in. The node keeps the rings, as
// it does after an import.
func linkNode(ctx context.Context, c *call, dir, out string) error {
	n, ctx, err := openOld(ctx, dir)
	if err != nil {
		return err
	}
	defer n.Close()
	res, err := n.Relink(ctx)
	if err != nil {
		return err
	}
	defer res.Close()
	return tellLinking(c, out, res.Linking, 0)
}

// tellLinking writes the files of a linking and says what is in them.
func tellLinking(c *call, out string, l *link.Linking, refused int) error {
	var reports, rings, links, suggestions int
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	err := app.WriteTogether(out, []app.File{
		{Name: link.AssignFile, Write: func(w io.Writer) (err error) { reports, err = l.WriteAssign(w); return err }},
		{Name: link.RingsFile, Write: func(w io.Writer) (err error) { rings, err = l.WriteRings(w); return err }},
		{Name: link.LinksFile, Write: func(w io.Writer) (err error) { links, err = l.WriteLinks(w); return err }},
		{Name: link.SuggestionsFile, Write: func(w io.Writer) error {
			all := l.Suggestions()
			suggestions = len(all)
			return link.WriteSuggestions(w, all)
		}},
	})
	if err != nil {
		return err
	}
	for _, k := range l.Conflicts() {
		fmt.Fprintf(c.stderr, "judgement %s cannot be obeyed: %s\n", k.Judgement.ID, k.Why)
	}
	fmt.Fprintf(c.stdout, "%d reports, %d rings, %d links, %d suggestions, %d lines refused: %s\n",
		reports, rings, links, suggestions, refused, out)
	return nil
}

func modelAndJudgements(model, judged string) (link.Model, []fraud.Judgement, error) {
	m, err := readModel(model)
	if err != nil {
		return m, nil, err
	}
	js, err := readJudgements(judged)
	return m, js, err
}

func readModel(name string) (link.Model, error) {
	if name == "" {
		return link.DefaultModel(), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return link.Model{}, err
	}
	defer f.Close()
	m, err := link.ReadModel(f)
	if err != nil {
		return m, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

func readJudgements(name string) ([]fraud.Judgement, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	dec := json.NewDecoder(f)
	var out []fraud.Judgement
	for n := 1; ; n++ {
		var j fraud.Judgement
		err := dec.Decode(&j)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: judgement %d is not one JSON object with verdict, a, b, by, reason, at: %w", name, n, fraud.ErrInvalid)
		}
		if err := j.Validate(); err != nil { // a decision that is misspelt would be passed over
			return nil, fmt.Errorf("%s: judgement %d: %w", name, n, err)
		}
		out = append(out, j)
	}
}

// addReports decodes and extracts on all cores. The builder takes what comes,
// since the order of reports does not matter to it; lines that are no reports
// are told in the order of files and lines.
func addReports(ctx context.Context, stderr io.Writer, b *link.Builder, files []string) (refused int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	work := make(chan piece, runtime.NumCPU())
	var lock sync.Mutex // on b and told
	var told []refusal
	now, ahead := time.Now(), 0
	var workers sync.WaitGroup
	for range runtime.NumCPU() {
		workers.Go(func() {
			w := reportWorker{b: b, lock: &lock, told: &told, now: now, ahead: &ahead}
			for p := range work {
				w.lines(ctx, p)
				if b.Err() != nil {
					cancel()
				}
			}
		})
	}
	for i, name := range files {
		if err = pieces(ctx, name, i, work, &lock, &told); err != nil {
			break
		}
	}
	close(work)
	workers.Wait()
	if failed := b.Err(); failed != nil {
		return 0, failed
	}
	slices.SortFunc(told, func(x, y refusal) int { return cmp.Or(cmp.Compare(x.file, y.file), cmp.Compare(x.line, y.line)) })
	for _, x := range told {
		fmt.Fprintf(stderr, "%s:%d: %s\n", files[x.file], x.line, oneLine(x.err))
	}
	tellAhead(stderr, ahead)
	return len(told), err
}

// tellAhead says how many reports are from a time that has not come.
func tellAhead(stderr io.Writer, ahead int) {
	if ahead > 0 {
		fmt.Fprintf(stderr, "%d reports hold a time in the future by this machine's clock; a node refuses them\n", ahead)
	}
}

// refusal is why a line gave no report.
type refusal struct {
	file, line int
	err        error
}

// pieces hands over a file in pieces of whole lines.
func pieces(ctx context.Context, name string, number int, work chan<- piece, lock *sync.Mutex, told *[]refusal) error {
	f, err := openLines(name)
	if err != nil {
		return err
	}
	defer f.Close()
	err = eachPiece(f, fraud.MaxReportBytes, func(first int, text string, err error) error {
		if err != nil {
			lock.Lock()
			*told = append(*told, refusal{number, first, err})
			lock.Unlock()
			return nil
		}
		select {
		case work <- piece{name: name, file: number, first: first, text: text}:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}

// reportWorker is one worker's memory.
type reportWorker struct {
	b      *link.Builder
	lock   *sync.Mutex // on b and told
	told   *[]refusal
	d      fraud.Decoder
	x      extract.Extractor
	report fraud.Report
	now    time.Time // a report from after it is told
	ahead  *int      // how many were
}

// texts is a digest of all that the report says in words.
func (w *reportWorker) texts() uint64 {
	sum := xxh3.HashString(w.report.Narrative)
	for i := range w.report.Contacts {
		sum = bits.RotateLeft64(sum, 7) ^ xxh3.HashString(w.report.Contacts[i].Text)
	}
	return sum
}

func (w *reportWorker) lines(ctx context.Context, p piece) {
	text := p.text
	for n := p.first; text != "" && ctx.Err() == nil; n++ {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		if line = strings.TrimRight(line, "\r"); strings.TrimSpace(line) == "" {
			continue
		}
		err := w.d.Decode(line, &w.report)
		if err != nil {
			w.lock.Lock()
			*w.told = append(*w.told, refusal{p.file, n, err})
			w.lock.Unlock()
			continue
		}
		found := w.x.Report(&w.report, extract.Options{Country: w.report.Reporter.Country})
		facts := w.report.Facts()
		facts.Texts = w.texts()
		w.lock.Lock()
		if w.report.NotAfter(w.now) != nil {
			*w.ahead++
		}
		w.b.Add(facts, found.Sightings, found.Sketches)
		w.lock.Unlock()
	}
}

// writeFile writes a file whole or not at all.
func writeFile(name string, write func(io.Writer) error) error {
	return app.WriteWhole(name, 0o644, write)
}

// writeSecret is writeFile for what only its owner may read.
func writeSecret(name string, write func(io.Writer) error) error {
	return app.WriteWhole(name, 0o600, write)
}

func explainCommand() command {
	return command{
		name: "explain", args: "-out DIR [-in FILE[,FILE…]] REPORT [REPORT]",
		does:    "says why two reports are in one ring, or why not; of one alone, what holds it in its ring",
		example: "ringbreaker explain -out out alder/A-00017 bramble/B-00942",
		run:     runExplain,
	}
}

func runExplain(ctx context.Context, c *call) error {
	in := c.flags.String("in", "", "report JSONL `FILE`s that were linked: says what two reports apart share and lack, shows the texts that reports share, and what was corrected since")
	dir := c.flags.String("out", "", "`DIR` that `ringbreaker link` wrote")
	asJSON := c.flags.Bool("json", false, "print JSON instead of sentences")
	if err := c.parse(); err != nil {
		return err
	}
	if err := c.need("out"); err != nil {
		return err
	}
	if n := c.flags.NArg(); n != 1 && n != 2 {
		return usagef("name one report or two reports, each as source/id")
	}
	res, err := link.ReadFolder(*dir)
	if err != nil {
		return err
	}
	a, b := fraud.ReportID(c.flags.Arg(0)), fraud.ReportID(c.flags.Arg(1))
	for _, name := range c.flags.Args() {
		id := fraud.ReportID(name)
		if _, known := res.RingOf(id); !known {
			return fmt.Errorf("report %s is not in %s: %w", id, filepath.Join(*dir, link.AssignFile), fraud.ErrNotFound)
		}
	}
	e, err := explained(ctx, res, splitList(*in), *dir, a, b)
	if err != nil {
		return err
	}
	if *asJSON {
		enc := json.NewEncoder(c.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(e)
	}
	fmt.Fprintln(c.stdout, strings.Join(e.Says, "\n"))
	if err := decided(c.stdout, *dir, a, b); err != nil {
		return err
	}
	for _, f := range e.Fails {
		fmt.Fprintln(c.stdout, f)
	}
	if len(e.Would) > 0 {
		fmt.Fprintln(c.stdout, "What would make them one ring:\n  "+strings.Join(e.Would, ",\n  ")+".")
	}
	if !e.Same && b != "" && *in == "" {
		fmt.Fprintln(c.stdout, "Name the files that were linked with -in to be told what the two reports share and what each value of it counts.")
	}
	if e.RingA == "" || b != "" && e.RingB == "" {
		if err := corrected(ctx, c.stdout, splitList(*in), a, b); err != nil {
			return err
		}
	}
	return tellCommon(ctx, c, splitList(*in), append(e.Chain, e.Between...))
}

// tellCommon shows the text behind each script that links two reports, as far
// as the files hold the reports.
func tellCommon(ctx context.Context, c *call, files []string, links []fraud.Link) error {
	if len(files) == 0 {
		return nil
	}
	script := func(c fraud.Cause) bool { return c.Indicator.Kind == fraud.Script }
	links = slices.DeleteFunc(links, func(l fraud.Link) bool { return !slices.ContainsFunc(l.Cause, script) })
	want := map[fraud.ReportID]*fraud.Report{}
	for _, l := range links {
		want[l.A], want[l.B] = nil, nil
	}
	for _, name := range files {
		if err := findReports(ctx, name, want); err != nil {
			return err
		}
	}
	for _, l := range links {
		a, b := want[l.A], want[l.B]
		if a == nil || b == nil {
			continue
		}
		i := slices.IndexFunc(l.Cause, script)
		if t := extract.CommonText(a, b); t.Shared > 0 {
			fmt.Fprintf(c.stdout, "The text that %s (%.0f %% of it) and %s (%.0f %%) share, %s:\n  %s\n", l.A, 100*t.OfA, l.B, 100*t.OfB, l.Cause[i].Indicator.Value, t.Template)
		}
	}
	return nil
}

// findReports reads the reports that are wanted out of a file.
func findReports(ctx context.Context, name string, want map[fraud.ReportID]*fraud.Report) error {
	if len(want) == 0 {
		return nil
	}
	return eachDecoded(ctx, name, func(r *fraud.Report) {
		if _, wanted := want[r.Name()]; wanted {
			want[r.Name()] = r
		}
	})
}

// eachDecoded hands over the reports of a file; each is the taker's. Lines that
// are none were told when the file was linked.
func eachDecoded(ctx context.Context, name string, take func(*fraud.Report)) error {
	f, err := openLines(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return eachPiece(f, fraud.MaxReportBytes, func(_ int, text string, err error) error {
		if err != nil {
			return nil //nolint:nilerr // a line too long is no report
		}
		for line := range strings.Lines(text) {
			var r fraud.Report
			var d fraud.Decoder
			if d.Decode(strings.TrimSpace(line), &r) == nil { // r holds on to the line
				take(&r)
			}
		}
		return ctx.Err()
	})
}

// judgementsFile keeps, beside the rings, the decisions that they obey.
const judgementsFile = "judgements.jsonl"

func writeJudgements(dir string, js []fraud.Judgement) error {
	if len(js) == 0 { // those of an earlier linking are obeyed no more
		if err := os.Remove(filepath.Join(dir, judgementsFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	return writeFile(filepath.Join(dir, judgementsFile), func(w io.Writer) error {
		enc := json.NewEncoder(w)
		for _, j := range js {
			if err := enc.Encode(j); err != nil {
				return err
			}
		}
		return nil
	})
}

// modelFile keeps, beside the rings, the model that they were found by, where it
// is another than the built-in one.
const modelFile = "model.tsv"

func writeUsed(dir string, another bool, m link.Model) error {
	name := filepath.Join(dir, modelFile)
	if another {
		return writeFile(name, func(w io.Writer) error { return link.WriteModel(w, m) })
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// usedModel is the model that the rings in a folder were found by.
func usedModel(dir string) (link.Model, error) {
	name := filepath.Join(dir, modelFile)
	if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
		name = ""
	}
	return readModel(name)
}

// decided tells what people decided about two reports, and about each of them
// alone: what is wrong is in no ring, whatever it shares.
func decided(w io.Writer, dir string, a, b fraud.ReportID) error {
	name := filepath.Join(dir, judgementsFile)
	if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	js, err := readJudgements(name)
	if err != nil {
		return err
	}
	for _, j := range fraud.Standing(js) {
		they := ""
		switch {
		case j.B == "" && j.A != "" && (j.A == a || j.A == b):
			they = string(j.A) + " is"
		case j.B != "" && (j.A == a && j.B == b || j.A == b && j.B == a):
			they = "they are"
		default:
			continue
		}
		fmt.Fprintf(w, "%s decided that %s %s (judgement %s): %s\n", j.By, they, j.Verdict, j.ID, j.Reason)
	}
	return nil
}

// corrected tells which reports of the files correct one of these: it counts no
// more, whatever it shares.
func corrected(ctx context.Context, w io.Writer, files []string, old ...fraud.ReportID) error {
	for _, name := range files {
		err := eachDecoded(ctx, name, func(r *fraud.Report) {
			if r.Supersedes == "" || r.Supersedes == r.ID {
				return
			}
			if id := fraud.NewReportID(r.Source, r.Supersedes); slices.Contains(old, id) {
				fmt.Fprintf(w, "%s counts no more: %s corrects it.\n", id, r.Name())
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}
