"""Which text of a contract is in force when: the final texts in the order in which they take effect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FinalText:
    """A final version: it takes effect on `effective_on` in the contract's zone, and is known since `known_at`."""

    pk: UUID
    number: int
    effective_on: date
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """In force in [effective_on, until); without end where nothing follows. Of two texts that take effect on one day
    the later one counts, and the other is in force on no day."""

    text: FinalText
    until: date | None = None
    superseded_by: UUID | None = None


def periods(texts: Iterable[FinalText], known_at: datetime | None = None) -> list[Period]:
    """Each text with the days on which it is in force, the first first; with `known_at` as it was known at that
    instant: an amendment that takes effect backwards was not known before it became final."""
    known = [text for text in texts if known_at is None or text.known_at <= known_at]
    ordered = sorted(known, key=lambda text: (text.effective_on, text.number))
    pairs = pairwise(ordered)
    replaced = [Period(text, after.effective_on, after.pk) for text, after in pairs]
    return [*replaced, *(Period(text) for text in ordered[-1:])]


def in_force_on(day: date, found: Iterable[Period]) -> Period | None:
    """None before the first text takes effect."""
    begun = [period for period in found if period.text.effective_on <= day]
    return begun[-1] if begun else None
