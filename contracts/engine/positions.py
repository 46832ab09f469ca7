"""What a clause says of the few things that contracts with one party must agree in: governing law, liability, payment,
exclusivity and renewal. Read from its sentences by their words; what is not said in such words is not found.

How often it is right is measured against the labels of experts: tests/contracts/engine/test_positions_cuad.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from contracts.engine.decisive_words import NUMBERS
from contracts.engine.places_of_law import PLACES

Topic = Literal["law", "cap", "waiver", "uncapped", "payment", "exclusivity", "renewal"]
LONGEST = 2500  # of a sentence so many signs are looked at


@dataclass(frozen=True, slots=True)
class Said:
    """`value` is what two contracts are compared by: a code or a name of a place, a number of days, an amount or a
    measure; empty where only that it is said counts. `text[start:end]` says it, in code points."""

    topic: Topic
    value: str
    start: int
    end: int


_END = re.compile(r"(?<=[a-z0-9)\]”\"])[.;](?=\s+[\"“(]?[A-Z0-9(])|\n\s*\n")


def positions_in(text: str) -> list[Said]:
    """In reading order."""
    return [said for start, end in sentences(text) for said in _read(text[start:end][:LONGEST], start, end)]


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Half-open spans of the sentences, without the blanks around them."""
    begin = 0
    for found in [*_END.finditer(text), None]:
        end = found.end() if found else len(text)
        part = text[begin:end]
        if part.strip():
            yield begin + len(part) - len(part.lstrip()), begin + len(part.rstrip())
        begin = end


def _read(sentence: str, start: int, end: int) -> Iterator[Said]:
    plain = " ".join(sentence.split())
    for topic, reader in _READERS.items():
        value = reader(plain)
        if value is not None:
            yield Said(topic, value, start, end)


# Governing law ------------------------------------------------------------------------------------------------------
_GOVERNED = re.compile(
    r"\b(?:governed|construed|interpreted|enforced|determined)\b.{0,160}?\b(?:law|laws|statutes)\b"
    r"|\b(?:law|laws)\b.{0,140}?\b(?:shall|will|to)\s+(?:exclusively\s+)?(?:govern|apply|control)\b"
    r"|\blaws? (?:of\b.{0,60}\b)?(?:applies|apply|governs?)\b"
    r"|\bgoverned by\b.{0,80}\blaws?\b|\bgoverning law\b|\bsubject to .{0,40}\blaws? of\b"
    r"|\bconstrued under\b.{0,60}\blaws?\b",
    re.IGNORECASE,
)
_LONGEST_FIRST = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(PLACES, key=len, reverse=True))
_PLACE = re.compile(rf"(?<![\w-])({_LONGEST_FIRST})(?![\w-])", re.IGNORECASE)
_CONFLICT = re.compile(r"\b(?:without|regardless|irrespective|excluding|notwithstanding|except|exclusive of)\b", re.I)


def _law(sentence: str) -> str | None:
    governed = _GOVERNED.search(sentence)
    if governed is None:
        return None
    tail = _CONFLICT.split(sentence[governed.start() :], maxsplit=1)[0]
    place = _PLACE.search(tail) or _PLACE.search(sentence)
    return PLACES[" ".join(place.group(1).casefold().split())] if place else None


