package protect

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"ringbreaker.example/access"
	"ringbreaker.example/fraud"
)

// Format is how a list is written.
type Format string

// The formats. STIX, TAXII and MISP are written by exchange from [Service.Shareable].
const (
	FormatCSV        Format = "csv"
	FormatHosts      Format = "hosts"
	FormatRPZ        Format = "rpz"
	FormatAdblock    Format = "adblock"
	FormatPhones     Format = "phones"
	FormatHashPrefix Format = "hashprefix"
)

// Formats lists them in the order in which a page shows them.
var Formats = []Format{FormatCSV, FormatHosts, FormatRPZ, FormatAdblock, FormatPhones, FormatHashPrefix}

// listLives is how long a list as a whole may be used: numbers are back in
// innocent hands soon (median life 14 days), so a list is fetched daily.
const listLives = 24 * time.Hour

// Shareable returns the listings that may go to a recipient now: active, not
// run out, under no hold, and marked so that this recipient may have them and
// block by them. Each listing is asked about on its own; what is refused is
// left out.
func (s *Service) Shareable(ctx context.Context, to access.Recipient) ([]fraud.Listing, error) {
	who, now := access.From(ctx), s.now().UTC()
	if d := access.Decide(who, access.ActBlock, access.Thing{Kind: access.ThingListing, Mark: fraud.Mark{TLP: fraud.TLPClear, PAP: fraud.PAPClear}, Judged: true}, to, now); !d.Allow {
		return nil, d.Err()
	}
	all, err := s.store.Listings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the listings: %w", err)
	}
	holds, err := s.store.Holds(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the holds: %w", err)
	}
	values, rings := heldBy(holds)
	var out []fraud.Listing
	for _, l := range all {
		if l.State != fraud.ListingActive || !now.Before(l.Expires) {
			continue
		}
		r := restraint{held: later(rings[l.Ring], later(values[l.Indicator], coverOf(l.Indicator, values)))}
		if access.Decide(who, access.ActBlock, listingThing(l, r, now), to, now).Allow {
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b fraud.Listing) int { return compareIndicators(a.Indicator, b.Indicator) })
	return out, nil
}

// Export writes a list for a recipient to w.
func (s *Service) Export(ctx context.Context, w io.Writer, format Format, to access.Recipient) error {
	list, err := s.Shareable(ctx, to)
	if err != nil {
		return err
	}
	return s.rules.Write(w, format, list, s.now())
}

// Write writes listings in a format. It is deterministic: the same listings
// in any order and the same time give the same bytes. Every entry carries its
// expiry, and what has run out at now is left out. An unknown format is
// fraud.ErrInvalid.
func (r *Rules) Write(w io.Writer, format Format, list []fraud.Listing, now time.Time) error {
	now = now.UTC().Truncate(time.Second)
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b fraud.Listing) int { return compareIndicators(a.Indicator, b.Indicator) })
	sorted = slices.DeleteFunc(sorted, func(l fraud.Listing) bool { return !now.Before(l.Expires) })
	out := bufio.NewWriter(w)
	var err error
	switch format {
	case FormatCSV:
		err = writeCSV(out, sorted)
	case FormatHosts:
		writeHosts(out, r.blockable(sorted), now)
	case FormatRPZ:
		writeRPZ(out, r.blockable(sorted), now)
	case FormatAdblock:
		r.writeAdblock(out, sorted, now)
	case FormatPhones:
		writePhones(out, sorted, now)
	case FormatHashPrefix:
		writeHashPrefix(out, sorted, now)
	default:
		return fmt.Errorf("list format is not one of csv, hosts, rpz, adblock, phones, hashprefix: %w", fraud.ErrInvalid)
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("write the list as %s: %w", format, err)
	}
	return nil
}

// blockable are the listings that a resolver can block: sites, without those
// on which others publish too, without genuine ones (a second lock: they are
// never listed) and without public suffixes.
func (r *Rules) blockable(list []fraud.Listing) []fraud.Listing {
	var out []fraud.Listing
	for _, l := range list {
		if l.Indicator.Kind != fraud.Domain && l.Indicator.Kind != fraud.RemoteHost {
			continue
		}
		host := l.Indicator.Value
		if suffix, _ := publicsuffix.PublicSuffix(host); suffix == host || r.shared[host] || r.Genuine(l.Indicator) != "" || !plainHost(host) {
			continue
		}
		out = append(out, l)
	}
	return out
}

