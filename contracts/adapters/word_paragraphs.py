"""Paragraphs of a Word document as one text, whatever runs it is cut into."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn as _qn

SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@cache
def qn(name: str) -> str:
    found: str = _qn(f"w:{name}")
    return found


def roots_of(document: Any) -> Iterator[Any]:
    """The body, headers and footers: each an element."""
    yield document.element.body
    for relation in document.part.rels.values():
        if relation.reltype in (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER) and not relation.is_external:
            yield relation.target_part.element


def texts_of(paragraph: Any) -> list[Any]:
    """The text elements of a paragraph, without those of a text box inside of it."""
    texts = list(paragraph.iter(qn("t")))
    if next(paragraph.iterdescendants(qn("p")), None) is None:
        return texts
    return [text for text in texts if _owner(text) is paragraph]


def _owner(text: Any) -> Any:
    return next(text.iterancestors(qn("p")), None)


def text_of(paragraph: Any) -> str:
    return "".join(text.text or "" for text in texts_of(paragraph))


def replace_span(paragraph: Any, start: int, end: int, words: str) -> None:
    """`text_of(paragraph)[start:end]` becomes `words`, which look like the first letter replaced."""
    at, is_placed = 0, False
    for text in texts_of(paragraph):
        own = text.text or ""
        begin, stop = max(start - at, 0), min(end - at, len(own))
        if begin < stop:
            text.text = own[:begin] + ("" if is_placed else words) + own[stop:]
            text.set(SPACE, "preserve")
            is_placed = True
        at += len(own)


def remove_paragraph(paragraph: Any) -> None:
    """The paragraph is gone; a cell keeps its last one, emptied, for a cell without one opens nowhere."""
    parent = paragraph.getparent()
    if parent is None:
        return
    if parent.tag == qn("tc") and len(parent.findall(qn("p"))) == 1:
        for child in [child for child in paragraph if child.tag != qn("pPr")]:
            paragraph.remove(child)
        return
    parent.remove(paragraph)


def element(kind: str, words: str) -> Any:
    """A paragraph (`p`) with these words, or a table row (`tr`) with one cell that has it."""
    paragraph, run, text = OxmlElement("w:p"), OxmlElement("w:r"), OxmlElement("w:t")
    text.text = words
    run.append(text)
    paragraph.append(run)
    if kind == "p":
        return paragraph
    row, cell = OxmlElement("w:tr"), OxmlElement("w:tc")
    cell.append(paragraph)
    row.append(cell)
    return row


def row_of(paragraph: Any) -> Any:
    """The table row that the paragraph stands in, or None."""
    return next((above for above in paragraph.iterancestors() if above.tag == qn("tr")), None)
