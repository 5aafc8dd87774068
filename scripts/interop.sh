#!/usr/bin/env bash
# The field's own judges read our output, and the field's own engines run
# beside us on the same invented files. Everything from PyPI goes into a
# throwaway virtual environment. Exits 1 when a judge refuses; a judge or an
# engine that could not be had is named with its reason and fails nothing.
# One part alone: scripts/interop.sh judges|extract|link|spark.
# RINGBREAKER_VENV names a virtual environment to use again.
set -u
cd "$(dirname "$0")/.."
root=$PWD bin=$PWD/bin/ringbreaker part=${1:-all} refused=0
make -s build # a table of yesterday's binary would be taken for today's
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
[ -x "$bin" ] || { echo "interop: no $bin; make build said why" >&2; exit 1; }

venv=${RINGBREAKER_VENV:-$tmp/venv}
if [ ! -x "$venv/bin/pip" ]; then python3 -m venv "$venv" || exit 1; fi
# One at a time: one that will not install must not hinder the others. A part
# alone gets its own packages.
case $part in
  judges) wanted='^(case|pymisp|stix)' ;;
  extract) wanted='^(ioc|phonenumbers|requests)' ;;
  link) wanted='^(duckdb|igraph|leidenalg|pandas|splink)' ;;
  *) wanted='^[a-z]' ;;
esac
while read -r package; do
  [[ $package =~ $wanted ]] || continue
  "$venv/bin/pip" install -q --disable-pip-version-check "$package" >"$tmp/pip.log" 2>&1 ||
    echo "not installed: $package ($(grep -m1 -i error "$tmp/pip.log" || tail -1 "$tmp/pip.log"))"
done <scripts/interop/requirements.txt

echo "machine: $(nproc) cores,$(awk -F: '/model name/{print $2; exit}' /proc/cpuinfo), load $(cut -d' ' -f1-3 /proc/loadavg), $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD 2>/dev/null || echo none)"

row() { printf '| %-44s | %-8s | %s |\n' "$1" "$2" "$3"; }
judge() { # name, command…: one row of the table, from the exit code
  local name=$1; shift
  if "$@" >"$tmp/judge.log" 2>&1; then row "$name" passes "$(tail -1 "$tmp/judge.log" | cut -c1-70)"
  else row "$name" REFUSES "$(tail -1 "$tmp/judge.log" | cut -c1-70)"; refused=1; sed 's/^/    /' "$tmp/judge.log" | tail -20; fi
}

