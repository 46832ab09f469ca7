"""What was removed leaves no gap: the empty lines that kept it apart go with it, and so do rows in which it was all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from contracts.adapters.word_paragraphs import qn, text_of

# What a note of the templates of Common Paper says of a row that nothing is said in.
ROW_MAY_GO = re.compile(r"drafting note[^\]]*\bdelete (?:(?:this|the) )?(?:entire )?row\b", re.IGNORECASE)


@dataclass(frozen=True)
class Stood:
    """What stood in a cell, body, header or footer before, in order, and which of it was an empty line; `may_go`: a
    note said there that the row goes where it is not needed. Whoever keeps this keeps the elements: they are told apart
    by identity."""

    container: Any
    blocks: tuple[Any, ...]
    empty: frozenset[Any]
    may_go: bool


def as_it_stands(root: Any) -> list[Stood]:
    """To be asked before something is removed."""
    containers = [root, *root.iter(qn("tc"))]
    return [_stood(each) for each in containers]


def close_gaps(stood: Sequence[Stood]) -> None:
    """Of the empty lines around what is gone those stay that stand between what is left: as many as stood together at
    most. Right at the beginning and the end of a cell only those stay that were there outside of what is gone."""
    for each in stood:
        for lines in _gaps(each):
            for line in lines:
                _remove(line)
    for each in reversed(stood):  # what stands inside comes later
        _remove_emptied_row(each)


def _stood(container: Any) -> Stood:
    blocks = tuple(each for each in container if each.tag in (qn("p"), qn("tbl")))
    said = " ".join(text_of(each) for each in blocks if each.tag == qn("p"))
    empty = frozenset(each for each in blocks if is_empty_line(each))
    return Stood(container, blocks, empty, ROW_MAY_GO.search(said) is not None)


def is_empty_line(block: Any) -> bool:
    """A paragraph without words and without anything else that is seen, breaks a page, or is pointed at."""
    inside = {qn("r"), qn("t"), qn("proofErr"), qn("lastRenderedPageBreak")}
    properties = (qn("pPr"), qn("rPr"))
    if block.tag != qn("p") or text_of(block).strip() or block.find(f"{qn('pPr')}/{qn('sectPr')}") is not None:
        return False
    runs = [each for each in block if each.tag not in properties]
    parts = [*runs, *(each for run in runs for each in run if each.tag not in properties)]
    return all(each.tag in inside for each in parts)


def _gaps(stood: Stood) -> Iterator[list[Any]]:
    """The empty lines of each stretch that lost something, without those that stay."""
    kinds = {block: _kind(block, stood) for block in stood.blocks}
    stretches = [(kept, list(blocks)) for kept, blocks in groupby(stood.blocks, lambda each: kinds[each] == "kept")]
    for at, (is_kept, blocks) in enumerate(stretches):
        if is_kept or all(kinds[each] == "empty" for each in blocks):
            continue
        runs = [(kind, list(run)) for kind, run in groupby(blocks, lambda each: kinds[each])]
        before = stretches[at - 1][1][-1] if at else None
        stays = _staying(runs, before, is_last=at == len(stretches) - 1)
        yield [each for each in blocks if kinds[each] == "empty" and each not in stays]


def _kind(block: Any, stood: Stood) -> str:
    """Kept, an empty line, or gone; what was emptied is gone, too."""
    if block.getparent() is not stood.container:
        return "gone"
    if block in stood.empty:
        return "empty"
    return "gone" if is_empty_line(block) else "kept"


def _staying(runs: Sequence[tuple[str, list[Any]]], before: Any, *, is_last: bool) -> list[Any]:
    empty = [run for kind, run in runs if kind == "empty"]
    if before is not None and not is_last:
        return max(empty, key=len, default=[])
    outside: list[Any] = []
    if before is None and runs[0][0] == "empty":
        outside += runs[0][1]
    if is_last and runs[-1][0] == "empty":
        # A table at the end of a cell has a line behind it that Word asks for.
        is_of_table = len(runs) > 1 and runs[-2][1][-1].tag == qn("tbl")
        outside += runs[-1][1][is_of_table:]
    if is_last and not outside and before is not None and before.tag == qn("tbl") and empty:
        return empty[0][:1]
    return outside


def _remove(line: Any) -> None:
    """A cell keeps its last paragraph."""
    parent = line.getparent()
    if parent.tag != qn("tc") or len(parent.findall(qn("p"))) > 1:
        parent.remove(line)


def _remove_emptied_row(stood: Stood) -> None:
    """The cell's row goes where all that stood in it is gone, or all but its title and the template says so; its table,
    where that was the last row."""
    row = stood.container.getparent()
    if stood.container.tag != qn("tc") or row is None or row.tag != qn("tr") or row.getparent() is None:
        return
    is_merged = next(row.iter(qn("vMerge")), None) is not None
    cells = list(row.iterchildren(qn("tc")))
    titled = cells[1:] if stood.may_go and len(cells) > 1 else cells
    if is_merged or all(each in stood.empty for each in stood.blocks) or not all(map(_is_empty, titled)):
        return
    table = row.getparent()
    table.remove(row)
    if next(table.iterchildren(qn("tr")), None) is None and table.getparent() is not None:
        table.getparent().remove(table)


def _is_empty(cell: Any) -> bool:
    return all(is_empty_line(each) for each in cell if each.tag != qn("tcPr"))
