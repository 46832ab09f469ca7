"""The words of a Word paragraph written anew, whatever runs they are cut into: what stays keeps its looks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from clm.documents.extraction.docx import INLINE, MC, UNSTORABLE, sign_text
from clm.documents.extraction.lines import squeeze
from clm.documents.extraction.signs import EQUATIONS, SYMBOL, equation_text
from contracts.adapters.parts import W
from contracts.adapters.plain import UNWRITABLE

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# What reading takes for a blank: see `clm.documents.extraction.lines`.
BLANK = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]")
WHOLE = EQUATIONS | {SYMBOL}
SIGNS = {"\n": "br", "\t": "tab"}
WORD = re.compile(r"\n|[^ \t\u00a0\u2000-\u200a\u202f\u3000\n]+")


@dataclass(slots=True)
class Letter:
    """A character and the element that holds it: a text, a tab, break, hyphen or symbol, or an equation."""

    character: str
    element: Element


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a line's end, between two places in the letters."""

    word: str
    start: int
    end: int


def readable(words: str) -> str:
    """The words as reading gives them back: blanks made one, lines without any left out."""
    lines = (squeeze(line) for line in UNSTORABLE.sub("", UNWRITABLE.sub("", words)).split("\n"))
    return "\n".join(line for line in lines if line)


def rewrite(paragraph: Element, words: str) -> None:
    """The paragraph reads as `words`; the words that it had and keeps stay in their runs, others look like the one
    that they replace or follow. Field codes, notes, comments and bookmarks between them stay."""
    letters = list(letters_of(paragraph))
    old, new = tokens_of(letters), WORD.findall(readable(words))
    if [token.word for token in old] == new:
        return
    if not letters:
        append_run(paragraph, " ".join(new).replace(" \n ", "\n"), None)
        return
    written: dict[Element, str] = {letter.element: "" for letter in letters}
    for element, text in Rewriting(letters, old, new).pieces():
        written[element] += text
    for element, text in written.items():
        set_text(element, text)
    unbind(paragraph)


@dataclass(slots=True)
class Rewriting:
    """Old letters and new words in one row. `before` is the token that was placed last: its place in the old ones, -1
    at the start, None for a new word; `word` is that token's."""

    letters: Sequence[Letter]
    old: Sequence[Token]
    new: Sequence[str]
    before: int | None = -1
    word: str = "\n"
    host: Element | None = None

    def pieces(self) -> Iterator[tuple[Element, str]]:
        """The new letters with the element in which each stands."""
        matcher = SequenceMatcher(None, [token.word for token in self.old], list(self.new), autojunk=False)
        for kind, i1, i2, j1, j2 in matcher.get_opcodes():
            if kind == "equal":
                for at in range(i1, i2):
                    yield from self._old_token(at)
            else:
                yield from self._new_words(i1, i2, self.new[j1:j2])
        last = self.old[-1].end if self.old else 0
        if self.before is not None or not self.new:
            yield from self._kept(last, len(self.letters))

    def _old_token(self, at: int) -> Iterator[tuple[Element, str]]:
        yield from self._gap(at, self.old[at].word)
        yield from self._kept(self.old[at].start, self.old[at].end)
        self.before, self.word = at, self.old[at].word

    def _new_words(self, i1: int, i2: int, words: Sequence[str]) -> Iterator[tuple[Element, str]]:
        for index, word in enumerate(words):
            yield from self._gap(i1 if not index and i1 < len(self.old) else None, word)
            if not index and i1 < i2:
                self.host = self.letters[self.old[i1].start].element
            yield self._host(), word
            self.before, self.word = None, word
        if i1 < i2 and words:
            self.before = i2 - 1

    def _host(self) -> Element:
        """The element of the letter placed last; new words go on there."""
        self.host = self.letters[0].element if self.host is None else self.host
        return self.host

    def _gap(self, at: int | None, word: str) -> Iterator[tuple[Element, str]]:
        """What stands between the token placed last and the next: the document's own blanks where they were there."""
        is_break = "\n" in (self.word, word)
        if at is not None and self.before == at - 1:
            start = self.old[at - 1].end if at else 0
            gap = self.letters[start : self.old[at].start]
            text = "".join(letter.character for letter in gap)
            if is_break or (BLANK.search(text) and "\n" not in text):
                yield from self._kept(start, self.old[at].start)
                return
        if not is_break:
            yield self._host(), " "

    def _kept(self, start: int, end: int) -> Iterator[tuple[Element, str]]:
        for letter in self.letters[start:end]:
            self.host = letter.element
            yield letter.element, letter.character


def letters_of(parent: Element) -> Iterator[Letter]:
    """The visible letters in reading order; hidden runs count, since reading leaves them out only by their own mark."""
    for child in parent:
        if child.tag == W + "r":
            yield from _run_letters(child)
        elif child.tag in INLINE:
            yield from letters_of(child)
        elif child.tag in EQUATIONS:
            yield from (Letter(character, child) for character in equation_text(child))


