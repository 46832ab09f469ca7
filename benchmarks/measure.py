"""Timing without ceremony: percentiles of repeated calls, rates of one call, and the table that is printed."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import django
from django.db import connection

LAST = Path(__file__).with_name("RESULTS.md")
HEAD = (
    "# Last measured\n\n`make bench ARGS=--write` measures again, `make bench ARGS='--write redlines'` one section.\n"
)


@dataclass
class Table:
    """Sections of rows (what, figure, unit, beside): `beside` is the peer or the limit measured in the same run."""

    sections: dict[str, list[tuple[str, str, str, str]]] = field(default_factory=dict)

    def begin(self, section: str) -> None:
        """The rows that follow are of this section."""
        self.sections[section] = []

    def add(self, what: str, figure: float, unit: str, beside: str = "") -> None:
        if not self.sections:
            self.begin("all")
        next(reversed(self.sections.values())).append((what, _shown(figure), unit, beside))
        print(f"{what:<58} {_shown(figure):>12} {unit:<12} {beside}", flush=True)

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        return [row for rows in self.sections.values() for row in rows]

    def keep(self, order: Sequence[str], last: Path = LAST) -> None:
        """The sections as the last measured ones, in `order`; those that were not measured stay as they are."""
        found = last.read_text().split("\n## ")[1:] if last.exists() else []
        kept = {text.partition("\n")[0]: text.partition("\n")[2].strip() for text in found}
        for section, rows in self.sections.items():
            lines = ["| what | figure | unit | beside |", "|---|---:|---|---|"]
            lines += [f"| {what} | {figure} | {unit} | {beside} |" for what, figure, unit, beside in rows]
            kept[section] = "\n".join([f"{_when_and_where()}.", "", *lines])
        parts = [f"## {section}\n{kept[section]}\n" for section in order if section in kept]
        last.write_text("\n".join([HEAD, *parts]))


def _when_and_where() -> str:
    """The day, cores and versions; nothing that names the machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        server = cursor.fetchone()[0]
    machine = f"{os.cpu_count()} cores, {platform.machine()}"
    versions = f"Python {platform.python_version()}, Django {django.get_version()}, PostgreSQL {server}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {machine}, {versions}"


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def percentiles(work: Callable[[], object], *, times: int = 40, warm_up: int = 3) -> tuple[float, float]:
    """p50 and p95 of a call in milliseconds."""
    for _ in range(warm_up):
        work()
    taken = sorted(seconds(work) * 1000 for _ in range(times))
    return _at(taken, 0.50), _at(taken, 0.95)


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _shown(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:,.1f}"
