"""What people type about service levels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields as fields_of
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clm.lib.canonical import plain_decimal
from clm.lib.zones import is_zone
from slas.back_test import MOST_MONTHS
from slas.engine.credit_tiers import Band
from slas.engine.targets import Rule
from slas.models import Exclusion, Indicator
from slas.models.commitment import (
    ClaimUnit,
    CreditBase,
    EmptyPolicy,
    LateNotice,
    MaintenancePolicy,
    MissingDataPolicy,
    PartSteps,
    RemedyKind,
    WindowKind,
)
from slas.models.telemetry import IndicatorKind
from slas.numbers import number_in
from slas.rules import as_line, read_line
from slas.terms import CommitmentTerms, NewIndicator

DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
NEW = "new"


class NumberField(forms.DecimalField):
    """A decimal as people write it: what else Python reads as a number (1_0, NaN) is refused."""

    def to_python(self, value: Any) -> Any:
        if value not in self.empty_values and number_in(str(value)) is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


def _number(label: Any, *, required: bool = False, **kwargs: Any) -> forms.DecimalField:
    return NumberField(label=label, required=required, max_digits=18, **kwargs)


# What the page hides, and does not send, where another choice makes it meaningless: the term takes its default.
HIDEABLE = (
    "slice_minutes", "minimum_outage_seconds", "remedy_kind", "credit_base", "empty_policy", "late_notice",
    "part_steps", "claim_unit",
    "claim_cycle_day",
)  # fmt: skip


class TermsForm(forms.Form):
    """Every term of a commitment. Tiers are lines: below, at or above, credit; in percent."""

    name = forms.CharField(label=_("Name"), max_length=160, help_text=_("As people will call it in lists and letters."))
    target = _number(_("Target"), required=True, help_text=_("In percent, or in the indicator's unit."))
    comparison = forms.ChoiceField(
        label=_("Kept when attainment is"), choices=[(">=", _("at least the target (≥)")), ("<=", _("at most it (≤)"))]
    )
    warning_band = _number(_("Warning band"), help_text=_("Yellow within so many points of the target."))
    window_kind = forms.ChoiceField(label=_("Window"), choices=WindowKind.choices, initial=WindowKind.MONTH)
    window_days = forms.IntegerField(label=_("Rolling days"), required=False, min_value=1, max_value=1000)
    time_zone = forms.CharField(
        label=_("Time zone"),
        initial="UTC",
        max_length=64,
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Windows begin and end at midnight there."),
    )
    starts_on = forms.DateField(label=_("Measured from"), widget=DATE)
    ends_on = forms.DateField(
        label=_("Measured until"), widget=DATE, required=False, help_text=_("The first day not measured.")
    )
    anchor_on = forms.DateField(
        label=_("Contract years are counted from"),
        widget=DATE,
        required=False,
        help_text=_("Empty: from the first day measured."),
    )
    grace_hours = forms.IntegerField(
        label=_("A window closes after"),
        initial=72,
        min_value=0,
        max_value=8760,
        help_text=_("Until then late telemetry still changes the figure."),
    )
    maintenance_policy = forms.ChoiceField(label=_("Accepted maintenance"), choices=MaintenancePolicy.choices)
    maintenance_notice_hours = forms.IntegerField(
        label=_("Announced before"),
        required=False,
        min_value=0,
        max_value=8760,
        help_text=_("Empty: maintenance needs no notice."),
    )
    late_notice = forms.ChoiceField(
        label=_("Announced later, it"), choices=LateNotice.choices, initial=LateNotice.NOT_COUNTED
    )
    maintenance_cap_hours = _number(
        _("Excused in a window"), help_text=_("At most, the earliest first. Empty: all that is accepted.")
    )
    missing_data_policy = forms.ChoiceField(
        label=_("Missing data"), choices=MissingDataPolicy.choices, initial=MissingDataPolicy.INCONCLUSIVE
    )
    empty_policy = forms.ChoiceField(
        label=_("Nothing to judge"),
        choices=EmptyPolicy.choices,
        initial=EmptyPolicy.INCONCLUSIVE,
        help_text=_("A window, or an interval, without an event or wholly excused."),
    )
    interval_minutes = forms.IntegerField(
        label=_("Average over intervals of"),
        required=False,
        min_value=1,
        max_value=1440,
        help_text=_("Each interval weighs the same. Empty: all events of the window count together."),
    )
    coverage_threshold_percent = _number(
        _("Coverage needed"), required=True, initial=95, help_text=_("Below it a window is inconclusive.")
    )
    minimum_outage_seconds = forms.IntegerField(
        label=_("Shortest outage that counts"), initial=0, min_value=0, help_text=_("Shorter ones count as up.")
    )
    whole_minutes = forms.BooleanField(label=_("Only whole minutes of an outage count"), required=False)
    rules = forms.CharField(
        label=_("Variations of the target"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "font-monospace"}),
        help_text=_(
            "One a line, the first that applies holds: season 12-24 01-02 99; surge 100000 98, or surge 100000 "
            "excused; probation 2026-07-01 99 50 (half of the credit); improvement 10 shortfall."
        ),
    )
    remedy_kind = forms.ChoiceField(label=_("Credit"), choices=RemedyKind.choices, initial=RemedyKind.NONE)
    tiers = forms.CharField(
        label=_("Tiers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "font-monospace"}),
        help_text=_("One a line: below, at or above (– for none), credit percent. For example 99.9 99.0 10"),
    )
    step_percent = _number(_("For each step below the target of"))
    step_credit_percent = _number(_("a credit of"))
    part_steps = forms.ChoiceField(label=_("A part of a step"), choices=PartSteps.choices, initial=PartSteps.COUNTED)
    multiplier = _number(_("Multiplier"), initial=1, help_text=_("1 credits just the share of time that was lost."))
    credit_base = forms.ChoiceField(label=_("Credit is a share of"), choices=CreditBase.choices)
    fixed_base_amount = _number(_("Fixed base"))
    currency = forms.CharField(
        label=_("Currency"), required=False, max_length=3, help_text=_("Of the amounts here; ISO 4217, as EUR.")
    )
    cap_window_percent = _number(_("Cap per window"))
    cap_year_amount = _number(_("Cap per rolling year"))
    cap_contract_amount = _number(_("Cap per contract"))
    minimum_credit_amount = _number(_("Smallest credit"))
    minimum_credit_is_exclusive = forms.BooleanField(
        label=_("A credit must exceed it"), required=False, help_text=_("Otherwise one of just that amount is given.")
    )
    claim_length = forms.IntegerField(
        label=_("Time to claim a credit"),
        required=False,
        min_value=0,
        max_value=3650,
        help_text=_("Counted from the window's end; empty where the contract names none."),
    )
    claim_unit = forms.ChoiceField(label=_("counted in"), choices=ClaimUnit.choices, initial=ClaimUnit.DAYS)
    claim_cycle_day = forms.IntegerField(
        label=_("Billing cycles begin on day"),
        initial=1,
        min_value=1,
        max_value=31,
        help_text=_("Of each month; the last day of a shorter one."),
    )
    preset = forms.CharField(required=False, widget=forms.HiddenInput, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            for name in HIDEABLE:
                if name in self.fields and self.add_prefix(name) not in self.data:
                    self.fields[name].required = False

    def clean_tiers(self) -> tuple[Band, ...]:
        lines = [line for line in self.cleaned_data["tiers"].splitlines() if line.strip()]
        return tuple(_band(line) for line in lines)

    def clean_rules(self) -> tuple[Rule, ...]:
        return tuple(_rule(line) for line in self.cleaned_data["rules"].splitlines() if line.strip())

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"].strip()
        if not is_zone(zone):
            raise forms.ValidationError(gettext("This is not an IANA time zone, such as Europe/Berlin."))
        return zone

    def terms(self, watchers: Iterable[UUID] = ()) -> CommitmentTerms:
        """What was typed; a field left empty takes the term's default."""
        names = {field.name for field in fields_of(CommitmentTerms)} - {"watchers"}
        given = {name: value for name, value in self.cleaned_data.items() if name in names and value not in (None, "")}
        return CommitmentTerms(**given, watchers=tuple(watchers))


