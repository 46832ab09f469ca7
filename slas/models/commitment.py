"""A clause as a measured commitment, with its remedy, and the stretches of time that are excused."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from slas.engine.allowances import is_late
from slas.states import COMMITMENT_STATES, EXCLUSION_STATES, CommitmentState, ExclusionState


class WindowKind(models.TextChoices):
    HOUR = "hour", _("calendar hour")
    DAY = "day", _("calendar day")
    WEEK = "week", _("calendar week")
    MONTH = "month", _("calendar month")
    QUARTER = "quarter", _("calendar quarter")
    YEAR = "year", _("calendar year")
    ANNIVERSARY = "anniversary", _("contract year")
    ROLLING = "rolling", _("rolling days")


class MaintenancePolicy(models.TextChoices):
    LEAVES_DENOMINATOR = "leaves_denominator", _("leaves the denominator")
    COUNTS_AS_UP = "counts_as_up", _("counts as up")
    NOT_EXCUSED = "not_excused", _("is not excused")


class MissingDataPolicy(models.TextChoices):
    GOOD = "good", _("counts as good")
    BAD = "bad", _("counts as bad")
    EXCLUDED = "excluded", _("is left out")
    INCONCLUSIVE = "inconclusive", _("leaves the window inconclusive")


class LateNotice(models.TextChoices):
    """What becomes of maintenance that was announced later than agreed."""

    REFUSED = "refused", _("cannot be proposed")
    NOT_COUNTED = "not_counted", _("is kept, but does not count")


class EmptyPolicy(models.TextChoices):
    """What a window or an interval is in which nothing was to be judged; agreements differ."""

    MET = "met", _("counts as 100 %")
    NOTHING = "nothing", _("counts as 0 %")
    EXCLUDED = "excluded", _("does not count")
    INCONCLUSIVE = "inconclusive", _("leaves it undecided")


class PartSteps(models.TextChoices):
    """What a part of a step below the target counts as."""

    COUNTED = "counted", _("counts as a whole step")
    DROPPED = "dropped", _("does not count: full steps only")
    PRO_RATA = "pro_rata", _("counts pro rata")


class ClaimUnit(models.TextChoices):
    DAYS = "days", _("days")
    BUSINESS_DAYS = "business_days", _("business days")
    MONTHS = "months", _("months")
    BILLING_CYCLES = "billing_cycles", _("billing cycles, to the end of the last")


class RemedyKind(models.TextChoices):
    NONE = "none", _("no credit")
    TIERS = "tiers", _("tiers of attainment")
    PROPORTIONAL = "proportional", _("in proportion to the outage")
    PER_STEP = "per_step", _("for each step below the target")


class CreditBase(models.TextChoices):
    MONTHLY_FEE = "monthly_fee", _("the monthly fee of the service")
    WINDOW_FEE = "window_fee", _("the fee for the window")
    FIXED = "fixed", _("a fixed amount")


class Commitment(OrganizationRow):
    """Binds a sentence of a version to an indicator, a target, a window and a remedy. Fixed once active (trigger).

    Percentages are 0 to 100. `grace_hours` is how long a window stays provisional. Caps are percentages of the base
    (per window), amounts (per rolling year, per contract); null is no cap. `claim_length` counts from the window's end
    in `claim_unit`; billing cycles are months from `claim_cycle_day` on. `interval_minutes` makes a ratio the average
    of its intervals' ratios. Contract years are counted from `anchor_on` (null: from `starts_on`). `follows` is the
    commitment that an amendment put this one in the place of: a window that the change cut is judged here, as one.
    `has_rules`: its target varies by rows of TargetRule.
    """

    STATES: ClassVar[StateTable] = COMMITMENT_STATES

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="commitments")
    version = models.ForeignKey("contracts.Version", on_delete=models.PROTECT, related_name="commitments")
    passage = models.ForeignKey("contracts.Passage", on_delete=models.PROTECT, related_name="commitments")
    indicator = models.ForeignKey("slas.Indicator", on_delete=models.PROTECT, related_name="commitments")
    name = models.CharField(_("name"), max_length=160)
    state = models.CharField(max_length=12, choices=CommitmentState.choices, default=CommitmentState.DRAFT)
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=6)
    comparison = models.CharField(_("comparison"), max_length=2, choices=[(">=", "≥"), ("<=", "≤")], default=">=")
    window_kind = models.CharField(_("window"), max_length=12, choices=WindowKind.choices, default=WindowKind.MONTH)
    window_days = models.PositiveSmallIntegerField(_("rolling days"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    starts_on = models.DateField(_("measured from"))
    ends_on = models.DateField(_("measured until"), null=True, blank=True)
    anchor_on = models.DateField(_("contract years are counted from"), null=True, blank=True)
    maintenance_policy = models.CharField(
        _("maintenance"),
        max_length=20,
        choices=MaintenancePolicy.choices,
        default=MaintenancePolicy.LEAVES_DENOMINATOR,
    )
    maintenance_notice_hours = models.PositiveIntegerField(
        _("hours that maintenance is announced before"), null=True, blank=True
    )
    late_notice = models.CharField(
        _("maintenance announced later"), max_length=12, choices=LateNotice.choices, default=LateNotice.NOT_COUNTED
    )
    maintenance_cap_hours = models.DecimalField(
        _("hours of maintenance excused in a window"), max_digits=9, decimal_places=3, null=True, blank=True
    )
    missing_data_policy = models.CharField(
        _("missing data"),
        max_length=16,
        choices=MissingDataPolicy.choices,
        default=MissingDataPolicy.INCONCLUSIVE,
    )
    empty_policy = models.CharField(
        _("nothing to judge"), max_length=12, choices=EmptyPolicy.choices, default=EmptyPolicy.INCONCLUSIVE
    )
    interval_minutes = models.PositiveSmallIntegerField(
        _("average of intervals of this many minutes"), null=True, blank=True
    )
    coverage_threshold_percent = models.DecimalField(max_digits=6, decimal_places=3, default=95)
    warning_band = models.DecimalField(_("warning band above the target"), max_digits=9, decimal_places=6, default=0)
    minimum_outage_seconds = models.PositiveIntegerField(
        _("outages shorter than this many seconds do not count"), default=0
    )
    whole_minutes = models.BooleanField(_("only whole minutes of an outage count"), default=False)
    grace_hours = models.PositiveIntegerField(_("hours until a window closes"), default=72)
    remedy_kind = models.CharField(_("credit"), max_length=12, choices=RemedyKind.choices, default=RemedyKind.NONE)
    credit_base = models.CharField(
        _("credit is a share of"), max_length=12, choices=CreditBase.choices, default=CreditBase.MONTHLY_FEE
    )
    fixed_base_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    step_percent = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    step_credit_percent = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    part_steps = models.CharField(
        _("part of a step"), max_length=8, choices=PartSteps.choices, default=PartSteps.COUNTED
    )
    multiplier = models.DecimalField(max_digits=9, decimal_places=4, default=1)
    cap_window_percent = models.DecimalField(
        _("cap per window, % of the base"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    cap_year_amount = models.DecimalField(
        _("cap per rolling year"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    cap_contract_amount = models.DecimalField(
        _("cap per contract"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    minimum_credit_amount = models.DecimalField(
        _("smallest credit"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    minimum_credit_is_exclusive = models.BooleanField(_("a credit must exceed the smallest one"), default=False)
    claim_length = models.PositiveIntegerField(_("time to claim a credit"), null=True, blank=True)
    claim_unit = models.CharField(max_length=16, choices=ClaimUnit.choices, default=ClaimUnit.DAYS)
    claim_cycle_day = models.PositiveSmallIntegerField(_("billing cycles begin on day"), default=1)
    has_rules = models.BooleanField(default=False, editable=False)
    preset = models.CharField(max_length=60, blank=True)
    watchers = ArrayField(models.UUIDField(), default=list, blank=True)
    follows = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="successor", editable=False
    )
    windows_due_at = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(window_kind="rolling") | Q(window_days__gte=1), name="rolling_has_days"
            ),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="commitment_span"),
            models.CheckConstraint(
                condition=~Q(remedy_kind="per_step") | Q(step_percent__gt=0, step_credit_percent__gt=0),
                name="steps_positive",
            ),
            models.CheckConstraint(
                condition=~Q(credit_base="fixed") | Q(fixed_base_amount__gt=0, currency__regex=r"^[A-Z]{3}$"),
                name="fixed_base_has_amount",
            ),
            models.CheckConstraint(condition=Q(claim_cycle_day__range=(1, 31)), name="cycle_day_of_month"),
            models.CheckConstraint(
                condition=Q(maintenance_cap_hours=None) | Q(maintenance_cap_hours__gte=0), name="maintenance_cap_range"
            ),
            models.CheckConstraint(
                condition=Q(interval_minutes=None) | Q(interval_minutes__gte=1), name="interval_not_empty"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["windows_due_at"], condition=Q(state="active"), name="commitment_due"),
            models.Index(fields=["organization", "state", "-id"], name="commitment_state"),
        ]

    def __str__(self) -> str:
        return self.name


class CreditTier(OrganizationRow):
    """A band of attainment and its credit: [at_or_above, below) in percent; a boundary belongs to the better band."""

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="tiers")
    below = models.DecimalField(max_digits=9, decimal_places=6)
    at_or_above = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    credit_percent = models.DecimalField(max_digits=9, decimal_places=6)

    class Meta:
        ordering: ClassVar = ["-below"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["commitment", "below"], name="tier_once"),
            models.CheckConstraint(condition=Q(at_or_above=None) | Q(at_or_above__lt=F("below")), name="tier_span"),
        ]

    def __str__(self) -> str:
        return f"< {self.below} %: {self.credit_percent} %"


class Exclusion(OrganizationRow):
    """A stretch of time one side asks to leave out; only an accepted one counts. [starts_at, ends_at)."""

    STATES: ClassVar[StateTable] = EXCLUSION_STATES

    class Kind(models.TextChoices):
        MAINTENANCE = "maintenance", _("Announced maintenance")
        CUSTOMER = "customer", _("Caused by the customer")
        FORCE_MAJEURE = "force_majeure", _("Force majeure")
        AGREED = "agreed", _("Agreed")

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="exclusions")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    state = models.CharField(max_length=12, choices=ExclusionState.choices, default=ExclusionState.PROPOSED)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.TextField()
    announced_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="exclusion_span")]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at}"

    @property
    def is_late(self) -> bool:
        """Whether it is maintenance without the notice that the commitment asks for."""
        hours = self.commitment.maintenance_notice_hours
        if self.kind != self.Kind.MAINTENANCE or hours is None:
            return False
        return is_late(self.starts_at, self.announced_at, timedelta(hours=hours))
