package stix

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"ringbreaker.example/fraud"
)

// object is any STIX object that Export writes, its fields in the order in
// which they are written (STIX 2.1 §3.2, §4, §5, §6, §7).
type object struct {
	Type        string   `json:"type"`
	SpecVersion string   `json:"spec_version"`
	ID          string   `json:"id"`
	CreatedBy   string   `json:"created_by_ref,omitzero"`
	Created     string   `json:"created,omitzero"`
	Modified    string   `json:"modified,omitzero"`
	Labels      []string `json:"labels,omitempty"`
	Confidence  int      `json:"confidence,omitzero"`
	Marks       []string `json:"object_marking_refs,omitempty"`
	Defanged    bool     `json:"defanged,omitzero"`

	Name           string   `json:"name,omitzero"`
	Description    string   `json:"description,omitzero"`
	IdentityClass  string   `json:"identity_class,omitzero"`
	Sectors        []string `json:"sectors,omitempty"`
	IndicatorTypes []string `json:"indicator_types,omitempty"`
	Pattern        string   `json:"pattern,omitzero"`
	PatternType    string   `json:"pattern_type,omitzero"`
	ValidFrom      string   `json:"valid_from,omitzero"`
	ValidUntil     string   `json:"valid_until,omitzero"`
	Aliases        []string `json:"aliases,omitempty"`
	InfraTypes     []string `json:"infrastructure_types,omitempty"`
	FirstSeen      string   `json:"first_seen,omitzero"`
	LastSeen       string   `json:"last_seen,omitzero"`
	Motivation     string   `json:"primary_motivation,omitzero"`
	FirstObserved  string   `json:"first_observed,omitzero"`
	LastObserved   string   `json:"last_observed,omitzero"`
	Observed       int      `json:"number_observed,omitzero"`
	Abstract       string   `json:"abstract,omitzero"`
	Content        string   `json:"content,omitzero"`
	ReportTypes    []string `json:"report_types,omitempty"`
	Published      string   `json:"published,omitzero"`
	ObjectRefs     []string `json:"object_refs,omitempty"`

	RelationshipType string   `json:"relationship_type,omitzero"`
	Source           string   `json:"source_ref,omitzero"`
	Target           string   `json:"target_ref,omitzero"`
	Count            int      `json:"count,omitzero"`
	SightingOf       string   `json:"sighting_of_ref,omitzero"`
	ObservedRefs     []string `json:"observed_data_refs,omitempty"`
	WhereSighted     []string `json:"where_sighted_refs,omitempty"`

	DefinitionType string            `json:"definition_type,omitzero"`
	Definition     map[string]string `json:"definition,omitempty"`
	Schema         string            `json:"schema,omitzero"`
	Version        string            `json:"version,omitzero"`
	ExtensionTypes []string          `json:"extension_types,omitempty"`

	Value   string            `json:"value,omitzero"`
	Hashes  map[string]string `json:"hashes,omitempty"`
	IBAN    string            `json:"iban,omitzero"`
	Account string            `json:"account_number,omitzero"`
	UserID  string            `json:"user_id,omitzero"`
	Login   string            `json:"account_login,omitzero"`

	Extensions map[string]map[string]string `json:"extensions,omitempty"`
}

// namespace is the root of our identifiers (STIX 2.1 §2.9 asks for UUIDv5
// from a namespace of one's own for deterministic ids).
var namespace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://ringbreaker.example/stix"))

// scoNamespace is the one of STIX Cyber-observable Objects (STIX 2.1 §2.9).
var scoNamespace = uuid.MustParse("00abedb4-aa42-466c-9c01-fed23315a9b7")

func id(kind string, parts ...string) string {
	return kind + "--" + uuid.NewSHA1(namespace, []byte(strings.Join(append([]string{kind}, parts...), "\x00"))).String()
}

// scoID is the deterministic identifier over the ID contributing properties,
// in the canonical form of RFC 8785.
func scoID(kind string, contributing any) (string, error) {
	b, err := json.Marshal(contributing)
	if err != nil {
		return "", fmt.Errorf("identifier of a %s: %w", kind, err)
	}
	v := jsontext.Value(b)
	if err := v.Canonicalize(); err != nil {
		return "", fmt.Errorf("identifier of a %s: %w", kind, err)
	}
	return kind + "--" + uuid.NewSHA1(scoNamespace, v).String(), nil
}

// stamp is a STIX timestamp (STIX 2.1 §2.14) in milliseconds.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// The extension definition of TLP 2.0 and its five markings, with the ids
// that OASIS published for everybody's use (STIX 2.1 TLP 2.0 extension).
const tlpExtension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

var tlpMarks = map[fraud.TLP]string{
	fraud.TLPClear:       "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
	fraud.TLPGreen:       "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
	fraud.TLPAmber:       "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
	fraud.TLPAmberStrict: "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
	fraud.TLPRed:         "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}

// tlp1Marks are the markings of STIX 2.0 and 2.1 §7.2.1.4 (TLP 1.0), read
// only.
var tlp1Marks = map[string]fraud.TLP{
	"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": fraud.TLPClear,
	"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": fraud.TLPGreen,
	"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": fraud.TLPAmber,
	"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": fraud.TLPRed,
}

func tlpObject(t fraud.TLP) object {
	return object{
		Type: "marking-definition", SpecVersion: "2.1", ID: tlpMarks[t], Created: "2022-10-01T00:00:00.000Z", Name: "TLP:" + string(t),
		Extensions: map[string]map[string]string{tlpExtension: {"extension_type": "property-extension", "tlp_2_0": strings.ToLower(string(t))}},
	}
}

func papObject(p fraud.PAP) object {
	text := "PAP:" + string(p)
	return object{
		Type: "marking-definition", SpecVersion: "2.1", ID: id("marking-definition", text), Created: "2023-10-19T00:00:00.000Z", Name: text,
		DefinitionType: "statement", Definition: map[string]string{"statement": text},
	}
}

// The extension definitions under which telephone numbers, bank accounts,
// wallets and their transactions are observables (muchdogesec
// stix2extensions; OpenCTI uses the same type names).
var extensionOf = map[string]string{
	"phone-number":               "extension-definition--14a97ee2-e666-5ada-a6bd-b7177f79e211",
	"bank-account":               "extension-definition--f19f3291-6a84-5674-b311-d75a925d5bd9",
	"cryptocurrency-wallet":      "extension-definition--be78509e-6958-51b1-8b26-d17ee0eba2d7",
	"cryptocurrency-transaction": "extension-definition--151d042d-4dcf-5e44-843f-1024440318e5",
}

func extensionObject(kind, by string) object {
	return object{
		Type: "extension-definition", SpecVersion: "2.1", ID: extensionOf[kind], CreatedBy: by, Created: "2020-01-01T00:00:00.000Z",
		Modified: "2020-01-01T00:00:00.000Z", Name: strings.ReplaceAll(kind, "-", " "),
		Description: "Observable of type " + kind + ", after stix2extensions.",
		Schema:      "https://raw.githubusercontent.com/muchdogesec/stix2extensions/main/automodel_generated/schemas/scos/" + kind + ".json",
		Version:     "1.0", ExtensionTypes: []string{"new-sco"},
	}
}

func newSCO(kind string) map[string]map[string]string {
	return map[string]map[string]string{extensionOf[kind]: {"extension_type": "new-sco"}}
}
