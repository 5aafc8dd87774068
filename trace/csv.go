package trace

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ringbreaker.example/fraud"
)

// Reject is a line of a CSV file that could not be used, and why. The rest of
// the file goes on.
type Reject struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

// Error is the reject as one line.
func (r Reject) Error() string { return fmt.Sprintf("line %d: %s", r.Line, r.Reason) }

// columns that a transfers file may have, with other names for them that bank
// exports use.
var columnNames = map[string]string{
	"id": "id", "transaction_id": "id", "txn_id": "id", "reference": "id",
	"from": "from", "from_account": "from", "sender": "from", "debit_account": "from",
	"to": "to", "to_account": "to", "receiver": "to", "beneficiary": "to", "credit_account": "to",
	"amount": "amount", "amount_minor": "amount_minor",
	"currency": "currency", "ccy": "currency",
	"at": "at", "time": "at", "timestamp": "at", "date": "at", "value_date": "at",
	"rail": "rail", "basis": "basis", "source": "source", "report": "report",
}

// header is where each column stands; -1 where it is absent.
type header map[string]int

func readHeader(record []string) (header, error) {
	h := header{}
	for i, name := range record {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		column, known := columnNames[name]
		if !known {
			continue // foreign columns are no fault
		}
		if _, twice := h[column]; twice {
			return nil, fmt.Errorf("line 1: the column %s stands twice: %w", column, fraud.ErrInvalid)
		}
		h[column] = i
	}
	for _, need := range []string{"from", "to", "currency", "at"} {
		if _, ok := h[need]; !ok {
			return nil, fmt.Errorf("line 1: the header lacks %s; give id,from,to,amount,currency,at,rail,basis,source: %w", need, fraud.ErrInvalid)
		}
	}
	_, decimal := h["amount"]
	_, minor := h["amount_minor"]
	if decimal == minor {
		return nil, fmt.Errorf("line 1: the header needs one of amount and amount_minor: %w", fraud.ErrInvalid)
	}
	return h, nil
}

func (h header) get(record []string, column string) string {
	i, ok := h[column]
	if !ok || i >= len(record) {
		return ""
	}
	return strings.TrimSpace(record[i])
}

// ReadCSV reads transfers. The first line names the columns, in any order:
// from, to, currency, at, and either amount (a decimal) or amount_minor (an
// integer of minor units); id, rail, basis, source and report may follow. A
// time is RFC 3339, "2006-01-02 15:04:05" (UTC) or a date (its start, UTC).
// Without an id the line's number serves; without a basis it is observed.
//
// Lines that cannot be used are in the second result, in order. The error is
// for a file that cannot be read at all or has no usable header.
func ReadCSV(r io.Reader) ([]fraud.Transfer, []Reject, error) {
	in := lineReader{r: bufio.NewReaderSize(r, maxLine)}
	first, err := in.next()
	if errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("line 1: the file is empty, not even a header: %w", fraud.ErrInvalid)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("line 1: %w", err)
	}
	record, err := fields(nil, first)
	if err != nil {
		return nil, nil, fmt.Errorf("line 1: %w", err)
	}
	h, err := readHeader(record)
	if err != nil {
		return nil, nil, err
	}
	var out []fraud.Transfer
	var lines []int
	var rejects []Reject
	words := map[string]string{}
	for {
		line, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, fraud.ErrInvalid) {
			return nil, nil, fmt.Errorf("line %d: %w", in.line, err)
		}
		if err == nil && line == "" {
			continue
		}
		var t fraud.Transfer
		if err == nil {
			record, err = fields(record[:0], line)
		}
		if err == nil {
			t, err = h.transfer(record, in.line, words)
		}
		if err != nil {
			rejects = append(rejects, Reject{Line: in.line, Reason: strings.TrimSuffix(err.Error(), ": "+fraud.ErrInvalid.Error())})
			continue
		}
		out = append(out, t)
		lines = append(lines, in.line)
	}
	out, twice := onlyOnce(out, lines)
	rejects = append(rejects, twice...)
	slices.SortFunc(rejects, func(a, b Reject) int { return a.Line - b.Line })
	return out, rejects, nil
}

// maxLine is the longest line that is read; no lifelike transfer comes near.
const maxLine = 64 << 10

// lineReader gives one line after the other. A record is one line: a stray
// quote then spoils its own line and not the rest of the file, at the price
// that a field cannot hold a line break (RFC 4180 §2.6 lets it).
type lineReader struct {
	r    *bufio.Reader
	line int
}

