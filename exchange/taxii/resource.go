package taxii

import (
	"mime"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// The media types of TAXII 2.1 and of what the collections hold.
const (
	MediaType = "application/taxii+json;version=2.1"
	STIX      = "application/stix+json;version=2.1"
)

// Discovery tells where the API roots are (§4.1.1).
type Discovery struct {
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"`
	Contact     string   `json:"contact,omitempty"`
	Default     string   `json:"default,omitempty"`
	APIRoots    []string `json:"api_roots,omitempty"`
}

// APIRoot tells what an API root is (§4.2.1).
type APIRoot struct {
	Title            string   `json:"title"`
	Description      string   `json:"description,omitempty"`
	Versions         []string `json:"versions"`
	MaxContentLength int64    `json:"max_content_length"` // bytes of a request; ours takes none, and the field is required
}

// Collections lists collections (§5.1.1).
type Collections struct {
	Collections []Collection `json:"collections,omitempty"`
}

// Collection is one list of objects (§5.2.1).
type Collection struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"`
	Alias       string   `json:"alias,omitempty"`
	CanRead     bool     `json:"can_read"`
	CanWrite    bool     `json:"can_write"`
	MediaTypes  []string `json:"media_types,omitempty"`
}

// Envelope is a page of objects (Envelope resource).
type Envelope struct {
	More    bool             `json:"more,omitzero"`
	Next    string           `json:"next,omitempty"`
	Objects []jsontext.Value `json:"objects,omitempty"`
}

// Manifest is a page of what a collection holds (§5.3.1). Next is not in the
// specification's table and is what clients page manifests by.
type Manifest struct {
	More    bool    `json:"more,omitzero"`
	Next    string  `json:"next,omitempty"`
	Objects []Entry `json:"objects,omitempty"`
}

// Entry is one object of a manifest (§5.3.1.1).
type Entry struct {
	ID        string `json:"id"`
	DateAdded string `json:"date_added"`
	Version   string `json:"version"`
	MediaType string `json:"media_type,omitempty"`
}

// Versions are those of one object (§5.8.1).
type Versions struct {
	More     bool     `json:"more,omitzero"`
	Next     string   `json:"next,omitempty"`
	Versions []string `json:"versions,omitempty"`
}

// Problem is an error as TAXII tells it (Error Message resource).
type Problem struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	HTTPStatus  string `json:"http_status,omitempty"`
}

// Write gives a resource as JSON, the same bytes for the same content.
func Write(resource any) ([]byte, error) {
	return json.Marshal(resource, json.Deterministic(true))
}

// namespace is the root of our collections' identifiers.
var namespace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://ringbreaker.example/taxii"))

// CollectionID is the UUID of an organisation's list (§5.2.1): the same on
// every start.
func CollectionID(org, list string) string {
	return uuid.NewSHA1(namespace, []byte(org+"\x00"+list)).String()
}

// Acceptable says whether an Accept header takes an answer of TAXII 2.1.
// None takes all (RFC 9110 §12.5.1); a version that is not ours, or
// another format alone, is answered by 406.
func Acceptable(accept string) bool {
	if strings.TrimSpace(accept) == "" {
		return true
	}
	for one := range strings.SplitSeq(accept, ",") {
		kind, params, err := mime.ParseMediaType(one)
		if err != nil || params["q"] == "0" {
			continue
		}
		switch kind {
		case "*/*", "application/*":
			return true
		case "application/taxii+json":
			if v, told := params["version"]; !told || v == "2.1" {
				return true
			}
		}
	}
	return false
}
