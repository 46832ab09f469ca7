"""How service levels write their numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

from clm.lib.canonical import plain_decimal
from clm.pages.formats import as_decimal, decimal_text

register = template.Library()


@register.filter
def plain(value: Any) -> str:
    """Every digit that says something: 99.900000 is 99.9, 99.95 stays; nothing is cut or rounded."""
    exact = as_decimal(value)
    return decimal_text(None if exact is None else Decimal(plain_decimal(exact)))
