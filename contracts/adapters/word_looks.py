"""The marks of a clause's words put into the runs of its paragraphs; a run that looks right already stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clm.documents.extraction.looks import TOGGLES, Marks, marks_of
from clm.documents.extraction.signs import EQUATIONS
from clm.documents.extraction.styles import Styles
from contracts.adapters.parts import W
from contracts.adapters.word_blocks import NOTE_TAGS
from contracts.adapters.word_clauses import DraftText
from contracts.adapters.word_words import Letter, letters_of, run_from

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

ANY = "any"
KNOWN = frozenset({"bold", "italic", "underline"})
# Signs of lists, which Word may write itself: "(xviii)" is the longest.
LONGEST_SIGN = 7
NAMES = {"bold": ("b", "bCs"), "italic": ("i", "iCs"), "underline": ("u",)}
# In the order in which a run's properties have to stand, what comes before each.
_ORDER = (
    *("rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike", "outline", "shadow"),
    *("emboss", "imprint", "noProof", "snapToGrid", "vanish", "webHidden", "color", "spacing", "w", "kern"),
    *("position", "sz", "szCs", "highlight", "u"),
)
BEFORE = {name: frozenset(W + each for each in _ORDER[:at]) for at, name in enumerate(_ORDER)}

# A letter of the draft with its marks; None: as it looks.
Wanted = tuple[str, Marks | None]


def put_marks(elements: Sequence[Element], draft: DraftText, styles: Styles) -> None:
    """The clause's paragraphs, as they read now, look as the draft says; number, heading, tables and notes as before.

    From the end, since what stands before the words is not in the draft. What does not read as the draft is left.
    """
    if draft.marks is None:
        return
    rest = wanted_in(draft)
    for element in reversed(elements):
        if not rest:
            return
        letters = [each for each in _letters(element) if not each.character.isspace()]
        size = _matching(rest, [each.character for each in letters])
        if size is None:
            return
        found, gap = size
        last = len(rest) - gap
        if element.tag == W + "p":
            _dress(element, letters, rest[last - found : last], styles)
        rest = rest[: last - found]


def wanted_in(draft: DraftText) -> list[Wanted]:
    """The letters of its paragraphs, without blanks."""
    found: list[Wanted] = []
    for text, spans in zip(draft.paragraphs, draft.marks or (), strict=False):
        marks: list[set[str]] = [set() for _ in text]
        for start, end, mark in spans:
            for at in range(start, min(end, len(text))):
                marks[at].add(mark)
        found += [(text[at], _wanted(each)) for at, each in enumerate(marks) if not text[at].isspace()]
    return found


def _wanted(marks: set[str]) -> Marks | None:
    return None if ANY in marks else frozenset(marks & KNOWN)


def _letters(element: Element) -> list[Letter]:
    if element.tag == W + "p":
        return list(letters_of(element))
    found: list[Letter] = []
    for at, cell in enumerate(element.iter(W + "tc", *NOTE_TAGS)):
        found += [Letter("|", cell)] if at else []
        found += [letter for paragraph in cell.iter(W + "p") for letter in letters_of(paragraph)]
    return found


def _matching(rest: Sequence[Wanted], letters: Sequence[str]) -> tuple[int, int] | None:
    """(how many of the last letters wanted are in the paragraph, how many behind them are a sign of a list that Word
    writes); None where the paragraph does not read so."""
    here = "".join(letters)
    for gap in range(min(LONGEST_SIGN, len(rest)) + 1):
        wanted = "".join(letter for letter, _ in rest[: len(rest) - gap][-len(here) :]) if here else ""
        if here.endswith(wanted) and (len(wanted) == len(here) or len(rest) - gap == len(wanted)):
            return len(wanted), gap
    return None


def _dress(paragraph: Element, letters: Sequence[Letter], wanted: Sequence[Wanted], styles: Styles) -> None:
    shown = len(letters) - len(wanted)
    asked: dict[int, Marks] = {}
    at = -1
    everything = list(letters_of(paragraph))
    for index, letter in enumerate(everything):
        if letter.character.isspace():
            continue
        at += 1
        marks = wanted[at - shown][1] if at >= shown and letter.element.tag not in EQUATIONS else None
        if marks is not None and marks != _marks(letter, styles):
            asked[index] = marks
    for start, end, marks in reversed(_stretches(everything, asked)):
        _set(paragraph, start, end, marks, styles)


def _marks(letter: Letter, styles: Styles) -> Marks:
    return marks_of(next(letter.element.iterancestors(W + "r")), styles)


def _stretches(letters: Sequence[Letter], asked: dict[int, Marks]) -> list[tuple[int, int, Marks]]:
    """Half-open ranges of letters that want the same, with the blanks between them."""
    found: list[tuple[int, int, Marks]] = []
    for index, marks in asked.items():
        if found and found[-1][2] == marks and all(each.character.isspace() for each in letters[found[-1][1] : index]):
            found[-1] = (found[-1][0], index + 1, marks)
        else:
            found.append((index, index + 1, marks))
    return found


def _set(paragraph: Element, start: int, end: int, marks: Marks, styles: Styles) -> None:
    if end < len(list(letters_of(paragraph))):
        run_from(list(letters_of(paragraph)), end)
    run_from(list(letters_of(paragraph)), start)
    letters = [letter for letter in list(letters_of(paragraph))[start:end] if letter.element.tag not in EQUATIONS]
    runs = {next(letter.element.iterancestors(W + "r")): None for letter in letters}
    for run in runs:
        for mark in KNOWN:
            _mark(run, mark, mark in marks, styles)


def _mark(run: Element, mark: str, is_on: bool, styles: Styles) -> None:
    if (mark in marks_of(run, styles)) == is_on:
        return
    properties = run.find(W + "rPr")
    if properties is None:
        properties = run.makeelement(W + "rPr")
        run.insert(0, properties)
    for name in NAMES[mark]:
        for child in properties.findall(W + name):
            properties.remove(child)
    if (mark in marks_of(run, styles)) == is_on:
        return
    for name in NAMES[mark]:
        made = properties.makeelement(W + name)
        if mark not in TOGGLES:
            made.set(W + "val", "single" if is_on else "none")
        elif not is_on:
            made.set(W + "val", "0")
        properties.insert(sum(1 for child in properties if child.tag in BEFORE[name]), made)
