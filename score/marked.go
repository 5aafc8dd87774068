package score

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"ringbreaker.example/fraud"
)

// Mark is what a careful reader says stands in a text: an indicator, in its
// role, at its place in bytes.
type Mark struct {
	Kind  fraud.Kind `json:"kind"`
	Value string     `json:"value"`
	Role  fraud.Role `json:"role"`
	Start int        `json:"start"` // bytes of Snippet.Text
	End   int        `json:"end"`
}

// Snippet is a labelled text.
type Snippet struct {
	ID       string `json:"id"`
	Language string `json:"language"`
	Country  string `json:"country"` // where its numbers are at home
	Voice    string `json:"voice"`   // "f": the fraudster's own words; "v": an account of them
	Format   string `json:"format"`  // text, html or mail
	Genre    string `json:"genre"`
	Text     string `json:"text"`
	Marks    []Mark `json:"marks"`
}

// ReadMarked reads labelled texts in the form that people write them in:
//
//	@ id language country voice format genre
//	Call [[1-888-555-0147|phone callback = +18885550147]] or
//	see [[https://pay.example/a|url lure]].
//
// A mark is [[text|kind role]], with " = value" where the canonical value is
// not the text itself; marks may nest. A url marks its host too, as a domain
// in the same role, or in the role behind a slash ("url lure/bystander"),
// or not at all ("url lure/-"). A backslash, u and four hex digits stand for a
// character that cannot be seen. So a place cannot be wrong: it is counted here, never typed. The error
// names the line and wraps fraud.ErrInvalid.
func ReadMarked(r io.Reader) ([]Snippet, error) {
	var all []Snippet
	var body []string
	var head string
	at, started := 0, 0
	flush := func() error {
		if head == "" {
			return nil
		}
		one, err := marked(head, strings.TrimRight(strings.Join(body, "\n"), "\n"))
		if err != nil {
			return fmt.Errorf("line %d: %w", started, err)
		}
		all = append(all, one)
		return nil
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		at++
		line := lines.Text()
		if rest, ok := strings.CutPrefix(line, "@ "); ok {
			if err := flush(); err != nil {
				return nil, err
			}
			head, body, started = rest, nil, at
			continue
		}
		body = append(body, line)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read labelled texts: %w", err)
	}
	return all, flush()
}

func marked(head, body string) (Snippet, error) {
	f := strings.Fields(head)
	if len(f) != 6 {
		return Snippet{}, fmt.Errorf("%q: a head is @ id language country voice format genre: %w", head, fraud.ErrInvalid)
	}
	one := Snippet{ID: f[0], Language: f[1], Country: f[2], Voice: f[3], Format: f[4], Genre: f[5]}
	var text strings.Builder
	var stack []int // where the marks start whose end has not been read yet
	for i := 0; i < len(body); {
		rest := body[i:]
		switch {
		case strings.HasPrefix(rest, "[["):
			stack = append(stack, text.Len())
			i += 2
		case rest[0] == '|' && len(stack) > 0:
			spec, _, ok := strings.Cut(rest[1:], "]]")
			if !ok {
				return Snippet{}, fmt.Errorf("%s: a mark without an end: %w", one.ID, fraud.ErrInvalid)
			}
			last := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			marks, err := readMark(spec, text.String()[last:], last)
			if err != nil {
				return Snippet{}, fmt.Errorf("%s: %w", one.ID, err)
			}
			one.Marks = append(one.Marks, marks...)
			i += 1 + len(spec) + 2
		case strings.HasPrefix(rest, `\u`) && len(rest) >= 6:
			var r rune
			if _, err := fmt.Sscanf(rest[2:6], "%04x", &r); err != nil {
				return Snippet{}, fmt.Errorf("%s: %q is no character: %w", one.ID, rest[:6], fraud.ErrInvalid)
			}
			text.WriteRune(r)
			i += 6
		default:
			text.WriteByte(rest[0])
			i++
		}
	}
	if len(stack) > 0 {
		return Snippet{}, fmt.Errorf("%s: %d marks without an end: %w", one.ID, len(stack), fraud.ErrInvalid)
	}
	one.Text = text.String()
	return one, nil
}

// readMark reads "kind role" or "kind role = value" of the text that it
// stands behind.
func readMark(spec, raw string, start int) ([]Mark, error) {
	spec, value, given := strings.Cut(spec, " = ")
	kind, role, ok := strings.Cut(spec, " ")
	if !ok || kind == "" || role == "" {
		return nil, fmt.Errorf("%q is no mark: %w", spec, fraud.ErrInvalid)
	}
	if !given {
		value = raw
	}
	role, hostRole, split := strings.Cut(role, "/")
	marks := []Mark{{fraud.Kind(kind), value, fraud.Role(role), start, start + len(raw)}}
	if kind != string(fraud.URL) || hostRole == "-" {
		return marks, nil
	}
	if !split {
		hostRole = role
	}
	_, host, ok := strings.Cut(value, "://")
	if !ok {
		return nil, fmt.Errorf("%q is no url: %w", value, fraud.ErrInvalid)
	}
	if end := strings.IndexAny(host, "/?:"); end >= 0 {
		host = host[:end]
	}
	return append(marks, Mark{fraud.Domain, strings.TrimPrefix(host, "www."), fraud.Role(hostRole), start, start + len(raw)}), nil
}
