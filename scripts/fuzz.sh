#!/usr/bin/env bash
# Runs every fuzz target of the repository for FUZZTIME each (default 60s). The
# time is for new inputs: by default Go spends up to a minute on shortening each one
# that it keeps, and of a minute nothing would be left.
set -e -u
cd "$(dirname "$0")/.."
time=${FUZZTIME:-60s}
grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u | while read -r dir; do
	grep -ho '^func Fuzz[A-Za-z0-9_]*' "$dir"/*_test.go | sed 's/func //' | sort -u | while read -r target; do
		echo "== $dir $target $time"
		go test "$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 100x </dev/null
	done
done
