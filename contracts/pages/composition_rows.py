"""The rows of a composition on the page: what a button does to them, and how they are drawn with what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from contracts.engine.composition import ENTRY
from contracts.models import LibraryClauseVersion
from contracts.pages.composition_forms import (
    CLAUSE,
    QUESTION,
    ClauseForm,
    QuestionForm,
    SectionForm,
    Typed,
    condition_choices,
    parts_of,
    question_name,
    repeat_choices,
)
from contracts.queries.clause_library import position_choices, position_label
from contracts.queries.compositions import versions_named


def acted(typed: Typed, act: str, data: Mapping[str, Any]) -> str:
    """What the button says is done to the rows, in place; answers the id of the control that has the focus then.

    `add:q`, `add:s`, `add:s.0`, `put:s.0`, `up:s.0.1`, `down:q.2`, `remove:s.1`; anything else changes nothing."""
    verb, _colon, place = act.partition(":")
    kind, *numbers = place.split(".")
    at = [int(number) for number in numbers if number.isdigit()]
    if kind not in ("q", "s") or len(at) != len(numbers) or len(at) > 2:
        return ""
    if verb in ("add", "put"):
        return _added(typed, kind, at, str(data.get(f"s-{at[0]}-put", "")) if verb == "put" and at else "")
    rows = _rows(typed, kind, at[:-1])
    if not at or rows is None or at[-1] >= len(rows):
        return ""
    if verb == "remove":
        rows.pop(at[-1])
        return f"add-{'.'.join([kind, *map(str, at[:-1])])}"
    return _moved(typed, kind, at, -1 if verb == "up" else 1) if verb in ("up", "down") else ""


def _rows(typed: Typed, kind: str, at: Sequence[int]) -> list[Typed] | None:
    if kind == "q" or not at:
        rows: list[Typed] = typed["questions" if kind == "q" else "sections"]
        return rows if not at else None
    return typed["sections"][at[0]]["clauses"] if at[0] < len(typed["sections"]) else None


def _added(typed: Typed, kind: str, at: Sequence[int], position: str) -> str:
    rows = _rows(typed, kind, at)
    if rows is None:
        return ""
    if kind == "q":
        rows.append(dict.fromkeys(QUESTION, "") | {"type": "string"})
        return f"id_q-{len(rows) - 1}-label"
    if not at:
        rows.append({"heading": "", "numbered": "on", "condition": "", "repeat": "", "clauses": [_clause("")]})
        return f"id_s-{len(rows) - 1}-heading"
    rows.append(_clause(position))
    return f"id_s-{at[0]}-c-{len(rows) - 1}-heading"


def _clause(position: str) -> Typed:
    row = dict.fromkeys(CLAUSE, "") | {"level": "1", "library": position}
    found = versions_named([position.partition(":")[0]]) if position else {}
    title = next((version.clause.title for version in found.values()), "")
    return row | {"heading": title}


def _moved(typed: Typed, kind: str, at: Sequence[int], by: int) -> str:
    """A clause that is first or last in its section goes to the one before or after."""
    *above, place = at
    rows = _rows(typed, kind, above) or []
    way = "up" if by < 0 else "down"
    if 0 <= place + by < len(rows):
        rows.insert(place + by, rows.pop(place))
        return f"{way}-{'.'.join([kind, *map(str, above), str(place + by)])}"
    if kind == "s" and above and 0 <= above[0] + by < len(typed["sections"]):
        target: list[Typed] = typed["sections"][above[0] + by]["clauses"]
        to = len(target) if by < 0 else 0
        target.insert(to, rows.pop(place))
        return f"{way}-s.{above[0] + by}.{to}"
    return f"{way}-{'.'.join([kind, *map(str, at)])}"


@dataclass
class ShownClause:
    form: forms.Form
    place: str
    words: str = ""
    tie: LibraryClauseVersion | None = None
    position: str = ""
    is_special: bool = False


@dataclass
class ShownSection:
    form: forms.Form
    place: str
    is_special: bool
    clauses: list[ShownClause] = field(default_factory=list)


@dataclass
class ShownQuestion:
    form: forms.Form
    place: str
    name: str
    variables: list[str]
    is_special: bool


@dataclass
class Rows:
    """All rows as they are drawn. `wrong` are the faults with the ids of the controls that they stand beside."""

    questions: list[ShownQuestion]
    sections: list[ShownSection]
    library: list[tuple[str, Any]]
    wrong: list[tuple[str, str]]


def shown(typed: Typed, faults: Mapping[str, Sequence[str]] | None = None, focus: str = "") -> Rows:
    """The rows with their choices, what is wrong beside each control, and the focus in the control of that id."""
    drawing = _Drawing(typed, faults or {}, focus)
    questions = [drawing.question(number, row) for number, row in enumerate(typed["questions"])]
    sections = [drawing.section(number, row) for number, row in enumerate(typed["sections"])]
    return Rows(questions, sections, drawing.library, drawing.wrong)


class _Drawing:
    def __init__(self, typed: Typed, faults: Mapping[str, Sequence[str]], focus: str) -> None:
        self.typed, self.faults, self.focus = typed, faults, focus
        self.wrong: list[tuple[str, str]] = []
        self.library = _positions()
        self.versions = versions_named(
            [clause["library"].partition(":")[0] for section in typed["sections"] for clause in section["clauses"]]
        )

    def question(self, number: int, row: Typed) -> ShownQuestion:
        form = self._form(QuestionForm, f"q-{number}", row, f"questions.{number}")
        _offer(form, "condition", condition_choices(self.typed, row["condition"]))
        name = question_name(row)
        parts = [f"{{${ENTRY}.{part['name']}}}" for part in parts_of(row) if part["type"] != "boolean"]
        variables = parts if row["type"] == "array" else [] if row["type"] == "boolean" else [f"{{{name}}}"]
        is_special = any(row[each] for each in ("help", "section", "condition", "default"))
        return ShownQuestion(form, f"q.{number}", name, variables, is_special or bool(form.errors))

    def section(self, number: int, row: Typed) -> ShownSection:
        place = f"sections.{number}"
        form = self._form(SectionForm, f"s-{number}", row, place)
        self._offer_circumstances(form, row)
        special = bool(row["condition"] or row["repeat"] or form.errors)
        clauses = [self._clause(number, at, clause) for at, clause in enumerate(row["clauses"])]
        return ShownSection(form, f"s.{number}", special, clauses)

    def _clause(self, section: int, at: int, row: Typed) -> ShownClause:
        form = self._form(ClauseForm, f"s-{section}-c-{at}", row, f"sections.{section}.clauses.{at}")
        self._offer_circumstances(form, row)
        version, _colon, position = row["library"].partition(":")
        tie = self.versions.get(version)
        found = ShownClause(form, f"s.{section}.{at}", tie=tie, position=position)
        found.is_special = bool(row["condition"] or row["repeat"] or {"condition", "repeat"} & form.errors.keys())
        if row["library"]:
            _offer(form, "library", _ladder(row["library"], tie, self.library))
            found.words = str(dict(tie.keyed).get(position, {}).get("text", "")) if tie else ""
        return found

    def _offer_circumstances(self, form: forms.Form, row: Typed) -> None:
        _offer(form, "condition", condition_choices(self.typed, row["condition"]))
        _offer(form, "repeat", repeat_choices(self.typed, row["repeat"]))

    def _form(self, kind: type[forms.Form], prefix: str, row: Typed, place: str) -> forms.Form:
        """The row's form; faults of the row that are about none of its controls stand at the first."""
        own = {
            key: texts
            for key, texts in self.faults.items()
            if key == place or key.removeprefix(f"{place}.") in kind.base_fields
        }
        sent = {f"{prefix}-{name}": row[name] for name in kind.base_fields} if own else None
        form = kind(sent, initial=row, prefix=prefix)
        focused = self.focus.removeprefix(f"id_{prefix}-")
        if focused in form.fields and focused != self.focus:
            form.fields[focused].widget.attrs["autofocus"] = True
        if not own:
            return form
        form.errors.clear()
        for key, texts in own.items():
            name = key.removeprefix(f"{place}.")
            name = name if name in kind.base_fields else next(iter(kind.base_fields))
            form.errors[name] = form.error_class([*form.errors.get(name, ()), *texts])
            self.wrong.append((f"id_{prefix}-{name}", " ".join(texts)))
        return form


def _offer(form: forms.Form, name: str, choices: Sequence[tuple[str, Any]]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]


def _positions() -> list[tuple[str, Any]]:
    """Positions of the library that a template may have, by clause."""
    found = []
    for title, positions in position_choices():
        allowed = [(value, label) for value, label in positions if ":unacceptable" not in value]
        found.append((title, [(value, f"{title}: {label}") for value, label in allowed]))
    return found


def _ladder(
    present: str, tie: LibraryClauseVersion | None, library: Sequence[tuple[str, Any]]
) -> list[tuple[str, Any]]:
    """The positions of the clause's own ladder, the present one with its version where that is an older one."""
    if tie is None:
        return [(present, _("A position that the library does not have"))]
    own = next((list(positions) for title, positions in library if title == tie.clause.title), [])
    if present in dict(own):
        return own
    name = position_label(present.partition(":")[2])
    label = _("%(position)s of version %(number)s") % {"position": name, "number": tie.number}
    return [(present, f"{tie.clause.title}: {label}"), *own]
