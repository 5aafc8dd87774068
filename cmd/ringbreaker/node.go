package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"ringbreaker.example/app"
	"ringbreaker.example/fraud"
)

// dataFlag adds the flag that every command of a node has.
func dataFlag(c *call) *string { return c.flags.String("data", "", "the node's folder, `DIR`") }

// openOld opens a node that must be there already: a mistyped folder does not
// become a new, empty node that is sound.
func openOld(ctx context.Context, dir string) (*app.Node, context.Context, error) {
	if noNode(dir) {
		return nil, nil, fmt.Errorf("%s holds no node; check the path, or make one with `ringbreaker keygen`", dir)
	}
	return openNode(ctx, dir, "")
}

// openNode opens the node in dir as its console: whoever can read the keys.
// What is not there yet is made.
func openNode(ctx context.Context, dir, config string) (*app.Node, context.Context, error) {
	cfg, err := app.LoadConfig(dir, config)
	if err != nil {
		return nil, nil, err
	}
	n, err := app.Open(ctx, cfg, nil)
	if err != nil {
		return nil, nil, err
	}
	return n, n.Console(ctx), nil
}

// noNode says whether a folder holds no node yet.
func noNode(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "keys"))
	return err != nil
}

// tellMade says that a command made a node. Its name stands in its ledger for
// good, so whoever has not given one hears how while nothing is lost by it.
func tellMade(c *call, n *app.Node, made bool) {
	if !made {
		return
	}
	fmt.Fprintf(c.stderr, "%s held no node: a new one named %q was made there", n.Data, n.Org.ID)
	if _, err := os.Stat(filepath.Join(n.Data, "config.json")); err != nil && n.Org.ID == "local" {
		fmt.Fprintf(c.stderr, "; for one of an organisation, take another folder and begin with `ringbreaker keygen -data DIR -org ID -name NAME`")
	}
	fmt.Fprintln(c.stderr)
}

func serveCommand() command {
	return command{
		name: "serve", args: "-data DIR [-config FILE] [-watch DIR] [-smtp HOST:PORT -smtp-for ADDRESS,…]",
		does:    "runs a node: its pages, its door for other nodes, and if named its doors for mails and for files (docs/doors.md)",
		example: "ringbreaker serve -data /var/lib/ringbreaker -watch /var/spool/reports",
		run:     runServe,
	}
}

func runServe(ctx context.Context, c *call) error {
	data := dataFlag(c)
	config := c.flags.String("config", "", "configuration `FILE`; default DIR/config.json")
	addr := c.flags.String("addr", "", "listen on `HOST:PORT` instead of the configured address")
	watch := c.flags.String("watch", "", "take in the files that appear in `DIR`")
	mailAddr := c.flags.String("smtp", "", "take mails as reports on `HOST:PORT`")
	mailFor := c.flags.String("smtp-for", "", "the addresses that reports are sent to, such as reports@alder.example; commas between")
	if err := c.parseAlone(); err != nil {
		return err
	}
	if err := c.need("data"); err != nil {
		return err
	}
	cfg, err := app.LoadConfig(*data, *config)
	if err != nil {
		return err
	}
	if *addr != "" {
		cfg.Addr = *addr
	}
	if *watch != "" {
		cfg.WatchDir = *watch
	}
	if (*mailAddr == "") != (*mailFor == "") {
		return usagef("-smtp and -smtp-for go together: where mails are taken, and for whom")
	}
	for name, a := range map[string]string{"addr": *addr, "smtp": *mailAddr} {
		if _, _, err := net.SplitHostPort(a); a != "" && err != nil {
			return usagef("-%s is HOST:PORT, such as 127.0.0.1:8700, not %q", name, a)
		}
	}
	if *mailAddr != "" {
		if cfg.Mail == nil {
			cfg.Mail = &app.MailDoor{}
		}
		cfg.Mail.Addr, cfg.Mail.For = *mailAddr, splitList(*mailFor)
	}
	made := noNode(*data)
	n, err := app.Open(ctx, cfg, nil)
	if err != nil {
		return err
	}
	defer n.Close()
	tellMade(c, n, made)
	return n.Serve(ctx, func(url string) { fmt.Fprintf(c.stdout, "%s serves at %s\n", n.Org.Name, url) },
		func(door string) { fmt.Fprintf(c.stdout, "%s %s\n", n.Org.Name, door) })
}

