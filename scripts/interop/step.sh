#!/usr/bin/env bash
# One step of scripts/interop.sh, which starts it with a limit of time and keeps what it prints.
# BIN, KEEP, OUT, VENV and SHARED are interop.sh's. Exit: 0 passed; 1 refused or failed; 3 could
# not be had. The last line of the error output says why.
set -e -u -o pipefail
python=$VENV/bin/python demo=$OUT/demo

fail() { echo "$1" >&2; exit "${2:-1}"; }
version() { "$python" -c 'import sys; from importlib.metadata import version; print(version(sys.argv[1]))' "$1" 2>/dev/null || fail "$1 is not installed: $(tail -1 "$KEEP/pip.$1.log" 2>/dev/null)" 3; }

# tools PART…: what the parts need from PyPI. One package at a time: one that
# will not install must not hinder the others; its own step says that it is missing.
tools() {
	local part package name wanted=()
	[ -x "$VENV/bin/pip" ] || python3 -m venv "$VENV"
	for part in "$@"; do
		case $part in
			judges) wanted+=(case-utils cryptography medallion pymisp stix2-patterns stix2-validator taxii2-client) ;;
			extract) wanted+=(ioc-finder iocextract iocsearcher phonenumbers requests) ;;
			link) wanted+=(duckdb igraph leidenalg pandas splink) ;;
			spark) wanted+=(pyspark) ;;
		esac
	done
	while read -r package; do
		name=${package%%==*}
		[[ " ${wanted[*]} " == *" $name "* ]] || continue
		[ "$(version "$name" 2>/dev/null)" != "${package#*==}" ] || continue
		timeout 400 "$VENV/bin/pip" install -q --disable-pip-version-check "$package" >"$KEEP/pip.$name.log" 2>&1 || true
	done < <(grep -v '^#' scripts/interop/requirements.txt)
	# Its exit code is not kept, so that what is missing is tried again.
	return 4
}

machine() { echo "$(date -u +%Y-%m-%d), $(nproc) cores shared with other work (load $(cut -d' ' -f1 /proc/loadavg) at the start), commit $(git rev-parse --short HEAD 2>/dev/null || echo none)"; }

head_of() {
	case $1 in
		judges)
			printf 'Written by `scripts/interop.sh judges`, %s. The referral and the list are those of `demo -once -reports 600`; exports are of a node with 2,300 reports up to yesterday.\n\n' "$(machine)"
			printf '| judge | result | its last line |\n|---|---|---|\n'
			;;
		extract) printf 'Written by `scripts/interop.sh extract`, %s.\n' "$(machine)" ;;
		link) printf 'Written by `scripts/interop.sh link`, %s. Load is that of the minute when the world was begun.\n' "$(machine)" ;;
		spark)
			printf 'Written by `scripts/interop.sh spark`, %s; Spark %s, Java %s, a master and two workers of one core and 2 GB on loopback.\n\n' \
				"$(machine)" "$(version pyspark)" "$(java -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p' | head -1)"
			printf '| world, shuffled | reports | components, largest | rounds | one machine: wall s / CPU s / MiB | Spark: wall s / CPU s / MiB | Spark × CPU | extract, components, link s | assign.tsv | rings |\n'
			printf '|---|---|---|---|---|---|---|---|---|---|\n'
			;;
	esac
}

story() {
	rm -rf "$demo" "$OUT/package"
	"$BIN" demo -once -reports 600 -out "$demo" -addr 127.0.0.1:0 >"$OUT/demo.log" 2>&1 || fail "the story ended early: $(tail -1 "$OUT/demo.log")"
	mkdir "$OUT/package"
	tar -xf "$(ls "$demo"/alder/referrals/*.referral | head -1)" -C "$OUT/package"
	cp "$demo/lists/alder.stix" "$OUT/list.json" # the validator takes no other ending
}

# fresh is a node whose last report came yesterday, for listings that have not run out.
fresh() {
	local dir=$OUT/recent
	rm -rf "$dir" && mkdir "$dir"
	"$BIN" synth -scenario chakra -seed 3 -out "$dir/world" >/dev/null
	python3 scripts/interop/today.py "$dir/world/a.jsonl" "$dir/world/b.jsonl"
	"$BIN" keygen -data "$dir/node" -org alder -name 'Alder Systems' >/dev/null
	"$BIN" import -data "$dir/node" "$dir/world/a.jsonl" "$dir/world/b.jsonl" >/dev/null
	"$BIN" export -data "$dir/node" -format stix -out "$OUT/now.json"
	"$BIN" export -data "$dir/node" -format misp -out "$OUT/now.misp"
}

