"""Word files as drafts: read into clauses, and edited as people edit them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from contracts.adapters.word_blocks import open_word
from contracts.adapters.word_clauses import DraftText, standing

SAID = ["the", "Provider", "shall", "not", "pay", "30", "days", "§", "99.9", "%", "“notice”", "Zürich", "東京", "<&>"]
WORDS = st.lists(st.sampled_from(SAID), min_size=1, max_size=9).map(" ".join)
SHARE = st.floats(0, 1)
KINDS = ("write", "write", "paragraph", "shorten", "heading", "remove", "move", "new")
EDITS = st.lists(st.tuples(st.sampled_from(KINDS), SHARE, SHARE, WORDS), min_size=1, max_size=8)


def drafted(docx: bytes) -> list[DraftText]:
    """The file's clauses as a draft begins with them."""
    return [
        DraftText(
            origin=clause.position,
            number=clause.number,
            heading=clause.heading,
            paragraphs=tuple(line for line in clause.text[len(clause.head) :].split("\n") if line.strip()),
            level=clause.level,
        )
        for clause in standing(open_word(docx))
    ]


def edited(clauses: Sequence[DraftText], edits: Sequence[tuple[str, float, float, str]]) -> list[DraftText]:
    """The draft after each edit: (what, where and where to as shares, words)."""
    found = list(clauses)
    for what, share, other, words in edits:
        if found:
            _edit(found, what, _at(found, share), other, words)
    return found


def _at(items: Sequence[object], share: float) -> int:
    return min(int(share * len(items)), len(items) - 1)


def _edit(found: list[DraftText], what: str, at: int, other: float, words: str) -> None:
    clause = found[at]
    if what == "new":
        found.insert(at, DraftText(None, clause.number, clause.heading and words, (words, words), clause.level))
    elif what in ("remove", "move"):
        found.remove(clause)
        if what == "move":
            found.insert(_at(found, other) if found else 0, clause)
    elif what == "heading":
        found[at] = replace(clause, heading=words if clause.heading else "")
    else:
        found[at] = replace(clause, paragraphs=tuple(_paragraphs(list(clause.paragraphs), what, other, words)))


def _paragraphs(lines: list[str], what: str, share: float, words: str) -> list[str]:
    if what == "paragraph" or not lines:
        return [*lines, words]
    at = _at(lines, share)
    if what == "shorten":
        return lines[:at] + lines[at + 1 :]
    parts = lines[at].split(" ")
    middle = int(share * len(parts))
    lines[at] = " ".join([*parts[:middle], words, *parts[middle + 1 :]])
    return lines
