#!/usr/bin/env bash
# Shows that rings made inside Spark are those of one machine: a real cluster
# of one master and two workers, shuffled reports, the same binary and model.
# Prints a line of figures a world; exits 1 if one differs. PYTHON is an
# interpreter that has pyspark; WORLDS holds "scenario reports seed [options of link.py]" entries.
set -e -u -o pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3} bin=$PWD/bin/ringbreaker worlds=${WORLDS:-chakra 2300 3,kits 2300 1,mixed 5000 2,sparse 600 5 --local-edges 0,flood 6000 3}
command -v java >/dev/null || { echo "spark: no Java; install Debian's openjdk-17-jre-headless" >&2; exit 3; }
tmp=$(mktemp -d)
trap 'PYTHON=$python scripts/spark/cluster.sh stop "$tmp/cluster"; rm -rf "$tmp"' EXIT
url=$(PYTHON=$python scripts/spark/cluster.sh start "$tmp/cluster" 2>"$tmp/start.log" </dev/null) || { cat "$tmp/start.log"; exit 1; }

differs=0
echo "| world | reports | components | largest | rounds | one machine, wall / CPU s | Spark, wall / CPU s (extract, components, link) | assign.tsv | rings |"
echo "|---|---|---|---|---|---|---|---|---|"
IFS=, read -r -a list <<<"$worlds"
for world in "${list[@]}"; do
	IFS=' ' read -r -a words <<<"$world"
	scenario=${words[0]} reports=${words[1]} seed=${words[2]} options=("${words[@]:3}")
	dir=$tmp/$scenario.$seed
	"$bin" synth -scenario "$scenario" -reports "$reports" -seed "$seed" -out "$dir" >/dev/null
	cat "$dir/a.jsonl" "$dir/b.jsonl" | shuf --random-source=<(yes "$seed") >"$dir/shuffled.jsonl"
	"$python" scripts/spark/compare.py "$bin" "$url" "$dir" "$scenario${options[*]:+ (${options[*]})}" "${options[@]}" || differs=1
done
exit $differs
