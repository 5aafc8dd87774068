#!/usr/bin/env bash
# Prints the part of docs/scores.md that is about extraction: precision, recall
# and F1 per kind and per role on the labelled corpora. WHAT names the run in
# the history of the corpora (extract/testdata/second/history.tsv); a
# run with the figures of the last one adds nothing to it.
set -e -u -o pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
history=extract/testdata/second/history.tsv
# The commit of the rules, not of whatever else was written since.
commit=$(git log -1 --format=%h -- 'extract/*.go' extract/data ':!extract/*_test.go' 2>/dev/null || echo none)

echo "## Extraction, on twelve labelled corpora"
echo
echo "The second corpus was written and labelled by a hand that had not read the rules"
echo "([extract/testdata/second/README.md](../extract/testdata/second/README.md)): it is the honest one. Its dev half may teach the rules; its held half is"
echo "only ever scored. The third corpus was written before its author had read the rules and scored once; its author makes rules since"
echo "([extract/testdata/third/README.md](../extract/testdata/third/README.md)): its first run is a held-out figure, later ones are not."
echo "The fourth corpus has mails, pages and reports as the commands take them; the hand that wrote it made rules on its misses"
echo "([extract/testdata/fourth/README.md](../extract/testdata/fourth/README.md)), so only its first run says what a stranger's files would give, and so has"
echo "the fifth, of fresh scenarios in seven languages ([extract/testdata/fifth/README.md](../extract/testdata/fifth/README.md)): its first run is what the rules knew of texts they had not met;"
echo "so has the sixth, by another author ([extract/testdata/sixth/README.md](../extract/testdata/sixth/README.md)), and the seventh, of long accounts ([extract/testdata/seventh/README.md](../extract/testdata/seventh/README.md)): its first run, and that of its last 40 texts."
echo "The eighth ([extract/testdata/eighth/README.md](../extract/testdata/eighth/README.md)), written by a hand that makes no rules, has two halves as the second has: dev teaches since its first run, held is only ever scored."
echo "So has the ninth ([extract/testdata/ninth/README.md](../extract/testdata/ninth/README.md)), by a hand that knew no rule, and the tenth ([extract/testdata/tenth/README.md](../extract/testdata/tenth/README.md)), of mails, pages and reports as the commands take them, by another; so has the eleventh ([extract/testdata/eleventh/README.md](../extract/testdata/eleventh/README.md)), full of innocent numbers, and the sixteenth ([extract/testdata/sixteenth/README.md](../extract/testdata/sixteenth/README.md)), of dense accounts full of names, and the seventeenth ([extract/testdata/seventeenth/README.md](../extract/testdata/seventeenth/README.md)), of names and firms in ordinary accounts. Their first runs are in the history below. The twelfth to fifteenth teach alone. The first corpus was made by the hand that made the rules: it proves that nothing went backwards, and no more."
if ! ${GO:-go} test ./extract -run SecondCorpus -count=1 -args -second.out="$work" >"$work/second.log" 2>&1; then
	echo
	echo "**The second corpus does not hold its floors** (\`go test ./extract -run SecondCorpus\`)."
	cat "$work/second.log" >&2
fi
for half in dev held third fourth fifth sixth seventh eighth-dev eighth-held ninth-dev ninth-held tenth-dev tenth-held eleventh-dev eleventh-held sixteenth-dev sixteenth-held seventeenth-dev seventeenth-held; do
	[ -s "$work/$half.tsv" ] || { echo "score: no figures of the half $half" >&2; exit 1; }
	if [ "$(awk -F'\t' -v h="$half" '$4==h' "$history" | tail -1 | cut -f5-)" != "$(cat "$work/$half.tsv")" ]; then
		printf '%s\t%s\t%s\t%s\t%s\n' "$(date -u +%Y-%m-%d)" "$commit" "${WHAT:-make score}" "$half" "$(cat "$work/$half.tsv")" >>"$history"
	fi
done
# The figures on public data live in docs/real-data.md, between two marks.
if ${GO:-go} test ./extract -run RealDataFigures -count=1 -args -real.out="$work/real.md" >"$work/real.log" 2>&1 && [ -s "$work/real.md" ]; then
	sed -e "/<!-- figures: begin -->/r $work/real.md" -e '/<!-- figures: begin -->/,/<!-- figures: end -->/{/<!-- figures/!d}' docs/real-data.md >"$work/page.md"
	mv "$work/page.md" docs/real-data.md
else
	echo "score: docs/real-data.md keeps its figures: the public data is not here, or does not hold its floors" >&2
fi
echo
echo "### How it went"
echo
awk -F'\t' 'NR==1 {printf "|"; for (i=1;i<=NF;i++) printf " %s |", $i; printf "\n|"; for (i=1;i<=NF;i++) printf "---|"; print ""; next}
	{printf "|"; for (i=1;i<=NF;i++) printf " %s |", $i; print ""}' "$history"
for half in held dev third fourth fifth sixth seventh eighth-held eighth-dev ninth-held ninth-dev tenth-held tenth-dev eleventh-held eleventh-dev sixteenth-held sixteenth-dev seventeenth-held seventeenth-dev; do
	echo
	if [ "$half" = third ]; then echo "### Third corpus"; elif [ "$half" = fourth ]; then echo "### Fourth corpus"; elif [ "$half" = fifth ]; then echo "### Fifth corpus"; elif [ "$half" = sixth ]; then echo "### Sixth corpus"; elif [ "$half" = seventh ]; then echo "### Seventh corpus"; elif [ "$half" != "${half#eighth-}" ]; then echo "### Eighth corpus, ${half#eighth-}"; elif [ "$half" != "${half#ninth-}" ]; then echo "### Ninth corpus, ${half#ninth-}"; elif [ "$half" != "${half#tenth-}" ]; then echo "### Tenth corpus, ${half#tenth-}"; elif [ "$half" != "${half#eleventh-}" ]; then echo "### Eleventh corpus, ${half#eleventh-}"; elif [ "$half" != "${half#sixteenth-}" ]; then echo "### Sixteenth corpus, ${half#sixteenth-}"; elif [ "$half" != "${half#seventeenth-}" ]; then echo "### Seventeenth corpus, ${half#seventeenth-}"; else echo "### Second corpus, $half"; fi
	echo
	cat "$work/$half.md"
done
echo
echo "### First corpus"
echo
if ${GO:-go} test ./extract -run ScoreOfTheCorpus -count=1 >"$work/first.log" 2>&1; then
	echo "\`go test ./extract -run ScoreOfTheCorpus\` agrees with the committed table, [extract/testdata/score.md](../extract/testdata/score.md):"
else
	echo "\`go test ./extract -run ScoreOfTheCorpus\` does NOT agree with the committed table, [extract/testdata/score.md](../extract/testdata/score.md):"
fi
echo
sed -n '/^| kind/,/^$/p' extract/testdata/score.md
