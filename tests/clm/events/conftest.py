from __future__ import annotations

from collections.abc import Iterator

import pytest

from clm.events import handlers
from clm.events.models import OutboxEvent


class Listener:
    """A handler for `test.happened` that keeps what it heard, and raises while `fails` is set."""

    def __init__(self) -> None:
        self.heard: list[OutboxEvent] = []
        self.fails = False

    def __call__(self, event: OutboxEvent) -> None:
        self.heard.append(event)
        if self.fails:
            raise RuntimeError("the neighbour is away")


@pytest.fixture
def listener() -> Iterator[Listener]:
    heard = Listener()
    handlers._HANDLERS["test.happened"] = {"tests.listener": heard}
    yield heard
    handlers._HANDLERS.pop("test.happened")
