"""Whole tables of a Word file: new ones, and columns that come and go."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from itertools import combinations
from typing import TYPE_CHECKING

from clm.documents.extraction.docx import children
from contracts.adapters.parts import W
from contracts.adapters.word_blocks import Located
from contracts.adapters.word_clauses import Item
from contracts.adapters.word_rows import copied_with
from contracts.adapters.word_units import cells_in, lines_of, table_of
from contracts.adapters.word_words import append_run

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

WIDTH = 9000  # twentieths of a point: a page's width within usual margins
MAX_COLUMNS = 12
EDGES = ("top", "left", "bottom", "right", "insideH", "insideV")


def new_table(near: Element, beside: Element | None, rows: Sequence[Item]) -> tuple[Element, list[Element]]:
    """A table of these rows, which looks like the one `beside`, and its rows."""
    columns = rows[0].columns
    table: Element = near.makeelement(W + "tbl")
    properties = beside.find(W + "tblPr") if beside is not None else None
    table.append(_bordered(near) if properties is None else deepcopy(properties))
    for name in ("tblpPr", "tblOverlap", "tblCaption", "tblDescription"):
        for child in table[0].findall(W + name):
            table[0].remove(child)
    grid = _sub(table, "tblGrid")
    for _ in range(columns):
        _sub(grid, "gridCol", w=str(WIDTH // columns))
    return table, [_row(table, cells_in(item.text), WIDTH // columns) for item in rows]


def _row(table: Element, cells: Sequence[str], width: int) -> Element:
    row = _sub(table, "tr")
    for words in cells:
        cell = _sub(row, "tc")
        _sub(_sub(cell, "tcPr"), "tcW", w=str(width), type="dxa")
        for line in lines_of(words) or [""]:
            append_run(_sub(cell, "p"), line, None)
    return row


def _bordered(near: Element) -> Element:
    properties: Element = near.makeelement(W + "tblPr")
    borders = _sub(properties, "tblBorders")
    for edge in EDGES:
        _sub(borders, edge, val="single", sz="4", space="0", color="auto")
    return properties


def _sub(parent: Element, name: str, **values: str) -> Element:
    made: Element = parent.makeelement(W + name)
    for key, value in values.items():
        made.set(W + key, value)
    parent.append(made)
    return made


def fit_columns(items: Sequence[Item], held: dict[Element, list[Element]]) -> None:
    """Where all rows of a table have as many cells more, or fewer, than it has columns, columns come or go."""
    tables: dict[Element, list[tuple[Located, list[str]]]] = {}
    for item in items:
        table = table_of(item.located)
        if table is not None and item.located is not None:
            tables.setdefault(table, []).append((item.located, cells_in(item.text)))
    for table, rows in tables.items():
        before, after = {len(each.cells) for each, _ in rows}, {len(cells) for _, cells in rows}
        is_plain = next(table.iter(W + "gridSpan", W + "vMerge", W + "gridBefore", W + "gridAfter"), None) is None
        is_all = {each.element for each, _ in rows} >= {each for each in held.get(table, ()) if _is_in(each, table)}
        if not is_plain or not is_all or len(before) != 1 or len(after) != 1 or len(rows) < 2:
            continue
        old, new = before.pop(), after.pop()
        if old != new and min(old, new) > 1 and max(old, new) <= MAX_COLUMNS:
            _fit(table, rows, old, new)


def _is_in(row: Element, table: Element) -> bool:
    return next(row.iterancestors(W + "tbl"), None) is table


def _fit(table: Element, rows: Sequence[tuple[Located, list[str]]], old: int, new: int) -> None:
    texts = [cells_in(each.text) for each, _ in rows]
    if any(len(each) != old for each in texts):
        return
    longer, shorter = ([cells for _, cells in rows], texts) if new > old else (texts, [cells for _, cells in rows])
    spots = max(combinations(range(max(old, new)), abs(new - old)), key=lambda each: _fits(each, longer, shorter))
    everything = [each for each in table.iter(W + "tr") if _is_in(each, table)]
    located = {each.element: each for each, _ in rows}
    for row in everything:
        for spot in spots if new > old else reversed(spots):
            (_insert_cell if new > old else _remove_cell)(row, located.get(row), spot)
    _fit_grid(table, spots, is_more=new > old)


def _fits(spots: Sequence[int], longer: Sequence[list[str]], shorter: Sequence[list[str]]) -> int:
    """How many cells stay as they are without those at the spots."""
    without = [[cell for at, cell in enumerate(cells) if at not in spots] for cells in longer]
    return sum(a == b for one, other in zip(without, shorter, strict=True) for a, b in zip(one, other, strict=True))


def _insert_cell(row: Element, located: Located | None, spot: int) -> None:
    """A copy of the cell before it, or of that behind, whose words are to be replaced."""
    cells = list(children(row, W + "tc"))
    if not cells:
        return
    at = min(max(spot - 1, 0), len(cells) - 1)
    made, inside = copied_with(cells[at], [located.cells[at]] if located is not None else [])
    if spot:
        cells[at].addnext(made)
    else:
        cells[at].addprevious(made)
    if located is not None:
        located.cells.insert(spot, inside[0])


def _remove_cell(row: Element, located: Located | None, spot: int) -> None:
    cells = list(children(row, W + "tc"))
    parent = cells[spot].getparent() if spot < len(cells) else None
    if parent is not None:
        parent.remove(cells[spot])
    if located is not None:
        del located.cells[spot]


def _fit_grid(table: Element, spots: Sequence[int], *, is_more: bool) -> None:
    """The table stays as wide as it was."""
    grid = table.find(W + "tblGrid")
    if grid is None:
        return
    before = [_width(each) for each in grid.findall(W + "gridCol")]
    if not before:
        return
    after = list(before)
    for spot in spots if is_more else [each for each in reversed(spots) if each < len(before)]:
        after[spot : spot + (not is_more)] = [after[min(max(spot - 1, 0), len(after) - 1)]] if is_more else []
    share = sum(before) / (sum(after) or 1)
    for child in grid.findall(W + "gridCol"):
        grid.remove(child)
    widths = [str(round(width * share)) for width in after]
    for at, width in enumerate(widths):
        child = grid.makeelement(W + "gridCol")
        child.set(W + "w", width)
        grid.insert(at, child)
    for row in [each for each in table.iter(W + "tr") if _is_in(each, table)]:
        for cell, width in zip(children(row, W + "tc"), widths, strict=False):
            for said in cell.findall(f"{W}tcPr/{W}tcW[@{W}type='dxa']"):
                said.set(W + "w", width)


def _width(column: Element) -> int:
    said = str(column.get(W + "w", ""))
    return int(said) if said.isdigit() else 0
