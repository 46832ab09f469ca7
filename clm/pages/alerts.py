"""Lists whose saved views may tell their owner of what newly matches: each app above says how its list is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import QueryDict

from clm.lib import clock
from clm.lib.actor import Actor
from clm.pages.saved_views import ALL_FILTERS

# Names in a list's address that say how it is shown, and not which rows it has.
SHOWN_BY = frozenset({"sort", "columns", "page", "per_page", "format", "all", ALL_FILTERS, "view"})
AT_ONCE_EVERY = timedelta(minutes=5)
# A list that is slow to ask is asked more rarely: it takes a hundredth of the time at most.
WAIT_FOR_EACH_SECOND = 100
DAILY_AT = time(7)


class CannotBeAsked(Exception):
    """The query asks for something that the list does not know any more: what it leaves is not what was meant."""


@dataclass(frozen=True)
class AlertSource:
    """`find(actor, query)` are the rows of the list that the actor sees and that the query leaves. They are models that
    notices may be about. `path` is the list's address. Raises CannotBeAsked."""

    page: str
    path: str
    find: Callable[[Actor, QueryDict], QuerySet[Any]]


SOURCES: dict[str, AlertSource] = {}


def register_alert_source(source: AlertSource) -> None:
    SOURCES[source.page] = source


def next_check(how: str, zone: str, took: float = 0) -> datetime:
    """When a view is next looked at: in minutes, later where the last look `took` many seconds, or on the next morning
    of the organization."""
    now = clock.now()
    if how != "daily":
        return now + max(AT_ONCE_EVERY, timedelta(seconds=took * WAIT_FOR_EACH_SECOND))
    local = now.astimezone(ZoneInfo(zone))
    today = datetime.combine(local.date(), DAILY_AT, local.tzinfo)
    return today if today > local else datetime.combine(local.date() + timedelta(days=1), DAILY_AT, local.tzinfo)
