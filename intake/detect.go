package intake

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"
)

// format is what a file is.
type format string

const (
	formatLines   format = "jsonl"
	formatJSON    format = "json"
	formatTable   format = "table"
	formatMbox    format = "mbox"
	formatMail    format = "eml"
	formatHTML    format = "html"
	formatText    format = "text"
	formatZip     format = "zip"
	formatOutlook format = "msg"
	formatGzip    format = "gzip"
	formatTar     format = "tar"
	formatNone    format = "" // nothing that holds reports
)

var byName = map[string]format{
	".jsonl": formatLines, ".ndjson": formatLines, ".json": formatJSON, ".csv": formatTable, ".tsv": formatTable,
	".mbox": formatMbox, ".eml": formatMail, ".html": formatHTML, ".htm": formatHTML, ".xhtml": formatHTML,
	".txt": formatText, ".text": formatText, ".zip": formatZip, ".gz": formatGzip,
}

var mailHead = regexp.MustCompile(`(?i)^(received|return-path|delivered-to|from|to|subject|date|message-id|mime-version|x-[a-z\-]+|arc-[a-z\-]+|dkim-signature):[ \t]`)

// detect says what a file is: by what it begins with where that is plain, by
// its name otherwise.
func detect(name string, head []byte) format {
	body := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	named, known := byName[strings.ToLower(filepath.Ext(name))]
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return formatZip
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return formatGzip
	case isTar(head):
		return formatTar
	case isOLE(head):
		return formatOutlook // or an old office document, which its reader says
	case known && named != formatJSON && named != formatZip && named != formatGzip:
		return named
	case bytes.IndexByte(head, 0) >= 0 || !utf8.Valid(cutRune(head)) && !mailHead.Match(body):
		return formatNone
	case bytes.HasPrefix(head, []byte("From ")):
		return formatMbox
	case mailHead.Match(body):
		return formatMail
	case len(body) > 0 && (body[0] == '{' || body[0] == '['):
		return jsonShape(named, body)
	case bytes.HasPrefix(bytes.ToLower(body), []byte("<!doctype html")) || bytes.HasPrefix(bytes.ToLower(body), []byte("<html")):
		return formatHTML
	case len(body) == 0 && !known:
		return formatNone
	}
	return formatText
}

// isTar looks for the magic of a tape archive (POSIX.1-1988 ustar, and GNU),
// which stands at byte 257 of its first block.
func isTar(head []byte) bool {
	return len(head) >= 512 && bytes.HasPrefix(head[257:], []byte("ustar"))
}

// jsonShape tells a document from objects on lines: on lines the first line
// is whole and another follows.
func jsonShape(named format, body []byte) format {
	if body[0] == '[' {
		return formatJSON
	}
	first, rest, more := bytes.Cut(body, []byte("\n"))
	whole := bytes.HasSuffix(bytes.TrimSpace(first), []byte("}"))
	if named != formatJSON && (whole || !more) {
		return formatLines
	}
	if whole && len(bytes.TrimSpace(rest)) > 0 && bytes.TrimSpace(rest)[0] == '{' {
		return formatLines
	}
	return formatJSON
}

// cutRune drops a rune that was cut off at the end of a head.
func cutRune(b []byte) []byte {
	for i := 1; i <= utf8.UTFMax && i <= len(b); i++ {
		if utf8.RuneStart(b[len(b)-i]) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			return b
		}
	}
	return b
}
