"""The clauses of a document: numbers, headings and nesting read from its blocks.

Every character of the document's text (blocks joined by BLOCK_SEPARATOR) lies in exactly one clause's
[start, end), and a clause is never more than one level below the one before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from clm.documents.extraction.extracted import BLOCK_SEPARATOR, Block
from contracts.engine.marks import (
    BLANKS,
    Mark,
    heading_in,
    is_capitals,
    is_title,
    is_whole_heading,
    part_mark,
    readings,
    words_begin,
)

MAX_FIRST = 30  # an excerpt may begin in the middle of an agreement, at most at this number
MAX_SKIP = 4  # how many numbers may be missing between two clauses of one list
TITLE_CHARS = 120
CONTENTS_TITLES = frozenset({"table of contents", "contents", "index"})
ENDS_IN_PAGE = re.compile(r"(?:[.\s])(?:\d{1,3}|[ivxl]{1,6})\s*$")
MAX_ENTRY = 400
MAX_REPEATS = 3  # a line in capitals that stands this often in the text is page furniture, no heading


@dataclass(frozen=True, slots=True)
class OutlinedClause:
    """One clause without its sub-clauses, which are clauses of their own.

    `number` is "" for a preamble or an unnumbered heading; `level` counts from 1; `start` and `end` are
    offsets into the document's text, `end` being the next clause's start; `text` is that slice without
    the white space at its end.
    """

    position: int
    number: str
    heading: str
    level: int
    parent_position: int | None
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A clause that is still open for sub-clauses; `depth` is the source's own heading depth."""

    position: int
    level: int
    parent: int | None
    mark: Mark | None
    depth: int | None
    titled: bool


@dataclass(slots=True)
class Opening:
    """Where a clause begins, before its end is known."""

    entry: Entry
    number: str
    heading: str
    start: int


@dataclass(slots=True)
class Outliner:
    openings: list[Opening] = field(default_factory=list)
    stack: list[Entry] = field(default_factory=list)
    # The clauses that an unnumbered heading closed; a number that continues one of them reopens it.
    set_aside: list[Entry] = field(default_factory=list)
    aside_from: int = 0
    # Headings that stand on page after page.
    furniture: frozenset[str] = frozenset()
    # A heading to which the next block, if it is a heading too, belongs.
    unfinished: bool = False
    numbered: bool = False

    def open(self, start: int, parent: Entry | None, number: str, heading: str, shape: Shape) -> None:
        level = parent.level + 1 if parent else 1
        self.deepen_interruption(parent)
        entry = Entry(
            position=len(self.openings),
            level=level,
            parent=parent.position if parent else None,
            mark=shape.mark,
            depth=shape.depth,
            titled=bool(heading),
        )
        self.stack = [*([] if parent is None else self.path_to(parent)), entry]
        self.openings.append(Opening(entry, number, heading, start))

    def put_aside(self) -> None:
        """Remembers the open clauses, unless some are remembered already and nothing was numbered since."""
        if not self.set_aside:
            self.set_aside, self.aside_from = list(self.stack), len(self.openings)

    def deepen_interruption(self, parent: Entry | None) -> None:
        """Headings that interrupted a list stand in it beside its items, so that no level jumps."""
        level = parent.level + 1 if parent else 1
        if not self.openings or self.openings[-1].entry.level + 1 >= level:
            return
        above = parent.position if parent else None
        for opening in self.openings[self.aside_from :]:
            opening.entry = replace(opening.entry, level=level, parent=above)

    def path_to(self, entry: Entry) -> list[Entry]:
        return self.stack[: self.stack.index(entry) + 1]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a block looks like: its number if it has one, and its own heading depth."""

    mark: Mark | None
    depth: int | None
    heading: str = ""
    certain: bool = False
    # The number alone proves little: it counts only as the very next one.
    doubtful: bool = False


def outline(blocks: Sequence[Block]) -> tuple[OutlinedClause, ...]:
    """The document's clauses in reading order."""
    repeated = Counter(block.text for block in blocks if len(block.text) <= TITLE_CHARS and not block.style)
    outliner = Outliner(furniture=frozenset(text for text, count in repeated.items() if count >= MAX_REPEATS))
    start = 0
    contents = contents_entries(blocks)
    for index, block in enumerate(blocks):
        if index not in contents:
            place(outliner, block, start)
        elif not outliner.openings:
            outliner.open(start, None, "", "", Shape(None, None))
        start += len(block.text) + len(BLOCK_SEPARATOR)
    text = BLOCK_SEPARATOR.join(block.text for block in blocks)
    return closed(outliner.openings, text)


