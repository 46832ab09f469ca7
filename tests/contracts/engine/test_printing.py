"""Headings, lists, tables and marked words are kept when a version is printed."""

from __future__ import annotations

import pytest

from contracts.engine.printing import Run, parts_of


def test_paragraphs_lists_and_tables_are_parts() -> None:
    found = parts_of("We do:\n\n• one\n\n• two\n\nService | Fee\n\nHosting | 12\n\nNo more.")

    assert [(part.kind, [[runs[0].text for runs in row] for row in part.rows]) for part in found] == [
        ("paragraph", [["We do:"]]),
        ("list", [["one"], ["two"]]),
        ("table", [["Service", "Fee"], ["Hosting", "12"]]),
        ("paragraph", [["No more."]]),
    ]


def test_words_that_stand_out_are_runs() -> None:
    marks = [(4, 7, "bold"), (5, 10, "italic"), (-3, 1, "underline"), (40, 50, "bold")]

    assert parts_of("Fee due at once.\n\nx", marks)[0].rows[0][0] == (
        Run("F", is_underlined=True),
        Run("ee "),
        Run("d", is_bold=True),
        Run("ue", is_bold=True, is_italic=True),
        Run(" at", is_italic=True),
        Run(" once."),
    )


def test_blank_blocks_are_nothing() -> None:
    assert parts_of(" \n\n  ") == []


@pytest.mark.parametrize(
    ("text", "is_tight"),
    [
        ("Service | Fee\n\nHosting of everything that the order names | 12", False),
        (f"Service | Fee\n\nHosting | {'x' * 60}", True),
        (" | ".join(["Availability"] * 5), True),
        (f"{'x' * 29} | one\n\nword | by word {'x' * 27}", False),
        (f"{'x' * 29} | one\n\nword | by word {'x' * 28}", True),
    ],
)
def test_a_table_is_tight_where_its_longest_words_may_not_fit(text: str, is_tight: bool) -> None:
    [table] = parts_of(text)

    assert table.is_tight is is_tight
