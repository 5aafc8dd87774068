package link

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"testing/quick"
	"time"

	"github.com/go-json-experiment/json"

	"ringbreaker.example/fraud"
)

// Rings and links written by hand are what the general encoder writes, to the
// byte, whatever they hold: also fields that somebody adds to them later.
func TestLinesAreTheEncodersOwn(t *testing.T) {
	kinds := 0
	for seed := range 400 {
		dice := rand.New(rand.NewPCG(uint64(seed), 7))
		for _, row := range []any{new(fraud.Ring), new(fraud.Link)} {
			fill(reflect.ValueOf(row).Elem(), dice)
			want, wantErr := json.Marshal(row, json.Deterministic(true))
			var w jsonLine
			switch x := row.(type) {
			case *fraud.Ring:
				w.ring(x)
			case *fraud.Link:
				w.link(x)
			}
			if (w.err == nil) != (wantErr == nil) {
				t.Fatalf("seed %d: by hand %v, the encoder %v", seed, w.err, wantErr)
			}
			if wantErr == nil && string(w.b) != string(want) {
				t.Fatalf("seed %d:\n%s, want\n%s", seed, w.b, want)
			}
			if wantErr == nil {
				kinds++
			}
		}
	}
	if kinds < 200 {
		t.Errorf("only %d of 800 could be written at all", kinds)
	}
	number := func(x float64) bool {
		var w jsonLine
		w.number(x)
		want, err := json.Marshal(x)
		return (err == nil) == (w.err == nil) && (err != nil || string(w.b) == string(want))
	}
	if err := quick.Check(number, nil); err != nil {
		t.Error(err)
	}
	for _, x := range []float64{0, math.Copysign(0, -1), 1e-6, 9e-7, 1e21, 1e20, -1e21, 99, 10.5, 0.001, math.NaN(), math.Inf(1)} {
		if !number(x) {
			t.Errorf("%v is not written as the encoder writes it", x)
		}
	}
}

// fill gives everything below v some value, empty ones among them.
func fill(v reflect.Value, dice *rand.Rand) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		if dice.IntN(4) > 0 {
			v.Set(reflect.ValueOf(time.Unix(dice.Int64N(1<<32), int64(dice.IntN(2))*dice.Int64N(1e9)).UTC()))
		} else if dice.IntN(400) == 0 {
			v.Set(reflect.ValueOf(time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)))
		}
		return
	}
	words := []string{"", "R-1", "a\"b\\c", "Zürich\u2028", "tab\tline\nbell\a\x7f", "<&>", "नमस्ते", "😀", "plain words"}
	switch v.Kind() {
	case reflect.String:
		v.SetString(words[dice.IntN(len(words))])
		if dice.IntN(2000) == 0 {
			v.SetString("\xff")
		}
	case reflect.Int, reflect.Int64:
		v.SetInt(dice.Int64N(1<<40) - 1<<39)
	case reflect.Float64:
		v.SetFloat([]float64{0, 10.5, 0.001, -3, 1e-9, 2e22, dice.Float64()}[dice.IntN(7)])
	case reflect.Slice:
		for range dice.IntN(4) {
			x := reflect.New(v.Type().Elem()).Elem()
			fill(x, dice)
			v.Set(reflect.Append(v, x))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for i := range dice.IntN(4) {
			v.SetMapIndex(reflect.ValueOf([]string{"USD", "INR", "€"}[i%3]), reflect.ValueOf(dice.Int64()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), dice)
		}
	default:
		panic(v.Type())
	}
}
