"""When a termination takes effect at the earliest, and which clauses say that they go on afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from clm.lib.business_days import BusinessDays
from clm.lib.errors import Invalid
from clm.lib.months import add_months
from clm.lib.trace import Input, Step, Trace

DAYS, BUSINESS_DAYS, MONTHS = "days", "business_days", "months"
# A sentence that says so: "survives", not "the surviving corporation"; "remain in force after termination".
_SAYS = re.compile(
    r"\bsurviv(?:e|es|ed|al)\b"
    r"|\bsurviving\s+(?:the\s+)?(?:terminat|expir|provision|clause|obligation|section)"
    r"|\b(?:remain|continue)s?\s+in\s+(?:full\s+)?(?:force|effect)\b[^.]{0,80}\b(?:terminat|expir)"
    r"|\b(?:terminat|expir)[^.]{0,80}\b(?:remain|continue)s?\s+in\s+(?:full\s+)?(?:force|effect)\b"
    r"|\bfortbesteh\w*|\bfortgelt\w*|\büberdauer\w*|\bg[ei]lte?n?\b[^.]{0,80}\bfort\b"
    r"|\bbleib(?:t|en)\b[^.]{0,80}\b(?:bestehen|in Kraft|wirksam)\b",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:no|none|neither|never)\b[^.]{0,60}\bsurviv|\bnot\s+(?:\w+\s+)?surviv|\bnot\s+be\s+deemed\s+to\s+survive",
    re.IGNORECASE,
)
# The end of a sentence: a full stop before a capital, but none of an abbreviation.
_END = re.compile(
    r"(?<!\bSec)(?<!\bSecs)(?<!\bArt)(?<!\bNo)(?<!\bNr)(?<!\bPara)(?<!\bZiff)(?<!\bInc)(?<!\bLtd)\.\s+(?=[A-ZÄÖÜ])"
)
_ONE = r"\d+(?:\.\d+)*(?:\s*\([a-z0-9]{1,4}\))*"
_WORD = (
    r"(?:sections?|secs?\.?|clauses?|articles?|art\.|paragraphs?|subsections?|ziff(?:ern?|\.)|§§?|abschnitte?n?|nrn?\.)"
)
_LIST = re.compile(
    rf"(?:{_WORD}|:)\s*({_ONE}(?:\s*(?:,|;|and|or|und|oder|&|through|to|bis|–|-)+"
    rf"\s*(?:and\s+|und\s+)?(?:{_WORD}\s*)?{_ONE})*)"
    r"(?!\s+(?:of|der|des)\s+the\s+(?!Agreement|Contract)[A-Z])",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"(\d+(?:\.\d+)*)\s*(?:\([^)]*\)\s*)*(?:through|to|bis|–|-)\s*(?:[A-Za-z§.]+\s*)?(\d+(?:\.\d+)*)", re.IGNORECASE
)
_EXCEPT = re.compile(
    r"\b(?:excluding|except|other\s+than|with\s+the\s+exception|ausgenommen|außer)\b.*", re.IGNORECASE | re.DOTALL
)
_NUMBER = re.compile(r"\d+(?:\.\d+)*")


@dataclass(frozen=True)
class Part:
    """A clause: its number as it stands, and its words."""

    key: str
    number: str
    text: str


def earliest_end(notice_on: date, length: int, unit: str, business_days: BusinessDays) -> Trace:
    """The first day on which the contract may be over: the day on which notice was given is not counted, so that notice
    of 30 days given on 1 March ends a contract with 31 March, its first day without being 1 April."""
    last = _last_day(notice_on, length, unit, business_days)
    try:
        first = last + timedelta(days=1) if length else notice_on
    except OverflowError as beyond:
        raise Invalid("date_out_of_range", "The notice period leaves the calendar.") from beyond
    return Trace(
        title="Ends at the earliest on",
        value=first,
        unit="date",
        formula="the day after the last day of the notice period, whose first day is the one after notice was given",
        inputs=(Input("notice given on", notice_on), Input("notice period", length, unit.replace("_", " "))),
        steps=(Step("last day of the notice period", f"{notice_on} + {length} {unit.replace('_', ' ')}", last),),
    )


def _last_day(notice_on: date, length: int, unit: str, business_days: BusinessDays) -> date:
    if unit == MONTHS:
        return add_months(notice_on, length)
    if unit == BUSINESS_DAYS:
        return business_days.forward(notice_on, length)
    try:
        return notice_on + timedelta(days=length)
    except OverflowError as beyond:
        raise Invalid("date_out_of_range", "The notice period leaves the calendar.") from beyond


def surviving(parts: Iterable[Part]) -> list[str]:
    """Keys of the clauses that a sentence about survival stands in, and of those that it names by number, in the order
    of the text. Ranges are named whole; of a clause that has its words in sub-clauses alone they are named. Found by
    words: whoever relies on it reads the text."""
    known = [(part, _plain(part.number)) for part in parts]
    named: set[str] = set()
    saying: set[str] = set()
    for part, _number in known:
        sentences = [each for each in _END.split(part.text) if _SAYS.search(each) and not _DENIES.search(each)]
        if sentences:
            saying.add(part.key)
        for sentence in sentences:
            named |= _numbers(_EXCEPT.sub("", sentence), [number for _part, number in known])
    whole = {number for _part, number in known}
    return [
        part.key
        for part, number in known
        if part.key in saying or number in named or any(_is_below(number, each) for each in named - whole)
    ]


def _plain(number: str) -> str:
    """7 of "Section 7." and of "§ 7"; empty where a clause has no number."""
    found = _NUMBER.search(number)
    return found.group() if found else ""


def _numbers(sentence: str, known: Sequence[str]) -> set[str]:
    """The numbers that lists after "Sections" or a colon name, and those of the text between the ends of a range."""
    found: set[str] = set()
    for listed in _LIST.findall(sentence):
        found |= set(_NUMBER.findall(re.sub(r"\([^)]*\)", "", listed)))
        for first, last in _SPAN.findall(listed):
            found |= {number for number in known if number and _order(first) <= _order(number) <= _order(last)}
    return found


def _order(number: str) -> list[int]:
    return [int(each) for each in number.split(".")]


def _is_below(number: str, above: str) -> bool:
    return number.startswith(f"{above}.")
