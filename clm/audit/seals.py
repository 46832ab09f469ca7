"""Which stored rows the ledger vouches for: the digest a row had when it was recorded must be the one it has now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model


@dataclass(frozen=True)
class Seal:
    """Rows of `model` were recorded under `events` with `after["digest"]`; `digest(row)` computes it afresh
    from the row's figures, so a value altered in the database is found although the chain itself holds."""

    model: type[Model]
    events: frozenset[str]
    digest: Callable[[Any], str]


SEALS: dict[str, Seal] = {}


def register_seal(seal: Seal) -> None:
    SEALS[seal.model._meta.label_lower] = seal
