"""A Word file written anew from the clauses of a draft: what was not changed stays as it is, to the paragraph."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clm.documents.extraction.styles import read_styles
from contracts.adapters.parts import W
from contracts.adapters.word_blocks import Located, WordFile, open_word
from contracts.adapters.word_clauses import (
    DraftText,
    Item,
    OriginText,
    Standing,
    items_of,
    lines_of,
    new_text,
    standing,
    without_automatic,
)
from contracts.adapters.word_looks import put_marks
from contracts.adapters.word_made import Look, body_paragraph, clause_paragraphs, look_of, set_numbering, take_level
from contracts.adapters.word_moving import Places
from contracts.adapters.word_rows import cell_count, cells_in, new_row, rewrite_row
from contracts.adapters.word_words import readable, rewrite
from contracts.engine.compare import longest_rising

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MAX_HEADING_STYLE = 9


def built(base: bytes | None, clauses: Sequence[DraftText], origins: Sequence[OriginText] = ()) -> bytes:
    """The base with its clauses as the draft has them, or a file made of the clauses alone.

    Where the words of a clause would not come back exactly as they were written, the file is made of the clauses alone.
    """
    if base is None:
        return from_nothing(clauses)
    writing = Writing(open_word(base), list(clauses), origins)
    expected = writing.run()
    made = writing.file.as_bytes()
    return made if read_lines(made) == expected else from_nothing(clauses)


def read_lines(docx: bytes) -> list[str]:
    """The lines as they read, without those numbers that Word writes itself."""
    return [line for each in open_word(docx).located for line in lines_of(each.words)]


@dataclass(slots=True)
class Writing:
    """The file, the clauses as they stand in it, and what each is to become."""

    file: WordFile
    drafts: list[DraftText]
    origins: Sequence[OriginText]
    clauses: list[Standing] = field(default_factory=list)
    # What the clause of a draft consists of now, by its place in the draft.
    elements: dict[int, list[Element]] = field(default_factory=dict)
    lines: dict[int, list[str]] = field(default_factory=dict)

    def run(self) -> list[str]:
        """The file is changed in place; answers the lines that it is to read as, without Word's own numbers."""
        self.clauses = standing(self.file, self.origins)
        looks = [look_of(clause) for clause in self.clauses]
        kept = self._kept()
        for place, draft in enumerate(self.drafts):
            if place not in kept:
                self._make(place, draft, looks)
        places = Places(self.file)
        for place, clause in kept.items():
            self._edit(place, clause, looks, places)
        for place, draft in enumerate(self.drafts):
            put_marks(self.elements[place], draft, self.file.styles)
        taken = {clause.position for clause in kept.values()}
        for clause in self.clauses:
            if clause.position not in taken:
                places.remove(clause.blocks)
        self._order(kept, places)
        places.tidy()
        return [line for place in range(len(self.drafts)) for line in self.lines[place]]

    def _kept(self) -> dict[int, Standing]:
        """The clauses of the base that the draft still has, by place; a clause is taken once."""
        free = {clause.position: clause for clause in self.clauses if clause.blocks}
        found: dict[int, Standing] = {}
        for place, draft in enumerate(self.drafts):
            if draft.origin is not None and draft.origin in free:
                found[place] = free.pop(draft.origin)
        return found

    def _make(self, place: int, draft: DraftText, looks: Sequence[Look]) -> None:
        look = self._model(place, draft, looks)
        made = list(clause_paragraphs(self.file.body, draft, look, looks))
        self.elements[place] = [element for element, _ in made]
        self.lines[place] = [line for _, words in made for line in lines_of(words)]

    def _model(self, place: int, draft: DraftText, looks: Sequence[Look]) -> Look | None:
        """The clause beside it that it is to look like: of its level and build, the nearest, rather before it."""
        spots = {each.origin: index for index, each in enumerate(self.drafts) if each.origin is not None}

        def unlike(look: Look) -> tuple[bool, bool, bool, int]:
            away = spots.get(look.clause.position, 10_000) - place
            far = 2 * abs(away) + (away > 0)
            differs = bool(look.clause.heading) != bool(draft.heading)
            return look.clause.level != draft.level, bool(look.clause.number) != bool(draft.number), differs, far

        return min((look for look in looks if look.first is not None), key=unlike, default=None)

    def _edit(self, place: int, clause: Standing, looks: Sequence[Look], places: Places) -> None:
        draft = self.drafts[place]
        text = new_text(clause, draft)
        items = items_of(clause, lines_of(text))
        self._write(place, clause, items, looks, places)
        if clause.level != draft.level:
            take_level(clause, draft.level, looks)
        if clause.is_automatic and not draft.number and clause.blocks[0].kind == "p":
            set_numbering(clause.blocks[0].element, is_on=False)

    def _write(
        self, place: int, clause: Standing, items: Sequence[Item], looks: Sequence[Look], places: Places
    ) -> None:
        elements: list[Element] = []
        lines: list[str] = []
        waiting: list[Element] = []
        for index, item in enumerate(items):
            if item.located is None and elements and _is_row(elements[-1], item, items[index + 1 :]):
                row = new_row(elements[-1], item.text)
                places.put_behind_row(elements[-1], row)
                elements.append(row)
                lines.append(item.text)
            elif item.located is None:
                element, words = body_paragraph(self.file.body, item.text, clause, looks)
                lines.append(words)
                if elements:
                    places.put_after(elements[-1], [element], clause.blocks)
                    elements.append(element)
                else:
                    waiting.append(element)
            else:
                lines += lines_of(self._rewritten(item))
                places.put_before(item.located.element, waiting)
                elements += [*waiting, item.located.element]
                waiting = []
        stays = {id(item.located) for item in items}
        gone = [block for block in clause.blocks if id(block) not in stays]
        places.put_before(clause.blocks[0].element, waiting)
        places.remove(gone)
        self.elements[place], self.lines[place] = [*elements, *waiting], lines

    def _rewritten(self, item: Item) -> str:
        """The block reads as its lines; what it holds itself then."""
        located = item.located
        if located is None:
            return item.text
        if item.lines == lines_of(located.text):
            return located.words
        if located.kind == "tr":
            rewrite_row(located.element, item.text)
        elif located.kind == "footnote":
            self.file.changed_notes = True
            _rewrite_note(located.element, item.text)
        else:
            return _rewrite_paragraph(located, item.text)
        return item.text

    def _order(self, kept: dict[int, Standing], places: Places) -> None:
        """Moved clauses stand where the draft has them, new ones between their neighbours."""
        pairs = sorted((clause.position, place) for place, clause in kept.items())
        stayed = {place for _, place in longest_rising(pairs)}
        before: Element | None = None
        for place in range(len(self.drafts)):
            elements = self.elements[place]
            if not elements:
                continue
            if place not in stayed:
                elements = places.gather(elements, kept[place].blocks if place in kept else [])
                following = next((self.elements[each][0] for each in sorted(stayed) if each > place), None)
                if before is None:
                    places.put_first(following, elements)
                else:
                    places.put_behind(before, elements, following)
            before = elements[-1] if elements else before


