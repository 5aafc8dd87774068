package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
	"ringbreaker.example/link"
)

// modelsDir holds the models that a node adopted, a file a version. They stay
// when another is adopted: what was linked by them names them.
const modelsDir = "models"

// maxModel stops a wrong file from being read whole: a model is a few
// kilobytes.
const maxModel = 1 << 20

// loadModel reads the model by which the node links: the one that was adopted
// last, or the one that ships with Ringbreaker.
func loadModel(cfg Config) (link.Model, error) {
	if cfg.Model == "" {
		return link.DefaultModel(), nil
	}
	m, _, err := readModel(filepath.Join(cfg.Data, modelsDir, modelFile(cfg.Model)))
	if err == nil && m.Version != cfg.Model {
		err = fmt.Errorf("it is version %s: %w", m.Version, fraud.ErrConflict)
	}
	if err != nil {
		return m, fmt.Errorf("the model %s that node %s adopted cannot be read; put its file back, or adopt another: %w", cfg.Model, cfg.Org.ID, err)
	}
	return m, nil
}

func readModel(file string) (link.Model, []byte, error) {
	st, err := os.Stat(file)
	if err != nil {
		return link.Model{}, nil, err
	}
	if st.Size() > maxModel {
		return link.Model{}, nil, fmt.Errorf("%s is larger than a model can be: %w", file, fraud.ErrInvalid)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return link.Model{}, nil, err
	}
	m, err := link.ReadModel(bytes.NewReader(b))
	if err != nil {
		err = fmt.Errorf("%s: %w", file, err)
	}
	return m, b, err
}

// modelFile is a version as a file's name, whatever is in it.
func modelFile(version string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("+-.", r):
			return r
		}
		return '_'
	}, version) + ".tsv"
}

// AdoptModel makes the model in file the one by which the node links from now
// on, by the decision of whoever is in ctx and for a reason. The file is
// copied, the decision is written to the audit trail with the SHA-256 of the
// file, and all rings are derived anew. A version that was adopted before must
// be the same to the byte: versions are frozen. An empty file names the model
// that ships with Ringbreaker.
func (n *Node) AdoptModel(ctx context.Context, file, reason string) error {
	if err := n.decide(ctx, access.ActManage, access.Thing{Kind: access.ThingSettings, ID: "model", Reason: reason}, access.Recipient{}); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return fmt.Errorf("a model is adopted for a reason; say it: %w", fraud.ErrInvalid)
	}
	model, version, sum := link.DefaultModel(), "", "shipped"
	if file != "" {
		m, b, err := readModel(file)
		if err != nil {
			return err
		}
		digest := sha256.Sum256(b)
		model, version, sum = m, m.Version, "SHA-256 "+hex.EncodeToString(digest[:])
		if err := n.keepModel(m.Version, b); err != nil {
			return err
		}
	}
	was := n.model.Version
	n.Model = version
	if err := n.Save(); err != nil {
		return err
	}
	n.audit(ctx, "model.adopted", model.Version, fmt.Sprintf("%s; before: %s; %s", reason, was, sum), true)
	n.model = model
	n.rings.drop()
	s, err := n.Relink(ctx)
	if s != nil {
		s.Close()
	}
	return err
}

// LinksBy is the version of the model by which the node links.
func (n *Node) LinksBy() string { return n.model.Version }

// keepModel copies a model's file into the node's folder.
func (n *Node) keepModel(version string, b []byte) error {
	name := filepath.Join(n.Data, modelsDir, modelFile(version))
	have, err := os.ReadFile(name)
	switch {
	case err == nil && !bytes.Equal(have, b):
		return fmt.Errorf("version %s was adopted before with other figures, and a version is frozen; give the file another version: %w", version, fraud.ErrConflict)
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	return os.WriteFile(name, b, 0o600)
}

// FitModel fits a new version of the node's model on what it took in and
// decided, and adopts nothing ([link.Builder.Fit]).
func (n *Node) FitModel(ctx context.Context, cfg link.FitConfig) (link.Fit, error) {
	if err := n.decide(ctx, access.ActJudge, access.Thing{Kind: access.ThingRing, ID: "model", Reason: "fit"}, access.Recipient{}); err != nil {
		return link.Fit{}, err
	}
	b := link.NewBuilder(n.model)
	err := n.db.EachForLinkingBetween(ctx, 0, math.MaxInt64, func(_ int64, f fraud.ReportFacts, s []fraud.Sighting, k []fraud.Sketch) error {
		b.Add(f, s, k)
		return nil
	})
	if err != nil {
		return link.Fit{}, err
	}
	js, err := n.db.Judgements(ctx)
	if err != nil {
		return link.Fit{}, err
	}
	b.Judge(js)
	return b.Fit(cfg)
}
