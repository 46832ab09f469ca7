"""What people type about a row of the matrix."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clm.accounts.models import Team, User
from clm.accounts.roles import PEOPLE_INSIDE, Role
from clm.pages.fields import currency_field
from contracts.models import Party, Rule
from contracts.models.approval import Departure, Needs, Origin
from contracts.models.contract import Category
from contracts.models.risk import RiskFrom
from contracts.pages.forms import amount_typed
from contracts.queries.routing import present_members

NOBODY = [("", "–")]
UUID_SIGNS = re.compile(r"[0-9a-f-]{36}")
PLAIN = (
    "name", "stage", "value_from", "value_below", "currency", "categories", "origins", "departure", "lacks_mandatory",
    "risk", "is_confidential", "needs", "needs_count", "hours", "remind_hours",
)  # fmt: skip


def _people() -> list[tuple[str, str]]:
    return [(f"person:{row.user_id}", str(row.user)) for row in present_members()]


def _roles() -> list[tuple[str, str]]:
    return [(f"role:{role}", str(role.label)) for role in Role if role in PEOPLE_INSIDE]


def _teams() -> list[tuple[str, str]]:
    return [(f"team:{team.pk}", team.name) for team in Team.objects.order_by("name")]


def _asked() -> list[Any]:
    return [*NOBODY, (_("Roles"), _roles()), (_("Teams"), _teams()), (_("People"), _people())]


def _above() -> list[Any]:
    return [*NOBODY, (_("Roles"), _roles()), (_("People"), _people())]


def _parties() -> list[tuple[str, str]]:
    rows = Party.objects.filter(is_ours=False).order_by("name")[:1000]
    return [(str(party.pk), party.name) for party in rows]


def _departments() -> list[tuple[str, str]]:
    return [(str(team.pk), team.name) for team in Team.objects.order_by("name")]


def _amount(label: Any, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_digits=18, decimal_places=4, help_text=help_text
    )


def _boxes(label: Any, choices: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple)


def _hours(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=8784, help_text=help_text)


class RuleForm(forms.Form):
    """Names of one person, role or team come as `kind:key`; lists of words separated by commas."""

    name = forms.CharField(label=_("Name of the step"), max_length=120, help_text=_("As who is asked reads it."))
    who = forms.ChoiceField(label=_("Who is asked"), choices=_asked)
    needs = forms.ChoiceField(label=_("How many of them"), choices=Needs.choices, initial=Needs.ONE)
    needs_count = forms.IntegerField(label=_("So many"), required=False, min_value=1, max_value=99)
    stage = forms.IntegerField(
        label=_("Stage"), min_value=1, max_value=9, initial=1,
        help_text=_("Steps of one stage are asked side by side, a higher stage after."),
    )  # fmt: skip
    hours = _hours(_("Hours allowed"))
    remind_hours = _hours(_("Reminder after hours"))
    above = forms.ChoiceField(
        label=_("Then ask as well"), choices=_above, required=False, help_text=_("When the time is over.")
    )
    value_from = _amount(_("Value from"), _("A value that is not known, or in another currency, counts as higher."))
    value_below = _amount(_("Value below"))
    currency = currency_field(
        required=False,
        help_text=_(
            "Of the value, such as EUR. Without a value: all contracts in it, and those whose value is not known."
        ),
    )
    categories = _boxes(_("Types"), Category.choices)
    origins = _boxes(_("Made of"), Origin.choices)
    departure = forms.ChoiceField(
        label=_("Departs from standard"), choices=[*NOBODY, *Departure.choices], required=False
    )
    lacks_mandatory = forms.BooleanField(label=_("A mandatory clause is missing or left out"), required=False)
    risk = forms.ChoiceField(
        label=_("Risk from"), choices=[*NOBODY, *RiskFrom.choices], required=False,
        help_text=_("As if the worst were true of what is not known."),
    )  # fmt: skip
    parties = forms.MultipleChoiceField(
        label=_("Counterparties"), choices=_parties, required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    countries = forms.CharField(
        label=_("Countries of counterparties"), required=False, max_length=400,
        help_text=_("Two letters each, with commas between: US, CN."),
    )  # fmt: skip
    departments = forms.MultipleChoiceField(
        label=_("Departments"), choices=_departments, required=False, widget=forms.SelectMultiple(attrs={"size": 4})
    )
    tags = forms.CharField(label=_("Tags"), required=False, max_length=400, help_text=_("With commas between."))
    is_confidential = forms.BooleanField(label=_("Only confidential contracts"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """What a rule says already stays a choice, though it is not offered any more."""
        super().__init__(*args, **kwargs)
        for name in ("categories", "origins", "parties", "departments"):
            _keep(self.fields[name], [str(each) for each in self.initial.get(name, ())])
        for name in ("who", "above", "departure", "risk"):
            _keep(self.fields[name], [self.initial.get(name, "")])

    def values(self) -> dict[str, Any]:
        """What the verbs take."""
        given = self.cleaned_data
        who_kind, _colon, who = given["who"].partition(":")
        above_kind, _colon, above = given["above"].partition(":")
        return {
            **{name: given[name] for name in PLAIN},
            "parties": [UUID(pk) for pk in given["parties"]],
            "departments": [UUID(pk) for pk in given["departments"]],
            "countries": given["countries"].split(","),
            "tags": given["tags"].split(","),
            "person_id": UUID(who) if who_kind == "person" else None,
            "role": who if who_kind == "role" else "",
            "team_id": UUID(who) if who_kind == "team" else None,
            "escalate_person_id": UUID(above) if above_kind == "person" else None,
            "escalate_role": above if above_kind == "role" else "",
        }


def _keep(field: Any, values: list[str]) -> None:
    """The values among the field's choices, those that are not offered with what they are called."""
    offered = {str(each) for each in _flat(field.choices)}
    lacking = [value for value in values if value and value not in offered]
    if lacking:
        field.choices = [*field.choices, *((value, _called(value)) for value in lacking)]


def _flat(choices: Any) -> Iterator[Any]:
    for value, label in choices:
        yield from (each for each, _label in label) if isinstance(label, list | tuple) else (value,)


def _called(value: str) -> str:
    key = value.rpartition(":")[2]
    for model in (Party, Team, User) if UUID_SIGNS.fullmatch(key) else ():
        found = model.objects.filter(pk=key).first()
        if found is not None:
            return gettext("%(name)s (not offered any more)") % {"name": found}
    return gettext("%(name)s (not offered any more)") % {"name": key}


def initial_of(rule: Rule) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(rule, name) for name in PLAIN}
    found |= {name: amount_typed(found[name], rule.currency) for name in ("value_from", "value_below")}
    found |= {name: [str(pk) for pk in getattr(rule, name)] for name in ("parties", "departments")}
    found |= {name: ", ".join(getattr(rule, name)) for name in ("countries", "tags")}
    who = f"role:{rule.role}" if rule.role else f"team:{rule.team_id}" if rule.team_id else f"person:{rule.person_id}"
    above = f"role:{rule.escalate_role}" if rule.escalate_role else ""
    found |= {"who": who, "above": f"person:{rule.escalate_person_id}" if rule.escalate_person_id else above}
    return found
