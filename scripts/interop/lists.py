"""OASIS's TAXII 2.1 client walks the lists of a node: discovery, API root, every
collection page by page, its manifest, single objects and their versions; the node is
started again, and who polls is given nothing that was there before.

Usage: lists.py BINARY NODE OUT. The node serves on loopback for as long as this
runs; OUT gets a bundle of all that the client was given. What is missing, given twice
or told differently by the manifest, and a list that takes what is written to it, is a refusal.
"""
import json
import socket
import subprocess
import sys
import time

import requests
from taxii2client.exceptions import AccessError
from taxii2client.v21 import Server, as_pages

binary, node, out = sys.argv[1:]
PAGE, NAME, PASSWORD = 50, "carrier-lists", "invented words for a judge"


def address():
    """The node and its address."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    child = subprocess.Popen([binary, "serve", "-data", node, "-addr", f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(240):
        if child.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return child, f"http://127.0.0.1:{port}/taxii2/"
        except OSError:
            time.sleep(0.5)
    child.kill()
    sys.exit("the node does not start")


def walk(c):
    """The objects of a collection by their ids; each was given once, and as its manifest says."""
    objects, listed, pages = {}, {}, 0
    for page in as_pages(c.get_objects, per_request=PAGE):
        pages += 1
        for o in page.get("objects", []):
            if o["id"] in objects:
                sys.exit(f"{c.title}: {o['id']} is given twice")
            objects[o["id"]] = o
    for page in as_pages(c.get_manifest, per_request=PAGE):
        for m in page.get("objects", []):
            listed[m["id"]] = m
    if objects.keys() != listed.keys():
        sys.exit(f"{c.title}: {len(objects)} objects, {len(listed)} in the manifest")
    for id, o in objects.items():
        version = o.get("modified") or o.get("created") or listed[id]["date_added"]
        if listed[id]["version"] != version:
            sys.exit(f"{c.title}: {id} is of {version}, the manifest says {listed[id]['version']}")
    some = [o for o in objects.values() if o["type"] == "indicator"][:5]
    for o in some:
        if c.get_object(o["id"]).get("objects") != [o] or c.object_versions(o["id"]).get("versions") != [o["modified"]]:
            sys.exit(f"{c.title}: {o['id']} is another one by itself")
    kinds = c.get_objects(type="indicator").get("objects", [])
    if {o["id"] for o in kinds} - {id for id, o in objects.items() if o["type"] == "indicator"}:
        sys.exit(f"{c.title}: match[type] gives what is no indicator")
    last = max(m["date_added"] for m in listed.values())
    if c.get_objects(added_after=last).get("objects"):
        sys.exit(f"{c.title}: something was added after the last")
    try:
        c.add_objects({"objects": some})
        sys.exit(f"{c.title} takes what is written to it")
    except (AccessError, requests.HTTPError):
        pass
    return objects, pages


def added(c):
    """When each object of a collection was added."""
    return {m["id"]: m["date_added"] for page in as_pages(c.get_manifest, per_request=PAGE) for m in page.get("objects", [])}


def main():
    user = subprocess.run([binary, "user", "add", "-data", node, "-id", NAME, "-name", "Carrier", "-roles", "subscriber", "-password-stdin"],
                           input=PASSWORD + "\n", text=True, capture_output=True, check=False)
    if user.returncode and "already" not in user.stderr:
        sys.exit("no user: " + user.stderr.strip())
    child, url = address()
    dates = {}
    try:
        if requests.get(url, timeout=60).status_code != 401:
            sys.exit("the lists are open to nobody in particular")
        if requests.get(url.replace("taxii2/", "rings"), auth=(NAME, PASSWORD), timeout=60, allow_redirects=False).status_code != 303:
            sys.exit("a subscriber opens more than the lists")
        server = Server(url, user=NAME, password=PASSWORD)
        everything, pages, lists = {}, 0, 0
        for root in server.api_roots:
            for c in root.collections:
                objects, n = walk(c)
                everything.update(objects)
                pages, lists = pages + n, lists + 1
                dates[c.id] = added(c)
        child.terminate()
        child.wait()
        child, url = address()
        for c in Server(url, user=NAME, password=PASSWORD).api_roots[0].collections:
            if added(c) != dates[c.id]:
                sys.exit(f"{c.title}: after a start its objects were added at other times")
            if c.get_objects(added_after=max(dates[c.id].values())).get("objects"):
                sys.exit(f"{c.title}: after a start it gives objects anew")
    finally:
        child.terminate()
        child.wait()
    indicators = sum(o["type"] == "indicator" for o in everything.values())
    if not indicators:
        sys.exit("the lists are empty")
    with open(out, "w", encoding="utf-8") as f:
        json.dump({"type": "bundle", "id": "bundle--8d4ad2e0-6b0c-4a4e-9d6a-5c9a3a7a1b12", "objects": list(everything.values())}, f)
    print(f"{len(everything)} objects, {indicators} of them indicators, of {lists} lists in {pages} pages, each once and as the manifest says, and none anew after a start")


main()
