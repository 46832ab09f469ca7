"""The API's shapes of service levels; decimals travel as strings."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clm.api.serializers import BodySerializer, ModelBodySerializer
from clm.api.views import actor_in
from clm.lib.canonical import to_plain
from slas import queries
from slas.aims import rules_of
from slas.api.rules import RuleSerializer, rules_from
from slas.engine.credit_tiers import Band
from slas.models import (
    Breach,
    Commitment,
    CreditTier,
    Evaluation,
    EvaluationWindow,
    Exclusion,
    Indicator,
    Service,
    TelemetryBatch,
)
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
from slas.presets import preset_named, terms_from
from slas.rules import stated
from slas.terms import EARLIEST, LATEST, CommitmentTerms, NewIndicator


class NumberField(serializers.DecimalField):
    """A decimal as JSON writes one: what else Python reads as a number (1_0, NaN) is refused."""

    def to_internal_value(self, data: Any) -> Decimal:
        if number_in(str(data)) is None:
            self.fail("invalid")
        found: Decimal = super().to_internal_value(data)
        return found


def _decimal(**kwargs: Any) -> serializers.DecimalField:
    return NumberField(max_digits=18, decimal_places=6, **kwargs)


class InstantField(serializers.DateTimeField):
    """An instant with its offset from UTC: without one it would be read in whatever zone the server has."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
        except ValueError:
            found = None
        if found is not None and found.tzinfo is None:
            raise serializers.ValidationError("It lacks its offset from UTC, such as Z or +01:00.", code="naive")
        if found is not None and not EARLIEST.year <= found.year <= LATEST.year:
            raise serializers.ValidationError(f"A day between {EARLIEST.year} and {LATEST.year}.", code="range")
        instant: datetime = super().to_internal_value(value)
        return instant


class ServiceSerializer(ModelBodySerializer[Service]):
    class Meta:
        model = Service
        fields = ["id", "contract", "name", "created_at"]


class IndicatorSerializer(serializers.ModelSerializer[Indicator]):
    class Meta:
        model = Indicator
        fields = [
            "id", "service", "key", "name", "kind", "unit", "is_degraded_up", "silence_minutes",
            "expected_every_minutes", "slice_minutes", "condition_operator", "condition_threshold", "aggregation",
            "percentile", "first_sample_at", "last_sample_at",
        ]  # fmt: skip
        read_only_fields = fields


class NewIndicatorSerializer(BodySerializer):
    key = serializers.CharField(max_length=120)
    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    kind = serializers.ChoiceField(choices=IndicatorKind.choices, default=IndicatorKind.UPTIME)
    unit = serializers.CharField(max_length=24, required=False, allow_blank=True, default="")
    is_degraded_up = serializers.BooleanField(default=True)
    silence_minutes = serializers.IntegerField(required=False, allow_null=True, min_value=1, default=None)
    expected_every_minutes = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        default=None,
        help_text="For ratio, value, percentile and mean: coverage is the share of such intervals that had telemetry.",
    )
    slice_minutes = serializers.IntegerField(default=5, min_value=1, max_value=1440)
    condition_operator = serializers.CharField(max_length=2, required=False, allow_blank=True, default="")
    condition_threshold = _decimal(required=False, allow_null=True, default=None)
    aggregation = serializers.CharField(max_length=8, required=False, allow_blank=True, default="")
    percentile = _decimal(required=False, allow_null=True, default=None, help_text="For percentile: 95, say.")


class AddIndicatorSerializer(NewIndicatorSerializer):
    service = serializers.UUIDField()


class BoundIndicatorSerializer(NewIndicatorSerializer):
    service_name = serializers.CharField(max_length=120)


class TierSerializer(serializers.ModelSerializer[CreditTier]):
    class Meta:
        model = CreditTier
        fields = ["below", "at_or_above", "credit_percent"]


TERMS = [
    "name", "target", "comparison", "window_kind", "window_days", "time_zone", "starts_on", "ends_on", "anchor_on",
    "maintenance_policy", "maintenance_notice_hours", "late_notice", "maintenance_cap_hours",
    "missing_data_policy", "empty_policy", "interval_minutes", "coverage_threshold_percent",
    "warning_band", "minimum_outage_seconds", "whole_minutes", "grace_hours", "remedy_kind", "credit_base",
    "fixed_base_amount", "currency", "step_percent", "step_credit_percent", "part_steps", "multiplier",
    "cap_window_percent", "cap_year_amount", "cap_contract_amount", "minimum_credit_amount",
    "minimum_credit_is_exclusive", "claim_length", "claim_unit", "claim_cycle_day", "preset", "watchers",
]  # fmt: skip


