package refer_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/refer"
)

func TestACompleteReferralPassesEveryCheckAndVerifies(t *testing.T) {
	w := newWorld(t)
	p := w.build(t)
	for _, c := range p.Document.Checks {
		if !c.OK {
			t.Errorf("check %d (%s): %s [%s]", c.No, c.Name, c.Says, c.Ref)
		}
	}
	w.complete(t, p)
	var buf bytes.Buffer
	if err := p.Pack(&buf); err != nil {
		t.Fatal(err)
	}
	v, err := refer.Verify(&buf, refer.Trust{Keys: map[fraud.OrgID]string{"alder": w.alder.Keys.Sign}})
	if err != nil {
		t.Fatal(err)
	}
	if !v.OK || len(v.Signers) != 2 || !v.Signers[0].Pinned || v.Signers[1].Pinned {
		t.Errorf("verification says %+v", v)
	}
	var said strings.Builder
	if err := v.Show(&said); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said.String(), v.Signers[1].Words) {
		t.Error("the unpinned key's words are not said aloud")
	}
	t.Log("\n" + said.String())
}

func TestTheSealedFileOpensForTheAgencyAlone(t *testing.T) {
	w := newWorld(t)
	p := w.build(t)
	w.complete(t, p)
	var sealed bytes.Buffer
	if err := p.SealTo(&sealed); err != nil {
		t.Fatal(err)
	}
	if _, err := refer.Open(bytes.NewReader(sealed.Bytes()), filepath.Join(t.TempDir(), "x"), refer.Trust{}, w.birch.seal); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("opening with a complainant's key: got %v, want ErrForbidden", err)
	}
	dir := filepath.Join(t.TempDir(), "opened")
	if _, err := refer.Open(&sealed, dir, refer.Trust{}, w.cfb.seal); err != nil {
		t.Fatal(err)
	}
	if _, err := refer.VerifyPath(dir, refer.Trust{}); err != nil {
		t.Errorf("the opened folder: %v", err)
	}
	q, err := refer.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	})
	people, err := q.ReadAnnex(w.cfb.seal)
	if err != nil {
		t.Fatal(err)
	}
	if len(people) != 1 || people[0].Identity.Name != "Vera Examplewoman" {
		t.Errorf("the annex names %d people, want the one who agreed", len(people))
	}
}

func TestAFailingCheckBlocksSigningUnlessSomebodySaysWhy(t *testing.T) {
	w := newWorld(t)
	w.m.NotDone = nil
	if err := w.build(t).Sign(context.Background(), w.signers()[0]); !errors.Is(err, fraud.ErrForbidden) || !strings.Contains(err.Error(), "check 9") {
		t.Errorf("got %v, want check 9 to forbid it", err)
	}
	w.m.Overrides = []refer.Override{{No: 9, Reason: "the desk is still writing them", By: "ann"}}
	p := w.build(t)
	if err := p.Sign(context.Background(), w.signers()[0]); err != nil {
		t.Errorf("with a reason: %v", err)
	}
	if c := p.Document.Checks[8]; c.OK || c.Override == "" {
		t.Errorf("the override is not in the package: %+v", c)
	}
}
