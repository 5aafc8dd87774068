#!/usr/bin/env python3
"""Changes a real referral in every way that it knows, and wants each refused.

What it is: another program than ours, with its own reading and writing of tar,
JSON, DSSE, ledger trees, checkpoints, cosignatures and Ed25519 (standard library
and curve25519.py alone). It changes a package from outside, and also from
inside: it holds the invented complainants' own keys, so that it can sign what it
changed, and what is then refused is refused for what it is, not for a broken
signature. That its own signing works is shown by packages that must hold.

How to run it: mutate.py PROGRAM NODES, where NODES is what
`ringbreaker demo -once -out NODES` wrote. Exits 1 if one changed package was
accepted, if one that must hold was refused, or if a verification took too long,
too much memory, or more or less than one line to say no.
"""
import argparse
import base64
import bz2
import collections
import concurrent.futures
import copy
import csv
import gzip
import hashlib
import io
import json
import lzma
import multiprocessing
import os
import pathlib
import queue
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unicodedata
import zipfile

sys.dont_write_bytecode = True  # nothing is written beside the scripts
import curve25519 as curve  # noqa: E402

BLOCK = 512
OUTLINE = ("manifest.json", "signatures.json", "ledger.json", "referral.json")
MANIFEST_TYPE = "application/vnd.ringbreaker.manifest+json"
SIGNING_TYPE = "application/vnd.ringbreaker.signing+json"


def sha(b):
    return hashlib.sha256(b).hexdigest()


def b64(b):
    return base64.b64encode(b).decode()


# ---- tar, by POSIX.1-1988 ustar and the GNU manual ----

def octal(n, width):
    return b"%0*o\0" % (width - 1, n)


def header(name, length=0, kind=b"0", **over):
    """One ustar header. over replaces whole fields, as bytes."""
    size = length
    f = {
        "name": name if isinstance(name, bytes) else name.encode(), "mode": octal(0o644, 8), "uid": octal(0, 8), "gid": octal(0, 8),
        "size": octal(size, 12) if 0 <= size < 1 << 33 else b"\x80" + (size % (1 << 88)).to_bytes(11, "big"), "mtime": octal(0, 12),
        "chksum": None, "kind": kind, "link": b"", "magic": b"ustar\0", "version": b"00", "uname": b"", "gname": b"",
        "major": octal(0, 8), "minor": octal(0, 8), "prefix": b"", "rest": b"",
    }
    if size >= 1 << 33:
        f["magic"], f["version"] = b"ustar ", b" \0"
    f.update(over)
    widths = (("name", 100), ("mode", 8), ("uid", 8), ("gid", 8), ("size", 12), ("mtime", 12), ("chksum", 8), ("kind", 1), ("link", 100), ("magic", 6),
              ("version", 2), ("uname", 32), ("gname", 32), ("major", 8), ("minor", 8), ("prefix", 155), ("rest", 12))
    made = b"".join((b" " * 8 if k == "chksum" and f[k] is None else f[k])[:w].ljust(w, b"\0") for k, w in widths)
    if f["chksum"] is None:
        made = made[:148] + b"%06o\0 " % sum(made) + made[156:]
    return made


def body(b):
    return b + bytes(-len(b) % BLOCK)


END = bytes(2 * BLOCK)


class Entry:
    """A file of a package: its header's bytes and its own."""

    def __init__(self, name, data, head=None):
        self.name, self.data, self.head = name, data, head

    def bytes(self):
        return (header(self.name, len(self.data)) if self.head is None else self.head) + body(self.data)


def untar(raw):
    out, at = [], 0
    while raw[at:at + BLOCK].strip(b"\0"):
        name = raw[at:at + 100].split(b"\0")[0].decode()
        size = int(raw[at + 124:at + 136].strip(b"\0 "), 8)
        out.append(Entry(name, raw[at + BLOCK:at + BLOCK + size], raw[at:at + BLOCK]))
        at += BLOCK + size + -size % BLOCK
    return out


def tar(entries, end=END):
    return b"".join(e.bytes() for e in entries) + end


# ---- RFC 6962, C2SP signed-note, checkpoint and cosignature, DSSE ----

def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def split(n):
    return 1 << (n - 1).bit_length() - 1


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(root(leaves[:k]), root(leaves[k:]))


def path(m, leaves):
    """Section 2.1.1, from the leaf up."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return path(m, leaves[:k]) + [root(leaves[k:])]
    return path(m - k, leaves[k:]) + [root(leaves[:k])]


def leaf_hash(leaf):
    return hashlib.sha256(b"\0" + leaf).digest()


class Org:
    """A complainant of the invented world, with its keys."""

    def __init__(self, name, folder):
        self.name = name
        pem = (folder / "sign.pem").read_text()
        self.seed = base64.b64decode("".join(l for l in pem.splitlines() if "-" not in l))[-32:]  # RFC 8410: the last 32 bytes
        skey = (folder / "ledger.skey").read_text().strip().split("+")
        self.origin, self.log_seed = skey[2], base64.b64decode("+".join(skey[4:]))[1:]
        self.pub, self.log_pub = curve.public(self.seed), curve.public(self.log_seed)

    def note(self, text):
        kid = hashlib.sha256(self.origin.encode() + b"\n\1" + self.log_pub).digest()[:4]
        return "\u2014 %s %s\n" % (self.origin, b64(kid + curve.sign(self.log_seed, text.encode())))

    def cosign(self, text, at=1696390245):
        kid = hashlib.sha256(self.origin.encode() + b"\n\4" + self.pub).digest()[:4]
        signed = b"cosignature/v1\ntime %d\n" % at + text.encode()
        return "\u2014 %s %s\n" % (self.origin, b64(kid + struct.pack(">Q", at) + curve.sign(self.seed, signed)))


def pae(kind, payload):
    return b"DSSEv1 %d %s %d " % (len(kind), kind.encode(), len(payload)) + payload


def envelope(org, kind, payload):
    return {"payloadType": kind, "payload": b64(payload),
            "signatures": [{"keyid": sha(org.pub), "sig": b64(curve.sign(org.seed, pae(kind, payload)))}]}


def dumps(v):
    return (json.dumps(v, indent=2, ensure_ascii=False) + "\n").encode()


class Package:
    """A package that can be changed, put together and signed again."""

    def __init__(self, raw):
        self.entries = untar(raw)

    def copy(self):
        p = Package(b"")
        p.entries = [Entry(e.name, e.data, e.head) for e in self.entries]
        return p

    def index(self, name):
        return next(i for i, e in enumerate(self.entries) if e.name == name)

    def get(self, name):
        return self.entries[self.index(name)].data

    def put(self, name, data):
        i = self.index(name)
        self.entries[i] = Entry(name, data)
        return self

    def json(self, name):
        return json.loads(self.get(name))

    def bytes(self):
        return tar(self.entries)

    def with_json(self, name, change):
        """The file read, changed and written by this program."""
        v = self.json(name)
        v = change(v) or v
        return self.copy().put(name, dumps(v))

    def listed(self, change=lambda lines: None):
        """A manifest of what is there."""
        m = self.json("manifest.json")
        m["files"] = sorted(({"path": e.name, "size": len(e.data), "sha256": sha(e.data)} for e in self.entries if e.name not in OUTLINE[:3]),
                            key=lambda f: f["path"].encode())
        change(m["files"])
        return dumps(m)

    def dossiered(self):
        """The dossier with the digest of these schedules in its foot."""
        lines = "".join("%s  %s\n" % (f["sha256"], f["path"]) for f in json.loads(self.listed())["files"] if f["path"] not in ("dossier.html", "dossier.pdf"))
        page = self.get("dossier.html")
        self.put("dossier.html", re.sub(rb"schedules SHA-256 [0-9a-f]{64}", b"schedules SHA-256 " + sha(lines.encode()).encode(), page))
        return self

    def signed(self, world, who=None, manifest=None, says=lambda s, org: None, ledger=None, dossier=True):
        """Signed again by those who, each with a new ledger proof."""
        p = self.copy()
        if dossier and manifest is None:
            p.dossiered()
        text = p.listed() if manifest is None else manifest
        p.put("manifest.json", text)
        sigs = p.json("signatures.json")
        for by in sigs["by"]:
            org = world[by["org"]]
            if who is not None and org.name not in who:
                continue
            st = json.loads(base64.b64decode(by["statement"]["payload"]))
            st["manifest_sha256"] = sha(text)
            by["manifest"] = envelope(org, MANIFEST_TYPE, text)
            says(st, org)
            st["keyid"] = sha(org.pub)
            by["statement"] = envelope(org, SIGNING_TYPE, dumps(st))
        p.put("signatures.json", dumps(sigs))
        return p.proven(world, **(ledger or {}))

    def proven(self, world, fork=lambda proof, org, other: None, of=None, **tree):
        """New ledger proofs, in trees of this program's."""
        p = self.copy()
        led = p.json("ledger.json")
        for one in led["proofs"]:
            if of is not None and one["org"] not in of:
                continue
            org = world[one["org"]]
            other = world[next(o for o in world if o != one["org"] and o != "cfb")]
            one["proof"] = prove(one["proof"]["leaf"], sha(p.get("manifest.json")), org, other, **tree)
            fork(one["proof"], org, other)
        return p.put("ledger.json", dumps(led))


