#!/usr/bin/env python3
"""Checks docs/spec/vectors by the words of docs/spec, with no code of ours.

What it is: another implementation of what the vectors hold, by the standard
library and curve25519.py (RFC 8032, RFC 9496, RFC 9380): a whole match between
two sides, message by message (match.md), its parts (match.json), a ledger with
its witness (ledger.md) and signed requests (requests.md). Signatures are checked
a second time by the package cryptography, where it is installed.

How to run it: vectors.py [FOLDER of the vectors]. Exits 1 with the first thing that
does not hold.
"""
import base64
import hashlib
import json
import pathlib
import re
import struct
import sys

sys.dont_write_bytecode = True  # nothing is written beside the scripts
import curve25519 as curve  # noqa: E402

try:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None

SUITE = b"OPRFV1-\x01-ristretto255-SHA512"
GROUP_TAG, LABEL_TAG = b"HashToGroup-" + SUITE, b"ringbreaker/match/1/label-" + SUITE
KINDS = "phone email url domain ip remote_id remote_host bank_account upi wallet txid card_descriptor merchant_id company tax_id person_alias handle tracker script image file imei iccid".split()
RELATIONS = ["same_operator", "same_supplier", "same_launderer"]
held = 0


def holds(what, ok):
    global held
    held += 1
    if not ok:
        sys.exit("does not hold: " + what)


def verified(pub, message, sig):
    ok = curve.verify(pub, message, sig)
    if Ed25519PublicKey is not None:
        try:
            Ed25519PublicKey.from_public_bytes(pub).verify(sig, message)
            second = True
        except Exception:
            second = False
        holds("two programs agree on a signature", ok == second)
    return ok


# ---- match.md section 1 ----

def h(label, *parts):
    return hashlib.sha256(b"ringbreaker/match/1/" + label.encode() + b"\n" + b"".join(struct.pack(">Q", len(p)) + p for p in parts)).digest()


def u32(n):
    return struct.pack(">I", n)


def scalar(b):
    return int.from_bytes(b, "little")


def point(b):
    p = curve.decode(b)
    holds("a point is in its one encoding and not the identity", p is not None and b != bytes(32))
    return p


def sub(a, b):
    return curve.add(a, curve.negative(b))


def element_input(kind, value):
    return kind.encode() + b"\0" + value.encode()


def tag(p):
    return hashlib.sha256(b"ringbreaker/match/1/tag\n" + curve.encode(p)).digest()[:9]


