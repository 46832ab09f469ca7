"""What went wrong with a party before: kinds that apps count, each in its own rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class Mishap:
    """`count(contracts)` is how many there were in these contracts (a queryset of ids). `words` say what they are, for
    people: service levels missed."""

    key: str
    words: Any
    count: Callable[[QuerySet[Any]], int]


MISHAPS: dict[str, Mishap] = {}


def register_mishap(mishap: Mishap) -> None:
    MISHAPS[mishap.key] = mishap
