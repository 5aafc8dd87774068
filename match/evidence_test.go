package match

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
	"ringbreaker.example/ledger"
)

// The published ledger stands for a peer's: its first leaf is a report, its
// second a commitment, all under one checkpoint that we cosigned.
func TestTheAuditWantsEachReportUnderTheCheckpointThatWasCosigned(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "docs", "spec", "vectors", "ledger.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Keys   map[string]fraud.OrgKeys `json:"keys"`
		Proofs []ledger.Proof           `json:"proofs"`
		Heads  []struct{ Body string }  `json:"heads"`
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	digest := func(i int) []byte {
		d, err := hex.DecodeString(strings.Split(v.Proofs[i].Leaf, "\n")[3])
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	_, older, _ := strings.Cut(v.Heads[0].Body, "\n\n")
	under := v.Proofs[0].Checkpoint
	report, other := v.Proofs[0], v.Proofs[1]
	for name, tt := range map[string]struct {
		least    int
		evidence [][]byte
		proofs   []ledger.Proof
		cosigned string
		ok       bool
	}{
		"as it was agreed":                      {1, [][]byte{digest(0)}, []ledger.Proof{report}, under, true},
		"the checkpoint before it was cosigned": {1, [][]byte{digest(0)}, []ledger.Proof{report}, under[:strings.LastIndex(strings.TrimSuffix(under, "\n"), "\n")+1], true},
		"no proof":                              {1, [][]byte{digest(0)}, nil, under, false},
		"one proof of two":                      {2, [][]byte{digest(0), digest(1)}, []ledger.Proof{report}, under, false},
		"one report twice":                      {2, [][]byte{digest(0), digest(0)}, []ledger.Proof{report, report}, under, false},
		"another leaf's digest":                 {1, [][]byte{digest(2)}, []ledger.Proof{report}, under, false},
		"a leaf that is no report":              {1, [][]byte{digest(1)}, []ledger.Proof{other}, under, false},
		"under a checkpoint that came later":    {1, [][]byte{digest(0)}, []ledger.Proof{report}, older, false},
	} {
		p := &party{Terms: Terms{MinReports: tt.least}, PeerPt: tt.cosigned, env: env{ledger: struct{ witnesser }{}, peer: fraud.Org{ID: "alder", Keys: v.Keys["alder"]}}}
		err := p.checkEvidence(Opening{Evidence: tt.evidence}, tt.proofs)
		if tt.ok != (err == nil) || err != nil && !isCheat(err) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
