"""Tracked changes in a part of a Word document, all accepted or all rejected.

ECMA-376 part 1, 17.13.5 names them: content that was inserted, deleted or moved, paragraph marks, table rows and cells,
numbering, and properties with what they were before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clm.documents.extraction.numbering import W

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NEW = (W + "ins", W + "moveTo")
OLD = (W + "del", W + "moveFrom")
# A cell says so by elements of its own.
NEW_CELL, OLD_CELL = W + "cellIns", W + "cellDel"
RANGED = ("moveFrom", "moveTo", "customXmlIns", "customXmlDel", "customXmlMoveFrom", "customXmlMoveTo")
RANGES = tuple(f"{{*}}{name}Range{edge}" for name in RANGED for edge in ("Start", "End"))
RESTORED = {W + "delText": W + "t", W + "delInstrText": W + "instrText"}
# Where properties were: ECMA-376 has no others.
PROPERTIES = ("numbering", "pPr", "rPr", "sectPr", "tblGrid", "tblPr", "tblPrEx", "tcPr", "trPr")
CHANGED = tuple(f"{W}{name}Change" for name in PROPERTIES)
# Held by a paragraph beside its words; they are no reason to keep it.
MARKS = frozenset({W + name for name in ("pPr", "bookmarkStart", "bookmarkEnd", "proofErr", "lastRenderedPageBreak")})


def settle(root: Element, *, is_accepted: bool) -> None:
    """One part's changes, in the order in which they depend on each other: properties, content, rows, marks."""
    kept, gone = (NEW, OLD) if is_accepted else (OLD, NEW)
    _settle_properties(root, is_accepted=is_accepted)
    _settle_numbering(root, is_accepted=is_accepted)
    _settle_content(root, kept, gone)
    _settle_tables(root, is_accepted=is_accepted)
    _settle_marks(root, kept, gone)
    for element in list(root.iter(*RANGES, *RESTORED)):
        if element.tag in RESTORED:
            element.tag = RESTORED[element.tag]
        else:
            _remove(element)


def _settle_properties(root: Element, *, is_accepted: bool) -> None:
    """`rPrChange`, `pPrChange`, `tblGridChange` and their like hold the properties as they were."""
    for change in list(root.iter(*CHANGED)):
        parent = change.getparent()
        if parent is None:
            continue
        parent.remove(change)
        # `numberingChange` notes the former number as it was printed, and the list itself gives it again.
        if not is_accepted and change.tag != W + "numberingChange":
            _put_back(parent, change)


def _put_back(parent: Element, change: Element) -> None:
    """The former properties take the place of the present ones; a paragraph's mark and section are no part of them."""
    former = change[0] if len(change) else None
    stays = {W + "rPr", W + "sectPr"} if parent.tag == W + "pPr" else {*NEW, *OLD, NEW_CELL, OLD_CELL}
    rest = [child for child in parent if child.tag in stays]
    if parent.tag == W + "sectPr":
        rest += [child for child in parent if str(child.tag).endswith("Reference")]
    parent[:] = [*(list(former) if former is not None else []), *rest]
    if parent.tag in (W + "rPr", W + "sectPr"):
        parent[:] = [*rest, *(child for child in parent if child not in rest)]


def _settle_numbering(root: Element, *, is_accepted: bool) -> None:
    """`numPr/ins`: the paragraph was given a number."""
    for mark in list(root.iter(W + "ins")):
        numbering = mark.getparent()
        if numbering is None or numbering.tag != W + "numPr":
            continue
        _remove(mark if is_accepted else numbering)


def _settle_content(root: Element, kept: tuple[str, str], gone: tuple[str, str]) -> None:
    """Changes that hold something: words, fields, formulas, whole paragraphs."""
    for element in [item for item in root.iter(*gone) if _holds_content(item)]:
        _remove(element)
    for element in [item for item in root.iter(*kept) if _holds_content(item)]:
        _unwrap(element)


def _holds_content(element: Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag not in (W + "rPr", W + "trPr", W + "numPr")


def _settle_tables(root: Element, *, is_accepted: bool) -> None:
    new, old = (W + "ins", NEW_CELL), (W + "del", OLD_CELL)
    kept, gone = (new, old) if is_accepted else (old, new)
    for row in list(root.iter(W + "tr")):
        if row.find(f"{W}trPr/{gone[0]}") is not None:
            _remove(row)
    for cell in list(root.iter(W + "tc")):
        if cell.find(f"{W}tcPr/{gone[1]}") is not None:
            _remove(cell)
    for place in (f"{W}trPr/{kept[0]}", f"{W}tcPr/{kept[1]}", f"{W}tcPr/{W}cellMerge"):
        for mark in root.iterfind(f".//{place}"):
            _remove(mark)
    for row in [row for row in root.iter(W + "tr") if row.find(f".//{W}tc") is None]:
        _remove(row)
    for table in [table for table in root.iter(W + "tbl") if table.find(f".//{W}tr") is None]:
        _remove(table)


def _settle_marks(root: Element, kept: tuple[str, str], gone: tuple[str, str]) -> None:
    """A paragraph whose end is gone runs on in the next one, whose properties hold for both."""
    for paragraph in list(root.iter(W + "p")):
        marks = [mark for name in gone for mark in paragraph.iterfind(f"{W}pPr/{W}rPr/{name}")]
        if marks:
            _join_next(paragraph, marks)
    for properties in root.iter(W + "rPr"):
        for mark in [child for child in properties if child.tag in kept]:
            properties.remove(mark)
    for cell in root.iter(W + "tc"):
        if cell.find(f".//{W}p") is None:
            cell.append(cell.makeelement(W + "p"))


def _join_next(paragraph: Element, marks: list[Element]) -> None:
    following = paragraph.getnext()
    while following is not None and following.tag in MARKS:
        following = following.getnext()
    if following is not None and following.tag == W + "p":
        at = 1 if len(following) and following[0].tag == W + "pPr" else 0
        following[at:at] = [child for child in paragraph if child.tag != W + "pPr"]
        _remove(paragraph)
    elif all(child.tag in MARKS for child in paragraph):
        _remove(paragraph)
    else:
        for mark in marks:
            _remove(mark)


def _unwrap(element: Element) -> None:
    """The element's children stand in its place."""
    parent = element.getparent()
    if parent is not None:
        at = parent.index(element)
        parent[at : at + 1] = list(element)


def _remove(element: Element) -> None:
    """Gone, but not the text that XML keeps behind it."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
