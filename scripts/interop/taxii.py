"""A bundle goes through OASIS's TAXII 2.1 server and client: posted, read back
page by page, and compared object by object.

Usage: taxii.py BUNDLE. The server (medallion, in memory) listens on loopback
for as long as this runs. What differs, is missing or is refused is a refusal. Definitions of
extensions stay at home: medallion 3.0.0 takes their "version" for an instant and answers 500. Of
each type at most EACH objects go, since its time grows with the square of what it holds (5,563: six minutes).
"""
import collections
import json
import os
import subprocess
import sys
import tempfile
import time

from taxii2client.v21 import Collection, as_pages

PAGE, POST, EACH = 100, 200, 60
COLLECTION = "8d4ad2e0-6b0c-4a4e-9d6a-5c9a3a7a1b11"


def server(folder):
    """A medallion with one empty collection; its process and its address."""
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    root = f"http://127.0.0.1:{port}/root/"
    data = {
        "/discovery": {"title": "judge", "default": root, "api_roots": [root]},
        "root": {
            "information": {"title": "judge", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 100 << 20},
            "status": [],
            "collections": [{"id": COLLECTION, "title": "judged", "can_read": True, "can_write": True, "media_types": ["application/stix+json;version=2.1"], "objects": [], "manifest": []}],
        },
    }
    with open(f"{folder}/data.json", "w") as out:
        json.dump(data, out)
    with open(f"{folder}/conf.json", "w") as out:
        json.dump({"backend": {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend", "filename": f"{folder}/data.json"},
                   "users": {"judge": "judge"}, "taxii": {"max_page_size": PAGE}}, out)
    log = open(f"{folder}/log", "w")
    child = subprocess.Popen([os.path.join(os.path.dirname(sys.executable), "medallion"), "--host", "127.0.0.1", "--port", str(port), f"{folder}/conf.json"], stdout=log, stderr=log)
    for _ in range(240):
        if child.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return child, root
        except OSError:
            time.sleep(0.5)
    child.kill()
    sys.exit("medallion does not start: " + (open(f"{folder}/log").read().strip().splitlines() or ["no word"])[-1])


def folded(o):
    """An object as its meaning: instants with as many digits as they need."""
    if isinstance(o, dict):
        return {k: folded(v) for k, v in o.items()}
    if isinstance(o, list):
        return [folded(v) for v in o]
    if isinstance(o, str) and len(o) > 20 and o[10:11] == "T" and o.endswith("Z"):
        return o[:-1].rstrip("0").rstrip(".") if "." in o else o[:-1]
    return o


def main():
    types = collections.defaultdict(list)
    for o in json.load(open(sys.argv[1], encoding="utf-8"))["objects"]:
        types[o["type"]].append(o)
    types.pop("extension-definition", None)
    objects = [o for type in types.values() for o in type[:EACH]]
    with tempfile.TemporaryDirectory() as folder:
        child, root = server(folder)
        try:
            c = Collection(f"{root}collections/{COLLECTION}/", user="judge", password="judge")
            for at in range(0, len(objects), POST):
                status = c.add_objects({"objects": objects[at:at + POST]}, timeout=60)
                if status.failure_count or status.status != "complete":
                    sys.exit(f"{status.failure_count} objects refused: {status.failures[:2]}")
            pages = list(as_pages(c.get_objects, per_request=PAGE))
        except Exception as fault:
            print(open(f"{folder}/log").read()[-1500:])
            sys.exit(f"{type(fault).__name__}: {str(fault)[:150]}")
        finally:
            child.kill()
            child.wait()
    back = {(o["id"], o.get("modified")): o for page in pages for o in page.get("objects", [])}
    sent = {(o["id"], o.get("modified")): o for o in objects}
    differ = [k for k in sent.keys() | back.keys() if folded(sent.get(k)) != folded(back.get(k))]
    if differ:
        print(json.dumps(sent.get(differ[0])), json.dumps(back.get(differ[0])))
        sys.exit(f"{len(differ)} of {len(sent)} objects differ, {differ[0][0]} the first")
    print(f"{len(sent)} objects of {len(types)} types posted and read back in {len(pages)} pages, each the same")


main()
