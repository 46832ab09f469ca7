"""Rows that wait for an instant, worked off one by one: none of them keeps the others waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import QuerySet

from clm.lib import clock

log = structlog.get_logger("clm.due")
LATER = timedelta(minutes=10)


@contextmanager
def one_due(row: QuerySet[Any], due: str, was: datetime | None, event: str) -> Iterator[None]:
    """The work on the one row whose `due` instant, which `was`, has come. Where it fails, or leaves the row due as it
    was, the row comes back later: else it would be the first again, and the others would never have their turn."""
    try:
        with transaction.atomic():
            yield
    except Exception:
        log.exception(event, ids=[str(pk) for pk in row.values_list("pk", flat=True)])
    row.filter(**{due: was}).update(**{due: clock.now() + LATER})
