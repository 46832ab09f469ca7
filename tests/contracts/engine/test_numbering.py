"""The numbers of a draft's clauses: exact labels after each kind of change, and what holds for real agreements."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.documents.extraction.reading import read_document
from contracts.engine.numbering import Placed, numbers, stationary
from contracts.engine.outline import outline
from tests.clm.documents.papers import BONTERMS_SLA, CSA, HOSTING_TXT


def based(*labels: tuple[int, str]) -> list[Placed]:
    """A base version by level and label; keys are n0, n1 ..."""
    return [Placed(f"n{at}", level, label, at, level) for at, (level, label) in enumerate(labels)]


def labels_of(clauses: list[Placed]) -> list[str]:
    found = numbers(clauses)
    return [found[each.key] for each in clauses if not each.is_removed]


def added(level: int, key: str = "new") -> Placed:
    return Placed(key, level)


CLASSIC = based((1, "1"), (2, "1.1"), (3, "(a)"), (3, "(b)"), (4, "(i)"), (4, "(ii)"), (2, "1.2"), (1, "2"), (2, "2.1"))


@pytest.mark.parametrize("paper", [CSA, BONTERMS_SLA, HOSTING_TXT], ids=lambda path: Path(path).name)
def test_a_draft_nobody_changed_has_the_numbers_of_its_base(paper: Path) -> None:
    clauses = outline(read_document(paper.read_bytes()).blocks)
    placed = [Placed(str(each.position), each.level, each.number, each.position, each.level) for each in clauses]
    assert labels_of(placed) == [each.number for each in clauses]


@pytest.mark.parametrize(
    "base",
    [
        [(1, ""), (1, "1"), (1, "2")],
        [(1, "Article I"), (2, "1.1"), (1, "Article II"), (2, "2.1"), (2, "2.2")],
        [(1, "Article I"), (2, "Section 1"), (2, "Section 2"), (1, "Article II"), (2, "Section 3")],
        [(1, "5"), (2, "5.1"), (2, "5.3"), (1, "6"), (1, "9")],
        [(1, "1"), (1, "2"), (1, ""), (1, "1"), (1, "2")],
        [(1, "1.0"), (2, "1.1"), (1, "2.0")],
        [(1, "Exhibit A"), (2, "1"), (1, "Exhibit B-1"), (2, "1")],
        [(1, "A."), (2, "1)"), (2, "2)"), (1, "B.")],
        [(1, "1"), *[(2, f"({letter})") for letter in "abcdefghij"]],
        [(1, "§ 1"), (1, "§ 2")],
        [(1, "4.1"), (1, "4.2"), (1, "5.1")],
        [(1, "II"), (1, "III")],
    ],
)
def test_every_scheme_stands_as_it_was(base: list[tuple[int, str]]) -> None:
    assert labels_of(based(*base)) == [label for _level, label in base]


def test_an_added_clause_moves_the_ones_after_it() -> None:
    clauses = [*CLASSIC[:3], added(3), *CLASSIC[3:]]
    assert labels_of(clauses) == ["1", "1.1", "(a)", "(b)", "(c)", "(i)", "(ii)", "1.2", "2", "2.1"]


def test_an_added_article_takes_its_clauses_along() -> None:
    clauses = [added(1), *CLASSIC]
    assert labels_of(clauses) == ["1", "2", "2.1", "(a)", "(b)", "(i)", "(ii)", "2.2", "3", "3.1"]


def test_a_removed_clause_closes_the_gap() -> None:
    clauses = [replace(each, is_removed=each.key == "n1") for each in CLASSIC]
    assert labels_of(clauses) == ["1", "(a)", "(b)", "(i)", "(ii)", "1.1", "2", "2.1"]
    assert "n1" not in numbers(clauses)


def test_a_restored_clause_has_its_number_again() -> None:
    assert labels_of(list(CLASSIC)) == [each.label for each in CLASSIC]


def test_a_moved_clause_counts_where_it_stands() -> None:
    clauses = [*CLASSIC[:6], CLASSIC[7], CLASSIC[6], CLASSIC[8]]
    assert labels_of(clauses) == ["1", "1.1", "(a)", "(b)", "(i)", "(ii)", "2", "2.1", "2.2"]


def test_a_clause_moved_to_another_level_takes_the_scheme_of_that_level() -> None:
    clauses = [*CLASSIC[:6], replace(CLASSIC[6], level=3), *CLASSIC[7:]]
    assert labels_of(clauses) == ["1", "1.1", "(a)", "(b)", "(i)", "(ii)", "(c)", "2", "2.1"]


@pytest.mark.parametrize(
    ("base", "level", "expected"),
    [
        ([(1, "Article I"), (1, "Article II")], 1, ["Article I", "Article II", "Article III"]),
        ([(1, "Section 1"), (1, "Section 2")], 1, ["Section 1", "Section 2", "Section 3"]),
        ([(1, "1"), (1, "2")], 2, ["1", "2", "2.1"]),
        ([(1, "1"), (2, "(a)"), (1, "2")], 2, ["1", "(a)", "2", "(a)"]),
        ([(1, "1"), (2, ""), (2, "")], 2, ["1", "", "", ""]),
        ([(1, ""), (1, "")], 1, ["", "", ""]),
        ([(1, "1"), (2, "1.1")], 3, ["1", "1.1", "(a)"]),
        ([(1, "1"), (2, "(a)")], 3, ["1", "(a)", "(i)"]),
        ([(1, "1"), (2, "(a)"), (3, "(i)")], 4, ["1", "(a)", "(i)", "(A)"]),
        ([(1, "y"), (1, "z")], 1, ["y", "z", "aa"]),
    ],
)
def test_an_added_clause_is_written_like_its_neighbours(
    base: list[tuple[int, str]], level: int, expected: list[str]
) -> None:
    assert labels_of([*based(*base), added(level)]) == expected


def test_added_clauses_count_on_from_each_other() -> None:
    base = based((1, "1"), (1, "2"))
    assert labels_of([base[0], added(2, "a"), added(2, "b"), base[1]]) == ["1", "1.1", "1.2", "2"]


def test_a_draft_begun_from_nothing_has_no_numbers() -> None:
    assert labels_of([added(1, "a"), added(2, "b")]) == ["", ""]


def test_numbers_that_count_on_through_articles_still_do() -> None:
    base = based((1, "Article I"), (2, "1"), (2, "2"), (1, "Article II"), (2, "3"))
    assert labels_of([*base[:3], added(2), *base[3:]]) == ["Article I", "1", "2", "3", "Article II", "4"]


def test_a_list_that_began_again_still_does() -> None:
    base = based((1, "1"), (1, "2"), (1, ""), (1, "1"), (1, "2"))
    assert labels_of([base[0], added(1), *base[1:]]) == ["1", "2", "3", "", "1", "2"]


def test_a_gap_of_the_base_stays_while_its_neighbours_do() -> None:
    base = based((1, "1"), (1, "2"), (1, "5"))
    assert labels_of(base) == ["1", "2", "5"]
    assert labels_of([replace(base[0], is_removed=True), *base[1:]]) == ["1", "4"]
    assert labels_of([base[0], replace(base[1], is_removed=True), base[2]]) == ["1", "2"]


def test_the_clauses_that_stayed() -> None:
    base = based((1, "1"), (1, "2"), (1, "3"))
    assert stationary([base[2], base[0], base[1]]) == {"n0", "n1"}


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 4)), max_size=12), st.sets(st.integers(0, 8)))
def test_every_kept_clause_has_one_label(inserts: list[tuple[int, int]], removed: set[int]) -> None:
    clauses = [replace(each, is_removed=at in removed) for at, each in enumerate(CLASSIC)]
    for number, (at, level) in enumerate(inserts):
        clauses.insert(at, added(level, f"a{number}"))
    assert set(numbers(clauses)) == {each.key for each in clauses if not each.is_removed}
