"""DOCX: body paragraphs and tables in order, as they read with every tracked change accepted."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from clm.documents.extraction.extracted import DOCX, Block, ExtractedDocument, Kind, Refused, document_of
from clm.documents.extraction.limits import Limits
from clm.documents.extraction.lines import squeeze
from clm.documents.extraction.looks import PLAIN, Marks, marks_of, spans_in
from clm.documents.extraction.numbering import Numbering, W, integer, read_numbering, value_of
from clm.documents.extraction.package import (
    MAIN_TYPES,
    check_package,
    content_types,
    parse_xml,
    read_part,
    refuse_entities_everywhere,
)
from clm.documents.extraction.revisions import settle
from clm.documents.extraction.signs import EQUATIONS, SYMBOL, equation_text, symbol_text
from clm.documents.extraction.styles import Style, Styles, is_on, read_styles

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
CELL_JOINER = " | "
# The names of Word's own styles for tables of contents begin so ("toc 1"); a control says by its gallery what it is.
CONTENTS = "toc"
GALLERY = f"{W}docPartObj/{W}docPartGallery"
# A note of either kind by the element that refers to it.
NOTES = {W + "footnoteReference": "footnote", W + "endnoteReference": "endnote"}
REVISED = tuple(W + name for name in ("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge"))
# What a reader of the file is told of: something that is gone once all is accepted.
TAKEN_OUT = tuple(W + name for name in ("del", "moveFrom", "cellDel"))
# Wrappers whose content counts, at block level and inside a paragraph.
WRAPPERS = ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "dir", "bdo")
TRANSPARENT = frozenset(W + name for name in WRAPPERS)
INLINE = TRANSPARENT | {W + "hyperlink", W + "fldSimple", MC + "AlternateContent", MC + "Choice"}
SKIPPED = frozenset({W + "del", W + "moveFrom", MC + "Fallback", W + "pPr", W + "rPr"})
DRAWINGS = frozenset({W + "drawing", W + "pict", W + "object", MC + "AlternateContent"})
CHARACTERS = {
    W + "tab": "\t",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
    W + "softHyphen": "",
    W + "ptab": "\t",
}
PAGES = re.compile(rb"<(?:\w+:)?Pages>(\d{1,6})</")
UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\u200b\ufeff\ufffe\uffff]")


@dataclass(slots=True)
class Story:
    """The reading state: lists counted so far, warnings. `noted` are the words of each note by kind and id, and `notes`
    those that the paragraph which is read refers to."""

    styles: Styles
    numbering: Numbering
    noted: dict[tuple[str, str], str] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    # The words of the paragraph that is read, as they come, each piece with its marks.
    pieces: list[tuple[str, Marks]] = field(default_factory=list)


def read_docx(data: bytes, limits: Limits) -> ExtractedDocument:
    with check_package(data, limits) as package:
        refuse_entities_everywhere(package, limits)
        parts = part_names(package)
        root = parse_xml(read_part(package, parts["main"], limits))
        story = open_story(package, parts, limits)
        pages = page_count(package, limits)
    if pages is not None and pages > limits.pages:
        raise Refused("too_many_pages")
    if sum(1 for _ in root.iter(W + "p")) > limits.blocks:
        raise Refused("too_many_paragraphs")
    body = root.find(W + "body")
    if body is None:
        raise Refused("corrupt")
    accept(root, story)
    blocks = list(read_blocks(body, story))
    return document_of(DOCX, blocks, page_count=pages, warnings=tuple(story.warnings))


def accept(root: Element, story: Story) -> bool:
    """The part reads with every tracked change accepted; whether there was one."""
    if next(root.iter(*TAKEN_OUT), None) is not None:
        story.warnings["tracked_changes"] = None
    is_tracked = next(root.iter(*REVISED), None) is not None
    if is_tracked:
        settle(root, is_accepted=True)
    return is_tracked


def part_names(package: zipfile.ZipFile) -> dict[str, str]:
    """The parts that are read, by role."""
    types = content_types(package)
    present = set(package.namelist())
    names: dict[str, str] = {}
    for name, kind in types.items():
        role = "main" if kind in MAIN_TYPES else kind.rsplit(".", 1)[-1].removesuffix("+xml")
        if name in present:
            names.setdefault(role, name)
    if "main" not in names:
        raise Refused("corrupt")
    return names


def open_story(package: zipfile.ZipFile, parts: dict[str, str], limits: Limits) -> Story:
    def root_of(role: str) -> Element | None:
        return parse_xml(read_part(package, parts[role], limits)) if role in parts else None

    styles = read_styles(root_of("styles"))
    story = Story(styles, read_numbering(root_of("numbering"), styles.lists))
    for kind in NOTES.values():
        notes = root_of(f"{kind}s")
        if notes is not None:
            accept(notes, story)
        for note in notes.iter(W + kind) if notes is not None else ():
            text = " ".join(paragraph_text(p, story) for p in note.iter(W + "p"))
            story.pieces.clear()
            story.notes.clear()
            story.boxes.clear()
            story.noted[kind, str(note.get(W + "id"))] = squeeze(text)
    return story


def page_count(package: zipfile.ZipFile, limits: Limits) -> int | None:
    """Pages as the program that saved the file counted them; DOCX itself has no pages."""
    if "docProps/app.xml" not in package.namelist():
        return None
    found = PAGES.search(read_part(package, "docProps/app.xml", limits))
    return int(found.group(1)) or None if found else None


def read_blocks(parent: Element, story: Story) -> Iterator[Block]:
    for child in parent:
        if child.tag == W + "p":
            yield from read_paragraph(child, story)
        elif child.tag == W + "tbl":
            yield from read_table(child, story)
        elif child.tag in TRANSPARENT:
            yield from read_blocks(child, story)


def read_paragraph(paragraph: Element, story: Story) -> Iterator[Block]:
    clean = clean_text(paragraph_text(paragraph, story))
    pieces, story.pieces = story.pieces, []
    if clean:
        yield marked(shaped(clean, paragraph, story), clean, pieces)
    notes, boxes = story.notes, story.boxes
    story.notes, story.boxes = [], []
    for note in notes:
        yield note_block(note, story)
    for box in boxes:
        yield from read_blocks(box, story)


def note_block(note: tuple[str, str], story: Story) -> Block:
    return Block(story.noted[note], style=f"{note[0]} text")


def marked(block: Block, words: str, pieces: list[tuple[str, Marks]]) -> Block:
    """The block with the marks of its words, which its automatic number stands before."""
    ahead = len(block.text) - len(words)
    found = spans_in(words, [(UNSTORABLE.sub("", text), marks) for text, marks in pieces])
    return replace(block, marks=tuple((start + ahead, end + ahead, mark) for start, end, mark in found))


def clean_text(text: str) -> str:
    lines = (squeeze(line) for line in UNSTORABLE.sub("", text).split("\n"))
    return "\n".join(line for line in lines if line)


def shaped(text: str, paragraph: Element, story: Story) -> Block:
    """The paragraph as a block, with its automatic number in front."""
    properties = paragraph.find(W + "pPr")
    style_id = value_of(properties, W + "pStyle")
    style = story.styles.of(style_id or None)
    depth, number = list_number(properties, style_id, style, story)
    outline = value_of(properties, W + "outlineLvl")
    level = integer(outline, 9) + 1 if outline and integer(outline, 9) < 9 else style.depth
    if number is not None:
        text = f"{number or '•'} {text}"
    kind: Kind = "heading" if style.heading or level else "list_item" if number is not None else "paragraph"
    if level is None and number is not None and depth is not None:
        level = depth + 1
    return Block(text, CONTENTS if is_in_contents(paragraph) else style.name, level, number or None, kind)


def is_in_contents(paragraph: Element) -> bool:
    """Whether it stands in a table of contents that a program keeps, whichever styles that has."""
    controls = paragraph.iterancestors(W + "sdt")
    return any(value_of(control, f"{W}sdtPr/{GALLERY}") == "Table of Contents" for control in controls)


def list_number(properties: Element | None, style_id: str, style: Style, story: Story) -> tuple[int | None, str | None]:
    """(list depth from 0, printed number); the number is "" for a bullet and None outside lists."""
    num_id = value_of(properties, f"{W}numPr/{W}numId") or style.num_id
    if not num_id or num_id == "0":
        return None, None
    own = value_of(properties, f"{W}numPr/{W}ilvl")
    if own:
        depth = integer(own)
    else:
        tied = story.numbering.depth_of_style(num_id, style_id)
        depth = tied if tied is not None else style.list_depth or 0
    return depth, story.numbering.next_number(num_id, depth)


def paragraph_text(paragraph: Element, story: Story) -> str:
    return "".join(inline_text(paragraph, story))


def inline_text(parent: Element, story: Story) -> Iterator[str]:
    for child in parent:
        if child.tag == W + "r":
            yield from run_text(child, story)
        elif child.tag in INLINE:
            yield from inline_text(child, story)
        elif child.tag in EQUATIONS:
            text = equation_text(child)
            story.pieces.append((text, PLAIN))
            yield text


def run_text(run: Element, story: Story) -> Iterator[str]:
    if is_hidden(run, story.styles):
        story.warnings["hidden_text"] = None
        return
    marks = marks_of(run, story.styles)
    for child in run:
        text = sign_text(child)
        if text is not None:
            story.pieces.append((text, marks))
            yield text
        elif child.tag in NOTES:
            collect_note(NOTES[str(child.tag)], str(child.get(W + "id")), story)
        elif child.tag in DRAWINGS:
            story.boxes.extend(text_boxes(child))


def sign_text(element: Element) -> str | None:
    """What a part of a run says: words, a tab, a break, a symbol; None for what says nothing."""
    if element.tag == W + "t":
        return element.text or ""
    if element.tag == SYMBOL:
        return symbol_text(element)
    return CHARACTERS.get(str(element.tag))


def is_hidden(run: Element, styles: Styles) -> bool:
    """Whether a run is not shown: it says so itself, or its character style or its paragraph's style does."""
    properties = run.find(W + "rPr")
    stated = is_on(properties, W + "vanish")
    if stated is not None:
        return stated
    style_id = value_of(properties, W + "rStyle")
    if style_id and styles.of(style_id).hidden:
        return True
    paragraph = next(run.iterancestors(W + "p"), None)
    return paragraph is not None and styles.of(value_of(paragraph, f"{W}pPr/{W}pStyle") or None).hidden