class CommitmentSerializer(serializers.ModelSerializer[Commitment]):
    tiers = TierSerializer(many=True, read_only=True)
    rules = serializers.SerializerMethodField()

    class Meta:
        model = Commitment
        fields = [
            "id",
            "contract",
            "version",
            "passage",
            "indicator",
            "state",
            "follows",
            *TERMS,
            "tiers",
            "rules",
            "created_at",
        ]
        read_only_fields = fields

    @extend_schema_field(RuleSerializer(many=True))
    def get_rules(self, commitment: Commitment) -> list[dict[str, Any]]:
        return [to_plain(stated(rule)) for rule in rules_of(commitment)]

    def to_representation(self, instance: Commitment) -> dict[str, Any]:
        """The other side is not told who of ours watches."""
        data: dict[str, Any] = super().to_representation(instance)
        request = self.context.get("request")
        if request is not None and actor_in(request).is_counterparty:
            data.pop("watchers")
        return data


class NewTierSerializer(BodySerializer):
    below = _decimal()
    at_or_above = _decimal(allow_null=True, required=False, default=None)
    credit_percent = _decimal()


class TermsSerializer(BodySerializer):
    """Terms of a commitment. With `preset`, what is not sent is the preset's."""

    preset = serializers.CharField(max_length=60, required=False, allow_blank=True)
    name = serializers.CharField(max_length=160, required=False)
    target = _decimal(required=False)
    credit_percent = _decimal(required=False, help_text="For presets that leave the credit to the cover page.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True)
    anchor_on = serializers.DateField(required=False, allow_null=True)
    comparison = serializers.ChoiceField(choices=[">=", "<="], required=False)
    window_kind = serializers.ChoiceField(choices=WindowKind.choices, required=False)
    window_days = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=1000)
    time_zone = serializers.CharField(max_length=64, required=False)
    maintenance_policy = serializers.ChoiceField(choices=MaintenancePolicy.choices, required=False)
    maintenance_notice_hours = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=8760)
    late_notice = serializers.ChoiceField(choices=LateNotice.choices, required=False)
    maintenance_cap_hours = _decimal(required=False, allow_null=True, help_text="Of a window; the earliest first.")
    missing_data_policy = serializers.ChoiceField(choices=MissingDataPolicy.choices, required=False)
    empty_policy = serializers.ChoiceField(choices=EmptyPolicy.choices, required=False)
    interval_minutes = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=1440)
    coverage_threshold_percent = _decimal(required=False)
    warning_band = _decimal(required=False)
    minimum_outage_seconds = serializers.IntegerField(required=False, min_value=0)
    whole_minutes = serializers.BooleanField(required=False)
    grace_hours = serializers.IntegerField(required=False, min_value=0, max_value=8760)
    remedy_kind = serializers.ChoiceField(choices=RemedyKind.choices, required=False)
    credit_base = serializers.ChoiceField(choices=CreditBase.choices, required=False)
    fixed_base_amount = _decimal(required=False, allow_null=True)
    currency = serializers.CharField(max_length=3, required=False, allow_blank=True)
    step_percent = _decimal(required=False, allow_null=True)
    step_credit_percent = _decimal(required=False, allow_null=True)
    part_steps = serializers.ChoiceField(choices=PartSteps.choices, required=False)
    multiplier = _decimal(required=False)
    cap_window_percent = _decimal(required=False, allow_null=True)
    cap_year_amount = _decimal(required=False, allow_null=True)
    cap_contract_amount = _decimal(required=False, allow_null=True)
    minimum_credit_amount = _decimal(required=False, allow_null=True)
    minimum_credit_is_exclusive = serializers.BooleanField(required=False)
    claim_length = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=3650)
    claim_unit = serializers.ChoiceField(choices=ClaimUnit.choices, required=False)
    claim_cycle_day = serializers.IntegerField(required=False, min_value=1, max_value=31)
    watchers = serializers.ListField(child=serializers.UUIDField(), required=False)
    tiers = NewTierSerializer(many=True, required=False)
    rules = RuleSerializer(many=True, required=False)

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        if not sent.get("preset"):
            missing = {name: "This field is required." for name in ("name", "target") if name not in sent}
            if missing:
                raise serializers.ValidationError(missing)
        return sent

    def terms(self) -> CommitmentTerms:
        """What was sent, on the preset's terms where one is named."""
        names = {*TERMS, "tiers", "rules", "credit_percent"}
        given = {name: value for name, value in self.validated_data.items() if name in names}
        if "tiers" in given:
            given["tiers"] = tuple(Band(**tier) for tier in given["tiers"])
        if "rules" in given:
            given["rules"] = rules_from(given["rules"])
        if "watchers" in given:
            given["watchers"] = tuple(given["watchers"])
        preset = given.pop("preset", "")
        if preset:
            return terms_from(preset_named(preset), **given)
        given.pop("credit_percent", None)
        return CommitmentTerms(**given)


class BindSerializer(TermsSerializer):
    passage = serializers.UUIDField()
    indicator = serializers.UUIDField(required=False)
    new_indicator = BoundIndicatorSerializer(required=False)

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        if ("indicator" in sent) == ("new_indicator" in sent):
            raise serializers.ValidationError({"indicator": "Name an indicator or a new one, not both."})
        return super().validate(sent)

    def measured_by(self) -> Any:
        sent = self.validated_data
        return sent["indicator"] if "indicator" in sent else NewIndicator(**sent["new_indicator"])