func checkCommand() command {
	return command{
		name: "check", args: "[-data DIR] VALUE",
		does:    "says what the public side would say about a number, site, address, wallet or message",
		example: "ringbreaker check -data node '+1 888 555 0123'",
		run:     runCheck,
	}
}

func runCheck(ctx context.Context, c *call) error {
	data := c.flags.String("data", "", "the node whose lists are asked, `DIR`; without it only published rules are")
	asJSON := c.flags.Bool("json", false, "print JSON")
	if err := c.parse(); err != nil {
		return err
	}
	if c.flags.NArg() == 0 {
		return usagef("say what to check")
	}
	open, dir := openOld, *data
	if dir == "" {
		tmp, err := os.MkdirTemp("", "ringbreaker-check-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		dir = tmp
		open = func(ctx context.Context, dir string) (*app.Node, context.Context, error) {
			return openNode(ctx, dir, "")
		}
	}
	n, ctx, err := open(ctx, dir)
	if err != nil {
		return err
	}
	defer n.Close()
	a, err := n.Check(ctx, strings.Join(c.flags.Args(), " "))
	if err != nil {
		return err
	}
	if *asJSON {
		enc := json.NewEncoder(c.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(a)
	}
	fmt.Fprintf(c.stdout, "%s: %s\n", a.Verdict, a.Sentence)
	for _, r := range a.Reasons {
		fmt.Fprintf(c.stdout, "because %s", r.Says)
		if r.Publisher != "" {
			fmt.Fprintf(c.stdout, " (%s, %s, as of %s)", r.Publisher, r.URL, r.AsOf.Format(time.DateOnly))
		}
		fmt.Fprintln(c.stdout)
	}
	for _, d := range a.Do {
		fmt.Fprintln(c.stdout, "do:", d)
	}
	return nil
}

func exportCommand() command {
	return command{
		name: "export", args: "-data DIR -format stix|misp|csv|hosts|rpz|adblock|phones|hashprefix [-out FILE]",
		does:    "writes a list that others act on, by the rules of handling, each entry with its expiry",
		example: "ringbreaker export -data node -format rpz -out scam.rpz",
		run:     runExport,
	}
}

// exportFormats are the formats of DESIGN §5.
var exportFormats = []string{"stix", "misp", "csv", "hosts", "rpz", "adblock", "phones", "hashprefix"}

func runExport(ctx context.Context, c *call) error {
	data := dataFlag(c)
	format := c.flags.String("format", "", "stix, misp, csv, hosts, rpz, adblock, phones or hashprefix")
	out := c.flags.String("out", "", "`FILE` to write; default standard output")
	audience := c.flags.String("for", "public", "who gets it: public, or community (subscribers who agreed to its terms)")
	if err := c.parseAlone(); err != nil {
		return err
	}
	if err := c.need("data", "format"); err != nil {
		return err
	}
	if !slices.Contains(exportFormats, *format) {
		return usagef("-format is one of %s", strings.Join(exportFormats, ", "))
	}
	if *audience != "public" && *audience != "community" {
		return usagef("-for is public or community")
	}
	n, ctx, err := openOld(ctx, *data)
	if err != nil {
		return err
	}
	defer n.Close()
	write := func(w ioWriter) error { return n.Export(ctx, w, *format, *audience) }
	if *out == "" {
		return write(c.stdout)
	}
	return writeFile(*out, write)
}

func importCommand() command {
	return command{
		name: "import", args: "-data DIR [-map FILE] FILE… | -map guess FILE",
		does:    "brings reports in: JSONL, CSV, mail, Outlook .msg, pages, STIX, MISP, text, zip; running it again changes nothing",
		example: "ringbreaker import -data node reports.jsonl mailbox.mbox\n  ringbreaker import -map guess calls.csv >calls.map.json   # look at it, take out \"guessed\", then:\n  ringbreaker import -data node -map calls.map.json calls.csv",
		run:     runImport,
	}
}

func runImport(ctx context.Context, c *call) error {
	data := dataFlag(c)
	transfers := c.flags.String("transfers", "", "also bring in transfers from this CSV `FILE`, such as a bank's answer")
	relink := c.flags.Bool("link", true, "find the rings anew after the import")
	mapping := c.flags.String("map", "", "the mapping of foreign columns that somebody confirmed, `FILE`; it is kept in the node. \"guess\" proposes one instead and imports nothing")
	if err := c.parse(); err != nil {
		return err
	}
	if *mapping == "guess" {
		return guessMapping(c, *data)
	}
	if err := c.need("data"); err != nil {
		return err
	}
	if c.flags.NArg() == 0 && *transfers == "" {
		return usagef("name at least one file")
	}
	made := noNode(*data)
	n, ctx, err := openNode(ctx, *data, "")
	if err != nil {
		return err
	}
	defer n.Close()
	tellMade(c, n, made)
	if *mapping != "" {
		kept, err := n.AddMapping(ctx, *mapping)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.stderr, "the mapping is kept as %s and used from now on\n", kept)
	}
	failed := 0
	for _, name := range c.flags.Args() {
		if err := importOne(ctx, c, n, name); err != nil {
			if ctx.Err() != nil {
				return err
			}
			failed++
			fmt.Fprintf(c.stderr, "%s: %s\n", name, oneLine(err))
		}
	}
	if *transfers != "" {
		added, rejects, err := n.ImportTransfers(ctx, *transfers)
		if err != nil {
			return err
		}
		for _, r := range rejects {
			fmt.Fprintf(c.stderr, "%s:%d: %s\n", *transfers, r.Line, r.Reason)
		}
		fmt.Fprintf(c.stdout, "%s: %d new transfers, %d lines rejected\n", *transfers, added, len(rejects))
	}
	if *relink {
		if err := n.Flow(ctx); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d files could not be read", failed, c.flags.NArg())
	}
	return nil
}

func importOne(ctx context.Context, c *call, n *app.Node, name string) error {
	bar := newBar(c.stderr, filepath.Base(name))
	res, err := n.Import(ctx, name, bar.show)
	bar.done()
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s: %d records, %d new, %d same, %d conflicts, %d rejected, %d skipped\n",
		name, res.Records, res.New, res.Same, res.Conflicts, res.Rejected, res.Skipped)
	for _, note := range res.Notes {
		fmt.Fprintf(c.stderr, "%s: %s\n", name, note)
	}
	for _, r := range res.Rejects {
		fmt.Fprintf(c.stdout, "rejects: %s\n", r)
	}
	return nil
}

