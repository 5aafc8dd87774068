"""Extractors side by side, on the same labelled texts and the same bulk texts, in one run.

Usage: extraction.py RINGBREAKER TMP -corpus NAME=FILE.jsonl … -bulk NAME=FILE.txt …

Labelled texts: a value is right when kind and canonical value are the
label's, once per text. What anybody prints is folded first (phones by
libphonenumber, lower case, refanged, no scheme, no slash at the end, hashes
one kind), so that nobody loses on form. Only plain texts are asked, since the
peers know no pages and no mails. Two things that stand for others are read as
those by everybody, labels included: hosts in .example as .com, and addresses
of the documentation nets as ordinary ones, which the peers rightly skip. A
host that a tool names only because it is a labelled mailbox's, and the parent
of a labelled host, are counted for nobody: some print them and some do not.

Bulk texts: bytes by CPU seconds and by wall seconds of the same run. Ringbreaker's are of its whole process with
JSON out, all kinds on, on the file repeated to at least BULK bytes; a peer
reads the file's first lines until BUDGET CPU seconds are spent, in process,
printing nothing.
"""
import collections
import json
import os
import re
import resource
import subprocess
import sys
import time

BULK, BUDGET = 64 << 20, 12
KINDS = ("phone", "email", "url", "domain", "ip", "wallet", "bank_account", "hash")

try:
    import phonenumbers
except ImportError as err:
    sys.exit(f"extraction: nothing to fold phones with: {err}")


def plain(s):
    s = re.sub("(?i)example", "com", s)
    for net, other in (("192.0.2", "11.0.2"), ("198.51.100", "11.51.100"), ("203.0.113", "11.0.113")):
        s = s.replace(net, other).replace(net.replace(".", "[.]"), other.replace(".", "[.]"))
    return s


def fold(kind, value, country):
    if kind == "phone":
        try:
            n = phonenumbers.parse(value, country)
            return phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.E164)
        except phonenumbers.NumberParseException:
            return value
    value = value.replace("[.]", ".").replace("hxxp", "http").strip().lower()
    if kind in ("url", "domain"):
        value = re.sub(r"^[a-z]+://", "", value).rstrip("/.")
        value = value.removeprefix("www.") if kind == "domain" else value
    return re.sub(r"\s", "", value)


def kind_of(kind):
    return "hash" if kind in ("file", "txid") else kind


def corpus(path):
    rows = [json.loads(line) for line in open(path, encoding="utf-8")]
    rows = [r for r in rows if r.get("format", "text") == "text"]
    for r in rows:
        r["text"] = plain(r["text"])
        marks = [(kind_of(m["kind"]), plain(m["value"])) for m in r.get("marks") or []]
        r["truth"] = {(k, fold(k, v, r["country"])) for k, v in marks if k in KINDS}
        mailboxes = {v.split("@")[1] for k, v in r["truth"] if k == "email" and "@" in v}
        parents = {v.split(".", n)[-1] for k, v in r["truth"] if k == "domain" for n in range(1, v.count("."))}
        r["skip"] = {("domain", host) for host in mailboxes | parents} - r["truth"]
    return rows


def searcher():
    from iocsearcher.searcher import Searcher
    s = Searcher()
    names = {"phoneNumber": "phone", "email": "email", "url": "url", "fqdn": "domain", "ip4": "ip", "ip6": "ip", "iban": "bank_account",
             "md5": "hash", "sha1": "hash", "sha256": "hash"}
    names |= dict.fromkeys(("bitcoin", "ethereum", "tron", "litecoin", "monero", "ripple", "solana"), "wallet")
    return KINDS, lambda text, country: [(names[x.name], x.value) for x in s.search_data(text) if x.name in names]


def finder():
    from ioc_finder import find_iocs
    names = {"email_addresses": "email", "urls": "url", "domains": "domain", "ipv4s": "ip", "ipv6s": "ip", "md5s": "hash", "sha1s": "hash", "sha256s": "hash"}

    def run(text, country):
        found = find_iocs(text)
        return [(k, v) for n, k in names.items() for v in found.get(n, [])]
    return ("email", "url", "domain", "ip", "hash"), run


def iocextract():
    import iocextract as x

    def run(text, country):
        return [("url", v) for v in x.extract_urls(text, refang=True)] + [("email", v) for v in x.extract_emails(text, refang=True)] + [
            ("ip", v) for v in x.extract_ips(text, refang=True)] + [("hash", v) for v in x.extract_hashes(text)]
    return ("email", "url", "ip", "hash"), run


def matcher():
    def run(text, country):
        return [("phone", phonenumbers.format_number(m.number, phonenumbers.PhoneNumberFormat.E164))
                for m in phonenumbers.PhoneNumberMatcher(text, country)]
    return ("phone",), run


PEERS = (("iocsearcher", searcher), ("ioc-finder", finder), ("iocextract", iocextract), ("phonenumbers' matcher", matcher))


def version(name):
    from importlib.metadata import version as of
    return name + " " + of(name.split("'")[0])


def table(head):
    print("| " + " | ".join(head) + " |")
    print("|---|" + "---|" * (len(head) - 1))


