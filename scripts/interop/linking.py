"""Linkers side by side on the same sightings of invented worlds.

Usage: linking.py RINGBREAKER TMP WORLD... Each peer is a process of its own
(linking.py peer NAME SIGHTINGS OUT TRUTH [SETTING]), so that wall, CPU and peak
memory are its alone, imports included. A peer with settings tries them all first;
what is timed is one more run with the best of them alone. A run may take
LIMIT CPU seconds; of one that takes more, the settings done till then count. Sightings come from `ringbreaker extract`; what is
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

LEFT_OUT_ROLES = {"victim_owned", "bystander", "genuine_brand"}
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


def plain(has, only=None):
    yield "", components(has, ((rs[0], r) for rs in holders(has).values() for r in rs[1:]))


def misp(has, only=None, cap=20):
    """MISP's correlation: equal values correlate; above the cap, not at all."""
    yield "", components(has, ((rs[0], r) for rs in holders(has).values() if len(rs) <= cap for r in rs[1:]))


def leiden(has, only=None):
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
    weights = list(weight.values())
    for resolution in RESOLUTIONS:  # 1 is modularity
        if only and only != f"resolution {resolution}":
            continue
        found = leidenalg.find_partition(graph, leidenalg.RBConfigurationVertexPartition, weights=weights, resolution_parameter=resolution, seed=1)
        yield f"resolution {resolution}", {r: found.membership[at[r]] for r in ids}


LIMIT = int(os.environ.get("PEER_SECONDS", "300"))

KINDS = ["phone", "domain", "remote_id", "bank_account", "wallet", "email", "tracker", "person_alias"]


def frame_of(has):
    """A row a report: of each kind all its values, sorted, as Splink's arrays,
    and the first one for term frequencies."""
    import pandas
    rows = []
    for r in sorted(has):
        row = {"unique_id": r}
        for kind in KINDS:
            values = sorted(v for k, v in has[r] if k == kind)
            row[kind] = values or None
            row[kind + "_1"] = values[0] if values else None
        rows.append(row)
    return pandas.DataFrame(rows)


def splink(has, only=None):
    """Splink as its manual has it: blocking on every value of a kind that tells
    reports apart (exploded arrays), comparisons of array intersections and of
    the first value with term frequencies, u by random sampling, the prior by
    rules that are nearly always right, m by expectation maximisation over several
    blockings so that every comparison is trained."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    frame = frame_of(has)
    kinds = [k for k in KINDS if frame[k].notna().sum() > 20]
    strong = [k for k in kinds if k != "person_alias"]

    def comparison(k):
        return cl.CustomComparison(output_column_name=k, comparison_levels=[
            cll.NullLevel(k),
            cll.ExactMatchLevel(k + "_1").configure(tf_adjustment_column=k + "_1"),
            cll.ArrayIntersectLevel(k, min_intersection=1),
            cll.ElseLevel()])
    settings = SettingsCreator(
        link_type="dedupe_only", comparisons=[comparison(k) for k in kinds],
        blocking_rules_to_generate_predictions=[block_on(k, arrays_to_explode=[k]) for k in strong])
    linker = Linker(DuckDBAPI().register(frame), settings)
    # Two reports with the same remote id or account are one operator's nearly always; that finds few of all pairs.
    sure = [block_on(k + "_1") for k in strong if k in ("remote_id", "bank_account", "wallet")]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.05)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for k in strong:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(k + "_1"), record_sample_proportion=1.0)
        except Exception as fault:  # too few pairs of that kind to train on
            print(f"splink: no training by {k}: {str(fault)[:100]}", file=sys.stderr)
    pairs = linker.inference.predict(threshold_match_probability=min(SWEEP))
    for threshold in SWEEP:
        if only and only != f"p ≥ {threshold:.10g}":
            continue
        out = {r: r for r in has}
        for row in linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold).as_pandas_dataframe().itertuples():
            out[row.unique_id] = row.cluster_id
        yield f"p ≥ {threshold:.10g}", out


# What a peer's user would choose, we choose on the truth itself, in the
# peer's favour: of these settings the one with the best B³ F1 is its row.
SWEEP = [0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999, 0.9999999, 1 - 1e-9]
RESOLUTIONS = [0.1, 0.25, 0.5, 1, 2, 4]

PEERS = {"connected components": plain, "equality, cap 20 (as MISP)": misp, "Leiden (leidenalg)": leiden, "Splink (DuckDB), trained": splink}


def write(assign, path):
    with open(path, "w", encoding="utf-8") as out:
        out.write("report_id\tring\n")
        for r in sorted(assign):
            out.write(f"{r}\tc{assign[r]}\n")


def limited():
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT + 5))


def measured(argv, **more):
    """Runs argv; its wall and CPU seconds, its peak memory in MiB, its fault."""
    start = time.monotonic()
    with open(os.devnull, "w") as null:
        child = subprocess.Popen(argv, stdout=null, stderr=subprocess.PIPE, text=True, **more)
        err = child.stderr.read()
        _, status, used = os.wait4(child.pid, 0)
    return time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, status, err


def card_of(binary, world, path):
    return json.loads(subprocess.run([binary, "score", "-truth", os.path.join(world, "truth.tsv"), "-assign", path], capture_output=True, text=True, check=True).stdout)


def swallowed(card):
    """Operators that are a tenth and ten reports or more of a ring in which
    another is larger."""
    return sum(max(0, sum(p["ring"] != "" and p["reports"] >= max(10, 0.1 * ring["reports"]) for p in ring["parts"]) - 1)
               for ring in card.get("over_merged_rings") or [])


def cost(runs):
    """The run of the middle CPU among several of the same command."""
    return sorted(runs, key=lambda r: r[1])[len(runs) // 2]


def row(name, card, wall, cpu, peak, ours=None):
    b3, strays = card["b3"], sum(o["outside"] for o in card.get("over_merged_rings") or [])
    times = f"{cpu / ours[1]:.1f} | {wall / ours[0]:.1f}" if ours else "1 | 1"
    print(f"| {name} | {b3['precision']:.4f} | {b3['recall']:.4f} | {b3['f1']:.4f} | {card['pairwise']['precision']:.4f} | {swallowed(card)} | {strays} "
          f"| {cpu:.2f} | {wall:.2f} | {peak:.0f} | {times} |", flush=True)


def one_peer(binary, world, name, argv, path, ours):
    """A peer's row: all its settings, then the best one alone."""
    def settings():
        try:
            return [line.rstrip("\n").split("\t") for line in open(os.path.join(path, "settings"), encoding="utf-8")]
        except OSError:
            return []
    wall, cpu, peak, status, err = measured(argv, preexec_fn=limited)
    tried = settings()
    if not tried:
        why = f"its {LIMIT} CPU s were over" if cpu >= LIMIT else (err.strip().splitlines() or ["no word"])[-1][:160].replace("|", "/")
        print(f"| {name} | not finished: {why} |" + " |" * 10, flush=True)
        return
    if status:  # what it had done until its limit
        name += f", {len(tried)} of its settings in {cpu:.0f} CPU s"
    setting, card = max(((s, card_of(binary, world, p)) for s, p in tried), key=lambda x: x[1]["b3"]["f1"])
    if setting:
        name += f", best of {len(tried)}: {setting}"
        if not status:
            wall, cpu, peak, _, _ = measured([*argv, setting], preexec_fn=limited)
    row(name, card, wall, cpu, peak, ours)


