package link

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/fraud"
)

// jsonLine writes rings and links as JSON, as the general encoder does, byte for
// byte (a test compares the two): reasons are most of what a linking writes,
// and by reflection they took a tenth of its time.
type jsonLine struct {
	b   []byte
	err error // the first: a text that is not UTF-8, a time that JSON cannot hold
}

func (w *jsonLine) raw(s string) { w.b = append(w.b, s...) }

func (w *jsonLine) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// text appends a string. Only what needs it goes the long way.
func (w *jsonLine) text(s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			b, err := jsontext.AppendQuote(w.b, s)
			w.fail(err)
			w.b = b
			return
		}
	}
	w.b = append(append(append(w.b, '"'), s...), '"')
}

func (w *jsonLine) int(n int) { w.b = strconv.AppendInt(w.b, int64(n), 10) }

// number appends a float as ECMA-262 prints it (RFC 8785 §3.2.2.3). Bits and
// scores are thousandths; what would need an exponent goes the long way.
func (w *jsonLine) number(x float64) {
	if size := math.Abs(x); x != 0 && (size < 1e-6 || !(size < 1e21)) {
		b, err := json.Marshal(x)
		w.fail(err)
		w.b = append(w.b, b...)
		return
	}
	w.b = strconv.AppendFloat(w.b, x, 'f', -1, 64)
}

func (w *jsonLine) time(t time.Time) {
	w.b = append(w.b, '"')
	b, err := t.AppendText(w.b) // RFC 3339
	w.fail(err)
	w.b = append(b, '"')
}

// list appends an array.
func list[T any](w *jsonLine, rows []T, one func(*T)) {
	w.b = append(w.b, '[')
	for i := range rows {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		one(&rows[i])
	}
	w.b = append(w.b, ']')
}

func texts[T ~string](w *jsonLine, rows []T) { list(w, rows, func(s *T) { w.text(string(*s)) }) }

func (w *jsonLine) indicator(i fraud.Indicator) {
	w.raw(`{"kind":`)
	w.text(string(i.Kind))
	w.raw(`,"value":`)
	w.text(i.Value)
	w.raw(`}`)
}

func (w *jsonLine) tenure(t fraud.Tenure) {
	w.raw(`{"from":`)
	w.time(t.From)
	w.raw(`,"to":`)
	w.time(t.To)
	w.raw(`}`)
}

func (w *jsonLine) link(l *fraud.Link) {
	w.raw(`{"kind":`)
	w.text(string(l.Kind))
	w.raw(`,"a":`)
	w.text(string(l.A))
	w.raw(`,"b":`)
	w.text(string(l.B))
	w.raw(`,"bits":`)
	w.number(l.Bits)
	w.raw(`,"cause":`)
	list(w, l.Cause, w.cause)
	if l.Ring != "" {
		w.raw(`,"ring":`)
		w.text(string(l.Ring))
	}
	w.raw(`}`)
}

func (w *jsonLine) cause(c *fraud.Cause) {
	w.raw(`{"indicator":`)
	w.indicator(c.Indicator)
	w.raw(`,"role":`)
	w.text(string(c.Role))
	w.raw(`,"family":`)
	w.text(string(c.Family))
	w.raw(`,"bits":`)
	w.number(c.Bits)
	if c.Tenure != (fraud.Tenure{}) {
		w.raw(`,"tenure":`)
		w.tenure(c.Tenure)
	}
	w.raw(`,"reports":`)
	w.int(c.Reports)
	if c.Judgement != "" {
		w.raw(`,"judgement":`)
		w.text(c.Judgement)
	}
	w.raw(`,"why":`)
	w.text(c.Why)
	w.textsOf(c.Texts)
	w.raw(`}`)
}

