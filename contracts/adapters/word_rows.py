"""Table rows of a Word file written anew from the lines that they read as, cell by cell and paragraph by paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

from clm.documents.extraction.docx import CELL_JOINER, DRAWINGS, NOTES, children
from clm.documents.extraction.extracted import Block
from contracts.adapters.parts import W
from contracts.adapters.word_blocks import Located, is_continued, shows_something
from contracts.adapters.word_clauses import Item, items_of, without_automatic
from contracts.adapters.word_made import set_numbering
from contracts.adapters.word_units import JOINER, cells_in, lines_of, table_of
from contracts.adapters.word_words import append_run, letters_of, rewrite, run_properties

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

# What a copy of a row has not: notes, remarks, places that something else points at, pictures.
ONCE = (
    *NOTES,
    W + "commentReference",
    *(W + name for name in ("commentRangeStart", "commentRangeEnd", "bookmarkStart", "bookmarkEnd", "tblHeader")),
    *DRAWINGS,
)


def cell_count(row: Element) -> int:
    return sum(1 for _ in children(row, W + "tc"))


def new_row(model: Located, text: str) -> tuple[Located, str]:
    """A row that looks like another and reads as `text`, and what it holds itself then."""
    row = copied(model)
    for cell, said in zip(children(row.element, W + "tc"), _said(row, text), strict=False):
        merged = cell.find(f"{W}tcPr/{W}vMerge")
        if merged is None:
            continue
        if said.strip():
            _remove(merged)
        else:
            merged.set(W + "val", "continue")
    return row, rewrite_row(row, text)


def copied(located: Located) -> Located:
    """Another row with the same blocks in it."""
    element, cells = copied_with(located.element, located.cells)
    return Located(located.block, element, located.automatic, cells)


def copied_with(element: Element, cells: Sequence[Sequence[Located]]) -> tuple[Element, list[list[Located]]]:
    """A copy of a row or cell, and of the blocks in it."""
    made = deepcopy(element)
    twins = dict(zip(element.iter(), made.iter(), strict=True))
    found = [[_with_elements(each, twins) for each in cell if each.element in twins] for cell in cells]
    for each in list(made.iter(*ONCE)):
        _remove(each)
    for each in made.iter(W + "tr", W + "p"):
        for name in [name for name in each.attrib if str(name).endswith(("}paraId", "}textId"))]:
            del each.attrib[name]
    return made, found


def _with_elements(located: Located, twins: dict[Element, Element]) -> Located:
    cells = [[_with_elements(each, twins) for each in cell if each.element in twins] for cell in located.cells]
    return Located(located.block, twins[located.element], located.automatic, cells)


def rewrite_row(located: Located, text: str) -> str:
    """The row reads as `text`; what it holds itself then. With fewer cells than there were those too many go, and a
    sign more than there are cells is among the last one's words."""
    row = located.element
    cells = list(children(row, W + "tc"))
    said = _said(located, text)
    for cell in cells[len(said) :]:
        _widen(cells[len(said) - 1], cell)
        _remove(cell)
    located.cells = [*located.cells, *([] for _ in cells)][: len(said)]
    return CELL_JOINER.join(rewrite_cell(*each) for each in zip(cells, located.cells, said, strict=False))


def _said(located: Located, text: str) -> list[str]:
    """What each cell says: one that holds signs, as one with a table in it does, has as many as it had."""
    ends = [match.span() for match in JOINER.finditer(text)]
    sizes = [len(cells_in("\n".join(each.text for each in cell))) for cell in located.cells]
    sizes = sizes or [1] * cell_count(located.element)
    spare = len(ends) + 1 - sum(sizes)
    at = next((index for index in reversed(range(len(sizes))) if sizes[index] > 1), len(sizes) - 1)
    if spare > 0 or sizes[at] + spare >= 1:
        sizes[at] += spare
    else:
        sizes = [1] * min(len(ends) + 1, len(sizes))
        sizes[-1] += len(ends) + 1 - sum(sizes)
    found, first, start = [], 0, 0
    for size in sizes:
        last = first + size - 1
        end = ends[last][0] if last < len(ends) else len(text)
        found.append(text[start:end].strip(" "))
        first, start = last + 1, ends[last][1] if last < len(ends) else end
    return found


def rewrite_cell(cell: Element, inside: list[Located], text: str) -> str:
    """The cell reads as `text`, each line in a paragraph of its own; what it holds itself then. `inside` is its blocks,
    before and afterwards."""
    lines = lines_of(text)
    if lines != [line for each in inside for line in lines_of(each.text)]:
        _rewrite(cell, inside, lines)
    return "\n".join(each.words for each in inside)


def _rewrite(cell: Element, inside: list[Located], lines: Sequence[str]) -> None:
    if is_continued(cell):
        for merged in cell.findall(f"{W}tcPr/{W}vMerge"):
            _remove(merged)
    items = items_of(inside, lines)
    stays = {id(item.located) for item in items}
    first = next((each.element for each in inside if each.kind == "p"), None)
    written: list[Located] = []
    for item in items:
        model = next((each.element for each in reversed(written) if each.kind == "p"), first)
        written.append(_written(cell, item, written[-1].element if written else None, model, inside))
    for located in inside:
        if id(located) not in stays:
            _take_out(cell, located)
    inside[:] = written


