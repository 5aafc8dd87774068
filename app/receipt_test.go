package app

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"testing"

	"ringbreaker.example/fraud"
)

// A receipt is the other node's signed word about this share, not about
// another one that it signed for earlier.
func TestAReceiptIsSignedAndAboutTheShareThatWasRecalled(t *testing.T) {
	pub, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	birch := fraud.Org{ID: "birch", Keys: fraud.OrgKeys{Sign: base64.StdEncoding.EncodeToString(pub)}}
	match, referral, joint := fraud.Share{What: shareOfMatch, Ref: "M-1"}, fraud.Share{What: shareReferral, Ref: "REF-1"}, fraud.Share{What: shareCase, Ref: "J-1"}
	for _, tt := range []struct {
		says  string
		share fraud.Share
		ok    bool
	}{
		{"birch no longer uses match M-1, recalled by alder at 2026-11-22T09:00:00Z", match, true},
		{"birch no longer uses joint case J-1, recalled by alder at 2026-11-22T09:00:00Z; cfb has referral REF-9 version 1 already", joint, true},
		{"birch has noted that alder withdraws referral REF-1 (a mistake) at 2026-11-22T09:00:00Z; what was registered or done on it stays on record", referral, true},
		{"birch no longer uses match M-12, recalled by alder at 2026-11-22T09:00:00Z", match, false},
		{"birch no longer uses match M-0, recalled by alder at 2026-11-22T09:00:00Z", match, false},
		{"birch no longer uses joint case M-1, recalled by alder at 2026-11-22T09:00:00Z", match, false},
		{"cedar no longer uses match M-1, recalled by alder at 2026-11-22T09:00:00Z", match, false},
		{"", match, false},
	} {
		r := recallReceipt{Says: tt.says, Signature: base64.StdEncoding.EncodeToString(ed25519.Sign(key, []byte(tt.says)))}
		if err := r.check(birch, tt.share); tt.ok != (err == nil) || err != nil && !errors.Is(err, fraud.ErrForbidden) {
			t.Errorf("%q for %s: got %v", tt.says, tt.share.Ref, err)
		}
		r.Says += " "
		if err := r.check(birch, tt.share); !errors.Is(err, fraud.ErrForbidden) {
			t.Errorf("%q changed after signing: got %v", tt.says, err)
		}
	}
}