def prove(leaf, digest, org, other, size=9, index=5, cosigned=True, salt=b""):
    lines = leaf.split("\n")
    lines[3] = digest
    leaf = "\n".join(lines)
    hashes = [leaf_hash(b"other leaf %d" % i + salt) for i in range(size)]
    if index < size:
        hashes[index] = leaf_hash(leaf.encode())
    text = "%s\n%d\n%s\n" % (org.origin, size, b64(root(hashes)))
    return {"leaf": leaf, "index": index, "checkpoint": text + "\n" + org.note(text) + (other.cosign(text) if cosigned else ""),
            "inclusion": [b64(h) for h in path(min(index, size - 1), hashes)]}


# ---- running the program ----

Case = collections.namedtuple("Case", "group name made holds args")


class Judge:
    def __init__(self, program, args):
        self.verbose = args.v
        self.program, self.seconds, self.mib, self.jobs = program, args.seconds, args.mib, args.jobs
        self.tmp = pathlib.Path(tempfile.mkdtemp(prefix="mutate-"))
        self.share, self.made = args.share, collections.Counter()
        self.counts, self.bad = collections.Counter(), []
        self.slowest, self.largest = (0.0, ""), (0, "")
        # Started while this program is small: a child's peak of memory begins with its parent's (getrusage).
        self.pool = concurrent.futures.ProcessPoolExecutor(self.jobs, multiprocessing.get_context("fork"))
        self.pool.submit(int).result()
        self.lock, self.queue = threading.Lock(), queue.Queue(8)
        self.workers = [threading.Thread(target=self.work, args=(i,), daemon=True) for i in range(self.jobs)]
        for w in self.workers:
            w.start()

    def check(self, group, name, made, holds=False, args=()):
        """made: bytes, or a function that is given a place and makes a file or folder there."""
        self.made[group] += 1
        if not holds and (self.made[group] - 1) % self.share:
            return
        self.queue.put(Case(group, name, made, holds, tuple(args)))

    def work(self, n):
        while True:
            case = self.queue.get()
            place = self.tmp / ("w%d" % n)
            try:
                self.one(case, place)
            except Exception as err:  # a fault of this program must not pass for a verdict
                with self.lock:
                    self.bad.append("%s: %s: this program failed: %r" % (case.group, case.name, err))
            finally:
                if place.is_dir() and not place.is_symlink():
                    shutil.rmtree(place)
                else:
                    place.unlink(missing_ok=True)
                self.queue.task_done()

    def one(self, case, place):
        command = [self.program, "referral", "verify", *case.args, str(place)]
        if callable(case.made):
            command = case.made(place) or command
        else:
            place.write_bytes(case.made)
        code, said, spent, peak = self.pool.submit(run, command, self.seconds).result()
        wrong = None
        if code == "late":
            wrong = "no answer within %d s" % self.seconds
        elif code not in (0, 1, 3) or code == 3 and command[2] == "verify":
            wrong = "ended with %s: %s" % (code, said[:200])
        elif case.holds and code:
            wrong = "refused: " + said.strip()[-300:]
        elif not case.holds and code == 0:
            wrong = "ACCEPTED"
        elif not case.holds and (said.count("\n") != 1 or len(said) > 2000):
            wrong = "says no in %d lines and %d bytes: %s" % (said.count("\n"), len(said), said[:200])
        elif peak > self.mib << 20:
            wrong = "took %d MiB of memory" % (peak >> 20)
        with self.lock:
            if self.verbose:
                print("%6.1f s %5d MiB %s %s: %s" % (spent, peak >> 20, code, case.group, case.name), said.strip()[:150], flush=True)
            self.counts[case.group] += 1
            self.slowest = max(self.slowest, (spent, case.group + ": " + case.name))
            self.largest = max(self.largest, (peak, case.group + ": " + case.name))
            if wrong:
                self.bad.append("%s: %s: %s" % (case.group, case.name, wrong))

    def done(self):
        self.queue.join()
        self.pool.shutdown()
        shutil.rmtree(self.tmp, ignore_errors=True)
        for line in self.bad:
            print("WRONG", line)
        for group, n in self.counts.items():
            print("%5d %s" % (n, group))
        print("slowest %.1f s: %s" % self.slowest)
        print("largest %d MiB: %s" % (self.largest[0] >> 20, self.largest[1]))
        held = self.counts.pop("MUST HOLD", 0)
        print("%d changed packages and %d that must hold, %d judged wrongly" % (sum(self.counts.values()), held, len(self.bad)))
        return 1 if self.bad or not self.counts or not held else 0


def run(command, seconds):
    """(exit code or 'late', what it said on standard error, CPU-seconds, peak bytes)"""
    with tempfile.TemporaryFile() as err:
        p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err, start_new_session=True)
        late = threading.Timer(seconds, lambda: os.killpg(p.pid, signal.SIGKILL))
        late.start()
        _, status, used = os.wait4(p.pid, 0)
        late.cancel()
        p.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        said = err.read(100_000).decode(errors="replace")
        code = "late" if p.returncode == -signal.SIGKILL else p.returncode
        return code, said, used.ru_utime + used.ru_stime, used.ru_maxrss << 10


# ---- the changes ----

