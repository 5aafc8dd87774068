"""Extractors side by side on one labelled corpus, in one run.

Usage: extraction.py RINGBREAKER CORPUS.jsonl TMP. A value is right when kind
and canonical value are the label's, once per snippet. What a peer prints is
folded first (phones by libphonenumber, lower case, refanged), so that nobody
loses on form. Speed is bytes of text by CPU seconds; Ringbreaker's seconds are
of its whole process, JSON included, over the corpus 200 times.
"""
import collections
import json
import os
import re
import resource
import subprocess
import sys
import time

binary, corpus, tmp = sys.argv[1:4]
rows = [json.loads(line) for line in open(corpus, encoding="utf-8")]
# The corpus' domains end in .example, which tools that know the real top-level
# domains rightly refuse: everybody reads .com instead, in texts and labels.
for row in rows:
    row["text"] = re.sub("(?i)example", "com", row["text"])
    for mark in row.get("marks") or []:
        mark["value"] = re.sub("(?i)example", "com", mark["value"])
size = sum(len(r["text"].encode()) for r in rows)
KINDS = ("phone", "email", "url", "domain", "wallet", "bank_account")

try:
    import phonenumbers
except ImportError as err:
    sys.exit(f"extraction: nothing to fold phones with: {err}")


def fold(kind, value, country):
    if kind == "phone":
        try:
            n = phonenumbers.parse(value, country)
            return phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.E164)
        except phonenumbers.NumberParseException:
            return value
    value = value.replace("[.]", ".").replace("hxxp", "http").strip()
    return value.lower().rstrip("/.") if kind != "wallet" else value.lower()


def searcher():
    from iocsearcher.searcher import Searcher
    s = Searcher()
    names = {"phoneNumber": "phone", "email": "email", "url": "url", "fqdn": "domain", "bitcoin": "wallet",
             "ethereum": "wallet", "tron": "wallet", "iban": "bank_account"}
    return ("phone", "email", "url", "domain", "wallet", "bank_account"), lambda r: [
        (names[x.name], x.value) for x in s.search_data(r["text"]) if x.name in names]


def finder():
    from ioc_finder import find_iocs
    names = {"email_addresses": "email", "urls": "url", "domains": "domain"}

    def run(r):
        found = find_iocs(r["text"])
        return [(k, v) for n, k in names.items() for v in found.get(n, [])]
    return ("email", "url", "domain"), run


def iocextract():
    import iocextract as x

    def run(r):
        return [("url", v) for v in x.extract_urls(r["text"], refang=True)] + [
            ("email", v) for v in x.extract_emails(r["text"], refang=True)]
    return ("email", "url"), run


def matcher():
    def run(r):
        return [("phone", phonenumbers.format_number(m.number, phonenumbers.PhoneNumberFormat.E164))
                for m in phonenumbers.PhoneNumberMatcher(r["text"], r["country"])]
    return ("phone",), run


truth = [{(m["kind"], fold(m["kind"], m["value"], r["country"])) for m in r.get("marks") or [] if m["kind"] in KINDS} for r in rows]


def judge(name, kinds, found, cpu, bytes_read):
    cells = []
    for kind in KINDS:
        if kind not in kinds:
            cells.append("–")
            continue
        right = too = missed = 0
        for t, f in zip(truth, found):
            t, f = {v for k, v in t if k == kind}, {v for k, v in f if k == kind}
            right, too, missed = right + len(t & f), too + len(f - t), missed + len(t - f)
        cells.append(f"{right / max(1, right + too):.2f} / {right / max(1, right + missed):.2f}")
    print(f"| {name} | {bytes_read / 1e6 / cpu:.3f} | " + " | ".join(cells) + " |", flush=True)


print(f"extraction: {len(rows)} snippets, {size} bytes of text, precision / recall")
print("| tool | MB/s a core | " + " | ".join(KINDS) + " |")
print("|---|---|" + "---|" * len(KINDS))

# Ringbreaker: one report a snippet, through its command.
many = 200


def reports(path, times):
    with open(path, "w", encoding="utf-8") as out:
        for i in range(times):
            for r in rows:
                out.write(json.dumps({"id": f"{i}-{r['id']}", "source": "corpus", "received_at": "2023-01-01T00:00:00Z",
                                      "reporter": {"role": "victim", "country": r["country"], "language": r["language"]},
                                      "narrative": r["text"]}, ensure_ascii=False) + "\n")


def extract(path, sink):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(sink, "w") as out:
        done = subprocess.run([binary, "extract", "-in", "jsonl", path], stdout=out)
    if done.returncode:
        sys.exit(f"extraction: ringbreaker extract ended with {done.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


once, often, sink = (os.path.join(tmp, n) for n in ("once.jsonl", "often.jsonl", "found.jsonl"))
reports(once, 1)
reports(often, many)
extract(once, sink)
by = collections.defaultdict(set)
country = {r["id"]: r["country"] for r in rows}
for line in open(sink, encoding="utf-8"):
    s = json.loads(line)
    doc = s["doc"].split("/", 1)[1].split("-", 1)[1]
    by[doc].add((s["kind"], fold(s["kind"], s["value"], country[doc])))
cpu = extract(often, os.devnull)
judge("ringbreaker extract (a process, JSONL)", KINDS, [by[r["id"]] for r in rows], cpu, size * many)

for name, make in (("iocsearcher", searcher), ("ioc-finder", finder), ("iocextract", iocextract), ("phonenumbers matcher", matcher)):
    try:
        kinds, run = make()
        run(rows[0])
        start = time.process_time()
        raw = [run(r) for r in rows]
        cpu = time.process_time() - start
    except Exception as err:  # a peer that breaks is told, and the others go on
        print(f"| {name} | not run: {type(err).__name__}: {str(err)[:90]} |" + " |" * len(KINDS))
        continue
    judge(name, kinds, [{(k, fold(k, v, r["country"])) for k, v in f} for f, r in zip(raw, rows)], cpu, size)