def _is_row(element: Element, item: Item, later: Sequence[Item]) -> bool:
    """A new line behind a table row is one too between two rows, or where it has as many cells."""
    if element.tag != W + "tr":
        return False
    following = next((each.located for each in later if each.located is not None), None)
    is_between = following is not None and following.element.getparent() is element.getparent()
    return is_between or cell_count(element) == len(cells_in(item.text)) > 1


def _rewrite_paragraph(located: Located, text: str) -> str:
    words = without_automatic(text, located.automatic)
    if words is None or not words:
        set_numbering(located.element, is_on=False)
        words = text
    rewrite(located.element, words)
    return words


def _rewrite_note(note: Element, text: str) -> None:
    first, *rest = list(note.iter(W + "p"))
    rewrite(first, text.replace("\n", " "))
    for paragraph in rest:
        rewrite(paragraph, "")


def from_nothing(clauses: Sequence[DraftText]) -> bytes:
    """Headings in Word's heading styles by level, numbers typed before them, and paragraphs."""
    from docx import Document

    document = Document()
    styles = read_styles(document.styles.element)
    for clause in clauses:
        made = [document.add_paragraph(text, style=style)._p for style, text in plain_paragraphs(clause)]
        put_marks(made, clause, styles)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def plain_paragraphs(clause: DraftText) -> Iterator[tuple[str, str]]:
    """(style, text) of each paragraph of a clause on its own."""
    lines = [line for paragraph in clause.paragraphs for line in lines_of(paragraph)]
    heading = readable(clause.heading).replace("\n", " ")
    if heading:
        style = f"Heading {min(max(clause.level, 1), MAX_HEADING_STYLE)}"
        yield style, f"{clause.number} {heading}".strip()
    elif clause.number:
        lines = [f"{clause.number} {lines[0]}", *lines[1:]] if lines else [clause.number]
    yield from (("Normal", line) for line in lines)
