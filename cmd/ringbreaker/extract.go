package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"ringbreaker.example/extract"
	"ringbreaker.example/fraud"
)

func extractCommand() command {
	return command{
		name: "extract", args: "[-in text|jsonl|eml|html] [-country CC] [-rows] [FILE…]",
		does:    "prints the indicators in files as JSONL, with kind, canonical value, role and place; needs no node",
		example: "ringbreaker extract -in eml mail.eml",
		run:     runExtract,
	}
}

// maxDocument is the most bytes of one mail or page: a mail server refuses
// larger ones.
const maxDocument = 64 << 20

func runExtract(ctx context.Context, c *call) error {
	in := c.flags.String("in", "text", "what the files are: text, jsonl, eml or html")
	country := c.flags.String("country", "", "where numbers without a country are at home (ISO 3166-1); a report's own goes first")
	own := c.flags.Bool("fraudster", false, "the text is the fraudster's own (a message, a script), not a victim's account")
	rows := c.flags.Bool("rows", false, "with -in jsonl and standard input: rows for link -component instead (docs/spark.md)")
	model := c.flags.String("model", "", "with -rows, `FILE` with another frozen model than the built-in one")
	judged := c.flags.String("judgements", "", "with -rows, JSONL `FILE` of people's decisions")
	if err := c.parse(); err != nil {
		return err
	}
	opt := extract.Options{Country: *country, FromFraudster: *own}
	if *rows {
		if *in != "jsonl" || c.flags.NArg() > 0 {
			return usagef("-rows reads reports on standard input: extract -rows -in jsonl <FILE")
		}
		m, js, err := modelAndJudgements(*model, *judged)
		if err != nil {
			return err
		}
		return extractRows(ctx, c, m, js, opt)
	}
	if *model != "" || *judged != "" {
		return usagef("-model and -judgements go with -rows")
	}
	switch *in {
	case "text", "jsonl":
	case "eml", "html":
		return extractDocuments(ctx, c, *in, opt)
	default:
		return usagef("-in is text, jsonl, eml or html, not %q", *in)
	}
	names := c.flags.Args()
	if len(names) == 0 {
		names = []string{"-"}
	}
	failed := 0
	for _, name := range names {
		f, err := openText(c, name)
		if err != nil {
			if len(names) == 1 {
				return err
			}
			failed++
			fmt.Fprintf(c.stderr, "%s: %s\n", name, oneLine(err))
			continue
		}
		err = extractLines(ctx, c, name, f, *in, opt, allCores())
		f.Close()
		if err != nil {
			return err
		}
	}
	return unread(failed, len(names))
}

// openText opens a file of lines; "-" is standard input.
func openText(c *call, name string) (io.ReadCloser, error) {
	if name != "-" {
		return openLines(name)
	}
	r, err := unpacked(c.stdin)
	return io.NopCloser(r), err
}

func unread(failed, all int) error {
	if failed > 0 {
		return fmt.Errorf("%d of %d files could not be read", failed, all)
	}
	return nil
}

// extractDocuments reads each file as one mail or page.
func extractDocuments(ctx context.Context, c *call, in string, opt extract.Options) error {
	names := c.flags.Args()
	if len(names) == 0 {
		names = []string{"-"}
	}
	failed := 0
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		list, err := extractDocument(c, in, name, opt)
		if err != nil {
			failed++
			fmt.Fprintf(c.stderr, "%s: %s\n", name, oneLine(err))
			continue
		}
		head, out := appendHead(nil, name), []byte(nil)
		for i := range list {
			out = appendFinding(out, head, &list[i])
		}
		if _, err := c.stdout.Write(out); err != nil {
			return err
		}
	}
	return unread(failed, len(names))
}

func extractDocument(c *call, in, name string, opt extract.Options) ([]extract.Finding, error) {
	r := c.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	b, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxDocument {
		return nil, fmt.Errorf("larger than %d bytes: %w", maxDocument, fraud.ErrInvalid)
	}
	if in == "html" {
		_, list := extract.HTML(b, opt)
		return list, nil
	}
	_, list, err := extract.Mail(b, opt)
	return list, err
}
