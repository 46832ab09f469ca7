"""Rows that wait for an instant, worked off one by one: none of them keeps the others waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Model

from clm.lib import clock

log = structlog.get_logger("clm.due")
LATER = timedelta(minutes=10)


@contextmanager
def one_due(model: type[Model], pk: UUID, due: str, was: datetime | None, event: str) -> Iterator[None]:
    """The work on the one row whose `due` instant, which `was`, has come; within the scope of its organization. Where
    it fails, or leaves the row due as it was, the row comes back later: else it would be the first again, and the
    others would never have their turn."""
    try:
        with transaction.atomic():
            yield
    except Exception:
        log.exception(event, ids=[str(pk)])
    model._default_manager.filter(pk=pk, **{due: was}).update(**{due: clock.now() + LATER})
