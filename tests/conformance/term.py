"""Term, renewal and notice dates against the term engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from clm.lib.business_days import BusinessDays
from clm.lib.errors import DomainError
from contracts.engine.terms import NoticePeriod, Renewal, Roll, TermRules, term_status
from tests.conformance.cases import Case, files_named, read_json

ROLLS = {"preceding": Roll.PRECEDING, "following": Roll.FOLLOWING, None: Roll.NONE}
LENGTHS = ("days", "months", "business_days")


def cases(path: Path) -> Iterator[Case]:
    """One case per row of every JSON file."""
    for file in files_named(path, "*.json"):
        document = read_json(file)
        for row in document["cases"] if isinstance(document, dict) else document:
            expected = row["expected"]
            answer = answer_to(row)
            got = {key: answer.get(key) for key in expected} if "error" not in answer else answer
            yield Case(str(row["id"]), expected, got, bool(row.get("contested")))


def answer_to(row: dict[str, Any]) -> dict[str, Any]:
    """The engine's answer in the words of the case."""
    holidays = frozenset(date.fromisoformat(day) for day in row.get("holidays") or ())
    try:
        status = term_status(_rules(row), date.fromisoformat(row["as_of"]), BusinessDays(holidays))
    except DomainError as refusal:
        return {"error": refusal.code}
    except ValueError as unread:
        return {"error": f"unreadable: {unread}"}
    return {
        "status": status.status.value,
        "term_number": status.term_number,
        "term_start": status.term_start.isoformat(),
        "term_end": status.term_end.isoformat(),
        "notice_deadline": _iso(status.notice_deadline),
        "next_renewal_on": _iso(status.next_renewal_on),
    }


def _rules(row: dict[str, Any]) -> TermRules:
    return TermRules(
        start=date.fromisoformat(row["start"]),
        initial_months=row.get("initial_months") or 0,
        renewal=Renewal(row["renewal"]),
        renewal_months=row.get("renewal_months"),
        max_renewals=row.get("max_renewals"),
        notice=_notice(row.get("notice")),
        renewals_agreed=row.get("renewals_agreed") or 0,
        notice_given_for_term=row.get("notice_given_for_term"),
        initial_days=row.get("initial_days") or 0,
        renewal_days=row.get("renewal_days") or 0,
        terminated_on=date.fromisoformat(row["terminated_on"]) if row.get("terminated_on") else None,
    )


def _notice(stated: dict[str, Any] | None) -> NoticePeriod | None:
    if not stated:
        return None
    roll = stated.get("roll")
    lengths = {unit: stated[unit] for unit in LENGTHS if stated.get(unit) is not None}
    return NoticePeriod(roll=ROLLS.get(roll) or Roll(str(roll)), clear_days=bool(stated.get("clear_days")), **lengths)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
