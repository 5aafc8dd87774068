"""PyMISP loads our export; any error it raises is a refusal."""
import sys

from pymisp import MISPEvent

event = MISPEvent()
event.load_file(sys.argv[1])
again = MISPEvent()
again.from_json(event.to_json())
print(f"{len(event.attributes)} attributes, {len(event.objects)} objects, {len(event.tags)} tags, and again after a round trip")
