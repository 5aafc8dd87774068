package app

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/exchange/csvmap"
	"ringbreaker.example/intake"
)

// MailDoor says where a node takes mails as reports. docs/doors.md explains
// each for an administrator.
type MailDoor struct {
	// Addr is HOST:PORT to listen on. Mail servers deliver to port 25.
	Addr string `json:"addr"`
	// For are the addresses that reports go to, such as reports@alder.example;
	// mails to any other are refused.
	For []string `json:"for"`
	// Domain is the name by which the door greets; default the part of the
	// first address after the @.
	Domain string `json:"domain,omitempty"`
	// Certificate and Key are PEM files for STARTTLS; without them mails come in
	// the clear.
	Certificate string `json:"certificate,omitempty"`
	Key         string `json:"key,omitempty"`
	// Relays are our own mail servers, as addresses or networks ("10.0.0.5",
	// "10.1.0.0/16"): the limits for one address do not hold for them.
	Relays []string `json:"relays,omitempty"`
}

const (
	mappingsDir = "mappings"
	spoolDir    = "spool"
	// maxMapping stops a wrong file from being read whole: a mapping has a few
	// hundred lines.
	maxMapping = 1 << 20
)

// doors are what lets reports in beside the pages, while a node serves.
type doors struct {
	n     *Node
	mail  *intake.MailDoor
	at    net.Listener
	watch *intake.Folder
}

// openDoors opens the doors that the configuration names, so that a wrong one
// is told before the node serves.
func (n *Node) openDoors(told func(string)) (*doors, error) {
	d := &doors{n: n}
	if n.Mail != nil {
		if err := d.openMail(*n.Mail); err != nil {
			return nil, err
		}
		told("takes mails for " + strings.Join(n.Mail.For, ", ") + " at " + d.at.Addr().String())
	}
	if n.WatchDir != "" {
		f, err := n.Intake.OpenFolder(n.WatchDir, intake.FolderConfig{Told: d.folderFile})
		if err != nil {
			d.close()
			return nil, err
		}
		d.watch = f
		told("watches the folder " + n.WatchDir)
	}
	return d, nil
}