func fsckCommand() command {
	return command{
		name: "fsck", args: "-data DIR", does: "proves the store against its own ledger and every evidence file against its name",
		example: "ringbreaker fsck -data node", run: runFsck,
	}
}

func runFsck(ctx context.Context, c *call) error {
	data := dataFlag(c)
	if err := c.parseAlone(); err != nil {
		return err
	}
	if err := c.need("data"); err != nil {
		return err
	}
	n, ctx, err := openOld(ctx, *data)
	if err != nil {
		return err
	}
	defer n.Close()
	problems, before, err := n.FsckCounting(ctx)
	if err != nil {
		return err
	}
	for _, p := range problems {
		fmt.Fprintln(c.stdout, p)
	}
	if len(problems) > 0 {
		return no("%d problems found; restore from a backup and compare", len(problems))
	}
	fmt.Fprintln(c.stdout, "sound: every report, evidence file, custody event and record is as the ledger says")
	if before > 0 {
		fmt.Fprintf(c.stdout, "%d records were written before their tables were in the ledger: they are as the upgrade found them (docs/ledger.md)\n", before)
	}
	return nil
}

func backupCommand() command {
	return command{
		name: "backup", args: "-data DIR -out FILE", does: "writes a whole node into one file; the node may go on running",
		example: "ringbreaker backup -data node -out node.backup", run: runBackup,
	}
}

