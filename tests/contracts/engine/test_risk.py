"""The score is the sum of its parts, each by a fact that is said."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from contracts.engine.risk import DEFAULT, Facts, Ground, score

CLAUSE = Ground("clause", "1", "9 Liability", "shall not exceed")
SAFE = Facts(
    has_text=True,
    caps=(CLAUSE,),
    amount=Decimal(1000),
    currency="EUR",
    renewal="none",
    law="DE",
    own_countries=frozenset({"DE"}),
    history={"breaches": 0},
)


def test_nothing_that_speaks_against_it_makes_nothing() -> None:
    found = score(SAFE)
    assert (found.score, found.up_to, found.band, found.unknown) == (0, 0, "low", ())


def test_all_that_speaks_against_it_makes_a_hundred_and_each_part_says_why() -> None:
    worst = replace(
        SAFE,
        grave=(CLAUSE,),
        lacking=(Ground("library", "2", "Data protection"),),
        caps=(),
        amount=Decimal(500_000),
        renewal="automatic",
        law="US-NY",
        history={"breaches": 3, "discrepancies": 2},
    )
    found = score(worst)
    assert (found.score, found.band) == (100, "critical")
    assert {part.key: (part.finding.code, part.points) for part in found.parts} == {
        "departure": ("departs_gravely", Decimal("20.00")),
        "mandatory": ("lacks_mandatory", Decimal("15.00")),
        "liability": ("uncapped", Decimal("20.00")),
        "value": ("value_high", Decimal("15.00")),
        "renewal": ("renews_by_itself", Decimal("10.00")),
        "jurisdiction": ("law_foreign", Decimal("10.00")),
        "history": ("happened", Decimal("10.00")),
    }
    assert found.parts[0].finding.rests == (CLAUSE,)


def test_what_is_not_known_is_no_zero() -> None:
    found = score(Facts())
    assert (found.score, found.up_to, found.up_to_band) == (0, 100, "critical")
    assert found.unknown == ("departure", "mandatory", "liability", "value", "renewal", "jurisdiction", "history")
    other = score(replace(SAFE, currency="USD"))
    assert (other.score, other.up_to, other.unknown) == (0, 15, ("value",))


def test_bounds_belong_to_the_band_and_the_share_that_begins_there() -> None:
    assert [DEFAULT.band(each) for each in (0, 24, 25, 49, 50, 74, 75, 100)] == [
        "low", "low", "medium", "medium", "high", "high", "critical", "critical",
    ]  # fmt: skip
    shares = [score(replace(SAFE, amount=Decimal(each))).score for each in (49_999, 50_000, 499_999, 500_000)]
    assert shares == [0, 8, 8, 15]  # half of 15 is rounded up


def test_weights_are_scaled_and_a_country_stands_for_its_parts() -> None:
    scale = replace(DEFAULT, weights=dict.fromkeys(DEFAULT.weights, 0) | {"jurisdiction": 3}, home=frozenset({"US"}))
    assert score(replace(SAFE, law="US-NY"), scale).score == 0
    assert score(replace(SAFE, law="DE"), scale).score == 100
    assert score(replace(SAFE, history={"breaches": 1})).score == 2  # a fifth of 10