def collect_note(kind: str, identifier: str, story: Story) -> None:
    if story.noted.get((kind, identifier)):
        story.notes.append((kind, identifier))


def text_boxes(parent: Element) -> Iterator[Element]:
    """The outermost text boxes of a drawing; the fallback for old programs only repeats them."""
    for child in parent:
        if child.tag == W + "txbxContent":
            yield child
        elif child.tag not in SKIPPED:
            yield from text_boxes(child)


def read_table(table: Element, story: Story) -> Iterator[Block]:
    """A block for each row; a table of one column is only a frame, so its content reads as paragraphs."""
    rows = [(row, cells) for row in children(table, W + "tr") if (cells := list(children(row, W + "tc")))]
    framed = all(len(cells) == 1 for _, cells in rows)
    for _row, cells in rows:
        if framed:
            yield from read_blocks(cells[0], story)
        else:
            yield from table_row(cells, story)


def children(parent: Element, tag: str) -> Iterator[Element]:
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in TRANSPARENT:
            yield from children(child, tag)


def table_row(cells: list[Element], story: Story) -> Iterator[Block]:
    texts = []
    for cell in cells:
        merged = cell.find(f"{W}tcPr/{W}vMerge")
        continued = merged is not None and merged.get(W + "val", "continue") == "continue"
        texts.append("" if continued else "\n".join(block.text for block in read_blocks(cell, story)))
    if any(texts):
        yield Block(CELL_JOINER.join(texts), style="table", kind="table_row")