def _run_letters(run: Element) -> Iterator[Letter]:
    vanish = run.find(f"{W}rPr/{W}vanish")
    if vanish is not None and vanish.get(W + "val", "1") not in ("0", "false", "off"):
        return
    for child in run:
        yield from (Letter(character, child) for character in sign_text(child) or "")


def tokens_of(letters: Sequence[Letter]) -> list[Token]:
    """The words as reading spells them, and where each stands. A line without words leaves no line's end."""
    text = "".join(letter.character for letter in letters)
    found: list[Token] = []
    for match in WORD.finditer(text):
        word = match.group() if match.group() == "\n" else squeeze(UNSTORABLE.sub("", match.group()))
        is_double = word == "\n" and (not found or found[-1].word == "\n")
        if word and not is_double:
            found.append(Token(word, match.start(), match.end()))
    if found and found[-1].word == "\n":
        found.pop()
    return found


def set_text(element: Element, text: str) -> None:
    """The element holds this text: a line's end becomes a break beside it, no text at all removes it. A symbol or an
    equation stays where its own words stay, with the others beside it."""
    own, parent = _text_of(element), element.getparent()
    if own == text or parent is None:
        return
    at = parent.index(element)
    if element.tag in WHOLE and own in text:
        ahead, behind = text.split(own, 1)
        parent[at : at + 1] = [*_beside(element, ahead), element, *_beside(element, behind)]
    else:
        parent[at : at + 1] = _beside(element, text)


def _beside(element: Element, text: str) -> list[Element]:
    """The words as they may stand where the element stands: in a run of their own where that is no part of a run."""
    made = text_elements(element, text)
    if element.tag not in EQUATIONS or not made:
        return made
    run = element.makeelement(W + "r")
    run.extend(made)
    return [run]


def _text_of(element: Element) -> str:
    return equation_text(element) if element.tag in EQUATIONS else sign_text(element) or ""


def text_elements(near: Element, text: str) -> list[Element]:
    made: list[Element] = []
    for piece in re.findall(r"[^\n\t]+|\n|\t", text):
        if piece in SIGNS:
            made.append(near.makeelement(W + SIGNS[piece]))
            continue
        element = near.makeelement(W + "t")
        element.text = piece
        element.set(SPACE, "preserve")
        made.append(element)
    return made


def append_run(paragraph: Element, words: str, properties: Element | None) -> None:
    """A run with these words at the paragraph's end, which looks as the properties say."""
    if not words:
        return
    run = paragraph.makeelement(W + "r")
    if properties is not None:
        run.append(deepcopy(properties))
    run.extend(text_elements(run, words))
    paragraph.append(run)


def unbind(paragraph: Element) -> None:
    """Nothing writes over the words later: no data that a control is bound to, no copy for older programs."""
    for above in [paragraph, *paragraph.iterancestors()]:
        for child in list(above):
            if above.tag == W + "sdt" and child.tag == W + "sdtPr":
                _drop(child, W + "dataBinding", W + "showingPlcHdr")
            elif above.tag == MC + "AlternateContent" and child.tag == MC + "Fallback":
                above.remove(child)
    for properties in list(paragraph.iter(W + "sdtPr")):
        _drop(properties, W + "dataBinding", W + "showingPlcHdr")


def _drop(parent: Element, *names: str) -> None:
    for child in [child for child in parent if child.tag in names]:
        parent.remove(child)


def run_properties(paragraph: Element, at: int) -> Element | None:
    """How the letter at this place looks (the last one, beyond the end); None where it has no looks of its own."""
    letters = list(letters_of(paragraph))
    if not letters:
        return None
    run = next(letters[min(at, len(letters) - 1)].element.iterancestors(W + "r"), None)
    return run.find(W + "rPr") if run is not None else None


def run_from(letters: Sequence[Letter], at: int) -> Element:
    """The run that begins with this letter: one that was cut before it where it stood further on. The letters before
    it stay in their elements, those from it on may not. A symbol or an equation is never cut, and an equation stands
    for its run."""
    element = letters[at].element
    if element.tag in EQUATIONS:
        return element
    offset = sum(1 for letter in letters[:at] if letter.element is element)
    run = next(element.iterancestors(W + "r"))
    if offset and element.tag != SYMBOL:
        text = element.text or ""
        element.text = text[:offset]
        element.set(SPACE, "preserve")
        rest = text_elements(run, text[offset:])
        run[run.index(element) + 1 : run.index(element) + 1] = rest
        element = rest[0]
    first = run.index(element)
    if all(child.tag == W + "rPr" for child in list(run)[:first]):
        return run
    behind = run.makeelement(W + "r")
    properties = run.find(W + "rPr")
    if properties is not None:
        behind.append(deepcopy(properties))
    behind.extend(list(run)[first:])
    run.addnext(behind)
    return behind
