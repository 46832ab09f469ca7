"""Telemetry summed up by minute, hour and day, so that a window is judged without its samples."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from clm.access.base import ScopedManager
from slas.models.telemetry import Indicator


class RollupSize(models.IntegerChoices):
    """Minutes of a bucket. Each begins at a whole multiple of its size since 1970 in UTC."""

    MINUTE = 1, "minute"
    HOUR = 60, "hour"
    DAY = 1440, "day"


class Rollup(models.Model):
    """What an indicator's samples in [at, at + size) come to; there is none of a bucket without a sample.

    `runs` are the statuses of an uptime indicator in order, or whether the slices of a time slice indicator held:
    [status, first instant, last instant, samples] with microseconds since `at`; a new run begins where the status is
    another one, or where nothing was heard for longer than the indicator's silence. `covered` counts the intervals
    with telemetry among those in which the indicator expects some (null: it expects none, or they do not fit).
    `histograms` are the samples' histograms added up, one for each layout of buckets among them.
    """

    pk = models.CompositePrimaryKey("indicator_id", "size", "at")
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    indicator = models.ForeignKey(
        Indicator, on_delete=models.CASCADE, related_name="rollups", db_index=False, db_constraint=False
    )
    size = models.PositiveSmallIntegerField(choices=RollupSize.choices)
    at = models.DateTimeField()
    samples = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    covered = models.PositiveSmallIntegerField(null=True)
    good = models.DecimalField(max_digits=30, decimal_places=6, null=True)
    valid = models.DecimalField(max_digits=30, decimal_places=6, null=True)
    total = models.DecimalField(max_digits=30, decimal_places=6, null=True)
    lowest = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    highest = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    runs = models.JSONField(null=True)
    histograms = models.JSONField(null=True)

    objects = ScopedManager()

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.size} {self.at}"


class StaleHour(models.Model):
    """An hour of an indicator in which samples changed since it was summed up; `times` is how often."""

    pk = models.CompositePrimaryKey("indicator_id", "at")
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    indicator = models.ForeignKey(
        Indicator, on_delete=models.CASCADE, related_name="stale_hours", db_index=False, db_constraint=False
    )
    at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)

    objects = ScopedManager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="stale_hour_at")]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.at}"
