"""The questionnaire of a template as a form: a control by type, entries that are added and removed, and questions that
show by what is answered. Without scripts all questions show, each saying when it counts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import HttpRequest
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clm.pages.formats import first_of
from contracts.engine.questionnaire import MOST_ITEMS, Condition, Field, check, option_words, read, unasked
from contracts.engine.standing import Standing
from contracts.queries.templates import title_words

PREFIX = "answer"
TYPE_LABELS = {
    "string": gettext_lazy("Short text"),
    "text": gettext_lazy("Long text"),
    "date": gettext_lazy("Date"),
    "number": gettext_lazy("Number"),
    "boolean": gettext_lazy("Yes or no"),
    "enum": gettext_lazy("Choice"),
    "array": gettext_lazy("List"),
}
_DATE = re.compile(r"(^|_)dates?(_|$)")
_YES_NO = {True: gettext_lazy("yes"), False: gettext_lazy("no")}


@dataclass(frozen=True)
class Question:
    """A question on the page. `condition` is for the script, `only_where` for people without one."""

    field: Field
    bound: BoundField
    is_asked: bool
    condition: str
    only_where: str


@dataclass(frozen=True)
class Section:
    title: str
    questions: list[Question]

    @property
    def is_asked(self) -> bool:
        return any(question.is_asked for question in self.questions)


@dataclass(frozen=True)
class ShownQuestion:
    """A question as it is read, with its kind, choices and default in words."""

    field: Field
    kind: str
    options: list[str]
    default: str
    only_where: str
    stands_in: tuple[str, ...] = ()
    stands: str = ""  # where the answer will stand, as a sentence; empty where that is not known

    @property
    def is_spread(self) -> bool:
        return len(self.stands_in) > 1


def shown_questions(questions: Sequence[Field], standing: Standing | None = None) -> list[ShownQuestion]:
    labels = {question.name: question.label for question in questions}
    return [
        ShownQuestion(
            field=question,
            kind=str(TYPE_LABELS[question.type]),
            options=[option_words(option) for option in question.options],
            default=_default(question),
            only_where=_for_people(question.condition, labels) if question.condition else "",
            stands_in=_titles(standing, question.name),
            stands=_stands(standing, question.name),
        )
        for question in questions
    ]


def _titles(standing: Standing | None, name: str) -> tuple[str, ...]:
    return tuple(title_words(title) for title in standing.titles.get(name, ())) if standing else ()


def _stands(standing: Standing | None, name: str) -> str:
    if standing is None:
        return ""
    if titles := _titles(standing, name):
        return _("Stands in: %(titles)s.") % {"titles": ", ".join(titles)}
    if name in standing.deciding:
        return _("Decides what is in the document or asked, and stands nowhere in it.")
    return _("Stands nowhere in the document and decides nothing.")


def said_of_questions(shown: Sequence[ShownQuestion], standing: Standing | None) -> dict[str, str]:
    """What a librarian looks at before a version is approved: answers that stand under several titles, and questions
    that change nothing; each in words, or empty."""
    if standing is None:
        return {}
    idle = set(standing.idle(each.field.name for each in shown))
    spread = [f"{each.field.label} ({', '.join(each.stands_in)})" for each in shown if each.is_spread]
    return {
        "spread": first_of(spread, separator="; "),
        "idle": first_of([each.field.label for each in shown if each.field.name in idle]),
    }


def _default(question: Field) -> str:
    if isinstance(question.default, bool):
        return str(_YES_NO[question.default])
    return option_words(question.default) if question.type == "enum" and question.default else question.default or ""


class EntriesWidget(forms.Widget):
    """The entries of a list, each a row of its parts; a row that says nothing is none. `blank` rows are empty."""

    template_name = "contracts/entries.html"

    def __init__(self, question: Field, blank: int = 0) -> None:
        super().__init__()
        self.question, self.blank = question, blank
        self.parts = [(item, CONTROLS[item.type](item)) for item in question.items]

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, Any]]:
        parts, place = self.parts, re.compile(rf"{re.escape(name)}-(\d{{1,6}})-")
        numbers = sorted({int(found[1]) for key in data if (found := place.match(key))})[: MOST_ITEMS + 1]
        rows = [
            {item.name: part.widget.value_from_datadict(data, files, f"{name}-{n}-{item.name}") for item, part in parts}
            for n in numbers
        ]
        return [row for row in rows if any(row.values())]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        entries = [entry for entry in value or [] if isinstance(entry, Mapping)]
        entries += [{}] * (self.blank or not entries)
        return {
            **super().get_context(name, None, attrs),
            "name": name,
            "rows": [self._row(name, number, entry) for number, entry in enumerate(entries)],
            "empty": self._row(name, "NUMBER", {item.name: item.default for item in self.question.items}),
        }

    def _row(self, name: str, number: int | str, entry: Mapping[str, Any]) -> list[tuple[Field, str]]:
        """The parts with their controls, drawn."""
        return [(item, self._drawn(f"{name}-{number}-{item.name}", item, part, entry)) for item, part in self.parts]

    def _drawn(self, name: str, item: Field, part: forms.Field, entry: Mapping[str, Any]) -> str:
        css = {"boolean": "form-check-input", "enum": "form-select"}.get(item.type, "form-control")
        attrs = {"class": css, "aria-label": item.label, "id": f"id_{name}"}
        return str(part.widget.render(name, entry.get(item.name), attrs))


class QuestionnaireForm(forms.Form):
    """The template's questions. `answers()` is what was typed, as the verbs take it. What is not asked is neither
    needed nor wrong, and stays on the page as it was typed."""

    prefix = PREFIX
    use_required_attribute = False

    def __init__(self, questions: Sequence[Field], *args: Any, blank: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            field = CONTROLS[question.type](question)
            if isinstance(field.widget, EntriesWidget):
                field.widget.blank = int(question.name == blank)
            self.fields[question.name] = field

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        values, wrong = check(self.questions, self.answers())
        for name, texts in wrong.items():
            if name not in self.errors:
                self.add_error(name, texts)
        for name in unasked(self.questions, values):
            self.errors.pop(name, None)
        return given

    def answers(self) -> dict[str, Any]:
        return {question.name: self.cleaned_data.get(question.name) for question in self.questions}

    def typed(self) -> dict[str, Any]:
        """What stands in the controls, readable or not."""
        return {question.name: self[question.name].value() for question in self.questions}

    def sections(self) -> list[Section]:
        """Questions by section, each where its first question stands."""
        typed = self.typed()
        silent = unasked(self.questions, {field.name: _read(field, typed[field.name]) for field in self.questions})
        labels = {field.name: field.label for field in self.questions}
        found: dict[str, list[Question]] = {}
        for field in self.questions:
            shown = Question(
                field,
                self[field.name],
                field.name not in silent,
                _for_script(field.condition) if field.condition else "",
                _for_people(field.condition, labels) if field.condition else "",
            )
            found.setdefault(field.section, []).append(shown)
        return [Section(title, questions) for title, questions in found.items()]


def asked_with(
    request: HttpRequest,
    facts: type[forms.Form],
    questions: Sequence[Field],
    *,
    initial: dict[str, Any] | None = None,
    answers: dict[str, Any] | None = None,
) -> tuple[forms.Form, QuestionnaireForm]:
    """The form of the facts and the one of the questions, as they were sent; both are judged, so that all that is wrong
    is said at once. Where they were sent for another row of a list alone, they are neither bound nor judged."""
    data, files = request.POST or None, request.FILES or None
    form, asked = facts(data, files, initial=initial), QuestionnaireForm(questions, data, initial=answers)
    more = _list_to_grow(request.POST)
    if more:
        typed = {name: form[name].value() for name in form.fields if not form.fields[name].widget.needs_multipart_form}
        return facts(initial=typed), QuestionnaireForm(questions, initial=asked.typed(), blank=more)
    if data is not None:
        asked.is_valid()
    return form, asked


def _list_to_grow(data: Mapping[str, Any]) -> str:
    """The list that is to have another row; empty where the form was sent to be taken."""
    added = (key for key in data if key.startswith(f"{PREFIX}-") and key.endswith("-add"))
    return next(added, "").removeprefix(f"{PREFIX}-").removesuffix("-add")


def _read(field: Field, typed: Any) -> Any:
    try:
        return read(field, typed)
    except ValueError:
        return typed


def _for_script(condition: Condition) -> str:
    return json.dumps(condition.as_json() | {"field": f"{PREFIX}-{condition.field}"})


def _for_people(condition: Condition, labels: Mapping[str, str]) -> str:
    label = labels[condition.field]
    if condition.among:
        words = [
            str(_YES_NO[answer]) if isinstance(answer, bool) else option_words(answer) for answer in condition.among
        ]
        return _("Counts only where “%(question)s” is %(answers)s.") % {"question": label, "answers": ", ".join(words)}
    if condition.is_set:
        return _("Counts only where “%(question)s” is answered.") % {"question": label}
    return _("Counts only where “%(question)s” is left open.") % {"question": label}


def _control(kind: type[forms.Field], **more: Any) -> Callable[[Field], forms.Field]:
    def make(question: Field) -> forms.Field:
        widget = more.get("widget")
        return kind(
            label=question.label,
            help_text=escape(question.help),
            required=question.required,
            initial=question.default,
            **({"widget": widget()} if widget else {}),
        )

    return make


def _check(question: Field) -> forms.Field:
    return forms.BooleanField(
        label=question.label, help_text=escape(question.help), required=False, initial=bool(question.default)
    )


def _choice(question: Field) -> forms.Field:
    choices = [("", "–"), *[(option, option_words(option)) for option in question.options]]
    return forms.ChoiceField(
        label=question.label,
        help_text=escape(question.help),
        required=question.required,
        initial=question.default,
        choices=choices,
    )


def _entries(question: Field) -> forms.Field:
    return forms.Field(
        label=question.label,
        help_text=escape(question.help),
        required=question.required,
        initial=question.default,
        widget=EntriesWidget(question),
    )


def _words(question: Field) -> forms.Field:
    """Words in a line; where they name a day, with how one is written."""
    found = _control(forms.CharField)(question)
    if not question.help and _DATE.search(question.name):
        found.help_text = _("Such as 1 January 2027.")
    return found


CONTROLS: dict[str, Callable[[Field], forms.Field]] = {
    "string": _words,
    "text": _control(forms.CharField, widget=lambda: forms.Textarea(attrs={"rows": 4})),
    "date": _control(forms.CharField, widget=lambda: forms.DateInput(attrs={"type": "date"})),
    "number": _control(forms.CharField, widget=lambda: forms.TextInput(attrs={"inputmode": "decimal"})),
    "boolean": _check,
    "enum": _choice,
    "array": _entries,
}
