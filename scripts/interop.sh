#!/usr/bin/env bash
# The field's own judges read our output, and the field's own engines run
# beside us on the same invented files.
#
#   scripts/interop.sh [judges] [extract] [link] [spark]      all four without a name
#
# Each part is a list of steps, and each step has a limit of time. One that fails is told
# in one line and the others go on. The outcome of a step is kept under INTEROP_DIR by what made
# it (the binary and these scripts), so the same command goes on where it was cut off. A part
# whose steps all passed has its tables written into docs/benchmarks.md or docs/spark.md.
# Exit: 0 all passed; 1 a judge refused or a step failed; 2 no such part; 3 nothing was
# refused, but something could not be had, or the time was over.
#
#   INTEROP_DIR      what is kept between runs: virtual environment, worlds, outcomes (bin/interop)
#   INTEROP_MINUTES  of the whole run (40); steps that find no time left are named
#   INTEROP_FRESH=1  do again what was done
#   INTEROP_LARGE=1  larger worlds too: the linkers on 20,000 reports of flood, mixed and zipf, Spark on
#                    20,000 of chakra, mixed and flood; allow 180 minutes and 4 GB
#   INTEROP_WORLDS   more folders for the linkers, each with *.jsonl and truth.tsv, parted by spaces
#   RINGBREAKER_SHARED  real data and schemas that are not in the repository (../shared)
set -u
cd "$(dirname "$0")/.."
parts=("$@")
[ $# -gt 0 ] || parts=(judges extract link spark)
for part in "${parts[@]}"; do
	case $part in judges | extract | link | spark) ;; *)
		echo "interop: no part $part; there are judges, extract, link and spark" >&2
		exit 2
		;;
	esac
done
deadline=$((SECONDS + ${INTEROP_MINUTES:-40} * 60)) kept=0 failed=() skipped=() late=()
KEEP=${INTEROP_DIR:-$PWD/bin/interop}
export KEEP VENV=$KEEP/venv BIN=$KEEP/ringbreaker PYTHONUNBUFFERED=1
SHARED=$(realpath -m "${RINGBREAKER_SHARED:-$PWD/../shared}")
export SHARED
mkdir -p "$KEEP"
exec 9>"$KEEP/lock"
flock -n 9 || { echo "interop: another run holds $KEEP" >&2; exit 1; }

running=
stop_cluster() {
	[ -d "$KEEP/cluster" ] || return 0
	PYTHON=$VENV/bin/python scripts/spark/cluster.sh stop "$KEEP/cluster"
	rm -rf "$KEEP/cluster"
}
finish() {
	[ -z "$running" ] || kill "$running" 2>/dev/null
	stop_cluster
}
trap finish EXIT
trap 'exit 130' INT TERM

