"""One world, linked by one machine and inside Spark: compares and tells.

Usage: compare.py RINGBREAKER MASTER CLUSTER WORLD NAME [OPTION OF link.py...], run by test.sh.
CLUSTER is the folder that cluster.sh was given. Spark's CPU and memory are those of the master, the
workers, the executors and the driver's Python and Java, with all that they started. CPU is taken from
/proc before and after; memory is the most that all of them held at one moment, looked at twice a
second (pages that two of them share count twice). Exits 1 where results differ.
"""
import filecmp
import glob
import json
import os
import subprocess
import sys
import threading
import time

TICK, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


def processes():
    """Process id → (parent, CPU seconds with those of its ended children, bytes held)."""
    out = {}
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        try:
            with open(f"/proc/{pid}/stat") as file:
                f = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        out[pid] = int(f[1]), sum(map(int, f[11:15])) / TICK, int(f[21]) * PAGE
    return out


def tree(all, roots):
    """The roots and all that they started, of those that are there."""
    out = {pid for pid in roots if pid in all}
    while more := {pid for pid, (parent, _, _) in all.items() if parent in out} - out:
        out |= more
    return out


class Cluster:
    """What a cluster and one driver on it spend."""

    def __init__(self, folder):
        self.roots = [int(open(path).read()) for path in glob.glob(os.path.join(folder, "pids", "*.pid"))]
        self.began, self.peak, self.java = self.spent(), 0, {}

    def spent(self):
        all = processes()
        return {pid: all[pid][1] for pid in tree(all, self.roots)}

    def watch(self, driver, done):
        while not done.wait(0.5):
            all = processes()
            self.peak = max(self.peak, sum(all[pid][2] for pid in tree(all, [*self.roots, driver])))
            # Nobody waits for the driver's Java, so it counts as it was last seen.
            self.java |= {pid: cpu for pid, (parent, cpu, _) in all.items() if parent == driver}

    def cpu(self):
        """Of the cluster and the driver's Java since it began. An executor that
        ended stands in its worker's figure."""
        return sum(cpu - self.began.get(pid, 0) for pid, cpu in self.spent().items()) + sum(self.java.values())


def timed(argv, log, cluster=None):
    """Wall seconds, CPU seconds, peak MiB and what it printed."""
    start, done = time.monotonic(), threading.Event()
    with open(log, "w") as err:
        child = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=err, text=True)
        if cluster:
            threading.Thread(target=cluster.watch, args=(child.pid, done), daemon=True).start()
        out = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
    wall, cpu, peak = time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    if status:
        sys.exit(f"{argv[:3]} ended with {status}:\n" + "".join(open(log).readlines()[-15:]))
    if cluster:
        done.set()
        time.sleep(3)  # until the workers have taken their executors' ends
        cpu, peak = cpu + cluster.cpu(), cluster.peak / 2**20
    return wall, cpu, peak, out


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
    binary, url, folder, world, name = sys.argv[1:6]
    one, spark = os.path.join(world, "one"), os.path.join(world, "spark")
    log = os.path.join(world, "log")
    wall1, cpu1, peak1, _ = timed([binary, "link", "-in", os.path.join(world, "a.jsonl") + "," + os.path.join(world, "b.jsonl"), "-out", one], log)
    wall2, cpu2, peak2, out = timed([sys.executable, os.path.join(os.path.dirname(__file__), "link.py"), "--master", url, "--bin", binary, "--out", spark, *sys.argv[6:],
                                     os.path.join(world, "shuffled.jsonl")], log, Cluster(folder))
    t = json.loads(out.strip().splitlines()[-1])
    same = filecmp.cmp(os.path.join(one, "assign.tsv"), os.path.join(spark, "assign.tsv"), shallow=False)
    same_rings = rings(os.path.join(one, "rings.jsonl")) == rings(os.path.join(spark, "rings.jsonl"))
    print(f"| {name} | {t['reports']} | {t['components']}, {t['largest']} | {t['rounds']} | {wall1:.1f} / {cpu1:.1f} / {peak1:.0f} "
          f"| {wall2:.1f} / {cpu2:.1f} / {peak2:.0f} | {cpu2 / cpu1:.0f} | {t['extract_s']}, {t['components_s']}, {t['link_s']} "
          f"| {'equal, byte for byte' if same else 'DIFFERS'} | {'equal' if same_rings else 'DIFFER'} |", flush=True)
    return 0 if same and same_rings else 1


if __name__ == "__main__":
    sys.exit(main())