def judge(name, rows, kinds, found):
    cells, everything = [], [0, 0, 0]
    for kind in KINDS:
        right = too = missed = 0
        for r, f in zip(rows, found):
            t = {v for k, v in r["truth"] if k == kind}
            f = {v for k, v in f if k == kind and (k, v) not in r["skip"]}
            right, too, missed = right + len(t & f), too + len(f - t), missed + len(t - f)
        everything = [a + b for a, b in zip(everything, (right, too, missed))]
        asked = kind in kinds and right + too + missed > 0
        cells.append(f"{right / max(1, right + too):.2f} / {right / max(1, right + missed):.2f}" if asked else "–")
    right, too, missed = everything
    cells.append(f"{right / max(1, right + too):.2f} / {right / max(1, right + missed):.2f}")
    print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def ringbreaker(mode, path, sink):
    """CPU seconds and wall seconds of one run of the command."""
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(sink, "wb") as out:
        done = subprocess.run([binary, "extract", "-in", mode, path], stdout=out)
    if done.returncode:
        sys.exit(f"extraction: ringbreaker extract ended with {done.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - start


def ours(rows):
    path, sink = os.path.join(tmp, "reports.jsonl"), os.path.join(tmp, "found.jsonl")
    with open(path, "w", encoding="utf-8") as out:
        for r in rows:
            out.write(json.dumps({"id": r["id"], "source": "corpus", "received_at": "2023-01-01T00:00:00Z",
                                  "reporter": {"role": "victim", "country": r["country"], "language": r["language"]},
                                  "narrative": r["text"]}, ensure_ascii=False) + "\n")
    ringbreaker("jsonl", path, sink)
    country, by = {r["id"]: r["country"] for r in rows}, collections.defaultdict(set)
    for line in open(sink, encoding="utf-8"):
        s = json.loads(line)
        doc = s["doc"].split("/", 1)[1]
        kind = kind_of(s["kind"])
        by[doc].add((kind, fold(kind, s["value"], country[doc])))
    return [by[r["id"]] for r in rows]


def quality(name, path):
    rows = corpus(path)
    values = sum(len(r["truth"]) for r in rows)
    print(f"\n{name}: {len(rows)} plain texts, {sum(len(r['text'].encode()) for r in rows)} bytes, {values} values of these kinds; precision / recall\n")
    table(("tool",) + KINDS + ("all of these",))
    judge("ringbreaker extract", rows, KINDS, ours(rows))
    for peer, make in PEERS:
        try:
            kinds, run = make()
            found = [{(k, fold(k, v, r["country"])) for k, v in run(r["text"], r["country"])} for r in rows]
        except Exception as err:  # a peer that breaks is told, and the others go on
            print(f"| {peer} | not run: {type(err).__name__}: {str(err)[:90]} |")
            continue
        judge(version(peer), rows, kinds, found)


def speed(name, path):
    text = open(path, encoding="utf-8").read()
    lines, size = text.splitlines(), len(text.encode())
    big = os.path.join(tmp, "bulk.txt")
    times = BULK // size + 1
    with open(big, "w", encoding="utf-8") as out:
        for _ in range(times):
            out.write(text if text.endswith("\n") else text + "\n")
    sink = os.path.join(tmp, "bulk.jsonl")
    cpu, wall = sorted(ringbreaker("text", big, sink) for _ in range(3))[1]
    ours = [os.path.getsize(big) / 1e6 / s for s in (cpu, wall)]
    findings = sum(1 for _ in open(sink, "rb"))
    print(f"\n{name}: {size / 1e6:.2f} MB in {len(lines)} lines, {findings / times / size * 1000:.2f} findings of ours a kB, load {os.getloadavg()[0]:.0f}\n")
    table(("tool", "MB a CPU second", "ringbreaker faster, by CPU", "MB a wall second", "by wall"))
    print(f"| ringbreaker extract (the whole process, every kind, {times} times the file; median of 3) | {ours[0]:.1f} | | {ours[1]:.1f} | |", flush=True)
    rates = []

    def row(who, cpu_rate, wall_rate):
        print(f"| {who} | {cpu_rate:.3f} | {ours[0] / cpu_rate:.0f} × | {wall_rate:.3f} | {ours[1] / wall_rate:.0f} × |", flush=True)
    for peer, make in PEERS:
        try:
            _, run = make()
            run(lines[0], "US")
            read, start, clock = 0, time.process_time(), time.monotonic()
            for line in lines:
                run(line, "US")
                read += len(line.encode()) + 1
                if time.process_time() - start > BUDGET:
                    break
            rate = [read / 1e6 / s for s in (time.process_time() - start, time.monotonic() - clock)]
        except Exception as err:
            print(f"| {peer} | not run: {type(err).__name__}: {str(err)[:90]} | | | |")
            continue
        rates.append(rate)
        row(version(peer), *rate)
    if len(rates) == len(PEERS):
        row("all four, one after the other (together they find most of our kinds)", *(1 / sum(1 / r for r in column) for column in zip(*rates)))


binary, tmp = sys.argv[1:3]
jobs, what = [], None
for arg in sys.argv[3:]:
    if arg in ("-corpus", "-bulk"):
        what = quality if arg == "-corpus" else speed
        continue
    jobs.append((what,) + tuple(arg.split("=", 1)))
for what, name, path in jobs:
    what(name, path)
