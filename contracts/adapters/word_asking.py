"""What a template asks for that none of its questions fills: blanks, notes that ask for words, and boxes to tick.

Each becomes a question of its own, or is filled by one that is there where the words around it say so beyond doubt. A
place is kept in numbers: of the part, of the paragraph in it, and of the letter in the paragraph, as they are once the
words of the template were put right.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from docx import Document

from contracts.adapters import word_drafting, word_fitting
from contracts.adapters.word_binding import bound
from contracts.adapters.word_bodies import bodies_of
from contracts.adapters.word_boxes import choice_of, grouped, is_ticked, option_of
from contracts.adapters.word_conditions import asked_where, conditions_in
from contracts.adapters.word_fitting import BLANK, BOX, NOTED
from contracts.adapters.word_paragraphs import qn, roots_of, row_of, text_of
from contracts.adapters.word_spots import PART, Open, mark, spots_in
from contracts.engine.blanks import is_signed
from contracts.engine.open_blanks import name_for, question_at
from contracts.engine.questionnaire import Condition, Field

MOST = 200
OPEN = re.compile(r"_{3,}|\[\s*(?:[#_\u2022\u25cf\u2026\s$]*|\.{3})\s*\]")
# Words in brackets that name what is to stand there; not those that say that nothing does.
NAMED = re.compile(
    r"\[(?!(?:intentionally|reserved|omitted|sic|signature|page|remainder|end|x)\b)"
    r"[A-Za-z][\w'’/&-]*(?: [\w'’/&-]+){0,4}\](?!\()",
    re.IGNORECASE,
)
# A note that says what is to be written in its place, and one that shows it behind a colon.
NOTE = re.compile(r"\[+\s*(?=(?:describe|insert|enter a|fill in)\b)", re.IGNORECASE)
DRAFTING = re.compile(r"\[+\s*(?=drafting note\b)", re.IGNORECASE)
SAID_TO_DRAFTER = re.compile(r"\A(?:drafting note|for example)[\s:-]*", re.IGNORECASE)
EXAMPLE = re.compile(r"\s*\[+\s*(?=for example\b)", re.IGNORECASE)
BOXED = re.compile(r"\s*(?:\[\s*[xX]?\s*\]|\(\s*[xX]?\s*\)|[☐☒☑])\s*(?=[^\W_]|[\"“'‘{$(])")
WITHIN = re.compile(r"(?:\(\s+\)|[☐☒☑])\s*(?=[^\W_])")


class Asked(NamedTuple):
    """The questions that a document asks besides those of its metadata, in their order, the places of their answers for
    `word_template.fill`, and conditions for those of the metadata, by name; all in their JSON form."""

    questions: list[dict[str, Any]]
    places: list[dict[str, Any]]
    conditions: dict[str, dict[str, Any]]


def asked_of(content: bytes, fields: Sequence[Field], rules: Mapping[str, Any]) -> Asked:
    """What the document asks. `rules` has the selections and replacements."""
    by_name = {each.name: each for each in fields}
    found: list[Open] = []
    where: dict[str, list[Condition | None]] = {}
    groups = rules.get("selections", ())
    deciding = {option["field"] for group in groups for option in group["options"]}
    for number, root in enumerate(roots_of(Document(io.BytesIO(content)))):
        word_drafting.replace_words(root, rules.get("replacements", {}))
        deciding |= {part["asked"] for part in PART.finditer("".join(map(text_of, root.iter(qn("p")))))}
        opens = _opens_in(root, number, by_name, word_drafting.found_options(root, groups), where)
        mark(opens)
        word_drafting.remove_drafting_words(root)
        found += spots_in(root, opens)
    for at, name in bound(found, fields, where).items():
        found[at].name = name
        where.setdefault(name, []).append(found[at].condition)
    conditions = asked_where(where, by_name, deciding)
    questions, places = _Questions(by_name).of(found)
    return Asked(questions, places, {name: condition.as_json() for name, condition in conditions.items()})


def _opens_in(
    root: Any,
    number: int,
    fields: Mapping[str, Field],
    options: Sequence[tuple[Mapping[str, Any], list[Any]]],
    where: dict[str, list[Condition | None]],
) -> list[Open]:
    """All that may be open, in the document's order; what stands in notes is among it. `where` learns in which places
    the questions stand."""
    misfits: dict[Any, list[tuple[int, int]]] = {}
    conditions = conditions_in(root, options, fields)
    for place, words in word_fitting.fitting(root, dict.fromkeys(fields, "")):
        name = words[1:-1] if words[1:-1] in fields else words[1:-1].removesuffix("_display")
        if words == word_fitting.UNASKED:
            misfits.setdefault(place.paragraph, []).append((place.start, place.end))
        elif name in fields:
            where.setdefault(name, []).append(conditions.get(place.paragraph))
    taken = {paragraph for _group, places in options for paragraph in places}
    opens: list[Open] = []
    before: Any = None
    for index, paragraph in enumerate(root.iter(qn("p"))):
        text = text_of(paragraph)
        line = text_of(before) if before is not None else ""
        for start, end, kind, is_line in _spans(paragraph, line, misfits.get(paragraph, []), paragraph in taken):
            row = {"root": number, "paragraph": index, "start": start, "said": text[start:end], "kind": kind}
            row |= {"is_line": is_line} if kind == BOX else {}
            condition = conditions.get(paragraph) or (conditions.get(before) if EXAMPLE.match(text) else None)
            body = bodies_of([paragraph], is_one=False).get(paragraph, []) if kind == BOX and is_line else []
            hint = _hint(text[start:]) if kind == NOTED else ""
            opens.append(Open(row, paragraph, condition, hint=hint, body=body))
        before = paragraph if text.strip() else before
    return opens


def _hint(note: str) -> str:
    """What the note says, or its first line where it goes on below."""
    depth = 0
    for at, letter in enumerate(note):
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if depth == 0:
            note = note[:at]
            break
    words = " ".join(SAID_TO_DRAFTER.sub("", note.strip("[] ")).split())
    return words[:1].upper() + words[1:500]


def _is_only_noted(paragraph: Any) -> bool:
    """The paragraph is a note, and nothing else stands in its cell beside the cell that is its title."""
    cell = next(paragraph.iterancestors(qn("tc")), None)
    if cell is None or cell.getprevious() is None or cell.getprevious().tag != qn("tc"):
        return False
    texts = [text for each in cell.iter(qn("p")) if (text := text_of(each).strip())]
    return len(texts) == 1 and word_drafting.NOTE.fullmatch(texts[0]) is not None


def tell_apart(rows: Sequence[dict[str, Any]], table_rows: Mapping[str, Any]) -> None:
    """Questions of a section that read alike have the number of their row, of those of one table that ask something;
    else they are numbered."""
    alike: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        alike.setdefault((row["section"], row["label"]), []).append(row)
    for group in (group for group in alike.values() if len(group) > 1):
        stand = [table_rows.get(row["name"]) for row in group]
        tables = {None if each is None else each.getparent() for each in stand}
        is_table = len(tables) == 1 and None not in tables and len(set(stand)) == len(group)
        asking = [each for each in dict.fromkeys(table_rows.values()) if each is not None]
        own = [each for each in asking if each.getparent() in tables]
        for number, (row, place) in enumerate(zip(group, stand, strict=True), 1):
            row["label"] += f" (row {own.index(place) + 1})" if is_table else f" ({number})"


class _Questions:
    """Questions are made in the document's order: a box before what stands behind it."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self.fields = fields
        self.rows: list[dict[str, Any]] = []
        self.places: list[dict[str, Any]] = []
        self.margins: dict[tuple[str, str], str] = {}
        self.boxes: dict[Any, dict[str, Any]] = {}
        self.table_rows: dict[str, Any] = {}

    def of(self, found: Sequence[Open]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        groups = grouped([each for each in found if each.kind == BOX])
        for each in found:
            if len(self.rows) >= MOST:
                break
            if each.kind == BOX:
                self._tick(each, groups.get(id(each), []))
            else:
                self._fill(each)
        tell_apart(self.rows, self.table_rows)
        return self.rows, self.places

    def _fill(self, each: Open) -> None:
        """The same words in several headers or footers are one blank."""
        if each.spot is None:
            return
        same = (each.before, each.after)
        name = each.name or (self.margins.get(same, "") if each.row["root"] else "")
        if not name:
            name = self._ask(question_at(each.spot, self._taken()), self._asked_when(each))
        self.margins[same] = name
        self.table_rows.setdefault(name, row_of(each.paragraph))
        self._place(each, name)

    def _tick(self, box: Open, group: Sequence[Open]) -> None:
        """A box alone is answered by yes or no; of several round ones, or several in a line, one is chosen."""
        if not group:
            words = option_of(box).removesuffix(":")
            row = {"type": "boolean", "label": words, "section": box.section, "default": is_ticked(box)}
            name = self._ask(row | {"name": name_for(words, self._taken())}, self._asked_when(box))
            self._place(box, name, equals=True)
        elif group[0] is box:
            options = [option_of(each) for each in group]
            ticked = [option for option, each in zip(options, group, strict=True) if is_ticked(each)]
            words = choice_of(group)
            row = {"type": "enum", "label": words, "section": box.section, "options": options}
            row |= {"default": ticked[0]} if len(ticked) == 1 else {}
            name = self._ask(row | {"name": name_for(words, self._taken())}, self._asked_when(box))
            for each, option in zip(group, options, strict=True):
                self._place(each, name, equals=option)

    def _asked_when(self, each: Open) -> dict[str, Any] | None:
        return self.boxes.get(each.paragraph) or (each.condition.as_json() if each.condition else None)

    def _taken(self) -> set[str]:
        return {*self.fields, *(row["name"] for row in self.rows)}

    def _ask(self, row: dict[str, Any], condition: dict[str, Any] | None) -> str:
        self.rows.append({"required": False, **row} | ({"condition": condition} if condition else {}))
        return str(row["name"])

    def _place(self, each: Open, name: str, **more: Any) -> None:
        self.places.append(each.row | {"name": name} | more)
        if each.kind == BOX and each.row["is_line"]:
            wanted = more["equals"]
            lines = [each.paragraph, *(line for part in each.body for line in part.iter(qn("p")))]
            self.boxes |= {line: {"field": name, "in": [wanted]} for line in lines}


def _spans(
    paragraph: Any, before: str, misfits: Sequence[tuple[int, int]], is_taken: bool
) -> list[tuple[int, int, str, bool]]:
    """Begin, end and kind of each open place of a paragraph, from left to right, none within another; for a box
    whether it stands before a line of its own. `before` is the line above."""
    text = text_of(paragraph)
    found = [] if is_taken else _boxes(text)
    notes = [*NOTE.finditer(text), *(EXAMPLE.finditer(text) if before.rstrip().endswith(":") else ())]
    if not notes and _is_only_noted(paragraph):
        notes = list(DRAFTING.finditer(text))
    found += [(match.start(), match.start() + 1, NOTED, False) for match in notes]
    found += [(start, end, BLANK, False) for start, end in misfits]
    if not is_signed(_line(paragraph, text)):
        box = BOXED.match(text)
        named = [match for match in NAMED.finditer(text) if not word_drafting.NOTE.match(text, match.start())]
        places = [*OPEN.finditer(text, box.end() if box else 0), *named]
        found += [(match.start(), match.end(), BLANK, False) for match in places]
    kept: list[tuple[int, int, str, bool]] = []
    for each in sorted(found, key=lambda each: (each[0], -each[1])):
        if not kept or each[0] >= kept[-1][1]:
            kept.append(each)
    return kept


def _boxes(text: str) -> list[tuple[int, int, str, bool]]:
    leading = BOXED.match(text)
    more = list(WITHIN.finditer(text, leading.end() if leading else 0))
    if leading is None:
        return [(match.start(), match.end(), BOX, False) for match in more] if len(more) > 1 else []
    return [
        (leading.start(), leading.end(), BOX, not more),
        *((match.start(), match.end(), BOX, False) for match in more),
    ]


def _line(paragraph: Any, text: str) -> str:
    """The line's words; of one that has none, those of the row's first cell."""
    row = row_of(paragraph)
    cells = row.findall(qn("tc")) if row is not None else []
    if not cells or re.search(r"[^\W\d_]", text):
        return text
    return f"{''.join(text_of(each) for each in cells[0].iter(qn('p')))} {text}"
