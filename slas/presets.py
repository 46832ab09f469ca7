"""Published service levels as starting points: what was transcribed of each, its source, and the terms it gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from clm.lib.errors import Invalid, NotVisible
from slas.engine.credit_tiers import Band
from slas.terms import CommitmentTerms

FILE = Path(__file__).parent / "data" / "presets.json"


@dataclass(frozen=True)
class Preset:
    """`terms` are those that differ from the defaults; `stated` is the source's own wording of what has no column;
    `asks` names what the agreement leaves to its cover page: `target`, `credit_percent`."""

    key: str
    provider: str
    service: str
    kind: str
    target: Decimal | None
    bands: tuple[Band, ...]
    terms: Mapping[str, Any]
    stated: Mapping[str, str]
    exclusions: tuple[str, ...]
    source_url: str
    source_quality: str
    is_verified: bool
    asks: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.provider}: {self.service}"


@cache
def presets() -> Mapping[str, Preset]:
    """Every preset by key, in the file's order."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))["presets"]
    return {row["key"]: _preset(row) for row in rows}


def preset_named(key: str) -> Preset:
    """The preset, or NotVisible."""
    found = presets().get(key)
    if found is None:
        raise NotVisible()
    return found


def terms_from(
    preset: Preset,
    *,
    starts_on: date,
    name: str = "",
    target: Decimal | None = None,
    credit_percent: Decimal | None = None,
    **changes: Any,
) -> CommitmentTerms:
    """The terms of a preset. Raises Invalid `preset_incomplete` by field where the agreement leaves a figure open."""
    given = {"target": target, "credit_percent": credit_percent}
    missing = {asked: ["The agreement leaves this to its cover page."] for asked in preset.asks if given[asked] is None}
    if missing:
        raise Invalid("preset_incomplete", "The agreement leaves some figures open.", fields=missing)
    aimed = target if target is not None else preset.target
    bands = preset.bands
    if "credit_percent" in preset.asks and aimed is not None and credit_percent is not None:
        bands = (Band(below=aimed, at_or_above=None, credit_percent=credit_percent),)
    values = dict(preset.terms) | {"tiers": bands, "preset": preset.key} | changes
    label = name or f"{preset.provider} {preset.service}"[:160]
    return CommitmentTerms(name=label, target=aimed or Decimal(0), starts_on=starts_on, **values)


def _preset(row: Mapping[str, Any]) -> Preset:
    decimals = {"cap_window_percent", "minimum_credit_amount"}
    terms = {name: Decimal(value) if name in decimals else value for name, value in row["terms"].items()}
    return Preset(
        key=row["key"],
        provider=row["provider"],
        service=row["service"],
        kind=row["kind"],
        target=None if row["target"] is None else Decimal(row["target"]),
        bands=tuple(_band(*stated) for stated in row["bands"]),
        terms=terms,
        stated=row["stated"],
        exclusions=tuple(row["exclusions"]),
        source_url=row["source_url"],
        source_quality=row["source_quality"],
        is_verified=row["is_verified"],
        asks=tuple(row.get("asks", ())),
    )


def _band(below: str, at_or_above: str | None, credit_percent: str) -> Band:
    return Band(Decimal(below), None if at_or_above is None else Decimal(at_or_above), Decimal(credit_percent))
