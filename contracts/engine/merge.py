"""Two people's words for one clause as one text, where they changed different words of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from contracts.engine.body import Body, Line, document, lines_of, plain

# A word as `contracts.engine.body.Atom` has it, or ("p", "1" where an item starts, the lists it stands in ...)
Piece = tuple[str, ...]

MAX_PRODUCT = 4_000_000  # words times words that are compared without leaving the commonest out
ISLAND = 2  # an unchanged stretch no longer than this between two changes of one person belongs to them


@dataclass(frozen=True, slots=True)
class Hunk:
    """base[start:end] becomes `words`."""

    start: int
    end: int
    words: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """What both changed, each otherwise, as plain text."""

    base: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merge:
    """`body` has the changes of both; where they clash it has mine."""

    body: Body
    clashes: tuple[Clash, ...]


def merge(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Merge:
    """Three-way, by words. Changes that overlap or touch clash, unless they are the same."""
    ground, left, right = pieces(base), pieces(mine), pieces(theirs)
    merged: list[Piece] = []
    clashes: list[Clash] = []
    at = 0
    for group in _groups(hunks(ground, left), hunks(ground, right)):
        start = min(hunk.start for hunk in (*group[0], *group[1]))
        end = max(hunk.end for hunk in (*group[0], *group[1]))
        merged += ground[at:start]
        ours, others = (_applied(ground, start, end, each) for each in group)
        if group[0] and group[1] and ours != others:
            clashes.append(Clash(*(_plain(each) for each in (ground[start:end], ours, others))))
        merged += ours if group[0] else others
        at = end
    merged += ground[at:]
    return Merge(document(_lines(merged)), tuple(clashes))


def merged_heading(base: str, mine: str, theirs: str) -> str | None:
    """One heading of both; None where each changed it otherwise."""
    if mine in (theirs, base):
        return theirs
    return mine if theirs == base else None


def pieces(body: Mapping[str, Any]) -> list[Piece]:
    """Its words in a row, a paragraph's beginning being one of them."""
    found: list[Piece] = []
    for line in lines_of(body):
        found.append(("p", "1" if line.starts else "", *line.path))
        found += line.atoms
    return found


def _lines(row: Sequence[Piece]) -> list[Line]:
    """The paragraphs again; words before the first beginning are in a plain one."""
    found: list[Line] = []
    start: Piece = ("p", "")
    words: list[Piece] = []
    for index, piece in enumerate([*row, ("p", "")]):
        if piece[0] != "p":
            words.append(piece)
            continue
        if index:
            found.append(Line(start[2:], bool(start[1]) and len(start) > 2, tuple(words)))
        start, words = piece, []
    return found


def _plain(row: Sequence[Piece]) -> str:
    return plain(document(_lines(row))).strip()


def hunks(base: Sequence[Piece], other: Sequence[Piece]) -> list[Hunk]:
    """What was changed, in order; small unchanged stretches between two changes are part of one."""
    head = _same(base, other)
    tail = _same(base[head:][::-1], other[head:][::-1])
    old, new = base[head : len(base) - tail], other[head : len(other) - tail]
    large = len(old) * len(new) > MAX_PRODUCT
    matcher = SequenceMatcher(None, old, new, autojunk=large)
    found: list[Hunk] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            continue
        start, end, words = head + i, head + j, tuple(new[k:m])
        if found and start - found[-1].end <= ISLAND:
            before = found.pop()
            words = (*before.words, *base[before.end : start], *words)
            start = before.start
        found.append(Hunk(start, end, words))
    return found


def _same(left: Sequence[Piece], right: Sequence[Piece]) -> int:
    """How many pieces at the beginning are the same."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def _groups(mine: Sequence[Hunk], theirs: Sequence[Hunk]) -> Iterator[tuple[list[Hunk], list[Hunk]]]:
    """Changes that overlap or touch, together."""
    both = sorted([(hunk.start, hunk.end, 0, hunk) for hunk in mine] + [(h.start, h.end, 1, h) for h in theirs],
                  key=lambda each: each[:3])  # fmt: skip
    group: tuple[list[Hunk], list[Hunk]] = ([], [])
    reached = -1
    for start, end, side, hunk in both:
        if start > reached and (group[0] or group[1]):
            yield group
            group = ([], [])
        group[side].append(hunk)
        reached = max(reached, end)
    if group[0] or group[1]:
        yield group


def _applied(base: Sequence[Piece], start: int, end: int, changes: Sequence[Hunk]) -> list[Piece]:
    """base[start:end] with the changes, which lie in it."""
    found: list[Piece] = []
    at = start
    for change in changes:
        found += [*base[at : change.start], *change.words]
        at = change.end
    return [*found, *base[at:end]]
