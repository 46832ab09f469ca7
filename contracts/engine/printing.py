"""A clause's text as it is printed: paragraphs, lists and tables, with the words that stand out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from typing import Literal

# As reading puts blocks, the cells of a row and the items of a list into one text.
BLOCK = "\n\n"
CELL = " | "
BULLET = "• "
# How many capitals stand beside one another on a page, in an indented clause too.
LINE = 60
Mark = Sequence[int | str]


@dataclass(frozen=True)
class Run:
    """Words that look alike."""

    text: str
    is_bold: bool = False
    is_italic: bool = False
    is_underlined: bool = False


Runs = tuple[Run, ...]


@dataclass
class Part:
    """A paragraph (one row of one cell), a list (a row an item) or a table."""

    kind: Literal["paragraph", "list", "table"]
    rows: list[list[Runs]] = field(default_factory=list)

    @property
    def is_tight(self) -> bool:
        """Whether the longest words of the columns may not fit beside one another: then they are broken anywhere,
        which takes long to measure."""
        widths: list[int] = []
        for row in self.rows:
            words = [max(map(len, "".join(run.text for run in cell).split()), default=0) for cell in row]
            widths = [max(pair) for pair in zip_longest(widths, words, fillvalue=0)]
        return sum(width + 2 for width in widths) > LINE


def parts_of(text: str, marks: Sequence[Mark] = ()) -> list[Part]:
    """The text's parts in their order. `marks` are [start, end, bold | italic | underline], half-open offsets into
    the text; what lies outside of it is cut off."""
    found: list[Part] = []
    at = 0
    for block in text.split(BLOCK):
        start, at = at, at + len(block) + len(BLOCK)
        if not block.strip():
            continue
        kind, cells = _cells(block, start)
        if not (found and kind != "paragraph" and found[-1].kind == kind):
            found.append(Part(kind))
        found[-1].rows.append([tuple(_runs(text, begin, end, marks)) for begin, end in cells])
    return found


def _cells(block: str, start: int) -> tuple[Literal["paragraph", "list", "table"], list[tuple[int, int]]]:
    """The kind of a block, and where its words begin and end."""
    end = start + len(block.rstrip())
    if block.startswith(BULLET):
        return "list", [(start + len(BULLET), end)]
    if CELL not in block:
        return "paragraph", [(start + len(block) - len(block.lstrip()), end)]
    cells, at = [], start
    for cell in block.split(CELL):
        cells.append((at, at + len(cell)))
        at += len(cell) + len(CELL)
    return "table", cells


def _runs(text: str, start: int, end: int, marks: Sequence[Mark]) -> Iterator[Run]:
    inside = [(max(int(first), start), min(int(last), end), kind) for first, last, kind in marks]
    inside = [each for each in inside if each[0] < each[1]]
    edges = sorted({start, end, *(edge for first, last, _kind in inside for edge in (first, last))})
    for first, last in pairwise(edges):
        kinds = {kind for begin, stop, kind in inside if begin <= first and last <= stop}
        yield Run(text[first:last], "bold" in kinds, "italic" in kinds, "underline" in kinds)
