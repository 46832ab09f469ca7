"""Whether all of an organization arrives elsewhere."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from clm.lib import clock
from clm.transfer.registry import tables
from clm.transfer.snapshot import Snapshot
from slas.models import StaleHour
from slas.rollups import roll_up
from tests.cast import Cast
from tests.clm.transfer.beside import furnish_beside
from tests.clm.transfer.house import elsewhere, exported, imported, members_of, rows, seal

# What the import itself does: its entry, its event, the job it cancels, the mail it holds, the link it prints.
ADDED_TO = {"audit.ledgerentry", "audit.transition", "events.outboxevent", "account.emailaddress"}
CHANGED = {"audit.chainhead", "jobs.job", "notify.notification", "notify.letter"}


class _Within(Snapshot):
    """The database as the test's own transaction sees it, which another connection does not."""

    def __init__(self) -> None:
        self._connection = connection

    def __enter__(self) -> Snapshot:
        self.at = clock.now()
        return self

    def __exit__(self, *_problem: object) -> None:
        """The transaction goes on."""


def check_every_table(cast: Cast, folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same of an organization that was loaded within the test's transaction, with rows of every table: those that
    it lacks are furnished. Of its samples a few are enough."""
    for module in ("packing", "opening"):
        monkeypatch.setattr(f"clm.transfer.{module}.Snapshot", _Within)
    furnish_beside(cast)
    roll_up(StaleHour.objects.order_by("pk").values_list("indicator_id", flat=True)[:1])
    seal(cast.organization)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM slas_sample WHERE ctid NOT IN (SELECT ctid FROM slas_sample LIMIT 500)")
        cursor.execute("SET LOCAL session_replication_role = origin")
    check_round_trip(cast.organization.slug, folder, settings)
    arrived = members_of(folder / "again.zip")
    assert [table.label for table in tables() if not rows(arrived, table.label)] == []


def check_round_trip(slug: str, folder: Path, settings: Any) -> str:
    """It leaves, arrives in an empty installation, and leaves again as it came; answers what the import said."""
    first = exported(slug, folder / "first.zip")
    elsewhere(settings, folder / "storage")
    said = imported(folder / "first.zip")
    again = exported(slug, folder / "again.zip")

    assert first.keys() - again.keys() == set()
    same = {name for name in first if name.startswith(("tables/", "documents/")) or name == "documents.csv"}
    same -= {f"tables/{label}.ndjson" for label in ADDED_TO | CHANGED}
    assert {name for name in same if first[name] != again[name]} == set()
    for label in ADDED_TO:
        arrived = {json.dumps(row) for row in rows(again, label)}
        assert [row for row in rows(first, label) if json.dumps(row) not in arrived] == []
    entries = len(rows(first, "audit.ledgerentry"))
    assert [row["event"] for row in rows(again, "audit.ledgerentry")[entries:]] == ["organization.imported"]
    _check_the_ledger(again, folder)
    return said


def _check_the_ledger(members: dict[str, bytes], folder: Path) -> None:
    """With what is in the archive, and nothing of ours."""
    for name in ("ledger.jsonl", "verify_export.py"):
        (folder / name).write_bytes(members[f"ledger/{name}"])
    head = json.loads(members["manifest.json"])["ledger"]
    command = [sys.executable, "verify_export.py", "ledger.jsonl", "--head", f"{head['sequence']}:{head['hash']}"]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (told.returncode, "holds, 0 withheld" in told.stdout) == (0, True), told.stdout
