package intake

import (
	"bytes"
	"fmt"
	"net/mail"
	"strings"

	"github.com/jhillyerd/enmime/v2"

	"ringbreaker.example/extract"
)

// headNames are the names that mail programs give the lines at the head of a
// mail that is forwarded as text, in the languages of our pages and a few
// more, and the header fields that they stand for.
var headNames = map[string]string{
	"from": "From", "von": "From", "de": "From", "da": "From", "van": "From", "差出人": "From", "प्रेषक": "From",
	"to": "To", "an": "To", "à": "To", "a": "To", "para": "To", "aan": "To", "宛先": "To",
	"cc": "Cc", "kopie": "Cc",
	"subject": "Subject", "betreff": "Subject", "objet": "Subject", "asunto": "Subject", "oggetto": "Subject", "onderwerp": "Subject", "件名": "Subject",
	"date": "Date", "sent": "Date", "datum": "Date", "gesendet": "Date", "envoyé": "Date", "fecha": "Date", "enviado": "Date", "送信日時": "Date", "日付": "Date",
	"reply-to": "Reply-To",
}

// maxHeadLines is how many lines a forwarded head may have, blanks between
// them counted.
const maxHeadLines = 16

// headLine reads a line of a forwarded head: "> *From:* Name <address>".
func headLine(line string) (name, value string, ok bool) {
	line = strings.Trim(strings.TrimLeft(line, "> \t"), " \t\r\n")
	label, value, ok := strings.Cut(line, ":")
	if !ok {
		if label, value, ok = strings.Cut(line, "："); !ok {
			return "", "", false
		}
	}
	name = headNames[strings.ToLower(strings.Trim(label, "* \u00a0"))]
	return name, strings.Trim(value, "* \u00a0"), name != ""
}

// forwardedInline finds the mail that somebody forwarded as text inside their
// own: a head that says whom it is from, and at least two of to whom, when and
// about what. own is what stands before it, in the forwarder's words; mail is
// the forwarded one written as a mail of its own.
func forwardedInline(text string) (own string, forwarded []byte, ok bool) {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		if name, _, is := headLine(line); !is || name != "From" {
			continue
		}
		var head bytes.Buffer
		seen := map[string]bool{}
		end := i
		for j := i; j < len(lines) && j < i+maxHeadLines; j++ {
			name, value, is := headLine(lines[j])
			if !is {
				if strings.Trim(lines[j], "> \t\r\n") == "" && len(seen) < 3 {
					continue // some programs put blank lines between them
				}
				break
			}
			if !seen[name] && value != "" {
				fmt.Fprintf(&head, "%s: %s\r\n", name, strings.Join(strings.Fields(value), " "))
			}
			seen[name] = true
			end = j + 1
		}
		if !seen["From"] || len(seen) < 3 {
			continue
		}
		body := strings.Join(lines[end:], "")
		if quoted(lines[i]) {
			body = unquote(lines[end:])
		}
		head.WriteString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n")
		head.WriteString(strings.TrimLeft(body, "\r\n"))
		return beforeMark(lines[:i]), head.Bytes(), true
	}
	return "", nil, false
}

func quoted(line string) bool { return strings.HasPrefix(line, ">") }

func unquote(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(strings.TrimPrefix(strings.TrimPrefix(l, ">"), " "))
	}
	return b.String()
}

// beforeMark drops the line that says that something was forwarded, which is
// neither's words: "---------- Forwarded message ---------".
func beforeMark(lines []string) string {
	n := len(lines)
	for n > 0 && strings.Trim(lines[n-1], "> \t\r\n") == "" {
		n--
	}
	if n > 0 {
		last := strings.Trim(lines[n-1], "> \t\r\n")
		if strings.HasPrefix(last, "---") || strings.HasPrefix(last, "___") || extract.ForwardMark(last) {
			n--
		}
	}
	return strings.TrimSpace(strings.Join(lines[:n], ""))
}

// saysForwarded says whether a mail calls itself forwarded, by its subject or
// by the line above the mail inside it. A thread that is quoted below an
// answer does not: fraudsters forge those.
func saysForwarded(env *enmime.Envelope) bool {
	if extract.ForwardSubject(env.GetHeader("Subject")) {
		return true
	}
	for line := range strings.Lines(env.Text) {
		if extract.ForwardMark(line) {
			return true
		}
	}
	return false
}

// resent says whether a mail was passed on as it is (RFC 5322 §3.6.6): then
// who passed it on is the reporter, and the mail itself is the fraudster's. A
// line without an address, or with the sender's own, says nothing of the sort.
func resent(env *enmime.Envelope) (by string, ok bool) {
	by = env.GetHeader("Resent-From")
	a, err := mail.ParseAddress(by)
	return by, err == nil && !strings.EqualFold(a.Address, sender(env))
}