def contents_entries(blocks: Sequence[Block]) -> set[int]:
    """The blocks that are entries of a table of contents: they end in a page number, or the next one does."""
    found = {index for index, block in enumerate(blocks) if block.style.lower().startswith("toc")}
    for index, block in enumerate(blocks):
        if block.text.strip(" :.").lower() in CONTENTS_TITLES:
            found.update(entries_after(blocks, index + 1))
    return found


def entries_after(blocks: Sequence[Block], start: int) -> Iterator[int]:
    for index in range(start, len(blocks)):
        here = ENDS_IN_PAGE.search(blocks[index].text)
        after = index + 1 < len(blocks) and ENDS_IN_PAGE.search(blocks[index + 1].text)
        if len(blocks[index].text) > MAX_ENTRY or not (here or after):
            return
        yield index


def closed(openings: Sequence[Opening], text: str) -> tuple[OutlinedClause, ...]:
    if not openings:
        return ()
    ends = [*(opening.start for opening in openings[1:]), len(text)]
    return tuple(
        OutlinedClause(
            position=opening.entry.position,
            number=opening.number,
            heading=opening.heading,
            level=opening.entry.level,
            parent_position=opening.entry.parent,
            start=opening.start,
            end=end,
            text=text[opening.start : end].rstrip(),
        )
        for opening, end in zip(openings, ends, strict=True)
    )


def place(outliner: Outliner, block: Block, start: int) -> None:
    """Opens the clause that the block begins, or leaves the block to the clause that is open."""
    if block.kind != "table_row":
        if place_part(outliner, block, start) or place_numbered(outliner, block, start):
            return
        if place_heading(outliner, block, start):
            return
    outliner.unfinished = False
    if not outliner.openings:
        title = block.text if block.kind != "table_row" and is_whole_heading(block.text) else ""
        outliner.open(start, None, "", title, Shape(None, None))


def place_part(outliner: Outliner, block: Block, start: int) -> bool:
    """An exhibit or schedule stands at the top level and counts its own clauses."""
    mark = part_mark(block.text)
    if mark is None or not outliner.openings:
        # The first line of a filed contract often is the filing's own "Exhibit 10.3".
        return False
    heading = block.text[mark.length :].strip(" :.–—-\n")
    outliner.put_aside()
    outliner.open(start, None, mark.label, heading, Shape(mark, None))
    outliner.unfinished = not heading
    return True


def place_numbered(outliner: Outliner, block: Block, start: int) -> bool:
    found = readings(block.text)
    if not found:
        return False
    rest = block.text[words_begin(block.text, found[0].length) :].rstrip(" :–—-\t\n")
    heading = heading_in(rest)
    certain = block.number is not None
    doubtful = not certain and not is_plausible(found[0], rest, block.text)
    if doubtful and (block.text[0].isalpha() or not may_be_next(found[0], rest)):
        return False
    options = [Shape(mark, block.level if certain else None, heading, certain, doubtful) for mark in found]
    spot = spot_for(outliner, options)
    if spot is None:
        return False
    above, shape = spot
    label = shape.mark.label if shape.mark else ""
    outliner.open(start, above, label, heading, shape)
    outliner.unfinished, outliner.numbered = not rest, True
    return True


def is_plausible(mark: Mark, rest: str, text: str) -> bool:
    """A typed number opens a clause only if what follows reads like one: no date, no amount, no reference."""
    if not rest:
        return len(mark.path) > 1 or not text.strip().isdigit()
    first = rest.lstrip("“\"'‘([{*• ")[:1]
    if not first:
        return False
    bare = mark.scheme == "dec" and text[mark.length - 1].isdigit()
    named = text[0].isalpha() and mark.label != text[: mark.length].rstrip(".")
    if bare or named or text[0] == "§":
        return first.isupper() and not (named and rest[:1].islower())
    return first.isalpha() or rest[0] in '[{(“"$_' or is_name(rest)


def is_name(rest: str) -> bool:
    """ "37signals" is a name; "37" or "5:00" is not."""
    return len(re.findall(r"[^\W\d_]", rest.split()[0])) >= 3


def may_be_next(mark: Mark, rest: str) -> bool:
    """ "6.1 eGain warrants ..." opens a clause where 6.1 is due."""
    return len(mark.path) > 1 and (rest[:1].isalpha() or (bool(rest) and is_name(rest)))


Spot = tuple[Entry | None, Shape]


def spot_for(outliner: Outliner, options: Sequence[Shape]) -> Spot | None:
    """The clause above the new one, under the likeliest reading of its number; None if no reading fits."""
    searches = (continues, reopens, nests, begins, skips, insists)
    for search in searches[:3] if options[0].doubtful else searches:
        for shape in options:
            spot = search(outliner, shape)
            if spot is not None:
                outliner.set_aside = []
                return spot
    return None


def parent_of(stack: Sequence[Entry], entry: Entry) -> Entry | None:
    index = stack.index(entry)
    return stack[index - 1] if index else None


