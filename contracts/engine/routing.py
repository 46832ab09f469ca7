"""Which steps of approval a text needs: the rows of a matrix held against the facts of a contract.

A row holds where all its conditions hold; one without conditions always does. What is not known counts as what has to
be asked about: a value that is missing, or in another currency than the threshold, is over every threshold; a
contract without a value, and so without a currency, is in every currency; a counterparty whose country is not known is
in every country (each is said in the reasons). Risk counts as if the worst were true of what is not known of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from contracts.engine.risk import BANDS


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. `origins` and `departure` have the words of `contracts.models.approval`; `departure` is
    empty, "any" or "grave". Ids are text; `countries` has an empty one for each that is not known. `risk` is the band
    of contracts/engine/risk.py of exactly this text, with its score; empty where no rule looks at it."""

    amount: Decimal | None = None
    currency: str = ""
    category: str = ""
    origin: str = "none"
    departure: str = ""
    lacks_mandatory: bool = False
    parties: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    department: str = ""
    tags: frozenset[str] = frozenset()
    is_confidential: bool = False
    risk: str = ""
    risk_score: int | None = None

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Facts:
        """What `as_json` wrote, by whatever version of it."""
        amount = kept.get("amount")
        return cls(
            amount=None if amount is None else Decimal(amount),
            parties=frozenset(kept.get("parties", ())),
            countries=frozenset(kept.get("countries", ())),
            tags=frozenset(kept.get("tags", ())),
            **{name: kept[name] for name in _PLAIN if name in kept},
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "amount": None if self.amount is None else str(self.amount),
            "currency": self.currency,
            "category": self.category,
            "origin": self.origin,
            "departure": self.departure,
            "lacks_mandatory": self.lacks_mandatory,
            "parties": sorted(self.parties),
            "countries": sorted(self.countries),
            "department": self.department,
            "tags": sorted(self.tags),
            "is_confidential": self.is_confidential,
            "risk": self.risk,
            "risk_score": self.risk_score,
        }


