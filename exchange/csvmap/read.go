package csvmap

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/fraud"
)

// Limits of foreign files: an order of magnitude above the largest real one.
const (
	MaxColumns = 2000
	MaxCell    = 1 << 20
	maxDepth   = 32
)

// Table reads the records of a CSV or TSV file one by one.
type Table struct {
	Columns []string
	in      *kept
	r       *csv.Reader
	comma   rune
	line    int           // that r counts from
	anew    int           // how often reading began anew
	single  *bufio.Reader // a row ends with its line; nil before maxAnew
	end     bool          // reading failed: nothing follows
}

// NewTable reads the head of a table. comma is the sign between cells, 0 to
// find it out from the head (comma, semicolon, tab or bar). A head that no
// table has is fraud.ErrInvalid.
func NewTable(in io.Reader, comma rune) (*Table, error) {
	b := decoded(in)
	if told := separator(b); told != 0 {
		comma = told
	}
	if comma == 0 {
		comma = findComma(b)
	}
	t := &Table{in: &kept{in: b}, comma: comma}
	t.begin()
	columns, err := t.r.Read()
	if err != nil {
		return nil, fmt.Errorf("the table has no head that can be read: %w", fraud.ErrInvalid)
	}
	if len(columns) > MaxColumns {
		return nil, fmt.Errorf("the table has more than %d columns: %w", MaxColumns, fraud.ErrInvalid)
	}
	for i, c := range columns {
		columns[i] = strings.TrimSpace(strings.ToValidUTF8(c, "\ufffd"))
		if columns[i] == "" {
			columns[i] = "column " + strconv.Itoa(i+1)
		}
	}
	t.Columns = columns
	t.in.drop(t.r.InputOffset())
	return t, nil
}

func (t *Table) begin() {
	t.r = csv.NewReader(bufio.NewReaderSize(t.in, 64<<10))
	t.r.Comma, t.r.LazyQuotes, t.r.FieldsPerRecord = t.comma, true, -1
}

// findComma takes the sign that stands most often in the first line.
func findComma(b *bufio.Reader) rune {
	head, _ := b.Peek(32 << 10)
	if i := bytes.IndexByte(head, '\n'); i >= 0 {
		head = head[:i]
	}
	best, n := ',', 0
	for _, c := range []rune{',', ';', '\t', '|'} {
		if k := bytes.Count(head, []byte(string(c))); k > n {
			best, n = c, k
		}
	}
	return best
}

// Next returns the next row and the line it began on. io.EOF ends the table;
// any other error is of this row, and Next may be called again.
func (t *Table) Next() (Row, int, error) {
	for {
		if t.end {
			return Row{}, 0, io.EOF
		}
		if t.single != nil {
			return t.oneLine()
		}
		cells, err := t.r.Read()
		if errors.Is(err, io.EOF) && len(cells) == 0 {
			return Row{}, 0, io.EOF
		}
		raw := t.in.drop(t.r.InputOffset())
		if err != nil && !errors.Is(err, errLongRow) {
			var bad *csv.ParseError
			if errors.As(err, &bad) {
				return Row{}, t.line + bad.StartLine, fmt.Errorf("the row's quotes do not close: %w", fraud.ErrInvalid)
			}
			t.end = true
			return Row{}, 0, fmt.Errorf("read the table: %w", err)
		}
		line := t.line + 1
		if len(cells) > 0 {
			first, _ := t.r.FieldPos(0)
			line = t.line + first
		}
		if err != nil || t.swallows(raw) {
			return Row{}, line, t.after(raw, line)
		}
		if len(cells) == 1 && strings.TrimSpace(cells[0]) == "" {
			continue
		}
		row, err := t.row(cells)
		return row, line, err
	}
}

func (t *Table) row(cells []string) (Row, error) {
	if len(cells) > len(t.Columns) {
		return Row{}, fmt.Errorf("the row has %d cells, the head has %d: %w", len(cells), len(t.Columns), fraud.ErrInvalid)
	}
	if slices.ContainsFunc(cells, func(c string) bool { return len(c) > MaxCell }) {
		return Row{}, fmt.Errorf("a cell is longer than %d bytes: %w", MaxCell, fraud.ErrInvalid)
	}
	return Row{Columns: t.Columns, Cells: cells}, nil
}