def path_of(shape: Shape) -> tuple[str, tuple[int, ...]]:
    return (shape.mark.scheme, shape.mark.path) if shape.mark else ("", (0,))


def follows(entry: Entry, shape: Shape, step: int = 1) -> bool:
    """True when the shape's number comes `step` after the entry's in the same list."""
    scheme, path = path_of(shape)
    if entry.mark is None or entry.mark.scheme != scheme or len(entry.mark.path) != len(path):
        return False
    return entry.mark.path[:-1] == path[:-1] and entry.mark.path[-1] + step == path[-1]


def continues(outliner: Outliner, shape: Shape) -> Spot | None:
    """The next number of an open list; between two such lists, the one that looks alike, then the inner."""
    fits = [entry for entry in outliner.stack if follows(entry, shape)]
    if not fits:
        return None
    best = max(fits, key=lambda e: (e.depth == shape.depth, e.titled == bool(shape.heading), e.level))
    return parent_of(outliner.stack, best), shape


def reopens(outliner: Outliner, shape: Shape) -> Spot | None:
    """The next number of a list that an unnumbered heading interrupted.

    A top-level clause then stays beside its predecessors, whatever heading stands above it.
    """
    fits = [entry for entry in outliner.set_aside if follows(entry, shape)]
    if not fits:
        return None
    best = max(fits, key=lambda entry: entry.level)
    outliner.stack = outliner.set_aside[: outliner.set_aside.index(best) + 1]
    return parent_of(outliner.stack, best), shape


def nests(outliner: Outliner, shape: Shape) -> Spot | None:
    """ "2.1" below "2", or below "Article II"."""
    scheme, path = path_of(shape)
    if len(path) < 2 or scheme != "dec":
        return None
    for stack in (outliner.stack, outliner.set_aside):
        for entry in reversed(stack):
            if is_prefix(entry, path):
                if not shape.certain and not is_due(stack, entry, shape):
                    return None
                outliner.stack = list(stack)
                return entry, shape
    return None


def is_due(stack: Sequence[Entry], parent: Entry, shape: Shape) -> bool:
    """The number is the first below its parent, or at most a few steps on; it never counts backwards."""
    _, path = path_of(shape)
    after = stack[stack.index(parent) + 1 :]
    last = [e.mark.path[-1] for e in after if e.mark and e.mark.scheme == "dec" and len(e.mark.path) == len(path)]
    if last:
        return path[-1] > last[0] and not shape.doubtful
    return path[-1] <= (1 if shape.doubtful else 1 + MAX_SKIP)


def is_prefix(entry: Entry, path: tuple[int, ...]) -> bool:
    mark = entry.mark
    if mark is None or mark.scheme not in ("dec", "article", "section", "part", "chapter", "clause"):
        return False
    return len(mark.path) < len(path) and path[: len(mark.path)] == mark.path


def begins(outliner: Outliner, shape: Shape) -> Spot | None:
    """The first number of a new list."""
    scheme, path = path_of(shape)
    if path[-1] != 1 or (len(path) > 1 and scheme != "dec"):
        return None
    if len(path) > 1:
        return level_alike(outliner, shape) if is_near(outliner, path) or shape.certain else None
    return home_of_list(outliner, shape), shape


def is_near(outliner: Outliner, path: tuple[int, ...]) -> bool:
    """The first part of the number is the one that comes next, or nothing was numbered yet."""
    last = [entry.mark.path[0] for entry in outliner.stack if entry.mark and entry.mark.scheme == "dec"]
    return not outliner.numbered or (bool(last) and last[0] <= path[0] <= last[0] + 2)


def level_alike(outliner: Outliner, shape: Shape) -> Spot:
    """Beside the open clause whose number has as many parts; else below the innermost shorter one."""
    _, path = path_of(shape)
    for entry in reversed(outliner.stack):
        if entry.mark and entry.mark.scheme == "dec" and len(entry.mark.path) == len(path):
            return parent_of(outliner.stack, entry), shape
    shorter = [e for e in outliner.stack if e.mark and e.mark.scheme in ("part", "article")]
    return (shorter[-1] if shorter else None), shape


def home_of_list(outliner: Outliner, shape: Shape) -> Entry | None:
    """Where a new list hangs: below the open clause, unless that is only a title above a titled list."""
    if not outliner.stack:
        return None
    top = outliner.stack[-1]
    scheme, _ = path_of(shape)
    if scheme == "article":
        return next((entry for entry in outliner.stack if entry.mark and entry.mark.scheme == "part"), None)
    if shape.depth is not None and shape.certain:
        return home_by_depth(outliner, shape, top)
    if top.mark is not None:
        return home_beside_list(outliner, shape)
    first = top.position == 0
    is_title_only = top.depth is None or first or top.depth == 1
    is_clause_list = scheme in ("dec", "upper roman.") or (first and scheme.startswith("upper"))
    if is_clause_list and is_title_only and (shape.heading or first):
        return parent_of(outliner.stack, top)
    return top