func (d *doors) openMail(cfg MailDoor) error {
	in := intake.MailDoorConfig{For: cfg.For, Domain: cfg.Domain, Log: d.n.log, Spool: filepath.Join(d.n.Data, spoolDir)}
	if err := os.MkdirAll(in.Spool, 0o700); err != nil {
		return err
	}
	if len(cfg.For) > 0 && in.Domain == "" {
		_, in.Domain, _ = strings.Cut(cfg.For[0], "@")
	}
	if cfg.Certificate != "" || cfg.Key != "" {
		pair, err := tls.LoadX509KeyPair(cfg.Certificate, cfg.Key)
		if err != nil {
			return fmt.Errorf("the door of mails: its certificate %s and key %s cannot be used: %w", cfg.Certificate, cfg.Key, err)
		}
		in.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	for _, r := range cfg.Relays {
		p, err := netip.ParsePrefix(r)
		if err != nil {
			a, aerr := netip.ParseAddr(r)
			if aerr != nil {
				return invalidf("the door of mails: %q is no address and no network; write 10.0.0.5 or 10.1.0.0/16", r)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		in.Relays = append(in.Relays, p)
	}
	var err error
	if d.mail, err = intake.NewMailDoor(d.n.Intake, in); err != nil {
		return err
	}
	if d.at, err = net.Listen("tcp", cfg.Addr); err != nil {
		return fmt.Errorf("listen for mails on %s: %w", cfg.Addr, err)
	}
	return nil
}

// run keeps the doors open until ctx ends.
func (d *doors) run(ctx context.Context) {
	if d.mail != nil {
		d.n.work.Go(func() {
			// Who sends a mail is nobody that we know: the public.
			if err := d.mail.Serve(access.With(ctx, access.Who{}), d.at); err != nil {
				d.n.log.ErrorContext(ctx, "the door of mails closed", slog.String("error", err.Error()))
			}
		})
	}
	if d.watch != nil {
		d.n.work.Go(func() {
			if err := d.watch.Watch(d.n.Console(ctx)); err != nil {
				d.n.log.ErrorContext(ctx, "the folder is watched no more", slog.String("error", err.Error()))
			}
		})
	}
}

// close closes what was opened and is not run.
func (d *doors) close() {
	if d.at != nil {
		_ = d.at.Close()
	}
}

// folderFile writes down what became of a file: by its hash, since names hold
// people's names.
func (d *doors) folderFile(f intake.FolderFile) {
	log := d.n.log.With(slog.String("file", cmp.Or(f.SHA256, "not read")))
	switch {
	case f.Fault != nil:
		log.Warn("watched file waits, it is tried again", slog.String("because", f.Fault.Error()))
	case f.Reason != "":
		log.Warn("watched file refused", slog.Int("records", f.Result.Records), slog.Int("rejected", f.Result.Rejected))
	case f.Again:
		log.Info("watched file was taken before")
	default:
		log.Info("watched file taken", slog.Int("new", f.Result.New), slog.Int("same", f.Result.Same), slog.Int("rejected", f.Result.Rejected), slog.Int("conflicts", f.Result.Conflicts))
	}
}

// loadMappings reads the mappings that people confirmed at this node. A file
// that is none is told and left out: one bad mapping must not close a node.
func (n *Node) loadMappings() ([]*csvmap.Mapping, error) {
	dir := filepath.Join(n.Data, mappingsDir)
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []*csvmap.Mapping
	for _, f := range files { // in the order of their names
		if filepath.Ext(f.Name()) != ".json" {
			continue
		}
		m, err := ReadMapping(filepath.Join(dir, f.Name()))
		if err != nil {
			n.log.Warn("mapping left out", slog.String("file", f.Name()), slog.String("error", err.Error()))
			continue
		}
		all = append(all, m)
	}
	return all, nil
}

// Mapping is a declared mapping of foreign columns.
type Mapping = csvmap.Mapping

// ReadMapping reads a mapping that a person has confirmed. One that still says
// "guessed" was not: the error, which wraps fraud.ErrInvalid, says what to do.
func ReadMapping(file string) (*Mapping, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if len(b) > maxMapping {
		return nil, invalidf("%s is larger than a mapping can be", file)
	}
	m, err := csvmap.Parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if m.Guessed {
		return nil, invalidf("%s was guessed and nobody has confirmed it: look at each field, correct it, and take out the line \"guessed\"", file)
	}
	return m, nil
}

// AddMapping keeps a confirmed mapping in the node, where imports and the
// watched folder use it from the next start on.
func (n *Node) AddMapping(ctx context.Context, file string) (kept string, err error) {
	if err := n.decide(ctx, access.ActImport, access.Thing{Kind: access.ThingReport}, access.Recipient{}); err != nil {
		return "", err
	}
	m, err := ReadMapping(file)
	if err != nil {
		return "", err
	}
	return n.keepMapping(m)
}

// keepMapping writes a confirmed mapping into the node's folder, under its
// name: one of the same name is replaced.
func (n *Node) keepMapping(m *csvmap.Mapping) (kept string, err error) {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return "", err
	}
	dir := filepath.Join(n.Data, mappingsDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	kept = filepath.Join(dir, fileName(m.Name)+".json")
	if err := os.WriteFile(kept, append(b, '\n'), 0o600); err != nil {
		return "", err
	}
	n.Intake.Use(m)
	return kept, nil
}

// fileName is a mapping's name as a file may be called.
func fileName(name string) string {
	name = strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
			return c
		}
		return '-'
	}, name)
	return name[:min(len(name), 100)]
}

// GuessMapping proposes a mapping for a table that none fits, and shows the
// first rows by it. fits is the name of the known mapping that fits, if one
// does: then nothing needs to be guessed. The node in dir, if there is one,
// adds its own mappings to the built-in ones.
func GuessMapping(dir, file string) (proposal intake.Proposal, err error) {
	n := &Node{Config: Config{Data: dir}, log: slog.Default()}
	known, err := n.loadMappings()
	if err != nil {
		return intake.Proposal{}, err
	}
	return intake.Propose(file, known)
}
