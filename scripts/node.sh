#!/usr/bin/env bash
# Makes a node of a million invented reports (or the first argument's number)
# as an administrator would: synth, import, find the rings. Then it measures
# the node as `serve` runs it: its start, one report more until it is on disk
# and in its ring (also while rings are found anew), the settling, its memory
# and its disk; and last its pages and searches from the request to the last
# byte. Says what each step took in wall, CPU and memory; the tables are for
# docs/benchmarks.md.
#   RINGBREAKER_NODE       a node's folder to use again (it is changed: reports are added)
#   RINGBREAKER_NODE_MORE  how many reports come in one by one (1000)
#   BENCHTIME              for each page (100x)
# A million reports want 12 GB of disk, 5 GB of memory and half an hour.
set -e -u -o pipefail
cd "$(dirname "$0")/.."
reports=${1:-1000000}
make -s build
node=${RINGBREAKER_NODE:-}
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
export RINGBREAKER_NODE=$node
echo "machine: $(nproc) cores,$(awk -F: '/model name/{print $2; exit}' /proc/cpuinfo), load $(cut -d' ' -f1-3 /proc/loadavg), $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD 2>/dev/null || echo none)"
echo "disk: $(du -sm "$node" | cut -f1) MB"
RINGBREAKER_NODE_MORE=${RINGBREAKER_NODE_MORE:-1000} RINGBREAKER_NODE_WAIT=30m go test ./app -run '^$' -bench '^BenchmarkNode$' -benchtime 1x -v -timeout 120m |
	awk '/_bench_test.go/ { sub(/^[^:]*:[0-9]+: /, ""); print } /FAIL|panic|not within/ { bad = 1; print } END { exit bad }'
echo '| page | CPU ms | p50 ms | p95 ms |'
echo '|---|---|---|---|'
go test ./app -run '^$' -bench PagesOfANode -benchtime "${BENCHTIME:-100x}" -timeout 60m |
	awk '/ms\/page/ { sub(/^BenchmarkPagesOfANode\//, "", $1); sub(/-[0-9]+$/, "", $1)
		for (i = 2; i < NF; i++) { if ($(i+1) == "cpu-ms/page") c = $i; if ($(i+1) == "p50-ms") a = $i; if ($(i+1) == "p95-ms") b = $i }
		printf "| %s | %s | %s | %s |\n", $1, c, a, b } /FAIL|panic/ { bad = 1; print } END { exit bad }'
