"""How service levels write their numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

from clm.lib.canonical import plain_decimal
from clm.pages.formats import as_decimal, decimal_text
from slas.models import Commitment, Indicator
from slas.wording import sentences_of

register = template.Library()


@register.filter
def sentences(commitment: Commitment) -> list[str]:
    """What the commitment says beyond its plain facts."""
    return sentences_of(commitment)


@register.filter
def plain(value: Any) -> str:
    """Every digit that says something: 99.900000 is 99.9, 99.95 stays; nothing is cut or rounded."""
    exact = as_decimal(value)
    return decimal_text(None if exact is None else Decimal(plain_decimal(exact)))


@register.filter
def times(value: Any) -> str:
    """A multiple, as of a burn rate; a dash where there is none."""
    return f"{plain(value)} ×" if value is not None else "–"


def target_text(indicator: Indicator, target: Any) -> str:
    """A target with its unit: percent, except where the indicator measures a quantity of its own."""
    unit = indicator.unit if indicator.is_quantity else "%"
    return f"{plain(target)} {unit}".rstrip()
