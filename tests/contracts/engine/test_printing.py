"""Headings, lists, tables and marked words are kept when a version is printed."""

from __future__ import annotations

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
