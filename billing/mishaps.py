"""What invoices count of a party's history."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from billing.models import Discrepancy
from contracts.risk_sources import Mishap, register_mishap


def _differing(contracts: QuerySet[Any]) -> int:
    return Discrepancy.objects.filter(contract__in=contracts).count()


def register() -> None:
    register_mishap(Mishap("discrepancies", _("Invoices other than agreed"), _differing))