# Liability ----------------------------------------------------------------------------------------------------------
_LIABILITY = re.compile(
    r"\b(?:liab(?:le|ility|ilities)|responsib(?:le|ility)|damages|claims|obligation to indemnify)\b", re.I
)
_LIMIT = re.compile(
    r"\b(?:liabilit(?:y|ies)|responsibility|damages|losses|claims|indemnif\w+|obligations?|liable"
    r"|recover\w*)\b.{0,400}?"
    r"\b(?:exceeds?|exceeding|greater than|more than|in excess of|limited (?:solely |strictly )?to|capped at"
    r"|limited in)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"\bliab(?:le|ility|ilities)\b|\bdamages\b|\bmaximum\b.{0,40}\b(?:obligation|responsibility)", re.I
)
_NO_LIMIT = re.compile(
    r"\b(?:including|includes?|but|are|is)(?: but)?,? not limited(?: in any way)? to\b|\bnot be limited to\b", re.I
)
_DENIED = re.compile(r"\b(?:not|no|never|neither|nor|none|waives?|disclaims?|exclud\w+|limited)\b", re.I)
_INDIRECT = re.compile(
    r"\b(?:consequential|indirect|incidental|punitive|exemplary|lost profits?|loss of (?:\w+ )?profits?"
    r"|special(?=\W+(?:\w+\W+){0,4}damages))\b",
    re.IGNORECASE,
)
_EXCEPT = re.compile(
    r"\b(?:except|excepting|other than|save(?: for)?|with the exception of|excluding only"
    r"|provided,? (?:however,? )?that)\b",
    re.I,
)
_UNTOUCHED = re.compile(
    r"\b(?:limit\w*|exclu\w+|cap|foregoing|sections?|paragraph|article|clause|agreement|subsection"
    r"|sentences?)\b.{0,160}?"
    r"\b(?:shall|will|do(?:es)?|is|are|may) not (?:apply|limit|affect|be applicable|be limited|exclude|restrict"
    r"|cover|extend)\b"
    r"|\bnothing (?:in|contained|herein).{0,160}\b(?:limits?|excludes?|restricts?)\b"
    r"|\bexcluded from (?:th\w+|any) limit|\bunlimited liability|\bliab\w+ (?:\w+ ){0,4}(?:unlimited"
    r"|without limit\b)",
    re.IGNORECASE,
)
_OF_LIABILITY = re.compile(
    r"\blimit\w* (?:of|on|to|as to) (?:\w+\W+){0,3}(?:liab|damages)|\bliab(?:le|ility|ilities)\b", re.I
)
_STATUTE = re.compile(r"\b(?:states?|jurisdictions?|countries)\b.{0,60}\bdo(?:es)? not (?:allow|permit)", re.I)
_AMOUNT = re.compile(r"((?:US)?\$|€|£|USD|EUR|GBP|CHF)\s?(\d[\d,.]*\d|\d)(?:\s(million|thousand))?", re.I)
_MONTHS = re.compile(r"\b(\w+(?:-\w+)?)\s*(?:\(\d+\)\s*)?-?(month|year)s?\b", re.I)
_FEES = re.compile(r"\b(?:fees|amounts?|sums?|price|consideration|payments?|charges|paid|payable)\b", re.I)
SYMBOLS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP"}
TIMES = {"million": 1_000_000, "thousand": 1_000, "": 1}


def _cap(sentence: str) -> str | None:
    """The measure; empty where the text does not say it in words that are read."""
    plain = _NO_LIMIT.sub(" ", sentence)
    limit = _LIMIT.search(plain)
    if limit is None or not _SUBJECT.search(plain) or not _DENIED.search(plain):
        return None
    return _measure(plain[limit.end() :])


def _measure(tail: str) -> str:
    """An amount, so many months of fees, or the fees."""
    amount = _AMOUNT.search(tail)
    if amount:
        return _amount(amount)
    if not _FEES.search(tail):
        return ""
    months = _MONTHS.search(tail)
    count = number_in(months.group(1)) if months else None
    if months and count:
        return f"{count * (12 if months.group(2).lower() == 'year' else 1)} months of fees"
    return "fees"


def _amount(found: re.Match[str]) -> str:
    sign = found.group(1).upper()
    digits = found.group(2).replace(",", "").rstrip(".")
    try:
        value = Decimal(digits) * TIMES[(found.group(3) or "").lower()]
    except InvalidOperation:  # "1.000.000": compared as it is written
        return f"{SYMBOLS.get(sign, sign)} {digits}"
    return f"{SYMBOLS.get(sign, sign)} {value.normalize():f}"


def _waiver(sentence: str) -> str | None:
    """Indirect damages are not owed."""
    return "" if _INDIRECT.search(sentence) and _DENIED.search(sentence) and _LIABILITY.search(sentence) else None


def _uncapped(sentence: str) -> str | None:
    """What a limit does not hold for."""
    if _STATUTE.search(sentence):
        return None
    if _EXCEPT.search(sentence) and (_cap(sentence) is not None or _waiver(sentence) is not None):
        return ""
    return "" if _UNTOUCHED.search(sentence) and _OF_LIABILITY.search(sentence) else None


# Payment ------------------------------------------------------------------------------------------------------------
_PAY = re.compile(r"\b(?:pay|paid|payable|payment|invoices?|invoiced|remit)\b", re.I)
_DAYS = re.compile(
    r"\b(?:within|net|no later than|not later than"
    r"|in)\s+(\w+(?:-\w+)?)\s*(?:\((\d+)\)\s*)?(?:calendar\s+)?(business\s+)?days?\b"
    r"|\bnet\s+(\d{1,3})\b",
    re.IGNORECASE,
)
_INVOICE = re.compile(r"\b(?:invoices?|invoiced|billed|billing|statement|due date)\b", re.I)


def _payment(sentence: str) -> str | None:
    if not (_PAY.search(sentence) and _INVOICE.search(sentence)):
        return None
    for found in _DAYS.finditer(sentence):
        count = number_in(found.group(2) or found.group(1) or found.group(4) or "")
        if count and count <= 365:
            return f"{count} {'business days' if found.group(3) else 'days'}"
    return None