judges() {
  "$bin" demo -once -reports 600 -out "$tmp/demo" -addr 127.0.0.1:0 >"$tmp/demo.log" 2>&1 || { tail -5 "$tmp/demo.log"; refused=1; return; }
  local package sealed schemas=${RINGBREAKER_SHARED:-$root/../shared}/data/stix/schemas-2.1
  package=$(ls "$tmp"/demo/alder/referrals/*.referral | head -1)
  sealed=$(ls "$tmp"/demo/alder/referrals/*.referral.age | head -1)
  mkdir "$tmp/r" && tar -xf "$package" -C "$tmp/r"
  "$bin" export -data "$tmp/demo/alder" -format stix -out "$tmp/now.json" && "$bin" export -data "$tmp/demo/alder" -format misp -out "$tmp/now.misp" || refused=1
  cp "$tmp/demo/lists/alder.stix" "$tmp/list.json" # the judge takes no other ending
  row judge result 'last line'
  if [ -d "$schemas" ] && [ -x "$venv/bin/stix2_validator" ]; then
    local stix=("$venv/bin/stix2_validator" --version 2.1 --strict --disable 101,102,103,401,303)
    # The wheel looks for its schemas in its own folder, and ships none.
    local own; own=$("$venv/bin/python" -c 'import os, stix2validator; print(os.path.dirname(stix2validator.__file__))')/schemas-2.1/schemas
    [ -d "$own" ] || { mkdir -p "$own" && cp -r "$schemas/." "$own/"; }
    judge "stix2-validator: referral's stix.json" "${stix[@]}" "$tmp/r/stix.json"
    judge "stix2-validator: the story's list" "${stix[@]}" "$tmp/list.json"
    judge "stix2-validator: export -format stix" "${stix[@]}" "$tmp/now.json"
  else row stix2-validator SKIPPED "its wheel lacks the schemas, and they are not at ../shared/data"; fi
  if [ -x "$venv/bin/case_validate" ]; then judge "case_validate 1.4.0: referral's case.jsonld" "$venv/bin/case_validate" --built-version case-1.4.0 "$tmp/r/case.jsonld"
  else row case_validate SKIPPED 'not installed'; fi
  if "$venv/bin/python" -c 'import pymisp' 2>/dev/null; then judge "PyMISP: export -format misp" "$venv/bin/python" scripts/interop/misp.py "$tmp/now.misp"
  else row PyMISP SKIPPED 'not installed'; fi
  if command -v age >/dev/null; then
    judge "age: the sealed package, the agency's key" age -d -i "$tmp/demo/cfb/keys/seal.txt" -o "$tmp/opened" "$sealed"
    judge "… and it is the package, byte for byte" cmp "$tmp/opened" "$package"
  else row age SKIPPED 'not installed'; fi
}

# The tables go into docs/benchmarks.md between their two marks.
extraction() {
  local second=$tmp/second harmless=$tmp/harmless.txt data=${RINGBREAKER_SHARED:-$root/../shared}/data page=docs/benchmarks.md
  mkdir -p "$second"
  go test ./extract -run SecondCorpus -count=1 -args -second.out="$second" >"$tmp/second.log" 2>&1 || echo "extraction: the second corpus does not hold its floors" >&2
  "$bin" synth -scenario chakra -seed 3 -out "$tmp/told" >/dev/null || return 1
  cat "$tmp"/told/*.jsonl | "$venv/bin/python" -c 'import json, sys
for line in sys.stdin: print(" ".join(json.loads(line).get("narrative", "").split()))' >"$tmp/narratives.txt"
  if [ -f "$data/smishing/mendeley_5971.csv" ]; then
    "$venv/bin/python" -c 'import csv, sys
for r in csv.DictReader(open(sys.argv[1], encoding="utf-8", errors="replace")):
    if r["LABEL"].lower() == "ham": print(" ".join(r["TEXT"].split()))' "$data/smishing/mendeley_5971.csv" >"$harmless"
  else
    echo "extraction: ../shared/data is not here; our own pages stand for harmless text" >&2
    cat docs/*.md >"$harmless"
  fi
  "$venv/bin/python" scripts/interop/extraction.py "$bin" "$tmp" \
    -corpus "Second corpus, held=$second/held.jsonl" "Second corpus, dev=$second/dev.jsonl" "First corpus (ours was made with it)=extract/testdata/corpus.jsonl" \
    -bulk "Narratives of an invented world=$tmp/narratives.txt" "Harmless short messages=$harmless" | tee "$tmp/extraction.md"
  [ "${PIPESTATUS[0]}" = 0 ] || return 1
  "$venv/bin/python" -c 'import re, sys
page, new = open(sys.argv[1]).read(), open(sys.argv[2]).read()
open(sys.argv[1], "w").write(re.sub(r"(?s)(<!-- extraction: begin -->\n).*(<!-- extraction: end -->)", lambda m: m[1] + new + m[2], page))' "$page" "$tmp/extraction.md"
}

linking() {
  local world worlds=() reports
  for world in chakra mixed flood; do
    reports=() # a scenario's own number; flood's 100,000 are more than the peers end on
    [ $world = flood ] && reports=(-reports 6000)
    "$bin" synth -scenario "$world" -seed 3 "${reports[@]}" -out "$tmp/$world-3" >/dev/null || return 1
    worlds+=("$tmp/$world-3")
  done
  for world in zipf brokers; do # by another generator than ours
    python3 scripts/interop/otherworld.py "$tmp/other-$world-1" "$world" 1 || return 1
    worlds+=("$tmp/other-$world-1")
  done
  "$venv/bin/python" scripts/interop/linking.py "$bin" "$tmp" "${worlds[@]}"
}

# spark: rings made inside Apache Spark are those of one machine (docs/spark.md).
spark() {
  command -v java >/dev/null || { echo 'spark: SKIPPED, no Java here (Debian: openjdk-17-jre-headless)'; return 0; }
  "$venv/bin/python" -c 'import pyspark' 2>/dev/null || { echo 'spark: SKIPPED, pyspark is not installed'; return 0; }
  PYTHON=$venv/bin/python scripts/spark/test.sh
}

case $part in
  judges) judges ;;
  extract) extraction || refused=1 ;;
  link) linking || refused=1 ;;
  spark) spark || refused=1 ;;
  *) judges; echo; extraction || refused=1; echo; linking || refused=1; echo; spark || refused=1 ;;
esac
exit $refused
