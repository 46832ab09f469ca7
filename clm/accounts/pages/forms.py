from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clm.access.registry import VERBS
from clm.accounts.roles import Role
from clm.lib import clock
from clm.lib.zones import zone_names


def zones() -> list[tuple[str, str]]:
    """Choices of the zones there are."""
    return [(name, name.replace("_", " ")) for name in zone_names()]


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(label=_("Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple)


class InviteForm(RolesForm):
    email = forms.EmailField(label=_("E-mail address"))
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    field_order = ("email", "name", "roles")


class OrganizationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones)
    currency = forms.ChoiceField(
        label=_("Currency"), choices=lambda: [(code, code) for code in sorted(list_currencies())]
    )
    holidays_country = forms.CharField(
        label=_("Public holidays of"),
        max_length=8,
        required=False,
        help_text=_("A country as DE, or a part of it as DE-BY. Deadlines in business days skip these."),
    )
    mail_paused = forms.BooleanField(
        label=_("Pause all mail"), required=False, help_text=_("The inbox still fills. Useful while importing.")
    )


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones, help_text=_("Instants are shown in it."))


def scopes() -> list[tuple[str, str]]:
    """Whole apps first, then single verbs."""
    apps = sorted({verb.split(".")[0] for verb in VERBS})
    return [*((f"{app}.*", f"{app}.*") for app in apps), *((verb, verb) for verb in sorted(VERBS))]


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What is it for?"), max_length=100)
    scopes = forms.MultipleChoiceField(
        label=_("May"),
        choices=scopes,
        widget=forms.SelectMultiple(attrs={"size": 12}),
        help_text=_("Never more than you may yourself. Choose as few as the integration needs."),
    )
    expires_on = forms.DateField(
        label=_("Works until"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        initial=lambda: (clock.now() + timedelta(days=90)).date(),
        help_text=_("A year away at most; the token stops at the end of that day in your time zone."),
    )

    def clean(self) -> dict[str, Any]:
        """`expires_at` is the first instant after the day."""
        cleaned = super().clean() or {}
        if day := cleaned.pop("expires_on", None):
            midnight = datetime.combine(day + timedelta(days=1), time(), timezone.get_current_timezone())
            cleaned["expires_at"] = midnight
        return cleaned
