"""Figures as text: exact, in the person's language, never kinder than the number."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from clm.lib import clock
from clm.pages import formats, traces
from clm.pages.fields import country_field, currency_field, prepared
from clm.pages.samples import SampleForm


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        ("99.9996", 2, "99.99\u202f%"),
        ("99.8999", 1, "99.8\u202f%"),
        ("100", 2, "100.00\u202f%"),
        ("99.99999", 0, "99.9\u202f%"),
        ("0.004", 2, "0.004\u202f%"),
        (None, 2, "–"),
    ],
)
def test_percent_is_cut_never_rounded(value: str | None, places: int, shown: str) -> None:
    assert formats.percent_text(value, places) == shown


def test_decimal_keeps_every_digit() -> None:
    assert formats.decimal_text("1234.50") == "1,234.50"
    assert formats.decimal_text(Decimal("12345678.123456789")) == "12,345,678.123456789"
    assert formats.decimal_text("7") == "7"


def test_money_in_two_languages() -> None:
    assert formats.money_text("1234.50", "EUR") == "€1,234.50"
    with translation.override("de"):
        assert formats.money_text("1234.50", "EUR") == "1.234,50\xa0€"


@pytest.mark.parametrize(
    ("days", "shown"), [(0, "today"), (1, "tomorrow"), (-1, "yesterday"), (12, "in 12 days"), (-3, "3 days ago")]
)
def test_days_beside_a_date(days: int, shown: str) -> None:
    assert formats.days_text(days) == shown


def test_days_until_counts_in_the_contracts_zone() -> None:
    with clock.set_to(datetime(2025, 3, 1, 23, 30, tzinfo=UTC)):
        assert formats.days_until(date(2025, 3, 2), "UTC") == 1
        assert formats.days_until(date(2025, 3, 2), "Europe/Berlin") == 0


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0 s"), (59, "59 s"), (10234, "2 h 50 min"), (90061, "1 d 1 h"), (-120, "−2 min")]
)
def test_duration(seconds: int, shown: str) -> None:
    assert formats.duration_text(seconds) == shown


def test_a_wrong_field_names_its_help_and_its_error() -> None:
    form = SampleForm({"title": ""})
    drawn = str(prepared(form["title"]))
    assert 'aria-describedby="id_title_help id_title_error"' in drawn
    assert 'aria-invalid="true"' in drawn


def test_an_instant_to_the_second() -> None:
    at = datetime(2026, 1, 10, 10, 0, 7, tzinfo=UTC)
    assert formats.instant_text(at, "Europe/Berlin", seconds=True) == "10 Jan 2026, 11:00:07 CET"


def test_a_trace_says_dates_and_codes_in_words() -> None:
    stored = {
        "value": "2026-11-20",
        "unit": "date",
        "parameters": {"roll": "preceding_business_day", "notice": "30 days"},
        "steps": [{"label": "Term end", "value": "2026-12-21", "unit": "date"}],
    }
    shown = traces.present(stored)
    assert (shown["value"], shown["unit"]) == ("20 Nov 2026", "")
    assert shown["parameters"] == [("roll", "preceding business day"), ("notice", "30 days")]
    assert [(step["value"], step["unit"]) for step in shown["steps"]] == [("21 Dec 2026", "")]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["a"], "a"),
        (list("abcde"), "a, b, c, d, e"),
        (list("abcdefghi"), "a, b, c, d, e and 4 more"),
    ],
)
def test_a_long_list_is_named_by_its_first(names: list[str], said: str) -> None:
    assert formats.first_of(names) == said


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("It ends on 2026-12-23 at the earliest.", "It ends on 23 Dec 2026 at the earliest."),
        ("Before 2026-12-02 17:00 Europe/Berlin.", "Before 2 Dec 2026 17:00 Europe/Berlin."),
        (
            "“2026-01-02” is no name, nor is notes-2026-01-02.pdf",
            "“2026-01-02” is no name, nor is notes-2026-01-02.pdf",
        ),
        ("The 2026-02-31, and 2026-01-02T10:00Z", "The 2026-02-31, and 2026-01-02T10:00Z"),
    ],
)
def test_days_within_a_sentence_read_as_people_write_them(said: str, shown: str) -> None:
    assert formats.days_in_words(said) == shown


def test_a_code_may_be_typed_in_small_letters() -> None:
    assert (country_field().clean(" de "), currency_field().clean("eur")) == ("DE", "EUR")
    with pytest.raises(ValidationError, match="Two letters, such as DE"):
        country_field().clean("Germany")