def packed(tags):
    """Section 5: Rice-coded gaps."""
    k, out, last = 72 - len(tags).bit_length(), "", 0
    for t in sorted(int.from_bytes(t, "big") for t in tags):
        gap, last = t - last, t
        out += "1" * (gap >> k) + "0" + format(gap & (1 << k) - 1, "0%db" % k)
    out += "0" * (-len(out) % 8)
    return int(out, 2).to_bytes(len(out) // 8, "big")


# ---- RFC 6962 ----

def leaf_hash(b):
    return hashlib.sha256(b"\0" + b).digest()


def node(a, b):
    return hashlib.sha256(b"\1" + a + b).digest()


def root(hashes):
    if not hashes:
        return hashlib.sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return node(root(hashes[:k]), root(hashes[k:]))


def included(index, size, leaf, path):
    """RFC 9162 section 2.1.3.2: the root that the path leads to."""
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    return r if sn == 0 else None


def extends(old, size, old_root, new_root, path):
    """RFC 9162 section 2.1.4.2."""
    if old == size:
        return not path and old_root == new_root
    if old == 0:
        return not path
    path = ([old_root] if old & old - 1 == 0 else []) + path
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    if not path:
        return False
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == new_root


# ---- RFC 9497 section 2.2: batched DLEQ ----

def two(b):
    return struct.pack(">H", len(b)) + b


def dleq(key, froms, tos, proof):
    """Whether each of tos is the power of froms that key is of the base point."""
    seed = hashlib.sha512(two(curve.encode(key)) + two(b"Seed-" + SUITE)).digest()
    m = z = curve.ZERO
    for i, (c, d) in enumerate(zip(froms, tos)):
        di = curve.hash_to_scalar(two(seed) + struct.pack(">H", i) + two(curve.encode(c)) + two(curve.encode(d)) + b"Composite", b"HashToScalar-" + SUITE)
        m, z = curve.add(m, curve.times(di, c)), curve.add(z, curve.times(di, d))
    c, s = scalar(proof[:32]), scalar(proof[32:])
    t2 = curve.add(curve.times(s, curve.BASE), curve.times(c, key))
    t3 = curve.add(curve.times(s, m), curve.times(c, z))
    text = b"".join(two(curve.encode(p)) for p in (key, m, z, t2, t3)) + b"Challenge"
    return len(proof) == 64 and len(froms) == len(tos) and curve.hash_to_scalar(text, b"HashToScalar-" + SUITE) == c


# ---- a side of a match, sections 2 and 3 ----

class Side:
    def __init__(self, v):
        self.v, self.org = v, v["org"]
        self.sign_seed, self.seed, self.coin = (bytes.fromhex(v[k]) for k in ("sign_seed", "seed", "coin"))
        self.pub = curve.public(self.sign_seed)
        self.k, self.label_k = scalar(bytes.fromhex(v["key"])), scalar(bytes.fromhex(v["label_key"]))
        self.key, self.label_key = curve.times(self.k, curve.BASE), curve.times(self.label_k, curve.BASE)
        self.elements, self.order = v["elements"], v["order"]
        holds("elements stand by kind and value", [(e["kind"], e["value"]) for e in self.elements] == sorted((e["kind"], e["value"]) for e in self.elements))
        leaves = [self.leaf(i) for i in range(len(self.elements))]
        self.at_leaf = sorted(range(len(leaves)), key=lambda i: leaf_hash(leaves[i]))
        self.root = root([leaf_hash(leaves[i]) for i in self.at_leaf])
        self.points = [self.point(n) for n in self.order]
        self.kinds = bytes(KINDS.index(self.elements[n]["kind"]) + 1 if n >= 0 else 0 for n in self.order)
        self.nonce = h("kinds nonce", self.seed)

    def salt(self, what, i):
        return h("salt", self.seed, what.encode(), u32(i))

    def label(self, i):
        e = self.elements[i]
        return h("ring label", self.seed, e["ring"].encode())[:8] + bytes([RELATIONS.index(e["relation"])])

    def leaf(self, i):
        e = self.elements[i]
        return b"ringbreaker/match/1/leaf\n" + value_part(self.salt("value", i), e["kind"], e["value"]) \
            + evidence_part(self.salt("evidence", i), e["reports"], [bytes.fromhex(d) for d in e["digests"]]) + h("ring", self.salt("ring", i), self.label(i))

    def point(self, n):
        if n < 0:
            return curve.times(curve.hash_to_scalar(h("sentinel", self.seed, u32(-1 - n)), LABEL_TAG), curve.BASE)
        e = self.elements[n]
        return curve.times(self.k, curve.hash_to_group(element_input(e["kind"], e["value"]), GROUP_TAG))

    def labels(self):
        out = []
        for n, p in zip(self.order, self.points):
            out.append(curve.add(curve.hash_to_group(self.label(n) if n >= 0 else bytes(9), LABEL_TAG), curve.times(self.label_k, p)))
        return out


def value_part(salt, kind, value):
    return h("value", salt, kind.encode(), value.encode())


def evidence_part(salt, reports, digests):
    return h("evidence", salt, u32(reports), *digests)


def picked(coin_a, coin_b, who, size, audit):
    """Section 6: the leaves that the toss chooses."""
    seed, picks, n = h("audit", coin_a, coin_b, who.encode()), [], 0
    while len(picks) < min(audit, size):
        i = int.from_bytes(h("pick", seed, u32(n))[:8], "big") % size
        picks, n = picks + [i] * (i not in picks), n + 1
    return picks


def opened(o, c, whole, what):
    """Whether an opening leads to the commitment's root."""
    b = base64.b64decode
    value = value_part(b(o["value_salt"]), o["value"]["kind"], o["value"]["value"]) if whole else b(o["value_hash"])
    ring = h("ring", b(o["ring_salt"]), b(o["label"])) if whole else b(o["ring_hash"])
    digests = [b(d) for d in o["evidence"]]
    holds(what + ": digests ascend", digests == sorted(set(digests)))
    leaf = b"ringbreaker/match/1/leaf\n" + value + evidence_part(b(o["evidence_salt"]), o["reports"], digests) + ring
    holds(what + ": an element opens against the commitment", included(o["leaf"], c["size"], leaf_hash(leaf), [b(p) for p in o["path"]]) == b(c["root"]))


def match_run(v):
    a, b = Side(v["a"]), Side(v["b"])
    sides, b64 = {"a": a, "b": b}, base64.b64decode
    peer = {"a": b, "b": a}
    terms = h("terms", json.dumps(v["terms"], separators=(",", ":"), ensure_ascii=False).encode())
    transcript = h("transcript", v["match"].encode())
    bodies, lists, commitment = {}, {}, {}
    for said in v["rounds"]:
        name = said["round"]
        for who in "ab":
            if said.get("list"):
                lists[name, who] = bytes.fromhex(said[who])
                announced = bodies["blind" if name == "points" else name, who]
                holds("list %s of %s is the one announced" % (name, who), b64(announced["hash"]) == hashlib.sha256(lists[name, who]).digest() and announced["size"] == len(lists[name, who]))
                continue
            m = json.loads(said[who])
            body = b64(m["body"])
            holds("message %s of %s stands in its place" % (name, who), (m["match"], m["round"], m["from"], b64(m["transcript"])) == (v["match"], name, who, transcript))
            text = "ringbreaker/match/1/message\n%s\n%s\n%s\n%s\n%s\n" % (m["match"], name, who, transcript.hex(), hashlib.sha256(body).hexdigest())
            holds("message %s of %s is signed" % (name, who), verified(sides[who].pub, text.encode(), b64(m["sig"])))
            transcript = h("transcript", transcript, who.encode(), name.encode(), hashlib.sha256(body).digest())
            bodies[name, who] = json.loads(body)
    holds("the transcript after the last message", transcript.hex() == v["transcript"])

    for who, s in sides.items():  # section 3
        c = commitment[who] = json.loads(b64(bodies["commit", who]["commitment"]))
        want = {"match": v["match"], "from": s.org, "to": peer[who].org, "size": len(s.elements), "points": len(s.order), "at": v["at"]}
        holds("commitment of %s: who, whom, how many" % who, {k: c[k] for k in want} == want)
        want = {"terms": terms, "root": s.root, "key": curve.encode(s.key), "label_key": curve.encode(s.label_key), "kinds_hash": h("kinds", s.nonce, s.kinds), "coin_hash": h("coin", s.coin)}
        for k, w in want.items():
            holds("commitment of %s: %s" % (who, k), b64(c[k]) == w)
        holds("points of " + who, lists["points", who] == b"".join(curve.encode(p) for p in s.points))
    both = {who: [curve.times(peer[who].k, p) for p in s.points] for who, s in sides.items()}  # to both keys, by the position of who
    tags = {who: [tag(p) for p in both[who]] for who in sides}
    for who in sides:  # section 5
        holds("tags of " + who, lists["tags", who] == packed(tags["b" if who == "a" else "a"]))
    matched = sorted(set(tags["a"]) & set(tags["b"]))
    holds("what is in common", [t.hex() for t in matched] == v["matched"])
    values = [{(e["kind"], e["value"]) for e in s.elements} for s in sides.values()]
    holds("and no more than that", len(matched) == len(values[0] & values[1]))
    for who, s in sides.items():
        r = bodies["result", who]
        holds("result of " + who, r["count"] == len(matched) and b64(r["matched"]) == hashlib.sha256(b"".join(matched)).digest() and b64(r["coin"]) == s.coin)
        audit, c = bodies["audit", who], commitment[who]  # section 6
        picks = picked(a.coin, b.coin, who, c["size"], v["terms"]["audit"])
        whole, hidden = audit.get("whole", []), audit["hidden"]
        holds("audit of %s: which leaves" % who, [o["leaf"] for o in whole + hidden] == picks and len(whole) == v["terms"]["open"])
        for o in whole:
            opened(o, c, True, "audit of " + who)
        for o in hidden:
            opened(o, c, False, "audit of " + who)
        froms = [curve.hash_to_group(element_input(o["value"]["kind"], o["value"]["value"]), GROUP_TAG) for o in whole]
        holds("audit of %s: the proof" % who, dleq(s.key, froms, [s.points[o["position"]] for o in whole], b64(audit["proof"])))
        holds("kinds of " + who, b64(bodies["kinds", who]["nonce"]) == s.nonce and lists["kinds", who] == s.kinds)
        holds("labels of " + who, lists["labels", who] == b"".join(curve.encode(p) for p in s.labels()))
    for who, s in sides.items():  # section 7: who asks, the other owns
        owner, asks = peer[who], bodies["ask", who]["ciphers"]
        other = "b" if who == "a" else "a"
        holds("%s asks for each match" % who, len(asks) == len(matched))
        for t, ask in zip(matched, asks):
            c1, c2, proof = point(b64(ask["c1"])), point(b64(ask["c2"])), b64(ask["proof"])
            shared = both[who][tags[who].index(t)]  # the tag's point, which the receiver computes from the asker's own
            c, z1, z2 = scalar(proof[:32]), scalar(proof[32:64]), scalar(proof[64:])
            t1 = sub(curve.times(z1, curve.BASE), curve.times(c, s.key))
            t2 = sub(sub(curve.times(z1, c1), curve.times(z2, s.key)), curve.times(c, shared))
            d = h("asked", *(curve.encode(p) for p in (s.key, shared, t1, t2, c1, c2)))
            holds("%s proves what it asks for" % who, curve.hash_to_scalar(d, b"HashToScalar-" + LABEL_TAG) == c)
            at = tags[other].index(t)
            own = owner.label(owner.order[at])
            holds("the label comes out", curve.encode(sub(c2, curve.times(owner.label_k, c1))) == curve.encode(curve.hash_to_group(own, LABEL_TAG)))
            holds("rings of " + other, b64(bodies["rings", other]["labels"][matched.index(t)]) == own)
    size = v["terms"]["batch"]
    for n in range((len(matched) + size - 1) // size):  # section 8
        batch = matched[n * size:(n + 1) * size]
        for who, s in sides.items():
            other, owner = "b" if who == "a" else "a", peer[who]
            o = bodies["open-%d" % n, who]
            holds("open-%d of %s: where" % (n, who), o["positions"] == [tags[other].index(t) for t in batch])
            tos = [point(b64(p)) for p in o["points"]]
            holds("open-%d of %s: tags" % (n, who), [tag(p) for p in tos] == batch)
            holds("open-%d of %s: proof" % (n, who), dleq(s.key, [owner.points[i] for i in o["positions"]], tos, b64(o["proof"])))
            show = bodies["show-%d" % n, who]
            for t, e in zip(batch, show["elements"]):
                opened(e, commitment[who], True, "show-%d of %s" % (n, who))
                mine = s.elements[s.order[tags[who].index(t)]]
                holds("show-%d of %s: the value" % (n, who), (e["value"]["kind"], e["value"]["value"]) == (mine["kind"], mine["value"]))
            froms = [curve.hash_to_group(element_input(e["value"]["kind"], e["value"]["value"]), GROUP_TAG) for e in show["elements"]]
            holds("show-%d of %s: proof" % (n, who), dleq(s.key, froms, [s.points[tags[who].index(t)] for t in batch], b64(show["proof"])))
    shared = {(x["indicator"]["kind"], x["indicator"]["value"]) for x in v["report_a"]["shared"]}
    holds("the report", shared == values[0] & values[1])


def match_parts(list_):
    f = bytes.fromhex
    for v in list_:
        i, out = v["in"], v["out"]
        got = {
            "hash to group": lambda: curve.encode(curve.hash_to_group(element_input(i["kind"], i["value"]), GROUP_TAG)),
            "point": lambda: curve.encode(curve.times(scalar(f(i["key"])), curve.hash_to_group(element_input(i["kind"], i["value"]), GROUP_TAG))),
            "tag": lambda: tag(curve.times(scalar(f(i["key"])), point(f(i["point"])))),
            "public key": lambda: curve.encode(curve.times(scalar(f(i["key"])), curve.BASE)),
            "value part": lambda: value_part(f(i["salt"]), i["kind"], i["value"]),
            "evidence part": lambda: evidence_part(f(i["salt"]), int(i["reports"]), [f(d) for d in i["digests"].split(",")]),
            "ring part": lambda: h("ring", f(i["salt"]), f(i["label"])),
            "leaf": lambda: b"ringbreaker/match/1/leaf\n" + f(i["value"]) + f(i["evidence"]) + f(i["ring"]),
            "label point": lambda: curve.encode(curve.hash_to_group(f(i["label"]), LABEL_TAG)),
            "kinds hash": lambda: h("kinds", f(i["nonce"]), f(i["kinds"])),
            "packed tags": lambda: packed([f(t) for t in i["tags"].split(",")]),
            "audited leaves": lambda: b"".join(u32(n) for n in picked(f(i["coin_a"]), f(i["coin_b"]), i["of"], int(i["size"]), int(i["audit"]))),
        }[v["what"]]()
        holds("match.json: " + v["what"], got.hex() == out.replace(",", ""))


def oprf(suites):
    """RFC 9497 A.1.2: our reading of its proofs is the RFC's."""
    done = 0
    for s in suites:
        if s["identifier"] != "ristretto255-SHA512" or s["mode"] != 1:
            continue
        for v in s["vectors"]:
            points = [[point(bytes.fromhex(p)) for p in v[k].split(",")] for k in ("BlindedElement", "EvaluationElement")]
            holds("the RFC's proof", dleq(point(bytes.fromhex(s["pkSm"])), *points, bytes.fromhex(v["Proof"]["proof"])))
            for text, blind, want in zip(v["Input"].split(","), v["Blind"].split(","), v["BlindedElement"].split(",")):
                holds("the RFC's blinding", curve.encode(curve.times(scalar(bytes.fromhex(blind)), curve.hash_to_group(bytes.fromhex(text), GROUP_TAG))).hex() == want)
            done += 1
    holds("the RFC's vectors are there", done > 0)


# ---- ledger.md ----

def note(signed, origin, log, witness_name=None, witness=None):
    """(text, who signed), every line of which must hold."""
    text, lines = signed.split("\n\n")
    text += "\n"
    who = []
    for line in lines.rstrip("\n").split("\n"):
        dash, name, b = line.split(" ")
        raw = base64.b64decode(b)
        if name == origin:
            holds("key id of a ledger", dash == "\u2014" and raw[:4] == hashlib.sha256(name.encode() + b"\n\1" + log).digest()[:4])
            holds("a checkpoint is signed", verified(log, text.encode(), raw[4:]))
        else:
            holds("key id of a witness", name == witness_name and raw[:4] == hashlib.sha256(name.encode() + b"\n\4" + witness).digest()[:4])
            at = struct.unpack(">Q", raw[4:12])[0]
            holds("a cosignature", verified(witness, b"cosignature/v1\ntime %d\n" % at + text.encode(), raw[12:]))
        who.append(name)
    return text.split("\n"), who


def ledger(v):
    log = curve.public(bytes.fromhex(v["seeds"]["ledger of alder"]))
    witness = curve.public(bytes.fromhex(v["seeds"]["sign of birch"]))
    name, w = "alder.example/ringbreaker", "birch.example/ringbreaker"
    holds("the ledger's key on the card", v["keys"]["alder"]["ledger"].split("+", 2)[2] == base64.b64encode(b"\1" + log).decode())
    hashes = []
    for one in v["leaves"]:
        holds("a leaf's form", re.fullmatch(r"ringbreaker/leaf/1\n[a-z_]+\n[^\n]+\n[0-9a-f]{64}\n\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n", one["leaf"]) is not None)
        hashes.append(leaf_hash(one["leaf"].encode()))
        holds("a leaf's hash", hashes[-1].hex() == one["hash"])
    for n, want in enumerate(v["roots"]):
        holds("the root of %d leaves" % n, root(hashes[:n]).hex() == want)
    last = (0, None)
    for head in v["heads"]:
        top, signed = head["body"].split("\n\n", 1)
        old, *path = top.split("\n")
        text, who = note(signed, name, log)
        size, r = int(text[1]), base64.b64decode(text[2])
        holds("a head goes on from the last", old == "old %d" % last[0] and extends(last[0], size, last[1], r, [base64.b64decode(p) for p in path]))
        holds("a head's root", r == root(hashes[:size]) and who == [name])
        note(signed + head["cosignature"], name, log, w, witness)
        last = size, r
    for i, p in enumerate(v["proofs"]):
        text, who = note(p["checkpoint"], name, log, w, witness)
        holds("proof %d" % i, sorted(who) == [name, w] and p["index"] == i and p["leaf"] == v["leaves"][i]["leaf"]
              and included(i, int(text[1]), leaf_hash(p["leaf"].encode()), [base64.b64decode(h_) for h_ in p["inclusion"]]) == base64.b64decode(text[2]))
    for f in v["forks"]:
        (seen, _), (shown, _) = note(f["seen"], name, log, w, witness), note(f["shown"], name, log, w, witness)
        holds("a fork: both are its owner's, and no tree is both", seen[0] == shown[0] == name and (int(shown[1]) < int(seen[1]) or shown[2] != seen[2]))


# ---- requests.md ----

def requests(v):
    key, used = curve.public(bytes.fromhex(v["seed"])), set()
    holds("the sender's key", base64.b64encode(key).decode() == v["key"])
    for r in v["requests"]:
        why, base, nonce = refused(r, v["org"], key, used)
        holds("request %r is %s (%s)" % (r["what"], "refused" if r.get("refused") else "let in", why), (why is None) == (not r.get("refused")))
        if not r.get("refused"):
            used.add(nonce)
            holds("its signature base", base == r["base"])
            sig = re.fullmatch(r"sig1=:(.*):", r["headers"]["Signature"])[1]
            holds("our signature of it is the same", base64.b64encode(curve.sign(bytes.fromhex(v["seed"]), base.encode())).decode() == sig)


def refused(r, org, key, used):
    """(why it is not let in, the signature base, the nonce)"""
    head, body = r["headers"], bytes.fromhex(r["body"])
    if "Signature" not in head or "Signature-Input" not in head:
        return "no signature", None, None
    params = head["Signature-Input"].removeprefix("sig1=")
    m = re.fullmatch(r'\("@method" "@authority" "@path" "@query" "content-type" "content-digest"\);created=(\d+);expires=(\d+);nonce="([^"]{1,64})";keyid="([^"]*)";alg="ed25519";tag="ringbreaker"', params)
    if m is None:
        return "it does not cover what it must", None, None
    created, expires, nonce = int(m[1]), int(m[2]), m[3]
    if created > r["now"] + 60 or expires <= r["now"] - 60 or expires - created > 120 or expires < created:
        return "its time", None, None
    if m[4] != org:
        return "not a peer", None, None
    u = re.fullmatch(r"(https?)://([^/?]+)([^?]*)(\?.*)?", r["url"])
    authority = u[2].lower().removesuffix(":443" if u[1] == "https" else ":80")
    base = '"@method": %s\n"@authority": %s\n"@path": %s\n"@query": %s\n"content-type": %s\n"content-digest": %s\n"@signature-params": %s' % (
        r["method"], authority, u[3] or "/", u[4] or "?", head["Content-Type"], head["Content-Digest"], params)
    if not verified(key, base.encode(), base64.b64decode(head["Signature"].removeprefix("sig1=:").removesuffix(":"))):
        return "not the peer's", base, nonce
    if head["Content-Digest"] != "sha-256=:%s:" % base64.b64encode(hashlib.sha256(body).digest()).decode():
        return "another body", base, nonce
    return ("seen before" if nonce in used else None), base, nonce


def key_changes(list_):
    """match.md section 9c, and the fingerprint of requests.md."""
    words = (pathlib.Path(__file__).parent / "../../access/words.txt").read_text().split()
    for v in list_:
        if "change" not in v:
            k = v["keys"]
            sum_ = hashlib.sha256("ringbreaker/fingerprint/1\n{sign}\n{ledger}\n{seal}\n".format(**k).encode()).digest()
            holds("keys.json: fingerprint", sum_.hex() == v["hex"] and " ".join(words[b] for b in sum_[:12]) == v["words"])
            continue
        c = {k: x for k, x in v["change"].items() if k not in ("by_old", "by_new")}
        text = "ringbreaker/key-change/1\n" + json.dumps(c, separators=(",", ":"), ensure_ascii=False)
        holds("keys.json: what is signed", text == v["signed"])
        for which, seed in v["seeds"].items():
            holds("keys.json: by " + which, verified(curve.public(bytes.fromhex(seed)), text.encode(), base64.b64decode(v["change"]["by_" + which])))


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "../../docs/spec/vectors"
    for name, check in {"oprf-rfc9497": oprf, "match": match_parts, "match-run": match_run, "ledger": ledger, "requests": requests, "keys": key_changes}.items():
        before = held
        check(json.loads((folder / (name + ".json")).read_text()))
        print("%-13s %4d things hold" % (name, held - before))
    print("%d things hold%s" % (held, "; signatures by the package cryptography too" if Ed25519PublicKey else ""))


if __name__ == "__main__":
    main()
