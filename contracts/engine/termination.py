"""When a termination takes effect at the earliest, and which clauses say that they go on afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from clm.lib.business_days import BusinessDays
from clm.lib.errors import Invalid
from clm.lib.months import add_months
from clm.lib.trace import Input, Step, Trace

DAYS, BUSINESS_DAYS, MONTHS = "days", "business_days", "months"
_SURVIVES = re.compile(
    r"\b(?:surviv(?:e|es|ed|al|ing)|fortbesteh\w*|fortgelt\w*|gelten fort|gilt fort)\b", re.IGNORECASE
)
_SENTENCE = re.compile(r"[^.;]*(?:\.(?=\d)[^.;]*)*")
_NAMED = re.compile(
    r"\b(?:sections?|clauses?|articles?|paragraphs?|ziffern?|§§?|abschnitte?n?)\s*"
    r"((?:\d+(?:\.\d+)*)(?:\s*(?:,|and|or|und|oder|&)+\s*(?:and\s+)?\d+(?:\.\d+)*)*)",
    re.IGNORECASE,
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
    of the text. A named clause takes along nothing below it: whoever reads decides."""
    known = list(parts)
    named: set[str] = set()
    saying: set[str] = set()
    for part in known:
        for sentence in _SENTENCE.findall(part.text):
            if _SURVIVES.search(sentence):
                saying.add(part.key)
                named |= {number for found in _NAMED.findall(sentence) for number in _NUMBER.findall(found)}
    return [part.key for part in known if part.key in saying or part.number.strip(". ") in named]
