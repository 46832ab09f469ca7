"""Bold, italic and underlined words, and lists, between a clause's plain text and its ProseMirror document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from contracts.engine.body import MARKS, Atom, Body, Line, body_of, document, lines_of, plain, shown_lines
from contracts.engine.words import TOKEN

# Half-open offsets into a text, and the mark of the words between them.
Span = tuple[int, int, str]
# What a reference shows looks as it does in the document: a body says nothing of it.
ANY = "any"
BULLET = "\u2022 "


def marked_body(text: str, spans: Sequence[Sequence[Any]] = ()) -> Body:
    """The document of a text whose paragraphs are its lines, with these marks; lines that begin with the signs with
    which `plain` writes lists are lists."""
    found = [(line.strip(), _within(spans, start, line)) for start, line in _starts(text) if line.strip()]
    if not found:
        return body_of([])
    listed = document(list(_listed(found)))
    if plain(listed) == "\n".join(line for line, _ in found):
        return listed
    return document([Line((), False, tuple(_atoms(line, marks))) for line, marks in found])


def _starts(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in text.split("\n"):
        yield at + len(line) - len(line.lstrip()), line
        at += len(line) + 1


def _within(spans: Sequence[Sequence[Any]], start: int, line: str) -> list[Span]:
    """The spans in the stripped line that begins at `start`, counted from there."""
    end = start + len(line.strip())
    return [(max(a, start) - start, min(b, end) - start, mark) for a, b, mark in spans if a < end and b > start]


def _listed(lines: Sequence[tuple[str, Sequence[Span]]]) -> Iterator[Line]:
    letter = 0
    for line, spans in lines:
        sign = f"({chr(97 + letter)}) "
        path: tuple[str, ...] = ()
        if line.startswith(BULLET):
            path, sign = ("bulletList",), BULLET
        elif letter < 26 and line.startswith(sign):
            path = ("orderedList",)
        letter = letter + 1 if path == ("orderedList",) else 0
        at = len(sign) if path else 0
        rest = [(max(a - at, 0), b - at, mark) for a, b, mark in spans if b > at]
        yield Line(path, bool(path), tuple(_atoms(line[at:], rest)))


def _atoms(line: str, spans: Sequence[Span]) -> Iterator[Atom]:
    """Words with the white space after them, cut where marks begin and end."""
    cuts = sorted({0, len(line), *(min(at, len(line)) for span in spans for at in span[:2])})
    for start, end in pairwise(cuts):
        marks = sorted({mark for a, b, mark in spans if a <= start and end <= b and mark in MARKS})
        yield from (("t", word, *marks) for word in TOKEN.findall(line[start:end]))


def spans_of(body: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> tuple[tuple[Span, ...], ...]:
    """For each of the paragraphs of `paragraphs_of`, the marks of its words and, as ANY, what references show."""
    return tuple(tuple(_spans(pieces)) for pieces in shown_lines(body, labels or {}))


def _spans(pieces: Sequence[tuple[str, tuple[str, ...]]]) -> Iterator[Span]:
    """Those of one mark that follow each other are one; blanks at their ends have none."""
    whole = "".join(text for text, _ in pieces)
    found: dict[str, list[tuple[int, int]]] = {}
    at = 0
    for text, marks in pieces:
        for mark in marks:
            known = found.setdefault(mark, [])
            joins = bool(known) and known[-1][1] == at and mark != ANY
            start = known.pop()[0] if joins else at
            known.append((start, at + len(text)))
        at += len(text)
    for mark, each in found.items():
        for start, end in each:
            words = whole[start:end]
            if words.strip():
                yield end - len(words.lstrip()), start + len(words.rstrip()), mark


def dressed(body: Mapping[str, Any], like: Mapping[str, Any]) -> Body:
    """The document with the marks that its words have in another one, where both have the same words."""
    lines, known = lines_of(body), [atom for line in lines_of(like) for atom in line.atoms]
    atoms = [atom for line in lines for atom in line.atoms]
    matcher = SequenceMatcher(None, [_word(each) for each in known], [_word(each) for each in atoms], autojunk=False)
    for first, second, size in matcher.get_matching_blocks():
        for at in range(size):
            if atoms[second + at][0] == "t":
                atoms[second + at] = (*atoms[second + at][:2], *known[first + at][2:])
    rest = iter(atoms)
    return document([Line(line.path, line.starts, tuple(next(rest) for _ in line.atoms)) for line in lines])


def _word(atom: Atom) -> tuple[str, str]:
    return atom[0], atom[1].strip() if len(atom) > 1 else ""
