package access_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

func TestAKeyChangeIsSignedByTheOldAndTheNewKey(t *testing.T) {
	old, thief := keysOf(t, "alder"), keysOf(t, "alder")
	fresh, err := old.Rotated()
	if err != nil {
		t.Fatal(err)
	}
	if fresh.Sign.Equal(old.Sign) || fresh.Seal.Recipient() == old.Seal.Recipient() || fresh.Vault != old.Vault || fresh.Public().Ledger != old.Public().Ledger {
		t.Error("a rotation changes the signing and the sealing key, and those alone")
	}
	org := fraud.Org{ID: "alder", Keys: old.Public()}
	good, err := access.ChangeKeys(old, fresh, "yearly", now)
	if err != nil {
		t.Fatal(err)
	}
	revoked, err := access.ChangeKeys(old, nil, "the laptop was stolen", now)
	if err != nil {
		t.Fatal(err)
	}
	stolen, err := thief.Rotated()
	if err != nil {
		t.Fatal(err)
	}
	forged, err := access.ChangeKeys(thief, stolen, "yearly", now)
	if err != nil {
		t.Fatal(err)
	}
	forged.Old = old.Public()
	for _, tt := range []struct {
		name   string
		c      access.KeyChange
		change func(*access.KeyChange)
		at     time.Duration
		want   error
	}{
		{name: "rotation", c: good},
		{name: "revocation", c: revoked},
		{name: "by a thief without the old key", c: forged, want: fraud.ErrForbidden},
		{name: "other new keys", c: good, change: func(c *access.KeyChange) { c.New = thief.Public() }, want: fraud.ErrForbidden},
		{name: "new key that is not theirs", c: good, change: func(c *access.KeyChange) { c.ByNew = c.ByOld }, want: fraud.ErrForbidden},
		{name: "rotation made a revocation", c: good, change: func(c *access.KeyChange) { c.New = fraud.OrgKeys{} }, want: fraud.ErrForbidden},
		{name: "another organisation", c: good, change: func(c *access.KeyChange) { c.Org = "birch" }, want: fraud.ErrForbidden},
		{name: "another reason", c: good, change: func(c *access.KeyChange) { c.Reason = "none" }, want: fraud.ErrForbidden},
		{name: "weeks old", c: good, at: 30 * 24 * time.Hour, want: fraud.ErrForbidden},
		{name: "from the future", c: good, at: -time.Hour, want: fraud.ErrForbidden},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw, err := json.Marshal(tt.c) // as it travels
			if err != nil {
				t.Fatal(err)
			}
			var c access.KeyChange
			if err := json.Unmarshal(raw, &c); err != nil {
				t.Fatal(err)
			}
			if tt.change != nil {
				tt.change(&c)
			}
			if err := c.Check(org, now.Add(tt.at)); !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	if err := good.Check(fraud.Org{ID: "alder", Keys: fresh.Public()}, now); !errors.Is(err, fraud.ErrForbidden) {
		t.Errorf("the same statement again: got %v, want it refused", err)
	}
	if _, err := access.ChangeKeys(old, thief, "all of them", now); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("another ledger key: got %v, want ErrInvalid", err)
	}
}
