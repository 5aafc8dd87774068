package synth

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// Every knob of every scenario stands in its own file, so that who reads it
// sees how hard the world is; and no world is free of noise.
func TestEveryKnobStandsInItsFile(t *testing.T) {
	for _, name := range Scenarios() {
		b, err := scenarioFiles.ReadFile("scenarios/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var file map[string]any
		if err := json.Unmarshal(b, &file); err != nil {
			t.Fatal(err)
		}
		for _, missing := range lacking(reflect.TypeFor[Scenario](), file, "") {
			t.Errorf("scenarios/%s.json lacks %s", name, missing)
		}
		s, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		w, f := s.Writing, s.Fields
		for what, share := range map[string]float64{"odd numbers": w.OddNumber, "mistyped numbers": w.Typo, "wrong dates": w.WrongDate, "cut texts": w.CutText} {
			if share <= 0 {
				t.Errorf("%s has no %s", name, what)
			}
		}
		for what, share := range map[string]float64{"callback": f.Callback, "url": f.URL, "payee": f.Payee, "remote id": f.Remote, "narrative": f.Narrative} {
			if share >= 1 {
				t.Errorf("%s: %s is never missing", name, what)
			}
		}
	}
}

func lacking(t reflect.Type, file map[string]any, at string) []string {
	var out []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		v, ok := file[name]
		if !ok {
			out = append(out, at+name)
			continue
		}
		if inner, isMap := v.(map[string]any); isMap && t.Field(i).Type.Kind() == reflect.Struct {
			out = append(out, lacking(t.Field(i).Type, inner, at+name+".")...)
		}
	}
	return out
}