# gotests PACKAGE TEST: a test that asks a judge, which must be there now.
gotests() {
	PATH=$VENV/bin:$PATH go test "$1" -run "^$2\$" -count=1 -v | tee "$OUT/gotests.log"
	! grep -q -e '--- SKIP' "$OUT/gotests.log"
	grep -c -e '^--- PASS' "$OUT/gotests.log" | sed 's/$/ passed/'
}

# row JUDGE COMMAND…: a line of the judges' table, from the exit code.
row() {
	local name=$1 result=passes said
	shift
	said=$(mktemp)
	"$@" >"$said" 2>&1 || result=REFUSES
	cat "$said" >&2
	printf '| %s | %s | %s |\n' "$name" "$result" "$(grep -v '^ *$' "$said" | tail -1 | sed 's/\x1b\[[0-9;]*m//g; s/^ *//; s/|/\\|/g' | cut -c1-110)"
	rm -f "$said"
	[ $result = passes ] || exit 1
}

stix() { # FILE
	local own schemas=$SHARED/data/stix/schemas-2.1 tool
	tool=$(version stix2-validator)
	# The wheel looks for its schemas in its own folder, and ships none.
	own=$("$python" -c 'import os, stix2validator; print(os.path.dirname(stix2validator.__file__))')/schemas-2.1/schemas
	if [ ! -d "$own" ]; then
		[ -d "$schemas" ] || fail "stix2-validator's wheel lacks the schemas, and they are not at $schemas" 3
		mkdir -p "$own" && cp -r "$schemas/." "$own/"
	fi
	row "stix2-validator $tool \`--version 2.1 --strict --disable 101,102,103,401,303\`, $2" \
		"$VENV/bin/stix2_validator" --version 2.1 --strict --disable 101,102,103,401,303 "$1"
}

judge() {
	local tool
	case $1 in
		stix-referral) stix "$OUT/package/stix.json" "the referral's stix.json" ;;
		stix-list) stix "$OUT/list.json" "the story's list" ;;
		stix-export) stix "$OUT/now.json" '`export -format stix`' ;;
		patterns)
			tool=$(version stix2-patterns)
			row "stix2-patterns $tool, every pattern of the referral, the story's list and the export" "$python" scripts/interop/patterns.py "$OUT/package/stix.json" "$OUT/list.json" "$OUT/now.json"
			;;
		case)
			tool=$(version case-utils)
			row "case_validate (case-utils $tool, CASE 1.4.0), the referral's case.jsonld" "$VENV/bin/case_validate" --built-version case-1.4.0 "$OUT/package/case.jsonld"
			;;
		pymisp)
			tool=$(version pymisp)
			row "PyMISP $tool, \`export -format misp\`" "$python" scripts/interop/misp.py "$OUT/now.misp"
			row 'PyMISP, an event with every kind of indicator' gotests ./exchange/misp TestPyMISPLoadsTheEvent
			;;
		axe)
			tool=$(grep '^axe-core@' scripts/interop/requirements.npm | cut -d@ -f2)
			command -v npm >/dev/null || fail 'no npm here, which brings axe-core (Debian: npm)' 3
			command -v chromium >/dev/null || fail 'no Chromium here (Debian: chromium)' 3
			[ -f "$KEEP/axe-$tool/package/axe.min.js" ] || {
				mkdir -p "$KEEP/axe-$tool"
				(cd "$KEEP/axe-$tool" && npm pack --silent "axe-core@$tool" && tar -xzf axe-core-*.tgz) >"$KEEP/axe.log" 2>&1 || fail "axe-core could not be had: $(tail -1 "$KEEP/axe.log")" 3
			}
			RINGBREAKER_AXE=$KEEP/axe-$tool/package/axe.min.js row "axe-core $tool in headless Chromium, every page, light and dark" gotests ./web TestAxeFindsNothing
			;;
		taxii)
			tool=$(version taxii2-client)
			version medallion >/dev/null
			row "taxii2-client $tool, the referral's stix.json through OASIS's server medallion and back" "$python" scripts/interop/taxii.py "$OUT/package/stix.json"
			row "taxii2-client $tool, every list of a node page by page" "$python" scripts/interop/lists.py "$BIN" "$OUT/recent/node" "$OUT/taxii.json"
			stix "$OUT/taxii.json" "all that it was given"
			;;
		age)
			command -v age >/dev/null || fail 'age is not installed (Debian: age)' 3
			rm -f "$OUT/opened"
			row "age $(age --version), the sealed package with the agency's key" age -d -i "$demo/cfb/keys/seal.txt" -o "$OUT/opened" "$(ls "$demo"/alder/referrals/*.referral.age | head -1)"
			row '… and it is the package, byte for byte' cmp "$OUT/opened" "$(ls "$demo"/alder/referrals/*.referral | head -1)"
			;;
		vectors)
			tool=$(version cryptography)
			row "vectors.py, docs/spec/vectors by the words of docs/spec; Ed25519 by cryptography $tool too" "$python" scripts/interop/vectors.py
			;;
		changed)
			row 'mutate.py, the referral changed from outside and from inside, `referral verify` says no' python3 scripts/interop/mutate.py "$BIN" "$demo"
			;;
	esac
}

