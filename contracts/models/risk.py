"""How risky contracts are: the weights that an organization gives, and what came of them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from clm.lib.states import StateTable
from contracts.states import RISK_SCALE_STATES, RiskScaleState


class RiskBand(models.TextChoices):
    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")
    CRITICAL = "critical", _("Critical")


class RiskFrom(models.TextChoices):
    """From which band on a rule of approval holds; from the lowest on it always would."""

    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")
    CRITICAL = "critical", _("Critical")


def _person(**kwargs: Any) -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **kwargs)


def _weight(label: Any, default: int) -> Any:
    bounds = [MinValueValidator(0), MaxValueValidator(100)]
    return models.PositiveSmallIntegerField(label, default=default, validators=bounds)


class RiskScale(OrganizationRow):
    """What each part of the score weighs, and where its bounds are. One at most is active; what was active stays as it
    was. The defaults are those of `contracts.engine.risk.DEFAULT`."""

    STATES: ClassVar[StateTable] = RISK_SCALE_STATES

    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=8, choices=RiskScaleState.choices, default=RiskScaleState.DRAFT)
    note = models.CharField(_("what changes"), max_length=250, blank=True)
    departure = _weight(_("departs from standard"), 20)
    mandatory = _weight(_("mandatory clauses missing"), 15)
    liability = _weight(_("liability without a cap"), 20)
    value = _weight(_("value"), 15)
    renewal = _weight(_("renews by itself"), 10)
    jurisdiction = _weight(_("foreign law"), 10)
    history = _weight(_("history of the counterparty"), 10)
    value_from = models.DecimalField(_("half from a value of"), max_digits=18, decimal_places=4, default=50_000)
    value_high = models.DecimalField(_("all from a value of"), max_digits=18, decimal_places=4, default=500_000)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    home = ArrayField(models.CharField(max_length=6), default=list, blank=True, verbose_name=_("our governing laws"))
    history_full = models.PositiveSmallIntegerField(_("all from so many mishaps"), default=5)
    medium_from = models.PositiveSmallIntegerField(_("medium from"), default=25)
    high_from = models.PositiveSmallIntegerField(_("high from"), default=50)
    critical_from = models.PositiveSmallIntegerField(_("critical from"), default=75)
    created_by = _person()
    activated_by = _person(null=True)
    activated_at = models.DateTimeField(_("active since"), null=True)
    retired_at = models.DateTimeField(_("active until"), null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "number"], name="risk_scale_number_once"),
            models.UniqueConstraint(
                fields=["organization"], condition=models.Q(state="active"), name="risk_scale_one_active"
            ),
            models.CheckConstraint(
                condition=models.Q(medium_from__gte=1)
                & models.Q(high_from__gt=models.F("medium_from"))
                & models.Q(critical_from__gt=models.F("high_from"))
                & models.Q(critical_from__lte=100),
                name="risk_bands_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(value_from__gte=0, value_high__gt=models.F("value_from"), history_full__gte=1),
                name="risk_bounds_in_order",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Weights %(number)s") % {"number": self.number})

    def get_absolute_url(self) -> str:
        return f"/contracts/risk/weights/{self.pk}/"


class RiskAssessment(OrganizationRow):
    """How risky a contract is, and by what: `parts` as `contracts.engine.risk.Part` writes them. `up_to` is the score
    if what is not known were at its worst. `inputs` is a hash of all that it came from: the same is not computed
    again."""

    contract = models.OneToOneField("contracts.Contract", on_delete=models.CASCADE, related_name="risk_assessment")
    version = models.ForeignKey("contracts.Version", null=True, on_delete=models.CASCADE, related_name="+")
    scale = models.ForeignKey(RiskScale, null=True, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField(_("score"))
    up_to = models.PositiveSmallIntegerField(_("at most"))
    band = models.CharField(_("risk"), max_length=8, choices=RiskBand.choices)
    up_to_band = models.CharField(max_length=8, choices=RiskBand.choices)
    parts = models.JSONField(default=list)
    inputs = models.CharField(max_length=64)
    assessed_at = models.DateTimeField(_("assessed"))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(score__range=(0, 100), up_to__range=(0, 100), up_to__gte=models.F("score")),
                name="risk_score_0_to_100",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.score}"
