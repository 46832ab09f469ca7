"""Published SLAs: their bands encoded for the engine, and the credit at each probe point."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from clm.lib.errors import DomainError
from clm.lib.rounding import round_to_places
from slas.engine.credit_tiers import Band, Proportion, credit_by_bands, credit_in_proportion, validate_bands
from tests.conformance.cases import Case, files_named, read_json

# A table with one of these cannot be read at all; other faults are drafting gaps that published texts do have.
UNREADABLE = {"band_empty", "band_out_of_range", "band_overlap", "credit_out_of_range"}


def cases(path: Path) -> Iterator[Case]:
    """For each row with bands: that they can be read, and each probe; for a formula: its worked example."""
    for file in files_named(path, "*.json"):
        document = read_json(file)
        for row in document["slas"] if isinstance(document, dict) else document:
            yield from _cases_of(row)


def _cases_of(row: dict[str, Any]) -> Iterator[Case]:
    bands = [_band(stated) for stated in row.get("bands") or ()]
    if bands:
        found = {problem.code for problem in validate_bands(bands, _decimal(row.get("target_percent")))}
        yield Case(f"{row['id']} bands", [], sorted(found & UNREADABLE))
    for probe in row.get("probe") or ():
        uptime = _decimal(probe["uptime"]) or Decimal(0)
        yield Case(f"{row['id']} at {uptime}", _decimal(probe["credit_percent"]), _credit_at(uptime, bands))
    if row.get("worked_example"):
        yield _worked_example(row)


def _credit_at(uptime: Decimal, bands: list[Band]) -> Decimal | str:
    try:
        return credit_by_bands(uptime, bands).percent
    except DomainError as refusal:
        return refusal.code


def _band(stated: dict[str, Any]) -> Band:
    below = _decimal(stated.get("below"))
    return Band(
        below=Decimal(100) if below is None else below,
        at_or_above=_decimal(stated.get("at_or_above")),
        credit_percent=_decimal(stated["credit_percent"]) or Decimal(0),
    )


def _worked_example(row: dict[str, Any]) -> Case:
    """The fraction of the fee, to as many decimals as the source prints."""
    example = row["worked_example"]
    printed = _decimal(example["expected_fraction"]) or Decimal(0)
    share = credit_in_proportion(
        Proportion(
            outage_minutes=_decimal(example["outage_minutes"]) or 0,
            scheduled_minutes=_decimal(example["scheduled_minutes"]) or 0,
            affected_ratio=_decimal(example.get("affected_ratio", 1)) or 0,
            multiplier=_decimal(example.get("multiplier", 1)) or 0,
        )
    )
    places = max(-int(printed.as_tuple().exponent), 0)
    return Case(f"{row['id']} worked example", printed, round_to_places(share.exact_percent / Fraction(100), places))


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
