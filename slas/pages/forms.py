"""What people type about service levels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields as fields_of
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clm.lib.canonical import plain_decimal
from slas.engine.credit_tiers import Band
from slas.models import Exclusion, Indicator
from slas.models.commitment import CreditBase, MaintenancePolicy, MissingDataPolicy, RemedyKind, WindowKind
from slas.models.telemetry import IndicatorKind
from slas.terms import CommitmentTerms, NewIndicator

DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
NEW = "new"


def _number(label: Any, *, required: bool = False, **kwargs: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=required, max_digits=18, **kwargs)


class TermsForm(forms.Form):
    """Every term of a commitment. Tiers are lines: below, at or above, credit; in percent."""

    name = forms.CharField(label=_("Name"), max_length=160)
    target = _number(_("Target"), required=True, help_text=_("In percent, or in the indicator's unit."))
    comparison = forms.ChoiceField(label=_("Kept when attainment is"), choices=[(">=", "≥"), ("<=", "≤")])
    warning_band = _number(_("Warning band"), help_text=_("Yellow within so many points of the target."))
    window_kind = forms.ChoiceField(label=_("Window"), choices=WindowKind.choices, initial=WindowKind.MONTH)
    window_days = forms.IntegerField(label=_("Rolling days"), required=False, min_value=1, max_value=1000)
    time_zone = forms.CharField(label=_("Time zone"), initial="UTC", max_length=64)
    starts_on = forms.DateField(label=_("Measured from"), widget=DATE)
    ends_on = forms.DateField(label=_("Measured until"), widget=DATE, required=False)
    grace_hours = forms.IntegerField(label=_("Hours until a window closes"), initial=72, min_value=0, max_value=8760)
    maintenance_policy = forms.ChoiceField(label=_("Accepted maintenance"), choices=MaintenancePolicy.choices)
    missing_data_policy = forms.ChoiceField(
        label=_("Missing data"), choices=MissingDataPolicy.choices, initial=MissingDataPolicy.INCONCLUSIVE
    )
    coverage_threshold_percent = _number(
        _("Coverage needed, %"), required=True, initial=95, help_text=_("Below it a window is inconclusive.")
    )
    minimum_outage_seconds = forms.IntegerField(
        label=_("Outages shorter than this many seconds do not count"), initial=0, min_value=0
    )
    whole_minutes = forms.BooleanField(label=_("Only whole minutes of an outage count"), required=False)
    remedy_kind = forms.ChoiceField(label=_("Credit"), choices=RemedyKind.choices, initial=RemedyKind.NONE)
    tiers = forms.CharField(
        label=_("Tiers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "font-monospace"}),
        help_text=_("One a line: below, at or above (– for none), credit percent. For example 99.9 99.0 10"),
    )
    step_percent = _number(_("Step below the target, points"))
    step_credit_percent = _number(_("Credit for each step, %"))
    multiplier = _number(_("Multiplier"), initial=1)
    credit_base = forms.ChoiceField(label=_("Credit is a share of"), choices=CreditBase.choices)
    fixed_base_amount = _number(_("Fixed base"))
    currency = forms.CharField(label=_("Currency"), required=False, max_length=3)
    cap_window_percent = _number(_("Cap per window, % of the base"))
    cap_year_amount = _number(_("Cap per rolling year"))
    cap_contract_amount = _number(_("Cap per contract"))
    minimum_credit_amount = _number(_("Smallest credit"))
    claim_days = forms.IntegerField(label=_("Days to claim a credit"), required=False, min_value=0, max_value=3650)
    preset = forms.CharField(required=False, widget=forms.HiddenInput, max_length=60)

    def clean_tiers(self) -> tuple[Band, ...]:
        lines = [line for line in self.cleaned_data["tiers"].splitlines() if line.strip()]
        return tuple(_band(line) for line in lines)

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"].strip()
        if zone not in available_timezones():
            raise forms.ValidationError(gettext("This is not an IANA time zone, such as Europe/Berlin."))
        return zone

    def terms(self, watchers: Iterable[UUID] = ()) -> CommitmentTerms:
        """What was typed; a field left empty takes the term's default."""
        names = {field.name for field in fields_of(CommitmentTerms)} - {"watchers"}
        given = {name: value for name, value in self.cleaned_data.items() if name in names and value is not None}
        return CommitmentTerms(**given, watchers=tuple(watchers))


def _band(line: str) -> Band:
    parts = line.replace(",", " ").replace("%", " ").split()
    try:
        below, lower, credit = parts
        return Band(Decimal(below), None if lower in ("-", "–") else Decimal(lower), Decimal(credit))
    except (ValueError, InvalidOperation):
        message = gettext("“%(line)s” is not three numbers: below, at or above, credit percent.")
        raise forms.ValidationError(message % {"line": line.strip()}) from None


