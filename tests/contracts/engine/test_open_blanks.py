"""What is still open in a text."""

from __future__ import annotations

import pytest

from contracts.engine.blanks import left_in
from contracts.engine.questionnaire import option_words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("From {start} to {start}.", ["{start}"]),
        ("☒ Target Uptime: ____%", ["☒ Target Uptime: ____%"]),
        ("____% | ____%", ["____% | ____%"]),
        ("Fees rise by [ # ] percent", ["Fees rise by [ # ] percent"]),
        ("Address: [•]", ["Address: [•]"]),
        ("By: __________", []),
        ("Name and title", []),
        ("______________", []),
        ("[ ] Penetration testing", []),
        ("as said in [1]", []),
        (f"{'a ' * 40}until ____ and {'b ' * 40}", ["…" + "a " * 19 + "until ____ and b b b b b b b b b…"]),
    ],
)
def test_blanks_that_nobody_filled_are_named(text: str, found: list[str]) -> None:
    assert left_in(text) == found


@pytest.mark.parametrize(
    ("option", "said"),
    [("greater_of", "Greater of"), ("Delaware", "Delaware"), ("until terminated", "until terminated")],
)
def test_a_choice_is_said_in_words(option: str, said: str) -> None:
    assert option_words(option) == said
