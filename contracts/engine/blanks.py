"""Blanks in the library's words, and what a contract put there: what a blank holds is no departure from the library."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from contracts.engine.composition import VARIABLE

# More words than that are no answer any more but a text of their own: they count as a departure.
MOST_WORDS = 25
ANCHOR = 3  # words beside a blank by which it is found in a text that says other things elsewhere
SHOWN, LEAD = 70, 45  # letters of a line that is named, and of those at most before its blank
_OPEN = re.compile(r"_{3,}|\[\s*(?:[#_\u2022\u25cf\u2026\s]*|\.{3})\s*\]")
_BOX = re.compile(r"\s*\[\s*\](?=\s*\w)")
# Lines that are written on by hand.
_SIGNED = {"by", "date", "email", "its", "name", "print", "sign", "signature", "signed", "title", "the", "of"}
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|[^\w\s]")


def filled(position: str, text: str) -> tuple[str, tuple[str, ...]]:
    """The position's words with its blanks as the text has them, and what stands in them, in order. A blank that is not
    found stays one. Both are plain: one space between words."""
    literals, names = _parts(position)
    if not names:
        return position, ()
    found = _whole(literals, text) or _by_anchors(literals, text)
    words = literals[0]
    for name, value, literal in zip(names, found, literals[1:], strict=True):
        words += (name if value is None else value) + literal
    return words, tuple(value for value in found if value is not None)


def answered(text: str, answers: Mapping[str, str]) -> str:
    """The words with those blanks filled that have an answer."""
    return VARIABLE.sub(lambda match: answers.get(match["name"] or "") or match.group(), text)


def left_in(text: str) -> list[str]:
    """The blanks that nobody filled, each once: `{name}` as it is written, and empty lines and brackets with the words
    beside them. Boxes to tick and lines to sign on are none."""
    found = [match.group() for match in VARIABLE.finditer(text)]
    return list(dict.fromkeys([*found, *(shown for line in text.split("\n") if (shown := _open_line(line)))]))


def _open_line(line: str) -> str:
    """The words around the first empty place of the line; nothing where it has none."""
    plain = " ".join(_BOX.sub("", line).split())
    place = _OPEN.search(plain)
    if place is None or (place.group()[0] == "_" and is_signed(plain)):
        return ""
    begin = plain.find(" ", place.start() - LEAD) + 1 if place.start() > LEAD else 0
    shown = plain[begin : begin + SHOWN]
    return f"{'…' if begin else ''}{shown}{'…' if len(plain) > begin + SHOWN else ''}"


def is_signed(line: str) -> bool:
    """The line is one to write on by hand: it says who signs, when and as what, and nothing else."""
    words = set(_WORD.findall(_OPEN.sub(" ", line).lower()))
    return words <= _SIGNED and "%" not in line and "$" not in line


def _parts(position: str) -> tuple[list[str], list[str]]:
    literals, names, at = [], [], 0
    for match in VARIABLE.finditer(position):
        literals.append(position[at : match.start()])
        names.append(match.group())
        at = match.end()
    return [*literals, position[at:]], names


def _is_short(value: str) -> bool:
    return len(_WORD.findall(value)) <= MOST_WORDS


def _whole(literals: list[str], text: str) -> list[str | None] | None:
    """What the blanks hold where the text says nothing else anywhere."""
    first, *middle, last = literals
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return None
    at, end, found = len(first), len(text) - len(last), list[str | None]()
    for literal in middle:
        place = text.find(literal, at, end)
        if place < 0:
            return None
        found.append(text[at:place])
        at = place + len(literal)
    found.append(text[at:end])
    return found if all(value is not None and _is_short(value) for value in found) else None


def _by_anchors(literals: list[str], text: str) -> list[str | None]:
    """Each blank between the words that stand beside it, after the one before; None where these are not there."""
    found: list[str | None] = []
    at = 0
    for before, after in pairwise(literals):
        begins = _end_of(before, text, at)
        ends = None if begins is None else _start_of(after, text, begins)
        value = None if begins is None or ends is None else text[begins:ends].strip()
        if value is None or not _is_short(value):
            found.append(None)
            continue
        found.append(value)
        at = at if ends is None else ends
    return found


def _end_of(before: str, text: str, start: int) -> int | None:
    """Where the words before a blank end: the last three of them, else fewer. Without any, where the search begins."""
    tokens = list(_TOKEN.finditer(before))
    if not tokens:
        return start
    for count in range(min(ANCHOR, len(tokens)), 0, -1):
        match = re.compile(rf"(?<!\w){re.escape(before[tokens[-count].start() :])}").search(text, start)
        if match is not None:
            return match.end()
    return None


def _start_of(after: str, text: str, start: int) -> int | None:
    """Where the words behind a blank begin; without any, the text's end."""
    tokens = list(_TOKEN.finditer(after))
    if not tokens:
        return len(text) if not after else None
    for count in range(min(ANCHOR, len(tokens)), 0, -1):
        match = re.compile(rf"{re.escape(after[: tokens[count - 1].end()])}(?!\w)").search(text, start)
        if match is not None:
            return match.start()
    return None
