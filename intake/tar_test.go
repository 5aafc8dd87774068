package intake_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"strings"
	"testing"

	"ringbreaker.example/intake"
)

func tarred(t *testing.T, files ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: f[0], Mode: 0o600, Size: int64(len(f[1])), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.WriteHeader(&tar.Header{Name: "link.eml", Linkname: "/etc/hosts", Typeflag: tar.TypeSymlink}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPackedTarIsReadFileByFile(t *testing.T) {
	s, k := newIntake(t, intake.Config{})
	p := write(t, "mails.tar.gz", string(tarred(t,
		[2]string{"eml/one.eml", scamMail}, [2]string{"../../two.jsonl", line("2", "")}, [2]string{"eml/.hidden.eml", scamMail}, [2]string{"bad.jsonl", "{\n"},
	)))
	for _, want := range []string{"2 new 0 same", "0 new 2 same"} {
		res, err := s.Import(analyst(), p, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%d new %d same", res.New, res.Same); got != want || res.Rejected != 1 || len(k.reports) != 2 {
			t.Errorf("result %+v: want %s, and the cut line rejected", res, want)
		}
	}
	rejects, err := os.ReadFile(p + ".rejects.jsonl")
	if err != nil || !strings.Contains(string(rejects), "mails.tar.gz!bad.jsonl") {
		t.Errorf("rejects (%v): %s", err, rejects)
	}
}

func TestCutTarGivesWhatItHoldsAndIsTold(t *testing.T) {
	whole := tarred(t, [2]string{"one.eml", scamMail}, [2]string{"two.txt", strings.Repeat("They told me to call +1 888 555 0107. ", 4000)})
	z, err := gzip.NewReader(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	var plain bytes.Buffer
	if _, err := plain.ReadFrom(z); err != nil {
		t.Fatal(err)
	}
	s, k := newIntake(t, intake.Config{})
	res, err := s.Import(analyst(), write(t, "mails.tar", plain.String()[:plain.Len()/2]), nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.New != 1 || res.Rejected == 0 || len(k.reports) != 1 {
		t.Errorf("result %+v: want the first mail, and the cut told", res)
	}
}
