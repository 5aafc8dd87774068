package extract

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// forwardMarks are what mail programs write above a mail that is forwarded as
// text (Gmail, Apple Mail, Outlook, Thunderbird).
var forwardMarks = [...]string{
	"forwarded message", "begin forwarded", "anfang der weitergeleiteten", "weitergeleitete nachricht", "message transféré", "début du message", "début du message réexpédié",
	"mensaje reenviado", "inicio del mensaje", "messaggio inoltrato", "inizio messaggio inoltrato", "mensagem encaminhada", "doorgestuurd bericht", "begin doorgestuurd",
	"転送されたメッセージ", "転送メッセージ", "अग्रेषित संदेश", "forwarded mail", "mensagem reencaminhada", "correo reenviado", "mail inoltrata", "courriel transféré",
}

// forwardMay are the bytes that such a mark may begin with.
var forwardMay = func() (t [256]bool) {
	for c := utf8.RuneSelf; c < len(t); c++ {
		t[c] = true
	}
	for _, mark := range forwardMarks {
		t[mark[0]] = true
		t[mark[0]&^0x20] = true
	}
	return t
}()

// ForwardMark says whether a line is what a mail program writes above a mail
// that is forwarded as text: "---------- Forwarded message ---------".
func ForwardMark(line string) bool {
	line = strings.Trim(line, "-_> \t\r\n:")
	if line == "" || !forwardMay[line[0]] {
		return false
	}
	line = strings.ToLower(line)
	for _, mark := range forwardMarks {
		if strings.HasPrefix(line, mark) {
			return true
		}
	}
	return false
}

// forwardSubjects begin the subject of a mail that forwards another.
var forwardSubjects = [...]string{"fwd:", "fw:", "wg:", "tr:", "rv:", "enc:", "i:", "doorst:", "転送:"}

// ForwardSubject says whether a mail calls itself forwarded by its subject.
func ForwardSubject(subject string) bool {
	subject = strings.ToLower(strings.TrimSpace(subject))
	for _, begin := range forwardSubjects {
		if strings.HasPrefix(subject, begin) {
			return true
		}
	}
	return false
}

// originalMarks are what mail programs write above the mail that is answered
// (Outlook). Below one that is sent to a desk stands what the desk is told of.
var originalMarks = [...]string{
	"original message", "ursprüngliche nachricht", "message d'origine", "message d’origine", "mensaje original", "messaggio originale", "mensagem original", "oorspronkelijk bericht", "元のメッセージ",
}

// originalMark says whether a line is such a mark between dashes.
func originalMark(line string) bool {
	rest, dashes := strings.CutPrefix(line, "---")
	if !dashes {
		return false
	}
	rest = strings.ToLower(strings.Trim(rest, "- \t\r\n:"))
	return slices.Contains(originalMarks[:], rest)
}

// forwardedAt finds the mail that a text forwards: where the forwarder's own
// words end, and where the head of the mail ends. By a mark; where something is
// told to be forwarded, by a head alone; and to a desk also by the mark of an answer.
func forwardedAt(s string, told, desk bool) (own, body int, ok bool) {
	at := 0
	for line := range strings.Lines(s) {
		switch {
		case ForwardMark(line), desk && originalMark(line):
			return at, headEnd(s, at+len(line)), true
		case told && headBegins(line, s[at+len(line):]):
			return at, headEnd(s, at), true
		}
		at += len(line)
	}
	return 0, 0, false
}

// senderLabels begin the line of a head that names who sent the mail.
var senderLabels = [...]string{"from", "von", "de", "da", "absender", "expéditeur", "remitente", "mittente", "remetente", "差出人", "送信者", "प्रेषक"}

// headLabels begin a head's other lines.
var headLabels = [...]string{
	"sent", "to", "subject", "date", "cc", "reply-to", "received", "gesendet", "an", "betreff", "datum", "para", "asunto", "enviado", "fecha", "envoyé", "objet", "sujet", "à",
	"oggetto", "inviato", "data", "assunto", "enviada", "件名", "宛先", "日時", "送信日時", "विषय", "दिनांक",
}

// headLine is what follows one of the labels and a colon in a line.
func headLine(line string, labels []string) (rest string, ok bool) {
	line = strings.TrimLeft(line, "*>\"“ \t")
	for _, label := range labels {
		if len(line) > len(label) && strings.EqualFold(line[:len(label)], label) {
			rest := strings.TrimLeft(line[len(label):], "* \u00a0")
			if after, found := strings.CutPrefix(rest, ":"); found {
				return after, true
			}
			if after, found := strings.CutPrefix(rest, "："); found {
				return after, true
			}
		}
	}
	return "", false
}

// headBegins says whether a line is the first of a mail's head as people copy
// them: it names a sender by an address, or another line of a head follows.
func headBegins(line, below string) bool {
	from, ok := headLine(line, senderLabels[:])
	if !ok || len(line) > 400 {
		return false
	}
	if strings.Contains(from, "@") {
		return true
	}
	for range 2 {
		next, rest, _ := strings.Cut(below, "\n")
		if _, ok := headLine(next, headLabels[:]); ok {
			return true
		}
		below = rest
	}
	return false
}

func hasFold(s, prefix string) bool {
	s = strings.TrimLeft(s, "*> ")
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// mostHead is how many lines the head of a mail that is forwarded as text may
// have, blanks before it counted.
const mostHead = 16

// headEnd is where the head ends that begins at byte at of s or a blank line
// below.
func headEnd(s string, at int) int {
	seen := false
	for range mostHead {
		line, _, more := strings.Cut(s[at:], "\n")
		blank := strings.Trim(line, "> \t\r") == ""
		if name, _, found := strings.Cut(line, ":"); blank && seen || !blank && (!found || len(name) > 24) || !more {
			break
		}
		seen = seen || !blank
		at += len(line) + 1
	}
	return at
}
