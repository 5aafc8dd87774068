package extract

// readCard takes in that somebody else left the number, by itself or on a card.
func (x *scan) readCard(c *cuesAround, k int) {
	if x.leftNumber(c, k) {
		c.given, c.isMine, c.shown, c.text, c.helper, c.victims, c.mine = true, false, false, false, false, false, false
	}
}

// leftNumber says whether somebody else left the number, or a card with it:
// "left a different number,", "demands our name, leaves", "Leaves a card: …".
func (x *scan) leftNumber(c *cuesAround, k int) bool {
	card := false
	for back, at := k, 0; back >= c.floor && at < 8; back, at = back-1, at+1 {
		if m := x.markAt(back); m != 0 {
			if m != ',' && m != ':' || m == ':' && !equalFold("card", x.wordAt(back-1)) || m == ',' && back != k {
				return false
			}
			continue
		}
		w := x.bytes(back)
		switch string(w) {
		case "left", "leaves", "leave", "Leaves", "Left", "hinterlassen", "hinterließ", "dejó", "Dejó", "deixou", "laissé":
			return !x.is(back-1).has(cueI) && !x.hint(back-1).has(hintKin) && !x.officeBefore(back-1) && (back == k || card || x.is(back+1).has(cueNumber) || x.is(back+2).has(cueNumber) || x.is(back+3).has(cueNumber) || equalFold("callback", x.wordAt(back+2)))
		case "card", "Card":
			card = true
		case "a", "another", "different", "new", "their", "his", "number", "callback", "the", "otro", "número", "outro", "el", "andere", "Nummer", "eine", "un", "autre", "numéro", "le":
		default:
			if !card && !startsUpper(w) || x.is(back).has(cueFrom) {
				return false
			}
		}
	}
	return false
}

// officeBefore says whether token k is one of those who take reports.
func (x *scan) officeBefore(k int) bool {
	return k >= 0 && (policeWord(x.bytes(k)) || x.hint(k).has(hintOffice))
}
