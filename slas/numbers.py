"""Numbers and texts from outside, as they can be stored: what is none is told, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

# A number as people and JSON write it. Python reads more as one: 1_0, NaN, Infinity, digits of other scripts, and
# exponents so large that the next sum never ends.
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
LONGEST = 60


def number_in(text: str) -> Decimal | None:
    """The finite number that the text is, None of any other text."""
    stripped = text.strip()
    return Decimal(stripped) if len(stripped) <= LONGEST and NUMBER.fullmatch(stripped) else None


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold the text: it knows neither NUL nor a lone half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def column_faults(column: models.Field[Any, Any], value: Any) -> Iterable[str]:
    """What keeps the value from being stored in the column exactly as it is, in words."""
    if isinstance(value, str) and not is_storable(value):
        yield "It holds characters that cannot be stored."
        return
    # 99.900000 has one decimal that says something.
    plain = value.normalize() if isinstance(value, Decimal) and value.is_finite() else value
    try:
        column.run_validators(plain)
    except ValidationError as refusal:
        yield from refusal.messages
