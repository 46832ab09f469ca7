"""Comparing a measured figure with what was promised."""

from __future__ import annotations

import operator
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from clm.lib.rounding import Number


class Comparison(StrEnum):
    AT_LEAST = ">="
    AT_MOST = "<="
    ABOVE = ">"
    BELOW = "<"

    def holds(self, measured: Number, promised: Number) -> bool:
        """Whether the measured figure keeps the promise, on exact values."""
        return _TESTS[self](measured, promised)


_TESTS: dict[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.AT_LEAST: operator.ge,
    Comparison.AT_MOST: operator.le,
    Comparison.ABOVE: operator.gt,
    Comparison.BELOW: operator.lt,
}
