package web

import (
	"fmt"
	"strconv"
)

// Drawing is a picture as data. One template (drawing.html) turns it into SVG,
// so that every text in it is escaped like any other text of a page. A picture
// is an answer: its title states what it shows, its caption names source and
// as-of time, and a table with the same figures stands behind it.
type Drawing struct {
	ID      string // of the element; unique in its page
	W, H    int    // of the view box, in pixels
	Title   string // the finding, one sentence
	Desc    string // for those who cannot see it
	Caption string // source and as-of
	Shapes  []Shape
}

// px is a length in a drawing. It prints with at most one decimal, so the same
// drawing is the same bytes on every machine.
type px float64

func (p px) String() string {
	s := strconv.FormatFloat(float64(p), 'f', 1, 64)
	if n := len(s) - 2; s[n:] == ".0" {
		s = s[:n]
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// Shape is one mark of a drawing. Looks come from its class alone: the
// stylesheets decide colours, dashes and type, light, dark and in print.
type Shape struct {
	Tag    string // "rect", "line", "path", "circle", "text"
	Class  string
	X, Y   px // rect: corner; line: start; circle: centre; text: anchor
	W, H   px // rect
	X2, Y2 px // line: end
	R      px // circle, and the corner of a rect
	Width  px // of a path's stroke, where it means an amount
	D      string
	Text   string
	Tip    string // shown when the pointer rests on it
}

func rect(class string, x, y, w, h float64) Shape {
	return Shape{Tag: "rect", Class: class, X: px(x), Y: px(y), W: px(w), H: px(h)}
}

func line(class string, x1, y1, x2, y2 float64) Shape {
	return Shape{Tag: "line", Class: class, X: px(x1), Y: px(y1), X2: px(x2), Y2: px(y2)}
}

func label(class string, x, y float64, text string) Shape {
	return Shape{Tag: "text", Class: class, X: px(x), Y: px(y), Text: text}
}

func circle(class string, x, y, r float64) Shape {
	return Shape{Tag: "circle", Class: class, X: px(x), Y: px(y), R: px(r)}
}

func curve(class, format string, at ...float64) Shape {
	args := make([]any, len(at))
	for i, v := range at {
		args[i] = px(v)
	}
	return Shape{Tag: "path", Class: class, D: fmt.Sprintf(format, args...)}
}

// tipped gives the shape a text that shows when the pointer rests on it.
func (s Shape) tipped(tip string) Shape {
	s.Tip = tip
	return s
}

// clip shortens a label to n characters with an ellipsis in the middle, where
// phone numbers and accounts differ least.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	head := (n - 1) / 2
	return string(r[:head]) + "…" + string(r[len(r)-(n-1-head):])
}

func clamp(v, low, high float64) float64 { return max(low, min(high, v)) }
