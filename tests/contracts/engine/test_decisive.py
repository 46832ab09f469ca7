"""What turns a clause although hardly a word differs, and what does not although many do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.engine.decisive import Turn, turns
from contracts.engine.decisive_words import KINDS, OPPOSITES
from contracts.engine.deviation import ClauseText, Ladder, Position, survey

LIABLE = "The Provider is liable to the Customer for all damage that it causes, and shall pay within 30 days."


def found(old: str, new: str) -> list[tuple[str, str]]:
    return [(turn.left, turn.put) for turn in turns(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("is liable", "is not liable", ("", "not")),
        ("is liable", "is liable to no extent", ("", "no")),
        ("is liable", "is never liable", ("", "never")),
        ("is liable", "isn't liable", ("", "isn't")),
        ("shall pay", "shall not pay", ("", "not")),
        ("shall pay", "may pay", ("shall", "may")),
        ("shall pay", "should pay", ("shall", "should")),
        ("shall pay", "cannot pay", ("shall", "cannot")),
        ("shall pay", "shall, unless it fails, pay", ("", "unless")),
        ("shall pay", "shall if it can pay", ("", "if it can")),
        ("shall pay", "shall make efforts to pay", ("", "efforts")),
        ("for all damage", "for all damage except loss", ("", "except")),
        ("for all damage", "for some damage", ("all", "some")),
        ("is liable", "waives liability", ("", "waives")),
        ("30 days", "60 days", ("30", "60")),
        ("30 days", "sixty days", ("30", "sixty")),
        ("30 days", "30 months", ("days", "months")),
        ("30 days", "30 business days", ("days", "business days")),
        (
            "The Provider is liable to the Customer for all damage",
            "The Customer is liable to the Customer for all damage",
            ("Provider", "Customer"),
        ),
    ],
)
def test_what_turns(old: str, new: str, expected: tuple[str, str]) -> None:
    assert found(LIABLE, LIABLE.replace(old, new)) == [expected]


def test_the_words_between_those_that_decide_are_shown_with_them_where_they_are_few() -> None:
    assert found("The fee may rise.", "The fee may rise by no more than 5 % per year.") == [
        ("", "no more than 5 % per year")
    ]
    long = "The fee may rise by 5 % of all that the parties to this agreement have paid in one year."
    assert found("The fee may rise.", long) == [("", "5 % … one year")]


def test_the_same_taken_away_turns_it_too() -> None:
    assert found("It is not liable unless it acts.", "It is liable.") == [("not", ""), ("unless", "")]
    assert found("At least 99.9 % of EUR 10,000.00", "At most 99.9 % of EUR 100,000.00") == [
        ("least", "most"), ("10,000.00", "100,000.00"),
    ]  # fmt: skip
    assert found("a valid and limited right", "an invalid and unlimited right") == [
        ("valid", "invalid"), ("", "unlimited"),
    ]  # fmt: skip


def test_a_denial_that_moves_turns_it() -> None:
    old, new = "It pays for loss, and does not pay for fines.", "It does not pay for loss, and does pay for fines."

    assert found(old, new) == [("", "not"), ("not", "")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("It shall pay within thirty (30) days.", "It must pay within 30 days."),
        ("It will pay.", "It pays."),
        ("It is not late and never rude.", "It isn't late and not rude."),
        ("EUR 10,000.00 and 99.9 %", "EUR 10000 and 99.9 percent"),
        ("twenty-four hours", "24 hours"),
        ("as Section 2.2 says", "as Section 3.1 says"),
        ("under Clauses 2, 3(a) and 4.1 it pays", "under Clauses 5, 6(b) and 7.1 it pays"),
        ("1. It pays. 2. It keeps it.", "It pays. It keeps it."),
        ("it (1) pays and (2) keeps it", "it (a) pays and (b) keeps it"),
        ("within [●] days of delivery", "within 30 days of delivery"),
        ("within ____ days of delivery", "within 30 days of delivery"),
        ("The Provider pays the Customer.", "The Supplier pays the Client."),
        ("from 1 May 2026", "from 1 May 2026 on"),
        ("makes every effort to keep it", "makes reasonable efforts to keep it and its parts"),
        ("all costs, including fees", "all costs, including, without limitation, fees"),
        ("all costs, including without limitation fees", "all costs, including but not limited to fees"),
        ("costs include fees", "costs include, but are not limited to, fees"),
        ("It may not copy it.", "It shall not copy it."),
        ("It must not copy it.", "It may not copy it."),
        ("all items other than these", "all items except for these"),
        ("In the event that it fails", "If it fails"),
        ("in the event of a failure", "in case of a failure"),
        ("within 30 days", "within 30 calendar days"),
        ("within 30 business days", "within 30 working days"),
        ("It keeps it.", "It keeps it in the ordinary course of business."),
        ("It tells it.", "It tells it at once, in one or more letters."),
        ("They tell each other.", "They tell one another."),
        ("Business days are Monday to Friday.", "1. Business days are Monday to Friday."),
    ],
)
def test_what_does_not_turn(old: str, new: str) -> None:
    assert found(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("It is liable without limitation.", "It is liable.", [("without", "")]),
        ("Liability is not limited to fees.", "Liability is limited to fees.", [("not", "")]),
        ("It may not copy it.", "It may copy it.", [("may not", "may")]),
        ("It is liable.", "It is, subject to Section 9, liable.", [("", "subject to")]),
        ("It is liable.", "It is liable, provided that it is told.", [("", "provided that")]),
        ("It is liable.", "It is liable, provided, however, that it is told.", [("", "provided, however, that")]),
        ("It is liable for loss.", "It is liable for loss other than data.", [("", "other than")]),
        ("within 30 business days", "within 30 calendar days", [("business days", "days")]),
        ("within (30) business days", "within (60) business days", [("30", "60")]),
        ("within (30) calendar days", "within (60) calendar days", [("30", "60")]),
    ],
)
def test_what_several_words_say_together(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert found(old, new) == expected


KEPT = "The Provider keeps a log of it."
PAYS = "It pays the Customer for each loss that follows from its own acts and those of its people."


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (KEPT, [("It pays the Customer for each loss that follows from its own …", "")]),
        (f"{KEPT} It pays.", [("It pays the Customer for each loss that follows from its own …", "")]),
        (PAYS, [("The Provider keeps a log of it.", "")]),
        (f"{PAYS} {KEPT}", []),
        (f"{KEPT} Losses from what it does, or its staff does, are made good to the Customer in full.", []),
    ],
)
def test_a_sentence_that_is_gone_turns_it_and_one_in_other_words_does_not(
    new: str, expected: list[tuple[str, str]]
) -> None:
    assert found(f"{KEPT} {PAYS}", new) == expected
    assert found(f"{KEPT} {PAYS} It is so.", f"{KEPT} {PAYS}") == []


def test_a_blank_that_nobody_filled_is_no_departure() -> None:
    position = Position("preferred", "The fee is {fee_option}, or {unlimited} until it is {may_increase}.")
    ladder = Ladder("fee", "Fee", (position,), is_mandatory=True)

    assert survey([ClauseText("1", "Fee", position.text)], [ladder]).matches[0].standing == "present"
    assert turns("a", "a", blanks=["{unlimited}", "May"]) == ()


@pytest.mark.parametrize("mark", ["\u00ad", "\u200b", "\u2060", "\ufeff"])
def test_a_denial_that_is_parted_by_what_nobody_sees_is_one(mark: str) -> None:
    ladder = Ladder("liability", "Liability", (Position("preferred", LIABLE),), is_mandatory=True)

    def standing(text: str) -> str:
        return survey([ClauseText("1", "Liability", text)], [ladder]).matches[0].standing

    assert standing(LIABLE.replace("is liable", f"is n{mark}ot liable")) == "decisive"
    assert standing(LIABLE.replace("damage", f"dam{mark}age")) == "present"


def test_hyphens_of_a_word_processor_are_hyphens() -> None:
    ladder = Ladder("use", "Use", (Position("preferred", "A non-exclusive right to use it."),), is_mandatory=True)

    assert survey([ClauseText("1", "Use", "A non\u2011exclusive right to use it.")], [ladder]).missing_mandatory == ()


def test_a_period_behind_a_section_is_no_section() -> None:
    assert found("as Section 2.2 says", "as Section 2.2 and 90 days says") == [("", "90 days")]
    assert found("within (30) days", "within (60) days") == [("30", "60")]
    assert found("within thirty (30) days", "within thirty (60) days") == [("", "60")]


def test_blanks_hold_names_and_figures_and_what_was_answered() -> None:
    assert turns("a", "a", blanks=["Cirrus GmbH", "EUR 5,000", "30 business days"]) == ()
    assert turns("a", "a", blanks=["as it may choose"]) == (Turn("blank", "", "may"),)
    assert (
        turns("a", "a", blanks=["France, without its  conflict rules"], answers=["france, without its conflict rules"])
        == ()
    )


def test_a_heading_that_takes_the_words_back() -> None:
    assert turns("a", "a", heading="Intentionally omitted") == (Turn("heading", "", "omitted"),)
    assert turns("a", "a", heading="Liability and indemnity") == ()


def test_a_mandatory_clause_that_is_turned_is_not_there() -> None:
    ladder = Ladder("liability", "Liability", (Position("preferred", LIABLE),), is_mandatory=True)

    def lacks(text: str, heading: str = "Liability", adopted: str = "") -> tuple[str, ...]:
        return survey([ClauseText("1", heading, text, adopted=adopted)], [ladder]).missing_mandatory

    assert lacks(LIABLE) == ()
    assert lacks(LIABLE.replace("that it causes", "caused by it")) == ()
    for text in (
        LIABLE.replace("is liable", "is not liable"),
        LIABLE.replace("shall", "may"),
        LIABLE.replace("30", "300"),
    ):
        assert lacks(text) == lacks(text, adopted="liability") == ("liability",)
    assert lacks(LIABLE, heading="Reserved") == ("liability",)


def test_what_a_fallback_says_turns_nothing() -> None:
    longer = LIABLE.replace("30", "60")
    ladder = Ladder("it", "Liability", (Position("preferred", LIABLE), Position("fallback", longer)), is_mandatory=True)

    (match,) = survey([ClauseText("1", "Liability", longer)], [ladder]).matches

    assert (match.standing, match.departure.position, match.departure.turns) == ("present", 1, ())


@given(st.text(max_size=80))
def test_a_text_does_not_turn_itself(text: str) -> None:
    assert turns(text, text) == ()


@given(st.sampled_from(sorted(set().union(*KINDS.values()))), st.integers(0, 5))
def test_every_word_of_the_table_turns_wherever_it_comes_in(word: str, place: int) -> None:
    words = ["the", "house", "keeps", "its", "promise", "here"]

    assert found(" ".join(words), " ".join([*words[:place], word, *words[place:]])) == [("", word)]


@pytest.mark.parametrize(("one", "other"), OPPOSITES)
def test_opposites_turn_either_way(one: str, other: str) -> None:
    assert found(f"it is {one} here", f"it is {other} here") != []
    assert found(f"it is {other} here", f"it is {one} here") != []