// oneLine reads a row that ends with its line.
func (t *Table) oneLine() (Row, int, error) {
	for {
		var raw []byte
		part, err := t.single.ReadSlice('\n')
		for ; errors.Is(err, bufio.ErrBufferFull); part, err = t.single.ReadSlice('\n') {
			if raw = append(raw, part...); len(raw) > maxRow {
				t.end = true
				return Row{}, t.line + 1, fmt.Errorf("a line is longer than %d bytes: nothing after it was read: %w", maxRow, fraud.ErrInvalid)
			}
		}
		raw = append(raw, part...)
		if err != nil && !errors.Is(err, io.EOF) {
			t.end = true
			return Row{}, 0, fmt.Errorf("read the table: %w", err)
		}
		if len(raw) == 0 {
			t.end = true
			return Row{}, 0, io.EOF
		}
		t.line++
		if len(bytes.TrimSpace(raw)) == 0 {
			continue
		}
		one := csv.NewReader(bytes.NewReader(raw))
		one.Comma, one.FieldsPerRecord = t.comma, -1
		cells, err := one.Read()
		if err != nil {
			return Row{}, t.line, errOpen
		}
		row, err := t.row(cells)
		return row, t.line, err
	}
}

var errOpen = fmt.Errorf("the row opens a quote that it does not close: put it right and bring the row in again; the rows after it were read: %w", fraud.ErrInvalid)

// maxRow is the most of one row: more than its report could hold, and all
// that a quote which nobody closes may take in.
const maxRow = 2 * fraud.MaxReportBytes

// maxAnew is how often a table is read anew after a quote that nobody closed,
// each time a row at most; then a row ends with its line.
const maxAnew = 100

var errLongRow = errors.New("the row is too long")

// swallows says whether a row took others in by a quote that it opened and
// did not close: its quotes are not those of RFC 4180 §2, and one of its lines is
// a whole row of three cells or more by itself.
func (t *Table) swallows(raw []byte) bool {
	raw = bytes.Trim(raw, "\r\n")
	at := bytes.IndexByte(raw, '\n')
	if at < 0 {
		return false
	}
	strict := csv.NewReader(bytes.NewReader(raw))
	strict.Comma, strict.FieldsPerRecord = t.comma, -1
	if _, err := strict.Read(); err == nil {
		return false
	}
	for line := range bytes.Lines(raw[at+1:]) {
		if bytes.Count(line, []byte{'"'})%2 != 0 {
			continue // the end of a text of several lines
		}
		own := csv.NewReader(bytes.NewReader(line))
		own.Comma, own.FieldsPerRecord = t.comma, -1
		if cells, err := own.Read(); err == nil && len(cells) == len(t.Columns) && len(cells) > 2 {
			return true
		}
	}
	return false
}

// after goes on with the line that follows the one on which a row began, and
// says why the row is lost.
func (t *Table) after(raw []byte, line int) error {
	if all := t.in.rest(); len(raw) == 0 {
		raw = all
	} else {
		raw = append(slices.Clone(raw), all...)
	}
	for len(raw) > 0 && (raw[0] == '\n' || raw[0] == '\r') {
		raw = raw[1:]
	}
	at := bytes.IndexByte(raw, '\n') + 1
	if at == 0 {
		at = len(raw)
	}
	next := io.MultiReader(bytes.NewReader(raw[at:]), t.in.in)
	t.line = line
	if t.anew++; t.anew > maxAnew {
		t.single = bufio.NewReaderSize(next, 64<<10)
		return errOpen
	}
	t.in = &kept{in: next}
	t.begin()
	return errOpen
}

// kept is a reader that keeps what was read of the row at hand.
type kept struct {
	in   io.Reader
	buf  []byte
	from int64 // where buf begins
}

// Read ends a row that is longer than any may be.
func (k *kept) Read(p []byte) (int, error) {
	if len(k.buf) > maxRow {
		return 0, errLongRow
	}
	n, err := k.in.Read(p)
	k.buf = append(k.buf, p[:n]...)
	return n, err
}

// drop forgets what stands before an offset and returns it; it is valid until
// the next Read.
func (k *kept) drop(to int64) []byte {
	n := min(int(to-k.from), len(k.buf))
	raw := k.buf[:n]
	k.buf, k.from = k.buf[n:], k.from+int64(n)
	return raw
}

// rest is what was read and belongs to no row yet.
func (k *kept) rest() []byte { return k.buf }