def side_by_side(binary, world, tmp):
    files = sorted(os.path.join(world, f) for f in os.listdir(world) if f.endswith(".jsonl") and not f.endswith("-after.jsonl"))
    sightings = os.path.join(tmp, "sightings.jsonl")
    with open(sightings, "w") as out:
        subprocess.run([binary, "extract", "-in", "jsonl", *files], stdout=out, check=True)
    # A report without a single sighting must still be in everybody's list.
    reports = sum(1 for _ in open(os.path.join(world, "truth.tsv"), encoding="utf-8")) - 1
    print(f"\n{os.path.basename(world)}: {reports} reports, load {os.getloadavg()[0]:.0f}\n")
    print("| linker | B³ P | B³ R | B³ F1 | pairwise P | swallowed | strays | CPU s | wall s | peak MiB | × our CPU | × our wall |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    out = os.path.join(tmp, "o")
    runs = []
    for _ in range(3):
        runs.append(measured([binary, "link", "-in", ",".join(files), "-out", out]))
        if runs[-1][3]:
            sys.exit(f"ringbreaker link ended with {runs[-1][3]}: {runs[-1][4].strip()[-160:]}")
    ours = cost(runs)
    row("ringbreaker link (raw JSONL, links and reasons), median of 3", card_of(binary, world, os.path.join(out, "assign.tsv")), *ours[:3])
    for i, name in enumerate(PEERS):
        path = os.path.join(tmp, f"peer{i}")
        os.makedirs(path, exist_ok=True)
        for old in os.listdir(path):
            if old != "alone":
                os.remove(os.path.join(path, old))
        one_peer(binary, world, name, [sys.executable, __file__, "peer", name, sightings, path, os.path.join(world, "truth.tsv")], path, ours)


def peer(name, sightings, out, truth, only=None):
    known = load(sightings)
    for line in itertools.islice(open(truth, encoding="utf-8"), 1, None):
        known[line.split("\t")[0]]
    if only:  # alone and timed: what was found is there already
        out = os.path.join(out, "alone")
        os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, "settings"), "w", encoding="utf-8") as settings:
        for i, (setting, assign) in enumerate(PEERS[name](known, only)):
            path = os.path.join(out, f"{i}.tsv")
            write(assign, path)
            settings.write(f"{setting}\t{path}\n")
            settings.flush()


if sys.argv[1] == "peer":
    peer(*sys.argv[2:7])
else:
    for folder in sys.argv[3:]:
        side_by_side(sys.argv[1], folder, sys.argv[2])