class EndSerializer(BodySerializer):
    ends_on = serializers.DateField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class ReasonSerializer(BodySerializer):
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class PresetSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    provider = serializers.CharField()
    service = serializers.CharField()
    kind = serializers.CharField()
    target = _decimal(allow_null=True)
    bands = NewTierSerializer(many=True)
    terms = serializers.DictField()
    stated = serializers.DictField()
    exclusions = serializers.ListField(child=serializers.CharField())
    asks = serializers.ListField(child=serializers.CharField())
    source_url = serializers.CharField()
    source_quality = serializers.CharField()
    is_verified = serializers.BooleanField()


class SamplesSerializer(BodySerializer):
    """At most 10,000. Rows are checked one by one by the verb: good ones are kept, bad ones named."""

    samples = serializers.ListField(
        child=serializers.JSONField(allow_null=True),
        allow_empty=True,
        help_text='{"indicator", "at", and "status" or "good" and "valid" or "value" or "histogram"}',
    )


class OutagesSerializer(BodySerializer):
    outages = serializers.ListField(
        child=serializers.JSONField(allow_null=True),
        allow_empty=True,
        help_text='{"indicator", "external_id", "starts_at", "ends_at" or null, "title", "severity"}',
    )


class CsvSerializer(BodySerializer):
    file = serializers.FileField()
    indicator = serializers.CharField(required=False, allow_blank=True, default="")
    contract = serializers.UUIDField(required=False, allow_null=True, default=None)


class BatchSerializer(serializers.ModelSerializer[TelemetryBatch]):
    class Meta:
        model = TelemetryBatch
        fields = [
            "id", "source", "digest", "received", "accepted", "replaced", "duplicates", "refused", "refusals",
            "first_at", "last_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class FiguresSerializer(serializers.Serializer[Any]):
    """The figures as they stand; the quantities are in `unit`."""

    unit = serializers.CharField()
    good = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)
    bad = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)
    excluded = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)
    unmeasured = serializers.DecimalField(max_digits=30, decimal_places=6, allow_null=True)
    attainment = serializers.DecimalField(max_digits=30, decimal_places=9, allow_null=True)
    coverage_percent = serializers.DecimalField(max_digits=12, decimal_places=9, allow_null=True)
    target = _decimal(allow_null=True)
    outcome = serializers.CharField()
    light = serializers.CharField()
    reason = serializers.CharField()
    is_interim = serializers.BooleanField()
    revision = serializers.IntegerField()
    evaluated_at = serializers.DateTimeField(allow_null=True)
    budget = serializers.DecimalField(max_digits=30, decimal_places=3, allow_null=True)
    spent = serializers.DecimalField(max_digits=30, decimal_places=3, allow_null=True)


class WindowSerializer(serializers.ModelSerializer[EvaluationWindow]):
    figures = serializers.SerializerMethodField()

    class Meta:
        model = EvaluationWindow
        fields = [
            "id", "commitment", "label", "starts_at", "ends_at", "closes_at", "state", "light", "whole",
            "latest", "figures",
        ]  # fmt: skip
        read_only_fields = fields

    def get_figures(self, window: EvaluationWindow) -> FiguresSerializer:
        found: FiguresSerializer = FiguresSerializer(queries.figures(window)).data  # type: ignore[assignment]
        return found


class EvaluationSerializer(serializers.ModelSerializer[Evaluation]):
    class Meta:
        model = Evaluation
        fields = [
            "id", "window", "revision", "previous", "version", "unit", "good", "bad", "excluded", "unmeasured",
            "attainment", "coverage_percent", "target", "outcome", "light", "reason", "inputs", "trace",
            "evaluated_at", "digest",
        ]  # fmt: skip
        read_only_fields = fields


class ExclusionSerializer(serializers.ModelSerializer[Exclusion]):
    class Meta:
        model = Exclusion
        fields = [
            "id",
            "commitment",
            "kind",
            "state",
            "starts_at",
            "ends_at",
            "reason",
            "announced_at",
            "is_late",
            "created_at",
        ]
        read_only_fields = fields


class NewExclusionSerializer(BodySerializer):
    commitment = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Exclusion.Kind.choices)
    starts_at = InstantField()
    ends_at = InstantField()
    reason = serializers.CharField()
    announced_at = InstantField(required=False, allow_null=True, default=None)


class BreachSerializer(serializers.ModelSerializer[Breach]):
    class Meta:
        model = Breach
        fields = [
            "id", "reference", "state", "contract", "commitment", "window", "evaluation", "opened_at",
            "evidence_digest",
        ]  # fmt: skip
        read_only_fields = fields


class BreachDetailSerializer(BreachSerializer):
    class Meta(BreachSerializer.Meta):
        fields = [*BreachSerializer.Meta.fields, "evidence"]
        read_only_fields = fields


class MonthSerializer(BodySerializer):
    month = serializers.DateField(help_text="Any day of the month.")


class JobStartedSerializer(serializers.Serializer[Any]):
    """Long work that was queued; follow it at `url`."""

    id = serializers.UUIDField()
    state = serializers.CharField()
    url = serializers.CharField()
