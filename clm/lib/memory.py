"""When the collector looks for rings of objects that nothing leads to.

A page makes some ten thousand objects and leaves few rings, and what is loaded stays. Python by itself looks through
the young ones after each 700, and through all of them again and again while a process starts.
"""

from __future__ import annotations

import gc
from typing import Any

from django.core.signals import request_started

# For processes of any kind: so many new objects, so many times that, and times that again. It counts objects, not what
# they hold: a document that was read may be a ring of a few thousand.
LOOKS = (10_000, 10, 10)
# For web processes, which look between requests: this is for what makes many more.
OBJECTS = 100_000
# After so many requests what outlived one is looked through again, and after so many times that, the rest.
REQUESTS, TIMES = 20, 50


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
