"""How an amount is written: digits with at most one point, as xsd:decimal. Nothing else is read as a number."""

from __future__ import annotations

import re
from decimal import Decimal

_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")


def exact_decimal(text: str) -> Decimal | None:
    """The number, or None of a text that is none: no exponent, no underscore, no digit of another script, not NaN."""
    return Decimal(text) if _DECIMAL.fullmatch(text) else None
