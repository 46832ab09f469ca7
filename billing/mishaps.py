"""What invoices and credits count of a party's history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from billing.models import Credit, CreditNote, Discrepancy, Invoice
from billing.states import CreditState
from contracts.risk_sources import Mishap, register_mishap

# After the end of what is invoiced: twice the month after which most are written. A default of ours.
INVOICED_WITHIN = timedelta(days=60)


def _differing(contracts: QuerySet[Any]) -> int:
    return Discrepancy.objects.filter(contract__in=contracts).count()


def _late(contracts: QuerySet[Any]) -> int:
    """By the dates that they bear themselves; a corrected one came late for another reason."""
    rows = Invoice.objects.filter(contract__in=contracts, kind="invoice", is_corrective=False)
    return rows.filter(period_end__isnull=False, issued_on__gt=F("period_end") + INVOICED_WITHIN).count()


def _unpaid(contracts: QuerySet[Any]) -> int:
    """Those that were settled too late, too; not what is in dispute, or was taken back after one."""
    rows = CreditNote.objects.filter(credit__contract__in=contracts, overdue_on__isnull=False)
    reversals = Credit.objects.filter(contract__in=contracts, note__isnull=False)
    named = reversals.filter(trace__parameters__has_key="takes_back")
    taken_back = {reference for credit in named.only("trace") for reference in credit.takes_back}
    return rows.exclude(credit__state=CreditState.DISPUTED).exclude(credit__reference__in=taken_back).count()


def register() -> None:
    register_mishap(Mishap("discrepancies", _("Invoices other than agreed"), _differing))
    register_mishap(Mishap("late_invoices", _("Invoices that came late"), _late))
    register_mishap(Mishap("unpaid_credits", _("Credits not paid in time"), _unpaid))
