package intake

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// Limits of office documents: a letter or a bill has a few pages.
const (
	maxOfficeParts = 2000
	maxOfficeXML   = 64 << 20 // of all parts that are read, unpacked
	maxOfficeText  = 1 << 20
	maxXMLDepth    = 1000
)

// officeParts are the parts of a document that a person reads: WordprocessingML,
// SpreadsheetML and PresentationML (ECMA-376 part 1), OpenDocument (ISO/IEC
// 26300), and the files that say where links lead.
var officeParts = []string{
	"word/document.xml", "word/header*.xml", "word/footer*.xml", "word/footnotes.xml", "word/endnotes.xml", "word/comments.xml", "word/_rels/*.rels",
	"xl/sharedStrings.xml", "xl/worksheets/sheet*.xml", "xl/worksheets/_rels/*.rels",
	"ppt/slides/slide*.xml", "ppt/notesSlides/notesSlide*.xml", "ppt/slides/_rels/*.rels", "content.xml",
}

// office reads the text of a document that is a zip of XML: docx, xlsx, pptx,
// odt, ods, odp. Each part is a page of its own. Nothing in it is run, and
// nothing that it names is fetched.
func office(data []byte) (pages []string, err error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, errors.New("it is a damaged document")
	}
	if len(z.File) > maxOfficeParts {
		return nil, fmt.Errorf("it has more than %d parts", maxOfficeParts)
	}
	left, room := int64(maxOfficeXML), maxOfficeText
	files := slices.Clone(z.File)
	slices.SortStableFunc(files, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range files {
		if !slices.ContainsFunc(officeParts, func(p string) bool { ok, _ := path.Match(p, f.Name); return ok }) {
			continue
		}
		in, err := f.Open()
		if err != nil {
			return pages, errors.New("a part of it is packed in a way that is not known")
		}
		r := &bounded{r: in, packed: func() int64 { return int64(f.CompressedSize64) }, left: &left}
		text, err := partText(r, strings.HasSuffix(f.Name, ".rels"), room)
		_ = in.Close()
		if text = readable(text); text != "" {
			pages = append(pages, text)
			room -= len(text)
		}
		if err != nil {
			return pages, errors.New("a part of it is damaged or too large")
		}
		if room <= 0 {
			return pages, errors.New("it has more text than is taken")
		}
	}
	if len(pages) == 0 {
		return nil, errors.New("it holds no text, or is no document of a kind that is known")
	}
	return pages, nil
}

// breaks are the elements after which a line ends; the others run on.
var breaks = map[string]string{
	"p": "\n", "h": "\n", "br": "\n", "cr": "\n", "line-break": "\n", "tr": "\n", "row": "\n", "table-row": "\n", "si": "\n",
	"tab": "\t", "tc": "\t", "c": "\t", "table-cell": "\t", "s": " ",
}

// partText is the text of one XML part; of a part of links, where those that
// leave the document lead.
func partText(in io.Reader, links bool, room int) (string, error) {
	d := xml.NewDecoder(in)
	d.Strict = false
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("charset") } // both standards: UTF-8 or UTF-16
	d.Entity = map[string]string{}
	var out strings.Builder
	depth, shared := 0, false // shared: a cell that holds a number of a text elsewhere
	for out.Len() < room {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return out.String(), nil
		}
		if err != nil {
			return out.String(), err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth > maxXMLDepth {
				return out.String(), errors.New("nested too deep")
			}
			if t.Name.Local == "c" {
				shared = slices.ContainsFunc(t.Attr, func(a xml.Attr) bool { return a.Name.Local == "t" && a.Value == "s" })
			}
			if links {
				out.WriteString(outside(t))
			} else {
				out.WriteString(href(t))
			}
		case xml.EndElement:
			depth--
			if t.Name.Local == "c" {
				shared = false
			}
			out.WriteString(breaks[t.Name.Local])
		case xml.CharData:
			if !links && !shared {
				out.Write(t)
			}
		}
	}
	return out.String(), errors.New("too much text")
}

// outside is where a relationship leads that leaves the document (ECMA-376
// part 2 §6.5.3.4).
func outside(t xml.StartElement) string {
	target, external := "", false
	for _, a := range t.Attr {
		switch a.Name.Local {
		case "Target":
			target = a.Value
		case "TargetMode":
			external = a.Value == "External"
		}
	}
	if !external || target == "" {
		return ""
	}
	return target + "\n"
}

// href is where a link of an OpenDocument text leads.
func href(t xml.StartElement) string {
	if t.Name.Local != "a" {
		return ""
	}
	for _, a := range t.Attr {
		if a.Name.Local == "href" && a.Value != "" {
			return " " + a.Value + " "
		}
	}
	return ""
}
