"""What requests leave is looked through between them."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from celery.signals import task_postrun
from django.dispatch import Signal

from clm.lib import memory


class Ring:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Iterator[Signal]:
    """Of each request of a web process, where nothing is looked through of itself."""
    signal, thresholds = Signal(), gc.get_threshold()
    monkeypatch.setattr(memory, "request_started", signal)
    memory.settle()
    gc.disable()
    yield signal
    gc.enable()
    gc.set_threshold(*thresholds)


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


@pytest.mark.usefixtures("begun")
def test_little_is_looked_through_while_a_page_is_made() -> None:
    assert gc.get_threshold()[0] == memory.OBJECTS == 100_000


def test_what_a_task_left_is_gone_after_it() -> None:
    ring = Ring()
    left = weakref.ref(ring)
    gc.collect(1)  # it outlived much already
    del ring
    gc.disable()
    try:
        task_postrun.send(None)
    finally:
        gc.enable()
    assert left() is None
