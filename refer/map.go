package refer

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// fewest is the smallest number of victims that the dossier prints for a
// country, a region or an age: a smaller one could point at a person. The
// tables and the map say "under 5" instead.
const fewest = 5

func counted(n int) string {
	if n < fewest {
		return fmt.Sprintf("under %d", fewest)
	}
	return fmt.Sprint(n)
}

// place is the middle of a country, in whole degrees: enough for a bubble.
type place struct{ lat, lon int }

// places are the countries that the map can show, by ISO 3166-1 alpha-2; a
// victim of another one is in the table alone, and the map says so.
var places = map[string]place{
	"AE": {24, 54}, "AR": {-34, -64}, "AT": {47, 14}, "AU": {-25, 134}, "BD": {24, 90}, "BE": {51, 4}, "BG": {43, 25}, "BR": {-10, -55},
	"CA": {58, -106}, "CH": {47, 8}, "CL": {-33, -71}, "CN": {35, 103}, "CO": {4, -73}, "CZ": {50, 15}, "DE": {51, 10}, "DK": {56, 10},
	"EE": {59, 26}, "EG": {27, 30}, "ES": {40, -4}, "FI": {64, 26}, "FR": {46, 2}, "GB": {54, -2}, "GH": {8, -1}, "GR": {39, 22},
	"HK": {22, 114}, "HR": {45, 15}, "HU": {47, 20}, "ID": {-2, 118}, "IE": {53, -8}, "IL": {31, 35}, "IN": {22, 79}, "IS": {65, -19},
	"IT": {43, 12}, "JM": {18, -77}, "JP": {36, 138}, "KE": {0, 38}, "KH": {13, 105}, "KR": {36, 128}, "LK": {7, 81}, "LT": {55, 24},
	"LU": {50, 6}, "LV": {57, 25}, "MA": {32, -6}, "MM": {21, 96}, "MT": {36, 14}, "MX": {23, -102}, "MY": {4, 102}, "NG": {9, 8},
	"NL": {52, 6}, "NO": {61, 9}, "NP": {28, 84}, "NZ": {-41, 174}, "PE": {-10, -76}, "PH": {13, 122}, "PK": {30, 70}, "PL": {52, 19},
	"PT": {39, -8}, "QA": {25, 51}, "RO": {46, 25}, "RS": {44, 21}, "RU": {60, 90}, "SA": {24, 45}, "SE": {62, 15}, "SG": {1, 104},
	"SI": {46, 15}, "SK": {49, 19}, "TH": {15, 101}, "TR": {39, 35}, "TW": {24, 121}, "UA": {49, 32}, "US": {39, -98}, "VN": {16, 107},
	"ZA": {-29, 24},
}

// The map is an equirectangular one of the lived-in world: 900 wide for 360
// degrees, from 75° north to 60° south. It has no coast and no tile: what it
// shows is where the bubbles lie to each other.
const (
	mapWide, mapHigh = 900, 380
	mapNorth         = 75
	perDegree        = 2.5
)

// mapSVG draws a bubble for each country, its area by the number of victims.
func mapSVG(rows []countRow) template.HTML {
	var d drawing
	d.add(`<rect x="0" y="30" width="%d" height="%d" fill="#f1f5fa" stroke="#7c8594"/>`, mapWide, mapHigh-40)
	at := func(p place) spot {
		return spot{int((float64(p.lon) + 180) * perDegree), 30 + int((mapNorth-float64(p.lat))*perDegree)}
	}
	for lon := -150; lon <= 150; lon += 30 {
		x := at(place{0, lon}).x
		d.add(`<line x1="%d" y1="30" x2="%d" y2="%d" stroke="#d5dbe4"/><text x="%d" y="%d" font-size="9" text-anchor="middle" fill="#4a4f57">%s</text>`, x, x, mapHigh-10, x, mapHigh-14, degrees(lon, "E", "W"))
	}
	for lat := -45; lat <= 60; lat += 15 {
		y := at(place{lat, 0}).y
		d.add(`<line x1="0" y1="%d" x2="%d" y2="%d" stroke="#d5dbe4"/><text x="4" y="%d" font-size="9" fill="#4a4f57">%s</text>`, y, mapWide, y, y-2, degrees(lat, "N", "S"))
	}
	most, shown, small, elsewhere := 0, 0, 0, 0
	for _, r := range rows {
		most = max(most, r.N)
	}
	for _, r := range rows {
		p, ok := places[r.Name]
		switch {
		case !ok:
			elsewhere++
			continue
		case r.N < fewest:
			small++
		}
		shown++
		s := at(p)
		radius, label := 5.0, s.y-9
		if r.N >= fewest {
			label, radius = s.y+4, 5+27*math.Sqrt(float64(r.N)/float64(most))
		}
		d.add(`<circle cx="%d" cy="%d" r="%.1f" fill="#1f4fa3" fill-opacity="0.35" stroke="#17191c" stroke-width="1.2"/>`, s.x, s.y, radius)
		d.add(`<text x="%d" y="%d" font-size="11" font-weight="700" text-anchor="middle" fill="#17191c">%s %s</text>`, s.x, label, r.Name, r.Shown)
	}
	says := []string{fmt.Sprintf("%d countries in which victims live; the larger the circle, the more of them.", shown)}
	if small > 0 {
		says = append(says, fmt.Sprintf("%d with fewer than %d are a point.", small, fewest))
	}
	if elsewhere > 0 {
		says = append(says, fmt.Sprintf("%d more are in the table alone.", elsewhere))
	}
	desc := strings.Join(says, " ")
	d.add(`<text x="%d" y="20" font-size="12" text-anchor="middle" fill="#4a4f57">%s</text>`, mapWide/2, desc)
	return d.done(mapWide, mapHigh, "Where the victims live", desc)
}

func degrees(n int, plus, minus string) string {
	switch {
	case n > 0:
		return fmt.Sprintf("%d° %s", n, plus)
	case n < 0:
		return fmt.Sprintf("%d° %s", -n, minus)
	}
	return "0°"
}
