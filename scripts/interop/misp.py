"""PyMISP loads our exports; any error it raises, and an export without a single attribute, is a refusal."""
import sys

from pymisp import MISPEvent

said = []
for path in sys.argv[1:]:
    event = MISPEvent()
    event.load_file(path)
    again = MISPEvent()
    again.from_json(event.to_json())
    counts = [(len(e.attributes), len(e.objects), len(e.tags)) for e in (event, again)]
    if counts[0] != counts[1] or not sum(counts[0][:2]):
        sys.exit(f"attributes, objects, tags: {counts[0]}, and after a round trip {counts[1]}")
    said.append("%d attributes, %d objects, %d tags" % counts[0])
print("; ".join(said) + "; the same after a round trip")
