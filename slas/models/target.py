"""Variations of a commitment's target: rows with a period or a condition."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow
from slas.models.commitment import Commitment
from slas.models.telemetry import Indicator

MONTH_DAY = r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"


class TargetRule(OrganizationRow):
    """Another target, or a lighter remedy, in a season, above a volume, on probation or as years pass. The first in
    `position` that applies holds; fixed once the commitment is active (trigger). Fields: see `slas.engine.targets`."""

    class Kind(models.TextChoices):
        SEASON = "season", _("Season")
        SURGE = "surge", _("Surge")
        PROBATION = "probation", _("Probation")
        IMPROVEMENT = "improvement", _("Yearly improvement")

    class Basis(models.TextChoices):
        SHORTFALL = "shortfall", _("of what lacks")
        VALUE = "value", _("of the target")

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="target_rules")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=80, blank=True)
    target = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    remedy_percent = models.DecimalField(max_digits=9, decimal_places=6, default=100)
    season_from = models.CharField(max_length=5, blank=True)
    season_to = models.CharField(max_length=5, blank=True)
    until_on = models.DateField(null=True)
    volume_above = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    volume_of = models.ForeignKey(Indicator, on_delete=models.PROTECT, null=True, related_name="+")
    is_excused = models.BooleanField(default=False)
    improvement_percent = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    basis = models.CharField(max_length=10, choices=Basis.choices, default=Basis.SHORTFALL)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["commitment", "position"], name="target_rule_once"),
            models.CheckConstraint(
                condition=~Q(kind="season") | Q(season_from__regex=MONTH_DAY, season_to__regex=MONTH_DAY),
                name="season_has_days",
            ),
            models.CheckConstraint(condition=~Q(kind="surge") | Q(volume_above__gte=0), name="surge_has_volume"),
            models.CheckConstraint(condition=~Q(kind="probation") | Q(until_on__isnull=False), name="probation_ends"),
            models.CheckConstraint(
                condition=~Q(kind="improvement") | Q(improvement_percent__gt=0, improvement_percent__lt=100),
                name="improvement_is_share",
            ),
            models.CheckConstraint(condition=Q(remedy_percent__range=(0, 100)), name="rule_remedy_is_share"),
        ]

    def __str__(self) -> str:
        return self.name or self.get_kind_display()
