"""The rows of a list, drawn without a template of their own: there are hundreds of cells on a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.template.loader import get_template
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString

from clm.pages.templatetags import covenant

if TYPE_CHECKING:
    from django.template import Context

    from clm.pages.lists import Column


@dataclass
class Cell:
    """`label` is the column's, translated once a page."""

    column: Column
    value: Any
    extra: Any = ""
    is_late: bool = False
    label: str = ""


# How the kinds are drawn; of the others it is the value itself.
DRAWN: dict[str, Callable[[Cell], Any]] = {
    "code": lambda cell: format_html('<span class="nowrap">{}</span>', cell.value),
    "money": lambda cell: covenant.money(cell.value, cell.extra),
    "percent": lambda cell: covenant.percent(cell.value),
    "number": lambda cell: covenant.decimal(cell.value),
    "date": lambda cell: covenant.date_due(cell.value, cell.extra, cell.is_late),
    "instant": lambda cell: covenant.instant(cell.value),
    "state": lambda cell: covenant.state(cell.value, domain=cell.column.domain),
    "light": lambda cell: covenant.light(cell.value),
}


@dataclass
class Line:
    """A row on the page: the object, where it leads, and its cells in column order."""

    row: Any
    url: str
    cells: list[Cell] = field(default_factory=list)

    def drawn(self, context: Context, tick: SafeString) -> SafeString:
        """Its table row; `tick` is the box to choose it by."""
        cells = "".join(
            [f"{_opened(cell)}{conditional_escape(self._content(cell, context))}</td>" for cell in self.cells]
        )
        leads = format_html(' data-href="{}"', self.url) if self.url else ""
        return SafeString(f"<tr{leads}>{tick}{cells}</tr>")

    def _content(self, cell: Cell, context: Context) -> Any:
        column = cell.column
        if column.draw is not None:
            return column.draw(self, cell)
        if column.template:
            return self._by_template(cell, context)
        shown = covenant.NONE if cell.value is None or cell.value == "" else DRAWN.get(column.kind, _plain)(cell)
        return format_html('<a href="{}">{}</a>', self.url, shown) if column.main and self.url else shown

    def _by_template(self, cell: Cell, context: Context) -> str:
        template: Any = get_template(cell.column.template)
        with context.push(line=self, cell=cell, row=self.row, column=cell.column, value=cell.value):
            return SafeString(template.template.render(context))


def _plain(cell: Cell) -> Any:
    return cell.value


def _opened(cell: Cell) -> str:
    css = f' class="{cell.column.css}"' if cell.column.css else ""
    return f'<td{css} data-label="{escape(cell.label)}">'
