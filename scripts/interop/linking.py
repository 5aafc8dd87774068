"""Linkers side by side on the same sightings of one invented world.

Usage: linking.py RINGBREAKER WORLD TMP. Each peer is a process of its own
(linking.py peer NAME SIGHTINGS ASSIGN), so that wall, CPU and peak memory are
its alone, imports included. Sightings come from `ringbreaker extract`; what is
the victim's own, and amounts, companies and tools, which say nothing by
equality, are left out for the peers, in their favour.
"""
import collections
import itertools
import json
import os
import resource
import subprocess
import sys
import time

LEFT_OUT_ROLES = {"victim_owned", "legitimate", "impersonated"}
LEFT_OUT_KINDS = {"amount", "company", "remote_tool", "person_alias", "gift_card", "url"}


def load(path):
    """Report → its set of values, every report with at least none."""
    has = collections.defaultdict(set)
    for line in open(path, encoding="utf-8"):
        s = json.loads(line)
        values = has[s["doc"]]
        if s.get("role") not in LEFT_OUT_ROLES and s["kind"] not in LEFT_OUT_KINDS:
            values.add((s["kind"], s["value"]))
    return has


def components(has, edges):
    parent = {r: r for r in has}

    def root(x):
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x
    for a, b in edges:
        parent[root(a)] = root(b)
    return {r: root(r) for r in has}


def holders(has):
    out = collections.defaultdict(list)
    for r, values in has.items():
        for v in values:
            out[v].append(r)
    return out


def plain(has):
    return components(has, ((rs[0], r) for rs in holders(has).values() for r in rs[1:]))


def misp(has, cap=20):
    """MISP's correlation: equal values correlate; above the cap, not at all."""
    return components(has, ((rs[0], r) for rs in holders(has).values() if len(rs) <= cap for r in rs[1:]))


def leiden(has):
    import igraph
    import leidenalg
    ids = sorted(has)
    at = {r: i for i, r in enumerate(ids)}
    weight = collections.Counter()
    for rs in holders(has).values():
        if 2 <= len(rs) <= 200:  # above, a clique of pairs is not affordable: a chain, of the same weight a pair
            pairs = itertools.combinations(rs, 2)
        else:
            pairs = zip(rs, rs[1:])
        for a, b in pairs:
            weight[at[a], at[b]] += 1 / (len(rs) - 1)
    graph = igraph.Graph(n=len(ids), edges=list(weight))
    found = leidenalg.find_partition(graph, leidenalg.ModularityVertexPartition, weights=list(weight.values()), seed=1)
    return {r: found.membership[at[r]] for r in ids}


def splink(has):
    import pandas
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    kinds = ["phone", "domain", "remote_id", "bank_account", "wallet", "email"]
    rows = []
    for r in sorted(has):
        row = {"unique_id": r}
        for kind in kinds:
            values = sorted(v for k, v in has[r] if k == kind)
            row[kind] = values[0] if values else None
        rows.append(row)
    frame = pandas.DataFrame(rows)
    kinds = [k for k in kinds if frame[k].nunique() > 10]
    settings = SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=0.1,  # near the truth of ten operators, in its favour
        comparisons=[cl.ExactMatch(k).configure(term_frequency_adjustments=True) for k in kinds],
        blocking_rules_to_generate_predictions=[block_on(k) for k in kinds])
    api = DuckDBAPI()
    linker = Linker(api.register(frame), settings)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for k in kinds[:2]:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(k))
    pairs = linker.inference.predict(threshold_match_probability=0.5)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.5)
    out = {r: r for r in has}
    for row in clusters.as_pandas_dataframe().itertuples():
        out[row.unique_id] = row.cluster_id
    return out


PEERS = {"connected components": plain, "equality, cap 20 (as MISP)": misp, "Leiden (leidenalg, modularity)": leiden, "Splink (DuckDB, p ≥ 0.5)": splink}


def write(assign, path):
    with open(path, "w", encoding="utf-8") as out:
        out.write("report_id\tring\n")
        for r in sorted(assign):
            out.write(f"{r}\tc{assign[r]}\n")


def measured(argv, **more):
    """Runs argv; its wall and CPU seconds, its peak memory in MiB, its fault."""
    start = time.monotonic()
    with open(os.devnull, "w") as null:
        child = subprocess.Popen(argv, stdout=null, stderr=subprocess.PIPE, text=True, **more)
        err = child.stderr.read()
        _, status, used = os.wait4(child.pid, 0)
    return time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, status, err


def main():
    binary, world, tmp = sys.argv[1:4]
    files = [os.path.join(world, f) for f in ("a.jsonl", "b.jsonl")]
    sightings = os.path.join(tmp, "sightings.jsonl")
    with open(sightings, "w") as out:
        subprocess.run([binary, "extract", "-in", "jsonl", *files], stdout=out, check=True)
    # A report without a single sighting must still be in everybody's list.
    truth = [line.split("\t")[0] for line in open(os.path.join(world, "truth.tsv"), encoding="utf-8")][1:]
    print(f"linking: {len(truth)} reports; CPU and memory are of the whole process")
    print("| linker | B³ P | B³ R | B³ F1 | pairwise P | over-merged / strays in them | wall s | CPU s | peak MiB |")
    print("|---|---|---|---|---|---|---|---|---|")
    runs = [("ringbreaker link (raw JSONL, links and reasons)", [binary, "link", "-in", ",".join(files), "-out", os.path.join(tmp, "o")], os.path.join(tmp, "o", "assign.tsv"))]
    for i, name in enumerate(PEERS):
        path = os.path.join(tmp, f"peer{i}.tsv")
        runs.append((name, [sys.executable, __file__, "peer", name, sightings, path, os.path.join(world, "truth.tsv")], path))
    failed = 0
    for name, argv, path in runs:
        wall, cpu, peak, status, err = measured(argv)
        if status:
            print(f"| {name} | not finished: {(err.strip().splitlines() or ['no word'])[-1][:120]} |" + " |" * 7, flush=True)
            failed += argv[0] == binary
            continue
        card = json.loads(subprocess.run([binary, "score", "-truth", os.path.join(world, "truth.tsv"), "-assign", path], capture_output=True, text=True, check=True).stdout)
        b3 = card["b3"]
        print(f"| {name} | {b3['precision']:.4f} | {b3['recall']:.4f} | {b3['f1']:.4f} | {card['pairwise']['precision']:.4f} | {len(card.get('over_merged_rings') or [])} / {sum(o['outside'] for o in card.get('over_merged_rings') or [])} | {wall:.1f} | {cpu:.1f} | {peak:.0f} |", flush=True)
    return 1 if failed else 0


if sys.argv[1] == "peer":
    known = load(sys.argv[3])
    for line in itertools.islice(open(sys.argv[5], encoding="utf-8"), 1, None):
        known[line.split("\t")[0]]
    write(PEERS[sys.argv[2]](known), sys.argv[4])
else:
    sys.exit(main())
