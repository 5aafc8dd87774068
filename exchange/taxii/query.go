package taxii

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ringbreaker.example/fraud"
)

// MaxPage is the most objects of a page (§3.4, limit: a server may give fewer than
// were asked for): about a megabyte.
const MaxPage = 1000

// Query is what a request asks of a collection (§3.4).
type Query struct {
	After        time.Time // added later than this
	Limit        int
	IDs          []string
	Types        []string
	Versions     []string // instants, or first, last, all; none is last
	SpecVersions []string
}

// ParseQuery reads the filters of a request. The error wraps fraud.ErrInvalid and names
// the filter: one that is not understood would give more than was asked for.
func ParseQuery(v url.Values) (Query, error) {
	q := Query{Limit: MaxPage}
	for name, values := range v {
		one := values[0]
		var err error
		switch name {
		case "added_after":
			err = q.after(one)
		case "next":
			if one != "" {
				err = q.after(one)
			}
		case "limit":
			n, bad := strconv.Atoi(one)
			if bad != nil || n < 1 {
				err = fmt.Errorf("limit is not a number from 1: %w", fraud.ErrInvalid)
			}
			q.Limit = min(n, MaxPage)
		case "match[id]":
			q.IDs = list(values)
		case "match[type]":
			q.Types = list(values)
		case "match[spec_version]":
			q.SpecVersions = list(values)
		case "match[version]":
			if q.Versions = list(values); !slices.ContainsFunc(q.Versions, isVersion) {
				err = fmt.Errorf("match[version] is none of first, last, all and instants: %w", fraud.ErrInvalid)
			}
		default:
			if strings.HasPrefix(name, "match[") {
				err = fmt.Errorf("there is no filter match[…] of this name: id, type, version and spec_version are understood: %w", fraud.ErrInvalid)
			}
		}
		if err != nil {
			return Query{}, err
		}
	}
	return q, nil
}

// after takes the later of added_after and next, which may stand together.
func (q *Query) after(s string) error {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return fmt.Errorf("added_after and next are instants such as 2026-01-02T03:04:05.000000Z: %w", fraud.ErrInvalid)
	}
	if t.After(q.After) {
		q.After = t.UTC()
	}
	return nil
}

func list(values []string) []string {
	var out []string
	for _, v := range values {
		for one := range strings.SplitSeq(v, ",") {
			out = append(out, strings.TrimSpace(one))
		}
	}
	return out
}

func isVersion(s string) bool {
	_, err := time.Parse(time.RFC3339Nano, s)
	return err == nil || s == "first" || s == "last" || s == "all"
}

// takes says whether an object passes the filters (§3.4): any of the values
// of one filter, all of the filters. A collection holds one version of an object,
// which is its first and its last.
func (q Query) takes(x *held) bool {
	in := func(of []string, v string) bool { return len(of) == 0 || slices.Contains(of, v) }
	if !x.added.After(q.After) || !in(q.IDs, x.id) || !in(q.Types, x.kind) || !in(q.SpecVersions, x.spec) {
		return false
	}
	return len(q.Versions) == 0 || slices.ContainsFunc(q.Versions, func(v string) bool {
		if v == "first" || v == "last" || v == "all" {
			return true
		}
		a, err := time.Parse(time.RFC3339Nano, v)
		b, bad := time.Parse(time.RFC3339Nano, x.version)
		return err == nil && bad == nil && a.Equal(b)
	})
}
