"""Values of own fields: read as their type, or refused with what is wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from contracts.engine.custom_values import Amount, Unfit, as_json, is_empty, read

ONE = UUID("01900000-0000-7000-8000-000000000001")


@pytest.mark.parametrize(
    ("kind", "sent", "value", "shown"),
    [
        ("text", " A 1 ", "A 1", "A 1"),
        ("long_text", "a\nb", "a\nb", "a\nb"),
        ("integer", "12", 12, 12),
        ("integer", 0, 0, 0),
        ("decimal", "12.50", Decimal("12.50"), "12.5"),
        ("decimal", "1000", Decimal("1000"), "1000"),
        ("amount", {"amount": "1200.50", "currency": "EUR"}, Amount(Decimal("1200.50"), "EUR"),
         {"amount": "1200.5", "currency": "EUR"}),
        ("date", "2026-02-28", date(2026, 2, 28), "2026-02-28"),
        ("choice", "low", "low", "low"),
        ("choices", ["high", "low"], ["low", "high"], ["low", "high"]),
        ("yes_no", False, False, False),
        ("person", str(ONE), ONE, str(ONE)),
        ("party", ONE, ONE, str(ONE)),
        ("link", "https://wiki.example/a?b=c", "https://wiki.example/a?b=c", "https://wiki.example/a?b=c"),
    ],
)  # fmt: skip
def test_a_value_is_read(kind: str, sent: Any, value: Any, shown: Any) -> None:
    found = read(kind, ("low", "high"), sent)

    assert found == value
    assert type(found) is type(value)
    assert as_json(found) == shown


@pytest.mark.parametrize(
    ("kind", "sent", "code"),
    [
        ("text", 12, "text"), ("text", "x" * 501, "long"), ("text", "a\x00", "text"), ("integer", "1.5", "whole"),
        ("integer", True, "number"), ("decimal", 1.5, "number"), ("decimal", "NaN", "number"),
        ("decimal", "0.0000001", "number"), ("decimal", "1" * 19, "number"), ("amount", "12 EUR", "amount"),
        ("amount", {"amount": "1", "currency": "eur"}, "amount"), ("date", "28.02.2026", "date"),
        ("date", "2026-02-30", "date"), ("date", 5, "date"), ("choice", "none", "choice"), ("choices", "low", "choice"),
        ("choices", ["low", "none"], "choice"), ("yes_no", "yes", "yes_no"), ("person", "bob", "id"),
        ("person", 5, "id"), ("link", "javascript:alert(1)", "link"), ("link", "file:///etc/passwd", "link"),
        ("link", "https://", "link"), ("link", "https://a b.example", "link"), ("link", "https://[1", "link"),
    ],
)  # fmt: skip
def test_another_value_is_refused(kind: str, sent: Any, code: str) -> None:
    with pytest.raises(Unfit) as refusal:
        read(kind, ("low", "high"), sent)
    assert refusal.value.code == code


def test_what_says_nothing() -> None:
    assert [is_empty(each) for each in (None, "", " ", [], {}, False, 0, "x")] == [True] * 5 + [False] * 3
