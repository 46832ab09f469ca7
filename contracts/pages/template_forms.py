"""What people type about templates, and the questionnaire that a template asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from contracts.adapters.template_metadata import MOST_BYTES
from contracts.engine.questionnaire import Field, check
from contracts.models import Template
from contracts.models.contract import Category
from contracts.pages.forms import members

_SEPARATOR = " | "


class TemplateFileForm(forms.Form):
    file = forms.FileField(label=_("Word template"), help_text=_("A .docx with {fields} in it."))
    metadata = forms.FileField(
        label=_("Fields"), help_text=_("metadata.yaml: the template's name, licence and fields.")
    )
    selections = forms.FileField(
        label=_("Options"), required=False, help_text=_("selections.json: which options an answer chooses.")
    )
    replacements = forms.FileField(
        label=_("Words to put right"), required=False, help_text=_("replacements.json: texts that stand for fields.")
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ("metadata", "selections", "replacements"):
            if given.get(name) and given[name].size > MOST_BYTES:
                self.add_error(name, _("This file is larger than any such file."))
        return given


class TemplateForm(TemplateFileForm):
    name = forms.CharField(label=_("Name"), max_length=200, required=False, help_text=_("Empty: as the file says."))
    category = forms.ChoiceField(
        label=_("Type"), choices=[("", _("As its name says")), *Category.choices], required=False
    )
    risk = forms.ChoiceField(
        label=_("Risk"), choices=Template.Risk.choices, initial=Template.Risk.STANDARD,
        help_text=_("High: reviewed every three months; standard: every six."),
    )  # fmt: skip
    owner_id = forms.ChoiceField(label=_("Owner"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner_id"].choices = members()  # type: ignore[attr-defined]


class TemplateVersionForm(TemplateFileForm):
    note = forms.CharField(label=_("What changed"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class RetirementForm(forms.Form):
    reason = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class DraftForm(forms.Form):
    title = forms.CharField(label=_("Title of the contract"), max_length=250)


class QuestionnaireForm(forms.Form):
    """The template's questions. `answers()` is what was typed, as the verb takes it."""

    prefix = "answer"

    def __init__(self, questions: Sequence[Field], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[question.name] = _CONTROLS[question.type](question)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        _values, wrong = check(self.questions, self.answers())
        for name, texts in wrong.items():
            if name not in self.errors:
                self.add_error(name, texts)
        return given

    def answers(self) -> dict[str, Any]:
        return {question.name: _answer(question, self.cleaned_data.get(question.name)) for question in self.questions}

    def sections(self) -> list[tuple[str, list[BoundField]]]:
        """Fields by section, each where its first field stands."""
        found: dict[str, list[BoundField]] = {}
        for question in self.questions:
            found.setdefault(question.section, []).append(self[question.name])
        return list(found.items())


def _answer(question: Field, typed: Any) -> Any:
    """An array is typed as lines, the parts of an entry between bars."""
    if question.type != "array":
        return typed
    lines = [line for line in str(typed or "").splitlines() if line.strip()]
    names = [item.name for item in question.items]
    return [dict(zip(names, line.split(_SEPARATOR.strip()), strict=False)) for line in lines]


def _control(kind: type[forms.Field], **more: Any) -> Callable[[Field], forms.Field]:
    def make(question: Field) -> forms.Field:
        widget = more.get("widget")
        return kind(
            label=question.label,
            help_text=question.help,
            required=question.required,
            initial=question.default,
            **({"widget": widget()} if widget else {}),
        )

    return make


def _check(question: Field) -> forms.Field:
    return forms.BooleanField(
        label=question.label, help_text=question.help, required=False, initial=bool(question.default)
    )


def _choice(question: Field) -> forms.Field:
    choices = [("", "–"), *[(option, option) for option in question.options]]
    return forms.ChoiceField(
        label=question.label,
        help_text=question.help,
        required=question.required,
        initial=question.default,
        choices=choices,
    )


def _lines(question: Field) -> forms.Field:
    parts = _SEPARATOR.join(item.label for item in question.items)
    return forms.CharField(
        label=question.label,
        help_text=_("%(help)s One a line: %(parts)s") % {"help": question.help, "parts": parts},
        required=question.required,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


_CONTROLS: dict[str, Callable[[Field], forms.Field]] = {
    "string": _control(forms.CharField),
    "text": _control(forms.CharField, widget=lambda: forms.Textarea(attrs={"rows": 4})),
    "date": _control(forms.CharField, widget=lambda: forms.DateInput(attrs={"type": "date"})),
    "number": _control(forms.CharField, widget=lambda: forms.TextInput(attrs={"inputmode": "decimal"})),
    "boolean": _check,
    "enum": _choice,
    "array": _lines,
}