// plainHost says whether a name can stand in a hosts or zone file as it is.
func plainHost(h string) bool {
	if h == "" || len(h) > 253 {
		return false
	}
	for i := range len(h) {
		c := h[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return true
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// head is the comment that begins a list: what it is and until when it holds.
func head(w *bufio.Writer, mark string, now time.Time, n int) {
	fmt.Fprintf(w, "%s Ringbreaker list of values used by fraudsters: %d entries\n%s made %s, fetch again before %s\n%s each entry expires by itself; objections: the /dispute page of the node it came from\n",
		mark, n, mark, stamp(now), stamp(now.Add(listLives)), mark)
}

// writeCSV writes RFC 4180. The first cell is "kind:value", so that no cell
// begins with the "+" of a phone number; any other cell that a spreadsheet
// could take for a formula gets an apostrophe in front.
func writeCSV(w io.Writer, list []fraud.Listing) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	rows := [][]string{{"indicator", "since", "last_seen", "expires", "sources", "reports", "brand", "tlp", "pap"}}
	for _, l := range list {
		m := l.Mark.Filled()
		rows = append(rows, []string{
			l.Indicator.String(), stamp(l.Since), stamp(l.LastSeen), stamp(l.Expires),
			strconv.Itoa(l.Sources), strconv.Itoa(l.Reports), l.Brand, string(m.TLP), string(m.PAP),
		})
	}
	for _, row := range rows {
		for i := range row {
			row[i] = Cell(row[i])
		}
		if err := c.Write(row); err != nil {
			return fmt.Errorf("write a row: %w", err)
		}
	}
	c.Flush()
	return c.Error()
}

// Cell makes a text safe for a spreadsheet: what begins with =, +, -, @, a tab
// or a line break (OWASP, CSV injection) gets an apostrophe in front.
func Cell(s string) string {
	trimmed := strings.TrimLeft(s, " \u00a0\ufeff\u200b")
	if trimmed != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(trimmed)[0]) {
		return "'" + s
	}
	return s
}

func writeHosts(w *bufio.Writer, list []fraud.Listing, now time.Time) {
	head(w, "#", now, len(list))
	for _, l := range list {
		fmt.Fprintf(w, "0.0.0.0 %s # expires %s\n", l.Indicator.Value, stamp(l.Expires))
	}
}

// writeRPZ writes a response policy zone (draft-vixie-dnsop-dns-rpz-00 §4):
// "CNAME ." answers NXDOMAIN, for the name and all below it. The serial is
// the time in seconds, so it rises; a record's TTL never outlives its entry.
func writeRPZ(w *bufio.Writer, list []fraud.Listing, now time.Time) {
	head(w, ";", now, len(list))
	const ttl = 3600
	fmt.Fprintf(w, "$TTL %d\n@ IN SOA localhost. hostmaster.localhost. %d 3600 900 %d 60\n@ IN NS localhost.\n", ttl, uint32(now.Unix()), int(listLives.Seconds()))
	for _, l := range list {
		t := min(ttl, max(1, int(l.Expires.Sub(now).Seconds())))
		fmt.Fprintf(w, "%s %d IN CNAME . ; expires %s\n*.%s %d IN CNAME .\n", l.Indicator.Value, t, stamp(l.Expires), l.Indicator.Value, t)
	}
}

// writeAdblock writes Adblock Plus filters: a site with all below it, and a
// page by its whole address where the site is somebody else's.
func (r *Rules) writeAdblock(w *bufio.Writer, list []fraud.Listing, now time.Time) {
	fmt.Fprintf(w, "[Adblock Plus 2.0]\n! Title: Ringbreaker\n! Expires: 1 days\n")
	head(w, "!", now, len(list))
	blocked := map[fraud.Indicator]bool{}
	for _, l := range r.blockable(list) {
		blocked[l.Indicator] = true
		fmt.Fprintf(w, "! expires %s\n||%s^\n", stamp(l.Expires), l.Indicator.Value)
	}
	for _, l := range list {
		if l.Indicator.Kind != fraud.URL || blocked[fraud.Indicator{Kind: fraud.Domain, Value: hostOf(l.Indicator)}] {
			continue
		}
		u, err := url.Parse(l.Indicator.Value)
		if err != nil || !plainHost(u.Hostname()) || u.EscapedPath() == "" || u.EscapedPath() == "/" && r.Shared(u.Hostname()) {
			continue
		}
		page := u.Host + u.EscapedPath()
		if u.RawQuery != "" {
			page += "?" + u.RawQuery
		}
		if strings.ContainsAny(page, "*^|$ \t\r\n") {
			continue // these mean something in a filter
		}
		fmt.Fprintf(w, "! expires %s\n||%s|\n", stamp(l.Expires), page)
	}
}

// writePhones writes a number a line in E.164, a tab, and its expiry.
func writePhones(w *bufio.Writer, list []fraud.Listing, now time.Time) {
	phones := slices.DeleteFunc(slices.Clone(list), func(l fraud.Listing) bool { return l.Indicator.Kind != fraud.Phone })
	head(w, "#", now, len(phones))
	for _, l := range phones {
		fmt.Fprintf(w, "%s\t%s\n", l.Indicator.Value, stamp(l.Expires))
	}
}

// writeHashPrefix writes a prefix a line in hex, a tab, and the latest expiry
// under it, ascending: no value can be read off it, and a client that hits
// asks by [Service.SearchHashes].
func writeHashPrefix(w *bufio.Writer, list []fraud.Listing, now time.Time) {
	expires := map[uint32]time.Time{}
	for _, l := range list {
		h := HashOf(l.Indicator)
		p := binary.BigEndian.Uint32(h[:PrefixBytes])
		expires[p] = later(expires[p], l.Expires)
	}
	prefixes := make([]uint32, 0, len(expires))
	for p := range expires {
		prefixes = append(prefixes, p)
	}
	slices.Sort(prefixes)
	head(w, "#", now, len(prefixes))
	for _, p := range prefixes {
		fmt.Fprintf(w, "%08x\t%s\n", p, stamp(expires[p]))
	}
}
