"""How far a clause departs: exact figures, what holds for all texts, and a whole contract in bounded time."""

from __future__ import annotations

import random
import time
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from contracts.engine.deviation import (
    UNLIKE_FROM,
    ClauseText,
    Ladder,
    Position,
    departure,
    differences,
    plain,
    survey,
)
from contracts.engine.words import TOKEN

PREFERRED = "Each party's total liability will not exceed the fees paid in the twelve months before the claim."
FALLBACK = "Each party's total liability will not exceed twice the fees paid in the twelve months before the claim."
BAD = "The Customer's liability is unlimited."
CAP = Ladder(
    "cap",
    "Limitation of liability",
    (Position("preferred", PREFERRED), Position("fallback", FALLBACK), Position("unacceptable", BAD, "No cap")),
    is_mandatory=True,
)
LAW = Ladder(
    "law", "Governing law", (Position("preferred", "The laws of England and Wales govern this Agreement."),), True
)
NOTICE = Ladder("notice", "Notices", (Position("preferred", "Notices are in writing and sent by courier."),))
TEXTS = st.text(alphabet="abc .,;\n’'", max_size=60)


def test_the_very_words_are_no_departure() -> None:
    found = departure(PREFERRED, CAP.positions)

    assert (found.position, found.share, found.changed, found.words) == (0, Decimal(0), 0, 36)


def test_line_breaks_and_typographic_marks_are_no_departure() -> None:
    found = departure(PREFERRED.replace("'", "\u2019").replace(" will ", "\n  will "), CAP.positions)

    assert (found.position, found.changed) == (0, 0)


def test_a_fallback_is_recognized() -> None:
    found = departure(FALLBACK, CAP.positions)

    assert (found.position, found.share) == (1, Decimal(0))


def test_one_changed_word_has_an_exact_share() -> None:
    """Twelve becomes six: one word deleted and one inserted, of 18 and 18 words and signs."""
    found = departure(PREFERRED.replace("twelve", "six"), CAP.positions)

    assert (found.position, found.changed, found.words) == (0, 2, 36)
    assert found.share == Decimal(200) / Decimal(36)
    changed = [(segment.op, segment.text.strip()) for segment in found.segments if segment.op != "equal"]
    assert changed == [("delete", "twelve"), ("insert", "six")]


def test_what_is_unlike_names_the_nearest_all_the_same() -> None:
    found = departure("Invoices fall due within thirty days.", CAP.positions)

    assert found.position is None
    assert found.nearest in (0, 1, 2)
    assert found.share > UNLIKE_FROM


def test_of_equally_near_positions_the_first_counts() -> None:
    twice = (Position("preferred", "One."), Position("fallback", "One."))

    assert departure("One.", twice).position == 0


def words_of(text: str) -> list[str]:
    return [token.strip() for token in TOKEN.findall(plain(text)) if token.strip()]


@given(TEXTS)
def test_identical_text_departs_by_nothing(text: str) -> None:
    assert departure(text, [Position("preferred", text)]).share == 0


@given(TEXTS, TEXTS)
def test_the_share_is_the_same_from_either_side_and_between_none_and_all(one: str, other: str) -> None:
    there = departure(one, [Position("preferred", other)])
    back = departure(other, [Position("preferred", one)])

    assert there.share == back.share
    assert 0 <= there.share <= 100
    assert (there.share == 0) == (words_of(one) == words_of(other))


@given(TEXTS, TEXTS)
def test_the_segments_give_both_texts(one: str, other: str) -> None:
    segments = differences(one, other)

    assert "".join(each.text for each in segments if each.op != "insert") == one
    assert "".join(each.text for each in segments if each.op != "delete") == other


def clause(key: str, text: str, heading: str = "", parent: str = "", adopted: str = "") -> ClauseText:
    return ClauseText(key, heading, text, parent, adopted)


def test_a_contract_says_what_is_there_what_deviates_and_what_lacks() -> None:
    found = survey(
        [clause("1", "We sell apples."), clause("2", PREFERRED.replace("total", "whole"), "Liability")],
        [CAP, LAW, NOTICE],
    )

    (match,) = found.matches
    assert (match.clause, match.ladder, match.standing) == ("2", "cap", "deviating")
    assert found.others == ("1",)
    assert found.missing == ("notice",)
    assert found.missing_mandatory == ("law",)


