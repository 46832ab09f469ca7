"""When the collector looks for rings of objects that nothing leads to."""

from __future__ import annotations

import gc
from typing import Any

from django.core.signals import request_started

# A page makes some ten thousand objects and leaves few rings. Python by itself would look through all of them after
# each thousand, which is a tenth of the page's time; this is for what makes many more.
OBJECTS = 100_000
# After so many requests what outlived one is looked through again, and after so many times that, the rest.
REQUESTS, TIMES = 20, 50


def look_seldom() -> None:
    """From the beginning, for what is loaded stays: looking through it again and again is a fifth of the start."""
    gc.set_threshold(OBJECTS, REQUESTS, TIMES)


def settle() -> None:
    """What is loaded by now stays for as long as the process does, so the collector need not look through it again; and
    what a request leaves is looked through before the next, when its answer has gone too."""
    gc.collect()
    gc.freeze()
    request_started.connect(_tidy, dispatch_uid="clm.lib.memory")


def _tidy(**_more: Any) -> None:
    _young, once, twice = gc.get_count()
    gc.collect(2 if twice > TIMES else 1 if once > REQUESTS else 0)
