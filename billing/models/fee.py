"""What a contract says is paid: an amount a period, from a date."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clm.access.base import OrganizationRow


class FeePeriod(models.TextChoices):
    MONTH = "month", _("a month")
    QUARTER = "quarter", _("a quarter")
    YEAR = "year", _("a year")


class Fee(OrganizationRow):
    """Net of tax. Without a service it is for the whole contract. [starts_on, ends_on) in the contract's zone."""

    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="fees")
    service = models.ForeignKey("slas.Service", null=True, blank=True, on_delete=models.PROTECT, related_name="fees")
    passage = models.ForeignKey("contracts.Passage", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3)
    period = models.CharField(_("period"), max_length=8, choices=FeePeriod.choices, default=FeePeriod.MONTH)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="fee_not_negative"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="fee_currency"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="fee_span"),
        ]

    def __str__(self) -> str:
        return self.name
