"""Where a clause's words begin behind its number and heading: what sets the heading off is no word, a sign is."""

from __future__ import annotations

import pytest

from contracts.engine.marks import words_begin

CASES = [
    ("2. Adjustment\n\n-5 % of the fee", "Adjustment", "-5 % of the fee"),
    ("2. Adjustment\n\n- first", "Adjustment", "- first"),
    ("2. Adjustment\n\n.5 % of the fee", "Adjustment", ".5 % of the fee"),
    ("2. Adjustment. -5 % of the fee", "Adjustment", "-5 % of the fee"),
    ("2. Adjustment – 5 % of the fee", "Adjustment", "– 5 % of the fee"),
    ("2. Adjustment: -$5 a month", "Adjustment", "-$5 a month"),
    ("2. -5 % of the fee", "2", "-5 % of the fee"),
    ("2. 5 % of the fee", "2", "5 % of the fee"),
    ("2. Fees – The Customer pays.", "Fees", "The Customer pays."),
    ("2. Fees—The Customer pays.", "Fees", "The Customer pays."),
    ("2. Fees. The Customer pays.", "Fees", "The Customer pays."),
    ("2. Fees:\n\t The Customer pays.", "Fees", "The Customer pays."),
    ("2. Fees.", "Fees", ""),
    ("2. Fees", "Fees", ""),
]


@pytest.mark.parametrize(("text", "behind", "words"), CASES, ids=[text for text, _, _ in CASES])
def test_words_begin(text: str, behind: str, words: str) -> None:
    assert text[words_begin(text, text.index(behind) + len(behind)) :] == words
