package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ringbreaker.example/fraud"
)

func reportCommand() command {
	return command{
		name: "report", args: "delete -data DIR -as PERSON -basis TEXT REPORT",
		does: "deletes a report at its victim's wish, with its corrections: who it was, what was told and what was taken out of it go for good, and off the disk; " +
			"that it was, when it went, by whom and why stays in the ledger; one under a hold or in a signed referral stays",
		example: "ringbreaker report delete -data node -as vera -basis 'asked by letter of 2026-03-01, GDPR Art. 17' alder/r-4F7K2M9QXT4H",
		run:     runReport,
	}
}

func runReport(ctx context.Context, c *call) error {
	what := shift(c)
	data := dataFlag(c)
	as := c.flags.String("as", "", "the `PERSON` of the node who does it: a vault keeper or a signatory")
	basis := c.flags.String("basis", "", "how the victim asked for it, and by which law; kept for good, so name nobody")
	if err := c.parse(); err != nil {
		return err
	}
	if what != "delete" {
		return usagef("say delete")
	}
	if c.flags.NArg() != 1 {
		return usagef("name one report, as source/id")
	}
	if err := c.need("data", "as", "basis"); err != nil {
		return err
	}
	n, ctx, err := openOld(ctx, *data)
	if err != nil {
		return err
	}
	defer n.Close()
	person, err := n.As(ctx, fraud.PersonID(*as))
	if err != nil {
		return err
	}
	done, err := n.DeleteReport(person, fraud.ReportID(c.flags.Arg(0)), *basis)
	for _, d := range done {
		fmt.Fprintf(c.stdout, "deleted %s at %s\n", d.Report, d.At.Format(time.RFC3339))
	}
	if err != nil {
		return err
	}
	clean, err := n.Wipe(ctx, true)
	if errors.Is(err, fraud.ErrConflict) || err == nil && !clean {
		fmt.Fprintln(c.stdout, "it is still on the disk, since the node is at work: it wipes it by itself")
		return nil
	}
	if err == nil {
		fmt.Fprintln(c.stdout, "it is off the disk; backups made before hold it until they are replaced")
	}
	return err
}