# The version control's stamp is left out: writing the tables would make it another binary.
CGO_ENABLED=0 go build -trimpath -buildvcs=false -o "$BIN" ./cmd/ringbreaker || { echo "interop: ringbreaker does not build" >&2; exit 1; }
OUT=$KEEP/$(cat "$BIN" scripts/interop.sh scripts/interop/* scripts/spark/* | sha256sum | cut -c1-16)
export OUT
[ -z "${INTEROP_FRESH:-}" ] || rm -rf "$OUT"
mkdir -p "$OUT"
echo "$(nproc) cores,$(awk -F: '/model name/{print $2; exit}' /proc/cpuinfo), load $(cut -d' ' -f1-3 /proc/loadavg), $(date -u '+%Y-%m-%d %H:%M'), commit $(git rev-parse --short HEAD 2>/dev/null || echo none); outcomes in $OUT"

# step NAME SECONDS ARGUMENTS…: scripts/interop/step.sh ARGUMENTS within the
# seconds, its output to $OUT/NAME, or what an earlier run of it left.
step() {
	local name=$1 limit=$2 left=$((deadline - SECONDS)) rc
	local out=$OUT/$name
	shift 2
	if [ "$(cat "$out.rc" 2>/dev/null)" = 0 ]; then
		kept=$((kept + 1))
		cat "$out"
		return 0
	fi
	if [ "$left" -lt 20 ]; then
		late+=("$name")
		return 3
	fi
	[ "$limit" -le "$left" ] || limit=$left
	timeout -k 15 "$limit" scripts/interop/step.sh "$@" >"$out" 2>"$out.log" </dev/null 9>&- &
	running=$!
	wait "$running"
	rc=$?
	running=
	echo "$rc" >"$out.rc"
	cat "$out"
	case $rc in
		0 | 4) return 0 ;; # 4: passed, and to be done again by the next run
		3) skipped+=("$name: $(tail -1 "$out.log")") ;;
		124 | 137) failed+=("$name: not done within $limit s; $out.log is what it said") ;;
		*) failed+=("$name: $(grep -v '^ *$' "$out.log" | tail -1 | cut -c1-200)") ;;
	esac
	return "$rc"
}

# page PAGE MARK STEP…: the steps' outputs, one after the other, become what
# stands between the page's two marks, if all of them are there.
page() {
	local page=$1 mark=$2 name
	shift 2
	for name in "$@"; do
		[ "$(cat "$OUT/$name.rc" 2>/dev/null)" = 0 ] || { echo "interop: $page is as before: $name has not passed" >&2; return 1; }
	done
	(cd "$OUT" && cat "$@") | python3 scripts/interop/page.py "$page" "$mark"
}

judges() {
	local names=(judges-head)
	step judges-head 20 head judges
	step story 600 story
	step fresh 300 fresh
	for judge in stix-referral stix-list stix-export patterns case pymisp taxii age changed vectors axe; do
		step "$judge" 600 judge "$judge"
		names+=("$judge")
	done
	page docs/benchmarks.md judges "${names[@]}"
}

extraction() {
	local names=(extraction-head)
	step texts 300 texts || return
	step extraction-head 20 head extract
	for corpus in held dev first; do
		step "corpus-$corpus" 300 corpus "$corpus"
		names+=("corpus-$corpus")
	done
	for bulk in narratives harmless; do
		step "bulk-$bulk" 400 bulk "$bulk"
		names+=("bulk-$bulk")
	done
	page docs/benchmarks.md extraction "${names[@]}"
}

linking() {
	local names=(linking-head) world
	# scenario/seed/reports; 0 is the scenario's own number, and flood's own 100,000 are more
	# than the peers end on. The other generator's seed 7 is one that no rule was found on.
	local worlds=(chakra/3/0 kits/3/0 sparse/3/0 mixed/3/0 flood/3/6000 other-zipf/1/0 other-zipf/7/0 other-brokers/1/0 other-brokers/7/0
		third-giants/1/1500 third-franchise/1/1500 third-bazaar/1/1500)
	[ -z "${INTEROP_LARGE:-}" ] || worlds+=(flood/3/20000 mixed/3/20000 other-zipf/1/20000)
	step linking-head 20 head link
	for world in "${worlds[@]}" ${INTEROP_WORLDS:-}; do
		step "link-${world//\//-}" 900 link "$world"
		names+=("link-${world//\//-}")
	done
	page docs/benchmarks.md linking "${names[@]}"
}

# Rings made inside Apache Spark are those of one machine (docs/spark.md).
spark() {
	local names=(spark-head) world
	local worlds=("chakra 2300 3" "kits 2300 1" "mixed 5000 2" "flood 6000 3" "sparse 600 5 --local-edges 0")
	[ -z "${INTEROP_LARGE:-}" ] || worlds+=("chakra 20000 3" "mixed 20000 2" "flood 20000 3")
	stop_cluster # of a run that was cut off
	step spark-head 20 head spark
	for world in "${worlds[@]}"; do
		if [ ! -d "$KEEP/cluster" ] && [ "$(cat "$OUT/spark-${world// /-}.rc" 2>/dev/null)" != 0 ]; then
			rm -f "$OUT/cluster.rc" # it ends with this run
			step cluster 400 cluster || return
		fi
		step "spark-${world// /-}" 900 spark "$world"
		names+=("spark-${world// /-}")
	done
	page docs/spark.md spark "${names[@]}"
}

step tools 900 tools "${parts[@]}" # what will not install is told by the step that wants it
for part in "${parts[@]}"; do
	echo
	case $part in
		judges) judges ;;
		extract) extraction ;;
		link) linking ;;
		spark) spark ;;
	esac
done

echo
[ "$kept" = 0 ] || echo "interop: $kept steps were done before and are kept (INTEROP_FRESH=1 does them again)"
for line in "${skipped[@]}"; do echo "interop: SKIPPED $line"; done
for line in "${failed[@]}"; do echo "interop: FAILED $line"; done
[ ${#late[@]} -eq 0 ] || echo "interop: the ${INTEROP_MINUTES:-40} minutes are over; run it again for ${late[*]}"
echo "interop: $((SECONDS / 60)) minutes $((SECONDS % 60)) s; ${#failed[@]} failed, ${#skipped[@]} skipped, ${#late[@]} without time"
[ ${#failed[@]} -eq 0 ] || exit 1
[ ${#skipped[@]} -eq 0 ] && [ ${#late[@]} -eq 0 ] || exit 3
