"""Windows of a commitment, and the figures each was judged to."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from slas.states import WINDOW_STATES, Light, Outcome, WindowState


class EvaluationWindow(OrganizationRow):
    """[starts_at, ends_at) of one commitment. Open until its end, provisional until `closes_at`, then closed.

    `due_at` is when it is judged next (null: nothing is due); late data puts it to now. `interim` are the figures of
    an open window, not yet an evaluation. Rolling windows overlap, so the exclusion holds for the others only.
    A window with a `whole` is a part that an amendment cut: its figures are kept, the verdict is the whole's.
    """

    STATES: ClassVar[StateTable] = WINDOW_STATES

    commitment = models.ForeignKey("slas.Commitment", on_delete=models.PROTECT, related_name="windows")
    is_rolling = models.BooleanField(default=False)
    label = models.CharField(max_length=40)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=WindowState.choices, default=WindowState.OPEN)
    light = models.CharField(max_length=8, choices=Light.choices, default=Light.GREY)
    due_at = models.DateTimeField(null=True)
    interim = models.JSONField(default=dict)
    whole = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    latest = models.ForeignKey("slas.Evaluation", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-starts_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["commitment", "starts_at"], name="window_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), closes_at__gte=F("ends_at")), name="window_span"
            ),
            ExclusionConstraint(
                name="windows_do_not_overlap",
                expressions=[
                    ("commitment", RangeOperators.EQUAL),
                    (Func("starts_at", "ends_at", function="tstzrange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_rolling=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="window_due"),
            models.Index(fields=["organization", "state", "light"], name="window_light"),
        ]

    def __str__(self) -> str:
        return self.label


class Evaluation(OrganizationRow):
    """One judgement of one window; never changed (trigger). A later revision refers to the one before.

    `good`, `bad`, `excluded`, `unmeasured` are seconds or events; every percentage derives from them. `attainment` is
    null where nothing could be measured; in percent, or the indicator's unit for value indicators. `coverage_percent`
    is null where nobody can say how much telemetry should have come.
    """

    window = models.ForeignKey(EvaluationWindow, on_delete=models.PROTECT, related_name="evaluations")
    revision = models.PositiveIntegerField()
    previous = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="next")
    version = models.ForeignKey("contracts.Version", on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=12)
    good = models.DecimalField(max_digits=30, decimal_places=6)
    bad = models.DecimalField(max_digits=30, decimal_places=6)
    excluded = models.DecimalField(max_digits=30, decimal_places=6)
    unmeasured = models.DecimalField(max_digits=30, decimal_places=6)
    attainment = models.DecimalField(max_digits=30, decimal_places=9, null=True)
    coverage_percent = models.DecimalField(max_digits=12, decimal_places=9, null=True)
    target = models.DecimalField(max_digits=18, decimal_places=6)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    light = models.CharField(max_length=8, choices=Light.choices)
    reason = models.CharField(max_length=120)
    inputs = models.JSONField(default=dict)
    trace = models.JSONField(default=dict)
    evaluated_at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-revision"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["window", "revision"], name="evaluation_revision_once"),
            models.CheckConstraint(
                condition=Q(good__gte=0, bad__gte=0, excluded__gte=0, unmeasured__gte=0),
                name="quantities_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.window_id} r{self.revision}"
