"""Which words of a DOCX paragraph are bold, italic or underlined by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from clm.documents.extraction.extracted import Mark
from clm.documents.extraction.lines import squeeze
from clm.documents.extraction.numbering import W, value_of
from clm.documents.extraction.styles import Styles, is_on

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

Marks = frozenset[str]
PLAIN: Marks = frozenset()
TOGGLES = {"bold": "b", "italic": "i"}


def marks_of(run: Element, styles: Styles) -> Marks:
    """What a run says itself or through its character style; its paragraph's style counts for nothing."""
    properties = run.find(W + "rPr")
    if properties is None:
        return PLAIN
    style_id = value_of(properties, W + "rStyle")
    found = set(styles.of(style_id).marks) if style_id else set()
    for mark, name in TOGGLES.items():
        stated = is_on(properties, W + name)
        if stated is not None:
            (found.add if stated else found.discard)(mark)
    line = value_of(properties, W + "u")
    if line:
        (found.discard if line == "none" else found.add)("underline")
    return frozenset(found)


def spans_in(clean: str, pieces: Sequence[tuple[str, Marks]]) -> tuple[Mark, ...]:
    """The marks as offsets into the text that reading made of the pieces; none where it is not made of them letter by
    letter. A blank has the marks that stand on both sides of it."""
    if not any(marks for _, marks in pieces):
        return ()
    letters = [(letter, marks) for text, marks in pieces for letter in squeeze(text) if not letter.isspace()]
    places = [at for at, letter in enumerate(clean) if not letter.isspace()]
    if "".join(clean[at] for at in places) != "".join(letter for letter, _ in letters):
        return ()
    return tuple(sorted(_spans(places, [marks for _, marks in letters])))


def _spans(places: Sequence[int], marks: Sequence[Marks]) -> Iterator[Mark]:
    for mark in ("bold", "italic", "underline"):
        start: int | None = None
        for index, here in enumerate(marks):
            if mark in here and start is None:
                start = places[index]
            elif mark not in here and start is not None:
                yield start, places[index - 1] + 1, mark
                start = None
        if start is not None:
            yield start, places[-1] + 1, mark
