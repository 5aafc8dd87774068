package match

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/zk/dleq"

	"ringbreaker.example/fraud"
)

var update = flag.Bool("update", false, "write docs/spec/vectors anew")

type rfcSuite struct {
	Identifier string      `json:"identifier"`
	Mode       int         `json:"mode"`
	Key        string      `json:"skSm"`
	Public     string      `json:"pkSm"`
	DST        string      `json:"groupDST"`
	Vectors    []rfcVector `json:"vectors"`
}

type rfcVector struct {
	Batch   int
	Blind   string
	Input   string
	Blinded string `json:"BlindedElement"`
	Result  string `json:"EvaluationElement"`
	Proof   struct {
		Proof string `json:"proof"`
		R     string `json:"r"`
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func elements(t *testing.T, list string) []group.Element {
	t.Helper()
	var out []group.Element
	for _, s := range strings.Split(list, ",") {
		p, err := decodePoint(unhex(t, s))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

// RFC 9497 Appendix A.1.2, OPRF(ristretto255, SHA-512) in verifiable mode:
// our hash to the group, our powers and our batched proofs are the RFC's.
func TestBlindingEvaluationAndProofsAreThoseOfRFC9497(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "spec", "vectors", "oprf-rfc9497.json"))
	if err != nil {
		t.Fatal(err)
	}
	var suites []rfcSuite
	if err := json.Unmarshal(text, &suites); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, s := range suites {
		if s.Identifier != "ristretto255-SHA512" || s.Mode != 1 {
			continue
		}
		if got := string(unhex(t, s.DST)); got != groupDST {
			t.Errorf("DST is %q, ours %q", got, groupDST)
		}
		key, err := decodeScalar(unhex(t, s.Key))
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(publicKey(key)); got != s.Public {
			t.Errorf("public key %s, want %s", got, s.Public)
		}
		for _, v := range s.Vectors {
			checkVector(t, s, key, v)
			checked++
		}
	}
	if checked < 3 {
		t.Errorf("checked %d vectors, want 3", checked)
	}
}

func checkVector(t *testing.T, s rfcSuite, key group.Scalar, v rfcVector) {
	t.Helper()
	blinds, inputs := strings.Split(v.Blind, ","), strings.Split(v.Input, ",")
	blinded, results := elements(t, v.Blinded), elements(t, v.Result)
	for i := range inputs {
		r, err := decodeScalar(unhex(t, blinds[i]))
		if err != nil {
			t.Fatal(err)
		}
		if got := curve().NewElement().Mul(hashToGroup(unhex(t, inputs[i])), r); !got.IsEqual(blinded[i]) {
			t.Errorf("blinded element %d is not the RFC's", i)
		}
		if got := curve().NewElement().Mul(blinded[i], key); !got.IsEqual(results[i]) {
			t.Errorf("evaluated element %d is not the RFC's", i)
		}
	}
	if !proved(unhex(t, s.Public), blinded, results, unhex(t, v.Proof.Proof)) {
		t.Error("the RFC's proof is refused")
	}
	r, err := decodeScalar(unhex(t, v.Proof.R))
	if err != nil {
		t.Fatal(err)
	}
	pub, err := decodePoint(unhex(t, s.Public))
	if err != nil {
		t.Fatal(err)
	}
	p, err := (dleq.Prover{Params: dleqParams()}).ProveBatchWithRandomnessRFC9497(key, pub, blinded, results, r)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := p.MarshalBinary(); err != nil || hex.EncodeToString(b) != v.Proof.Proof {
		t.Errorf("proof %x, %v; want %s", b, err, v.Proof.Proof)
	}
}

// vector is one line of docs/spec/vectors/match.json: by it another
// implementation can check itself.
type vector struct {
	What string            `json:"what"`
	In   map[string]string `json:"in"`
	Out  string            `json:"out"`
}

func ourVectors(t *testing.T) []vector {
	t.Helper()
	h := func(b []byte) string { return hex.EncodeToString(b) }
	scalar := func(n byte) group.Scalar {
		d := digest("vector", []byte{n})
		return curve().HashToScalar(d[:], []byte(labelDST))
	}
	ka, kb := scalar(1), scalar(2)
	phone := fraud.Indicator{Kind: fraud.Phone, Value: "+12125550142"}
	pt := hashToGroup(input(phone))
	pa := curve().NewElement().Mul(pt, ka)
	pab := encodePoint(curve().NewElement().Mul(pa, kb))
	tg := tagOf(pab)
	salt := digest("vector", []byte("salt"))
	vp := valuePart(salt, phone)
	d1, d2 := digest("vector", []byte("report 1")), digest("vector", []byte("report 2"))
	ep := evidencePart(salt, 5, [][32]byte{d1, d2})
	l := label{1, 2, 3, 4, 5, 6, 7, 8, 1}
	rp := ringPart(salt, l)
	kh := kindsHash(salt, []byte{1, 0, 4})
	tags := []tag{{0, 0, 1}, {0, 7}, {0x80}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}
	var flatTags []string
	for _, x := range tags {
		flatTags = append(flatTags, h(x[:]))
	}
	var picked []string
	for _, i := range audited(d1, d2, offerer, 1000, 4) {
		picked = append(picked, h(u32(i)))
	}
	return []vector{
		{"hash to group", map[string]string{"kind": "phone", "value": phone.Value}, h(encodePoint(pt))},
		{"point", map[string]string{"kind": "phone", "value": phone.Value, "key": h(encodeScalar(ka))}, h(encodePoint(pa))},
		{"tag", map[string]string{"point": h(encodePoint(pa)), "key": h(encodeScalar(kb))}, h(tg[:])},
		{"public key", map[string]string{"key": h(encodeScalar(ka))}, h(publicKey(ka))},
		{"value part", map[string]string{"salt": h(salt[:]), "kind": "phone", "value": phone.Value}, h(vp[:])},
		{"evidence part", map[string]string{"salt": h(salt[:]), "reports": "5", "digests": h(d1[:]) + "," + h(d2[:])}, h(ep[:])},
		{"ring part", map[string]string{"salt": h(salt[:]), "label": h(l[:])}, h(rp[:])},
		{"leaf", map[string]string{"value": h(vp[:]), "evidence": h(ep[:]), "ring": h(rp[:])}, h(leafBytes(vp, ep, rp))},
		{"label point", map[string]string{"label": h(l[:])}, h(encodePoint(l.point()))},
		{"kinds hash", map[string]string{"nonce": h(salt[:]), "kinds": "010004"}, h(kh[:])},
		{"packed tags", map[string]string{"tags": strings.Join(flatTags, ",")}, h(packTags(tags))},
		{"audited leaves", map[string]string{"coin_a": h(d1[:]), "coin_b": h(d2[:]), "of": "a", "size": "1000", "audit": "4"}, strings.Join(picked, ",")},
	}
}

func TestOurVectorsAreAsPublished(t *testing.T) {
	path := filepath.Join("..", "docs", "spec", "vectors", "match.json")
	got, err := json.MarshalIndent(ourVectors(t), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("the format has changed: other implementations would no longer agree with us\n%s", got)
	}
}
