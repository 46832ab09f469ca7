"""A list that somebody uploads: the rows of a CSV file, read in a bounded process."""

from __future__ import annotations

import csv
import io

from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.sandbox import answer_about

WORKER = "contracts.adapters.csv_rows_worker"
MOST_BYTES, MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 4 * 1024 * 1024, 1000, 60, 2000
DELIMITERS = (",", ";", "\t")


def read_csv(content: bytes) -> tuple[list[str], list[dict[str, str]]]:
    """The columns and the rows that are not empty. Raises Refused in the words of whoever made the list."""
    if len(content) > MOST_BYTES:
        raise Refused("too_large", "A list has at most 4 MB.")
    answer = answer_about(content, WORKER)
    columns: list[str] = answer["columns"]
    return columns, [dict(zip(columns, row, strict=True)) for row in answer["rows"]]


def parsed(content: bytes) -> dict[str, list[object]]:
    """`columns` and `rows`; the delimiter is the one that the first line has most of. Raises Refused."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("wrong_type", "Save the list as CSV in UTF-8.") from None
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count), strict=True)
    try:
        columns = [cell.strip() for cell in next(reader, [])]
        _check_columns(columns)
        rows: list[object] = []
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append(_row(cells, columns, reader.line_num))
            if len(rows) > MOST_ROWS:
                raise Refused("too_large", f"A list has at most {MOST_ROWS} rows: send it in parts.")
    except csv.Error as wrong:
        raise Refused("corrupt", f"Line {reader.line_num} is no CSV: {wrong}.") from wrong
    if not rows:
        raise Refused("empty_file", "The list has no rows below its first line, which names the columns.")
    return {"columns": list(columns), "rows": rows}


def _check_columns(columns: list[str]) -> None:
    if not columns or len(columns) > MOST_COLUMNS:
        raise Refused("wrong_type", f"The first line names the columns, at most {MOST_COLUMNS}.")
    if not all(columns) or len({each.lower() for each in columns}) < len(columns):
        raise Refused("wrong_type", "Every column has a name of its own, in the first line.")
    if any(len(each) > 120 for each in columns):
        raise Refused("wrong_type", "A column's name has at most 120 characters.")


def _row(cells: list[str], columns: list[str], line: int) -> list[str]:
    if len(cells) > len(columns):
        raise Refused("corrupt", f"Line {line} has more cells than there are columns.")
    if any(len(cell) > MOST_CHARACTERS for cell in cells):
        raise Refused("too_large", f"A cell in line {line} has more than {MOST_CHARACTERS} characters.")
    if any("\x00" in cell for cell in cells):
        raise Refused("corrupt", f"Line {line} holds a character that no text has.")
    return [*cells, *[""] * (len(columns) - len(cells))]
