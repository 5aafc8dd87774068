package stix

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ringbreaker.example/fraud"
)

// Content is what a bundle is made from.
type Content struct {
	Producer fraud.Org // who says all this: created_by_ref of every object
	Title    string
	At       time.Time // modified and published
	Mark     fraud.Mark
	Rings    []RingOf
	Listings []fraud.Listing // for a public list: indicators without rings
}

// RingOf is a ring and whose it is.
type RingOf struct {
	Org   fraud.Org
	Label string
	Ring  fraud.Ring
}

// Export writes a STIX 2.1 bundle. Each report of a ring counts as a
// sighting of its indicators, by the Org that holds the report; no victim
// and no report's text goes out. The error wraps fraud.ErrInvalid where the
// content has no producer or no time.
func Export(c Content) ([]byte, error) {
	if c.Producer.ID == "" || c.At.IsZero() {
		return nil, fmt.Errorf("a STIX bundle needs a producer and a time: %w", fraud.ErrInvalid)
	}
	objects, err := Objects(c)
	if err != nil {
		return nil, err
	}
	bundle := struct {
		Type    string           `json:"type"`
		ID      string           `json:"id"`
		Objects []jsontext.Value `json:"objects"`
	}{"bundle", id("bundle", string(c.Producer.ID), c.Title, stamp(c.At)), objects}
	b, err := json.Marshal(bundle, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("write a STIX bundle: %w", err)
	}
	return append(b, '\n'), nil
}

// Objects gives the objects of the bundle one by one, for a TAXII envelope.
func Objects(c Content) ([]jsontext.Value, error) {
	x := &exporter{c: c, seen: map[string]bool{}, by: id("identity", "org", string(c.Producer.ID))}
	x.marks = []string{x.tlp(c.Mark), x.pap(c.Mark)}
	x.org(c.Producer)
	for _, r := range c.Rings {
		if err := x.ring(r); err != nil {
			return nil, err
		}
	}
	for _, l := range c.Listings {
		if err := x.listing(l); err != nil {
			return nil, err
		}
	}
	if c.Title != "" && len(x.refs) > 0 {
		x.put(object{
			Type: "report", ID: id("report", string(c.Producer.ID), c.Title), CreatedBy: x.by, Created: stamp(c.At), Modified: stamp(c.At), Marks: x.marks,
			Name: c.Title, ReportTypes: []string{"threat-report"}, Published: stamp(c.At), ObjectRefs: x.refs,
		})
	}
	out := make([]jsontext.Value, len(x.out))
	for i, o := range x.out {
		b, err := json.Marshal(o, json.Deterministic(true))
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", o.ID, err)
		}
		out[i] = b
	}
	return out, nil
}

// exporter gathers objects, each once.
type exporter struct {
	c     Content
	by    string
	marks []string
	out   []object
	seen  map[string]bool
	refs  []string // what the report refers to
}

func (x *exporter) put(o object) {
	if o.SpecVersion == "" {
		o.SpecVersion = "2.1"
	}
	if x.seen[o.ID] {
		return
	}
	x.seen[o.ID] = true
	x.out = append(x.out, o)
	if !slices.Contains([]string{"marking-definition", "extension-definition", "report"}, o.Type) {
		x.refs = append(x.refs, o.ID)
	}
}

func (x *exporter) tlp(m fraud.Mark) string {
	o := tlpObject(m.Filled().TLP)
	x.put(o)
	return o.ID
}

func (x *exporter) pap(m fraud.Mark) string {
	o := papObject(m.Filled().PAP)
	x.put(o)
	return o.ID
}

// sdo fills what all our domain objects have. created stays when the thing
// grows, so that its versions are versions of one object.
func (x *exporter) sdo(o object, since time.Time) object {
	if since.IsZero() || since.After(x.c.At) {
		since = x.c.At
	}
	o.CreatedBy, o.Created, o.Modified, o.Marks = x.by, stamp(since), stamp(x.c.At), x.marks
	return o
}

func (x *exporter) org(o fraud.Org) string {
	name := cmp.Or(o.Name, string(o.ID))
	out := x.sdo(object{Type: "identity", ID: id("identity", "org", string(o.ID)), Name: name, IdentityClass: "organization"}, time.Time{})
	x.put(out)
	return out.ID
}

// brand is an impersonated brand: a victim of the ring.
func (x *exporter) brand(name string) string {
	out := x.sdo(object{
		Type: "identity", ID: id("identity", "brand", strings.ToLower(name)), Name: name, IdentityClass: "organization",
		Description: "A brand that was impersonated. It is a victim, not an actor.",
	}, time.Time{})
	x.put(out)
	return out.ID
}

func (x *exporter) relate(kind, from, to string, since time.Time) {
	x.put(x.sdo(object{Type: "relationship", ID: id("relationship", kind, from, to), RelationshipType: kind, Source: from, Target: to}, since))
}