func runBackup(ctx context.Context, c *call) error {
	data := dataFlag(c)
	out := c.flags.String("out", "", "`FILE` to write; it holds the node's keys, so keep it as you keep them")
	if err := c.parseAlone(); err != nil {
		return err
	}
	if err := c.need("data", "out"); err != nil {
		return err
	}
	n, ctx, err := openOld(ctx, *data)
	if err != nil {
		return err
	}
	defer n.Close()
	if err := n.Backup(ctx, *out); err != nil {
		return err
	}
	fmt.Fprintln(c.stdout, *out)
	return nil
}

func restoreCommand() command {
	return command{
		name: "restore", args: "-in FILE -data DIR", does: "unpacks a backup into a new folder and proves it",
		example: "ringbreaker restore -in node.backup -data node2", run: runRestore,
	}
}

func runRestore(ctx context.Context, c *call) error {
	data := dataFlag(c)
	in := c.flags.String("in", "", "the backup, `FILE`")
	if err := c.parseAlone(); err != nil {
		return err
	}
	if err := c.need("data", "in"); err != nil {
		return err
	}
	if err := app.Restore(*in, *data); err != nil {
		return err
	}
	n, ctx, err := openOld(ctx, *data)
	if err != nil {
		return err
	}
	defer n.Close()
	problems, err := n.Fsck(ctx)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return no("restored, and not sound: %s", problems[0])
	}
	fmt.Fprintf(c.stdout, "%s: restored and sound\n", *data)
	return nil
}

func keygenCommand() command {
	return command{
		name: "keygen", args: "-data DIR -org ID -name NAME [-kind company|agency|report_centre] [-country CC] [-addr HOST:PORT] [-post-quantum]",
		does:    "sets up a node: its configuration and its keys; prints its fingerprint",
		example: "ringbreaker keygen -data node -org alder -name 'Alder Systems' -country US", run: runKeygen,
	}
}

