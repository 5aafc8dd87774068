#!/usr/bin/env bash
# Runs the benchmark of every promise. Figures are of a shared machine: the
# medians of BENCHCOUNT runs (default 3) are what docs/benchmarks.md quotes.
set -e -u
cd "$(dirname "$0")/.."
echo "machine: $(nproc) cores, $(awk '/MemTotal/{printf "%.0f GiB", $2/1048576}' /proc/meminfo), $(awk -F: '/model name/{print $2; exit}' /proc/cpuinfo | sed 's/^ //')"
echo "date: $(date -u +%Y-%m-%d), go: $(go env GOVERSION), commit: $(git rev-parse --short HEAD 2>/dev/null || echo none)"
go test ./... -run '^$' -bench "${BENCH:-.}" -benchmem -count "${BENCHCOUNT:-3}" -timeout 60m 2>&1 | grep -E '^(Benchmark|pkg:|FAIL|panic)'
