"""What people write of a template: rows of questions, sections and clauses, as they are typed and as the engine takes
them. A row is added, moved and removed by the server, which draws the rows anew: no script knows how they are built."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.engine.composition import DEEPEST
from contracts.engine.questionnaire import TYPES, option_words
from contracts.models import Template
from contracts.models.contract import Category
from contracts.pages.forms import members
from contracts.pages.questions import TYPE_LABELS

Typed = dict[str, Any]
ALWAYS = ""
# Other choices show other controls: the server draws the rows anew.
REDRAWS = {
    "hx-post": "",
    "hx-trigger": "change",
    "hx-target": "#composer",
    "hx-swap": "outerHTML",
    "hx-vals": '{"act": "show"}',
}
_PART = re.compile(r"(?:(?P<name>[a-z][a-z0-9_]*)\s*=\s*)?(?P<label>.+?)(?:\s*:\s*(?P<type>[a-z]+))?\Z")


def slug(label: str) -> str:
    """The name that a question has by its label: `Monthly fee (EUR)` is monthly_fee_eur."""
    name = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:80].strip("_")
    return name if name[:1].isalpha() else f"answer_{name}".strip("_")


class HeadForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("Title of the document"), required=False, max_length=300,
        help_text=gettext_lazy("Stands above the text; may hold answers, such as {party_name}."),
    )  # fmt: skip


class NewTemplateForm(HeadForm):
    name = forms.CharField(label=gettext_lazy("Name of the template"), max_length=200)
    description = forms.CharField(label=gettext_lazy("What it is for"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("Type"), choices=Category.choices, initial=Category.OTHER)
    risk = forms.ChoiceField(
        label=gettext_lazy("Risk"), choices=Template.Risk.choices, initial=Template.Risk.STANDARD,
        help_text=gettext_lazy("High: reviewed every three months; standard: every six."),
    )  # fmt: skip
    owner_id = forms.ChoiceField(label=gettext_lazy("Owner"))
    field_order = ("name", "description", "category", "risk", "owner_id", "title")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner_id"].choices = members()  # type: ignore[attr-defined]


class NextVersionForm(HeadForm):
    note = forms.CharField(label=gettext_lazy("What changes"), required=False, max_length=500)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput())


class RowForm(forms.Form):
    """A row whose controls never refuse by themselves: what is wrong the engine says. What may be empty says so."""

    use_required_attribute = False
    may_be_empty: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.required = name not in self.may_be_empty


class QuestionForm(RowForm):
    may_be_empty = ("name", "default", "help", "section")
    label = forms.CharField(label=gettext_lazy("Question"), required=False)
    name = forms.CharField(
        label=gettext_lazy("Name in the text"), required=False, help_text=gettext_lazy("Empty: made of the question.")
    )
    type = forms.ChoiceField(
        label=gettext_lazy("Kind of answer"),
        choices=[(each, TYPE_LABELS[each]) for each in TYPES],
        widget=forms.Select(attrs=REDRAWS),
    )
    required = forms.BooleanField(label=gettext_lazy("Must be answered"), required=False)
    options = forms.CharField(
        label=gettext_lazy("Choices, one a line"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    parts = forms.CharField(
        label=gettext_lazy("Parts of an entry, one a line"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Such as “Service” or “Monthly fee: number”."),
    )  # fmt: skip
    default = forms.CharField(label=gettext_lazy("Default"), required=False)
    help = forms.CharField(label=gettext_lazy("Help"), required=False)
    section = forms.CharField(label=gettext_lazy("Group in the questionnaire"), required=False)
    condition = forms.ChoiceField(label=gettext_lazy("Asked only where"), required=False)


class SectionForm(RowForm):
    heading = forms.CharField(label=gettext_lazy("Heading of the section"), required=False)
    numbered = forms.BooleanField(label=gettext_lazy("Numbered"), required=False)
    condition = forms.ChoiceField(label=gettext_lazy("Only where"), required=False)
    repeat = forms.ChoiceField(label=gettext_lazy("For each entry of"), required=False)


class ClauseForm(RowForm):
    may_be_empty = ("heading",)
    heading = forms.CharField(label=gettext_lazy("Heading of the clause"), required=False)
    level = forms.ChoiceField(
        label=gettext_lazy("Level"), choices=[(str(level), str(level)) for level in range(1, DEEPEST + 1)]
    )
    library = forms.ChoiceField(
        label=gettext_lazy("Position of the library"), required=False, widget=forms.Select(attrs=REDRAWS)
    )
    text = forms.CharField(label=gettext_lazy("Words"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    condition = forms.ChoiceField(label=gettext_lazy("Only where"), required=False)
    repeat = forms.ChoiceField(label=gettext_lazy("For each entry of"), required=False)


QUESTION, SECTION, CLAUSE = (tuple(form.base_fields) for form in (QuestionForm, SectionForm, ClauseForm))
_QUESTION = re.compile(r"q-(\d{1,4})-[a-z]+\Z")
_SECTION = re.compile(r"s-(\d{1,4})-[a-z]+\Z")
_CLAUSE = re.compile(r"s-(\d{1,4})-c-(\d{1,4})-[a-z]+\Z")


def typed_in(data: Mapping[str, Any]) -> Typed:
    """What stands in the rows of a sent form, in the order of their numbers."""
    questions = sorted({int(found[1]) for key in data if (found := _QUESTION.match(key))})
    sections = sorted({int(found[1]) for key in data if (found := _SECTION.match(key))})
    clauses = sorted({(int(found[1]), int(found[2])) for key in data if (found := _CLAUSE.match(key))})
    return {
        "title": str(data.get("title", "")),
        "questions": [_row(data, f"q-{number}-", QUESTION) for number in questions],
        "sections": [
            _row(data, f"s-{number}-", SECTION)
            | {"clauses": [_row(data, f"s-{number}-c-{at}-", CLAUSE) for of, at in clauses if of == number]}
            for number in sections
        ],
    }


def _row(data: Mapping[str, Any], prefix: str, names: Sequence[str]) -> Typed:
    return {name: str(data.get(f"{prefix}{name}", "")) for name in names}


def typed_of(composition: Mapping[str, Any]) -> Typed:
    """A composition as it is typed."""
    return {
        "title": composition.get("title", ""),
        "questions": [_typed_question(row) for row in composition.get("questions", ())],
        "sections": [
            {
                "heading": section.get("heading", ""),
                "numbered": "on" if section.get("numbered", True) else "",
                **_typed_circumstances(section),
                "clauses": [_typed_clause(clause) for clause in section["clauses"]],
            }
            for section in composition.get("sections", ())
        ],
    }


def _typed_circumstances(row: Mapping[str, Any]) -> Typed:
    return {"condition": condition_value(row.get("condition")), "repeat": row.get("repeat", "")}


def _typed_clause(row: Mapping[str, Any]) -> Typed:
    tie = row.get("library")
    found = {"heading": row.get("heading", ""), "level": str(row.get("level", 1)), **_typed_circumstances(row)}
    return found | {"text": "" if tie else row["text"], "library": f"{tie['version']}:{tie['position']}" if tie else ""}


def _typed_question(row: Mapping[str, Any]) -> Typed:
    default = row.get("default")
    if isinstance(default, bool):
        default = "yes" if default else "no"
    return {
        "label": row.get("label", ""),
        "name": row["name"],
        "type": row["type"],
        "required": "on" if row.get("required") else "",
        "options": "\n".join(row.get("options", ())),
        "parts": "\n".join(_part_line(item) for item in row.get("items", ())),
        "default": "" if default is None or isinstance(default, list) else str(default),
        "help": row.get("help", ""),
        "section": row.get("section", ""),
        "condition": condition_value(row.get("condition")),
    }


def _part_line(item: Mapping[str, Any]) -> str:
    name = "" if slug(item["label"]) == item["name"] else f"{item['name']} = "
    return f"{name}{item['label']}" + ("" if item["type"] == "string" else f": {item['type']}")


def composition_from(typed: Typed) -> dict[str, Any]:
    """The JSON of what was typed; what is wrong in it the engine says."""
    return {
        "title": typed["title"],
        "questions": [_question(row) for row in typed["questions"]],
        "sections": [
            {
                "heading": section["heading"],
                "numbered": bool(section["numbered"]),
                **_circumstances(section),
                "clauses": [_clause(clause) for clause in section["clauses"]],
            }
            for section in typed["sections"]
        ],
    }


def _circumstances(row: Typed) -> dict[str, Any]:
    found: dict[str, Any] = {"condition": _condition(row["condition"])} if row["condition"] else {}
    return found | ({"repeat": row["repeat"]} if row["repeat"] else {})


def _condition(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _clause(row: Typed) -> dict[str, Any]:
    level = int(row["level"]) if row["level"].isascii() and row["level"].isdigit() else 1
    found = {"heading": row["heading"], "level": level, **_circumstances(row)}
    if not row["library"]:
        return found | {"text": row["text"]}
    version, _colon, position = row["library"].partition(":")
    return found | {"library": {"version": version, "position": position}}


def question_name(row: Typed) -> str:
    return row["name"].strip() or slug(row["label"])


def _question(row: Typed) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": question_name(row),
        "type": row["type"],
        "label": row["label"].strip() or None,
        "help": row["help"],
        "section": row["section"],
        "required": bool(row["required"]),
        "default": row["default"].strip() or None,
    }
    if row["type"] == "enum":
        found["options"] = _lines(row["options"])
    if row["type"] == "array":
        found["items"] = parts_of(row)
        found["default"] = None
    return found | ({"condition": _condition(row["condition"])} if row["condition"] else {})


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def parts_of(row: Typed) -> list[dict[str, Any]]:
    """The parts of an entry of a list."""
    return [_part(line) for line in _lines(row["parts"])] if row["type"] == "array" else []


def _part(line: str) -> dict[str, Any]:
    """`Monthly fee: number`, `fee = Monthly fee: number`; without a type it is a short text."""
    found = _PART.match(line)
    if found is None or (found["type"] and found["type"] not in TYPES):
        return {"name": slug(line), "label": line, "type": "string"}
    return {"name": found["name"] or slug(found["label"]), "label": found["label"], "type": found["type"] or "string"}


def condition_value(condition: Mapping[str, Any] | None) -> str:
    """A condition as the value of an option."""
    return json.dumps(condition, sort_keys=True, ensure_ascii=False) if condition else ALWAYS


def condition_choices(typed: Typed, *present: str) -> list[tuple[str, Any]]:
    """What a part can depend on: each question's answers. Present conditions that are none of these stay."""
    choices: list[tuple[str, Any]] = [(ALWAYS, _("Always"))]
    known = {ALWAYS}
    for row in typed["questions"]:
        name = question_name(row)
        answers = [(condition_value(each), text) for each, text in _answers(name, row)]
        known |= {value for value, _text in answers}
        choices.append((row["label"] or name, answers))
    return [*choices, *((value, _in_words(value)) for value in dict.fromkeys(present) if value not in known)]