// next returns a line without its end, io.EOF after the last, or ErrInvalid
// for a line that is too long, which it skips.
func (l *lineReader) next() (string, error) {
	b, err := l.r.ReadSlice('\n')
	l.line++
	if errors.Is(err, bufio.ErrBufferFull) {
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = l.r.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		return "", fmt.Errorf("longer than %d bytes: %w", maxLine, fraud.ErrInvalid)
	}
	if errors.Is(err, io.EOF) && len(b) == 0 {
		return "", io.EOF
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

// fields splits a line at commas outside quotes (RFC 4180 §2.5 and §2.7) and
// appends the fields to out.
func fields(out []string, line string) ([]string, error) {
	for {
		if !strings.HasPrefix(line, "\"") {
			field, rest, more := strings.Cut(line, ",")
			out = append(out, field)
			if !more {
				return out, nil
			}
			line = rest
			continue
		}
		var field strings.Builder
		line = line[1:]
		for {
			part, rest, closed := strings.Cut(line, "\"")
			if !closed {
				return out, fmt.Errorf("a quote is not closed on its line: %w", fraud.ErrInvalid)
			}
			field.WriteString(part)
			line = rest
			if !strings.HasPrefix(line, "\"") {
				break
			}
			field.WriteByte('"')
			line = line[1:]
		}
		out = append(out, field.String())
		if line == "" {
			return out, nil
		}
		if line[0] != ',' {
			return out, fmt.Errorf("text after a closing quote: %w", fraud.ErrInvalid)
		}
		line = line[1:]
	}
}

// transfer reads one line. Words that come again and again are kept once.
func (h header) transfer(record []string, line int, words map[string]string) (fraud.Transfer, error) {
	once := func(s string) string {
		if w, ok := words[s]; ok {
			return w
		}
		s = strings.Clone(s)
		words[s] = s
		return s
	}
	var t fraud.Transfer
	t.ID = strings.Clone(h.get(record, "id"))
	if t.ID == "" {
		t.ID = "line:" + strconv.Itoa(line)
	}
	t.From, t.To = once(h.get(record, "from")), once(h.get(record, "to"))
	t.Rail, t.Source = fraud.Rail(once(h.get(record, "rail"))), once(h.get(record, "source"))
	t.Report = fraud.ReportID(strings.Clone(h.get(record, "report")))
	switch {
	case t.From == "":
		return t, fmt.Errorf("from is empty: %w", fraud.ErrInvalid)
	case t.To == "":
		return t, fmt.Errorf("to is empty: %w", fraud.ErrInvalid)
	case !utf8.ValidString(t.From) || !utf8.ValidString(t.To) || !utf8.ValidString(t.ID):
		return t, fmt.Errorf("not UTF-8: %w", fraud.ErrInvalid)
	}
	var err error
	if t.Amount, err = h.amount(record, once); err != nil {
		return t, err
	}
	if t.At, err = parseTime(h.get(record, "at")); err != nil {
		return t, err
	}
	switch b := fraud.Basis(once(h.get(record, "basis"))); b {
	case "":
		t.Basis = fraud.Observed
	case fraud.Observed, fraud.Reported, fraud.Inferred:
		t.Basis = b
	default:
		return t, fmt.Errorf("basis is not one of observed, reported, inferred: %w", fraud.ErrInvalid)
	}
	return t, nil
}

func (h header) amount(record []string, once func(string) string) (fraud.Money, error) {
	currency := strings.ToUpper(h.get(record, "currency"))
	if len(currency) < 3 || len(currency) > 6 {
		return fraud.Money{}, fmt.Errorf("currency is not a code such as USD: %w", fraud.ErrInvalid)
	}
	currency = once(currency)
	if minor := h.get(record, "amount_minor"); minor != "" {
		n, err := strconv.ParseInt(minor, 10, 64)
		if err != nil || n <= 0 {
			return fraud.Money{}, fmt.Errorf("amount_minor must be a positive integer that fits 63 bits: %w", fraud.ErrInvalid)
		}
		return fraud.Money{Minor: n, Currency: currency}, nil
	}
	m, err := fraud.ParseMoney(h.get(record, "amount"), currency)
	if err == nil && m.Minor <= 0 {
		err = fmt.Errorf("amount must be more than nothing: %w", fraud.ErrInvalid)
	}
	return m, err
}

func parseTime(s string) (time.Time, error) {
	for _, form := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(form, s); err == nil {
			if t.Year() < 1900 || t.Year() > 2200 {
				break
			}
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("time is not like 2023-10-19T09:00:00Z or 2023-10-19: %w", fraud.ErrInvalid)
}

// onlyOnce drops transfers whose id stood before: said again alike they are
// dropped in silence, with other content they are rejected.
func onlyOnce(in []fraud.Transfer, lines []int) ([]fraud.Transfer, []Reject) {
	order := make([]int32, len(in))
	sorted := true
	for i := range order {
		order[i] = int32(i)
		sorted = sorted && (i == 0 || in[i-1].ID < in[i].ID)
	}
	if sorted {
		return in, nil
	}
	slices.SortStableFunc(order, func(a, b int32) int { return strings.Compare(in[a].ID, in[b].ID) })
	drop := map[int32]bool{}
	var rejects []Reject
	for k := 1; k < len(order); k++ {
		i, first := order[k], order[k-1]
		if in[i].ID != in[first].ID {
			continue
		}
		drop[i] = true
		order[k] = first
		if in[i] != in[first] {
			rejects = append(rejects, Reject{Line: lines[i], Reason: fmt.Sprintf("the id of line %d again, with other content", lines[first])})
		}
	}
	if len(drop) == 0 {
		return in, nil
	}
	out := in[:0]
	for i := range in {
		if !drop[int32(i)] {
			out = append(out, in[i])
		}
	}
	return out, rejects
}
