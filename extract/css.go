package extract

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// hidingRules are the simple selectors of a page's style sheets whose
// elements are not shown. Rules inside @media and the like do not count: they
// hold for some readers only.
type hidingRules struct {
	list []selector
}

// selector is the last part of a selector: "div.filler", ".x", "#y".
type selector struct {
	tag       atom.Atom // 0 for any
	class, id string
}

// maxSelectors is more than any page's own sheet hides by.
const maxSelectors = 512

func (h *hidingRules) match(tag atom.Atom, class, id string) bool {
	for _, s := range h.list {
		if s.tag != 0 && s.tag != tag || s.id != "" && s.id != id {
			continue
		}
		if s.class == "" {
			if s.id != "" {
				return true
			}
			continue
		}
		for word := range strings.FieldsSeq(class) {
			if word == s.class {
				return true
			}
		}
	}
	return false
}

// read takes in a style sheet (CSS Syntax Level 3, as far as hiding needs).
func (h *hidingRules) read(css string) {
	if strings.Contains(css, "<!--") || strings.Contains(css, "-->") {
		css = strings.NewReplacer("<!--", " ", "-->", " ").Replace(css)
	}
	for len(css) > 0 {
		open := strings.IndexByte(css, '{')
		if open < 0 {
			return
		}
		head := strings.TrimSpace(withoutComments(css[:open]))
		rest := css[open+1:]
		if strings.HasPrefix(head, "@") {
			css = rest[blockEnd(rest):]
			continue
		}
		shut := strings.IndexByte(rest, '}')
		if shut < 0 {
			shut = len(rest)
		}
		if hides(withoutComments(rest[:shut])) {
			h.add(head)
		}
		css = rest[min(len(rest), shut+1):]
	}
}

// blockEnd is where the block that s begins inside of ends.
func blockEnd(s string) int {
	depth := 1
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

func withoutComments(s string) string {
	for {
		from := strings.Index(s, "/*")
		if from < 0 {
			return s
		}
		till := strings.Index(s[from+2:], "*/")
		if till < 0 {
			return s[:from]
		}
		s = s[:from] + " " + s[from+2+till+2:]
	}
}

func (h *hidingRules) add(head string) {
	for one := range strings.SplitSeq(head, ",") {
		fields := strings.Fields(one)
		if len(fields) == 0 || len(h.list) >= maxSelectors {
			continue
		}
		last := fields[len(fields)-1]
		if strings.ContainsAny(last, ":[>+~*") {
			continue
		}
		var s selector
		name := last
		if at := strings.IndexAny(last, ".#"); at >= 0 {
			name = last[:at]
			if last[at] == '.' {
				s.class, _, _ = strings.Cut(last[at+1:], ".")
			} else {
				s.id = last[at+1:]
			}
		}
		s.tag = atom.Lookup([]byte(strings.ToLower(name)))
		if s.class == "" && s.id == "" {
			continue
		}
		h.list = append(h.list, s)
	}
}

// hides says whether declarations keep an element from the reader.
func hides(style string) bool {
	if style == "" {
		return false
	}
	zeroHeight, clipped := false, false
	for decl := range strings.SplitSeq(strings.ToLower(style), ";") {
		name, value, found := strings.Cut(decl, ":")
		if !found {
			continue
		}
		name = strings.TrimSpace(name)
		value = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important"))
		switch name {
		case "display":
			if value == "none" {
				return true
			}
		case "visibility":
			if value == "hidden" || value == "collapse" {
				return true
			}
		case "mso-hide":
			if value == "all" {
				return true
			}
		case "opacity":
			if zero(value) {
				return true
			}
		case "font-size":
			if zero(value) || value == "1px" || value == "1pt" {
				return true
			}
		case "color":
			if value == "transparent" {
				return true
			}
		case "max-height", "height":
			zeroHeight = zeroHeight || zero(value)
		case "overflow", "overflow-y":
			clipped = clipped || value == "hidden"
		case "text-indent", "left", "margin-left", "top":
			if strings.HasPrefix(value, "-") && len(strings.TrimRight(value[1:], "abcdefghijklmnopqrstuvwxyz% ")) >= 4 {
				return true
			}
		}
	}
	return zeroHeight && clipped
}

// zero says whether a length or number is nothing: "0", "0px", "0.0".
func zero(value string) bool {
	digits := strings.TrimRight(value, "abcdefghijklmnopqrstuvwxyz% ")
	return digits != "" && strings.Trim(digits, "0.") == ""
}
