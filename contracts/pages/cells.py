"""Cells of the list of contracts that show more than a value."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from clm.lib.plans import COUNTED
from clm.pages.rows import Cell, Line
from clm.pages.templatetags.covenant import NONE, icon, state
from contracts.engine.snippets import Part


def title_cell(line: Line, cell: Cell) -> SafeString:
    """The title, a lock on what is confidential, and the place in the text that was searched for."""
    link = format_html('<a href="{}">{}</a>', line.url, cell.value)
    lock = _locked() if line.row.is_locked else ""
    return format_html("{}{}{}", link, lock, _snippet(line.row.snippet) if line.row.snippet else "")


def held_cell(line: Line, _cell: Cell) -> SafeString:
    if not line.row.is_held:
        return NONE
    return format_html('<span class="state state-warn">{}{}</span>', icon("lock"), gettext("On hold"))


def many_cell(_line: Line, cell: Cell) -> str:
    """A number that is counted up to one more than COUNTED on a page."""
    if cell.value > COUNTED:
        return gettext("more than %(number)s") % {"number": intcomma(COUNTED)}
    return intcomma(cell.value)


def risk_cell(line: Line, _cell: Cell) -> SafeString:
    row = line.row
    return format_html("{} {}", row.risk_score, state(row.risk_band, domain="risk")) if row.risk_band else NONE


def _locked() -> SafeString:
    return format_html(' {}<span class="visually-hidden">{}</span>', icon("lock"), gettext("Confidential"))


def _snippet(parts: Iterable[Part]) -> SafeString:
    shown = "".join([f"<mark>{escape(part.text)}</mark>" if part.is_hit else escape(part.text) for part in parts])
    return SafeString(f'<div class="text-quiet snippet">{shown}</div>')
