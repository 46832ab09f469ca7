"""Calls have room, and what requests leave is looked through between them."""

from __future__ import annotations

import gc
import resource
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from celery.signals import task_postrun
from django.dispatch import Signal
from django.http import HttpResponse
from django.test import Client

from clm.access.middleware import RequestIdMiddleware
from clm.celery import app
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


def pieces(depth: int) -> int:
    """How often the system gave memory to 500 calls that stand so deep."""
    if depth:
        return pieces(depth - 1)
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _time in range(500):
        one()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - begun


def one() -> int:
    return 1


# Larger than a step in depth, so that it is the first for which there is no room.
one.__code__ = one.__code__.replace(co_stacksize=50)


def most_pieces() -> int:
    """Of depths that take several pieces of Python's own."""
    return max(pieces(depth) for depth in range(500))


def on_its_own(call: Callable[[], int]) -> int:
    """In a thread: a test has room already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(call).result()


def test_calls_have_room_at_any_depth() -> None:
    assert on_its_own(memory.with_room(most_pieces)) < 250


def test_a_request_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RequestIdMiddleware, "__call__", lambda self, request: HttpResponse(str(most_pieces())))

    assert on_its_own(lambda: int(Client().get("/").content)) < 250


def test_a_task_has_room() -> None:
    @app.task(name="tests.most_pieces")
    def task() -> int:
        return most_pieces()

    try:
        assert on_its_own(lambda: task.apply().get()) < 250
    finally:
        app.tasks.pop("tests.most_pieces")
