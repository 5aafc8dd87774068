"""Answers for TestPhonesAreReadAsPythonPhonenumbersReadsThem, by Debian's python3-phonenumbers.

plans     prints a line for each region: its name and the text of its numbering plan.
numbers   reads "REGION NUMBER" lines and prints what the library says of each: error, or E.164, valid, type.
"""
import sys

import phonenumbers
from phonenumbers import PhoneMetadata, phonenumberutil

KINDS = ["general_desc", "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager", "uan", "voicemail"]


def desc(d, general):
    if d is None or d.national_number_pattern in (None, "NA"):
        return "-"
    lengths = ",".join(str(n) for n in d.possible_length or general.possible_length if n > 0)
    local = ",".join(str(n) for n in d.possible_length_local_only if n > 0)
    return d.national_number_pattern + " " + lengths + " " + local


def plan(m):
    rule = (m.national_prefix_transform_rule or "").replace("\\", "$")
    return "\t".join([desc(getattr(m, k), m.general_desc) for k in KINDS] + [m.international_prefix or "", m.national_prefix_for_parsing or "", rule, m.leading_digits or ""])


def plans():
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        print(region + "\t" + plan(PhoneMetadata.metadata_for_region(region)))
    for code in sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS):
        print("001-%d\t%s" % (code, plan(PhoneMetadata.metadata_for_nongeo_region(code, None))))


def numbers():
    out = []
    for line in sys.stdin:
        region, number = line.split()
        try:
            n = phonenumbers.parse(number, region)
        except phonenumberutil.NumberParseException:
            out.append("error")
            continue
        valid = phonenumbers.is_valid_number(n)
        out.append("%s %d %d" % (phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.E164), valid, phonenumbers.number_type(n) if valid else -1))
    print("\n".join(out))


if sys.argv[1] == "plans":
    print(phonenumbers.__version__)
    plans()
else:
    numbers()
