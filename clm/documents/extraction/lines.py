"""Printed lines put back together into paragraphs."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clm.documents.extraction.enumerators import PART, starts_with_mark

SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
LIGATURES = dict(zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
WORD = re.compile(r"[A-Za-z]{2,}(?:-[A-Za-z]{2,})?")
BROKEN_WORD = re.compile(r"([A-Za-z]{2,})[-\u00ad\ufffe\u0002]$")
NEXT_WORD = re.compile(r"[a-z]{2,}")
BULLET = re.compile(r"[•‣▪●○◦■□\uf0b7·*–-]\s+\S")
RULE = re.compile(r"[-=*~#\s]{5,}")
END_OF_SENTENCE = (".", ";", ":", "?", "!", "”", '"', ")", "]")
BEFORE_ITEM = (".", ";", ":", ",", "?", "and", "or", "and/or", ")")
# Prefixes whose hyphen stays when a line breaks after it.
HYPHENATED = """
non self pre post sub co re third first second long short full part well end on off up out cross multi per pro
anti inter semi half high low single two three four ninety thirty sixty twenty e ex so all
"""
HYPHENATED_PREFIXES = frozenset(HYPHENATED.split())


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line. `left` and `right` are where its ink begins and ends and `gap` the distance to
    the baseline above, in points; all None where the source has no geometry."""

    text: str
    page: int | None = None
    left: float | None = None
    right: float | None = None
    gap: float | None = None


def squeeze(text: str) -> str:
    """The text in Unicode's composed form, printers' ligatures opened, each run of blanks made one space."""
    text = unicodedata.normalize("NFC", text).translate(LIGATURES)
    return SPACES.sub(" ", text).strip()


@dataclass(frozen=True, slots=True)
class Measure:
    """The body's usual line distance and right edge, against which one line is judged."""

    gap: float
    right: float
    left: float
    chars: int
    words: Counter[str]


def measure_of(lines: Sequence[Line]) -> Measure:
    gaps = sorted(line.gap for line in lines if line.gap is not None and line.gap > 0)
    rights = sorted(line.right for line in lines if line.right is not None)
    lefts = sorted(line.left for line in lines if line.left is not None)
    widths = sorted(len(line.text) for line in lines)
    words: Counter[str] = Counter()
    for line in lines:
        words.update(word.lower() for word in WORD.findall(line.text))
    return Measure(
        gap=gaps[len(gaps) // 2] if gaps else 0.0,
        right=rights[len(rights) * 9 // 10] if rights else 0.0,
        left=lefts[len(lefts) // 10] if lefts else 0.0,
        chars=widths[len(widths) * 9 // 10] if widths else 0,
        words=words,
    )


def paragraphs(lines: Iterable[Line]) -> list[Line]:
    """The lines joined into paragraphs, each with its first line's page and geometry.

    An empty line or a drawn rule always ends a paragraph.
    """
    rows = list(lines)
    measure = measure_of([line for line in rows if line.text])
    joined: list[Line] = []
    parts: list[Line] = []
    for line in rows:
        if not line.text or RULE.fullmatch(line.text):
            flush(parts, joined, measure)
            continue
        if parts and begins_paragraph(line, parts, measure):
            flush(parts, joined, measure)
        parts.append(line)
    flush(parts, joined, measure)
    return joined


def flush(parts: list[Line], joined: list[Line], measure: Measure) -> None:
    if not parts:
        return
    first = parts[0]
    text = first.text
    for line in parts[1:]:
        text = join_lines(text, line.text, measure.words)
    joined.append(Line(text.strip(), first.page, first.left, first.right, first.gap))
    parts.clear()


def join_lines(before: str, after: str, words: Counter[str]) -> str:
    """Two lines as one, a word broken over them made whole."""
    broken = BROKEN_WORD.search(before)
    rest = NEXT_WORD.match(after)
    if broken is None or rest is None:
        return f"{before} {after}"
    head, tail = broken.group(1).lower(), rest.group().lower()
    whole = before[: broken.end(1)]
    keep = words[f"{head}-{tail}"] > 0 or head in HYPHENATED_PREFIXES
    if keep and not words[head + tail]:
        return f"{whole}-{after}"
    return whole + after


def begins_paragraph(line: Line, parts: Sequence[Line], measure: Measure) -> bool:
    previous = parts[-1]
    if is_wide_gap(line, measure):
        return True
    if starts_item(line.text):
        after_heading = is_heading_line(previous.text)
        return after_heading or may_precede_item(previous, measure) or indents_differ(line, parts)
    if is_heading_line(line.text) != is_heading_line(previous.text):
        return not continues_mark(previous.text) and may_border_heading(line, previous, measure)
    return is_short(previous, measure) and ends_sentence(previous.text)


def is_wide_gap(line: Line, measure: Measure) -> bool:
    return line.gap is not None and measure.gap > 0 and line.gap > 1.35 * measure.gap


def may_border_heading(line: Line, previous: Line, measure: Measure) -> bool:
    """A line in capitals may also be the middle of a paragraph that turns to capitals for emphasis."""
    return is_short(previous, measure) or (is_heading_line(line.text) and ends_sentence(previous.text))


def starts_item(text: str) -> bool:
    return starts_with_mark(text) or BULLET.match(text) is not None or PART.match(text) is not None


def may_precede_item(previous: Line, measure: Measure) -> bool:
    return previous.text.endswith(BEFORE_ITEM) or is_short(previous, measure)


def indents_differ(line: Line, parts: Sequence[Line]) -> bool:
    if line.left is None or parts[-1].left is None:
        return False
    return abs(line.left - parts[-1].left) > 4.0


def is_short(line: Line, measure: Measure) -> bool:
    """The line stops well before the right edge, as a paragraph's last line does."""
    if line.right is not None and line.left is not None and measure.right:
        return line.right < measure.right - 0.08 * (measure.right - measure.left)
    return len(line.text) < 0.85 * measure.chars


def ends_sentence(text: str) -> bool:
    return text.endswith(END_OF_SENTENCE)


def continues_mark(previous: str) -> bool:
    """A lone mark ("2.1") on its own line belongs to the line below it."""
    return len(previous) <= 12 and starts_with_mark(previous + " X")


def is_heading_line(text: str) -> bool:
    """A short line in capitals."""
    letters = [character for character in text if character.isalpha()]
    if len(letters) < 4 or len(text) > 90 or text.endswith((",", ";")):
        return False
    return all(character.isupper() for character in letters)
