"""What is unusual: a multiple of one's own habit and of one's roles', from a floor on."""

from __future__ import annotations

import pytest

from contracts.engine.reading import Bounds, unusual

BOUNDS = Bounds(floor=30, own=4, role=3)


@pytest.mark.parametrize(
    ("opened", "own", "peers", "flagged"),
    [
        (29, [1], [1], False),
        (30, [1], [1], True),
        (40, [10, 10], [1], False),
        (41, [10, 10], [1], True),
        (41, [10, 10], [20], False),
        (61, [10, 10], [20], True),
        (30, [], [], True),
    ],
)
def test_all_three_bounds_count(opened: int, own: list[int], peers: list[int], flagged: bool) -> None:
    assert (unusual(opened, own, peers, BOUNDS) is not None) is flagged


def test_the_trace_says_how() -> None:
    trace = unusual(50, [1, 2], [10, 20, 15], BOUNDS)
    assert trace is not None
    assert [(step.label, step.value) for step in trace.steps] == [
        ("own daily mean", "1.5"), ("daily mean of the roles", "15.0"), ("bound", "45.0"),
    ]  # fmt: skip