_PLAIN = (
    "currency", "category", "origin", "departure", "lacks_mandatory", "department", "is_confidential", "risk",
    "risk_score",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Conditions:
    """Empty ones do not count. An amount holds from `value_from` on and below `value_below`, both in `currency`, which
    without them is a condition of its own."""

    value_from: Decimal | None = None
    value_below: Decimal | None = None
    currency: str = ""
    categories: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    departure: str = ""
    lacks_mandatory: bool = False
    parties: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    is_confidential: bool = False
    risk: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a step asks: `kind` is person, role or team, `key` the id or the role; `needs` is one, all or some (then
    `count`)."""

    kind: str
    key: str
    needs: str = "one"
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    name: str
    conditions: Conditions
    stage: int
    asked: Asked
    hours: int | None = None
    remind_hours: int | None = None
    escalate_to: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row holds: codes with what they are about, in the order of the conditions; none: it always does."""

    row: str
    name: str
    because: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        return {"rule": self.row, "name": self.name, "because": [list(pair) for pair in self.because]}


@dataclass(frozen=True, slots=True)
class Step:
    """Rows that ask the same of the same people at the same stage are one step: under the first one's name, with the
    times and the escalation of the one that allows the least."""

    stage: int
    name: str
    asked: Asked
    hours: int | None
    remind_hours: int | None
    escalate_to: tuple[str, str]
    reasons: tuple[Reason, ...] = field(default=())


def route(rows: Iterable[Row], facts: Facts) -> list[Step]:
    """The steps in the order of their stages, and within a stage of the rows."""
    found: dict[tuple[int, Asked], list[tuple[Row, Reason]]] = {}
    for row in rows:
        because = why(row.conditions, facts)
        if because is not None:
            found.setdefault((row.stage, row.asked), []).append((row, Reason(row.key, row.name, tuple(because))))
    steps = [_merged(stage, asked, held) for (stage, asked), held in found.items()]
    return sorted(steps, key=lambda step: step.stage)


def _merged(stage: int, asked: Asked, held: list[tuple[Row, Reason]]) -> Step:
    rows = [row for row, _reason in held]
    timed = min(rows, key=lambda row: (row.hours is None, row.hours or 0))
    return Step(
        stage=stage,
        name=rows[0].name,
        asked=asked,
        hours=timed.hours,
        remind_hours=timed.remind_hours,
        escalate_to=timed.escalate_to,
        reasons=tuple(reason for _row, reason in held),
    )


def why(conditions: Conditions, facts: Facts) -> list[tuple[str, str]] | None:
    """What makes the conditions hold, one pair of code and detail for each that counts; None where one does not."""
    found = []
    for reason in (*_of_the_text(conditions, facts), *_of_the_contract(conditions, facts)):
        if reason is None:
            return None
        found.append(reason)
    return found


Found = Iterator["tuple[str, str] | None"]


def _of_the_text(conditions: Conditions, facts: Facts) -> Found:
    """For each condition that counts what makes it hold, None where it does not."""
    if conditions.value_from is not None or conditions.value_below is not None:
        yield _value(conditions, facts)
    elif conditions.currency:
        yield _currency(conditions, facts)
    if conditions.categories:
        yield _among("category", facts.category, conditions.categories)
    if conditions.origins:
        yield _among("origin", facts.origin, conditions.origins)
    if conditions.departure:
        holds = facts.departure in ("grave", conditions.departure)
        yield ("departure", facts.departure) if holds else None
    if conditions.lacks_mandatory:
        yield ("lacks_mandatory", "") if facts.lacks_mandatory else None
    if conditions.risk:
        yield _risk(conditions, facts)


def _of_the_contract(conditions: Conditions, facts: Facts) -> Found:
    if conditions.parties:
        yield _common("party", facts.parties, conditions.parties)
    if conditions.countries:
        unknown = ("country_unknown", "") if "" in facts.countries or not facts.countries else None
        yield _common("country", facts.countries, conditions.countries) or unknown
    if conditions.departments:
        yield _among("department", facts.department, conditions.departments)
    if conditions.tags:
        yield _common("tag", _folded(facts.tags), _folded(conditions.tags))
    if conditions.is_confidential:
        yield ("confidential", "") if facts.is_confidential else None


def _value(conditions: Conditions, facts: Facts) -> tuple[str, str] | None:
    """An unknown value is over every threshold: from any amount on, and never below one."""
    if facts.amount is None or facts.currency != conditions.currency:
        code = "value_missing" if facts.amount is None else "value_other_currency"
        return (code, facts.currency) if conditions.value_below is None else None
    if conditions.value_from is not None and facts.amount < conditions.value_from:
        return None
    if conditions.value_below is not None and facts.amount >= conditions.value_below:
        return None
    if conditions.value_from is None:
        return "value_below", f"{conditions.value_below} {conditions.currency}"
    return "value_from", f"{conditions.value_from} {conditions.currency}"


def _currency(conditions: Conditions, facts: Facts) -> tuple[str, str] | None:
    """A currency that is not known is every one."""
    if not facts.currency:
        return "currency_unknown", ""
    return _among("currency", facts.currency, frozenset({conditions.currency}))


def _risk(conditions: Conditions, facts: Facts) -> tuple[str, str] | None:
    """From the band on."""
    if facts.risk and BANDS.index(facts.risk) < BANDS.index(conditions.risk):
        return None
    return "risk", facts.risk


def _folded(tags: frozenset[str]) -> frozenset[str]:
    """Tags are the same however they are written."""
    return frozenset(" ".join(tag.split()).casefold() for tag in tags)


def _among(code: str, value: str, wanted: frozenset[str]) -> tuple[str, str] | None:
    return (code, value) if value in wanted else None


def _common(code: str, values: frozenset[str], wanted: frozenset[str]) -> tuple[str, str] | None:
    both = sorted(values & wanted)
    return (code, ",".join(both)) if both else None
