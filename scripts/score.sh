#!/usr/bin/env bash
# Scores linking on invented worlds and extraction on the labelled corpora, and
# writes docs/scores.md and a table for each world in docs/scores/. Each world
# is drawn from seeds 1 to SEEDS (default 20), since a score on one seed proves
# nothing. WORLDS names fewer scenarios, OTHERS fewer worlds of the other
# generator (scripts/interop/otherworld.py, Python's own library only), THIRDS of the
# third (scripts/interop/thirdworld.py), which is drawn THIRD_SEEDS times (default 5).
# BIN is a binary that is built already. What changed in a table is told, and stands in git's diff.
set -e -u -o pipefail
cd "$(dirname "$0")/.."
seeds=${SEEDS:-20}
worlds=${WORLDS-chakra kits recycle poison sparse flood:6000 mixed:6000}
others=${OTHERS-zipf brokers floors feeds letters tongues}
thirds=${THIRDS-anchor campus giants franchise bazaar heirs desks hail}
third_seeds=${THIRD_SEEDS:-5}
bin=${BIN:-bin/ringbreaker}
[ -n "${BIN:-}" ] || CGO_ENABLED=0 ${GO:-go} build -trimpath -o "$bin" ./cmd/ringbreaker
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for world in $others; do
	for seed in $(seq "$seeds"); do
		python3 scripts/interop/otherworld.py "$work/other-$world/$seed" "$world" "$seed"
	done
done
for world in $thirds; do
	for seed in $(seq "$third_seeds"); do
		python3 scripts/interop/thirdworld.py -world "$world" -seed "$seed" -out "$work/third-$world/$seed"
	done
done
folders=$(for world in $others; do echo "$work/other-$world"; done)
third_folders=$(for world in $thirds; do echo "$work/third-$world"; done)
list() { tr ' \n' ',,' <<<"$*" | sed 's/,*$//'; }
mkdir -p docs/scores
if [ -n "$others" ]; then "$bin" score -worlds "$(list "$folders")" -out docs/scores >"$work/other.md" & fi
if [ -n "$worlds" ]; then "$bin" score -worlds "$(list "$worlds")" -seeds "$seeds" -out docs/scores >"$work/own.md"; fi
if [ -n "$thirds" ]; then "$bin" score -worlds "$(list "$third_folders")" -out docs/scores >"$work/third.md"; fi
wait -n 2>/dev/null || [ -z "$others" ] || { echo "score: the other generator's worlds were not scored" >&2; exit 1; }

# reliability WORLD…: links by the bits they were said to have, over worlds.
reliability() {
	awk -F'\t' 'FNR==1 {on=0} $1=="bits" {on=1; next} on && NF==4 {if (!($1 in said)) order[++n]=$1; said[$1]+=$2; right[$1]+=$3}
		END {for (i=1;i<=n;i++) {b=order[i]; printf "| %s | %d | %d | %s |\n", b, said[b], right[b], said[b] ? sprintf("%.3f", right[b]/said[b]) : "–"}}' "$@"
}
{
	echo "# Scores"
	echo
	echo "Written by \`make score\` (scripts/score.sh) on $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD 2>/dev/null || echo none), $(${GO:-go} env GOVERSION). Seeds 1 to $seeds of"
	echo "each world; each figure is mean / worst. A table of every seed for each world is in [docs/scores](scores/); what a change"
	echo "of the linker does to them stands in the diff. Scores do not depend on the machine."
	echo
	echo "\`swallowed\`: operators that make up a tenth and ten reports or more of a ring in which another is larger. \`outside\`:"
	echo "reports in rings that hold several operators, outside the largest. \`split\`: operators in two rings or more, however few"
	echo "the reports outside. Supplier and launderer edges are F1 of (who serves, which ring)."
	echo
	echo "## Linking, worlds of our own generator"
	echo
	echo "The knobs of each scenario are in synth/scenarios/NAME.json."
	echo
	cat "$work/own.md" 2>/dev/null || true
	echo
	echo "## Linking, worlds of another generator"
	echo
	echo "scripts/interop/otherworld.py, written from the report contract and the literature without a look at ours: operators of"
	echo "Zipf sizes, numbers rented by the week from lead sellers, mule brokers, scripts sold and paraphrased, operators with two"
	echo "floors, a floor that serves two operators, feeds with a caller id alone, letters read by machine, four languages. Some rules"
	echo "were found on them: what a displayed number that comes back is worth (on seeds 1 to 4, 11 and 12), where bursts of like reports"
	echo "belong, what a value that comes back after a silence says, and parting twice (on seeds 1 to 4; nobody had looked at the others)."
	echo "Many of their reports hold no value at all that another report holds: joining every two reports of one operator that share a"
	echo "value, displayed numbers apart, would reach a B³ recall of about 0.7 on zipf, brokers and floors (seed 1), so 1 is out of reach."
	echo
	cat "$work/other.md" 2>/dev/null || true
	echo
	echo "## Linking, worlds of a third generator"
	echo
	echo "scripts/interop/thirdworld.py, written as a tester's attack without a look at the linker or at the other two: numbers that"
	echo "change every few days over one account (anchor), rivals in one building (campus), one number with hundreds of victims beside"
	echo "many rings of three (giants), one house of many floors (franchise), bought leads, mules and kits (bazaar), houses that end"
	echo "and whose staff begin anew (heirs), bad desks (desks), and feeds, bursts, poison and seasons (hail). Seeds 1 to $third_seeds; what it"
	echo "was found to be on the day it was written, beside its bound and three plain linkers, stands below the table.
A launderer F1 of 0 is of worlds that have none: then each that is named is wrong."
	echo
	cat "$work/third.md" 2>/dev/null || true
	echo
	cat docs/scores/third-first-run.md
	echo
	echo "## Reliability"
	echo
	echo "Of links of one operator that were said to have so many bits, how many join two reports of one operator; all seeds."
	echo
	echo "Our own generator:"
	echo
	printf '| bits | links | true | share |\n|---|---|---|---|\n'
	own=(); for w in $worlds; do own+=("docs/scores/${w%%:*}.tsv"); done
	[ ${#own[@]} -eq 0 ] || reliability "${own[@]}"
	echo
	echo "The other generator:"
	echo
	printf '| bits | links | true | share |\n|---|---|---|---|\n'
	other=(); for w in $others; do other+=("docs/scores/other-$w.tsv"); done
	[ ${#other[@]} -eq 0 ] || reliability "${other[@]}"
	echo
	echo "The third generator:"
	echo
	printf '| bits | links | true | share |\n|---|---|---|---|\n'
	third=(); for w in $thirds; do third+=("docs/scores/third-$w.tsv"); done
	[ ${#third[@]} -eq 0 ] || reliability "${third[@]}"
	echo
	scripts/score-extraction.sh
} >"$work/scores.md"
mv "$work/scores.md" docs/scores.md
cat docs/scores.md
git --no-pager diff --stat -- docs/scores 2>/dev/null || true