// Object reads one JSON object as a row: a column is the dotted path of a
// value, a list of values is joined by line breaks, an item of a list of
// objects has its number in the path. Anything but an object is
// fraud.ErrInvalid.
func Object(b []byte) (Row, error) {
	if !utf8.Valid(b) {
		return Row{}, fmt.Errorf("record is not UTF-8: %w", fraud.ErrInvalid)
	}
	v := jsontext.Value(b)
	if v.Kind() != '{' {
		return Row{}, fmt.Errorf("record is not a JSON object: %w", fraud.ErrInvalid)
	}
	var row Row
	if err := flatten(&row, "", v, 0); err != nil {
		return Row{}, err
	}
	return row, nil
}

func flatten(row *Row, path string, v jsontext.Value, depth int) error {
	if depth > maxDepth || len(row.Columns) > MaxColumns {
		return fmt.Errorf("record is nested too deep or has too many fields: %w", fraud.ErrInvalid)
	}
	switch v.Kind() {
	case '{':
		d := jsontext.NewDecoder(bytes.NewReader(v))
		return eachMember(d, func(name string, x jsontext.Value) error {
			if path != "" {
				name = path + "." + name
			}
			return flatten(row, name, x, depth+1)
		})
	case '[':
		return flattenList(row, path, v, depth)
	case '"':
		var s string
		if err := json.Unmarshal(v, &s); err != nil {
			return broken(err)
		}
		row.add(path, s)
	case 'n':
		row.add(path, "")
	default:
		row.add(path, string(v))
	}
	return nil
}

func flattenList(row *Row, path string, v jsontext.Value, depth int) error {
	var list []jsontext.Value
	if err := json.Unmarshal(v, &list); err != nil {
		return broken(err)
	}
	var texts []string
	for i, x := range list {
		switch x.Kind() {
		case '{', '[':
			if err := flatten(row, path+"."+strconv.Itoa(i), x, depth+1); err != nil {
				return err
			}
		case '"':
			var s string
			if err := json.Unmarshal(x, &s); err != nil {
				return broken(err)
			}
			texts = append(texts, s)
		case 'n':
		default:
			texts = append(texts, string(x))
		}
	}
	row.add(path, strings.Join(texts, "\n"))
	return nil
}

func (r *Row) add(column, cell string) {
	r.Columns, r.Cells = append(r.Columns, column), append(r.Cells, cell)
}

func eachMember(d *jsontext.Decoder, fn func(name string, v jsontext.Value) error) error {
	if _, err := d.ReadToken(); err != nil {
		return broken(err)
	}
	for d.PeekKind() == '"' {
		t, err := d.ReadToken()
		if err != nil {
			return broken(err)
		}
		name := t.String()
		v, err := d.ReadValue()
		if err != nil {
			return broken(err)
		}
		if err := fn(name, v); err != nil {
			return err
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return broken(err)
	}
	return nil
}

// broken says where JSON broke without repeating what stood there.
func broken(err error) error {
	var syn *jsontext.SyntacticError
	if errors.As(err, &syn) {
		return fmt.Errorf("record is not whole JSON at byte %d: %w", syn.ByteOffset, fraud.ErrInvalid)
	}
	return fmt.Errorf("record is not whole JSON: %w", fraud.ErrInvalid)
}

// Items calls fn for each object of the list at a dotted path of a JSON
// document, with its number from 1. fn's errors end it.
func Items(doc []byte, path string, fn func(n int, item []byte) error) error {
	v := jsontext.Value(doc)
	for _, name := range strings.FieldsFunc(path, func(c rune) bool { return c == '.' }) {
		if v.Kind() != '{' {
			return fmt.Errorf("the document has no list at %s: %w", path, fraud.ErrInvalid)
		}
		var found jsontext.Value
		err := eachMember(jsontext.NewDecoder(bytes.NewReader(v)), func(n string, x jsontext.Value) error {
			if n == name {
				found = x.Clone()
			}
			return nil
		})
		if err != nil {
			return err
		}
		v = found
	}
	if v.Kind() != '[' {
		return fmt.Errorf("the document has no list at %q: %w", path, fraud.ErrInvalid)
	}
	d := jsontext.NewDecoder(bytes.NewReader(v))
	if _, err := d.ReadToken(); err != nil {
		return broken(err)
	}
	for n := 1; d.PeekKind() != ']'; n++ {
		item, err := d.ReadValue()
		if err != nil {
			return broken(err)
		}
		if err := fn(n, item); err != nil {
			return err
		}
	}
	return nil
}