func runKeygen(ctx context.Context, c *call) error {
	data := dataFlag(c)
	org := c.flags.String("org", "", "short name, lower case: alder")
	name := c.flags.String("name", "", "the organisation's name")
	kind := c.flags.String("kind", "company", "company, agency or report_centre")
	country := c.flags.String("country", "US", "ISO 3166-1 alpha-2")
	addr := c.flags.String("addr", "", "`HOST:PORT` to listen on; default 127.0.0.1:8700")
	pq := c.flags.Bool("post-quantum", false, "what is sealed to this node withstands a quantum computer; partners without Ringbreaker need age 1.3")
	contact := c.flags.String("contact", "", "whom another agency may call when both look at the same target")
	if err := c.parseAlone(); err != nil {
		return err
	}
	if err := c.need("data", "org", "name"); err != nil {
		return err
	}
	switch fraud.OrgKind(*kind) {
	case fraud.OrgCompany, fraud.OrgAgency, fraud.OrgReportCentre:
	default:
		return usagef("-kind is company, agency or report_centre")
	}
	// The short name stands in reports, ledgers and files for as long as the node lives.
	if !regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`).MatchString(*org) {
		return usagef("-org is 1 to 40 lower-case letters, digits and hyphens, such as alder")
	}
	if !regexp.MustCompile(`^[A-Z]{2}$`).MatchString(*country) {
		return usagef("-country is two capital letters (ISO 3166-1), such as US")
	}
	cfg := app.Config{Data: *data, Addr: *addr, PostQuantum: *pq, Contact: *contact, Org: fraud.Org{ID: fraud.OrgID(*org), Name: *name, Kind: fraud.OrgKind(*kind), Country: *country}}
	if _, err := os.Stat(filepath.Join(*data, "config.json")); err == nil {
		return fmt.Errorf("%s holds a node already; its keys are never overwritten", *data)
	}
	if err := cfg.Save(); err != nil {
		return err
	}
	n, err := app.Open(ctx, cfg, nil)
	if err != nil {
		return err
	}
	defer n.Close()
	return printCard(c, n)
}

func printCard(c *call, n *app.Node) error {
	words, hexSum := n.Card().Fingerprint()
	fmt.Fprintf(c.stdout, "fingerprint of %s, to read to a partner:\n  %s\n  %s\n", n.Org.Name, words, hexSum)
	return nil
}

func userCommand() command {
	return command{
		name: "user", args: "add|disable|list -data DIR [-id ID -name NAME -roles ROLE,…]",
		does:    "adds, disables or lists the people of a node; a new person's password is read from standard input, or drawn and printed once; who was disabled is out at once, and what they did stays under their name",
		example: "ringbreaker user add -data node -id mia -name 'Mia Analyst' -roles analyst", run: runUser,
	}
}

func runUser(ctx context.Context, c *call) error {
	what := shift(c)
	data := dataFlag(c)
	id := c.flags.String("id", "", "the name to sign in with")
	name := c.flags.String("name", "", "the person's name, as it stands under what they sign")
	office := c.flags.String("office", "", "the person's office")
	roles := c.flags.String("roles", "", "admin, analyst, signatory, vault_keeper, investigator, officer, auditor; or subscriber, for a program that fetches lists by TAXII and may do nothing else; commas between")
	read := c.flags.Bool("password-stdin", false, "read the password from standard input instead of drawing one")
	if err := c.parseAlone(); err != nil {
		return err
	}
	if err := c.need("data"); err != nil {
		return err
	}
	var needs []string
	switch what {
	case "add":
		needs = []string{"id", "name", "roles"}
	case "disable":
		needs = []string{"id"}
	case "list":
	default:
		return usagef("say add, disable or list")
	}
	if err := c.need(needs...); err != nil {
		return err
	}
	n, ctx, err := openOld(ctx, *data)
	if err != nil {
		return err
	}
	defer n.Close()
	switch what {
	case "list":
		return n.ListUsers(ctx, c.stdout)
	case "disable":
		return n.DisableUser(ctx, fraud.PersonID(*id))
	default:
		password := ""
		if *read {
			line, err := bufio.NewReader(c.stdin).ReadString('\n')
			if err != nil && line == "" {
				return fmt.Errorf("no password on standard input: %w", err)
			}
			password = strings.TrimRight(line, "\r\n")
		}
		drawn, err := n.AddUserNamed(ctx, *id, *name, *office, splitList(*roles), password)
		if err != nil {
			return err
		}
		if password == "" {
			fmt.Fprintf(c.stdout, "password of %s, shown this once: %s\n", *id, drawn)
		}
		return nil
	}
}

// shift takes the first argument that is no flag: the verb of a command that
// has several.
func shift(c *call) string {
	if len(c.args) == 0 || strings.HasPrefix(c.args[0], "-") {
		return ""
	}
	what := c.args[0]
	c.args = c.args[1:]
	return what
}

// peerUses is what can be said to peer, and the flag that each needs.
var peerUses = []struct{ what, needs string }{
	{"card", ""}, {"add", "fingerprint"}, {"list", ""}, {"witness", "org"}, {"revoke", "org"}, {"rotate", "reason"}, {"give-up", "reason"}, {"tell", ""}, {"keys", ""}, {"post", ""},
}

func peerCommand() command {
	return command{
		name: "peer", args: "card|add|list|witness|revoke|rotate|give-up|tell|keys|post -data DIR [-url URL] [-card FILE] [-fingerprint WORDS] [-org ID] [-reason TEXT]",
		does:    "exchanges trust with another organisation's node, after people compared fingerprints; rotate changes our own keys and tells the peers, give-up states that they were lost or stolen, tell says it again to who was not reached, keys lists all such statements; post sends what waits for a node that was down, and lists what still does",
		example: "ringbreaker peer add -data node -url http://127.0.0.1:8701 -fingerprint 'acid-barn …'", run: runPeer,
	}
}

func runPeer(ctx context.Context, c *call) error {
	what := shift(c)
	data := dataFlag(c)
	url := c.flags.String("url", "", "the other node's `URL`")
	file := c.flags.String("card", "", "the other's card from a `FILE` instead")
	print := c.flags.String("fingerprint", "", "what the other organisation read to you, as words or hex")
	org := c.flags.String("org", "", "the peer to witness or revoke")
	reason := c.flags.String("reason", "", "why our keys change, for peers and auditors; or why a peer is revoked")
	if err := c.parseAlone(); err != nil {
		return err
	}
	if err := c.need("data"); err != nil {
		return err
	}
	known := false
	for _, use := range peerUses {
		if use.what != what {
			continue
		}
		known = true
		if use.needs != "" {
			if err := c.need(use.needs); err != nil {
				return err
			}
		}
	}
	if !known {
		return usagef("say card, add, list, witness, revoke, rotate, give-up, tell, keys or post")
	}
	n, ctx, err := openOld(ctx, *data)
	if err != nil {
		return err
	}
	defer n.Close()
	switch what {
	case "card":
		enc := json.NewEncoder(c.stdout)
		enc.SetIndent("", "  ")
		if err := enc.Encode(n.Card()); err != nil {
			return err
		}
		words, _ := n.Card().Fingerprint()
		fmt.Fprintf(c.stderr, "fingerprint: %s\n", words)
		return nil
	case "list":
		return n.ListPeers(ctx, c.stdout)
	case "witness":
		return n.AskWitness(ctx, fraud.OrgID(*org))
	case "revoke":
		return n.RevokePeer(ctx, fraud.OrgID(*org), *reason)
	case "rotate":
		return tellNews(ctx, c, n.RotateKeys, *reason)
	case "give-up":
		return tellNews(ctx, c, n.GiveUpKeys, *reason)
	case "tell":
		told, waiting, err := n.TellKeys(ctx)
		tellWho(c, told, waiting)
		return err
	case "keys":
		return listKeys(ctx, c, n)
	case "post":
		return post(ctx, c, n)
	}
	card, err := readCard(ctx, *url, *file)
	if err != nil {
		return err
	}
	if err := n.AddPeer(ctx, card, *print); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s is now a peer\n", card.Org.ID)
	return nil
}

// tellNews changes our keys and says what became of it.
func tellNews(ctx context.Context, c *call, change func(context.Context, string) (app.KeyNews, error), reason string) error {
	news, err := change(ctx, reason)
	if news.Words != "" {
		fmt.Fprintf(c.stdout, "new fingerprint: %s\n", news.Words)
	}
	tellWho(c, news.Told, news.Waiting)
	return err
}

func tellWho(c *call, told, waiting []fraud.OrgID) {
	for _, id := range told {
		fmt.Fprintf(c.stdout, "%s took it\n", id)
	}
	for _, id := range waiting {
		fmt.Fprintf(c.stdout, "%s did not take it yet; run peer tell when its node answers, within seven days\n", id)
	}
}

// post tries what peers have not taken yet and prints what still waits. A node
// that serves does so by itself.
func post(ctx context.Context, c *call, n *app.Node) error {
	left, err := n.SendWaiting(ctx)
	for _, l := range left {
		fmt.Fprintf(c.stdout, "%s\t%s\t%s\t%d tries, again at %s\t%s\n", l.To, l.What, l.Ref, l.Tries, l.Next.UTC().Format(time.RFC3339), l.Problem)
	}
	if err == nil && len(left) == 0 {
		fmt.Fprintln(c.stdout, "nothing waits")
	}
	return err
}

// listKeys prints the statements about keys: when it came, whose, what, why.
func listKeys(ctx context.Context, c *call, n *app.Node) error {
	list, err := n.KeyChanges(ctx)
	for _, k := range list {
		now := k.NewWords
		if now == "" {
			now = "given up"
		}
		fmt.Fprintf(c.stdout, "%s\t%s\t%s\t%s\t%s\n", k.Came.UTC().Format(time.RFC3339), k.Org, k.OldWords, now, k.Reason)
	}
	return err
}

func readCard(ctx context.Context, url, file string) (app.Card, error) {
	if file == "" {
		if url == "" {
			return app.Card{}, usagef("give -url or -card")
		}
		return app.FetchCard(ctx, url)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return app.Card{}, err
	}
	var card app.Card
	if err := json.Unmarshal(b, &card); err != nil {
		return card, fmt.Errorf("%s is no card: %w", file, fraud.ErrInvalid)
	}
	return card, nil
}
