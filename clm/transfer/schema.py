"""In which form the tables are: the migrations that made them."""

from __future__ import annotations

from clm.transfer.registry import tables
from clm.transfer.snapshot import Snapshot


def schema_of(snapshot: Snapshot) -> dict[str, list[str]]:
    """The migrations that were applied, of the apps whose tables travel."""
    labels = sorted({table.model._meta.app_label for table in tables()})
    rows = snapshot.rows("SELECT app, name FROM django_migrations WHERE app = ANY(%s) ORDER BY app, name", [labels])
    found: dict[str, list[str]] = {}
    for app, name in rows:
        found.setdefault(app, []).append(name)
    return found
