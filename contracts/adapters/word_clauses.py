"""The clauses of a Word file as they stand in its paragraphs, and the lines that each is to read as afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from clm.documents.extraction.extracted import BLOCK_SEPARATOR
from contracts.adapters.word_blocks import Located, WordFile
from contracts.adapters.word_units import Units, cells_in, lines_of
from contracts.adapters.word_words import readable
from contracts.engine.marks import part_mark, readings, words_at
from contracts.engine.outline import outline


@dataclass(frozen=True, slots=True)
class DraftText:
    """A clause as it is to read. `origin` is its clause's position in the base (None: it is new); `number` the label
    that is shown; `paragraphs` have neither number nor heading. `marks` are, for each of them, half-open offsets of
    words that are bold, italic, underlined, or look as they do in the base ("any"); None: all look as there. `joined`
    are those of its paragraphs that stand in one cell or paragraph of a document with the one before them."""

    origin: int | None
    number: str
    heading: str
    paragraphs: tuple[str, ...]
    level: int
    marks: tuple[tuple[tuple[int, int, str], ...], ...] | None = None
    joined: tuple[int, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> DraftText:
        marks = data["marks"]
        if marks is not None:
            marks = tuple(tuple((start, end, mark) for start, end, mark in each) for each in marks)
        return cls(**{**data, "paragraphs": tuple(data["paragraphs"]), "marks": marks, "joined": tuple(data["joined"])})

    def joined_in(self, lines: Sequence[str]) -> frozenset[int]:
        """The same, of the lines that it is written in; what stands before its paragraphs is not in them."""
        counts = [len(lines_of(each)) for each in self.paragraphs]
        ahead = len(lines) - sum(counts)
        return frozenset(ahead + sum(counts[:each]) for each in self.joined if counts[each : each + 1] != [0]) - {0}


@dataclass(frozen=True, slots=True)
class OriginText:
    """A clause of the base as it was read; `start` and `end` are offsets into the base's text."""

    position: int
    number: str
    heading: str
    level: int
    start: int
    end: int


@dataclass(slots=True)
class Standing:
    """A clause of the base and the blocks that it stands in. `head` is the part of its text before its words: number,
    heading and what is between."""

    position: int
    number: str
    heading: str
    level: int
    blocks: list[Located]

    @property
    def text(self) -> str:
        return BLOCK_SEPARATOR.join(block.text for block in self.blocks)

    @property
    def head(self) -> str:
        return self.text[: words_at(self.number, self.heading, self.text)]

    @property
    def is_automatic(self) -> bool:
        """Word counts it."""
        return bool(self.blocks and self.blocks[0].block.number)

    @property
    def has_own_line(self) -> bool:
        """Its heading is a paragraph of its own."""
        return bool(self.heading) and ("\n" in self.head or len(self.head) == len(self.text))


@dataclass(slots=True)
class Item:
    """A block as it is to be: `located` as it was (None for a new one), and its lines now; `first` is the place of the
    first of them. With `columns`, it is a row of a new table."""

    located: Located | None
    lines: list[str]
    first: int = 0
    columns: int = 0

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def standing(file: WordFile, origins: Sequence[OriginText] = ()) -> list[Standing]:
    """The file's clauses: those that it was read into where they still fit its text, else as they read now."""
    text = file.text()
    fits = bool(origins) and origins[-1].end == len(text)
    found: Iterable[OriginText] = origins if fits else map(_as_origin, outline([each.block for each in file.located]))
    clauses = [Standing(each.position, each.number, each.heading, each.level, []) for each in found]
    ends = [each.end for each in (origins if fits else outline([each.block for each in file.located]))]
    at, which = 0, 0
    for located in file.located:
        while which < len(ends) - 1 and at >= ends[which]:
            which += 1
        if clauses:
            clauses[which].blocks.append(located)
        at += len(located.text) + len(BLOCK_SEPARATOR)
    return clauses


def _as_origin(clause: object) -> OriginText:
    return OriginText(**{name: getattr(clause, name) for name in OriginText.__slots__})


def new_text(clause: Standing, draft: DraftText) -> str:
    """What the clause reads as now, its number and heading as the document writes them."""
    words = "\n".join(draft.paragraphs).strip()
    head = new_head(clause, draft, has_words=bool(words))
    is_bare = len(clause.head) == len(clause.text)
    if words and head and ((is_bare and clause.heading) or not head[-1].isspace()):
        head = head.rstrip() + ("\n" if is_bare and clause.heading else " ")
    return head + words if words else head.rstrip()


