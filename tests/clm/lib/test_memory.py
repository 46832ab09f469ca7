"""What requests leave is looked through between them."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from django.dispatch import Signal

from clm.lib import memory


class Ring:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Iterator[Signal]:
    """Of each request of a web process, where nothing is looked through of itself."""
    signal = Signal()
    monkeypatch.setattr(memory, "request_started", signal)
    memory.settle()
    gc.disable()
    yield signal
    gc.enable()


def test_what_a_request_left_is_gone_before_the_next(begun: Signal) -> None:
    left = weakref.ref(Ring())
    assert left() is not None
    begun.send(None)
    assert left() is None


@pytest.mark.parametrize("outlived", [1, 2])
def test_what_outlived_requests_is_gone_after_many(
    begun: Signal, monkeypatch: pytest.MonkeyPatch, outlived: int
) -> None:
    monkeypatch.setattr(memory, "REQUESTS", 2)
    monkeypatch.setattr(memory, "TIMES", 2)
    ring = Ring()
    left = weakref.ref(ring)
    for _request in range(4 * outlived):
        begun.send(None)
    del ring
    begun.send(None)
    assert left() is not None
    for _request in range(20):
        begun.send(None)
    assert left() is None


def test_nothing_is_looked_through_while_a_page_is_made_or_a_process_starts() -> None:
    assert gc.get_threshold()[0] == memory.OBJECTS == 100_000
