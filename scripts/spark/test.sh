#!/usr/bin/env bash
# Shows that rings made inside Spark are those of one machine: a real cluster
# of one master and two workers, shuffled reports, the same binary and model.
# Prints a line of figures a world, and what they are at the end; exits 1 if one differs. PYTHON is
# an interpreter that has pyspark; WORLDS holds "scenario reports seed [options of link.py]" entries,
# parted by commas. MASTER and CLUSTER name a cluster that runs already (its address, its
# folder), BIN the program, HEAD=0 leaves the table's head out.
set -e -u -o pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3} bin=${BIN:-$PWD/bin/ringbreaker} worlds=${WORLDS:-chakra 2300 3,kits 2300 1,mixed 5000 2,sparse 600 5 --local-edges 0,flood 6000 3}
command -v java >/dev/null || { echo "spark: no Java; install Debian's openjdk-17-jre-headless" >&2; exit 3; }
tmp=$(mktemp -d)
url=${MASTER:-} cluster=${CLUSTER:-$tmp/cluster}
trap '[ -n "${MASTER:-}" ] || PYTHON=$python scripts/spark/cluster.sh stop "$cluster"; rm -rf "$tmp"' EXIT
[ -n "$url" ] || url=$(PYTHON=$python scripts/spark/cluster.sh start "$cluster" 2>"$tmp/start.log" </dev/null) || { cat "$tmp/start.log"; exit 1; }

differs=0
if [ "${HEAD:-1}" = 1 ]; then
	echo "| world, shuffled | reports | components, largest | rounds | one machine: wall s / CPU s / MiB | Spark: wall s / CPU s / MiB | Spark × CPU | extract, components, link s | assign.tsv | rings |"
	echo "|---|---|---|---|---|---|---|---|---|---|"
fi
IFS=, read -r -a list <<<"$worlds"
for world in "${list[@]}"; do
	IFS=' ' read -r -a words <<<"$world"
	scenario=${words[0]} reports=${words[1]} seed=${words[2]} options=("${words[@]:3}")
	dir=$tmp/$scenario.$seed.$reports
	"$bin" synth -scenario "$scenario" -reports "$reports" -seed "$seed" -out "$dir" >/dev/null
	cat "$dir/a.jsonl" "$dir/b.jsonl" | shuf --random-source=<(yes "$seed") >"$dir/shuffled.jsonl"
	"$python" scripts/spark/compare.py "$bin" "$url" "$cluster" "$dir" "$scenario, seed $seed${options[*]:+, \`${options[*]}\`}" "${options[@]}" || differs=1
	rm -rf "$dir"
done
exit $differs
