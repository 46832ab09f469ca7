"""The first portfolio's service levels: breaches stand in every state that a person should see."""

from __future__ import annotations

from collections import Counter

from slas.models import Breach, Exclusion
from tests.cast import Cast


def check_levels_judged(_cast: Cast, _reported: tuple[int, int]) -> None:
    """What their stage leaves behind: tests.billing.test_portfolio loads once for all who check."""
    breaches = Counter(Breach.objects.values_list("state", flat=True))
    assert set(breaches) == {"open", "acknowledged", "resolved", "withdrawn"}
    assert breaches["withdrawn"] >= 1
    exclusions = set(Exclusion.objects.values_list("state", flat=True))
    assert exclusions == {"proposed", "disputed", "withdrawn", "accepted"}
