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
	r       *csv.Reader
	end     bool // reading failed: nothing follows
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
	r := csv.NewReader(b)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = comma, true, -1, false
	columns, err := r.Read()
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
	return &Table{Columns: columns, r: r}, nil
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
		cells, err := t.r.Read()
		if errors.Is(err, io.EOF) {
			return Row{}, 0, io.EOF
		}
		if err != nil {
			var bad *csv.ParseError
			if errors.As(err, &bad) {
				return Row{}, bad.StartLine, fmt.Errorf("the row's quotes do not close: %w", fraud.ErrInvalid)
			}
			t.end = true
			return Row{}, 0, fmt.Errorf("read the table: %w", err)
		}
		line, _ := t.r.FieldPos(0)
		if len(cells) == 1 && strings.TrimSpace(cells[0]) == "" {
			continue
		}
		if len(cells) > len(t.Columns) {
			return Row{}, line, fmt.Errorf("the row has %d cells, the head has %d: %w", len(cells), len(t.Columns), fraud.ErrInvalid)
		}
		if slices.ContainsFunc(cells, func(c string) bool { return len(c) > MaxCell }) {
			return Row{}, line, fmt.Errorf("a cell is longer than %d bytes: %w", MaxCell, fraud.ErrInvalid)
		}
		return Row{Columns: t.Columns, Cells: cells}, line, nil
	}
}

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
