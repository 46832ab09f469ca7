"""What stands in the blanks of the library's words is no departure; what was written around them is."""

from __future__ import annotations

import pytest

from contracts.engine.blanks import filled
from contracts.engine.deviation import Position, departure, standing_of

WORDS = "{customer} pays within {days} days of the invoice to {$entry.bank}."


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Cirrus GmbH pays within 30 days of the invoice to First Bank.", ("Cirrus GmbH", "30", "First Bank")),
        (" pays within  days of the invoice to .", ("", "", "")),
        ("Cirrus pays fully within 30 days of the invoice to B.", ("Cirrus", "30", "B")),
        ("Nothing of that kind!", ()),
    ],
)
def test_blanks_are_filled_as_the_text_fills_them(text: str, values: tuple[str, ...]) -> None:
    assert filled(WORDS, text)[1] == values


def test_a_position_without_blanks_stays_as_it_is() -> None:
    assert filled("The fee is due.", "The fee is due at once.") == ("The fee is due.", ())


def test_filled_words_of_the_library_are_its_words() -> None:
    found = departure("Cirrus GmbH pays within 30 days of the invoice to First Bank.", [Position("preferred", WORDS)])

    assert (found.changed, found.filled) == (0, ("Cirrus GmbH", "30", "First Bank"))
    assert standing_of(found, [Position("preferred", WORDS)]) == "present"


def test_a_word_beside_a_blank_counts_alone() -> None:
    found = departure(
        "Cirrus GmbH pays within 30 working days of the invoice to First Bank.", [Position("preferred", WORDS)]
    )
    exact = departure("Cirrus GmbH pays within 30 days of each invoice to First Bank.", [Position("preferred", WORDS)])

    # “30 working” may stand in the blank: what is in it is told beside it.
    assert (found.changed, found.filled[1]) == (0, "30 working")
    assert exact.changed == 2


def test_a_text_of_its_own_in_a_blank_departs() -> None:
    text = f"The Fee is {'and so forth ' * 10}, due at once."

    found = departure(text, [Position("preferred", "The Fee is {fee}, due at once.")])

    assert found.filled == ()
    assert found.changed > 25
