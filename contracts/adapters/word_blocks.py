"""The blocks of a Word document together with the elements that hold them, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clm.documents.extraction.docx import (
    DRAWINGS,
    TRANSPARENT,
    Story,
    children,
    clean_text,
    open_story,
    paragraph_text,
    part_names,
    shaped,
    table_row,
)
from clm.documents.extraction.extracted import BLOCK_SEPARATOR, Block, Refused
from clm.documents.extraction.limits import DEFAULT
from clm.documents.extraction.package import check_package, parse_xml
from clm.documents.extraction.styles import Styles, read_styles
from contracts.adapters.parts import W, as_bytes, put_together, take_apart
from contracts.adapters.revisions import settle

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

TRACKED = tuple(W + name for name in ("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel"))


@dataclass(slots=True)
class Located:
    """A block with the paragraph (`p`), table row (`tr`) or footnote that it was read from.

    `automatic` is what stands in front of it that no run holds: Word's own number or bullet, with the space after it.
    """

    block: Block
    element: Element
    automatic: str = ""

    @property
    def text(self) -> str:
        return self.block.text

    @property
    def words(self) -> str:
        """What the element itself holds."""
        return self.block.text[len(self.automatic) :]

    @property
    def kind(self) -> str:
        return str(self.element.tag).rsplit("}", 1)[-1]


@dataclass(slots=True)
class WordFile:
    """A Word file taken apart, tracked changes accepted, with its blocks. `notes` is the root of the footnotes."""

    parts: dict[str, bytes]
    main: str
    root: Element
    located: list[Located]
    notes_name: str = ""
    notes: Element | None = None
    is_settled: bool = False
    styles: Styles = field(default_factory=lambda: read_styles(None))
    changed_notes: bool = field(default=False)

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
        if self.notes is not None and self.changed_notes:
            changed[self.notes_name] = as_bytes(self.notes)
        return put_together(self.parts | changed)


def open_word(docx: bytes) -> WordFile:
    """The file as it reads with every tracked change accepted. Raises Refused for whatever no upload may be."""
    parts = take_apart(docx)
    with check_package(docx, DEFAULT) as package:
        names = part_names(package)
        story = open_story(package, names, DEFAULT)
    root = parse_xml(parts[names["main"]])
    is_tracked = next(root.iter(*TRACKED), None) is not None
    if is_tracked:
        settle(root, is_accepted=True)
    notes = parse_xml(parts[names["footnotes"]]) if "footnotes" in names else None
    file = WordFile(parts, names["main"], root, [], names.get("footnotes", ""), notes, is_tracked, story.styles)
    file.located = [each for each in _walk(file.body, story, notes) if each.text.strip()]
    return file


def _walk(parent: Element, story: Story, notes: Element | None) -> Iterator[Located]:
    for child in parent:
        if child.tag == W + "p":
            yield from _paragraph(child, story, notes)
        elif child.tag == W + "tbl":
            yield from _table(child, story, notes)
        elif child.tag in TRANSPARENT:
            yield from _walk(child, story, notes)


def _paragraph(paragraph: Element, story: Story, notes: Element | None) -> Iterator[Located]:
    """The paragraph's own block, then its footnotes and text boxes, as they are read."""
    words = clean_text(paragraph_text(paragraph, story))
    boxes, story.boxes, story.notes, story.pieces = story.boxes, [], [], []
    if words:
        block = shaped(words, paragraph.find(W + "pPr"), story)
        yield Located(block, paragraph, block.text[: len(block.text) - len(words)])
    for reference in _references(paragraph):
        identifier = str(reference.get(W + "id"))
        note = _note(notes, identifier)
        if note is not None and story.footnotes.get(identifier):
            yield Located(Block(story.footnotes[identifier], style="footnote text"), note)
    for box in boxes:
        yield from _walk(box, story, notes)


def _references(paragraph: Element) -> Iterator[Element]:
    """The footnote references of the paragraph's own text, not those of a text box in it."""
    for reference in paragraph.iter(W + "footnoteReference"):
        if next(reference.iterancestors(W + "p"), None) is paragraph:
            yield reference


def _note(notes: Element | None, identifier: str) -> Element | None:
    found = notes.iter(W + "footnote") if notes is not None else iter(())
    return next((note for note in found if note.get(W + "id") == identifier), None)


def _table(table: Element, story: Story, notes: Element | None) -> Iterator[Located]:
    rows = [(row, cells) for row in children(table, W + "tr") if (cells := list(children(row, W + "tc")))]
    is_frame = all(len(cells) == 1 for _, cells in rows)
    for row, cells in rows:
        if is_frame:
            yield from _walk(cells[0], story, notes)
        else:
            yield from (Located(block, row) for block in table_row(cells, story))


def holds_more(paragraph: Element) -> bool:
    """Whether something hangs on the paragraph that its words are not: a picture, a text box, the end of a section."""
    return any(child.tag in DRAWINGS or child.tag == W + "sectPr" for child in paragraph.iter())
