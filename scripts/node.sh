#!/usr/bin/env bash
# Makes a node of a million invented reports (or the first argument's number)
# as an administrator would: synth, import, find the rings; then times its
# pages and searches from the request to the last byte. RINGBREAKER_PAGES_NODE
# names a node's folder to use again. Says what each step took in wall, CPU and
# memory; the table is for docs/benchmarks.md.
set -e -u -o pipefail
cd "$(dirname "$0")/.."
reports=${1:-1000000}
make -s build
node=${RINGBREAKER_PAGES_NODE:-}
if [ -z "$node" ]; then
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
	node=$tmp/node
	mkdir "$node"
	step() { # name, command…
		local name=$1
		shift
		/usr/bin/time -f "$name: %e s wall, %U s user, %S s system, %M KiB" "$@" >/dev/null
	}
	step "synth $reports" bin/ringbreaker synth -scenario flood -reports "$reports" -seed 1 -out "$tmp/world"
	step "import $reports" bin/ringbreaker import -data "$node" -link=false "$tmp/world/a.jsonl" "$tmp/world/b.jsonl"
	rm -f "$tmp"/world/[ab].jsonl
	step "words, rings, lists" bin/ringbreaker import -data "$node" -transfers "$tmp/world/transfers.csv"
fi
echo "machine: $(nproc) cores,$(awk -F: '/model name/{print $2; exit}' /proc/cpuinfo), load $(cut -d' ' -f1-3 /proc/loadavg), $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD 2>/dev/null || echo none)"
echo '| page | CPU ms | p50 ms | p95 ms |'
echo '|---|---|---|---|'
RINGBREAKER_PAGES_NODE=$node go test ./app -run '^$' -bench PagesOfANode -benchtime "${BENCHTIME:-100x}" -timeout 60m |
	awk '/ms\/page/ { sub(/^BenchmarkPagesOfANode\//, "", $1); sub(/-[0-9]+$/, "", $1)
		for (i = 2; i < NF; i++) { if ($(i+1) == "cpu-ms/page") c = $i; if ($(i+1) == "p50-ms") a = $i; if ($(i+1) == "p95-ms") b = $i }
		printf "| %s | %s | %s | %s |\n", $1, c, a, b } /FAIL|panic/ { bad = 1; print } END { exit bad }'
