"""Two versions compared by clause: what a person must be able to rely on."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm.documents.extraction.reading import read_document
from contracts.engine.compare import ClauseText, Comparison, Row, Summary, compare
from contracts.engine.outline import outline
from contracts.engine.words import Segment, diff_words
from tests.shared_data import shared


def clause(number: str, heading: str, text: str) -> ClauseText:
    return ClauseText(number, heading, f"{number}. {heading}. {text}")


TERM = clause("1", "Term", "This agreement runs for one year from the effective date.")
FEES = clause("2", "Fees", "Customer pays the fees within thirty days of each invoice.")
LAW = clause("3", "Law", "The law of the State of Delaware governs this agreement.")
NOTICE = clause("4", "Notice", "Notices are given in writing to the address on the cover page.")


def kinds(comparison: Comparison) -> list[tuple[str, str]]:
    return [(row.kind, (row.new or row.old or TERM).heading) for row in comparison.rows]


def test_the_same_version_is_unchanged() -> None:
    comparison = compare([TERM, FEES, LAW], [TERM, FEES, LAW])
    assert comparison.summary == Summary(unchanged=3)
    assert comparison.rows[0].segments == (Segment("equal", TERM.text),)


def test_a_changed_word_shows_in_its_place() -> None:
    later = clause("2", "Fees", "Customer pays the fees within forty-five days of each invoice.")
    comparison = compare([TERM, FEES], [TERM, later])
    assert kinds(comparison) == [("unchanged", "Term"), ("changed", "Fees")]
    assert comparison.rows[1].segments == (
        Segment("equal", "2. Fees. Customer pays the fees within "),
        Segment("delete", "thirty "),
        Segment("insert", "forty-five "),
        Segment("equal", "days of each invoice."),
    )


def test_added_and_removed_clauses_stand_where_they_belong() -> None:
    comparison = compare([TERM, FEES, LAW], [TERM, LAW, NOTICE])
    assert kinds(comparison) == [
        ("unchanged", "Term"),
        ("removed", "Fees"),
        ("unchanged", "Law"),
        ("added", "Notice"),
    ]
    assert comparison.summary == Summary(unchanged=2, added=1, removed=1)


def test_a_new_number_alone_is_no_change() -> None:
    renumbered = ClauseText("2", "Law", LAW.text.replace("3.", "2.", 1))
    row = compare([TERM, LAW], [TERM, renumbered]).rows[1]
    assert (row.kind, row.is_renumbered) == ("unchanged", True)


def test_white_space_alone_is_no_change() -> None:
    spaced = ClauseText("2", "Fees", FEES.text.replace(" ", "\n  "))
    assert compare([FEES], [spaced]).summary == Summary(unchanged=1)


def test_a_moved_clause_is_moved_and_may_be_edited() -> None:
    moved = ClauseText(
        "1",
        "Notice",
        NOTICE.text.replace("4.", "1.", 1).replace("writing", "writing or by e-mail"),
    )
    comparison = compare([TERM, FEES, LAW, NOTICE], [moved, TERM, FEES, LAW])
    assert kinds(comparison)[0] == ("moved", "Notice")
    assert comparison.summary == Summary(unchanged=3, moved=1, moved_and_edited=1)


def test_clauses_of_one_number_but_different_matter_are_not_matched() -> None:
    other = clause("2", "Insurance", "Provider carries commercial general liability cover.")
    assert kinds(compare([FEES], [other])) == [("removed", "Fees"), ("added", "Insurance")]


def test_one_side_may_be_empty() -> None:
    assert compare([], [TERM]).summary == Summary(added=1)
    assert compare([TERM], []).summary == Summary(removed=1)
    assert compare([], []).rows == ()


def test_stray_words_do_not_break_up_a_rewritten_sentence() -> None:
    assert diff_words("alpha beta gamma the delta epsilon zeta", "one two three the four five six") == (
        Segment("delete", "alpha beta gamma the delta epsilon zeta"),
        Segment("insert", "one two three the four five six"),
    )


TEXTS = st.text(alphabet="ab .,\n(1)“”é", max_size=40)
CLAUSES = st.lists(
    st.builds(ClauseText, st.sampled_from(["", "1", "2", "(a)"]), st.sampled_from(["", "A", "B"]), TEXTS),
    max_size=8,
)


def joined(row: Row, *ops: str) -> str:
    return "".join(segment.text for segment in row.segments if segment.op in ops)


@settings(max_examples=200, deadline=None)
@given(CLAUSES, CLAUSES)
def test_both_versions_can_be_read_back(old: list[ClauseText], new: list[ClauseText]) -> None:
    rows = compare(old, new).rows
    olds = sorted((row for row in rows if row.old), key=lambda row: row.old_position or 0)
    news = [row for row in rows if row.new]
    assert [joined(row, "equal", "delete") for row in olds] == [clause.text for clause in old]
    assert [joined(row, "equal", "insert") for row in news] == [clause.text for clause in new]


@settings(max_examples=200, deadline=None)
@given(CLAUSES, CLAUSES)
def test_swapping_sides_swaps_added_and_removed(old: list[ClauseText], new: list[ClauseText]) -> None:
    there, back = compare(old, new).summary, compare(new, old).summary
    assert (there.added, there.removed) == (back.removed, back.added)


@settings(max_examples=100, deadline=None)
@given(CLAUSES)
def test_a_version_equals_itself(clauses: list[ClauseText]) -> None:
    assert compare(clauses, clauses).summary == Summary(unchanged=len(clauses))


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_segments_hold_both_texts_and_never_repeat_a_kind(old: str, new: str) -> None:
    segments = diff_words(old, new)
    assert "".join(s.text for s in segments if s.op != "insert") == old
    assert "".join(s.text for s in segments if s.op != "delete") == new
    assert all(s.text for s in segments)
    assert all(a.op != b.op for a, b in pairwise(segments))


def hundred_pages(seed: int, changed_share: float) -> list[ClauseText]:
    """800 clauses of about 63 words: 50,000 words."""
    source, changes = random.Random(1), random.Random(seed)
    vocabulary = [f"word{n}" for n in range(3_000)] + ["the", "of", "and", "party"] * 300
    clauses = []
    for number in range(800):
        words = source.choices(vocabulary, k=63)
        if changes.random() < changed_share:
            words[changes.randrange(40) : 50] = changes.choices(vocabulary, k=8)
        clauses.append(ClauseText(str(number + 1), "", " ".join(words)))
    return clauses


@pytest.mark.parametrize("share", [0.1, 1.0])
def test_a_hundred_pages_take_less_than_five_seconds(share: float) -> None:
    old, new = hundred_pages(0, 0.0), hundred_pages(2, share)
    started = time.perf_counter()
    comparison = compare(old, new)
    assert time.perf_counter() - started < 5
    assert len(comparison.rows) >= 800


def test_two_very_long_clauses_take_little_time() -> None:
    source = random.Random(3)
    old = " ".join(source.choices(["the", "of", "party.", "fee;", "term", "notice"], k=20_000))
    new = " ".join(source.choices(["the", "of", "party.", "fee;", "term", "notice"], k=20_000))
    started = time.perf_counter()
    diff_words(old, new)
    assert time.perf_counter() - started < 5


def test_two_real_versions() -> None:
    def load(version: str) -> list[ClauseText]:
        folder = shared("contracts/bonterms-Professional-Services-Agreement")
        path = folder / f"Professional-Services-Agreement {version}.md"
        clauses = outline(read_document(path.read_bytes()).blocks)
        return [ClauseText(c.number, c.heading, c.text) for c in clauses]

    comparison = compare(load("V1.0"), load("V1.1"))
    assert comparison.summary == Summary(unchanged=155, changed=10, added=1, removed=1)
    row = next(row for row in comparison.rows if row.new and row.new.number == "12.4")
    assert [(s.op, s.text) for s in row.segments][1:3] == [("delete", "action"), ("insert", "Action")]


def test_clauses_of_common_words_alone_are_known_by_their_number() -> None:
    """Every word stands in every clause, so that none tells them apart, and there are no headings."""
    words = ["the", "party", "shall", "pay", "each", "month", "in", "arrears", "by", "notice"]
    turned = [" ".join(words[at:] + words[:at]) for at in range(len(words))]
    old = [ClauseText(str(at), "", f"{at}. {text}.") for at, text in enumerate(turned * 3, 1)]
    new = [replace(each, text=f"{each.text} Always.") for each in old]

    assert compare(old, new).summary == Summary(changed=len(old))
