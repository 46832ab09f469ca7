"""Table rows of a Word file written anew from the one line that they read as."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

from clm.documents.extraction.docx import CELL_JOINER, children
from contracts.adapters.parts import W
from contracts.adapters.word_words import append_run, letters_of, rewrite

JOINER = re.compile(r"(?<!\S)\|(?!\S)")

if TYPE_CHECKING:
    from lxml.etree import _Element as Element


def cells_in(text: str) -> list[str]:
    """What each cell of the line says."""
    return [words.strip() for words in JOINER.split(text)]


def cell_count(row: Element) -> int:
    return sum(1 for _ in children(row, W + "tc"))


def new_row(beside: Element, text: str) -> Element:
    """A row that looks like the one beside it and reads as `text`."""
    row = deepcopy(beside)
    for mark in row.findall(f"{W}trPr/{W}tblHeader"):
        _remove(mark)
    for merged in list(row.iter(W + "vMerge")):
        _remove(merged)
    rewrite_row(row, text)
    return row


def rewrite_row(row: Element, text: str) -> None:
    """The row reads as `text`, cell by cell; a sign more than there are cells is part of the last one's words, and with
    fewer the cells that are too many go."""
    cells = list(children(row, W + "tc"))
    words = cells_in(text)
    if len(words) > len(cells):
        words = [*words[: len(cells) - 1], CELL_JOINER.join(words[len(cells) - 1 :])]
    for cell in cells[len(words) :]:
        _widen(cells[len(words) - 1], cell)
        _remove(cell)
    for cell, said in zip(cells, words, strict=False):
        rewrite_cell(cell, said)


def rewrite_cell(cell: Element, text: str) -> None:
    """The cell reads as `text`: line by line where its paragraphs are as many, else all of it in the first."""
    if cell.find(f"{W}tcPr/{W}vMerge") is not None and not text:
        return
    paragraphs = [paragraph for paragraph in cell.iter(W + "p") if _is_own(paragraph, cell)]
    filled = [each for each in paragraphs if any(letter.character.strip() for letter in letters_of(each))]
    lines = text.split("\n") if text else []
    if len(lines) == len(filled):
        for paragraph, line in zip(filled, lines, strict=True):
            rewrite(paragraph, line)
        return
    for paragraph in filled[1:]:
        rewrite(paragraph, "")
    if filled:
        rewrite(filled[0], text)
    elif paragraphs:
        append_run(paragraphs[0], text, None)


def _is_own(paragraph: Element, cell: Element) -> bool:
    return next(paragraph.iterancestors(W + "txbxContent"), None) is None or any(
        above is cell for above in paragraph.iterancestors(W + "tc")
    )


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
