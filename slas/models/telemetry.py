"""What is measured: services, their indicators, and the telemetry that arrives for them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow, ScopedManager


class Service(OrganizationRow):
    """Something a counterparty provides under a contract."""

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="services")
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["contract", "name"], name="service_name_once")]

    def __str__(self) -> str:
        return self.name


class IndicatorKind(models.TextChoices):
    UPTIME = "uptime", _("Uptime: share of time the service is up")
    RATIO = "ratio", _("Ratio: good events of valid events")
    TIME_SLICE = "time_slice", _("Time slices: share of slices whose condition holds")
    VALUE = "value", _("Value: sum, average, minimum or maximum of a quantity")
    PERCENTILE = "percentile", _("Percentile: how long most events took at most")
    MEAN = "mean", _("Mean: how long an event took on average")


# What is measured by histograms, and what has a figure in the indicator's unit instead of a percentage.
DISTRIBUTIONS = frozenset({IndicatorKind.PERCENTILE, IndicatorKind.MEAN})
QUANTITIES = DISTRIBUTIONS | {IndicatorKind.VALUE}


class Indicator(OrganizationRow):
    """A measured quantity of a service (SLI). `key` is the name telemetry arrives under, unique in the organization.

    `condition_*` and `slice_minutes` are for time_slice; a ratio with a `condition_threshold` takes histograms too, of
    which the events at or below it are good. `aggregation` is for value, `percentile` (0 to 100) for percentile;
    `is_degraded_up` for uptime, and `silence_minutes` too: after so long without a row the status is unknown (null: it
    lasts until the next row). `expected_every_minutes` is for ratio, value, percentile and mean: coverage is the share
    of such intervals that had telemetry (null: nobody can say what lacks, and coverage is not told).
    `first_sample_at` is when monitoring began, the earliest telemetry of any kind.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="indicators")
    key = models.CharField(_("telemetry key"), max_length=120)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("indicator"), max_length=12, choices=IndicatorKind.choices)
    unit = models.CharField(_("unit"), max_length=24, blank=True)
    is_degraded_up = models.BooleanField(_("degraded counts as up"), default=True)
    slice_minutes = models.PositiveSmallIntegerField(_("slice in minutes"), default=5)
    silence_minutes = models.PositiveIntegerField(_("a status is known for so many minutes"), null=True, blank=True)
    expected_every_minutes = models.PositiveIntegerField(
        _("telemetry is expected once in so many minutes"), null=True, blank=True
    )
    condition_operator = models.CharField(max_length=2, blank=True)
    condition_threshold = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    aggregation = models.CharField(max_length=8, blank=True)
    percentile = models.DecimalField(_("percentile"), max_digits=7, decimal_places=4, null=True, blank=True)
    first_sample_at = models.DateTimeField(null=True, editable=False)
    last_sample_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "key"], name="indicator_key_once"),
            models.CheckConstraint(
                condition=~Q(kind="percentile") | Q(percentile__gt=0, percentile__lte=100), name="percentile_named"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_quantity(self) -> bool:
        """Whether its figure is in its own unit, and not a percentage."""
        return self.kind in QUANTITIES


class SampleStatus(models.IntegerChoices):
    UNKNOWN = 0, "unknown"
    UP = 1, "up"
    DEGRADED = 2, "degraded"
    DOWN = 3, "down"


class Sample(models.Model):
    """One reading: a status that lasts until the next row (uptime), counts (ratio), a value, or a histogram. Unique by
    instant.

    A histogram is a list of one: {"le": upper bounds, "n": {upper bound: events}} with "+Inf" for the bucket without
    end; "le" is null for single durations. Beside it `valid` is the number of its events, `value` their sum.
    """

    pk = models.CompositePrimaryKey("indicator_id", "at")
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="samples", db_index=False)
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, choices=SampleStatus.choices)
    good = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    valid = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    value = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    histogram = models.JSONField(null=True)

    objects = ScopedManager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__isnull=False)
                | Q(good__gte=0, valid__gte=F("good"))
                | Q(value__isnull=False)
                | Q(histogram__isnull=False),
                name="sample_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.at}"


class Outage(OrganizationRow):
    """A stretch of downtime as its source reports it, [starts_at, ends_at); without an end it lasts still.

    Outages of one indicator may overlap: downtime is their union. A later report of the same `external_id` replaces.
    """

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="outages")
    external_id = models.CharField(max_length=120)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    title = models.CharField(max_length=300, blank=True)
    severity = models.CharField(max_length=24, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["indicator", "external_id"], name="outage_once"),
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")), name="outage_span"),
        ]
        indexes: ClassVar = [models.Index(fields=["indicator", "starts_at"], name="outage_by_time")]

    def __str__(self) -> str:
        return self.title or self.external_id


class TelemetryBatch(OrganizationRow):
    """One delivery of telemetry: what came, what was new, what was refused and why. `digest` is of its content.

    received = accepted + duplicates + refused; `replaced` counts those accepted that took the place of other values.
    `contract_ids` are the contracts of the indicators that its rows name, refused rows included; a key that is no
    indicator of anything the sender sees adds none.
    """

    source = models.CharField(max_length=24)
    digest = models.CharField(max_length=64)
    received = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    replaced = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    refusals = models.JSONField(default=list)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    contract_ids = ArrayField(models.UUIDField(), default=list)

    def __str__(self) -> str:
        return f"{self.source} {self.accepted}/{self.received}"
