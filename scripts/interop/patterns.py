"""OASIS's own grammar reads every pattern of STIX bundles; one error is a refusal."""
import json
import sys

from stix2patterns.validator import run_validator

patterns = {o["pattern"] for path in sys.argv[1:] for o in json.load(open(path, encoding="utf-8"))["objects"] if o.get("pattern_type") == "stix"}
bad = {p: e for p in sorted(patterns) if (e := run_validator(p, stix_version="2.1"))}
for pattern, errors in bad.items():
    print(pattern, errors)
print(f"{len(patterns) - len(bad)} of {len(patterns)} patterns")
sys.exit(1 if bad or not patterns else 0)
