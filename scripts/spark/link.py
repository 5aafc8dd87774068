"""Reports to rings inside Apache Spark: the same binary, the same model.

    raw report JSONL
      ─▶ SELECT TRANSFORM (line) USING 'ringbreaker extract -rows'   name, keys, packed
      ─▶ components of shared keys (few edges: in the driver; else large star, small star)
      ─▶ SELECT TRANSFORM … USING 'ringbreaker link -component'      assign, ring, link, suggestion
      ─▶ assign.tsv  rings.jsonl  links.jsonl  suggestions.jsonl

Usage: link.py --master URL --bin RINGBREAKER --out DIR [--model FILE]
[--judgements FILE] [--partitions N] [--local-edges N] FILE... The files, the binary and the
model must be at the same paths on every worker (a shared file system, or
spark-submit --files). See docs/spark.md.
"""
import argparse
import json
import os
import shlex
import sys
import time

from pyspark.sql import SparkSession
from pyspark.sql import functions as f


def arguments():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--master", required=True)
    p.add_argument("--bin", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--model")
    p.add_argument("--judgements")
    p.add_argument("--partitions", type=int, default=4, help="parts of every shuffle: about two for each core")
    p.add_argument("--local-edges", type=int, default=1_000_000, help="up to so many edges the driver finds the components (100 bytes each); 0 = never")
    p.add_argument("files", nargs="+")
    return p.parse_args()


def command(binary, sub, args):
    """The command line of a TRANSFORM, quoted for the shell, then for SQL."""
    words = [os.path.abspath(binary), *sub]
    for flag in ("model", "judgements"):
        if getattr(args, flag):
            words += ["-" + flag, os.path.abspath(getattr(args, flag))]
    return shlex.join(words).replace("\\", "\\\\").replace("'", "\\'")


# Tabs part the columns; whatever else a JSON string may hold is passed as it
# is: without a serde Spark escapes nothing, and no line of JSONL has a break.
ROWS = "ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' LINES TERMINATED BY '\\n' NULL DEFINED AS '\\\\N'"


def extracted(spark, args):
    lines = spark.read.text(args.files, lineSep="\n").repartition(args.partitions)
    lines.createOrReplaceTempView("lines")
    spark.sql(f"""
        SELECT TRANSFORM (value) {ROWS}
        USING '{command(args.bin, ["extract", "-rows", "-in", "jsonl"], args)}'
        AS (name STRING, keys STRING, packed STRING) {ROWS}
        FROM lines""").createOrReplaceTempView("rows")
    # Written once: else every later step would extract again.
    path = os.path.join(args.out, "stage")
    spark.sql("SELECT CAST(name AS BIGINT) AS name, keys, packed FROM rows").write.mode("overwrite").parquet(path)
    return spark.read.parquet(path)


def edges_of(spark, rows):
    """Each report that shares a key → the lowest report of that key."""
    rows.createOrReplaceTempView("reports")
    return spark.sql("""
        WITH held AS (SELECT name, CAST(k AS BIGINT) AS k FROM reports LATERAL VIEW explode(split(keys, ',')) AS k),
             lowest AS (SELECT k, min(name) AS low FROM held GROUP BY k HAVING min(name) <> max(name))
        SELECT DISTINCT greatest(name, low) AS a, least(name, low) AS b
        FROM held JOIN lowest USING (k) WHERE name <> low""")


# Kiveris et al., Connected Components in MapReduce and Beyond, SoCC 2014, §3.
LARGE = """
    WITH near AS (SELECT a AS v, b AS w FROM edges UNION ALL SELECT b, a FROM edges),
         low AS (SELECT v, least(v, min(w)) AS m FROM near GROUP BY v)
    SELECT DISTINCT w AS a, m AS b FROM near JOIN low USING (v) WHERE w > v"""
SMALL = """
    WITH low AS (SELECT a, min(b) AS m FROM edges GROUP BY a)
    SELECT b AS a, m AS b FROM edges JOIN low USING (a) WHERE b <> m
    UNION SELECT a, m FROM low"""


def gathered(edges):
    """Components by union-find in the driver: (name, lowest name of its
    component) for every name that is not the lowest itself."""
    parent = {}

    def root(x):
        top = x
        while parent.setdefault(top, top) != top:
            top = parent[top]
        while parent[x] != top:
            parent[x], x = top, parent[x]
        return top
    for a, b in edges:
        x, y = root(a), root(b)
        parent[max(x, y)] = min(x, y)
    return [(name, root(name)) for name in list(parent) if root(name) != name]


def components(spark, edges, local):
    """(name, component), and how many rounds that took. Up to local edges the
    driver finds them by itself: every round of Spark costs seconds whatever its
    size. Above, they are stars whose middle is the lowest name, found in rounds
    of which each is checkpointed, or the plan would double with each."""
    edges = edges.checkpoint()
    if edges.count() <= local:
        found = gathered((row.a, row.b) for row in edges.toLocalIterator())
        return spark.createDataFrame(found, "name BIGINT, component BIGINT"), 0
    was = None
    for rounds in range(1, 61):
        for step in (LARGE, SMALL):
            edges.createOrReplaceTempView("edges")
            edges = spark.sql(step).checkpoint()
        edges.createOrReplaceTempView("edges")
        # Every edge is in the figure: all as before means nothing moved.
        now = tuple(spark.sql("SELECT count(*), bit_xor(xxhash64(a, b)), sum(CAST(xxhash64(b, a) AS DECIMAL(38))) FROM edges").first())
        if now == was:
            return spark.sql("SELECT a AS name, b AS component FROM edges"), rounds
        was = now
    raise SystemExit("spark: components did not settle in 60 rounds; they need about log2 of the longest chain")


def linked(spark, args, rows, parts):
    parts.createOrReplaceTempView("parts")
    rows.createOrReplaceTempView("reports")
    spark.sql("""
        SELECT coalesce(component, name) AS component, packed FROM reports LEFT JOIN parts USING (name)
        DISTRIBUTE BY component SORT BY component""").createOrReplaceTempView("parted")
    return spark.sql(f"""
        SELECT TRANSFORM (component, packed) {ROWS}
        USING '{command(args.bin, ["link", "-component"], args)}'
        AS (what STRING, name STRING, body STRING) {ROWS}
        FROM parted""").persist()


def write(found, out):
    """The files of one machine's `ringbreaker link`. Only the assignment has to
    pass through here in order; rings stand in the order of harm."""
    with open(os.path.join(out, "assign.tsv"), "w", encoding="utf-8") as file:
        file.write("report_id\tring\n")
        rows = found.where("what = 'assign'").select("name", f.coalesce("body", f.lit("")).alias("ring"))
        for row in rows.orderBy(f.encode("name", "UTF-8")).toLocalIterator():
            file.write(f"{row.name}\t{row.ring}\n")
    orders = (("ring", "rings.jsonl", lambda r: (-r["harm"]["score"], r["id"])),
              ("link", "links.jsonl", lambda r: (r["kind"], r.get("ring", ""), r["a"], r["b"])),
              ("suggestion", "suggestions.jsonl", lambda r: (-r["link"]["bits"], r["a"], r["b"])))
    for what, name, order in orders:
        lines = [row.body for row in found.where(f.col("what") == what).select("body").toLocalIterator()]
        lines.sort(key=lambda line: order(json.loads(line)))
        with open(os.path.join(out, name), "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)


def main():
    args = arguments()
    args.out, args.files = os.path.abspath(args.out), [os.path.abspath(p) for p in args.files]
    os.makedirs(args.out, exist_ok=True)
    spark = (SparkSession.builder.master(args.master).appName("ringbreaker link")
             .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
             .config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
             .config("spark.sql.shuffle.partitions", args.partitions).config("spark.sql.adaptive.enabled", "true")
             .getOrCreate())
    spark.sparkContext.setLogLevel("ERROR")
    spark.sparkContext.setCheckpointDir(os.path.join(args.out, "checkpoints"))
    clock, told = time.monotonic(), {}

    def step(name):
        nonlocal clock
        told[name + "_s"], clock = round(time.monotonic() - clock, 1), time.monotonic()
    rows = extracted(spark, args)
    told["reports"] = rows.count()
    step("extract")
    parts, told["rounds"] = components(spark, edges_of(spark, rows), args.local_edges)
    told["components"] = told["reports"] - parts.count()
    told["largest"] = 1 + (parts.groupBy("component").count().agg(f.max("count")).first()[0] or 0)
    step("components")
    found = linked(spark, args, rows, parts)
    write(found, args.out)
    step("link")
    spark.stop()
    print(json.dumps(told))


if __name__ == "__main__":
    sys.exit(main())
