"""Gapless numbers for people: contracts, credit notes, jobs of one organization and year."""

from __future__ import annotations

from django.db.models import Model
from django.db.models.functions import Length

from clm.lib.locks import advisory_lock


def next_number(model: type[Model], field: str, prefix: str, *, width: int = 4) -> str:
    """The next `prefix` + counter for the organization in scope; holds its lock until the transaction ends.

    The lock makes the series gapless: a rolled-back verb gives its number back.
    """
    from clm.access.scope import current_organization_id

    advisory_lock(f"{model._meta.label}:{current_organization_id()}:{prefix}")
    numbers = model._default_manager.filter(**{f"{field}__regex": rf"^{prefix}\d{{{width},}}$"})
    # Text sorts 9999 after 10000: the longer number is the later one.
    last: str | None = numbers.order_by(Length(field).desc(), f"-{field}").values_list(field, flat=True).first()
    counter = int(last.removeprefix(prefix)) + 1 if last else 1
    return f"{prefix}{counter:0{width}d}"
