#!/usr/bin/env bash
# Runs the benchmark of every promise, one after the other. Figures are of a
# shared machine: the medians of BENCHCOUNT runs (default 3) are what docs/benchmarks.md quotes. Under
# each benchmark stands what its process took of wall and of CPU, making its data included: where CPU is far below
# wall on work of one core, other programs had the machine.
#   BENCH         a regular expression of the benchmarks' names (default all)
#   BENCHPACKAGES the packages (default ./...)
#   BENCHMINUTES  at most so long for one benchmark (default 10); one that takes longer is told, and fails the whole
set -e -u -o pipefail
cd "$(dirname "$0")/.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
echo "machine: $(nproc) cores, $(awk '/MemTotal/{printf "%.0f GiB", $2/1048576}' /proc/meminfo), $(awk -F: '/model name/{print $2; exit}' /proc/cpuinfo | sed 's/^ //')"
echo "date: $(date -u '+%Y-%m-%d %H:%M'), go: $(go env GOVERSION), commit: $(git rev-parse --short HEAD 2>/dev/null || echo none), load: $(cut -d' ' -f1-3 /proc/loadavg)"
failed=0
TIMEFORMAT='%R %U %S'
while read -r dir package; do
	grep -q '^func Benchmark' "$dir"/*_test.go 2>/dev/null || continue
	go test -c -o "$tmp/bench" "$package" || { failed=1; continue; }
	for name in $(cd "$dir" && "$tmp/bench" -test.list '^Benchmark' | grep -E '^Benchmark' | grep -E "${BENCH:-.}"); do
		rc=0
		{ time (cd "$dir" && timeout $((${BENCHMINUTES:-10} * 60)) "$tmp/bench" -test.run '^$' -test.bench "^$name\$" -test.benchmem \
			-test.count "${BENCHCOUNT:-3}" ${BENCHTIME:+-test.benchtime "$BENCHTIME"} </dev/null >"$tmp/said" 2>"$tmp/err"); } 2>"$tmp/took" || rc=$?
		grep -E '^(Benchmark|panic)|--- (FAIL|SKIP)|SKIPPED' "$tmp/said" "$tmp/err" -h || true
		awk -v n="${package##*ringbreaker/} $name" -v load="$(cut -d' ' -f1 /proc/loadavg)" '{printf "    %s: %.1f s of wall, %.1f CPU-s, load %s\n", n, $1, $2+$3, load}' "$tmp/took"
		if [ "$rc" != 0 ]; then
			failed=1
			echo "    $name FAILED: $([ "$rc" = 124 ] && echo "not done within ${BENCHMINUTES:-10} minutes" || tail -1 "$tmp/err")"
		fi
	done
done < <(go list -f '{{.Dir}} {{.ImportPath}}' ${BENCHPACKAGES:-./...})
exit $failed
