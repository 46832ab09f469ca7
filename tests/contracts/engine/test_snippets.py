"""Snippets: the place with the most different hits, whole words, and nothing where nothing is hit."""

from __future__ import annotations

import pytest

from contracts.engine.snippets import lexemes_of, snippet

TEXT = (
    "The Provider hosts the Service. " * 20
    + "Insurance\n\nof  payroll data is a policy of both. "
    + "Nothing else. " * 20
)


def shown(text: str, *lexemes: str, width: int = 60) -> str:
    return "".join(f"[{part.text}]" if part.is_hit else part.text for part in snippet(text, lexemes, width=width))


@pytest.mark.parametrize(
    ("query", "lexemes"),
    [
        ("'payrol' & 'insur'", ["payrol", "insur"]), ("'payrol' <-> 'insur':*", ["payrol", "insur"]), ("", []),
        ("'payrol' & !'insur'", ["payrol"]), ("'a' & !( 'b' & 'c' )", ["a"]), ("'o''neil' | 'o''neil'", ["o'neil"]),
    ],
)  # fmt: skip
def test_stems_that_are_wanted(query: str, lexemes: list[str]) -> None:
    assert lexemes_of(query) == lexemes


def test_the_place_with_the_most_different_hits() -> None:
    found = shown(TEXT, "servic", "payrol", "insur")

    assert found == "…hosts the [Service]. [Insurance] of [payroll] data is a…"


@pytest.mark.parametrize(
    ("pair", "place"),
    [(("payrol", "data", 1), "[payroll] [data]"), (("insur", "payrol", 2), "[Insurance] of [payroll]")],
)
def test_the_place_where_the_words_of_a_phrase_stand_together(pair: tuple[str, str, int], place: str) -> None:
    """And not the earlier one that has more of them, apart."""
    apart = "Data of insurance, payroll and the rest; data. "
    found = "".join(
        f"[{part.text}]" if part.is_hit else part.text for part in snippet(apart + TEXT, pair[:2], [pair], 60)
    )

    assert place in found


def test_a_stem_that_ends_otherwise_than_its_word() -> None:
    assert "[policy]" in shown(TEXT, "polici")


def test_nothing_hit_and_nothing_asked() -> None:
    assert snippet(TEXT, ["zebra"]) == []
    assert snippet(TEXT, []) == []
    assert snippet("", ["servic"]) == []


def test_a_short_text_stands_whole_and_signs_stay_as_they_are() -> None:
    assert shown("A <b>service</b> & more", "servic") == "A <b>[service]</b> & more"
    assert shown("see c++ (beta)", "c++") == "see [c++] (beta)"