func (x *exporter) ring(r RingOf) error {
	by := x.org(r.Org)
	h := r.Ring.Harm
	set := x.sdo(object{
		Type: "intrusion-set", ID: id("intrusion-set", string(r.Org.ID), string(r.Ring.ID)), Name: cmp.Or(r.Label, string(r.Ring.ID)),
		Description: fmt.Sprintf("Fraud ring %s of %s: %d reports, %d victims.", r.Ring.ID, cmp.Or(r.Org.Name, string(r.Org.ID)), len(r.Ring.Reports), h.Victims),
		FirstSeen:   stamp(h.FirstAt), LastSeen: stamp(h.LastAt), Motivation: "personal-gain", Labels: []string{"fraud-ring"},
	}, h.FirstAt)
	if h.LastAt.Before(h.FirstAt) {
		set.LastSeen = ""
	}
	x.put(set)
	for _, b := range r.Ring.Brands {
		x.relate("targets", set.ID, x.brand(b), h.FirstAt)
	}
	var rest []string
	for _, i := range r.Ring.Indicators {
		if !i.Role.Links() {
			continue
		}
		sent, err := x.indicator(i, set.ID, by)
		if err != nil {
			return err
		}
		if !sent {
			rest = append(rest, fmt.Sprintf("%s as %s, %s to %s, %d reports", i.Indicator, i.Role, day(i.Tenure.From), day(i.Tenure.To), i.Reports))
		}
	}
	for _, t := range r.Ring.Suppliers {
		rest = append(rest, fmt.Sprintf("supplier %s serves %d rings", t.Indicator, t.Serves()))
	}
	for _, t := range r.Ring.Launderers {
		rest = append(rest, fmt.Sprintf("launderer %s serves %d rings", t.Indicator, t.Serves()))
	}
	if len(rest) > 0 {
		x.put(x.sdo(object{
			Type: "note", ID: id("note", string(r.Org.ID), string(r.Ring.ID)), Abstract: "What else the ring used, for which STIX has no observable",
			Content: strings.Join(rest, "\n"), ObjectRefs: []string{set.ID},
		}, h.FirstAt))
	}
	return nil
}

func day(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2006-01-02")
}

// indicator writes observable, indicator, observed-data and sighting.
func (x *exporter) indicator(i fraud.RingIndicator, set, where string) (sent bool, err error) {
	sco, pattern, ok, err := observable(i.Indicator)
	if err != nil || !ok {
		return false, err
	}
	from, to := i.Tenure.From, i.Tenure.To
	if from.IsZero() {
		from = x.c.At
	}
	if to.Before(from) {
		to = from
	}
	x.sco(sco)
	ind := x.sdo(object{
		Type: "indicator", ID: id("indicator", string(x.c.Producer.ID), i.String(), stamp(from)), Name: string(i.Role) + " " + sco.Type,
		Description:    fmt.Sprintf("Used as %s; in %d reports from %d sources.", strings.ReplaceAll(string(i.Role), "_", " "), i.Reports, i.Sources),
		IndicatorTypes: []string{"malicious-activity"}, Pattern: pattern, PatternType: "stix", ValidFrom: stamp(from), Labels: []string{string(i.Role)},
	}, from)
	x.put(ind)
	x.relate("indicates", ind.ID, set, from)
	seen := x.sdo(object{
		Type: "observed-data", ID: id("observed-data", string(x.c.Producer.ID), i.String(), stamp(from), where),
		FirstObserved: stamp(from), LastObserved: stamp(to), Observed: max(1, i.Reports), ObjectRefs: []string{sco.ID},
	}, from)
	x.put(seen)
	x.relate("based-on", ind.ID, seen.ID, from)
	x.put(x.sdo(object{
		Type: "sighting", ID: id("sighting", ind.ID, where), FirstSeen: stamp(from), LastSeen: stamp(to), Count: max(1, i.Reports),
		SightingOf: ind.ID, ObservedRefs: []string{seen.ID}, WhereSighted: []string{where},
	}, from))
	return true, nil
}

func (x *exporter) sco(sco object) {
	if extensionOf[sco.Type] != "" {
		x.put(extensionObject(sco.Type, x.by))
	}
	sco.Marks = x.marks
	x.put(sco)
}

// listing writes an indicator of a public list, with its expiry.
func (x *exporter) listing(l fraud.Listing) error {
	sco, pattern, ok, err := observable(l.Indicator)
	if err != nil || !ok {
		return err
	}
	x.sco(sco)
	ind := x.sdo(object{
		Type: "indicator", ID: id("indicator", string(x.c.Producer.ID), "listing", l.Indicator.String()), Name: "listed " + sco.Type,
		IndicatorTypes: []string{"malicious-activity"}, Pattern: pattern, PatternType: "stix", ValidFrom: stamp(l.Since),
	}, l.Since)
	if l.Expires.After(l.Since) {
		ind.ValidUntil = stamp(l.Expires)
	}
	x.put(ind)
	return nil
}
