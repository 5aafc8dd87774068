"""One world, linked by one machine and inside Spark: compares and tells.

Usage: compare.py RINGBREAKER MASTER WORLD NAME [OPTION OF link.py...], run by test.sh. CPU of Spark
is that of the driver, its Java and the workers' executors with all that they
started, taken from /proc before and after; exits 1 where results differ.
"""
import filecmp
import json
import os
import subprocess
import sys
import time


def java_seconds(cluster):
    """CPU seconds so far of the cluster's processes and their ended children."""
    total, tick = 0, os.sysconf("SC_CLK_TCK")
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if cluster.encode() not in file.read():
                    continue
            with open(f"/proc/{pid}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[1] != str(os.getpid()):
            total += sum(map(int, fields[11:15]))
    return total / tick


def timed(argv, log):
    start = time.monotonic()
    with open(log, "w") as err:
        child = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=err, text=True)
        out = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{argv[:3]} ended with {status}:\n" + "".join(open(log).readlines()[-15:]))
    return time.monotonic() - start, used.ru_utime + used.ru_stime, out


def rings(path):
    """Rings without what is told as of the last report: a component knows
    only its own last one."""
    out = []
    for line in open(path, encoding="utf-8"):
        ring = json.loads(line)
        for name in ("last_30_days", "prior_30_days", "score"):
            ring["harm"].pop(name, None)
        out.append(ring)
    return sorted(out, key=lambda r: r["id"])


def main():
    binary, url, world, name = sys.argv[1:5]
    one, spark = os.path.join(world, "one"), os.path.join(world, "spark")
    log = os.path.join(world, "log")
    wall1, cpu1, _ = timed([binary, "link", "-in", os.path.join(world, "a.jsonl") + "," + os.path.join(world, "b.jsonl"), "-out", one], log)
    before = java_seconds(url)
    wall2, cpu2, out = timed([sys.executable, os.path.join(os.path.dirname(__file__), "link.py"), "--master", url, "--bin", binary, "--out", spark, *sys.argv[5:],
                              os.path.join(world, "shuffled.jsonl")], log)
    cpu2 += java_seconds(url) - before
    t = json.loads(out.strip().splitlines()[-1])
    same = filecmp.cmp(os.path.join(one, "assign.tsv"), os.path.join(spark, "assign.tsv"), shallow=False)
    same_rings = rings(os.path.join(one, "rings.jsonl")) == rings(os.path.join(spark, "rings.jsonl"))
    print(f"| {name} | {t['reports']} | {t['components']} | {t['largest']} | {t['rounds']} | {wall1:.1f} / {cpu1:.1f} "
          f"| {wall2:.1f} / {cpu2:.1f} ({t['extract_s']}, {t['components_s']}, {t['link_s']}) "
          f"| {'equal, byte for byte' if same else 'DIFFERS'} | {'equal' if same_rings else 'DIFFER'} |", flush=True)
    return 0 if same and same_rings else 1


if __name__ == "__main__":
    sys.exit(main())
