"""Which stored rows the ledger vouches for: the digest a row had when it was recorded must be the one it has now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model


@dataclass(frozen=True)
class Seal:
    """Rows of `model` were recorded under `events` with `after["digest"]`; `digest(row)` computes it afresh
    from the row's figures, so a value altered in the database is found although the chain itself holds. `must` says of
    which rows there has to be an entry: a row that was put in behind the application's back has none."""

    model: type[Model]
    events: frozenset[str]
    digest: Callable[[Any], str]
    must: Callable[[Any], bool] = lambda row: True


SEALS: dict[str, Seal] = {}


def register_seal(seal: Seal) -> None:
    SEALS[seal.model._meta.label_lower] = seal