def test_an_acceptable_position_is_present_and_an_unacceptable_one_is_not() -> None:
    assert survey([clause("1", FALLBACK)], [CAP]).matches[0].standing == "present"
    assert survey([clause("1", BAD)], [CAP]).matches[0].standing == "unacceptable"


def test_a_clause_in_parts_is_found_as_a_whole() -> None:
    half = PREFERRED.index("will")
    clauses = [
        clause("1", "", "Limitation of liability"), clause("1a", PREFERRED[:half], parent="1"),
        clause("1b", PREFERRED[half:], parent="1"), clause("2", "We sell apples."),
    ]  # fmt: skip

    (match,) = survey(clauses, [CAP]).matches

    assert (match.clause, match.parts, match.standing) == ("1", ("1", "1a", "1b"), "present")


def test_a_library_clause_is_found_once_in_its_likest_place() -> None:
    found = survey([clause("1", PREFERRED.replace("twelve", "six")), clause("2", PREFERRED)], [CAP])

    assert [(match.clause, match.standing) for match in found.matches] == [("2", "present")]
    assert found.others == ("1",)


def test_a_heading_finds_what_was_rewritten() -> None:
    text = "Liability of each party under this Agreement will in no case be more than one million euro in all."

    (match,) = survey([clause("1", text, "Limitation of Liability")], [CAP]).matches

    assert match.standing == "unlike"


def test_a_tie_goes_before_what_is_alike() -> None:
    clauses = [clause("1", "Something else entirely.", adopted="cap"), clause("2", PREFERRED)]

    (match,) = survey(clauses, [CAP]).matches

    assert (match.clause, match.standing) == ("1", "unlike")


def test_a_mandatory_clause_is_there_by_its_words_and_not_by_a_tie() -> None:
    gone, kept = clause("1", "Intentionally omitted.", adopted="cap"), clause("2", PREFERRED)

    assert survey([gone], [CAP]).missing_mandatory == ("cap",)
    assert survey([clause("1", BAD, adopted="cap")], [CAP]).missing_mandatory == ("cap",)
    assert survey([clause("1", BAD)], [CAP]).missing_mandatory == ("cap",)
    assert survey([clause("1", FALLBACK.replace("total", "whole"))], [CAP]).missing_mandatory == ()
    assert survey([clause("1", FALLBACK.replace("twelve", "six"))], [CAP]).missing_mandatory == ("cap",)
    assert survey([gone, kept], [CAP]).missing_mandatory == ()


def test_up_to_half_of_its_words_may_be_others() -> None:
    ladder = Ladder("law", "Law", (Position("preferred", "red green blue grey"),), is_mandatory=True)

    half, less = (clause("1", text, "Law", adopted="law") for text in ("red green pink black", "red pink black white"))

    assert survey([half], [ladder]).missing_mandatory == ()
    assert survey([less], [ladder]).missing_mandatory == ("law",)


def test_no_clause_and_no_library_are_no_trouble() -> None:
    assert survey([], [CAP]).missing_mandatory == ("cap",)
    assert survey([clause("1", PREFERRED)], []).others == ("1",)


def test_a_hundred_clauses_against_two_hundred_take_seconds() -> None:
    chance = random.Random(7)
    words = [f"word{number}" for number in range(3000)]

    def prose() -> list[str]:
        return [*chance.choices(words, k=100), *["the Customer and the Provider shall"] * 4]

    bodies = [prose() for _ in range(200)]
    ladders = [
        Ladder(str(place), f"Clause {place}", tuple(
            Position(kind, " ".join([*body, *chance.choices(words, k=3)]))
            for kind in ("preferred", "fallback", "unacceptable")
        ))
        for place, body in enumerate(bodies)
    ]  # fmt: skip
    clauses = [clause(f"c{place}", " ".join([*bodies[place][:95], "x", *bodies[place][96:]])) for place in range(100)]

    begun = time.monotonic()
    found = survey(clauses, ladders)

    assert time.monotonic() - begun < 5
    assert [match.ladder for match in found.matches] == [str(place) for place in range(100)]
    assert len(found.missing) == 100
