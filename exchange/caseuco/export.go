package caseuco

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"ringbreaker.example/fraud"
)

// Content is what a graph is made from.
type Content struct {
	Ref       string // the referral's or case's own number
	Title     string
	Says      string // in a sentence, what the investigation is about
	At        time.Time
	Orgs      []fraud.Org // who lays the evidence, and who receives it
	Exhibits  []Exhibit
	Custody   []fraud.CustodyEvent // Item is the exhibit's id, or a seizure's
	Subjects  []fraud.Subject
	Rings     []fraud.Ring
	Authority []Authority
}

// Exhibit is a file of evidence with its place in the package, or an item
// that was taken out of another.
type Exhibit struct {
	fraud.Exhibit
	Path string
	Root string // number of the item that it was taken out of
}

// Authority is what an act rested on: a warrant, an order, an agreement.
type Authority struct {
	Ref  string
	Type string
}

// namespace is the root of our identifiers (RFC 9562 §5.5).
var namespace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://ringbreaker.example/case"))

type node map[string]any

// graph gathers nodes, each once.
type graph struct {
	nodes []node
	seen  map[string]bool
}

func ref(id string) node { return node{"@id": id} }

func id(kind string, parts ...string) string {
	return "kb:" + kind + "-" + uuid.NewSHA1(namespace, []byte(strings.Join(append([]string{kind}, parts...), "\x00"))).String()
}

func stamp(t time.Time) node {
	return node{"@type": "xsd:dateTime", "@value": t.UTC().Format("2006-01-02T15:04:05.000Z")}
}

// put adds a node and returns a reference to it.
func (g *graph) put(id, kind string, n node) node {
	if !g.seen[id] {
		g.seen[id] = true
		n["@id"], n["@type"] = id, kind
		g.nodes = append(g.nodes, n)
	}
	return ref(id)
}

// Export writes the graph. The error wraps fraud.ErrInvalid where an exhibit
// has no number or a hash is not hex.
func Export(c Content) ([]byte, error) {
	g := &graph{seen: map[string]bool{}}
	var objects []node
	for _, o := range c.Orgs {
		objects = append(objects, g.put(orgID(o.ID), "uco-identity:Organization", node{"uco-core:name": cmp.Or(o.Name, string(o.ID))}))
	}
	chains := map[string][]fraud.CustodyEvent{}
	for _, e := range c.Custody {
		chains[string(e.Item)] = append(chains[string(e.Item)], e)
	}
	for _, e := range c.Exhibits {
		put, err := g.exhibit(e, chains[string(e.ID)], c.Ref)
		if err != nil {
			return nil, err
		}
		objects = append(objects, put...)
	}
	for _, s := range c.Subjects {
		objects = append(objects, g.subject(s)...)
	}
	for _, r := range c.Rings {
		for _, i := range r.Indicators {
			if i.Role.Links() {
				objects = append(objects, g.indicator(i.Indicator))
			}
		}
	}
	objects = unique(objects)
	n := node{
		"uco-core:name": c.Title, "uco-core:description": c.Says, "uco-core:object": objects,
		"case-investigation:investigationForm": "case",
		"uco-core:externalReference":           g.put(id("external-reference", c.Ref), "uco-core:ExternalReference", node{"uco-core:externalIdentifier": c.Ref}),
	}
	var auth []node
	for _, a := range c.Authority {
		auth = append(auth, g.put(id("authorization", a.Ref), "case-investigation:Authorization", node{
			"case-investigation:authorizationIdentifier": a.Ref, "case-investigation:authorizationType": a.Type,
		}))
	}
	if len(auth) > 0 {
		n["case-investigation:relevantAuthorization"] = auth
	}
	g.put(id("investigation", c.Ref), "case-investigation:Investigation", n)
	return g.write()
}

func unique(list []node) []node {
	seen := map[any]bool{}
	return slices.DeleteFunc(list, func(n node) bool {
		twice := seen[n["@id"]]
		seen[n["@id"]] = true
		return twice
	})
}

func (g *graph) write() ([]byte, error) {
	doc := struct {
		Context map[string]string `json:"@context"`
		Graph   []node            `json:"@graph"`
	}{context, g.nodes}
	b, err := json.Marshal(doc, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("write a CASE graph: %w", err)
	}
	return append(b, '\n'), nil
}

// context names the ontologies (CASE 1.4.0, UCO 1.4.0).
var context = map[string]string{
	"kb":                 "https://ringbreaker.example/kb/",
	"case-investigation": "https://ontology.caseontology.org/case/investigation/",
	"uco-action":         "https://ontology.unifiedcyberontology.org/uco/action/",
	"uco-core":           "https://ontology.unifiedcyberontology.org/uco/core/",
	"uco-identity":       "https://ontology.unifiedcyberontology.org/uco/identity/",
	"uco-location":       "https://ontology.unifiedcyberontology.org/uco/location/",
	"uco-observable":     "https://ontology.unifiedcyberontology.org/uco/observable/",
	"uco-role":           "https://ontology.unifiedcyberontology.org/uco/role/",
	"uco-types":          "https://ontology.unifiedcyberontology.org/uco/types/",
	"xsd":                "http://www.w3.org/2001/XMLSchema#",
}

func orgID(o fraud.OrgID) string { return id("organization", string(o)) }

