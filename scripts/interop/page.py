"""What comes in becomes what stands between a page's two marks.

Usage: page.py PAGE MARK <TEXT. The marks are the lines <!-- MARK: begin --> and <!-- MARK: end -->.
"""
import re
import sys

page, mark = sys.argv[1:3]
was, new = open(page, encoding="utf-8").read(), sys.stdin.read().strip("\n") + "\n"
now, found = re.subn(rf"(?s)(<!-- {mark}: begin -->\n).*?(<!-- {mark}: end -->)", lambda m: m[1] + new + m[2], was)
if not found:
    sys.exit(f"interop: {page} has no marks for {mark}")
with open(page, "w", encoding="utf-8") as out:
    out.write(now)
