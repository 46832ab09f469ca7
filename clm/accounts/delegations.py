"""Who acts for whom while somebody is away, and for which kinds of contract that may be limited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from clm.accounts.models import Delegation
from clm.lib import clock

_KINDS: list[tuple[str, Any]] = []


def register_kinds(choices: Sequence[tuple[str, Any]]) -> None:
    """An app above says to which kinds of its things a delegation may be limited: (code, label)."""
    _KINDS.extend(kind for kind in choices if kind not in _KINDS)


def kinds() -> list[tuple[str, Any]]:
    return list(_KINDS)


def running(at: datetime | None = None) -> QuerySet[Delegation]:
    """The delegations in effect at an instant (default: now), limits not considered."""
    at = at or clock.now()
    return Delegation.objects.filter(revoked_at=None, starts_at__lte=at, ends_at__gt=at)


def acting_for(person: UUID) -> list[Delegation]:
    """For whom this person acts now."""
    return list(running().filter(delegate_id=person).select_related("absentee").order_by("absentee__name"))
