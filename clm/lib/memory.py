"""How often the collector looks for rings of objects that nothing leads to."""

from __future__ import annotations

import gc

# A page makes some ten thousand objects and leaves few rings: looking through all of them after each thousand, as
# Python does by itself, is a tenth of its time.
OBJECTS, YOUNG, MIDDLE = 10_000, 20, 50


def settle() -> None:
    """What is loaded by now stays for as long as the process does, so the collector need not look through it again; and
    what comes is looked through less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS, YOUNG, MIDDLE)
