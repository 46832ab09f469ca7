"""Words that decide what an English clause says: one of them more, fewer or in place of another turns it, however like
the texts are. Data alone; `contracts/engine/decisive.py` reads it. Another language is another table.

Chosen from what lawyers read a redline for: denials, exceptions, conditions, what somebody may instead of must, mere
aims, figures with their units, and who of the two sides it is. What is equal in force ("shall", "must", "will") is in
none of them."""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Added or left out they count, and so does one that another kind of word stands for; within a kind they are equal
# ("never" for "not").
KINDS: Mapping[str, frozenset[str]] = {
    "denial": _words("not no never none nor neither nothing nobody nowhere cannot hardly scarcely lack lacks absence"),
    "exception": _words(
        "without except excepting exception exceptions exclude excludes excluded excluding exclusion exclusions unless"
        " notwithstanding save unlimited despite"
    ),
    "condition": _words("if until only solely merely exclusively insofar"),
    "permission": _words("may might can could should would optional optionally discretion option"),
    "aim": _words(
        "effort efforts endeavour endeavours endeavor endeavors aim aims intend intends intended expect expects"
        " expected strive strives seek seeks try tries attempt attempts"
    ),
    "release": _words(
        "waive waives waived waiver void disclaim disclaims disclaimed disclaimer inapplicable unenforceable suspended"
        " released discharged omitted deleted"
    ),
}
# What several words say together, and none of them alone: by what they are compared, and the kind. Numbers and units
# stand as they are compared ("1", "day"). A list that is only begun ("including, without limitation,") is the same, and
# "may not" forbids.
PHRASES: Mapping[str, tuple[str, str]] = {
    **{
        f"{word}{comma} {rest}": (word, "")
        for word in ("include", "includes", "including")
        for comma in ("", " ,")
        for rest in (
            "without limitation ,", "without limitation", "but not limited to", "but is not limited to",
            "but are not limited to",
        )
    },
    **{
        f"{kind} {unit}": (f"business {unit}", f"figure business {unit}")
        for kind in ("business", "working")
        for unit in ("day", "hour")
    },
    **{phrase: (phrase, "") for phrase in ("at once", "1 another", "1 or more")},
    "may not": ("may not", "denial"),
    "other than": ("other than", "exception"),
    **{
        phrase: (phrase, "condition")
        for phrase in (
            "subject to", "provided that", "provided , that", "provided however that", "provided , however , that",
            "to the extent", "in the event", "in case", "so long as", "as long as",
        )
    },
}  # fmt: skip
# Equal in force, and nothing by themselves; named beside a word above that stands in their place.
DUTIES = frozenset({"shall", "must", "will"})
# One in place of the other.
OPPOSITES: tuple[tuple[str, str], ...] = (
    ("and", "or"), ("least", "most"), ("minimum", "maximum"), ("more", "less"), ("more", "fewer"), ("before", "after"),
    ("above", "below"), ("over", "under"), ("include", "exclude"), ("includes", "excludes"), ("with", "without"),
    ("including", "excluding"), ("prior", "subsequent"), ("earlier", "later"), ("lower", "higher"), ("all", "some"),
    ("greater", "lesser"), ("greater", "less"), ("limited", "unlimited"), ("direct", "indirect"), ("both", "neither"),
    ("accept", "reject"), ("same", "different"), ("first", "last"), ("increase", "decrease"), ("any", "some"),
    ("always", "sometimes"), ("permitted", "prohibited"), ("jointly", "severally"), ("mutual", "unilateral"),
)  # fmt: skip
PREFIXES = ("un", "non", "non-", "in", "im", "ir", "il", "dis")  # "valid", "invalid"
LEAST_STEM = 5  # letters: "side" and "inside" are not each other's opposite
# Who a sentence is about: one in place of another that the position speaks of, too.
SIDES = _words(
    "provider customer supplier client vendor purchaser buyer seller licensor licensee discloser recipient disclosing"
    " receiving controller processor subprocessor landlord tenant lessor lessee lender borrower employer employee"
    " contractor subcontractor principal agent company consultant publisher distributor user subscriber"
)
# Under such a heading the words below are not agreed.
VOID_HEADINGS = _words("omitted deleted reserved void inapplicable unused removed superseded not")

_UP_TO_TWENTY = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_TENS = ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NUMBERS: Mapping[str, str] = {
    **{word: str(value) for value, word in enumerate(_UP_TO_TWENTY)},
    **{word: str(value) for value, word in zip(range(30, 100, 10), _TENS, strict=True)},
    "hundred": "100", "thousand": "1000", "million": "1000000", "billion": "1000000000", "dozen": "12", "half": "0.5",
    "once": "once", "single": "once", "twice": "twice", "double": "twice", "thrice": "thrice", "triple": "thrice",
}  # fmt: skip
# Days are calendar days where the text does not say otherwise: "calendar" is none of them.
UNITS: Mapping[str, str] = {
    "%": "%", "percent": "%", "cent": "%", "percentage": "%", "minute": "minute", "hour": "hour", "hourly": "hour",
    "day": "day", "daily": "day", "week": "week", "weekly": "week", "month": "month", "monthly": "month",
    "quarter": "quarter", "quarterly": "quarter", "year": "year", "yearly": "year", "annual": "year",
    "annually": "year", 
    "$": "USD", "usd": "USD", "dollar": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "£": "GBP", "gbp": "GBP",
    "pound": "GBP", "¥": "JPY", "jpy": "JPY", "yen": "JPY", "chf": "CHF", "franc": "CHF",
}  # fmt: skip
QUALIFIERS = frozenset({"business", "working", "calendar"})  # between a number and its unit
# A number behind one of them is the name of a place, which each contract has of its own.
PLACES = _words(
    "section sections clause clauses article articles paragraph paragraphs annex annexes exhibit exhibits schedule"
    " schedules appendix appendices attachment attachments chapter chapters part parts item items § §§"
)
BETWEEN_PLACES = frozenset({"and", "or", "to", "through", ",", "(", ")", ".", "-", "–", "/"})