def _written(
    cell: Element, item: Item, spot: Element | None, model: Element | None, inside: Sequence[Located]
) -> Located:
    """The block that reads as the item's lines, behind `spot`."""
    located = item.located
    row = _row_beside(spot, item, inside) if located is None else None
    if located is not None:
        return _kept(located, item)
    if row is not None and spot is not None:
        made, _said = new_row(row, item.text)
        spot.addnext(made.element)
        return made
    empty = next((each for each in cell.findall(W + "p") if not _has_words(each) and not shows_something(each)), None)
    if spot is None and model is None and empty is not None:
        append_run(empty, item.text, _mark_of(empty))
        return Located(Block(item.text), empty)
    paragraph = _like(cell, model)
    append_run(paragraph, item.text, run_properties(model, 10**9) if model is not None else None)
    if spot is None:
        cell.insert(1 if len(cell) and cell[0].tag == W + "tcPr" else 0, paragraph)
    else:
        _within(cell, spot).addnext(paragraph)
    return Located(Block(item.text), paragraph)


def _kept(located: Located, item: Item) -> Located:
    """The block with its lines now."""
    if located.is_note:
        if item.lines != lines_of(located.text):
            rewrite_note(located.element, item.text)
        return Located(replace(located.block, text=item.text), located.element)
    if located.kind == "tr":
        rewrite_row(located, item.text)
        return located
    words = rewrite_paragraph(located, item.text)
    automatic = "" if words == item.text else located.automatic
    return Located(replace(located.block, text=automatic + words), located.element, automatic)


def _row_beside(spot: Element | None, item: Item, inside: Sequence[Located]) -> Located | None:
    """The row of a table in the cell that a line behind it is to look like, where it has as many cells."""
    table = next(spot.iterancestors(W + "tbl"), None) if spot is not None and spot.tag == W + "tr" else None
    rows = [each for each in inside if table is not None and table_of(each) is table]
    found = [each for each in rows if cell_count(each.element) == len(cells_in(item.text)) > 1]
    return next((each for each in found if each.element is spot), found[-1] if found else None)


def _within(cell: Element, element: Element) -> Element:
    """The child of the cell in which the element stands."""
    while (parent := element.getparent()) is not None and parent is not cell and parent.tag != W + "sdtContent":
        element = parent
    return element


def rewrite_note(note: Element, text: str) -> None:
    first, *rest = list(note.iter(W + "p"))
    rewrite(first, text.replace("\n", " "))
    for paragraph in rest:
        rewrite(paragraph, "")


def notes_in(located: Located) -> set[str]:
    """The kinds of the notes in a row."""
    inside = [each for cell in located.cells for each in cell]
    return {each.kind for each in inside if each.is_note}.union(*(notes_in(each) for each in inside))


def rewrite_paragraph(located: Located, text: str) -> str:
    """What the paragraph holds itself, where Word may count it."""
    if lines_of(text) == lines_of(located.text):
        return located.words
    words = without_automatic(text, located.automatic)
    if words is None or not words:
        set_numbering(located.element, is_on=False)
        words = text
    rewrite(located.element, words)
    return words


def _first_of(inside: Sequence[Located]) -> Element | None:
    return next((each.element for each in inside if each.kind == "p"), None)


def _like(cell: Element, model: Element | None) -> Element:
    made: Element = cell.makeelement(W + "p")
    properties = model.find(W + "pPr") if model is not None else None
    if properties is not None:
        made.append(deepcopy(properties))
        set_numbering(made, is_on=False)
    return made


def _mark_of(paragraph: Element) -> Element | None:
    """How the end of a paragraph looks: words that are put into an empty one look so."""
    return paragraph.find(f"{W}pPr/{W}rPr")


def _take_out(cell: Element, located: Located) -> None:
    """A cell keeps its last paragraph, and a paragraph what else hangs on it."""
    element = located.element
    if located.kind == "tr":
        _remove(element)
    elif located.kind == "p":
        parent = element.getparent()
        is_only = parent is None or sum(1 for each in parent if each.tag == W + "p") == 1
        if is_only or shows_something(element):
            rewrite(element, "")
        else:
            _remove(element)


def _has_words(paragraph: Element) -> bool:
    return any(letter.character.strip() for letter in letters_of(paragraph))


def _widen(cell: Element, gone: Element) -> None:
    """The cell takes the columns of one that goes."""
    properties = cell.find(W + "tcPr")
    if properties is None:
        properties = cell.makeelement(W + "tcPr")
        cell.insert(0, properties)
    span = properties.find(W + "gridSpan")
    total = _span(cell) + _span(gone)
    if span is None:
        span = properties.makeelement(W + "gridSpan")
        at = 1 if len(properties) and properties[0].tag == W + "tcW" else 0
        properties.insert(at, span)
    span.set(W + "val", str(total))


def _span(cell: Element) -> int:
    found = cell.find(f"{W}tcPr/{W}gridSpan")
    value = str(found.get(W + "val", "1")) if found is not None else "1"
    return int(value) if value.isdigit() else 1


def _remove(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