texts() {
	rm -rf "$OUT/second" "$OUT/told" && mkdir "$OUT/second"
	go test ./extract -run SecondCorpus -count=1 -args -second.out="$OUT/second" >"$OUT/second.log" 2>&1 || echo 'the second corpus does not hold its floors' >&2
	[ -s "$OUT/second/held.jsonl" ] || fail "no second corpus: $(tail -1 "$OUT/second.log")"
	"$BIN" synth -scenario chakra -seed 3 -out "$OUT/told" >/dev/null
	cat "$OUT"/told/*.jsonl | python3 -c 'import json, sys
for line in sys.stdin: print(" ".join(json.loads(line).get("narrative", "").split()))' >"$OUT/narratives.txt"
	if [ -f "$SHARED/data/smishing/mendeley_5971.csv" ]; then
		python3 -c 'import csv, sys
for r in csv.DictReader(open(sys.argv[1], encoding="utf-8", errors="replace")):
    if r["LABEL"].lower() == "ham": print(" ".join(r["TEXT"].split()))' "$SHARED/data/smishing/mendeley_5971.csv" >"$OUT/harmless.txt"
	else
		echo "no real data at $SHARED/data: our own pages stand for harmless text" >&2
		cat docs/*.md >"$OUT/harmless.txt"
	fi
}

corpus() {
	version phonenumbers >/dev/null
	local job
	case $1 in
		held) job="Second corpus, held=$OUT/second/held.jsonl" ;;
		dev) job="Second corpus, dev=$OUT/second/dev.jsonl" ;;
		first) job='First corpus (ours was made with it)=extract/testdata/corpus.jsonl' ;;
	esac
	"$python" scripts/interop/extraction.py "$BIN" "$OUT" -corpus "$job"
}

bulk() {
	version phonenumbers >/dev/null
	local job
	case $1 in
		narratives) job="Narratives of an invented world=$OUT/narratives.txt" ;;
		harmless) job="Harmless short messages=$OUT/harmless.txt" ;;
	esac
	"$python" scripts/interop/extraction.py "$BIN" "$OUT" -bulk "$job"
}

# link WORLD: a folder, or SCENARIO/SEED/REPORTS of ours or, as other-NAME or third-NAME, of the other or the third generator.
link() {
	local dir=$1 scenario seed reports
	if [ ! -d "$1" ]; then
		IFS=/ read -r scenario seed reports <<<"$1"
		dir=$OUT/worlds/$scenario-$seed
		[ "$reports" = 0 ] || dir+=-$reports
		mkdir -p "$dir"
		case $scenario in
			third-*) python3 scripts/interop/thirdworld.py -world "${scenario#third-}" -seed "$seed" -reports "$reports" -out "$dir" ;;
			other-*) python3 scripts/interop/otherworld.py "$dir" "${scenario#other-}" "$seed" "$reports" ;;
			*) "$BIN" synth -scenario "$scenario" -seed "$seed" -reports "$reports" -out "$dir" >/dev/null ;;
		esac
	fi
	"$python" scripts/interop/linking.py "$BIN" "$OUT" "$dir"
}

cluster() {
	command -v java >/dev/null || fail 'no Java here (Debian: openjdk-17-jre-headless)' 3
	version pyspark >/dev/null
	PYTHON=$python scripts/spark/cluster.sh start "$KEEP/cluster" >"$OUT/master"
	# What an earlier try left is not taken for this cluster's address.
	grep -q '^spark://' "$OUT/master"
}

spark() {
	MASTER=$(cat "$OUT/master") CLUSTER=$KEEP/cluster PYTHON=$python BIN=$BIN HEAD=0 WORLDS=$1 scripts/spark/test.sh
}

what=$1
shift
case $what in
	tools | story | fresh | judge | texts | corpus | bulk | link | cluster | spark) "$what" "$@" ;;
	head) head_of "$@" ;;
	*) fail "no step $what" 2 ;;
esac
