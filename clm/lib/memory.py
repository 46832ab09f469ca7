"""Memory as Python handles it: room for calls, and rings of objects that nothing leads to.

Python gives calls within calls 16 KB at a time, some thirty of them, and asks the system for the next piece at the call
that has no room: each time, where that one stands in a loop (CPython's issue 142183, mended after 3.12). Pages go a
hundred calls deep. Room is for what a call calls in its own thread, not for what is streamed after it.

A page makes some ten thousand objects and leaves few rings, and what is loaded stays. Python by itself looks through
the young ones after each 700, and through all of them again and again while a process starts.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.core.signals import request_started

P = ParamSpec("P")
R = TypeVar("R")

# Values that a call has room for: just above half of a piece of 1 MB, so that the rest is there for what it calls. What
# is not written to is promised by the system and not taken.
ROOM = 66_000

# For processes of any kind: so many new objects, so many times that, and times that again. It counts objects, not what
# they hold: a document that was read may be a ring of a few thousand.
LOOKS = (10_000, 10, 10)
# For web processes, which look between requests: this is for what makes many more.
OBJECTS = 100_000
# After so many requests what outlived one is looked through again, and after so many times that, the rest.
REQUESTS, TIMES = 20, 50


def with_room(call: Callable[P, R]) -> Callable[P, R]:
    """The same call; it, and all that it calls, have one piece of memory, a thousand calls deep. As middleware too."""

    def roomy(*args: P.args, **kwargs: P.kwargs) -> R:
        return call(*args, **kwargs)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=ROOM)
    return wraps(call)(roomy)


def look_seldom() -> None:
    """From the beginning: looking through what is being loaded is a fifth of the start."""
    gc.set_threshold(*LOOKS)


def keep_loaded() -> None:
    """What is loaded by now stays for as long as the process does, so the collector need not look through it again."""
    gc.collect()
    gc.freeze()


def settle() -> None:
    """For a web process. What a request leaves is looked through before the next, when its answer has gone too."""
    keep_loaded()
    gc.set_threshold(OBJECTS, REQUESTS, TIMES)
    request_started.connect(_tidy, dispatch_uid="clm.lib.memory")


def _tidy(**_more: Any) -> None:
    _young, once, twice = gc.get_count()
    gc.collect(2 if twice > TIMES else 1 if once > REQUESTS else 0)
