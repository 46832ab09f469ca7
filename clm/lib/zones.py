"""The time zones that a person, a contract or an agreement may be in."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones


@cache
def zone_names() -> tuple[str, ...]:
    """UTC and the IANA zones of a region (Europe/Berlin, Etc/GMT+3), sorted.

    Names without a region are left out: `localtime` is whatever the machine is set to, `Factory` is no zone at all,
    and CET or Japan are aliases of a place that has a name of its own.
    """
    return tuple(sorted(name for name in available_timezones() if "/" in name or name == "UTC"))


def is_zone(name: str) -> bool:
    """Whether dates and times may be counted in the zone of this name."""
    return name in zone_names()
