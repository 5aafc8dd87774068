#!/usr/bin/env bash
# All tests, race detector included. At the end it says aloud what was
# skipped; in CI a skip for want of a program is a failure.
set -u -o pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
go vet ./... || exit 1
# The race detector makes a program ten times slower, so the commands, whose
# scripts start the real program hundreds of times, run without it; the story
# of three nodes is played under it once more with few reports.
# The field's own judges are not asked here but by `make interop`, which
# installs them.
judges='^(TestPyMISPLoadsTheEvent|TestTheStrictValidatorOfOASISAcceptsTheBundle|TestTheJudgesOfTheFieldAcceptWhatIsInside|TestAxeFindsNothing)$'
code=0
go test -race -timeout 20m -v -skip "$judges" $(go list ./... | grep -v /cmd/) "$@" >"$log" 2>&1 || code=1
go test -timeout 20m -v ./cmd/... "$@" >>"$log" 2>&1 || code=1
# What flips every bit of a package and what measures memory says less under it.
go test -timeout 20m -v ./refer -run '^(TestEveryFlippedBit|TestALargePackage)' "$@" >>"$log" 2>&1 || code=1
go test -race -timeout 20m -v ./cmd/ringbreaker -run '^TestSmallStory$' "$@" >>"$log" 2>&1 || code=1
grep -E '^(ok|FAIL|---? FAIL|panic:|\?)' "$log" | grep -v 'no test files'
if [ $code -ne 0 ]; then
	echo "---- failures"
	grep -vE '^(=== |--- PASS|PASS|    --- PASS|ok)' "$log" | tail -n 300
fi
skipped=$(grep -A1 -E '^\s*--- SKIP' "$log" || true)
if [ -n "$skipped" ]; then
	echo "---- skipped"
	echo "$skipped"
fi
passed=$(grep -cE '^\s*--- PASS' "$log")
failed=$(grep -cE '^\s*--- FAIL' "$log")
skips=$(grep -cE '^\s*--- SKIP' "$log")
if [ "${CI:-}" = true ] && [ "$skips" -gt 0 ]; then
	echo "a test was skipped, which CI does not allow"
	code=1
fi
echo "$passed passed, $failed failed, $skips skipped"
exit $code