# Exclusivity --------------------------------------------------------------------------------------------------------
_EXCLUSIVE = re.compile(
    r"(?<![nN]on)(?<![nN][oO][nN][-\s])(?<![nN][oO][nN]-\s)(?<!not )\bexclusiv(?:e|ely|ity)\b", re.I
)
_GRANTS = re.compile(
    r"\b(?:grants?|granted|appoint\w*|exclusive (?:\S+ ){0,6}(?:rights?|licen[cs]e|distribut\w+|suppl\w+"
    r"|provider|reseller|agent|"
    r"representative|basis|territor\w+|period|manufactur\w+|source|partner|sponsor\w*)|exclusivity"
    r"|exclusively (?:from|to|with|through|for)|"
    r"purchase|sell|market)\b",
    re.IGNORECASE,
)
_NOT_THAT = re.compile(
    r"\bexclusive(?:ly)?,?\s+(?:jurisdiction|venue|remed|propert|own|and not|responsib|control|discretion|judge"
    r"|means|"
    r"forum|law|use\b|purpose|right,? title|benefit|title|proprietary)|\bexclusively (?:by|own|for the purpose"
    r"|vest)|\bremed(?:y|ies)\b|"
    r"\bjurisdiction of\b|\bvenue\b|\bcourts?\b|\bmutually exclusive\b|\bexclusive of\b"
    r"|\bright,? title,? and interest\b|"
    r"\bnot (?:evidence|create|an exclusive|exclusive|be exclusive|be deemed exclusive)\b"
    r"|\bworks? (?:made )?for hire\b",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"\b(?:shall|will|agrees?(?: to)?|may) not\b.{0,80}\b(?:from any (?:other|third)|any other (?:supplier"
    r"|distributor|manufacturer|"
    r"vendor|reseller|agent|provider))\b"
    r"|\b(?:purchase|buy|obtain|procure|source)\b.{0,60}\b(?:all|entire|100%)\b.{0,40}\brequirements\b"
    r"|\b(?:sole|only) (?:supplier|distributor|provider|reseller|licensee|manufacturer|sponsor)\b",
    re.IGNORECASE,
)


_OPEN_TO_OTHERS = re.compile(
    r"\bnon\W{0,2}exclusive(?:ly)?\b.{0,60}\b(?:basis|distribut\w+|suppl\w+|provider|reseller|agent|partner)", re.I
)


def _exclusivity(sentence: str) -> str | None:
    """`exclusive`, or `non-exclusive` where it is said that others may be chosen too."""
    if _NOT_THAT.search(sentence):
        return None
    if (_EXCLUSIVE.search(sentence) and _GRANTS.search(sentence)) or _ALONE.search(sentence):
        return "exclusive"
    return "non-exclusive" if _OPEN_TO_OTHERS.search(sentence) else None


# Renewal ------------------------------------------------------------------------------------------------------------
_OF_TERM = re.compile(r"\b(?:term|agreement|contract|period|it)\b", re.I)
_BY_ITSELF = re.compile(
    r"\b(?:automatic\w*|tacit(?:ly)?|deemed)\b(?:\W+\w+){0,8}?\W+(?:renew|exten|continu)\w*"
    r"|\b(?:renew|exten)\w*(?:\W+\w+){0,6}?\W+(?:automatic\w*|tacit(?:ly)?)\b"
    r"|\b(?:shall|will)(?:\W+\w+){0,3}?\W+(?:renew|exten)\w*\b.{0,160}\bunless\b"
    r"|\bcontinue\b.{0,120}\b(?:year[- ]to[- ]year|month[- ]to[- ]month|successive|thereafter"
    r"|indefinitely)\b.{0,160}\b(?:until|unless)\b",
    re.IGNORECASE,
)
_BY_CHOICE = re.compile(
    r"\b(?:renewed|renewable|extended|option to (?:renew|extend)|right to (?:\w+ )?(?:renew|extend)"
    r"|may (?:\w+ ){0,6}(?:renew|extend)|"
    r"renew|extend the term|extension)\b.{0,120}?\b(?:additional|further|successive|subsequent|one|two|three"
    r"|five|year|years|months|period|periods)\b",
    re.IGNORECASE,
)


def _renewal(sentence: str) -> str | None:
    if not _OF_TERM.search(sentence):
        return None
    if _BY_ITSELF.search(sentence):
        return "automatic"
    return "express" if _BY_CHOICE.search(sentence) else None


def number_in(word: str) -> int | None:
    """`thirty`, `30` and `forty-five`."""
    plain = word.casefold()
    if plain.isdecimal():
        return int(plain)
    if plain in NUMBERS:
        return int(NUMBERS[plain])
    parts = [NUMBERS.get(part, "") for part in plain.split("-")]
    return sum(map(int, parts)) if len(parts) == 2 and all(part.isdecimal() for part in parts) else None


_READERS: dict[Topic, Callable[[str], str | None]] = {
    "law": _law,
    "cap": _cap,
    "waiver": _waiver,
    "uncapped": _uncapped,
    "payment": _payment,
    "exclusivity": _exclusivity,
    "renewal": _renewal,
}
