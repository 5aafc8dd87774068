package extract

import "ringbreaker.example/fraud"

// farRead is how many tokens before digits the word may stand that says that
// they were read out, or that they are a session's.
const farRead = 16

// sessionRead takes digits that were read out to the caller as the id of a
// session, in a text that names a product for remote access anywhere: "she read
// him the number, 229 804 417", "les chiffres, je les ai dits : 704 118 226".
func (x *scan) sessionRead(i int) bool {
	tool := remoteTools[x.lastTool-1]
	if tool.least == 0 || x.toks[i].class != classNumber || x.opt.FromFraudster {
		return false
	}
	id, last := x.runOfDigits(i, tool.most)
	if len(id) < max(tool.least, 8) || len(id) > tool.most || !x.inThrees(i, last) {
		return false
	}
	digits := string(id)
	if m := x.markAt(i - 1); m == '+' || m == '#' || m == '$' {
		return false
	}
	read := false
	for k, at, ends := i-1, 0, 0; k >= 0 && at < farRead; k, at = k-1, at+1 {
		if x.toks[k].class == classMark {
			if m := x.markAt(k); (m == '.' || m == '!' || m == '?') && x.gap(k+1) > 0 && !x.abbreviation(k) {
				if ends++; ends > 1 {
					break
				}
			}
			continue
		}
		is, hint := x.is(k), x.hint(k)
		if is.has(cueCalled|cueCall|cueAccount|cueRouting|cueTx|cueGot) && !hint.has(hintReadOut) || is.has(cueID) && !is.has(cueSession) || is.has(cuePhone|cueOwn) && at < 3 && !is.has(cueNumber) || x.toks[k].used && x.toks[k].class != classWord {
			break
		}
		if hint.has(hintReadOut|hintAskedFor) || is.has(cueTool) || readWord(x.bytes(k)) {
			read = true
			break
		}
	}
	for k := last + 1; !read && k < len(x.toks) && k <= last+6; k++ {
		if m := x.markAt(k); m == '.' && x.gap(k+1) > 0 {
			break
		}
		read = x.hint(k).has(hintTaken) || x.is(k).has(cueTool)
	}
	if !read {
		return false
	}
	x.take(fraud.RemoteID, tool.name+":"+digits, i, last, true)
	x.tool = 0
	return true
}

// inThrees says whether digits stand in groups of three with blanks, as these
// products show them, the first shorter or as long: 1 227 650 418.
func (x *scan) inThrees(first, last int) bool {
	if last <= first+1 || x.toks[first].len() > 3 {
		return false
	}
	for k := first + 1; k <= last; k++ {
		if x.toks[k].class != classNumber || x.toks[k].len() != 3 || x.gap(k) != 1 {
			return false
		}
	}
	return true
}

// readWord is what one does with an id on the own screen, beyond the words
// that hold for every id.
func readWord(w []byte) bool {
	switch string(w) {
	case "typed", "copied", "spelled", "telling", "tell", "dictate", "dictated", "dictar", "dictara", "dicté", "dits", "dit", "dire", "ditar", "ditou", "ditei", "letto", "letti", "leggere", "dettato", "dettare", "leyó", "leyera", "leyeron", "facilitó", "leu", "li", "informou", "durchgegeben", "vorgelesen", "chiffres", "identificador", "identifiant", "own", "番号":
		return true
	}
	return false
}
