package fraud_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ringbreaker.example/fraud"
)

func TestMoneyIsReadExactlyOrRefused(t *testing.T) {
	for _, tt := range []struct {
		decimal, currency string
		want              int64
		ok                bool
	}{
		{"299.99", "USD", 29999, true},
		{"299.9", "USD", 29990, true},
		{"299.990", "USD", 29999, true},
		{"299.999", "USD", 0, false},
		{"1500", "JPY", 1500, true},
		{"1500.00", "JPY", 1500, true},
		{"0.00000001", "BTC", 1, true},
		{"1.2345", "KWD", 0, false},
		{"-1", "USD", 0, false},
		{"1,000", "USD", 0, false},
		{"", "USD", 0, false},
		{"99999999999999999999", "USD", 0, false},
	} {
		got, err := fraud.ParseMoney(tt.decimal, tt.currency)
		if tt.ok != (err == nil) || (tt.ok && got.Minor != tt.want) {
			t.Errorf("%s %s: got %d, %v; want %d, ok %v", tt.currency, tt.decimal, got.Minor, err, tt.want, tt.ok)
		}
		if err != nil && !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("%s %s: %v is not ErrInvalid", tt.currency, tt.decimal, err)
		}
	}
}

func TestMoneyWritesWhatItReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := fraud.Money{
			Minor:    rapid.Int64Min(0).Draw(t, "minor"),
			Currency: rapid.SampledFrom([]string{"USD", "JPY", "KWD", "BTC", "ETH"}).Draw(t, "currency"),
		}
		got, err := fraud.ParseMoney(m.Decimal(), m.Currency)
		if err != nil || got != m {
			t.Fatalf("%d of %s came back as %v, %v", m.Minor, m.Currency, got, err)
		}
	})
}

func TestSumRefusesToOverflow(t *testing.T) {
	s := fraud.Sums{"USD": 1<<63 - 2}
	if err := s.Add(fraud.Money{Minor: 2, Currency: "USD"}); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
	if s["USD"] != 1<<63-2 {
		t.Error("the sum changed")
	}
}

func TestDerivedThingCarriesTheStrictestMark(t *testing.T) {
	tlp := rapid.SampledFrom([]fraud.TLP{fraud.TLPRed, fraud.TLPAmberStrict, fraud.TLPAmber, fraud.TLPGreen, fraud.TLPClear, ""})
	pap := rapid.SampledFrom([]fraud.PAP{fraud.PAPRed, fraud.PAPAmber, fraud.PAPGreen, fraud.PAPClear, ""})
	mark := rapid.Custom(func(t *rapid.T) fraud.Mark { return fraud.Mark{TLP: tlp.Draw(t, "tlp"), PAP: pap.Draw(t, "pap")} })
	rapid.Check(t, func(t *rapid.T) {
		marks := rapid.SliceOfN(mark, 1, 6).Draw(t, "marks")
		got := fraud.Strictest(marks...)
		found := false
		for _, m := range marks {
			if !got.TLP.AtLeast(m.TLP) || !got.PAP.AtLeast(m.PAP) {
				t.Fatalf("%v is laxer than %v", got, m)
			}
			found = found || m.Filled().TLP == got.TLP
		}
		if !found {
			t.Fatalf("%v is nobody's", got)
		}
	})
}

func TestLeafReadsBackAndRefusesLineBreaks(t *testing.T) {
	l := fraud.Leaf{Kind: fraud.LeafReport, Ref: "alder/1", Digest: [32]byte{1, 2, 3}, At: time.Date(2023, 10, 19, 9, 0, 0, 0, time.UTC)}
	b, err := l.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	got, err := fraud.ParseLeaf(b)
	if err != nil || got != l {
		t.Errorf("got %+v, %v; want %+v", got, err, l)
	}
	l.Ref = "alder/1\ncustody"
	if _, err := l.Bytes(); !errors.Is(err, fraud.ErrInvalid) {
		t.Errorf("a leaf with two references was written: %v", err)
	}
	for _, other := range [][2]string{
		{"report", "re\rport"},                                // found by FuzzParseLeaf
		{"alder/1", "alder/1\r"},                              // two lines to some readers
		{"010203", "01020C"},                                  // in capitals
		{"2023-10-19T09:00:00Z", "2023-10-19T11:00:00+02:00"}, // the same instant
		{"2023-10-19T09:00:00Z", "2023-10-19T09:00:00.000Z"},
	} {
		if _, err := fraud.ParseLeaf(bytes.Replace(b, []byte(other[0]), []byte(other[1]), 1)); !errors.Is(err, fraud.ErrInvalid) {
			t.Errorf("a leaf with %q is read: %v", other[1], err)
		}
	}
}

func FuzzParseLeaf(f *testing.F) {
	f.Add([]byte("ringbreaker/leaf/1\nreport\na/1\n" + "00000000000000000000000000000000000000000000000000000000000000ff" + "\n2023-10-19T09:00:00Z\n"))
	f.Add([]byte("ringbreaker/leaf/1\nre\rport\n+08/1\n" + "00000000000000000000000000000000000000000000000000000000000000FF" + "\n2023-10-19T09:00:00+02:00\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		l, err := fraud.ParseLeaf(in)
		if err != nil {
			return
		}
		if out, err := l.Bytes(); err != nil || !bytes.Equal(in, out) {
			t.Errorf("what parses is written as %q, %v", out, err)
		}
	})
}