def _band(line: str) -> Band:
    parts = line.replace(",", " ").replace("%", " ").split()
    try:
        below, lower, credit = parts
        return Band(_typed_number(below), None if lower in ("-", "–") else _typed_number(lower), _typed_number(credit))
    except ValueError:
        message = gettext("“%(line)s” is not three numbers: below, at or above, credit percent.")
        raise forms.ValidationError(message % {"line": line.strip()}) from None


def _rule(line: str) -> Rule:
    try:
        return read_line(line)
    except ValueError:
        message = gettext("“%(line)s” is no variation: see the examples below.")
        raise forms.ValidationError(message % {"line": line.strip()}) from None


def _typed_number(text: str) -> Decimal:
    number = number_in(text)
    if number is None:
        raise ValueError(text)
    return number


def terms_as_typed(terms: CommitmentTerms) -> dict[str, Any]:
    """The terms as initial values of the form."""
    values = terms.as_fields()
    values["tiers"] = "\n".join(_typed(band) for band in terms.tiers)
    values["rules"] = "\n".join(as_line(rule) for rule in terms.rules)
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
        label=_("A status holds for"),
        required=False,
        min_value=1,
        help_text=_("After that it is unknown. Empty: it holds until the next row."),
    )
    expected_every_minutes = forms.IntegerField(
        label=_("Telemetry is expected every"),
        required=False,
        min_value=1,
        help_text=_("Coverage is the share of such intervals that had some. Empty: it is not told."),
    )
    slice_minutes = forms.IntegerField(label=_("Length of a slice"), initial=5, min_value=1, max_value=1440)
    condition_operator = forms.ChoiceField(
        label=_("A slice is good when its value is"),
        choices=[
            ("", _("Choose")),
            ("<", _("below (<)")),
            ("<=", _("at most (≤)")),
            (">", _("above (>)")),
            (">=", _("at least (≥)")),
        ],
        required=False,
    )
    condition_threshold = _number(
        _("Threshold"), help_text=_("Of a ratio that comes as histograms: events at or below it are good.")
    )
    aggregation = forms.ChoiceField(
        label=_("A value is its"),
        choices=[
            ("", _("Choose")),
            ("avg", _("average")),
            ("sum", _("sum")),
            ("min", _("minimum")),
            ("max", _("maximum")),
        ],
        required=False,
    )

    percentile = _number(_("Percentile"), help_text=_("95 is the time that 95 % of the events took at most."))

    def new_indicator(self) -> NewIndicator:
        names = {field.name for field in fields_of(NewIndicator)}
        return NewIndicator(**{name: value for name, value in self.cleaned_data.items() if name in names})


