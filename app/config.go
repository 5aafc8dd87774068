package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

// Config is what an administrator sets. Zero fields mean the default that
// stands beside them. It is DIR/config.json unless -config names another file.
type Config struct {
	// Data is the node's folder: database, evidence, keys. Not in the file.
	Data string `json:"-"`
	// Org says whose node this is. Keys are read from Data/keys, not from here.
	Org fraud.Org `json:"org"`
	// Database is a PostgreSQL URL, or empty for Data/ringbreaker.db.
	Database string `json:"database,omitempty"`
	// Addr is where the node listens. The default, 127.0.0.1:8700, is reached
	// from this machine only; put a TLS proxy in front for others.
	Addr string `json:"addr,omitempty"`
	// Browser is the path of Chromium, for PDFs; empty leaves them out.
	Browser string `json:"browser,omitempty"`
	// Complainant is what a referral says of this organisation: its standing,
	// its authority to complain, its record-keeping system.
	Complainant refer.Complainant `json:"complainant,omitzero"`
	// Mail is the door for mails that people send in; absent, it is closed.
	Mail *MailDoor `json:"mail,omitempty"`
	// WatchDir is a folder whose files are taken in; empty watches none.
	WatchDir string `json:"watch,omitempty"`
	// TimeStamps is the URL of an RFC 3161 time-stamping service that each
	// signature of a referral is stamped by; empty asks none.
	TimeStamps string `json:"time_stamps,omitempty"`
	// SignKeyFile holds the private key of complainant.sign_key: Ed25519, PKCS #8
	// or OpenSSH, without a passphrase.
	SignKeyFile string `json:"sign_key_file,omitempty"`
	// SignCommand is a program that signs with complainant.sign_key: the
	// message on its standard input, the signature in base64 on its standard
	// output. Empty with a sign_key set asks the SSH agent.
	SignCommand []string `json:"sign_command,omitempty"`
	// PostQuantum draws new sealing keys as post-quantum hybrids (age1pq1…): the
	// node's first ones, and from then on at each change of keys.
	PostQuantum bool `json:"post_quantum,omitempty"`
	// Contact is whom another agency may call when both look at the same
	// target: a desk and a number. An agency's node needs it for deconfliction.
	Contact string `json:"contact,omitempty"`
	// Model is the version of the linking model that this node adopted; empty is
	// the one that ships. `ringbreaker link -adopt` sets it ([Node.AdoptModel]).
	Model string `json:"model,omitempty"`
	// URL is how other nodes and people reach it; default http://Addr.
	URL string `json:"url,omitempty"`
}

const (
	configFile  = "config.json"
	defaultAddr = "127.0.0.1:8700"
	// maxConfig stops a wrong file from being read whole: a configuration is
	// a few lines.
	maxConfig = 1 << 20
)

// LoadConfig reads the configuration of the node in dir. file may be empty:
// then it is dir/config.json, and where that is absent too, a node named
// "local" for one organisation that has not been set up yet.
func LoadConfig(dir, file string) (Config, error) {
	c := Config{Data: dir}
	named := file != ""
	if !named {
		file = filepath.Join(dir, configFile)
	}
	b, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !named:
		c.Org = fraud.Org{ID: "local", Name: "This node", Kind: fraud.OrgCompany}
		return c, nil
	case err != nil:
		return c, err
	case len(b) > maxConfig:
		return c, fmt.Errorf("%s is larger than a configuration can be: %w", file, fraud.ErrInvalid)
	}
	read := json.NewDecoder(bytes.NewReader(b))
	read.DisallowUnknownFields() // a misspelt setting would be as if nobody had set it
	err = read.Decode(&c)
	if _, end := read.Token(); err == nil && !errors.Is(end, io.EOF) {
		err = errors.New("something stands behind its end")
	}
	if err != nil {
		return c, fmt.Errorf("%s is not a configuration (%w); see docs/ARCHITECTURE.md: %w", file, err, fraud.ErrInvalid)
	}
	return c, c.valid(file)
}

func (c Config) valid(file string) error {
	if c.Org.ID == "" || c.Org.Name == "" {
		return fmt.Errorf("%s: org.id and org.name must be set: %w", file, fraud.ErrInvalid)
	}
	switch c.Org.Kind {
	case fraud.OrgCompany, fraud.OrgAgency, fraud.OrgReportCentre:
	default:
		return fmt.Errorf("%s: org.kind must be company, agency or report_centre: %w", file, fraud.ErrInvalid)
	}
	return nil
}

// Save writes the configuration to its folder, for the next start.
func (c Config) Save() error {
	if err := c.valid(configFile); err != nil {
		return err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.Data, configFile), append(b, '\n'), 0o600)
}

func (c Config) addr() string {
	if c.Addr == "" {
		return defaultAddr
	}
	return c.Addr
}

func (c Config) url() string {
	if c.URL == "" {
		return "http://" + c.addr()
	}
	return c.URL
}

func (c Config) database() string {
	if c.Database == "" {
		return filepath.Join(c.Data, dbFile)
	}
	return c.Database
}
