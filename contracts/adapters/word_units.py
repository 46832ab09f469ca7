"""Which of a clause's lines belong together: the lines of a table's row, and each with the block that it was before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING

from contracts.adapters.parts import W
from contracts.adapters.word_blocks import Located
from contracts.adapters.word_words import readable

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

JOINER = re.compile(r"(?<!\S)\|(?!\S)")
MAX_PAIRS = 10_000


def lines_of(text: str) -> list[str]:
    return [line for line in readable(text).split("\n") if line]


def cells_in(text: str) -> list[str]:
    """What each cell of a row says."""
    return [words.strip() for words in JOINER.split(text)]


def table_of(located: Located | None) -> Element | None:
    """The table of a row; None for all else."""
    if located is None or located.kind != "tr":
        return None
    return next(located.element.iterancestors(W + "tbl"), None)


@dataclass(slots=True)
class Units:
    """Old blocks and new lines. `joined` are the lines that are known to stand in one block with the line before."""

    blocks: Sequence[Located]
    lines: Sequence[str]
    joined: frozenset[int] = frozenset()
    # The old lines, the block of each, and for each new line the old one that it is.
    old: list[str] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    same: list[int | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        for index, block in enumerate(self.blocks):
            found = lines_of(block.text)
            self.old += found
            self.owners += [index] * len(found)
        self.same = [None] * len(self.lines)
        matcher = SequenceMatcher(None, self.old, list(self.lines), autojunk=False)
        for first, second, size in matcher.get_matching_blocks():
            self.same[second : second + size] = range(first, first + size)

    def found(self) -> list[tuple[int | None, int, int]]:
        """(the block that it was, first line, behind its last line) of each unit; None for a new one."""
        starts = [0] if self.lines else []
        for at in range(1, len(self.lines)):
            if not self._continues(at, starts[-1]):
                starts.append(at)
        units = list(pairwise([*starts, len(self.lines)]))
        texts = ["\n".join(self.lines[start:end]) for start, end in units]
        pairs = _paired([("\n".join(lines_of(each.text)), each) for each in self.blocks], texts)
        return [(pairs.get(index), *unit) for index, unit in enumerate(units)]

    def _block(self, old: int) -> Located:
        return self.blocks[self.owners[old]]

    def _continues(self, at: int, start: int) -> bool:
        """Whether a line is in one block with that before it; `start` is where that one's block begins."""
        before, here = self.same[at - 1], self.same[at]
        if at in self.joined:
            return True
        if here is not None:
            is_first = here == 0 or self.owners[here - 1] != self.owners[here]
            return not is_first and (before is None or self.owners[before] == self.owners[here])
        following = next((old for old in self.same[at:] if old is not None), None)
        count = len(cells_in(self.lines[at]))
        if before is not None and self.owners[before] in self.owners[before + 1 : before + 2]:
            is_within = following is not None and self.owners[following] == self.owners[before]
            if is_within or count == 1:
                return True
        if self._replaces(at):
            return True
        last = next((old for old in reversed(self.same[:at]) if old is not None), None)
        if last is None or following is None:
            return False
        table = table_of(self._block(last))
        if table is None or table is not table_of(self._block(following)):
            return False
        return self._goes_on_in_row(count, "\n".join(self.lines[start:at]), table)

    def _replaces(self, at: int) -> bool:
        """Whether it stands for a later line of the block that the lines before it are in, and is like that one."""
        known = next((each for each in reversed(range(at)) if self.same[each] is not None), None)
        if known is None:
            return False
        old = (self.same[known] or 0) + at - known
        is_there = old < len(self.owners) and self.owners[old] == self.owners[self.same[known] or 0]
        return is_there and old not in self.same and bool({*self.old[old].split()} & {*self.lines[at].split()} - {"|"})

    def _goes_on_in_row(self, count: int, text: str, table: Element) -> bool:
        """Between two rows, a row has as many cells as they have."""
        counts = [len(cells_in(each.text)) for each in self.blocks if table_of(each) is table]
        here = len(cells_in(text))
        if count == 1:
            return here > 1 or 1 not in counts
        return here + count - 1 <= max(counts) and (here > 1 or 1 not in counts)


def _paired(old: Sequence[tuple[str, Located]], new: Sequence[str]) -> dict[int, int]:
    """The old block of each new unit: the same words, else what is most alike, in order."""
    found: dict[int, int] = {}
    matcher = SequenceMatcher(None, [text for text, _ in old], list(new), autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            found |= dict(zip(range(j1, j2), range(i1, i2), strict=True))
        elif kind == "replace" and (i2 - i1) * (j2 - j1) <= MAX_PAIRS:
            found |= {j1 + b: i1 + a for a, b in _aligned(old[i1:i2], new[j1:j2])}
        elif kind == "replace":
            found |= dict(zip(range(j1, j2), range(i1, i2), strict=False))
    return found


def _aligned(old: Sequence[tuple[str, Located]], new: Sequence[str]) -> list[tuple[int, int]]:
    scores = [[_likeness(*each, text) for text in new] for each in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for a in reversed(range(len(old))):
        for b in reversed(range(len(new))):
            best[a][b] = max(best[a + 1][b], best[a][b + 1], best[a + 1][b + 1] + scores[a][b])
    pairs: list[tuple[int, int]] = []
    a = b = 0
    while a < len(old) and b < len(new):
        if scores[a][b] and best[a][b] == best[a + 1][b + 1] + scores[a][b]:
            pairs.append((a, b))
            a, b = a + 1, b + 1
        elif best[a][b] == best[a + 1][b]:
            a += 1
        else:
            b += 1
    return pairs


def _likeness(text: str, located: Located, new: str) -> float:
    """0.0 for what is not of one kind: a row and a paragraph."""
    counts = len(cells_in(text)), len(cells_in(new))
    if (located.kind == "tr") != (counts[1] > 1) and counts[0] != counts[1]:
        return 0.0
    mine, theirs = set(text.split()), set(new.split())
    alike = 2 * len(mine & theirs) / (len(mine) + len(theirs) or 1)
    return 0.1 + alike + (0.05 if counts[0] == counts[1] else 0.0)
