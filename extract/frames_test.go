package extract

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"strconv"
	"strings"
	"testing"
)

// A frame is not read where the dictionary knows none of its words near: so it
// has to know every word that the frame then asks for letter by letter.
func TestFramesWordsAreInTheDictionary(t *testing.T) {
	want := map[string]frames{"contactVerb": frameAsks, "policeWord": framePolice}
	words := map[frames]string{
		frameHelper:  "neighbor neighbour friend coworker colleague vecina vecino nachbar nachbarin voisine voisin witness realtor",
		frameGenuine: "back themselves itself directly", frameWrote: "texted messaged emailed", frameUsed: "used", frameTold: "reported",
		frameAgain: "rang phoned called calls rings",
	}
	files := gotoken.NewFileSet()
	for _, name := range []string{"reach.go", "event.go"} {
		parsed, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || want[f.Name.Name] == 0 {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == gotoken.STRING {
					word, _ := strconv.Unquote(lit.Value)
					if !strings.Contains(word, "-") { // no token has a hyphen in it
						words[want[f.Name.Name]] += " " + word
					}
				}
				return true
			})
		}
	}
	for frame, list := range words {
		fields := strings.Fields(list)
		for _, word := range fields {
			if e := dictionary.entries[dictionary.find([]byte(word), 0, len(word))]; !e.frames.has(frame) {
				t.Errorf("%q is not in data/words.txt with the frame that asks for it", word)
			}
		}
		if frame == frameAsks && len(fields) < 20 || frame == framePolice && len(fields) < 20 {
			t.Errorf("only %d words of a frame were found in the source", len(fields))
		}
	}
}
