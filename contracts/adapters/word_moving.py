"""Where the paragraphs of a Word file stand: put in, moved and taken out without breaking what is around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clm.documents.extraction.docx import NOTES
from contracts.adapters.parts import W
from contracts.adapters.word_blocks import NOTE_TAGS, Located, WordFile, holds_more, shows_something
from contracts.adapters.word_words import letters_of, rewrite

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

STARTS = {W + "bookmarkStart": W + "bookmarkEnd", W + "commentRangeStart": W + "commentRangeEnd"}
ENDS = {end: start for start, end in STARTS.items()}
HOMES = frozenset({W + "body", W + "sdtContent", W + "tc"})


@dataclass(slots=True)
class Places:
    """The file's blocks and where they stand; `held` are the tables that held words at the beginning. `last` is the
    last block in an element, `attached` what stands behind a block and has no words: pictures, empty tables."""

    file: WordFile
    held: dict[Element, list[Element]] = field(default_factory=dict)
    gone: set[Element] = field(default_factory=set)
    last: dict[Element, Element] = field(default_factory=dict)
    attached: dict[Element, list[Element]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for located in self.file.located:
            for table in located.element.iterancestors(W + "tbl"):
                self.held.setdefault(table, []).append(located.element)
            for element in (located.element, *located.element.iterancestors()):
                self.last[element] = located.element
        for element in self.file.body.iter(W + "p", W + "tbl"):
            parent = element.getparent()
            is_own = parent is not None and parent.tag in HOMES and element not in self.last
            if is_own and shows_something(element):
                self._attach(element)

    def _attach(self, element: Element) -> None:
        """To the block before it in its section; a row's own pictures go with the row."""
        for before in element.itersiblings(preceding=True):
            if before.find(f"{W}pPr/{W}sectPr") is not None:
                return
            if before in self.last:
                self.attached.setdefault(self.last[before], []).append(element)
                return

    def hand_on(self, element: Element, to: Element) -> None:
        """What stands behind a block that goes stands behind another one of its clause."""
        if element in self.attached:
            self.attached[to] = [*self.attached.get(to, ()), *self.attached.pop(element)]

    def put_before(self, element: Element, new: Sequence[Element]) -> None:
        spot = self.outer(element) if element.tag != W + "p" else element
        parent = spot.getparent()
        if parent is not None:
            at = parent.index(spot)
            parent[at:at] = list(new)

    def put_after(self, element: Element, new: Sequence[Element], blocks: Sequence[Located]) -> None:
        """Behind an element of the same clause: in its table cell where the clause goes on there."""
        spot = element
        if element.tag in NOTE_TAGS:
            spot = next((each.element for each in reversed(blocks) if each.kind == "p"), element)
        elif element.tag != W + "p":
            spot = self.outer(element)
        self._insert_behind(spot, new)

    def put_behind_row(self, row: Element, new: Element) -> None:
        self._insert(row, [new])

    def put_behind(self, before: Element, new: Sequence[Element], following: Element | None) -> None:
        """Behind another clause: outside of the table or box in which that one ends, unless the next stands in it."""
        spot = self.outer(before)
        inside = following is not None and any(above is spot for above in following.iterancestors())
        self._insert_behind(before if inside and before.tag == W + "p" else spot, new)

    def put_first(self, following: Element | None, new: Sequence[Element]) -> None:
        body = self.file.body
        at = body.index(self.outer(following)) if following is not None else 0
        body[at:at] = list(new)

    def _insert_behind(self, spot: Element, new: Sequence[Element]) -> None:
        """Behind what is attached to it, too."""
        parent = spot.getparent()
        attached = self.attached.get(self.last.get(spot, spot), ())
        spot = next((each for each in reversed(attached) if each.getparent() is parent), spot)
        self._insert(spot, new)

    def _insert(self, spot: Element, new: Sequence[Element]) -> None:
        parent = spot.getparent()
        if parent is not None:
            at = parent.index(spot) + 1
            parent[at:at] = list(new)

    def outer(self, element: Element) -> Element:
        """The child of the body in which the element stands; for a note, where it is referred to."""
        if element.tag in NOTE_TAGS:
            element = self._reference(element)
        body = self.file.body
        while (parent := element.getparent()) is not None and parent is not body:
            element = parent
        return element

    def _reference(self, note: Element) -> Element:
        identifier = note.get(W + "id")
        found = self.file.root.iter(f"{note.tag}Reference")
        return next((each for each in found if each.get(W + "id") == identifier), self.file.body[0])

    def gather(self, elements: Sequence[Element], blocks: Sequence[Located]) -> list[Element]:
        """What is to be moved for these elements: whole tables where nothing else stands in them."""
        own = {located.element for located in blocks} | set(elements)
        found: list[Element] = []
        for element in elements:
            unit = self._unit(element, own)
            attached = self.attached.get(self.last.get(unit, unit), ()) if unit is not None else ()
            found += [each for each in (unit, *attached) if each is not None and each not in found]
        return [self._freed(unit) for unit in found]

    def _unit(self, element: Element, own: set[Element]) -> Element | None:
        if element.tag in NOTE_TAGS:
            return None
        # A text box goes with the paragraph that it hangs on.
        above = [each for each in element.iterancestors(W + "p") if each in own]
        if above:
            return above[-1]
        tables = [table for table in element.iterancestors(W + "tbl")]
        whole = [table for table in tables if all(each in own for each in self.held.get(table, ()))]
        if whole:
            return whole[-1]
        return element if element.tag == W + "p" or not tables else tables[0]

    def _freed(self, unit: Element) -> Element:
        """The unit, taken out of its place; the end of a section, and a cell's last paragraph, stay there."""
        parent = unit.getparent()
        if parent is None:
            return unit
        section = unit.find(f"{W}pPr/{W}sectPr") if unit.tag == W + "p" else None
        needs = section is not None or (parent.tag in (W + "tc", W + "txbxContent") and _is_last(unit))
        if needs:
            self._insert(unit, [_empty(unit, section)])
        parent.remove(unit)
        return unit

    def remove(self, blocks: Iterable[Located], *, is_whole: bool = False) -> None:
        """The blocks are gone; what still has to stand there stays, without their words. Of a whole clause, what is
        attached to it goes, too."""
        blocks = list(blocks)
        for located in blocks if is_whole else ():
            for element in self.attached.pop(located.element, ()):
                self._freed(element)
        going = {located.element for located in blocks}
        for located in blocks:
            self.gone.add(located.element)
            if located.is_note:
                _drop_up_to_run(self._reference(located.element))
            elif located.kind == "tr":
                _detach(located.element)
            else:
                self._remove_paragraph(located.element, going)

    def _remove_paragraph(self, paragraph: Element, going: set[Element]) -> None:
        parent = paragraph.getparent()
        if parent is None:
            return
        boxed = [each for each in paragraph.iter(W + "p") if each is not paragraph]
        held = {located.element for located in self.file.located}
        is_needed = paragraph.find(f"{W}pPr/{W}sectPr") is not None or any(
            each in held and each not in going for each in boxed
        )
        if is_needed or (parent.tag not in HOMES and holds_more(paragraph)):
            rewrite(paragraph, "")
            return
        if parent.tag in (W + "tc", W + "txbxContent") and _is_last(paragraph):
            self._insert(paragraph, [_empty(paragraph, None)])
        self._insert(paragraph, _open_ranges(paragraph))
        parent.remove(paragraph)

    def tidy(self) -> None:
        """No table is left of which all words are gone, nor a control that holds nothing."""
        for table, elements in self.held.items():
            is_left = any(element not in self.gone and _is_below(element, table) for element in elements)
            if not is_left and not any(_has_words(paragraph) for paragraph in table.iter(W + "p")):
                _detach(table)
        for row_holder in list(self.file.root.iter(W + "tbl")):
            if row_holder.find(f".//{W}tr") is None:
                _detach(row_holder)
        for control in list(self.file.root.iter(W + "sdt")):
            content = control.find(W + "sdtContent")
            if content is not None and not len(content):
                _detach(control)
        for cell in self.file.root.iter(W + "tc"):
            if not len(cell) or cell[-1].tag not in (W + "p", W + "sdt"):
                cell.append(cell.makeelement(W + "p"))