class IndicatorSelect(forms.Select):
    """Each option says of which kind its indicator is: the page shows what belongs to that kind."""

    kinds: Mapping[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if kind := self.kinds.get(str(value)):
            option["attrs"]["data-kind"] = kind
        return option


class BindForm(TermsForm, IndicatorForm):  # type: ignore[misc]
    """Terms, and one of the contract's indicators or a new one. `name` is the commitment's."""

    indicator = forms.ChoiceField(label=_("Measured by"), widget=IndicatorSelect)
    field_order = ("indicator", "service_name", "key", "kind", "name", "target")

    def __init__(self, *args: Any, indicators: Iterable[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(indicators)
        known = [(str(row.pk), f"{row.service.name}: {row.name} ({row.key})") for row in rows]
        self.fields["indicator"].choices = [*known, (NEW, gettext("a new indicator"))]  # type: ignore[attr-defined]
        self.fields["indicator"].widget.kinds = {str(row.pk): row.kind for row in rows}  # type: ignore[attr-defined]
        if self.data.get("indicator") != NEW and self.is_bound:
            for name in ("service_name", "key", "kind", "slice_minutes"):
                self.fields[name].required = False

    def measured_by(self) -> UUID | NewIndicator:
        chosen = self.cleaned_data["indicator"]
        if chosen != NEW:
            return UUID(chosen)
        names = {field.name for field in fields_of(NewIndicator)} - {"name"}
        given = {name: value for name, value in self.cleaned_data.items() if name in names and value is not None}
        if given["kind"] != IndicatorKind.UPTIME:
            given.pop("is_degraded_up")
        return NewIndicator(**given)


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
            "Columns: indicator, at, status | good, valid | value | histogram (0.1:3; 0.5:5; +Inf:6), sum; "
            "or indicator, external_id, starts_at, ends_at; "
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


class BackTestForm(forms.Form):
    months = forms.IntegerField(label=_("Months to look back"), initial=12, min_value=1, max_value=MOST_MONTHS)


class MonthForm(forms.Form):
    month = forms.DateField(
        label=_("Month"), input_formats=["%Y-%m", "%Y-%m-%d"], widget=forms.DateInput(attrs={"type": "month"})
    )
