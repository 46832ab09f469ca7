"""Who opened which contract on which day, and when that was more than usual."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow


class Reading(OrganizationRow):
    """A person opened a contract, or what belongs to it, on this day (UTC); `created_at` is the first time. Swept after
    KEPT_DAYS: what was confidential stays in the ledger."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    contract = models.ForeignKey("contracts.Contract", on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    # So is in the ledger: somebody who opened it before it was restricted, and again after that, is noted then.
    was_confidential = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "on", "user", "contract"], name="reading_once_a_day"),
        ]
        indexes: ClassVar = [models.Index(fields=["on"], name="reading_by_day")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.contract_id} {self.on}"


class UnusualReading(OrganizationRow):
    """A day on which a person opened far more contracts than they and their roles do; `trace` is how that was found."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person")
    )
    on = models.DateField(_("day"))
    opened = models.PositiveIntegerField(_("contracts opened"))
    trace = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "user", "on"], name="unusual_reading_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.on}"
