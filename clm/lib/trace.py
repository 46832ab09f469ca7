"""How a number came about: the one form that every page, API answer and PDF shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from clm.lib.canonical import to_plain


@dataclass(frozen=True)
class Input:
    """A value that went in, with its unit and where it was read (a clause, a telemetry summary, another trace)."""

    name: str
    value: Any
    unit: str = ""
    source: str = ""
    url: str = ""


@dataclass(frozen=True)
class Step:
    """One intermediate value: what it is, the expression with the numbers in it, and the value."""

    label: str
    expression: str
    value: Any
    unit: str = ""


@dataclass(frozen=True)
class ClauseRef:
    """The sentence a number rests on: verbatim quote, clause number, and the exact version by id and content hash."""

    quote: str
    clause_number: str
    clause_id: str
    contract_id: str
    contract_reference: str
    version_id: str
    version_number: int
    content_hash: str


@dataclass(frozen=True)
class Trace:
    """A computed figure with everything needed to compute it again. Stored as JSON beside the figure."""

    title: str
    value: Any
    unit: str
    formula: str
    inputs: tuple[Input, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    clause: ClauseRef | None = None
    computed_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """JSON types only; decimals as strings."""
        plain: dict[str, Any] = to_plain(self)
        return plain