def new_head(clause: Standing, draft: DraftText, *, has_words: bool) -> str:
    head = clause.head
    at = head.find(clause.heading[:200]) if clause.heading else -1
    lead = head[:at] if at >= 0 else head
    after = head[at + len(clause.heading) :] if at >= 0 else ""
    if not clause.is_automatic and draft.number != clause.number:
        lead = numbered(lead, clause.number, draft.number)
    heading = readable(draft.heading).replace("\n", " ")
    if at < 0 and clause.heading:
        # Its heading stands in its words, so it changes with them.
        return lead
    if not heading:
        return lead
    if not clause.heading and has_words and not draft.number:
        after = "\n"  # without a number a heading is one on a line of its own alone
    elif not clause.heading:
        after = ". " if has_words and heading[-1] not in ".:" else " "
    if lead and not lead[-1].isspace():
        lead += " "
    return lead + heading + after


def numbered(lead: str, old: str, new: str) -> str:
    """What stands before a heading with another typed number: "Section 2.1. " becomes "Section 2.2. "."""
    if not new:
        return ""
    mark = typed_mark(lead)
    if not mark:
        return f"{new} {lead}" if not old else lead
    at = mark.lower().rfind(old.lower()) if old else -1
    if at < 0:
        return new + lead[len(mark) :]
    number = new.upper() if mark[at : at + len(old)].isupper() and not mark.islower() else new
    return mark[:at] + number + mark[at + len(old) :] + lead[len(mark) :]


def typed_mark(text: str) -> str:
    """The number at the start of a text, with the sign that ends it; "" where it begins with words."""
    part = part_mark(text)
    found = [part] if part is not None else readings(text)
    return text[: found[0].length] if found else ""


def items_of(blocks: Sequence[Located], lines: Sequence[str], joined: frozenset[int] = frozenset()) -> list[Item]:
    """The lines by the block that each goes into: a line that stays, or replaces another, is in that one's block."""
    if any(block.kind == "tr" for block in blocks):
        units = Units(blocks, lines, joined).found()
        items = [Item(None if at is None else blocks[at], list(lines[a:b]), a) for at, a, b in units]
    else:
        items = list(_line_items(blocks, lines))
    return _with_tables(items, joined)


def _line_items(blocks: Sequence[Located], lines: Sequence[str]) -> Iterator[Item]:
    owners = [index for index, block in enumerate(blocks) for _ in lines_of(block.text)]
    old = [line for block in blocks for line in lines_of(block.text)]
    owned = list(enumerate(_owned(owners, old, lines)))
    while owned:
        first, (owner, _line) = owned[0]
        size = 1
        while owner is not None and size < len(owned) and owned[size][1][0] == owner:
            size += 1
        yield Item(None if owner is None else blocks[owner], [line for _, (_, line) in owned[:size]], first)
        del owned[:size]


def _with_tables(items: Sequence[Item], joined: frozenset[int]) -> list[Item]:
    """New rows of as many cells that follow each other, and are no row of a table that there was, are a table."""
    found: list[Item] = []
    for item in items:
        if item.located is None and item.first in joined and found and found[-1].located is None:
            found[-1].lines += item.lines
        else:
            found.append(item)
    for is_new, group in groupby(found, key=lambda each: each.located is None):
        for count, rows in groupby(group if is_new else (), key=_columns):
            together = list(rows)
            for row in together if count > 1 and len(together) > 1 else ():
                row.columns = count
    return found


def _columns(item: Item) -> int:
    cells = cells_in(item.text)
    return len(cells) if any(cells) else 0


def _owned(owners: Sequence[int], old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int | None, str]]:
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, list(old), list(new), autojunk=False).get_opcodes():
        if kind == "delete":
            continue
        paired = min(i2 - i1, j2 - j1)
        yield from zip(owners[i1 : i1 + paired], new[j1 : j1 + paired], strict=True)
        at = i1 + paired
        inside = owners[at - 1] if 0 < at < len(owners) and owners[at - 1] == owners[at] else None
        yield from ((inside, line) for line in new[j1 + paired : j2])


LIST_SIGN = re.compile(r"[•\-\u2013*o]\s+")


def without_automatic(line: str, automatic: str) -> str | None:
    """The line without the number that Word writes by itself; None where it has none of that kind."""
    if not automatic:
        return line
    if line.startswith(automatic):
        return line[len(automatic) :]
    if line == automatic.rstrip():
        return ""
    if automatic.startswith("•") and (sign := LIST_SIGN.match(line)):
        return line[sign.end() :]
    schemes = {mark.scheme for mark in readings(automatic)}
    found = next((mark for mark in readings(line) if mark.scheme in schemes), None)
    return line[found.length :].lstrip() if found else None
