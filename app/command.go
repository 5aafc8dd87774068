package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/exchange/misp"
	"ringbreaker.example/exchange/stix"
	"ringbreaker.example/fraud"
	"ringbreaker.example/intake"
	"ringbreaker.example/protect"
)

// ImportProgress is how far an import is.
type ImportProgress = intake.Progress

// Serve listens until ctx ends. started is told where, and of each door more.
func (n *Node) Serve(ctx context.Context, started, door func(string)) error {
	l, err := net.Listen("tcp", n.addr())
	if err != nil {
		return fmt.Errorf("listen on %s: %w", n.addr(), err)
	}
	h, follow, err := n.Living()
	if err != nil {
		l.Close()
		return err
	}
	more, err := n.openDoors(door)
	if err != nil {
		l.Close()
		return err
	}
	open, shut := context.WithCancel(ctx)
	defer shut()
	more.run(open)
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	started("http://" + l.Addr().String())
	reading, stopReading := context.WithCancel(ctx)
	var reader sync.WaitGroup
	reader.Go(func() { n.keepSearched(reading) })
	reader.Go(func() { n.rings.keep(reading) })
	reader.Go(func() { follow(reading) })
	reader.Go(func() { n.keepPosting(reading) })
	reader.Go(func() { n.keepWiped(reading) })
	defer reader.Wait()
	defer stopReading()
	tick := time.NewTicker(hourly)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-tick.C:
			n.hour(ctx)
		case <-ctx.Done():
			stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			err := s.Shutdown(stop)
			if serr := <-done; !errors.Is(serr, http.ErrServerClosed) {
				return serr
			}
			return err
		}
	}
}

// hour does what a clock asks for: listings and freezes that ran out, rings
// that came back, matches that stand still or keep what nobody needs, checkpoints
// to be witnessed.
func (n *Node) hour(ctx context.Context) {
	ctx = n.Console(ctx)
	if err := n.Flow(ctx); err != nil {
		n.log.ErrorContext(ctx, "hourly flow", slog.String("error", err.Error()))
	}
	if n.Org.Kind == fraud.OrgAgency {
		if _, err := n.Act.ExpireFreezes(ctx); err != nil {
			n.log.ErrorContext(ctx, "hourly freezes", slog.String("error", err.Error()))
		}
	}
	peers, err := n.db.Peers(ctx)
	if err != nil {
		n.log.ErrorContext(ctx, "hourly peers", slog.String("error", err.Error()))
	}
	if _, _, err := n.TellKeys(ctx); err != nil {
		n.log.ErrorContext(ctx, "hourly keys", slog.String("error", err.Error()))
	}
	if _, err := n.Match.Resume(ctx); err != nil {
		n.log.WarnContext(ctx, "matches stand still", slog.String("error", err.Error()))
	}
	if _, err := n.Match.Clear(ctx); err != nil {
		n.log.ErrorContext(ctx, "hourly matches", slog.String("error", err.Error()))
	}
	for _, p := range peers {
		if !p.Revoked.IsZero() {
			continue
		}
		if err := n.AskWitness(ctx, p.Org.ID); err != nil {
			n.log.WarnContext(ctx, "checkpoint not witnessed", slog.String("peer", string(p.Org.ID)), slog.String("error", err.Error()))
		}
	}
}

// Check asks the public side, as anybody: whoever sits at the console must not
// pass on as public what the community alone may know.
func (n *Node) Check(ctx context.Context, text string) (protect.Answer, error) {
	return n.Protect.Check(access.With(ctx, access.Who{}), protect.Question{Text: text, Country: n.Org.Country})
}

// Export writes a list in one of the formats of DESIGN §5 for an audience.
func (n *Node) Export(ctx context.Context, w io.Writer, format, audience string) error {
	to, ok := map[string]access.RecipientKind{"public": access.ToPublic, "community": access.ToCommunity}[audience]
	if !ok {
		return invalidf("an export is for public or community, not %q", audience)
	}
	rec := access.Recipient{Kind: to}
	switch format {
	case "stix", "misp":
		list, err := n.Protect.Shareable(ctx, rec)
		if err != nil {
			return err
		}
		return n.exportListings(w, format, list)
	default:
		return n.Protect.Export(ctx, w, protect.Format(format), rec)
	}
}

// exportListings writes a list as a STIX 2.1 bundle or a MISP event.
func (n *Node) exportListings(w io.Writer, format string, list []fraud.Listing) error {
	marks := []fraud.Mark{{TLP: fraud.TLPClear, PAP: fraud.PAPClear}}
	for _, l := range list {
		marks = append(marks, l.Mark)
	}
	title, mark, at := "Listings of "+n.Org.Name, fraud.Strictest(marks...), n.now().UTC()
	var b []byte
	var err error
	if format == "misp" {
		b, err = misp.Export(misp.Content{Producer: n.Org, Title: title, At: at, Mark: mark, Listings: list})
	} else {
		b, err = stix.Export(stix.Content{Producer: n.Org, Title: title, At: at, Mark: mark, Listings: list})
	}
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

// ListUsers prints the people of the node.
func (n *Node) ListUsers(ctx context.Context, w io.Writer) error {
	people, err := n.db.Persons(ctx)
	for _, p := range people {
		roles := make([]string, len(p.Roles))
		for i, r := range p.Roles {
			roles[i] = string(r)
		}
		line := []string{string(p.ID), p.Name, strings.Join(roles, ",")}
		if !p.Active() {
			line = append(line, "disabled "+p.Disabled.UTC().Format(time.DateOnly))
		}
		fmt.Fprintln(w, strings.Join(line, "\t"))
	}
	return err
}

// AddUserNamed adds a person by plain texts, as a command gives them.
func (n *Node) AddUserNamed(ctx context.Context, id, name, office string, roles []string, password string) (string, error) {
	p := access.Person{ID: fraud.PersonID(id), Name: name, Office: office}
	for _, r := range roles {
		p.Roles = append(p.Roles, access.Role(r))
	}
	return n.AddUser(ctx, p, password)
}

// ListPeers prints the node's peers with their fingerprints.
func (n *Node) ListPeers(ctx context.Context, w io.Writer) error {
	peers, err := n.db.Peers(ctx)
	for _, p := range peers {
		words, _ := access.Fingerprint(p.Org.Keys)
		state := "trusted"
		if !p.Revoked.IsZero() {
			state = "revoked"
			if p.Why != "" {
				state += ": " + p.Why
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.Org.ID, p.Org.Kind, p.URL, state, words)
	}
	return err
}

// RevokePeer ends trust in a peer: nothing it signs is taken any more. why is
// for the audit trail.
func (n *Node) RevokePeer(ctx context.Context, id fraud.OrgID, why string) error {
	if err := n.decide(ctx, access.ActManage, access.Thing{Kind: access.ThingSettings, ID: string(id)}, access.Recipient{}); err != nil {
		return err
	}
	if err := n.db.RevokePeer(ctx, id, n.now().UTC(), access.From(ctx).Person); err != nil {
		return err
	}
	n.audit(ctx, "peer.revoke", string(id), why, true)
	return nil
}