def terms_as_typed(terms: CommitmentTerms) -> dict[str, Any]:
    """The terms as initial values of the form."""
    values = terms.as_fields()
    values["tiers"] = "\n".join(_typed(band) for band in terms.tiers)
    return {name: plain_decimal(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def _typed(band: Band) -> str:
    lower = "–" if band.at_or_above is None else plain_decimal(band.at_or_above)
    return f"{plain_decimal(band.below)} {lower} {plain_decimal(band.credit_percent)}"


class IndicatorForm(forms.Form):
    """A new indicator, with its service."""

    service_name = forms.CharField(label=_("Service"), max_length=120)
    key = forms.CharField(label=_("Telemetry key"), max_length=120, help_text=_("Telemetry names it by this key."))
    name = forms.CharField(label=_("Indicator's name"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("Indicator"), choices=IndicatorKind.choices)
    unit = forms.CharField(label=_("Unit"), max_length=24, required=False)
    is_degraded_up = forms.BooleanField(label=_("Degraded counts as up"), required=False, initial=True)
    silence_minutes = forms.IntegerField(
        label=_("A status is known for so many minutes"),
        required=False,
        min_value=1,
        help_text=_("Empty: until the next row."),
    )
    slice_minutes = forms.IntegerField(label=_("Slice in minutes"), initial=5, min_value=1, max_value=1440)
    condition_operator = forms.ChoiceField(
        label=_("A slice is good when its value is"),
        choices=[("", "–"), ("<", "<"), ("<=", "≤"), (">", ">"), (">=", "≥")],
        required=False,
    )
    condition_threshold = _number(_("Threshold"))
    aggregation = forms.ChoiceField(
        label=_("A value is its"),
        choices=[("", "–"), ("avg", _("average")), ("sum", _("sum")), ("min", _("minimum")), ("max", _("maximum"))],
        required=False,
    )

    def new_indicator(self) -> NewIndicator:
        names = {field.name for field in fields_of(NewIndicator)}
        return NewIndicator(**{name: value for name, value in self.cleaned_data.items() if name in names})


class BindForm(TermsForm, IndicatorForm):  # type: ignore[misc]
    """Terms, and one of the contract's indicators or a new one. `name` is the commitment's."""

    indicator = forms.ChoiceField(label=_("Measured by"))
    field_order = ("indicator", "service_name", "key", "kind", "name", "target")

    def __init__(self, *args: Any, indicators: Iterable[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(row.pk), f"{row.service.name}: {row.name} ({row.key})") for row in indicators]
        self.fields["indicator"].choices = [*known, (NEW, gettext("a new indicator"))]  # type: ignore[attr-defined]
        if self.data.get("indicator") != NEW and self.is_bound:
            for name in ("service_name", "key", "kind", "slice_minutes"):
                self.fields[name].required = False

    def measured_by(self) -> UUID | NewIndicator:
        chosen = self.cleaned_data["indicator"]
        if chosen != NEW:
            return UUID(chosen)
        names = {field.name for field in fields_of(NewIndicator)} - {"name"}
        return NewIndicator(**{name: value for name, value in self.cleaned_data.items() if name in names})

    def fields_named(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names]


class ExclusionForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=Exclusion.Kind.choices)
    starts_at = forms.DateTimeField(label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    ends_at = forms.DateTimeField(label=_("Until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    announced_at = forms.DateTimeField(
        label=_("Announced at"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason or note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class EndForm(forms.Form):
    ends_on = forms.DateField(label=_("First day not measured"), widget=DATE)
    reason = forms.CharField(label=_("Why"), required=False)


class ServiceForm(forms.Form):
    name = forms.CharField(label=_("Service"), max_length=120)


class UploadForm(forms.Form):
    """A CSV file of samples or outages."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "Columns: indicator, at, status | good, valid | value; or indicator, external_id, starts_at, ends_at; "
            "or checked_at, service, status; service, down_from, up_at; incident_id, downtime_start, downtime_end."
        ),
    )
    indicator = forms.CharField(
        label=_("Indicator's key"),
        required=False,
        max_length=120,
        help_text=_("For files whose rows do not name one."),
    )
    contract = forms.ChoiceField(
        label=_("Make unknown keys indicators of"),
        required=False,
        help_text=_("Empty: rows with unknown keys are refused."),
    )

    def __init__(self, *args: Any, contracts: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(row.pk), f"{row.reference} {row.title}") for row in contracts]
        self.fields["contract"].choices = [("", "–"), *known]  # type: ignore[attr-defined]


class MonthForm(forms.Form):
    month = forms.DateField(
        label=_("Month"), input_formats=["%Y-%m", "%Y-%m-%d"], widget=forms.DateInput(attrs={"type": "month"})
    )
