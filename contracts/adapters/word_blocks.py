"""The blocks of a Word document together with the elements that hold them, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clm.documents.extraction.docx import (
    CELL_JOINER,
    DRAWINGS,
    NOTES,
    TRANSPARENT,
    Story,
    accept,
    children,
    clean_text,
    note_block,
    open_story,
    paragraph_text,
    part_names,
    shaped,
)
from clm.documents.extraction.extracted import BLOCK_SEPARATOR, Block, Refused
from clm.documents.extraction.limits import DEFAULT
from clm.documents.extraction.package import check_package, parse_xml
from clm.documents.extraction.signs import EQUATIONS
from clm.documents.extraction.styles import Styles, read_styles
from contracts.adapters.parts import W, as_bytes, put_together, take_apart

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NOTE_KINDS = frozenset(NOTES.values())
NOTE_TAGS = tuple(W + kind for kind in NOTE_KINDS)


@dataclass(slots=True)
class Located:
    """A block with the paragraph (`p`), table row (`tr`) or note that it was read from.

    `automatic` is what stands in front of it that no run holds: Word's own number or bullet, with the space after it.
    `cells` are the blocks in each cell of a row.
    """

    block: Block
    element: Element
    automatic: str = ""
    cells: list[list[Located]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.block.text

    @property
    def words(self) -> str:
        """What the element itself holds."""
        if self.cells:
            return CELL_JOINER.join("\n".join(each.words for each in cell) for cell in self.cells)
        return self.block.text[len(self.automatic) :]

    @property
    def kind(self) -> str:
        return str(self.element.tag).rsplit("}", 1)[-1]

    @property
    def is_note(self) -> bool:
        return self.kind in NOTE_KINDS


@dataclass(slots=True)
class NotesPart:
    """The footnotes or the endnotes of a file; `is_changed` once one is written anew."""

    name: str
    root: Element
    is_changed: bool = False

    def find(self, kind: str, identifier: str) -> Element | None:
        found = (note for note in self.root.iter(W + kind) if note.get(W + "id") == identifier)
        return next(found, None)


@dataclass(slots=True)
class WordFile:
    """A Word file taken apart, tracked changes accepted, with its blocks. `notes` are those at the foot and at the end,
    by kind."""

    parts: dict[str, bytes]
    main: str
    root: Element
    located: list[Located]
    notes: dict[str, NotesPart] = field(default_factory=dict)
    is_settled: bool = False
    styles: Styles = field(default_factory=lambda: read_styles(None))

    @property
    def body(self) -> Element:
        body = self.root.find(W + "body")
        if body is None:
            raise Refused("corrupt")
        return body

    def text(self) -> str:
        return BLOCK_SEPARATOR.join(each.text for each in self.located)

    def as_bytes(self) -> bytes:
        """The file with its changed text; every other part as it was, to the byte."""
        changed = {self.main: as_bytes(self.root)}
        changed |= {part.name: as_bytes(part.root) for part in self.notes.values() if part.is_changed}
        return put_together(self.parts | changed)


def open_word(docx: bytes) -> WordFile:
    """The file as it reads with every tracked change accepted. Raises Refused for whatever no upload may be."""
    parts = take_apart(docx)
    with check_package(docx, DEFAULT) as package:
        names = part_names(package)
        story = open_story(package, names, DEFAULT)
    root = parse_xml(parts[names["main"]])
    is_tracked = accept(root, story)
    notes = {kind: NotesPart(names[f"{kind}s"], parse_xml(parts[names[f"{kind}s"]])) for kind in _kinds_in(names)}
    for part in notes.values():
        accept(part.root, story)
    file = WordFile(parts, names["main"], root, [], notes, is_tracked, story.styles)
    file.located = [each for each in _walk(file.body, story, notes) if each.text.strip()]
    return file


def _kinds_in(names: dict[str, str]) -> list[str]:
    return [kind for kind in NOTES.values() if f"{kind}s" in names]


def _walk(parent: Element, story: Story, notes: dict[str, NotesPart]) -> Iterator[Located]:
    for child in parent:
        if child.tag == W + "p":
            yield from _paragraph(child, story, notes)
        elif child.tag == W + "tbl":
            yield from _table(child, story, notes)
        elif child.tag in TRANSPARENT:
            yield from _walk(child, story, notes)


def _paragraph(paragraph: Element, story: Story, notes: dict[str, NotesPart]) -> Iterator[Located]:
    """The paragraph's own block, then its notes and text boxes, as they are read."""
    words = clean_text(paragraph_text(paragraph, story))
    said, boxes = story.notes, story.boxes
    story.notes, story.boxes, story.pieces = [], [], []
    if words:
        block = shaped(words, paragraph, story)
        yield Located(block, paragraph, block.text[: len(block.text) - len(words)])
    for kind, identifier in said:
        note = notes[kind].find(kind, identifier)
        if note is not None:
            yield Located(note_block((kind, identifier), story), note)
    for box in boxes:
        yield from _walk(box, story, notes)


def _table(table: Element, story: Story, notes: dict[str, NotesPart]) -> Iterator[Located]:
    rows = [(row, cells) for row in children(table, W + "tr") if (cells := list(children(row, W + "tc")))]
    is_frame = all(len(cells) == 1 for _, cells in rows)
    for row, cells in rows:
        if is_frame:
            yield from _walk(cells[0], story, notes)
        else:
            yield from _row(row, cells, story, notes)


def _row(row: Element, cells: list[Element], story: Story, notes: dict[str, NotesPart]) -> Iterator[Located]:
    """A cell that goes on from the one above it says nothing."""
    inside = [[] if is_continued(cell) else list(_walk(cell, story, notes)) for cell in cells]
    texts = ["\n".join(each.text for each in cell) for cell in inside]
    if any(texts):
        yield Located(Block(CELL_JOINER.join(texts), style="table", kind="table_row"), row, cells=inside)


def is_continued(cell: Element) -> bool:
    merged = cell.find(f"{W}tcPr/{W}vMerge")
    return merged is not None and merged.get(W + "val", "continue") == "continue"


def shows_something(element: Element) -> bool:
    """Whether a paragraph without words, or a table, is there to be seen: a picture, a formula, cells to fill in."""
    return element.tag == W + "tbl" or any(child.tag in DRAWINGS or child.tag in EQUATIONS for child in element.iter())


def holds_more(paragraph: Element) -> bool:
    """Whether something hangs on the paragraph that its words are not: a picture, a text box, the end of a section."""
    return any(child.tag in DRAWINGS or child.tag == W + "sectPr" for child in paragraph.iter())
