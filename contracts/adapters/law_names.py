"""Names of countries and of their parts, as sheets have them, and their codes by ISO 3166."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

# ISO 3166-2:US (2020), the states and the federal district.
_STATES = """AL Alabama;AK Alaska;AZ Arizona;AR Arkansas;CA California;CO Colorado;CT Connecticut;
DE Delaware;FL Florida;GA Georgia;
HI Hawaii;ID Idaho;IL Illinois;IN Indiana;IA Iowa;KS Kansas;KY Kentucky;LA Louisiana;ME Maine;MD Maryland;
MA Massachusetts;MI Michigan;MN Minnesota;MS Mississippi;MO Missouri;MT Montana;NE Nebraska;NV Nevada;NH New Hampshire;
NJ New Jersey;NM New Mexico;NY New York;NC North Carolina;ND North Dakota;OH Ohio;OK Oklahoma;OR Oregon;PA Pennsylvania;
RI Rhode Island;SC South Carolina;SD South Dakota;TN Tennessee;TX Texas;UT Utah;VT Vermont;VA Virginia;WA Washington;
WV West Virginia;WI Wisconsin;WY Wyoming;DC District of Columbia"""
# ISO 3166-2:CA and -2:GB, those whose courts and statutes contracts name.
_OTHERS = """CA-AB Alberta;CA-BC British Columbia;CA-MB Manitoba;CA-NB New Brunswick;CA-NS Nova Scotia;CA-ON Ontario;
CA-QC Quebec;CA-SK Saskatchewan;GB-ENG England;GB-EAW England and Wales;GB-SCT Scotland;GB-WLS Wales;
GB-NIR Northern Ireland"""
_USUAL = {
    "people's republic of china": "CN", "prc": "CN", "usa": "US", "united states of america": "US", "uk": "GB",
    "great britain": "GB", "england; wales": "GB-EAW", "hong kong": "HK", "the netherlands": "NL", "korea": "KR",
    "republic of korea": "KR", "czech republic": "CZ", "holland": "NL",
}  # fmt: skip
_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
# The country of that name is rarely meant beside a state of the same name: Georgia is asked about.
_UNSURE = frozenset({"georgia"})


@cache
def _names() -> dict[str, str]:
    codes = {f"US-{each.strip()[:2]}": each.strip()[3:] for each in _STATES.split(";")}
    found = {name.casefold(): code for code, name in codes.items()}
    for language in ("en", "de", "fr"):
        for code, name in Locale(language).territories.items():
            if re.fullmatch(r"[A-Z]{2}", str(code)):
                found.setdefault(str(name).casefold(), str(code))
    for each in re.findall(r"([A-Z]{2}-[A-Z]{2,3}) ([^;]+)", _OTHERS):
        found[each[1].strip().casefold()] = each[0]
    found |= _USUAL
    return {name: code for name, code in found.items() if name not in _UNSURE}


def law_code(said: str) -> str:
    """DE, US-NY and the like for a code or a name (`State of New York`, `Ontario, Canada`, `the laws of France`); empty
    where it is not known, or means two."""
    text = " ".join(said.split()).strip(" .")
    if _CODE.fullmatch(text.upper()):
        return text.upper()
    bare = re.sub(r"^(the )?(laws? of )?(the )?(state of |commonwealth of |province of )?(the )?", "", text.casefold())
    for part in (text.casefold(), bare, bare.partition(",")[0].strip()):
        if part in _names():
            return _names()[part]
    return ""
