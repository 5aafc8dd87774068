#!/usr/bin/env bash
# Scores extraction on the labelled corpus and linking on invented worlds, and
# writes docs/scores.md. Each scenario is drawn from seeds 1 to SEEDS (default
# 3), since a score on one seed proves nothing. A run that takes longer than
# LIMIT seconds (default 300) is told in the table as such. SCENARIOS names
# fewer; FLOOD is how many reports the two large scenarios get (default 6000).
set -e -u -o pipefail
cd "$(dirname "$0")/.."
seeds=${SEEDS:-3} limit=${LIMIT:-300} flood=${FLOOD:-6000}
scenarios=${SCENARIOS:-chakra kits recycle poison sparse flood mixed}
command -v jq >/dev/null || {
	echo "score: jq is needed for the table; install Debian's jq" >&2
	exit 3
}
bin=bin/ringbreaker
CGO_ENABLED=0 ${GO:-go} build -trimpath -o "$bin" ./cmd/ringbreaker
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# reports SCENARIO says how many to draw; 0 is the scenario's own number.
reports() { case $1 in flood | mixed) echo "$flood" ;; *) echo 0 ;; esac }

# one SCENARIO SEED draws, links and scores a world, or leaves no card.
one() {
	local dir=$work/$1.$2 in
	timeout -k 5 "$limit" "$bin" synth -scenario "$1" -seed "$2" -reports "$(reports "$1")" -out "$dir" >/dev/null || return 0
	in=$(find "$dir" -name '*.jsonl' ! -name '*-after.jsonl' | sort | paste -sd,)
	timeout -k 5 "$limit" "$bin" link -in "$in" -out "$dir/out" >/dev/null || return 0
	timeout -k 5 "$limit" "$bin" score -truth "$dir/truth.tsv" -assign "$dir/out/assign.tsv" -truth-json "$dir/truth.json" \
		-rings "$dir/out/rings.jsonl" >"$dir/card.part" || return 0
	mv "$dir/card.part" "$work/$1.$2.json"
	rm -rf "$dir"
}

# row SCENARIO prints its line of the table from the cards that there are.
row() {
	local cards=("$work/$1".*.json)
	[ -e "${cards[0]}" ] || {
		echo "| $1 | | 0 of $seeds within ${limit} s | | | | | | |"
		return
	}
	jq -r -s --arg name "$1" --arg seeds "$seeds" '
		def r: . * 1000 | round / 1000;
		def both(f): ([.[] | f] | "\(add / length | r) / \(min | r)");
		def sum(f): ([.[] | f] | "\(add / length | . * 10 | round / 10) / \(max)");
		"| \($name) | \(.[0].reports) | \(length) of \($seeds) | \(both(.b3.f1)) | \(both(.pairwise.f1)) | \(sum(.over_merged)) | \(sum(.split)) | \(both(.ties.suppliers.f1)) | \(both(.ties.launderers.f1)) |"
	' "${cards[@]}"
}

for s in $scenarios; do
	for seed in $(seq "$seeds"); do
		echo "score: $s, seed $seed" >&2
		one "$s" "$seed"
	done
done
{
	echo "# Scores"
	echo
	echo "Written by \`make score\` (scripts/score.sh) on $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD 2>/dev/null || echo none), $(go env GOVERSION),"
	echo "on a machine of $(nproc) cores, $(awk '/MemTotal/{printf "%.0f GiB", $2/1048576}' /proc/meminfo). Scores do not depend on the machine; whether a run ends in time does."
	echo
	echo "## Linking, on invented worlds"
	echo
	echo "Seeds 1 to $seeds of each scenario. Each figure is mean / worst. B³ and pairwise F1 are over reports; over-merged are found"
	echo "rings that hold reports of two or more true ones, split are true rings in two or more found ones (both however few the"
	echo "reports outside are); suppliers and launderers are the F1 of edges from rings to them. flood and mixed are drawn with"
	echo "$flood reports. Worlds come from our own generator: docs/real-data.md holds what real data gave."
	echo
	echo "| scenario | reports | runs | B³ F1 | pairwise F1 | over-merged | split | supplier edges F1 | launderer edges F1 |"
	echo "|---|---|---|---|---|---|---|---|---|"
	for s in chakra kits recycle poison sparse flood mixed; do
		case " $scenarios " in *" $s "*) row "$s" ;; *) echo "| $s | | not run this time | | | | | | |" ;; esac
	done
	echo
	scripts/score-extraction.sh
} >"$work/scores.md"
mv "$work/scores.md" docs/scores.md
cat docs/scores.md
