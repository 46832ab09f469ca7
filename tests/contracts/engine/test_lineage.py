"""Where a clause is in a later text."""

from __future__ import annotations

import pytest

from contracts.engine.lineage import Labelled, carried, families

A = Labelled("a", "2.1", "Availability")


def test_families_join_what_came_of_each_other() -> None:
    found = families([("draft", "old"), ("draft", "new"), ("other", "alone")])

    assert found["old"] == found["new"] == found["draft"]
    assert found["alone"] == found["other"] != found["draft"]


def test_families_are_the_same_whatever_the_order() -> None:
    pairs = [("a", "b"), ("c", "d"), ("b", "c")]

    assert len(set(families(pairs).values())) == len(set(families(pairs[::-1]).values())) == 1


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([Labelled("a", "9", "Moved")], "a"),
        ([Labelled("x", "2.1", "Availability"), Labelled("k", "7", "Uptime")], "k"),
        ([Labelled("x", "2.1", "availability.")], "x"),
        ([Labelled("x", "2.1", "Availability"), Labelled("y", "3", "Availability")], "x"),
        ([Labelled("x", "4", "Availability")], "x"),
        ([Labelled("x", "4", "Availability"), Labelled("y", "5", "Availability")], None),
        ([Labelled("x", "2.1", "Credits")], None),
        ([], None),
    ],
)
def test_itself_then_family_then_label(targets: list[Labelled[str]], expected: str | None) -> None:
    family = families([("a", "k")])

    assert carried(A, targets, family) == expected


def test_without_a_heading_the_number_counts_and_without_both_nothing() -> None:
    target = [Labelled("x", "2.1", ""), Labelled("y", "", "")]

    assert carried(Labelled("a", "2.1", ""), target, {}) == "x"
    assert carried(Labelled("a", "", ""), target, {}) is None
