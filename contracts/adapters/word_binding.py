"""Which blank of a template belongs to a question that is there: only where the words around it leave no doubt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from contracts.adapters.word_fitting import AMOUNTS, BLANK, is_title, unit_of
from contracts.adapters.word_spots import Open
from contracts.engine.open_blanks import unit_at
from contracts.engine.questionnaire import Field

_UNPRICED = {"number", "count"}


def bound(found: Sequence[Open], fields: Sequence[Field], placed: Collection[str]) -> dict[int, str]:
    """The number of a blank and the question that fills it. `placed` are those that stand somewhere.

    The words right before the blank are the name of a question that stands nowhere, and no other blank has them; or the
    title of the table row is the name of a question that counts the same.
    """
    asked = [each for each in fields if each.type in ("string", "number", "text", "date")]
    blanks = {number: each for number, each in enumerate(found) if each.kind == BLANK}
    free = [each for each in asked if each.name not in placed]
    led = {number: name for number, each in blanks.items() if (name := _by_lead(each, free))}
    times = Counter(led.values())
    led = {number: name for number, name in led.items() if times[name] == 1}
    titled = {number: name for number, each in blanks.items() if (name := _by_title(each, asked))}
    return titled | led


def _by_title(each: Open, asked: Sequence[Field]) -> str:
    unit = unit_at(each.before, each.after)
    fitting = [field.name for field in asked if unit and _counted(field.name) == unit]
    names = [name for name in fitting if is_title(name, each.title)]
    return names[0] if len(names) == 1 else ""


def _by_lead(each: Open, free: Sequence[Field]) -> str:
    unit = unit_at(each.before, each.after)
    words = re.findall(r"[a-z0-9]+", each.before.lower())
    names = [field.name for field in free if _is_led(_said(field.name), words) and _counted(field.name) == unit]
    return names[0] if len(names) == 1 else ""


def _is_led(name: Sequence[str], words: Sequence[str]) -> bool:
    return len(name) > 1 and list(words[-len(name) :]) == list(name)


def _said(name: str) -> list[str]:
    """The words of the name without what it counts."""
    words = name.split("_")
    return words[:-1] if _counted(name) else words


def _counted(name: str) -> str:
    return unit_of(name) or ("amount" if name.rsplit("_", 1)[-1] in AMOUNTS - _UNPRICED else "")
