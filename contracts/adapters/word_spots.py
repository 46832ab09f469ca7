"""Open places of a template with what is said around them, once the notes to whoever drafts are gone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contracts.adapters.word_bodies import MARK
from contracts.adapters.word_fitting import BOX, NOTED
from contracts.adapters.word_paragraphs import qn, replace_span, text_of
from contracts.engine.open_blanks import LINE, OTHER, Spot
from contracts.engine.questionnaire import Condition

SIGN = re.compile("\ue100(\\d+)\ue101")
PART = re.compile(r"\{(?:IF +(?P<asked>[a-z]\w*)|(?P<end>END-IF)|(?P<list>FOR|END-FOR)[^{}]*)\}")
_FIELD = re.compile(r"\{[$a-z][^{}]*\}")
_UNIT_FIELD = re.compile(r"\s*\{[a-z]\w*_unit\}")
_SHORT_LINE = 8  # words of a line that is a heading of what stands below it


@dataclass
class Open:
    """An open place: `row` is its JSON form, but for the name. `spot` is nothing where it stood in a note that goes.
    `condition` says when it is in the document; `before` and `after` are the line as it is written, `body` what belongs
    to a box besides its line."""

    row: dict[str, Any]
    paragraph: Any
    condition: Condition | None = None
    hint: str = ""
    section: str = ""
    spot: Spot | None = None
    before: str = ""
    after: str = ""
    title: str = ""
    lead: str = ""
    name: str = ""
    body: Sequence[Any] = ()

    @property
    def kind(self) -> str:
        return str(self.row["kind"])


def mark(opens: Sequence[Open]) -> None:
    """Each place has its sign; a note is left behind it, to go as notes go."""
    for number, each in reversed(list(enumerate(opens))):
        start, said = each.row["start"], each.row["said"]
        words = f"\ue100{number}\ue101" + (said if each.kind == NOTED else "")
        replace_span(each.paragraph, start, start + len(said), words)


def spots_in(root: Any, opens: Sequence[Open]) -> list[Open]:
    """Those of the places that are still there, in the document's order, with the words around them. Each is marked by
    its number."""
    found: list[Open] = []
    heading = line = ""
    for paragraph in root.iter(qn("p")):
        text = text_of(paragraph)
        for match in SIGN.finditer(text):
            each = opens[int(match[1])]
            each.before, each.after = text[: match.start()], text[match.end() :]
            each.title, each.lead = title_of(paragraph), " ".join(_without_box(shown(line), opens).split())
            each.section = each.title or heading
            is_counted = _UNIT_FIELD.match(each.after) is not None
            before, after = shown(_without_box(each.before, opens)), shown(each.after)
            said = str(each.row["said"])
            row = _row_with(paragraph, before, after)
            led = each.lead.removesuffix(":") if each.lead.endswith(":") else each.section
            each.spot = Spot(before, after, said, row, each.section, led, each.hint, is_counted)
            found.append(each)
        if text.strip():
            line = text
            heading = shown(text).strip() if is_heading(paragraph, text) else heading
    return found


def _without_box(text: str, opens: Sequence[Open]) -> str:
    match = SIGN.match(text)
    if match is None or opens[int(match[1])].kind != BOX:
        match = MARK.match(text)
    return text[match.end() :] if match else text


def shown(text: str) -> str:
    """Words as people read them: other blanks and answers are dots."""
    return _FIELD.sub(OTHER, PART.sub("", SIGN.sub(OTHER, text)))


def is_heading(paragraph: Any, text: str) -> bool:
    if next(paragraph.iterancestors(qn("tc")), None) is not None or SIGN.search(text):
        return False
    style = paragraph.find(f"{qn('pPr')}/{qn('pStyle')}")
    is_styled = style is not None and str(style.get(qn("val"), "")).lower().startswith(("heading", "title"))
    words = text.split()
    return len(words) <= 2 * _SHORT_LINE and (is_styled or (len(words) <= _SHORT_LINE and words[-1][-1] not in ".;,:"))


def title_of(paragraph: Any) -> str:
    """The first line of the outermost row's first cell; nothing where the paragraph stands in it, or in no row."""
    rows = [above for above in paragraph.iterancestors() if above.tag == qn("tr")]
    cells = rows[-1].findall(qn("tc")) if rows else []
    if len(cells) < 2 or paragraph in set(cells[0].iter(qn("p"))):
        return ""
    return _first_line(cells[0])


def _row_with(paragraph: Any, before: str, after: str) -> str:
    """The line of the blank after what the row says in the cells before it, and the first row of its column; nothing in
    no table."""
    cell = next(paragraph.iterancestors(qn("tc")), None)
    row = cell.getparent() if cell is not None else None
    if row is None or row.tag != qn("tr"):
        return ""
    cells, heads = row.findall(qn("tc")), next(row.getparent().iter(qn("tr"))).findall(qn("tc"))
    at = cells.index(cell)
    is_headed = heads[0] is not cells[0] and len(heads) == len(cells) and not SIGN.search(_cell(heads[at]))
    told = [_cell(heads[at]).strip() if is_headed else "", *(_first_line(each) for each in cells[:at])]
    return ": ".join([*(each for each in told if each), f"{before}{LINE}{after}".strip()])


def _first_line(cell: Any) -> str:
    lines = (shown(text_of(each)).strip() for each in cell.iter(qn("p")))
    return next((line for line in lines if line), "")


def _cell(cell: Any) -> str:
    return " ".join(text_of(each) for each in cell.iter(qn("p")))
