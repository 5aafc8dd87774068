package extract

import (
	"bytes"
	"encoding/base64"
	"mime/quotedprintable"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/text/encoding/htmlindex"
)

// encodedPart is what a mail of the fourth corpus carries in a transfer
// encoding: {{b64 CHARSET, lines, }}.
var encodedPart = regexp.MustCompile(`(?s)\{\{(b64|qp) ([a-z0-9_-]+)\n(.*?)\n\}\}`)

var charsetNames = map[string]string{"latin1": "iso-8859-1", "cp1252": "windows-1252"}

// TransferEncoded writes such parts as a mailer would.
func TransferEncoded(tb testing.TB, text string) []byte {
	tb.Helper()
	return []byte(encodedPart.ReplaceAllStringFunc(text, func(part string) string {
		m := encodedPart.FindStringSubmatch(part)
		name := m[2]
		if long := charsetNames[name]; long != "" {
			name = long
		}
		charset, err := htmlindex.Get(name)
		if err != nil {
			tb.Fatalf("charset %s: %v", name, err)
		}
		body, err := charset.NewEncoder().String(m[3])
		if err != nil {
			tb.Fatalf("write in %s: %v", name, err)
		}
		var b bytes.Buffer
		if m[1] == "qp" {
			w := quotedprintable.NewWriter(&b)
			_, _ = w.Write([]byte(body))
			_ = w.Close()
			return b.String()
		}
		for s := base64.StdEncoding.EncodeToString([]byte(body)); s != ""; {
			n := min(76, len(s))
			b.WriteString(s[:n] + "\n")
			s = s[n:]
		}
		return strings.TrimSuffix(b.String(), "\n")
	}))
}
