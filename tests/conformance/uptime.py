"""Real status changes in, down seconds per service and full UTC month out."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from slas.engine.uptime import StateChange, Status, Telemetry, uptime_quantities
from slas.engine.windows import Window, window_at
from tests.conformance.cases import Case, files_named, read_json

EXPECTED = "expected_months.json"


def cases(path: Path) -> Iterator[Case]:
    """One case per service and month of each folder that has checks and expected months."""
    start = path.parent if path.is_file() else path
    for expected in files_named(start, EXPECTED):
        changes = read_changes(expected.with_name("checks.csv"))
        for row in read_json(expected):
            name = f"{expected.parent.name} {row['service']} {row['month']}"
            yield Case(name, _expected(row), _measured(changes.get(row["service"]), row["month"]))


def read_changes(path: Path) -> dict[str, list[StateChange]]:
    """The states of each service in the file's order; a status that is none of ours is unknown."""
    changes: defaultdict[str, list[StateChange]] = defaultdict(list)
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            changes[row["service"]].append(StateChange(_instant(row["checked_at"]), _status(row["status"])))
    return changes


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text.strip())
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _status(text: str) -> Status:
    known = {status.value: status for status in Status}
    return known.get(text.strip().lower(), Status.UNKNOWN)


def _expected(row: dict[str, object]) -> dict[str, int]:
    return {key: int(str(row[key])) for key in ("total_seconds", "down_seconds") if key in row}


def _measured(changes: list[StateChange] | None, month: str) -> dict[str, object]:
    if changes is None:
        return {"error": "no such service in checks.csv"}
    window = month_window(month)
    quantities = uptime_quantities(window.interval, Telemetry(changes=changes))
    return {"total_seconds": quantities.total, "down_seconds": quantities.bad}


def month_window(month: str) -> Window:
    return window_at("month", "UTC", datetime.fromisoformat(f"{month}-01").replace(tzinfo=UTC))