// exhibit writes the file, its provenance record and its chain of custody.
func (g *graph) exhibit(e Exhibit, chain []fraud.CustodyEvent, ref0 string) ([]node, error) {
	if e.No < 1 {
		return nil, fmt.Errorf("exhibit %s has no number: %w", e.ID, fraud.ErrInvalid)
	}
	file, err := g.file(e, ref0)
	if err != nil {
		return nil, err
	}
	no := fmt.Sprint(e.No)
	record := node{
		"uco-core:description": e.What, "case-investigation:exhibitNumber": no, "uco-core:object": []node{file},
		"uco-core:objectCreatedTime": stamp(e.TakenAt),
	}
	if e.Root != "" {
		record["case-investigation:rootExhibitNumber"] = []string{e.Root}
	}
	first := g.put(id("provenance-record", ref0, string(e.ID)), "case-investigation:ProvenanceRecord", record)
	out := []node{file, first}
	before, informed := first, node(nil)
	for i, ev := range chain {
		after := g.put(id("provenance-record", ref0, string(e.ID), fmt.Sprint(ev.Seq)), "case-investigation:ProvenanceRecord", node{
			"uco-core:description":             fmt.Sprintf("Exhibit %s after custody event %d, held by %s", no, ev.Seq, ev.Holder),
			"case-investigation:exhibitNumber": no, "uco-core:object": []node{file},
		})
		act := node{
			"uco-core:name": "custody: " + string(ev.Act), "uco-core:description": strings.TrimSpace(ev.Why), "uco-action:startTime": stamp(ev.At),
			"uco-action:endTime": stamp(ev.At), "uco-action:performer": g.holder(ev.Holder), "uco-action:object": []node{before}, "uco-action:result": []node{after},
		}
		if ev.Place != "" {
			act["uco-action:location"] = []node{g.put(id("location", ev.Place), "uco-location:Location", node{"uco-core:name": ev.Place})}
		}
		if i > 0 {
			act["case-investigation:wasInformedBy"] = []node{informed}
		}
		informed = g.put(id("custody", ref0, string(e.ID), fmt.Sprint(ev.Seq)), "case-investigation:InvestigativeAction", act)
		out = append(out, after, informed)
		before = after
	}
	return out, nil
}

func (g *graph) holder(name string) node {
	return g.put(id("identity", "holder", name), "uco-identity:Identity", node{"uco-core:name": cmp.Or(name, "not recorded")})
}

func (g *graph) file(e Exhibit, ref0 string) (node, error) {
	if len(e.SHA256) != 64 || strings.Trim(e.SHA256, "0123456789abcdef") != "" {
		return nil, fmt.Errorf("exhibit %s has no SHA-256 in hex: %w", e.ID, fraud.ErrInvalid)
	}
	key := []string{ref0, string(e.ID)}
	hash := node{
		"@id": id("hash", key...), "@type": "uco-types:Hash",
		"uco-types:hashMethod": "SHA256",
		"uco-types:hashValue":  node{"@type": "xsd:hexBinary", "@value": e.SHA256},
	}
	facets := []node{
		{"@id": id("file-facet", key...), "@type": "uco-observable:FileFacet", "uco-observable:fileName": e.Name, "uco-observable:filePath": e.Path, "uco-observable:sizeInBytes": e.Size},
		{"@id": id("content-data-facet", key...), "@type": "uco-observable:ContentDataFacet", "uco-observable:hash": []node{hash}, "uco-observable:sizeInBytes": e.Size},
	}
	return g.put(id("file", key...), "uco-observable:File", node{"uco-core:hasFacet": facets, "uco-core:description": e.From}), nil
}

// subject writes somebody believed to be involved, in the role of a subject.
func (g *graph) subject(s fraud.Subject) []node {
	who := g.put(id("identity", "subject", s.ID), "uco-identity:Identity", node{"uco-core:name": s.Name, "uco-core:description": "Believed to be involved; no finding of guilt."})
	role := g.put(id("subject", s.ID), "case-investigation:Subject", node{"uco-core:name": cmp.Or(s.Role, "subject")})
	has := g.put(id("relationship", s.ID), "uco-core:Relationship", node{
		"uco-core:source": who, "uco-core:target": role, "uco-core:kindOfRelationship": "Has_Role", "uco-core:isDirectional": true,
	})
	return []node{who, role, has}
}

// indicator writes a value as the observable that UCO has for it.
func (g *graph) indicator(i fraud.Indicator) node {
	facet := func(class, property, value string) node {
		return g.put(id(strings.ToLower(class), i.Value), "uco-observable:"+class, node{"uco-core:hasFacet": []node{{
			"@id": id(strings.ToLower(class)+"-facet", i.Value), "@type": "uco-observable:" + class + "Facet", "uco-observable:" + property: value,
		}}})
	}
	switch i.Kind {
	case fraud.Phone:
		return facet("PhoneAccount", "phoneNumber", i.Value)
	case fraud.Email:
		return facet("EmailAddress", "addressValue", i.Value)
	case fraud.URL:
		return facet("URL", "fullValue", i.Value)
	case fraud.Domain:
		return facet("DomainName", "value", i.Value)
	case fraud.IP, fraud.RemoteHost:
		ip, err := netip.ParseAddr(i.Value)
		switch {
		case err != nil:
			return facet("DomainName", "value", i.Value)
		case ip.Is4():
			return facet("IPv4Address", "addressValue", i.Value)
		}
		return facet("IPv6Address", "addressValue", i.Value)
	}
	return g.put(id("observable", i.String()), "uco-observable:ObservableObject", node{"uco-core:name": strings.ReplaceAll(string(i.Kind), "_", " "), "uco-core:description": i.Value})
}
