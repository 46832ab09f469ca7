"""The routing engine: which rows hold of which facts, and what comes of rows that ask the same."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from contracts.engine.routing import Asked, Conditions, Facts, Row, route, why

LARGE = Conditions(value_from=Decimal(100_000), currency="EUR")
BAND = Conditions(value_from=Decimal(10_000), value_below=Decimal(100_000), currency="EUR")
USD = Conditions(currency="USD")
SMALL = Conditions(value_below=Decimal(10_000), currency="EUR")


def euros(amount: int | None, currency: str = "EUR") -> Facts:
    return Facts(amount=None if amount is None else Decimal(amount), currency=currency)


@pytest.mark.parametrize(
    ("conditions", "facts", "because"),
    [
        (LARGE, euros(100_000), [("value_from", "100000 EUR")]),
        (LARGE, euros(99_999), None),
        (LARGE, euros(None, ""), [("value_missing", "")]),
        (LARGE, euros(5, "USD"), [("value_other_currency", "USD")]),
        (BAND, euros(10_000), [("value_from", "10000 EUR")]),
        (BAND, euros(100_000), None),
        (BAND, euros(9_999), None),
        (BAND, euros(None, ""), None),
        (SMALL, euros(9_999), [("value_below", "10000 EUR")]),
        (SMALL, euros(None, ""), None),
        (SMALL, euros(5, "USD"), None),
        (USD, euros(1, "USD"), [("currency", "USD")]),
        (USD, euros(1_000_000), None),
        (USD, euros(None, ""), [("currency_unknown", "")]),
        (Conditions(), Facts(), []),
        (Conditions(categories=frozenset({"nda"})), Facts(category="nda"), [("category", "nda")]),
        (Conditions(categories=frozenset({"nda"})), Facts(category="dpa"), None),
        (Conditions(origins=frozenset({"none"})), Facts(), [("origin", "none")]),
        (Conditions(origins=frozenset({"high"})), Facts(), None),
        (Conditions(departure="any"), Facts(departure="grave"), [("departure", "grave")]),
        (Conditions(departure="any"), Facts(departure="any"), [("departure", "any")]),
        (Conditions(departure="grave"), Facts(departure="any"), None),
        (Conditions(departure="any"), Facts(), None),
        (Conditions(lacks_mandatory=True), Facts(lacks_mandatory=True), [("lacks_mandatory", "")]),
        (Conditions(lacks_mandatory=True), Facts(), None),
        (Conditions(parties=frozenset({"a", "b"})), Facts(parties=frozenset({"b", "c"})), [("party", "b")]),
        (Conditions(parties=frozenset({"a"})), Facts(), None),
        (Conditions(countries=frozenset({"US"})), Facts(countries=frozenset({"US", "DE"})), [("country", "US")]),
        (Conditions(countries=frozenset({"US"})), Facts(countries=frozenset({"DE"})), None),
        (Conditions(countries=frozenset({"US"})), Facts(countries=frozenset({"DE", ""})), [("country_unknown", "")]),
        (Conditions(countries=frozenset({"US"})), Facts(), [("country_unknown", "")]),
        (Conditions(departments=frozenset({"it"})), Facts(department="it"), [("department", "it")]),
        (Conditions(departments=frozenset({"it"})), Facts(), None),
        (Conditions(tags=frozenset({"pilot"})), Facts(tags=frozenset({"pilot"})), [("tag", "pilot")]),
        (Conditions(tags=frozenset({"pilot"})), Facts(), None),
        (Conditions(is_confidential=True), Facts(is_confidential=True), [("confidential", "")]),
        (Conditions(is_confidential=True), Facts(), None),
    ],
)
def test_a_condition_holds_or_not(conditions: Conditions, facts: Facts, because: list[Any] | None) -> None:
    assert why(conditions, facts) == because


def test_all_conditions_of_a_row_have_to_hold() -> None:
    both = Conditions(value_from=Decimal(10), currency="EUR", categories=frozenset({"nda"}))

    assert why(both, Facts(Decimal(20), "EUR", "nda")) == [("value_from", "10 EUR"), ("category", "nda")]
    assert why(both, Facts(Decimal(20), "EUR", "dpa")) is None
    assert why(both, Facts(Decimal(5), "EUR", "nda")) is None


def row(key: str, stage: int = 1, who: Asked = Asked("role", "legal"), **facts: Any) -> Row:  # noqa: B008
    return Row(key, f"Step {key}", facts.pop("conditions", Conditions()), stage, who, **facts)


def test_stages_come_in_order_and_keep_the_order_of_the_rows() -> None:
    finance = Asked("role", "finance")
    rows = [row("b", 2), row("a", 1, finance), row("c", 1)]

    assert [(step.stage, step.name) for step in route(rows, Facts())] == [(1, "Step a"), (1, "Step c"), (2, "Step b")]


def test_rows_that_ask_the_same_are_one_step() -> None:
    rows = [
        row("a", hours=48, remind_hours=24),
        row("b", hours=24, escalate_to=("role", "executive")),
        row("c", who=Asked("role", "legal", "all")),
        row("d", conditions=LARGE),
    ]
    steps = route(rows, euros(5))

    assert [(step.name, step.hours, step.remind_hours, step.escalate_to) for step in steps] == [
        ("Step a", 24, None, ("role", "executive")),
        ("Step c", None, None, ("", "")),
    ]
    assert [reason.row for reason in steps[0].reasons] == ["a", "b"]


def test_the_reasons_are_kept() -> None:
    [step] = route([row("a", conditions=LARGE)], euros(None, ""))

    assert [reason.as_json() for reason in step.reasons] == [
        {"rule": "a", "name": "Step a", "because": [["value_missing", ""]]}
    ]


def test_facts_as_they_are_kept() -> None:
    facts = Facts(Decimal("10.50"), "EUR", "nda", parties=frozenset({"b", "a"}), is_confidential=True)

    assert facts.as_json() == {
        "amount": "10.50", "currency": "EUR", "category": "nda", "origin": "none", "departure": "",
        "lacks_mandatory": False, "parties": ["a", "b"], "countries": [], "department": "", "tags": [],
        "is_confidential": True, "risk": "", "risk_score": None,
    }  # fmt: skip


def test_rows_that_ask_the_same_keep_the_times_of_the_stricter_one() -> None:
    legal = Asked("role", "legal")
    rows = [
        Row("a", "A", Conditions(), 1, legal, hours=72, remind_hours=24, escalate_to=("role", "executive")),
        Row("b", "B", Conditions(), 1, legal, hours=4),
    ]
    (step,) = route(rows, Facts())
    assert (step.name, step.hours, step.remind_hours, step.escalate_to) == ("A", 4, None, ("", ""))


def test_tags_are_the_same_however_they_are_written() -> None:
    wanted = Conditions(tags=frozenset({"Key  Account"}))
    assert why(wanted, Facts(tags=frozenset({"key account"}))) == [("tag", "key account")]
