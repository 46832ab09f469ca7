"""The difference between two texts in words, made to be read by a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Op = Literal["equal", "insert", "delete"]

# A word with its inner hyphens, points and apostrophes ("non-exclusive", "2.1", "99.9%", "party's"), or a
# sign; the white space after it goes with it.
TOKEN = re.compile(r"\s+|(?:[^\W_]+(?:[-.,'’/][^\W_]+)*%?|[^\w\s]|_+)\s*")
SENTENCE = re.compile(r"[^.;:\n]*(?:[.;:\n]+\s*|$)")
MAX_PRODUCT = 4_000_000  # words times words that are compared with each other directly
ISLAND_WORDS = 2  # an equal stretch no longer than this between two changes only breaks up the reading


@dataclass(frozen=True, slots=True)
class Segment:
    op: Op
    text: str


# (from, to) in the old tokens and (from, to) in the new ones, both half-open
Range = tuple[int, int, int, int]


def diff_words(old: str, new: str) -> tuple[Segment, ...]:
    """Segments in reading order; equal + delete is exactly `old`, equal + insert exactly `new`."""
    if old == new:
        return (Segment("equal", old),) if old else ()
    a, b = TOKEN.findall(old), TOKEN.findall(new)
    matches = without_islands(matching(keys(a), keys(b)), a, b)
    return tuple(merged(segments(a, b, matches)))


def keys(tokens: Sequence[str]) -> list[str]:
    return [token.strip() for token in tokens]


def matching(a: Sequence[str], b: Sequence[str]) -> list[Range]:
    """Equal stretches in order; the ends that are the same are taken off first."""
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    found: list[Range] = [(0, head, 0, head)] if head else []
    found += inner(a, b, head, len(a) - tail, head, len(b) - tail)
    if tail:
        found.append((len(a) - tail, len(a), len(b) - tail, len(b)))
    return found


def inner(a: Sequence[str], b: Sequence[str], a0: int, a1: int, b0: int, b1: int) -> list[Range]:
    left, right = a[a0:a1], b[b0:b1]
    if not left or not right:
        return []
    if len(left) * len(right) > MAX_PRODUCT:
        return list(by_sentence(left, right, a0, b0))
    matcher = SequenceMatcher(None, left, right, autojunk=len(left) * len(right) > MAX_PRODUCT // 4)
    return [(a0 + i, a0 + i + n, b0 + j, b0 + j + n) for i, j, n in matcher.get_matching_blocks() if n]


def by_sentence(left: Sequence[str], right: Sequence[str], a0: int, b0: int) -> Iterator[Range]:
    """Very long texts are matched by whole sentences, so that time stays in proportion to length."""
    old, new = sentences(left), sentences(right)
    matcher = SequenceMatcher(None, [text for text, _ in old], [text for text, _ in new], autojunk=True)
    for i, j, n in matcher.get_matching_blocks():
        for step in range(n):
            start, other = old[i + step][1], new[j + step][1]
            size = len(old[i + step][0])
            yield a0 + start, a0 + start + size, b0 + other, b0 + other + size


def sentences(tokens: Sequence[str]) -> list[tuple[tuple[str, ...], int]]:
    """(tokens of the sentence, position of its first)."""
    found: list[tuple[tuple[str, ...], int]] = []
    start = 0
    for at, token in enumerate(tokens):
        if token in (".", ";", ":") or at == len(tokens) - 1:
            found.append((tuple(tokens[start : at + 1]), start))
            start = at + 1
    return found


def without_islands(matches: Sequence[Range], a: Sequence[str], b: Sequence[str]) -> list[Range]:
    """The matches without those of a word or two that stand between larger changes."""
    kept: list[Range] = []
    for index, match in enumerate(matches):
        before = kept[-1] if kept else (0, 0, 0, 0)
        after = matches[index + 1] if index + 1 < len(matches) else (len(a), len(a), len(b), len(b))
        if not is_island(match, before, after):
            kept.append(match)
    return kept


def is_island(match: Range, before: Range, after: Range) -> bool:
    size = match[1] - match[0]
    changed_before = max(match[0] - before[1], match[2] - before[3])
    changed_after = max(after[0] - match[1], after[2] - match[3])
    return size <= ISLAND_WORDS and min(changed_before, changed_after) > size


def segments(a: Sequence[str], b: Sequence[str], matches: Sequence[Range]) -> Iterator[Segment]:
    at_a = at_b = 0
    for a0, a1, b0, b1 in [*matches, (len(a), len(a), len(b), len(b))]:
        yield Segment("delete", "".join(a[at_a:a0]))
        yield Segment("insert", "".join(b[at_b:b0]))
        for old, new in zip(a[a0:a1], b[b0:b1], strict=True):
            yield from same_word(old, new)
        at_a, at_b = a1, b1


def same_word(old: str, new: str) -> Iterator[Segment]:
    """One word in both texts, the white space after it apart where that differs."""
    if old == new:
        yield Segment("equal", old)
        return
    word = old.rstrip()
    yield Segment("equal", word)
    yield Segment("delete", old[len(word) :])
    yield Segment("insert", new[len(word) :])


def merged(parts: Iterator[Segment]) -> Iterator[Segment]:
    """Neighbours of one kind as one segment, deletions before insertions, empty ones left out."""
    equal = delete = insert = ""
    for part in parts:
        if not part.text:
            continue
        if part.op == "equal":
            yield from changes(delete, insert)
            delete = insert = ""
            equal += part.text
            continue
        if equal:
            yield Segment("equal", equal)
            equal = ""
        delete += part.text if part.op == "delete" else ""
        insert += part.text if part.op == "insert" else ""
    if equal:
        yield Segment("equal", equal)
    yield from changes(delete, insert)


def changes(delete: str, insert: str) -> Iterator[Segment]:
    if delete:
        yield Segment("delete", delete)
    if insert:
        yield Segment("insert", insert)
