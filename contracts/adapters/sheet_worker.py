"""`python -m contracts.adapters.sheet_worker LIMITS`: reads one CSV or XLSX sheet from standard input, in a process
with bounds. Writes one JSON object: the heads and the rows, or {"refused": [code, message]}."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.limits import Limits
from clm.documents.extraction.package import PACKAGE_MAGIC, check_package, refuse_entities_everywhere
from clm.documents.extraction.text import decode
from clm.documents.extraction.worker import confine, refused_answer

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 20_000, 200, 20_000
# Numbers of a workbook beyond it, and those that are none, come as words: JSON and the database have no such numbers.
MOST_NUMBER = 1e30
DELIMITERS = (",", ";", "\t", "|")
_UNKEPT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
Row = list[Any]


def main(arguments: list[str]) -> int:
    limits = Limits(**json.loads(arguments[1]))
    out = os.dup(1)
    os.dup2(2, 1)
    confine(limits)
    answer = json.dumps(_answer(limits)).encode()
    with os.fdopen(out, "wb") as stream:
        stream.write(answer)
    return 0


def _answer(limits: Limits) -> dict[str, Any]:
    try:
        data = sys.stdin.buffer.read(limits.file_bytes + 1)
        if len(data) > limits.file_bytes:
            raise Refused("too_large")
        return read_sheet(data, limits)
    except Refused as refused:
        return refused_answer(refused)
    except MemoryError:
        return refused_answer(Refused("too_much_memory"))
    except Exception:
        return refused_answer(Refused("corrupt", "This sheet is damaged and cannot be read."))


def read_sheet(data: bytes, limits: Limits) -> dict[str, Any]:
    """{"heads": [...], "rows": [[line, {head: cell}], ...]}: the rows that have a cell, with their lines from 1."""
    rows = _workbook(data, limits) if data.startswith(PACKAGE_MAGIC) else _csv(data)
    heads: list[str] = []
    found: list[tuple[int, dict[str, Any]]] = []
    for line, cells in rows:
        if not any(cell not in (None, "") for cell in cells):
            continue
        if not heads:
            heads = _heads(cells)
            continue
        if len(found) >= MOST_ROWS:
            raise Refused("too_large", f"A sheet has at most {MOST_ROWS:,} rows.")
        found.append((line, {head: cell for head, cell in zip(heads, cells, strict=False) if cell not in (None, "")}))
    if not heads:
        raise Refused("empty_file", "The sheet is empty.")
    return {"heads": heads, "rows": found}


def _heads(cells: Sequence[Any]) -> list[str]:
    """Each head once; a column without one is named by its letter."""
    if len(cells) > MOST_COLUMNS:
        raise Refused("too_large", f"A sheet has at most {MOST_COLUMNS} columns.")
    found: list[str] = []
    for place, cell in enumerate(cells):
        head = base = " ".join(str(cell or "").split())[:100] or f"Column {_letters(place)}"
        again = 1
        while head in found:
            again += 1
            head = f"{base} ({again})"
        found.append(head)
    return found


def _letters(place: int) -> str:
    return (_letters(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def _csv(data: bytes) -> Iterator[tuple[int, Row]]:
    text = decode(data)[0]
    if "\x00" in text:
        raise Refused("wrong_type", "This is no sheet: CSV and XLSX are read.")
    csv.field_size_limit(1_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    line = 0
    try:
        for row in reader:
            yield line + 1, [_text(cell) for cell in row]
            line = reader.line_num
    except csv.Error as wrong:
        raise Refused("corrupt", f"The sheet is no CSV: line {reader.line_num}.") from wrong


def _delimiter(text: str) -> str:
    """The one that parts the first line with something in it most often, quoted parts aside."""
    first = next((line for line in text.splitlines()[:50] if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=bare.count)


def _text(cell: str) -> str:
    """Without the apostrophe that spreadsheets' exports put before what they would take for a formula."""
    text = _UNKEPT.sub("", cell).strip()[:LONGEST_CELL]
    return text[1:] if text.startswith("'") and text[1:2] in ("=", "+", "-", "@") else text


def _workbook(data: bytes, limits: Limits) -> Iterator[tuple[int, Row]]:
    """The first sheet that has a cell. Dates come as ISO text, numbers as numbers, formulas as what they gave."""
    from openpyxl import load_workbook

    with check_package(data, limits) as package:
        if not any(name.startswith("xl/") for name in package.namelist()):
            raise Refused("wrong_type", "This is no sheet: CSV and XLSX are read.")
        refuse_entities_everywhere(package, limits)
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    sheets: Iterable[Any] = book.worksheets
    for sheet in sheets:
        sheet.reset_dimensions()
        rows = [(line, row) for line, row in _cells(sheet) if any(cell not in (None, "") for cell in row)]
        if rows:
            yield from rows
            return


def _cells(sheet: Any) -> Iterator[tuple[int, Row]]:
    seen = 0
    for line, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [_plain(cell) for cell in row[: MOST_COLUMNS + 1]]
        seen += any(cell not in (None, "") for cell in cells)
        if seen > MOST_ROWS + 1 or line > 50 * MOST_ROWS:
            raise Refused("too_large", f"A sheet has at most {MOST_ROWS:,} rows.")
        yield line, cells


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, int | float) and not isinstance(cell, bool) and not abs(cell) < MOST_NUMBER:
        return "#NUM!"
    if cell is None or isinstance(cell, bool | int | float):
        return cell
    return str(cell) if isinstance(cell, Decimal) else _text(str(cell))


if __name__ == "__main__":
    sys.exit(main(sys.argv))
