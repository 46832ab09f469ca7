"""Rows as CSV or XLSX that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

Row = Sequence[Any]
# What XML 1.0 has no place for.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: Any) -> Any:
    """A value a spreadsheet shows and never runs: strings that begin like a formula get an apostrophe in front, and
    control characters, which no workbook can hold, are left out."""
    if value is None:
        return ""
    if isinstance(value, (bool, int, float, Decimal)):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    text = CONTROLS.sub("", str(value))
    return f"'{text}" if text.startswith(DANGEROUS) else text


class _Line:
    """A file whose write hands back the line, for csv.writer."""

    def write(self, text: str) -> str:
        return text


def csv_lines(head: Row, rows: Iterable[Row]) -> Iterator[str]:
    """CSV text line by line, UTF-8 with a byte order mark, which spreadsheets need to read it as UTF-8."""
    writer = csv.writer(_Line())
    yield "\ufeff" + str(writer.writerow([safe_cell(cell) for cell in head]))
    for row in rows:
        yield str(writer.writerow([safe_cell(cell) for cell in row]))


def csv_response(name: str, head: Row, rows: Iterable[Row]) -> HttpResponseBase:
    response = StreamingHttpResponse(csv_lines(head, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def xlsx_file(head: Row, rows: Iterable[Row]) -> IO[bytes]:
    """A workbook of one sheet in a temporary file, read from its start; instants are ISO text with their zone."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append([_bold(sheet, safe_cell(cell)) for cell in head])
    for row in rows:
        sheet.append([safe_cell(cell) for cell in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    book.save(file)
    file.seek(0)
    return file


def _bold(sheet: Any, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, value=value)
    cell.font = Font(bold=True)
    return cell


def xlsx_response(name: str, head: Row, rows: Iterable[Row]) -> HttpResponseBase:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(xlsx_file(head, rows), as_attachment=True, filename=f"{name}.xlsx", content_type=kind)
