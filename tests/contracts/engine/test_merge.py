"""Two people's words as one text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from contracts.engine.body import body_of, plain
from contracts.engine.merge import Clash, merge, merged_heading

BASE = "The Provider hosts the Service for the Customer and reports on it each month."
WORDS = st.lists(st.sampled_from(["the", "Provider", "hosts", "Service", "for", "a", "year", "."]), max_size=12)


def merged(base: str, mine: str, theirs: str) -> tuple[str, tuple[Clash, ...]]:
    found = merge(*(body_of(text.split("\n")) for text in (base, mine, theirs)))
    return plain(found.body), found.clashes


def test_changes_of_different_words_are_both_in_it() -> None:
    mine, theirs = BASE.replace("hosts", "operates"), BASE.replace("each month", "each quarter")

    assert merged(BASE, mine, theirs) == (mine.replace("each month", "each quarter"), ())


def test_the_same_change_is_made_once() -> None:
    mine = BASE.replace("hosts", "operates")

    assert merged(BASE, mine, mine) == (mine, ())


def test_changes_of_the_same_word_clash() -> None:
    text, clashes = merged(BASE, BASE.replace("hosts", "runs"), BASE.replace("hosts", "operates"))

    assert text == BASE.replace("hosts", "runs")
    assert clashes == (Clash(base="hosts", mine="runs", theirs="operates"),)


def test_changes_side_by_side_clash() -> None:
    mine, theirs = BASE.replace("hosts", "runs"), BASE.replace("the Service for", "a Service for")

    assert [clash.base for clash in merged(BASE, mine, theirs)[1]] == ["hosts the"]


def test_words_that_one_removed_and_the_other_changed_clash() -> None:
    _text, clashes = merged(BASE, BASE.replace(" and reports on it each month", ""), BASE.replace("month", "quarter"))

    assert len(clashes) == 1


def test_what_clashes_leaves_the_rest_merged() -> None:
    mine = BASE.replace("hosts", "runs").replace("each month", "each week")
    theirs = BASE.replace("hosts", "operates").replace("Customer", "Client")

    text, clashes = merged(BASE, mine, theirs)

    assert text == "The Provider runs the Service for the Client and reports on it each week."
    assert len(clashes) == 1


def test_paragraphs_are_merged_too() -> None:
    base = "One first paragraph.\nTwo second paragraph."

    text, clashes = merged(base, f"{base}\nThree is new.", base.replace("One first", "Our first"))

    assert (text, clashes) == ("Our first paragraph.\nTwo second paragraph.\nThree is new.", ())


def test_headings_merge_whole() -> None:
    assert merged_heading("A", "A", "B") == "B"
    assert merged_heading("A", "B", "A") == "B"
    assert merged_heading("A", "B", "B") == "B"
    assert merged_heading("A", "B", "C") is None


@given(WORDS, WORDS, WORDS)
def test_whoever_changed_nothing_takes_nothing_away(base: list[str], mine: list[str], theirs: list[str]) -> None:
    ground, left, right = (body_of([" ".join(words)]) for words in (base, mine, theirs))

    assert merge(ground, left, ground).body == left
    assert merge(ground, ground, right).body == right
    assert merge(ground, left, left).body == left
    assert merge(ground, left, left).clashes == ()


@given(WORDS, WORDS, WORDS)
def test_both_orders_agree_unless_they_clash(base: list[str], mine: list[str], theirs: list[str]) -> None:
    ground, left, right = (body_of([" ".join(words)]) for words in (base, mine, theirs))
    one, other = merge(ground, left, right), merge(ground, right, left)

    assert len(one.clashes) == len(other.clashes)
    if not one.clashes:
        assert one.body == other.body