def _answers(name: str, row: Typed) -> list[tuple[dict[str, Any], str]]:
    label = row["label"] or name
    if row["type"] == "boolean":
        return [
            ({"field": name, "in": [True]}, _("“%(question)s” is yes") % {"question": label}),
            ({"field": name, "in": [False]}, _("“%(question)s” is no") % {"question": label}),
        ]
    chosen = [
        ({"field": name, "in": [option]}, _("“%(question)s” is %(answer)s") % {"question": label, "answer": option})
        for option in (_lines(row["options"]) if row["type"] == "enum" else ())
    ]
    return [
        *chosen,
        ({"field": name, "is_set": True}, _("“%(question)s” is answered") % {"question": label}),
        ({"field": name, "is_set": False}, _("“%(question)s” is left open") % {"question": label}),
    ]


def _in_words(value: str) -> str:
    """A condition that no option has: of several answers, or on a question that is gone."""
    found = _condition(value)
    return condition_text(found) if isinstance(found, dict) else value


def condition_text(condition: Mapping[str, Any]) -> str:
    """A condition by the name of its question."""
    among = condition.get("in") or ([condition["equals"]] if "equals" in condition else [])
    words = [(_("yes") if each else _("no")) if isinstance(each, bool) else option_words(str(each)) for each in among]
    said = _(" or ").join(words) or (_("answered") if condition.get("is_set") else _("left open"))
    return _("“%(question)s” is %(answer)s") % {"question": condition.get("field"), "answer": said}


def repeat_choices(typed: Typed, present: str = "") -> list[tuple[str, str]]:
    lists = [
        (question_name(row), row["label"] or question_name(row)) for row in typed["questions"] if row["type"] == "array"
    ]
    kept = [(present, present)] if present and present not in dict(lists) else []
    return [("", _("No repetition")), *lists, *kept]