def home_beside_list(outliner: Outliner, shape: Shape) -> Entry | None:
    """Letters do not nest in letters of the same kind, so such a list starts again beside the first one;
    titled clauses do not hang below recitals."""
    scheme, _ = path_of(shape)
    top = outliner.stack[-1]
    alike = next((entry for entry in outliner.stack if entry.mark and entry.mark.scheme == scheme), None)
    if alike is not None and (scheme != "dec" or (alike is top and alike.titled == bool(shape.heading))):
        return parent_of(outliner.stack, alike)
    lettered = [entry for entry in outliner.stack if entry.mark and "letter" in entry.mark.scheme]
    counted = any(entry.mark and entry.mark.scheme in ("dec", "article") for entry in outliner.stack)
    if scheme == "dec" and shape.heading and not counted and lettered and not lettered[0].titled:
        return next((e for e in reversed(outliner.stack) if e.mark and e.mark.scheme == "part"), None)
    return top


def home_by_depth(outliner: Outliner, shape: Shape, top: Entry) -> Entry | None:
    """By the depth that the source gives: the innermost open clause that is less deep."""
    if top.mark is None and (top.depth is None or top.position == 0):
        return parent_of(outliner.stack, top)
    schemes = {entry.mark.scheme for entry in outliner.stack if entry.mark}
    if top.mark and top.depth == shape.depth and path_of(shape)[0] not in schemes:
        return top
    for entry in reversed(outliner.stack):
        if entry.depth is None or entry.depth < (shape.depth or 1):
            return entry
    return None


def skips(outliner: Outliner, shape: Shape) -> Spot | None:
    """A number a few steps on, where clauses between were left out or not recognized."""
    for stack in (outliner.stack, outliner.set_aside):
        for step in range(2, MAX_SKIP + 1):
            for entry in reversed(stack):
                if follows(entry, shape, step):
                    outliner.stack = list(stack)
                    return parent_of(stack, entry), shape
    return None


def insists(outliner: Outliner, shape: Shape) -> Spot | None:
    """A number of the word processor's own always counts; a typed one only as the document's first."""
    scheme, path = path_of(shape)
    if shape.certain:
        return insisted(outliner, shape)
    if scheme in ("dec", "article") and not outliner.numbered and path[0] <= MAX_FIRST:
        return None, shape
    if scheme == "dec" and len(path) > 1 and is_near(outliner, path):
        return level_alike(outliner, shape)
    return (None, shape) if scheme == "article" else None


def insisted(outliner: Outliner, shape: Shape) -> Spot:
    scheme, path = path_of(shape)
    for entry in reversed(outliner.stack):
        if entry.mark and entry.mark.scheme == scheme and len(entry.mark.path) == len(path):
            return parent_of(outliner.stack, entry), shape
    return level_alike(outliner, shape) if len(path) > 1 else (home_of_list(outliner, shape), shape)


def place_heading(outliner: Outliner, block: Block, start: int) -> bool:
    """An unnumbered heading begins a clause; right after another heading it completes that one."""
    if not is_heading(block) or block.text in outliner.furniture:
        return False
    if outliner.unfinished and outliner.openings and not block.style:
        last = outliner.openings[-1]
        last.heading = f"{last.heading} {block.text}".strip()
        return True
    outliner.put_aside()
    parent = heading_parent(outliner.stack, block.level)
    outliner.open(start, parent, "", block.text.strip(), Shape(None, block.level))
    outliner.unfinished = block.level is None
    return True


def is_heading(block: Block) -> bool:
    text = block.text
    if len(text) > TITLE_CHARS or "\n" in text or BLANKS.search(text) or not any(c.isalpha() for c in text):
        return False
    if block.kind == "heading":
        return is_capitals(text) or is_title(text) or not text.rstrip().endswith((".", ";", ","))
    letters = sum(character.isalpha() for character in text)
    return block.kind == "paragraph" and letters >= 4 and is_capitals(text) and text[-1] not in ",;:|"


def heading_parent(stack: Sequence[Entry], depth: int | None) -> Entry | None:
    """The exhibit, or the heading less deep, under which an unnumbered heading stands."""
    for entry in reversed(stack):
        if entry.mark and entry.mark.scheme == "part":
            return entry
        if depth is not None and entry.depth is not None and entry.depth < depth:
            return entry
    return None


def covers(clauses: Iterable[OutlinedClause], length: int) -> bool:
    """True when the clauses lie end to end over [0, length)."""
    at = 0
    for clause in clauses:
        if clause.start != at:
            return False
        at = clause.end
    return at == length
