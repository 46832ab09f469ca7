"""Cells of sheets, heads of columns and texts that are nearly the same: by value."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.adapters.law_names import law_code
from contracts.engine import import_fields as fields
from contracts.engine import import_values as values
from contracts.engine import likeness


@pytest.mark.parametrize(
    ("cell", "order", "day"),
    [
        ("2024-02-01", "mdy", date(2024, 2, 1)),
        ("2024-02-01 00:00:00", "dmy", date(2024, 2, 1)),
        ("1.2.2024", "dmy", date(2024, 2, 1)),
        ("1/2/24", "mdy", date(2024, 1, 2)),
        ("1/2/68", "mdy", date(2068, 1, 2)),
        ("1/2/69", "mdy", date(1969, 1, 2)),
        ("24-2-1", "ymd", date(2024, 2, 1)),
        ("May 8, 2014", "dmy", date(2014, 5, 8)),
        ("8th May 2014", "mdy", date(2014, 5, 8)),
        ("3. März 2020", "mdy", date(2020, 3, 3)),
        ("31.4.2024", "dmy", None),
        ("13/13/2024", "mdy", None),
        ("[]/[]/2013", "mdy", None),
        ("perpetual", "mdy", None),
        (45000, "dmy", None),
    ],
)
def test_dates(cell: Any, order: str, day: date | None) -> None:
    if day is None:
        with pytest.raises(values.Unreadable):
            values.date_in(cell, order)
    else:
        assert values.date_in(cell, order) == day


@pytest.mark.parametrize(
    ("cell", "point", "amount", "currency"),
    [
        ("1.234.567,89", ",", "1234567.89", ""),
        ("1,234,567.89", ".", "1234567.89", ""),
        ("1 234,5 €", ",", "1234.5", "EUR"),
        ("EUR 1'200.00", ".", "1200.00", "EUR"),
        ("1.200,-", ",", "1200", ""),
        ("$1,200", ".", "1200", ""),
        ("1200 USD", ".", "1200", "USD"),
        (1200.5, ",", "1200.5", ""),
        ("500,00-", ",", "-500", ""),
        ("1.500- EUR", ",", "-1500", "EUR"),
    ],
)
def test_amounts(cell: Any, point: str, amount: str, currency: str) -> None:
    assert values.amount_in(cell, point) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    "cell",
    ["about 5", "1e5", "", "--", "1,2,3;4", True, None, "nan", float("inf"), float("nan"), 10**40, "12.500,00", "1,5",
     "1.000,50", "1,00,000", "1,000 000", "-5-", "0,500", "9" * 4500],
)  # fmt: skip
def test_what_is_no_number(cell: Any) -> None:
    with pytest.raises(values.Unreadable):
        values.number_in(cell, ".")


@pytest.mark.parametrize(
    ("cell", "months"),
    [("12", 12), (36, 36), ("1 year", 12), ("successive 2 years", 24), ("4 years, 6 months", 54), ("0.5 year", 6),
     ("3 successive 1 year", 12), ("2 quarters", 6), ("18 Monate", 18),
     ("5 years; 2 years", None), ("perpetual", None), ("0", None), ("1/3 year", None)],
)  # fmt: skip
def test_months(cell: Any, months: int | None) -> None:
    if months is None:
        with pytest.raises(values.Unreadable):
            values.months_in(cell)
    else:
        assert values.months_in(cell) == months


def test_notice_renewal_names_and_words() -> None:
    cells = ("30 days", "6 weeks", "3 months", "(6) months", "10 business days")
    assert [values.notice_in(each) for each in cells] == [
        (30, "days"), (42, "days"), (3, "months"), (6, "months"), (10, "business_days"),
    ]  # fmt: skip
    assert [values.renewal_in(each) for each in ("yes", "No", "Evergreen", "by mutual agreement")] == [
        "automatic", "none", "automatic", "express",
    ]  # fmt: skip
    assert values.names_in('Birch Inc. ("Company"); Mount Corp. (formerly Hill) ("MA", "It")') == [
        "Birch Inc.", "Mount Corp. (formerly Hill)",
    ]  # fmt: skip
    assert (values.words_in("a; b, c"), values.words_in("a, b")) == (["a", "b, c"], ["a", "b"])


@pytest.mark.parametrize(
    ("cell", "renewal"),
    [
        ("not automatic", "none"), ("nicht automatisch", "none"), ("Non-renewing, no automatic renewal", "none"),
        ("Does not renew.", "none"), ("doesn't auto-renew", "none"), ("fixed term", "none"), ("keine", "none"),
        ("no option to renew", "none"), ("Auto-renewal", "automatic"),
        ("renews for successive 1 year terms", "automatic"),
        ("verlängert sich stillschweigend um 12 Monate", "automatic"), ("automatic unless terminated", "automatic"),
        ("option to renew", "express"), ("No, unless agreed", None), ("automatic, by agreement", None),
        ("not optional", None), ("no later than May, automatic", None), ("no, unless terminated", None),
        ("never not automatic", None), ("autonomy", None), ("12 months", None), ("perpetual", None),
    ],
)  # fmt: skip
def test_renewal_is_read_by_whole_words_or_not_at_all(cell: str, renewal: str | None) -> None:
    if renewal is None:
        with pytest.raises(values.Unreadable):
            values.renewal_in(cell)
    else:
        assert values.renewal_in(cell) == renewal


def test_a_time_with_an_offset_is_the_day_that_it_is_there() -> None:
    cells = ("2023-12-31T23:00:00Z", "2023-12-31 23:00:00.5+00:00", "2024-01-01T04:00+0500", "2023-12-31T23:00:00")
    assert [values.date_in(each, "dmy", "Europe/Berlin").isoformat() for each in cells] == [
        "2024-01-01", "2024-01-01", "2024-01-01", "2023-12-31",
    ]  # fmt: skip
    for cell in ("0001-01-01T00:00+10:00", "2024-13-01T00:00Z"):
        with pytest.raises(values.Unreadable):
            values.date_in(cell, "dmy", "Europe/Berlin")


def test_a_first_term_is_whole_months_to_its_last_day() -> None:
    assert values.span_until(date(2024, 1, 1), date(2024, 12, 31)).months == 12
    assert values.span_until(date(2024, 1, 1), date(2025, 1, 1)).months == 12
    assert values.span_until(date(2024, 1, 31), date(2024, 2, 28)).months == 1
    for ends_on in (date(2024, 12, 20), date(9999, 12, 31)):
        with pytest.raises(values.Unreadable):
            values.span_until(date(2024, 1, 1), ends_on)
    with pytest.raises(values.Unreadable):
        values.span_until(date(2000, 12, 31), date(9999, 12, 31))


def test_lengths_of_thousands_of_digits_are_refused() -> None:
    for read in (values.months_in, values.notice_in):
        for cell in ("9" * 4500 + " months", f"1 year {'9' * 4500} days"):
            with pytest.raises(values.Unreadable):
                read(cell)


@given(st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.booleans(), st.none()))
def test_whatever_stands_in_a_cell_is_read_or_refused(cell: Any) -> None:
    for read in (
        *(lambda each, order=order: values.date_in(each, order) for order in values.ORDERS),
        lambda each: values.amount_in(each, ","),
        values.months_in,
        values.notice_in,
        values.renewal_in,
        values.names_in,
    ):
        try:
            read(cell)
        except values.Unreadable:
            continue


def test_heads_and_files_are_guessed() -> None:
    german = ["Art", "Unser Unternehmen", "Unterschrieben am", "Laufzeit (Monate)"]
    facts = ["category", "our_party", "signed_on", "initial_months"]
    assert list(fields.guessed_columns(german).values()) == facts
    heads = ["Datei", "Vertragspartner", "CONTRACT_TYPE", "Kündigungsfrist", "Risk class", "Whatever"]
    assert fields.guessed_columns(heads, {"risk": "Risk class"}) == {
        "Datei": "file", "Vertragspartner": "counterparty", "CONTRACT_TYPE": "category", "Kündigungsfrist": "notice",
        "Risk class": "custom:risk",
    }  # fmt: skip
    rows = [{"id": "c-1", "x": "c"}, {"id": "C-2.PDF", "x": "d"}]
    assert fields.guessed_file_column(["x", "id"], rows, ["in/c-1.txt", "in/c-2.pdf"]) == "id"
    assert law_code("State of New York") == "US-NY"
    assert [law_code(each) for each in ("the laws of Germany", "Ontario, Canada", "England", "Georgia", "Mars")] == [
        "DE", "CA-ON", "GB-ENG", "", "",
    ]  # fmt: skip


def test_likeness_is_near_to_what_is_counted() -> None:
    source = random.Random(1)
    words = [f"w{source.randrange(3000)}" for _n in range(3000)]
    for changed in (0, 40, 150, 600):
        other = list(words)
        for place in source.sample(range(len(words)), changed):
            other[place] = f"x{place}"
        runs = [
            {tuple(each[at : at + likeness.SHINGLE]) for at in range(len(each) - likeness.SHINGLE + 1)}
            for each in (words, other)
        ]
        exact = len(runs[0] & runs[1]) / len(runs[0] | runs[1])
        one, two = likeness.sketch(words), likeness.sketch(other)
        assert abs(likeness.likeness(one, two) - exact) < 0.12
        if exact >= likeness.ALIKE:
            assert set(likeness.bands(one)) & set(likeness.bands(two))
    assert likeness.from_bytes(likeness.as_bytes(one)) == one
    assert likeness.text_key(likeness.words_of("A  B!")) == likeness.text_key(likeness.words_of("a, b"))
    assert (likeness.sketch(["a"]), likeness.likeness((), one)) == ((), 0.0)