func (w *jsonLine) ring(r *fraud.Ring) {
	w.raw(`{"id":`)
	w.text(string(r.ID))
	w.raw(`,"reports":`)
	texts(w, r.Reports)
	w.raw(`,"indicators":`)
	list(w, r.Indicators, w.ringIndicator)
	w.raw(`,"suppliers":`)
	list(w, r.Suppliers, w.tie)
	w.raw(`,"launderers":`)
	list(w, r.Launderers, w.tie)
	w.raw(`,"harm":`)
	w.harm(&r.Harm)
	w.raw(`,"brands":`)
	texts(w, r.Brands)
	w.raw(`,"countries":`)
	texts(w, r.Countries)
	w.raw(`,"mark":{"tlp":`)
	w.text(string(r.Mark.TLP))
	w.raw(`,"pap":`)
	w.text(string(r.Mark.PAP))
	w.raw(`}`)
	if len(r.Bridges) > 0 {
		w.raw(`,"bridges":`)
		list(w, r.Bridges, w.link)
	}
	if len(r.Parts) > 0 {
		w.raw(`,"parts":`)
		list(w, r.Parts, w.part)
	}
	w.raw(`,"model":`)
	w.text(r.Model)
	w.raw(`}`)
}

func (w *jsonLine) ringIndicator(i *fraud.RingIndicator) {
	w.raw(`{"kind":`)
	w.text(string(i.Kind))
	w.raw(`,"value":`)
	w.text(i.Value)
	w.raw(`,"role":`)
	w.text(string(i.Role))
	w.raw(`,"tenure":`)
	w.tenure(i.Tenure)
	w.raw(`,"bits":`)
	w.number(i.Bits)
	w.raw(`,"reports":`)
	w.int(i.Reports)
	w.raw(`,"sources":`)
	w.int(i.Sources)
	if len(i.Held) > 0 {
		w.raw(`,"held":`)
		list(w, i.Held, func(p *int) { w.int(*p) })
	}
	w.textsOf(i.Texts)
	w.raw(`}`)
}

func (w *jsonLine) textsOf(reports []fraud.ReportID) {
	if len(reports) > 0 {
		w.raw(`,"texts":`)
		texts(w, reports)
	}
}

func (w *jsonLine) tie(t *fraud.Tie) {
	w.raw(`{"id":`)
	w.text(t.ID)
	w.raw(`,"indicator":`)
	w.indicator(t.Indicator)
	w.raw(`,"role":`)
	w.text(string(t.Role))
	w.raw(`,"rings":`)
	texts(w, t.Rings)
	if t.RingsAll != 0 {
		w.raw(`,"rings_all":`)
		w.int(t.RingsAll)
	}
	w.raw(`,"reports":`)
	w.int(t.Reports)
	w.raw(`,"bits":`)
	w.number(t.Bits)
	w.raw(`,"why":`)
	w.text(t.Why)
	w.raw(`}`)
}

func (w *jsonLine) harm(h *fraud.Harm) {
	w.raw(`{"reports":`)
	w.int(h.Reports)
	w.raw(`,"victims":`)
	w.int(h.Victims)
	w.raw(`,"sent":`)
	w.sums(h.Sent)
	w.raw(`,"asked":`)
	w.sums(h.Asked)
	w.raw(`,"aged_60_plus":`)
	w.int(h.Aged60)
	w.raw(`,"first_seen":`)
	w.time(h.FirstAt)
	w.raw(`,"last_seen":`)
	w.time(h.LastAt)
	w.raw(`,"last_30_days":`)
	w.int(h.Last30d)
	w.raw(`,"prior_30_days":`)
	w.int(h.Before30)
	w.raw(`,"score":`)
	w.number(h.Score)
	w.raw(`}`)
}

func (w *jsonLine) sums(s fraud.Sums) {
	w.raw(`{`)
	for i, currency := range slices.Sorted(maps.Keys(s)) {
		if i > 0 {
			w.raw(`,`)
		}
		w.text(currency)
		w.raw(`:`)
		w.b = strconv.AppendInt(w.b, s[currency], 10)
	}
	w.raw(`}`)
}

func (w *jsonLine) part(p *fraud.RingPart) {
	w.raw(`{"reports":`)
	texts(w, p.Reports)
	w.raw(`,"indicators":`)
	list(w, p.Indicators, func(i *fraud.Indicator) { w.indicator(*i) })
	w.raw(`,"from":`)
	w.time(p.From)
	w.raw(`,"to":`)
	w.time(p.To)
	w.raw(`}`)
}
