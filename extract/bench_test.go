package extract

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"ringbreaker.example/fraud"
)

// narratives is the corpus's accounts in English between prose without
// findings, about 1 MB: some 60 % of reports' bytes hold nothing.
func narratives(tb testing.TB) string {
	tb.Helper()
	const prose = "I was at home when the screen went red and a loud voice said that everything would be lost. I was scared and did what the man asked, because he sounded as if he knew what was wrong. My daughter came in the evening and said it was a trick. "
	var out strings.Builder
	for out.Len() < 1<<20 {
		for _, one := range corpus(tb) {
			if one.Language == "en" && one.Voice == "v" {
				out.WriteString(prose)
				out.WriteString(one.Text)
				out.WriteByte('\n')
			}
		}
	}
	return out.String()
}

// coreRate reports bytes by the processor's time, which a busy machine does
// not change.
func coreRate(b *testing.B, bytesPerOp int) func() {
	start := coreTime()
	return func() {
		b.ReportMetric(float64(bytesPerOp)*float64(b.N)/1e6/(coreTime()-start).Seconds(), "MB/core-s")
	}
}

func coreTime() time.Duration {
	var use syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &use) != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

func BenchmarkTextNarratives(b *testing.B) {
	text := narratives(b)
	lines := strings.Split(text, "\n")
	b.SetBytes(int64(len(text)))
	defer coreRate(b, len(text))()
	b.ReportAllocs()
	found := 0
	for b.Loop() {
		found = 0
		for _, line := range lines {
			found += len(Text(line, Options{Country: "US"}))
		}
	}
	b.ReportMetric(float64(found), "findings/op")
}

func BenchmarkTextWithoutFindings(b *testing.B) {
	text := strings.Repeat("I was at home when the screen went red and a loud voice said that everything would be lost, and I was scared. ", 100)
	b.SetBytes(int64(len(text)))
	defer coreRate(b, len(text))()
	b.ReportAllocs()
	for b.Loop() {
		if len(Text(text, Options{Country: "US"})) != 0 {
			b.Fatal("found something in nothing")
		}
	}
}

func BenchmarkTextSixLanguages(b *testing.B) {
	all := corpus(b)
	n := 0
	for _, one := range all {
		n += len(one.Text)
	}
	b.SetBytes(int64(n))
	defer coreRate(b, n)()
	b.ReportAllocs()
	for b.Loop() {
		for _, one := range all {
			Text(one.Text, Options{Country: one.Country, FromFraudster: one.Voice == "f"})
		}
	}
}

// BenchmarkReport is the whole way of one report, sketches included.
func BenchmarkReport(b *testing.B) {
	lines := strings.Split(narratives(b), "\n")[:200]
	n := 0
	var reports []*fraud.Report
	for _, line := range lines {
		reports = append(reports, &fraud.Report{ID: "1", Source: "s", Narrative: line, Contacts: []fraud.Contact{{Callback: "888-555-0142", Text: line}}})
		n += 2 * len(line)
	}
	b.SetBytes(int64(n))
	defer coreRate(b, n)()
	b.ReportAllocs()
	for b.Loop() {
		for _, r := range reports {
			Report(r, Options{Country: "US"})
		}
	}
}

func BenchmarkHTML(b *testing.B) {
	page := "<html><style>.x{display:none}</style><body>" + strings.Repeat(`<div class="a" style="color:#333"><p>Your order is ready. Call us at <b>888</b>-555-0142 or visit <a href="https://pc-care.example/x">our page</a>.</p><p>We are here all day and help with everything that is slow or broken on your machine.</p></div>`, 400) + "</body></html>"
	b.SetBytes(int64(len(page)))
	defer coreRate(b, len(page))()
	b.ReportAllocs()
	for b.Loop() {
		HTML([]byte(page), Options{Country: "US"})
	}
}

func BenchmarkMail(b *testing.B) {
	msg := "From: Desk <desk@pc-care.example>\r\nTo: you@home.example\r\nSubject: Order\r\nContent-Type: text/plain\r\n\r\n" +
		strings.Repeat("Thank you for your order. It will be shipped as soon as it can be. Call us at 888-555-0142 if you did not order it.\r\n", 200)
	b.SetBytes(int64(len(msg)))
	defer coreRate(b, len(msg))()
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Mail([]byte(msg), Options{Country: "US"}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParsePhone(b *testing.B) {
	us, digits := regionNamed("US"), []byte("18885550142")
	b.ReportAllocs()
	for b.Loop() {
		if p, ok := parsePhone(digits, false, us); !ok || !p.valid {
			b.Fatal("not a number")
		}
	}
}

// hostileUnits are repeated to make texts that are slow, or longer than any one
// thing in a text may be.
var hostileUnits = []string{"a.", "a@", "1 ", "1-", "one ", "A Ltd ", "888-555-0142 ", "a dot ", "1,111", "IBAN DE89", "> x\n", "a[.]", "double five ", "& ", "unsubscribe a@b.example 888-555-0142 ", "a|b|888-555-0142|\n", "+1 888 555 0142: x\n", "Text Message\n888-555-0142\n", "http://a.example/x?phone=8885550142 ", "my number is 888-555-0142. "}

// Texts far longer than what is looked for break nothing: a host of 64 KiB
// once ended the program.
func TestHostileText(t *testing.T) {
	for _, unit := range hostileUnits {
		text := strings.Repeat(unit, 64<<10/len(unit))
		for _, scam := range []bool{false, true} {
			sound(t, text, Text(text, Options{Country: "US", FromFraudster: scam}))
		}
		_, found := HTML([]byte("<p>"+text), Options{})
		if len(found) > len(text) {
			t.Errorf("%q: %d findings", unit, len(found))
		}
	}
}

// BenchmarkHostileText is text made to be slow, at two sizes: the rates must
// be alike, or the cost is no straight line.
func BenchmarkHostileText(b *testing.B) {
	for _, size := range []struct {
		name  string
		bytes int
	}{{"32KiB", 32 << 10}, {"512KiB", 512 << 10}} {
		b.Run("size="+size.name, func(b *testing.B) {
			b.SetBytes(int64(size.bytes * len(hostileUnits)))
			defer coreRate(b, size.bytes*len(hostileUnits))()
			for b.Loop() {
				for _, unit := range hostileUnits {
					Text(strings.Repeat(unit, size.bytes/len(unit)), Options{Country: "US"})
				}
			}
		})
	}
}