def bits(j, whole, n, rnd):
    for at in sorted(rnd.sample(range(len(whole) * 8), n)):
        b = bytearray(whole)
        b[at // 8] ^= 1 << at % 8
        j.check("one bit flipped", "bit %d" % at, bytes(b))
    for at in sorted(rnd.sample(range(len(whole)), max(4, n // 8))):
        b = bytearray(whole)
        b[at] = (b[at] + rnd.randrange(1, 256)) % 256
        j.check("one byte changed", "byte %d" % at, bytes(b))


def lengths(j, whole, n, rnd):
    for cut in {0, 1, BLOCK - 1, BLOCK, 3 * BLOCK, len(whole) - 1, len(whole) - BLOCK, len(whole) - 2 * BLOCK, *(rnd.randrange(len(whole)) for _ in range(max(4, n // 8)))}:
        j.check("cut off", "after %d bytes" % cut, whole[:cut])
    for name, tail in {"a zero byte": b"\0", "a line feed": b"\n", "a letter": b"x", "a block": bytes(BLOCK), "20 blocks, as tar pads records": bytes(20 * BLOCK)}.items():
        j.check("bytes after the end", name, whole + tail)
    j.check("bytes before the start", "a zero block", bytes(BLOCK) + whole)
    j.check("bytes before the start", "a line feed", b"\n" + whole)
    j.check("two archives", "the same twice", whole + whole)
    j.check("two archives", "the second without the first's end", whole[:-2 * BLOCK] + whole)
    j.check("two archives", "one in the other's end", whole[:-BLOCK] + whole)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as z:
        for e in untar(whole):
            z.writestr(e.name, e.data)
    for name, b in {"gzip": gzip.compress(whole), "bzip2": bz2.compress(whole, 1), "xz": lzma.compress(whole, preset=0), "zip": packed.getvalue(),
                    "base64": base64.encodebytes(whole)}.items():
        j.check("packed", name, b)


def files(j, p):
    names = [e.name for e in p.entries]
    foreign = Entry("exhibits/9999-planted.csv", b"a,b\n1,2\n")
    for at in (0, 1, 4, len(names) // 2, len(names)):
        q = p.copy()
        q.entries.insert(at, foreign)
        j.check("a file added", "as number %d" % at, q.bytes())
    for name in (".hidden", "exhibits/", "manifest.json.bak", "zzz", "Manifest.json"):
        q = p.copy()
        q.entries.append(Entry(name, b""))
        j.check("a file added", name, q.bytes())
    for i, name in enumerate(names):
        q = p.copy()
        del q.entries[i]
        j.check("a file missing", name, q.bytes())
    for i, name in enumerate(names):
        q = p.copy()
        q.entries[i] = Entry(name[:-1] + ("x" if name[-1] != "x" else "y"), q.entries[i].data)
        j.check("a file renamed", name, q.bytes())
    for i in range(len(names) - 1):
        q = p.copy()
        q.entries[i], q.entries[i + 1] = q.entries[i + 1], q.entries[i]
        j.check("files reordered", "%s and %s" % (names[i], names[i + 1]), q.bytes())
    q = p.copy()
    q.entries.reverse()
    j.check("files reordered", "all backwards", q.bytes())
    for i in (0, 1, 3, len(names) - 1):
        q = p.copy()
        q.entries.insert(i, q.entries[i])
        j.check("a file twice", names[i], q.bytes())
        q = p.copy()
        q.entries.append(q.entries[i])
        j.check("a file twice", names[i] + ", again at the end", q.bytes())
        q = p.copy()
        q.entries.insert(i, Entry(names[i], b"{}\n"))
        j.check("a file twice", names[i] + ", another one first", q.bytes())
    i = next(k for k, n in enumerate(names) if n.startswith("exhibits/"))
    q = p.copy()
    q.entries[i], q.entries[i + 1] = Entry(names[i], p.entries[i + 1].data), Entry(names[i + 1], p.entries[i].data)
    j.check("contents swapped", "two exhibits", q.bytes())


BAD_NAMES = (
    "../escaped", "../../etc/passwd", "exhibits/../manifest.json", "exhibits/..", "..", ".", "/etc/passwd", "//etc/passwd", "./stix.json", "exhibits/./a", "exhibits//a",
    "exhibits/a/", "a\\b", "..\\x", "C:x", "C:\\x", "a:b", "\\\\host\\x", "exhibits/ a", "a ", "a.", "exhibits/a./b", "CON", "con.csv", "aux", "exhibits/nul.txt", "lpt1", "COM9.x", "-rf", "~/x",
    "a\nb", "a\tb", "a\x7fb", "\x1b[2J", "exhibits/\u202egpj.exe", "\u0430.csv", "a\u200bb", "a\u00adb", "\uff0e\uff0e/a", "a\u2215b", "\u00e9.csv",
    "*", "a?b", "a|b", "a;b", "$(id)", "`id`", "a'b", 'a"b', "<b>", "%2e%2e/a", "&amp;", "x" * 101,
)


def names(j, p, world):
    """In the tar alone, and in a manifest that both complainants signed."""
    k = next(i for i, e in enumerate(p.entries) if e.name.startswith("exhibits/"))
    old = p.entries[k].name

    def renamed(new):
        q = p.copy()
        q.entries[k] = Entry(new, q.entries[k].data)
        return q

    def inside(new, resort=True):
        """Every mention of the exhibit follows, and both complainants sign it."""
        q = renamed(new)
        for e in q.entries:
            if e.name == "referral.json":
                d = json.loads(e.data)
                for x in d["exhibits"]:
                    x["path"] = new if x["path"] == old else x["path"]
                for c in d["certificates"]:
                    for x in c["covers"]:
                        x["path"] = new if x["path"] == old else x["path"]
                e.data, e.head = dumps(d), None
        head, rest = q.entries[:4], q.entries[4:]
        if resort:
            rest.sort(key=lambda e: e.name.encode())
        q.entries = head + rest
        return q.signed(world)

    j.check("MUST HOLD", "an exhibit under another plain name, signed by both", inside("exhibits/0001-renamed.jsonl").bytes(), holds=True)
    for name in BAD_NAMES:
        if len(name.encode()) <= 100:
            j.check("a name that leaves or deceives", repr(name), renamed(name).bytes())
        j.check("such a name, signed by both", repr(name), inside(name).bytes())
        if not name.startswith("exhibits/"):
            j.check("such a name, signed by both", "exhibits/" + repr(name), inside("exhibits/" + name).bytes())
    second = p.entries[k + 1].name
    for what, name in {"capitals": old.upper(), "case of one letter": old[:-1] + old[-1].upper(), "unicode, composed": unicodedata.normalize("NFC", old + "e\u0301"),
                       "unicode, decomposed": old + "e\u0301", "the other exhibit's in capitals": "exhibits/" + second[9:].upper(), "below a file": second + "/below",
                       "below the manifest": "manifest.json/x", "signatures.json": "signatures.json", "ledger.json": "ledger.json", "case of an outline file": "exhibits/../LEDGER.json"}.items():
        j.check("two names for one", what, renamed(name).bytes())
        if what not in ("capitals", "case of one letter"):
            j.check("two names for one, signed by both", what, inside(name).bytes())
    raw = p.entries[k]
    for what, field in {"not UTF-8": b"exhibits/\xff\xfe.csv", "overlong slash": b"exhibits/..\xc0\xafa", "a zero byte within": old.encode() + b"\0hidden", "empty": b"",
                        "in the prefix": None, "in both": None}.items():
        head = header(field or b"", len(raw.data))
        if what == "in the prefix":
            head = header(old.split("/")[1], len(raw.data), prefix=b"exhibits")
        if what == "in both":
            head = header(old, len(raw.data), prefix=b"..")
        q = p.copy()
        q.entries[k] = Entry(old, raw.data, head)
        j.check("a name that leaves or deceives", what, q.bytes())


def headers(j, p):
    k = next(i for i, e in enumerate(p.entries) if e.name.startswith("exhibits/"))
    name, data = p.entries[k].name, p.entries[k].data

    def with_head(head, content=data, at=k):
        q = p.copy()
        q.entries[at] = Entry(name, content, head)
        return q.bytes()

    for kind, what in {b"1": "a hard link", b"2": "a symbolic link", b"3": "a character device", b"4": "a block device", b"5": "a folder", b"6": "a pipe", b"7": "a contiguous file",
                       b"\0": "an old plain file", b"A": "an unknown kind", b"V": "a volume's label", b"M": "a continuation", b"D": "a dumped folder", b"N": "an old long name", b"S": "a sparse file"}.items():
        for target in (b"", b"manifest.json", b"/etc/passwd", b"../../x"):
            j.check("links, devices and folders", "%s to %r, with its bytes" % (what, target), with_head(header(name, len(data), kind, link=target)))
            if kind != b"\0":
                j.check("links, devices and folders", "%s to %r, empty" % (what, target), with_head(header(name, 0, kind, link=target), b""))
    for what, over in {
        "another mode": {"mode": octal(0o755, 8)}, "setuid": {"mode": octal(0o4755, 8)}, "an owner": {"uid": octal(1000, 8)}, "a group": {"gid": octal(5, 8)}, "a time": {"mtime": octal(1700000000, 12)},
        "an owner's name": {"uname": b"root"}, "a group's name": {"gname": b"root"}, "a device number": {"major": octal(1, 8)}, "no device numbers": {"major": b"", "minor": b""},
        "a link's target": {"link": b"x"}, "bytes at the end": {"rest": b"hidden words"}, "version 7": {"magic": b"", "version": b""}, "GNU's magic": {"magic": b"ustar ", "version": b" \0"},
        "a version": {"version": b"01"}, "mode without zeros": {"mode": b"644\0"}, "size with blanks": {"size": b"%11o " % len(data)}, "size to the base of 256": {"size": b"\x80" + len(data).to_bytes(11, "big")},
        "size with a sign": {"size": b"-" + b"%010o\0" % len(data)}, "size negative": {"size": b"\xff" * 12}, "size with letters": {"size": b"zzzzzzzzzzz\0"},
        "size too small": {"size": octal(len(data) - 1, 12)}, "size too large": {"size": octal(len(data) + 1, 12)}, "a wrong checksum": {"chksum": b"000000\0 "}, "a checksum with blanks": None,
        "a checksum of signed bytes": None,
    }.items():
        if over is None:
            h = header(name, len(data))
            n = sum(h[:148]) + 256 + sum(h[156:])
            over = {"chksum": b"%7o\0" % n if "blanks" in what else b"%06o\0 " % (n + 256)}
        j.check("tar headers", what, with_head(header(name, len(data), **over)))
    before = {
        "a pax header with the same path": (header("PaxHeaders/x", kind=b"x"), b"path=%s\n" % name.encode()), "a pax header with another path": (header("PaxHeaders/x", kind=b"x"), b"path=../../evil\n"),
        "a pax header with a size": (header("PaxHeaders/x", kind=b"x"), b"size=0\n"), "a pax header with a huge size": (header("PaxHeaders/x", kind=b"x"), b"size=9223372036854775807\n"),
        "a pax header with a comment": (header("PaxHeaders/x", kind=b"x"), b"comment=hidden\n"), "a global pax header": (header("pax_global_header", kind=b"g"), b"comment=hidden\n"),
        "a pax sparse header 0.1": (header("PaxHeaders/x", kind=b"x"), b"GNU.sparse.map=0,1\n"), "a pax sparse header 1.0": (header("PaxHeaders/x", kind=b"x"), b"GNU.sparse.major=1\n"),
        "a GNU long name": (header("././@LongLink", kind=b"L"), None), "a GNU long link": (header("././@LongLink", kind=b"K"), None),
    }
    for what, (head, record) in before.items():
        record = name.encode() + b"\0" if record is None else b"%d %s" % (len(record) + 3, record)
        head = header(head[:100].rstrip(b"\0"), len(record), head[156:157])
        for at in (0, k):
            q = p.copy()
            q.entries.insert(at, Entry("", record, head))
            j.check("pax, GNU and sparse", "%s before file %d" % (what, at), q.bytes())
    sparse = bytearray(header(name, 512, b"S", magic=b"ustar ", version=b" \0"))
    sparse[386:410] = octal(0, 12) + octal(512, 12)
    sparse[483:495] = octal(8 << 30, 12)[-12:]
    sparse[148:156] = b" " * 8
    sparse[148:156] = b"%06o\0 " % sum(sparse)
    j.check("pax, GNU and sparse", "an old GNU sparse file of 8 GiB", with_head(bytes(sparse), data[:512]))
    pad = -len(data) % BLOCK or BLOCK
    q = p.copy()
    raw = q.entries[k].bytes()
    q.entries[k] = Entry(name, b"", raw[:-1] + b"x" if pad else raw)
    whole = b"".join(e.bytes() if i != k else e.head for i, e in enumerate(q.entries)) + END
    j.check("padding", "its last byte", whole)
    plain = p.bytes()
    for what, end in {"one zero block": bytes(BLOCK), "no zero block": b"", "a second block that is not zero": bytes(BLOCK) + b"x" * BLOCK, "a byte in the first": b"\0" * 511 + b"\1" + bytes(BLOCK)}.items():
        j.check("the end", what, plain[:-2 * BLOCK] + end)
    at = sum(len(e.bytes()) for e in p.entries[:k])
    j.check("the end", "zero blocks in the middle", plain[:at] + END + plain[at:])


def sizes(j, p):
    """Claims of more than there is, and files with more than they may."""
    for name in OUTLINE + ("stix.json",):
        k = p.index(name)
        for size in (1 << 33, 1 << 40, (1 << 62) + 1, (1 << 63) - 1):
            q = p.copy()
            q.entries[k] = Entry(name, q.entries[k].data, header(name, size))
            j.check("huge size claims", "%s has %d bytes" % (name, size), q.bytes())

    def sparse(name, size):
        """A file of so many zero bytes, which take no room on the disk."""
        def make(place):
            with place.open("wb") as f:
                for e in p.entries:
                    if e.name != name:
                        f.write(e.bytes())
                        continue
                    f.write(header(name, size))
                    f.truncate(f.tell() + size + -size % BLOCK)
                    f.seek(0, os.SEEK_END)
                f.write(END)
        return make
    for name, size in (("manifest.json", 32 << 20), ("manifest.json", 1 << 40), ("signatures.json", 40 << 20), ("signatures.json", 1500 << 20), ("signatures.json", 1 << 40), ("ledger.json", 16 << 20),
                       ("ledger.json", 1 << 40), ("referral.json", 64 << 20), ("referral.json", 1 << 40), ("stix.json", 1 << 40)):
        j.check("bombs", "%s of %d MiB of nothing" % (name, size >> 20), sparse(name, size))
    empty = {"manifest.json": ("files", 32 << 20), "signatures.json": ("by", 64 << 20), "ledger.json": ("proofs", 16 << 20)}
    for name, (field, most) in empty.items():
        for what, item in {"empty objects": b"{},", "nulls": b"null,", "empty lists": b"[],", "numbers": b"0,"}.items():
            head = re.sub(rb'"%s": \[.*\]' % field.encode(), b'"%s": [@]' % field.encode(), dumps({**p.json(name), field: [0]}).replace(b"\n    0\n  ", b""))
            text = head.replace(b"@", item * ((most - 4096) // len(item)) + item[:-1])
            j.check("bombs", "%s: %s in %s" % (name, what, field), p.copy().put(name, text).bytes())
    for name in OUTLINE:
        j.check("bombs", name + ": depth", p.copy().put(name, b"[" * (8 << 20)).bytes())
        j.check("bombs", name + ": depth of objects", p.copy().put(name, b'{"a":' * (3 << 20)).bytes())
        j.check("bombs", name + ": a long number", p.copy().put(name, b'{"version": ' + b"9" * (8 << 20) + b"}").bytes())
        j.check("bombs", name + ": a long key", p.copy().put(name, b'{"' + b"k" * (8 << 20) + b'": 1}').bytes())
    many = {**p.json("manifest.json"), "files": [{"path": "f/%06d" % i, "size": 0, "sha256": sha(b"")} for i in range(100_001)]}
    j.check("bombs", "a manifest of 100,001 files", p.copy().put("manifest.json", dumps(many)).bytes())


def referral_bombs(j, p, world):
    """What a complainant, or whoever calls itself one, can sign."""
    doc = p.json("referral.json")
    for field in ("figures", "subjects", "complainants", "custody"):
        for what, item in {"empty objects": b"{},", "nulls": b"null,"}.items():
            text = dumps({**doc, field: ["@"]}).replace(b'"@"', item * ((16 << 20) // len(item)) + item[:-1])
            m = p.json("manifest.json")
            for f in m["files"]:
                if f["path"] == "referral.json":
                    f.update(size=len(text), sha256=sha(text))
            j.check("bombs", "referral.json: %s in %s" % (what, field), p.copy().put("referral.json", text).put("manifest.json", dumps(m)).bytes())

    def change(name, f):
        d = copy.deepcopy(doc)
        f(d)
        j.check("bombs, signed by both", name, p.copy().put("referral.json", dumps(d)).signed(world).bytes())
    query = {**doc["queries"][0], "text": "count transactions.csv", "result": rows(p)}
    change("100,000 witnesses", lambda d: d["complainants"][0].update(witnesses=["bramble"] * 100_000))
    change("1,000 complainants", lambda d: d.update(complainants=d["complainants"][:1] * 1_000))
    change("20,000 queries of the largest table", lambda d: d.update(queries=[{**query, "id": "Q-%d" % i} for i in range(20_000)]))
    change("20,000 overridden checks", lambda d: d.update(checks=[{**d["checks"][0], "no": 2, "ok": False, "override": "no reason"}] * 20_000))
    change("20,000 certificates in one file", lambda d: d.update(certificates=d["certificates"] + [{**d["certificates"][0], "covers": d["certificates"][0]["covers"][:1]}] * 20_000))
    for name, size, real in (("dossier.html", 600 << 20, False), ("victims.csv", 600 << 20, False), ("certificates/planted.html", 600 << 20, False), ("victims.csv", 400 << 20, True), ("dossier.html", 400 << 20, True)):
        def make(place, name=name, size=size, real=real):
            m = json.loads(p.listed())
            zeros, h = bytes(1 << 20), hashlib.sha256()
            for _ in range(size >> 20 if real else 0):
                h.update(zeros)
            m["files"] = sorted([f for f in m["files"] if f["path"] != name] + [{"path": name, "size": size, "sha256": h.hexdigest()}], key=lambda f: f["path"])
            q = p.signed(world, manifest=dumps(m))
            with place.open("wb") as f:
                for e in q.entries:
                    if e.name != name:
                        f.write(e.bytes())
                        continue
                    f.write(header(name, size))
                    f.truncate(f.tell() + size)
                    f.seek(0, os.SEEK_END)
                f.write(END)
        j.check("bombs, signed by both", "%s of %d MiB" % (name, size >> 20), make)


def rows(p):
    return sum(1 for _ in csv.reader(io.StringIO(p.get("transactions.csv").decode()))) - 1


def texts(raw):
    """The same JSON, or nearly, in other bytes."""
    text = raw.decode()
    v = json.loads(text, object_pairs_hook=lambda pairs: pairs)

    def write(v, order=lambda pairs: pairs, **how):
        def plain(v):
            if isinstance(v, list) and v and isinstance(v[0], tuple):
                return {k: plain(x) for k, x in order(v)}
            return [plain(x) for x in v] if isinstance(v, list) else v
        return json.dumps(plain(v), ensure_ascii=False, **how)
    key = v[0][0]
    number = re.search(r'": (\d+)(,?)\n', text)
    out = {
        "a byte order mark": "\ufeff" + text, "a leading blank": " " + text, "a trailing blank": text + " ", "another line feed": text + "\n", "no line feed": text[:-1], "CRLF": text.replace("\n", "\r\n"),
        "tabs": text.replace("  ", "\t"), "compact": write(v), "minified": write(v, separators=(",", ":")), "four blanks": write(v, indent=4) + "\n", "keys sorted": write(v, sorted, indent=2) + "\n",
        "keys reversed": write(v, lambda p: list(reversed(p)), indent=2) + "\n", "the first key last": write(v[1:] + v[:1], indent=2) + "\n",
        "a key twice, the same": text.replace("{\n", "{\n  %s,\n" % text.split("\n")[1].strip().rstrip(","), 1), "a key twice, another first": text.replace("{\n", '{\n  "%s": "other",\n' % key, 1),
        "a key twice, another last": text[:-3] + ',\n  "%s": "other"\n}\n' % key, "a key in capitals": text.replace('"%s"' % key, '"%s"' % key.upper(), 1), "an unknown key": text.replace("{\n", '{\n  "unknown": 1,\n', 1),
        "a key with an escape": text.replace('"%s"' % key, '"\\u%04x%s"' % (ord(key[0]), key[1:]), 1), "a value with an escape": re.sub(r'": "([a-zA-Z])', lambda m: '": "\\u%04x' % ord(m[1]), text, count=1),
        "a slash with an escape": text.replace("/", "\\/", 1), "a trailing comma": text[:-3] + ",\n}\n", "a comment": "// x\n" + text, "two values": text + text, "null": "null\n", "a list": "[]\n", "an empty object": "{}\n",
        "a string": '"x"\n', "nothing": "", "NUL at the end": text + "\0", "single quotes": text.replace('"', "'"), "a key removed": write(v[1:], indent=2) + "\n", "a value null": write([(key, None)] + v[1:], indent=2) + "\n",
    }
    if number:
        n = number[1]
        for what, m in {"1.0": n + ".0", "1e0": n + "e0", "10e-1": n + "0e-1", "+1": "+" + n, "01": "0" + n, "a string": '"%s"' % n, "NaN": "NaN", "Infinity": "Infinity", "-1": "-" + n, "1_0": "1_0", "hex": "0x1",
                        "2^64+1": str((1 << 64) + int(n)), "1E400": "1E400", "a blank before": " " + n, "-0": "-0", "minus a zero fraction": n + ".00000000000000000000001"}.items():
            out["a number as " + what] = text[:number.start(1)] + m + text[number.end(1):]
    made = {k: t.encode() for k, t in out.items()}
    made.update({"UTF-16": text.encode("utf-16"), "UTF-32": text.encode("utf-32"), "invalid UTF-8": raw.replace(b'"', b'"\xff', 1), "half a surrogate": raw.replace(b'": "', b'": "\\ud800', 1),
                 "an overlong sign": raw.replace(b'": "', b'": "\xc0\xaf', 1)})
    return {k: b for k, b in made.items() if b != raw}


def jsons(j, p, world):
    for name in OUTLINE:
        for what, b in texts(p.get(name)).items():
            q = p.copy().put(name, b)
            if name == "referral.json":
                q.put("manifest.json", q.listed())
            j.check("JSON of " + name, what, q.bytes())
            if name in ("manifest.json", "referral.json"):
                signed = q.signed(world) if name == "referral.json" else p.copy().signed(world, manifest=b)
                j.check("JSON of " + name + ", signed by both", what, signed.bytes())
    for what, b in texts(dumps(json.loads(base64.b64decode(p.json("signatures.json")["by"][0]["statement"]["payload"])))).items():
        def change(s):
            s["by"][0]["statement"] = envelope(world["alder"], SIGNING_TYPE, b)
        j.check("JSON of a statement, signed", what, p.with_json("signatures.json", change).bytes())


def signatures(j, p, other, world):
    alder, bramble = world["alder"], world["bramble"]

    def sig(name, change):
        j.check("signatures", name, p.with_json("signatures.json", change).bytes())

    def swap(*keys):
        def f(s):
            for k in keys:
                a, b = s["by"][0], s["by"][1]
                a[k], b[k] = b[k], a[k]
        return f
    sig("both swapped with their envelopes", swap("manifest", "statement"))
    sig("names swapped", swap("org"))
    sig("manifests' envelopes swapped", swap("manifest"))
    sig("statements swapped", swap("statement"))
    sig("in another order", lambda s: s["by"].reverse())
    sig("one's twice", lambda s: s["by"].append(s["by"][0]))
    sig("one's in the place of both", lambda s: s.update(by=[s["by"][0], {**s["by"][0], "org": "bramble"}]))
    sig("one missing", lambda s: s["by"].pop())
    sig("the first missing", lambda s: s["by"].pop(0))
    sig("none", lambda s: s.update(by=[]))
    sig("null", lambda s: s.update(by=None))
    sig("the agency's added", lambda s: s["by"].append({"org": "cfb", "manifest": envelope(world["cfb"], MANIFEST_TYPE, p.get("manifest.json")), "statement": s["by"][0]["statement"]}))
    foreign = other.json("signatures.json")
    sig("of another package, both", lambda s: foreign)
    for k in ("manifest", "statement"):
        sig("of another package, one's " + k, lambda s: s["by"][0].update({k: foreign["by"][0][k]}))
        sig("%s and the other's envelope in one place" % k, lambda s: s["by"][0][k]["signatures"].extend(s["by"][1][k]["signatures"]))
        sig(k + " without a signature", lambda s: s["by"][0][k].update(signatures=[]))
        sig(k + " with the other type", lambda s: s["by"][0][k].update(payloadType=MANIFEST_TYPE if k == "statement" else SIGNING_TYPE))
        sig(k + " with no payload", lambda s: s["by"][0][k].update(payload=""))
        sig(k + " with another's key id", lambda s: s["by"][0][k]["signatures"][0].update(keyid=sha(bramble.pub)))
        sig(k + " with a key id in capitals", lambda s: s["by"][0][k]["signatures"][0].update(keyid=sha(alder.pub).upper()))
        sig(k + " without a key id", lambda s: s["by"][0][k]["signatures"][0].update(keyid=""))
        for what, f in {
            "S + L": lambda b: b[:32] + (int.from_bytes(b[32:], "little") + curve.L).to_bytes(32, "little"), "all zero": lambda b: bytes(64), "R of order one": lambda b: b"\1" + bytes(63),
            "a byte short": lambda b: b[:-1], "a byte long": lambda b: b + b"\0", "R with another sign": lambda b: b[:31] + bytes([b[31] ^ 0x80]) + b[32:],
        }.items():
            sig("%s: %s" % (k, what), lambda s: s["by"][0][k]["signatures"][0].update(sig=b64(f(base64.b64decode(s["by"][0][k]["signatures"][0]["sig"])))))
        for what, f in {
            "for the web": lambda t: t.replace("+", "-").replace("/", "_"), "without padding": lambda t: t.rstrip("="), "with a line feed": lambda t: t[:4] + "\n" + t[4:], "with a blank": lambda t: t + " ",
            "with free bits": lambda t: t[:-3] + chr(ord(t[-3]) + 1) + "==" if t.endswith("==") else t[:-1] + "=", "with padding twice": lambda t: t + "====",
        }.items():
            for field in ("sig", "payload"):
                def change(s, f=f, field=field):
                    e = s["by"][0][k]
                    at = e["signatures"][0] if field == "sig" else e
                    changed = f(at[field])
                    at[field] = changed if changed != at[field] else changed + "A"
                sig("%s: %s in base64 %s" % (k, field, what), change)
    for what, f in {"of another referral": lambda s: s.update(referral="REF-OTHER"), "of another version": lambda s: s.update(version=2), "of another manifest": lambda s: s.update(manifest_sha256=sha(b"")),
                    "of the other": lambda s: s.update(org="bramble"), "with other words": lambda s: s.update(says="I sign."), "of another format": lambda s: s.update(format="x"),
                    "without words": lambda s: s.pop("says"), "with a made-up time stamp": lambda s: s.update(time_stamp=b64(b"0\0"))}.items():
        def change(s):
            st = json.loads(base64.b64decode(s["by"][0]["statement"]["payload"]))
            f(st)
            s["by"][0]["statement"] = envelope(alder, SIGNING_TYPE, dumps(st))
        sig("a statement %s, signed" % what, change)
    sig("the raw payload signed, without DSSE", lambda s: s["by"][0]["manifest"]["signatures"][0].update(sig=b64(curve.sign(alder.seed, p.get("manifest.json")))))
    sig("DSSE with the other type", lambda s: s["by"][0]["manifest"]["signatures"][0].update(sig=b64(curve.sign(alder.seed, pae(SIGNING_TYPE, p.get("manifest.json"))))))
    sig("by the other's key", lambda s: s["by"].__setitem__(0, {**s["by"][0], "manifest": envelope(bramble, MANIFEST_TYPE, p.get("manifest.json"))}))
    sig("by the ledger's key", lambda s: s["by"][0]["manifest"]["signatures"][0].update(sig=b64(curve.sign(alder.log_seed, pae(MANIFEST_TYPE, p.get("manifest.json"))))))

    # One complainant changes what both signed, and signs alone.
    changed = p.copy().put("victims.csv", p.get("victims.csv").replace(b"US", b"IN", 1))
    j.check("one complainant alone", "a table changed, signed by alder alone", changed.signed(world, who=("alder",)).bytes())
    j.check("one complainant alone", "a table changed, signed by bramble alone", changed.signed(world, who=("bramble",)).bytes())
    q = changed.signed(world)
    j.check("MUST HOLD", "a table changed in one field and signed by both", q.bytes(), holds=True)
    j.check("older parts", "the new package with the old signatures", q.copy().put("signatures.json", p.get("signatures.json")).bytes())
    j.check("older parts", "the new package with the old manifest", q.copy().put("manifest.json", p.get("manifest.json")).bytes())
    j.check("older parts", "the new package with the old ledger proofs", q.copy().put("ledger.json", p.get("ledger.json")).bytes())
    j.check("older parts", "the old package with the new outline", p.copy().put("manifest.json", q.get("manifest.json")).put("signatures.json", q.get("signatures.json")).put("ledger.json", q.get("ledger.json")).bytes())
    j.check("older parts", "without the dossier's new digest", changed.signed(world, dossier=False).bytes())

    # Somebody else's keys in the place of a complainant's.
    thief = copy.copy(alder)
    thief.seed, thief.log_seed = hashlib.sha256(b"thief").digest(), hashlib.sha256(b"thief's log").digest()
    thief.pub, thief.log_pub = curve.public(thief.seed), curve.public(thief.log_seed)
    stolen = {**world, "alder": thief}
    d = p.json("referral.json")
    keys = d["complainants"][0]["org"]["keys"]
    real = keys["sign"]
    keys["sign"] = b64(thief.pub)
    kid = hashlib.sha256(thief.origin.encode() + b"\n\1" + thief.log_pub).digest()[:4]
    keys["ledger"] = "%s+%s+%s" % (thief.origin, kid.hex(), b64(b"\1" + thief.log_pub))
    q = p.copy().put("referral.json", dumps(d)).signed(stolen)
    j.check("MUST HOLD", "by other keys throughout, where nobody says whose keys they are", q.bytes(), holds=True)
    j.check("another's keys", "by other keys throughout, where the complainant's is known", q.bytes(), args=("-key", "alder=" + real))
    j.check("MUST HOLD", "by the key that is known", p.bytes(), holds=True, args=("-key", "alder=" + real))
    j.check("another's keys", "signed by the thief without the new key in referral.json", p.signed({**world, "alder": thief}).bytes())


def ledgers(j, p, other, world):
    alder, bramble = world["alder"], world["bramble"]

    def led(name, change):
        j.check("ledger proofs", name, p.with_json("ledger.json", change).bytes())

    def tree(name, fork=lambda proof, org, o: None, holds=False, **how):
        j.check("MUST HOLD" if holds else "forked and older ledgers", name, p.proven(world, fork=fork, **how).bytes(), holds=holds)

    def text_of(proof):
        return proof["checkpoint"].split("\n\n")[0] + "\n"
    tree("new proofs in trees of this program's, signed and cosigned", holds=True)
    tree("a fork that nobody cosigned", cosigned=False)
    tree("a fork of one alone", cosigned=False, of=("bramble",))
    old = p.json("ledger.json")["proofs"]
    lines = {x["org"]: x["proof"]["checkpoint"].split("\n\n")[1].split("\n") for x in old}
    tree("a fork with the cosignature of the other tree", lambda f, org, o: f.update(checkpoint=text_of(f) + "\n" + org.note(text_of(f)) + lines[org.name][1] + "\n"), cosigned=False)
    tree("a fork that its owner cosigned", lambda f, org, o: f.update(checkpoint=f["checkpoint"] + org.cosign(text_of(f))), cosigned=False)
    tree("a fork that the agency cosigned", lambda f, org, o: f.update(checkpoint=f["checkpoint"] + world["cfb"].cosign(text_of(f))), cosigned=False)
    tree("a fork whose owner cosigned in the witness's name", lambda f, org, o: f.update(checkpoint=f["checkpoint"] + org.cosign(text_of(f)).replace(org.origin, o.origin)), cosigned=False)
    tree("a fork under a checkpoint without its owner's signature", lambda f, org, o: f.update(checkpoint=text_of(f) + "\n" + o.cosign(text_of(f))))
    tree("a fork whose witness signed plainly", lambda f, org, o: f.update(checkpoint=f["checkpoint"] + o.note(text_of(f))), cosigned=False)
    tree("an older checkpoint, before the manifest was logged", size=5, index=5)
    tree("an older checkpoint of the same tree, with the newer path", lambda f, org, o: f.update(index=5), size=5, index=4)
    tree("of an empty tree", lambda f, org, o: f.update(checkpoint=(t := "%s\n0\n%s\n" % (org.origin, b64(hashlib.sha256().digest()))) + "\n" + org.note(t) + o.cosign(t), inclusion=[]))
    for what, f in {
        "another size": lambda t: t.replace("\n9\n", "\n17\n"), "a size with a zero before": lambda t: t.replace("\n9\n", "\n09\n"), "an extension line": lambda t: t + "extension\n", "another origin": lambda t: "evil" + t,
        "a huge size": lambda t: t.replace("\n9\n", "\n9223372036854775808\n"), "a negative size": lambda t: t.replace("\n9\n", "\n-9\n"), "CRLF": lambda t: t.replace("\n", "\r\n"), "CR within the root": lambda t: t[:-10] + "\r" + t[-10:],
    }.items():
        tree("signed and cosigned with " + what, lambda g, org, o: g.update(checkpoint=(t := f(text_of(g))) + "\n" + org.note(t) + o.cosign(t)))
    for what, f in {
        "a line that nobody can check": lambda c: c + "\u2014 stranger " + b64(bytes(68)) + "\n", "a line twice": lambda c: c + c.split("\n")[-2] + "\n", "lines swapped": lambda c: "\n".join(c.split("\n")[:4] + c.split("\n")[4:6][::-1] + [""]),
        "no last line feed": lambda c: c[:-1], "a blank at a line's end": lambda c: c[:-1] + " \n", "a hyphen for the dash": lambda c: c.replace("\u2014", "-"), "no empty line": lambda c: c.replace("\n\n", "\n"),
        "base64 for the web": lambda c: c[:-5] + "-_" + c[-3:], "free bits in base64": lambda c: c[:-3] + chr(ord(c[-3]) ^ 1) + c[-2:],
    }.items():
        if what == "lines swapped":
            continue  # the order of the lines is the note's own: each is held by itself
        led("a checkpoint with " + what, lambda l: l["proofs"][0]["proof"].update(checkpoint=f(l["proofs"][0]["proof"]["checkpoint"])))
    foreign = other.json("ledger.json")
    led("of another package, both", lambda l: foreign)
    led("of another package, one", lambda l: l["proofs"].__setitem__(0, foreign["proofs"][0]))
    led("another package's checkpoint", lambda l: l["proofs"][0]["proof"].update(checkpoint=foreign["proofs"][0]["proof"]["checkpoint"]))
    led("swapped", lambda l: l["proofs"].reverse())
    led("names swapped", lambda l: [x.update(org=o) for x, o in zip(l["proofs"], ("bramble", "alder"))] and None)
    led("one's in both places", lambda l: l["proofs"].__setitem__(1, {**l["proofs"][0], "org": "bramble"}))
    led("one missing", lambda l: l["proofs"].pop() and None)
    led("none", lambda l: l.update(proofs=[]))
    led("one twice", lambda l: l["proofs"].append(l["proofs"][1]))
    led("the agency's added", lambda l: l["proofs"].append({**l["proofs"][1], "org": "cfb"}))
    for what, n in {"one less": -1, "one more": 1, "of another half": -1024}.items():
        led("the index " + what, lambda l: l["proofs"][0]["proof"].update(index=l["proofs"][0]["proof"]["index"] + n))
    led("the index negative", lambda l: l["proofs"][0]["proof"].update(index=-1))
    led("the index huge", lambda l: l["proofs"][0]["proof"].update(index=1 << 62))
    for what, f in {"a hash more": lambda h: h + h[:1], "a hash less": lambda h: h[:-1], "none": lambda h: [], "two swapped": lambda h: h[1::-1] + h[2:], "a short hash": lambda h: [b64(bytes(31))] + h[1:],
                    "a null": lambda h: [None] + h[1:], "100,000 hashes": lambda h: h * 20_000}.items():
        led("the path with " + what, lambda l: l["proofs"][0]["proof"].update(inclusion=f(l["proofs"][0]["proof"]["inclusion"])))
    for what, f in {"of another kind": ("manifest", "report"), "with another digest": (sha(p.get("manifest.json")), sha(b"")), "with another time": ("Z\n", ".5Z\n"), "with more": ("Z\n", "Z\nmore\n"),
                    "without its end": ("Z\n", "Z"), "of another version": ("/1\n", "/2\n"), "of another form": ("leaf/1", "leaf/2")}.items():
        led("the leaf " + what, lambda l: l["proofs"][0]["proof"].update(leaf=l["proofs"][0]["proof"]["leaf"].replace(*f, 1)))

    def of_another(name, old, new):
        """In a tree that holds the changed leaf, signed and cosigned: only its meaning is wrong."""
        def fork(proof, org, o):
            leaf = proof["leaf"].replace(old, new, 1)
            hashes = [leaf_hash(b"other leaf %d" % i) for i in range(9)]
            hashes[5] = leaf_hash(leaf.encode())
            t = "%s\n9\n%s\n" % (org.origin, b64(root(hashes)))
            proof.update(leaf=leaf, checkpoint=t + "\n" + org.note(t) + o.cosign(t), inclusion=[b64(h) for h in path(5, hashes)])
        tree(name, fork)
    of_another("a leaf of another kind, logged, signed and cosigned", "\nmanifest\n", "\nstatus\n")
    of_another("a leaf of another version, logged, signed and cosigned", "/1\n", "/7\n")
    of_another("a leaf of another manifest, logged, signed and cosigned", sha(p.get("manifest.json")), sha(b""))
    of_another("a leaf with a time that is no time, logged, signed and cosigned", "Z\n", "\n")
    of_another("a leaf with a line more, logged, signed and cosigned", "Z\n", "Z\nx\n")


def insides(j, p, world):
    """What both signed and what cannot hold all the same."""
    def doc(name, change):
        d = p.json("referral.json")
        change(d)
        j.check("inside, signed by both", name, p.copy().put("referral.json", dumps(d)).signed(world).bytes())

    def file(name, path_, change):
        j.check("inside, signed by both", name, p.copy().put(path_, change(p.get(path_))).signed(world).bytes())
    for name in ("stix.json", "case.jsonld", "victims.csv", "indicators.csv", "transactions.csv", "disclosure.csv", "rings.jsonl", "dossier.html", "dossier.pdf", "statement-alder.md", "certificates/fre-902-13-alder.html",
                 "exhibits/", "annex-victims.age"):
        q = p.copy()
        at = next((i for i, e in enumerate(q.entries) if e.name.startswith(name)), None)
        if at is None:
            continue
        del q.entries[at]
        if name != "dossier.html":
            j.check("inside, signed by both", "without " + name, q.signed(world).bytes())
        else:
            j.check("inside, signed by both", "without " + name, q.signed(world, dossier=False).bytes())
    q = p.copy()
    q.entries.append(Entry("zz-planted.txt", b"x"))
    j.check("inside, signed by both", "a file without a place", q.signed(world).bytes())
    doc("an exhibit with another recorded hash", lambda d: d["exhibits"][0].update(sha256=sha(b"")))
    doc("an exhibit's number out of turn", lambda d: d["exhibits"][0].update(no=7))
    doc("two exhibits of one id", lambda d: d["exhibits"][1].update(id=d["exhibits"][0]["id"]))
    doc("a certificate that covers another hash", lambda d: d["certificates"][0]["covers"][0].update(sha256=sha(b"")))
    doc("a certificate that covers what is not there", lambda d: d["certificates"][0]["covers"][0].update(path="exhibits/none"))
    doc("a certificate without a section", lambda d: d["certificates"][0].update(section=""))
    doc("a check that fails", lambda d: d["checks"][2].update(ok=False))
    doc("no checks at all", lambda d: d.update(checks=[]))
    doc("a query with another result", lambda d: next(q for q in d["queries"] if re.match(r"(count|distinct|sum) \S+\.csv", q["text"])).update(result=12345678))
    doc("another referral's id", lambda d: d.update(id="REF-OTHER"))
    doc("another version", lambda d: d.update(version=2))
    doc("a custody event that was changed", lambda d: d["custody"][0].update(why="because", place="elsewhere") if d["custody"] else d.update(version=9))
    doc("a third complainant who has not signed", lambda d: d["complainants"].append({**d["complainants"][0], "org": {**d["complainants"][0]["org"], "id": "cedar"}}))
    doc("a witness who has not signed", lambda d: d["complainants"][0]["witnesses"].append("cfb"))
    doc("a witness whom nobody knows", lambda d: d["complainants"][0]["witnesses"].append("mallory"))
    doc("no complainant", lambda d: d.update(complainants=[]))
    file("a certificate without its hashes", "certificates/fre-902-14-alder.html", lambda b: re.sub(rb"\b[0-9a-f]{64}\b", b"0" * 64, b))
    file("a certificate without its section", "certificates/fre-902-13-alder.html", lambda b: b.replace(b"902(13)", b"902(11)"))


def folders(j, p):
    def made(change):
        def make(place):
            for e in p.entries:
                f = place / e.name
                f.parent.mkdir(parents=True, exist_ok=True)
                f.write_bytes(e.data)
            change(place)
        return make

    def replace(name, put):
        def f(d):
            aside = d.parent / (d.name + ".aside")
            if aside.is_dir():
                shutil.rmtree(aside)
            aside.unlink(missing_ok=True)
            (d / name).rename(aside)
            put(d / name, aside)
        return f
    j.check("MUST HOLD", "its folder", made(lambda d: None), holds=True)
    deep = "x/" * 60 + "x"
    for name, change in {
        "a file added": lambda d: (d / "planted.txt").write_text("x"), "a hidden file": lambda d: (d / ".hidden").write_text(""), "a file below": lambda d: (d / "exhibits" / "planted").write_text(""),
        "an empty folder": lambda d: (d / "planted").mkdir(), "a hidden folder": lambda d: (d / "exhibits" / ".git").mkdir(), "many folders": lambda d: (d / deep).mkdir(parents=True),
        "a file removed": lambda d: (d / "stix.json").unlink(), "a file in capitals": lambda d: (d / "stix.json").rename(d / "STIX.json"), "another in capitals": lambda d: (d / "STIX.JSON").write_bytes(b""),
        "a name of unicode": lambda d: (d / "stix\u0301.json").write_bytes(b""), "a name that is not UTF-8": lambda d: open(os.fsencode(d) + b"/\xff", "w").close(), "a name with a line feed": lambda d: (d / "a\nb").write_text(""),
        "a link for a file": replace("stix.json", lambda at, was: at.symlink_to(was)), "a link within": lambda d: ((d / "victims.csv").unlink(), (d / "victims.csv").symlink_to("stix.json")),
        "a dangling link": lambda d: (d / "more").symlink_to("nowhere"), "a link for the folder of exhibits": replace("exhibits", lambda at, was: at.symlink_to(was)), "a link to itself": lambda d: (d / "loop").symlink_to("loop"),
        "a link to the folder above": lambda d: (d / "up").symlink_to(".."), "a pipe for a file": replace("stix.json", lambda at, was: os.mkfifo(at)), "a pipe for the manifest": replace("manifest.json", lambda at, was: os.mkfifo(at)),
        "a pipe more": lambda d: os.mkfifo(d / "pipe"), "a folder for a file": replace("stix.json", lambda at, was: at.mkdir()), "a folder for the signatures": replace("signatures.json", lambda at, was: at.mkdir()),
        "a byte changed": lambda d: (d / "victims.csv").write_bytes((d / "victims.csv").read_bytes()[:-1] + b"x"), "a byte more": lambda d: (d / "victims.csv").open("ab").write(b"\n"),
        "a file emptied": lambda d: (d / "victims.csv").write_bytes(b""), "a file of a tebibyte": lambda d: os.truncate(d / "stix.json", 1 << 40), "a manifest of a tebibyte": lambda d: os.truncate(d / "manifest.json", 1 << 40),
        "nothing": lambda d: (shutil.rmtree(d), d.mkdir()),
    }.items():
        j.check("folders", name, made(change))
    link = replace("stix.json", lambda at, was: at.symlink_to("/dev/zero"))
    j.check("folders", "a device behind a link", made(link))
    if os.geteuid() == 0:
        def device(d):
            (d / "stix.json").unlink()
            os.mknod(d / "stix.json", 0o600 | 0o020000, os.makedev(1, 5))
        probe = j.tmp / "probe"
        try:
            os.mknod(probe, 0o600 | 0o020000, os.makedev(1, 5))
            probe.unlink()
            j.check("folders", "a device", made(device))
        except OSError:
            print("not tried: a device in a folder, since none can be made here")


def seals(j, sealed, key, n, rnd):
    """The sealed file: opened by the agency's key, then verified as far as it goes."""
    def opened(b, also=()):
        def make(place):
            out = place.with_name(place.name + ".open")
            out.unlink(missing_ok=True)
            place.write_bytes(b)
            return [j.program, "referral", "open", "-identity", str(key), "-out", str(out), str(place)]
        return make
    j.check("MUST HOLD", "the sealed file opens", opened(sealed), holds=True)
    j.check("sealed", "not opened", sealed)
    for at in sorted({0, 22, 40, 100, 150, 200, *rnd.sample(range(len(sealed)), max(6, n // 4)), len(sealed) - 1}):
        b = bytearray(sealed)
        b[at] ^= 1 << rnd.randrange(8)
        j.check("sealed", "bit at byte %d" % at, opened(bytes(b)))
    for cut in (0, 10, len(sealed) // 2, len(sealed) - 1, len(sealed) - 17):
        j.check("sealed", "cut after %d" % cut, opened(sealed[:cut]))
    j.check("sealed", "a byte more", opened(sealed + b"\0"))
    j.check("sealed", "twice", opened(sealed + sealed))
    head = sealed.index(b"\n---") + 1
    start = sealed.index(b"\n", head) + 1 + 16
    chunk = 65536 + 16
    if len(sealed) > start + 2 * chunk:
        a, b = sealed[start:start + chunk], sealed[start + chunk:start + 2 * chunk]
        j.check("sealed", "two chunks swapped", opened(sealed[:start] + b + a + sealed[start + 2 * chunk:]))
        j.check("sealed", "a chunk left out", opened(sealed[:start] + b + sealed[start + 2 * chunk:]))
        j.check("sealed", "a chunk twice", opened(sealed[:start] + a + a + sealed[start + chunk:]))


def stamps(j, p, world):
    """Time stamps by openssl, held against the roots of services that are known."""
    if not shutil.which("openssl"):
        print("not tried: time stamps, since openssl is not installed")
        return
    d = j.tmp / "tsa"
    d.mkdir()

    def ssl(*args, data=None):
        return subprocess.run(["openssl", *args], cwd=d, input=data, capture_output=True, check=True).stdout
    (d / "tsa.cnf").write_text("[tsa]\ndefault_tsa = t\n[t]\nserial = serial\ncrypto_device = builtin\nsigner_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha256, sha512\n"
                               "accuracy = secs:1\nordering = no\ntsa_name = no\ness_cert_id_chain = no\ness_cert_id_alg = sha256\n")
    (d / "ext.cnf").write_text("extendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\nbasicConstraints = CA:FALSE\n")
    for name in ("known", "other"):
        ssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key", "-out", name + ".pem", "-subj", "/CN=%s root" % name, "-days", "30")
        ssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + "-tsa.key", "-out", name + ".csr", "-subj", "/CN=%s clock" % name)
        ssl("x509", "-req", "-in", name + ".csr", "-CA", name + ".pem", "-CAkey", name + ".key", "-CAcreateserial", "-out", name + "-tsa.pem", "-days", "30", "-extfile", "ext.cnf")

    def token(of, by="known", chain=True, digest="-sha256"):
        (d / "data").write_bytes(of)
        ssl("ts", "-query", "-data", "data", digest, *(["-cert"] if chain else []), "-out", "q.tsq")
        ssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq", "-signer", by + "-tsa.pem", "-inkey", by + "-tsa.key", "-out", "r.tsr")
        return ssl("ts", "-reply", "-in", "r.tsr", "-token_out")

    def stamped(make):
        def says(st, org):
            st["time_stamp"] = b64(make(envelope(org, MANIFEST_TYPE, text)["signatures"][0]["sig"]))
        text = p.copy().dossiered().listed()
        return p.signed(world, says=says, manifest=text).bytes()
    ca, other = ("-stamps", str(d / "known.pem")), ("-stamps", str(d / "other.pem"))
    good = stamped(lambda sig: token(base64.b64decode(sig)))
    j.check("MUST HOLD", "stamped by openssl, nobody known", good, holds=True)
    j.check("MUST HOLD", "stamped by openssl, its root known", good, holds=True, args=ca)
    (d / "both.pem").write_text((d / "other.pem").read_text() + (d / "known.pem").read_text())
    j.check("MUST HOLD", "stamped by openssl, its root known among others", good, holds=True, args=("-stamps", str(d / "both.pem")))
    j.check("time stamps", "another root is known", good, args=other)
    j.check("time stamps", "by another service", stamped(lambda sig: token(base64.b64decode(sig), by="other")), args=ca)
    j.check("time stamps", "of something else", stamped(lambda sig: token(b"something else")), args=ca)
    j.check("time stamps", "of the signature's base64", stamped(lambda sig: token(sig.encode())))
    j.check("time stamps", "by SHA-512", stamped(lambda sig: token(base64.b64decode(sig), digest="-sha512")))
    j.check("time stamps", "without the service's certificate", stamped(lambda sig: token(base64.b64decode(sig), chain=False)), args=ca)
    j.check("time stamps", "cut off", stamped(lambda sig: token(base64.b64decode(sig))[:-9]), args=ca)
    j.check("time stamps", "with a byte more", stamped(lambda sig: token(base64.b64decode(sig)) + b"\0"), args=ca)
    j.check("time stamps", "empty DER", stamped(lambda sig: b"0\0"), args=ca)
    real = token(base64.b64decode(json.loads(untar(good)[1].data)["by"][0]["manifest"]["signatures"][0]["sig"]))
    for at in range(3, len(real), max(1, len(real) // 12)):
        j.check("time stamps", "bit at byte %d" % at, stamped(lambda sig: (t := bytearray(token(base64.b64decode(sig))), t.__setitem__(at % len(t), t[at % len(t)] ^ 4))[0]), args=ca)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("program")
    a.add_argument("nodes", type=pathlib.Path)
    a.add_argument("-flips", type=int, default=400, help="how many bits to flip, one at a time")
    a.add_argument("-seed", type=int, default=1)
    a.add_argument("-seconds", type=float, default=60, help="the longest that one verification may take")
    a.add_argument("-mib", type=int, default=1024, help="the most memory that one verification may take")
    a.add_argument("-jobs", type=int, default=2)
    a.add_argument("-share", type=int, default=1, help="try the first of each group, and of the others one in so many")
    a.add_argument("-only", default="", help="one part alone")
    a.add_argument("-v", action="store_true", help="a line for each")
    args = a.parse_args()
    j = Judge(args.program, args)
    rnd = random.Random(args.seed)
    package = next((args.nodes / "alder" / "referrals").glob("*.referral"))
    whole, sealed = package.read_bytes(), package.with_name(package.name + ".age").read_bytes()
    world = {name: Org(name, args.nodes / name / "keys") for name in ("alder", "bramble", "cfb")}
    p = Package(whole)
    for name in OUTLINE[:3]:
        if dumps(p.json(name)) != p.get(name):
            sys.exit("this program does not write %s as it was: it could not tell a change from another form" % name)
    if tar([Entry(e.name, e.data) for e in p.entries]) != whole:
        sys.exit("this program does not write the tar as it was: it could not tell a change from another form")
    other = p.with_json("referral.json", lambda d: d.update(title="Another referral")).signed(world)
    j.check("MUST HOLD", "as it was made", whole, holds=True)
    j.check("MUST HOLD", "with another title, signed and logged by this program", other.bytes(), holds=True)
    parts = {
        "bits": lambda: bits(j, whole, args.flips, rnd), "lengths": lambda: lengths(j, whole, args.flips, rnd), "files": lambda: files(j, p), "names": lambda: names(j, p, world), "headers": lambda: headers(j, p),
        "sizes": lambda: sizes(j, p), "bombs": lambda: referral_bombs(j, p, world), "jsons": lambda: jsons(j, p, world), "signatures": lambda: signatures(j, p, other, world), "ledgers": lambda: ledgers(j, p, other, world),
        "insides": lambda: insides(j, p, world), "folders": lambda: folders(j, p), "seals": lambda: seals(j, sealed, args.nodes / "cfb" / "keys" / "seal.txt", args.flips, rnd), "stamps": lambda: stamps(j, p, world),
    }
    for name, part in parts.items():
        if args.only in ("", name):
            part()
    return j.done()


if __name__ == "__main__":
    sys.exit(main())