def _has_words(paragraph: Element) -> bool:
    return any(not letter.character.isspace() for letter in letters_of(paragraph))


def _is_below(element: Element, table: Element) -> bool:
    return any(above is table for above in element.iterancestors(W + "tbl"))


def _is_last(paragraph: Element) -> bool:
    parent = paragraph.getparent()
    return parent is not None and sum(1 for each in parent if each.tag == W + "p") == 1


def _empty(paragraph: Element, section: Element | None) -> Element:
    """A paragraph without words that looks the same, and takes the end of the section over."""
    made: Element = paragraph.makeelement(W + "p")
    properties = paragraph.find(W + "pPr")
    if properties is not None:
        made.append(deepcopy(properties))
        if section is not None:
            properties.remove(section)
        for child in made[0].findall(W + "numPr"):
            made[0].remove(child)
    return made


def _open_ranges(paragraph: Element) -> list[Element]:
    """The starts of ranges that end elsewhere, and the ends of those that began elsewhere."""
    marks = [child for child in paragraph.iter() if child.tag in STARTS or child.tag in ENDS]
    seen = {(mark.tag, mark.get(W + "id")) for mark in marks}
    pair = STARTS | ENDS
    return [mark for mark in marks if (pair[mark.tag], mark.get(W + "id")) not in seen]


def _drop_up_to_run(reference: Element) -> None:
    parent = reference.getparent()
    if reference.tag in NOTES and parent is not None:
        parent.remove(reference)


def _detach(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
