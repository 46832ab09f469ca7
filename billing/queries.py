"""Reads about money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum, TextChoices
from django.urls import reverse

from billing.engine.reconcile import FeePeriod
from billing.models import Credit, CreditNote, Discrepancy, Fee, Invoice, Reconciliation
from billing.states import CreditState, DiscrepancyState
from clm.access.permissions import can, visible
from clm.audit.models import LedgerEntry
from clm.audit.queries import HistoryEntry, as_history
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.money import from_exact
from contracts.models import Contract
from slas.models import Breach
from slas.states import BreachState

WAITING = (CreditState.PROPOSED, CreditState.APPROVED)
DEAD = (CreditState.REJECTED, CreditState.LAPSED, CreditState.WITHDRAWN)
PAPERED = (CreditState.ISSUED, CreditState.SETTLED, CreditState.DISPUTED)
AT_RISK = (*WAITING, CreditState.ISSUED, CreditState.DISPUTED)


@dataclass(frozen=True)
class Total:
    """A sum in one currency, and how many rows it is of."""

    currency: str
    amount: Decimal
    count: int = 0


def fees(actor: Actor) -> QuerySet[Fee]:
    rows = Fee.objects.select_related("contract", "service", "passage__clause")
    return visible(actor, rows).order_by("contract__reference", "name", "starts_on")


def credits(actor: Actor) -> QuerySet[Credit]:
    related = ("contract", "commitment", "breach__window", "note", "decided_by")
    return visible(actor, Credit.objects.select_related(*related)).order_by("-pk")


def credit_notes(actor: Actor) -> QuerySet[CreditNote]:
    related = ("credit__contract", "blob", "settled_by", "issued_by")
    return visible(actor, CreditNote.objects.select_related(*related)).order_by("-pk")


def invoices(actor: Actor) -> QuerySet[Invoice]:
    return visible(actor, Invoice.objects.select_related("contract", "discrepancy__reconciliation")).order_by("-pk")


def reconciliations(actor: Actor) -> QuerySet[Reconciliation]:
    return visible(actor, Reconciliation.objects.select_related("invoice", "contract")).order_by("-pk")


def discrepancies(actor: Actor) -> QuerySet[Discrepancy]:
    rows = Discrepancy.objects.select_related("invoice", "contract", "reconciliation")
    return visible(actor, rows).order_by("-pk")


def totals(rows: QuerySet[Any], column: str = "amount") -> list[Total]:
    """The sum of each currency in the rows, without the order they stand in."""
    summed = rows.order_by().values("currency").annotate(sum=Sum(column)).order_by("currency")
    return [Total(row["currency"], row["sum"]) for row in summed]


@dataclass(frozen=True)
class StateTotal:
    """How many rows stand in a state, and what they come to by currency."""

    state: str
    count: int
    totals: list[Total]


def totals_by_state(rows: QuerySet[Any], states: type[TextChoices], column: str = "amount") -> list[StateTotal]:
    """The states that have rows, in the order of a life, each with its count and sums."""
    summed = rows.order_by().values("state", "currency").annotate(sum=Sum(column), count=Count("pk"))
    found: dict[str, list[Total]] = {}
    for row in summed.order_by("currency"):
        found.setdefault(row["state"], []).append(Total(row["currency"], row["sum"], row["count"]))
    return [
        StateTotal(state, sum(total.count for total in found[state]), found[state])
        for state in states.values
        if state in found
    ]


def living(rows: QuerySet[Credit]) -> QuerySet[Credit]:
    """Credits that are or may still be given."""
    return rows.exclude(state__in=DEAD)


def credits_at_risk(actor: Actor) -> list[Total]:
    """Credits that are proposed, approved, issued or disputed, and not yet carried by an invoice."""
    return totals(credits(actor).filter(state__in=AT_RISK))


def fees_at_risk(actor: Actor) -> QuerySet[Fee]:
    """Fees that are due today by contracts with an open breach."""
    breached = visible(actor, Breach.objects.filter(state__in=[BreachState.OPEN, BreachState.ACKNOWLEDGED]))
    today = clock.today()
    due = visible(actor, Fee.objects.filter(contract__in=breached.values("contract"), starts_on__lte=today))
    return due.filter(Q(ends_on=None) | Q(ends_on__gt=today))


def revenue_at_risk(actor: Actor) -> list[Total]:
    """What contracts with an open breach cost a month, by currency, as of today."""
    sums = fees_at_risk(actor).order_by().values("currency", "period").annotate(sum=Sum("amount"))
    return monthly((row["currency"], row["period"], row["sum"]) for row in sums)


def monthly(rows: Iterable[tuple[str, str, Decimal]]) -> list[Total]:
    """(currency, period, amount) as amounts a month by currency, each rounded once to the minor unit."""
    exact: dict[str, Fraction] = {}
    for currency, period, amount in rows:
        exact[currency] = exact.get(currency, Fraction(0)) + Fraction(amount) / FeePeriod(period).months
    return [Total(currency, from_exact(value, currency).amount) for currency, value in sorted(exact.items())]


def contract_money(actor: Actor, contract: Contract) -> dict[str, Any]:
    """What the contract page's tab shows: fees, credits, invoices and their sums."""
    owed = credits(actor).filter(contract=contract)
    return {
        "fees": list(fees(actor).filter(contract=contract)),
        "credits": list(owed[:50]),
        "invoices": list(invoices(actor).filter(contract=contract)[:50]),
        "credit_totals": totals(owed.filter(state__in=AT_RISK)),
        "settled_totals": totals(owed.filter(state=CreditState.SETTLED)),
        "sum_query": f"&contract={contract.pk}",
        "may_change_fees": can(actor, "billing.change_fee", contract),
        "may_set_fees": can(actor, "billing.set_fee", contract),
    }


def open_discrepancies(actor: Actor) -> QuerySet[Discrepancy]:
    return discrepancies(actor).filter(state=DiscrepancyState.OPEN)


def waiting_credits(actor: Actor) -> QuerySet[Credit]:
    """Credits that a person must approve or issue, the next to lapse first."""
    return credits(actor).filter(state__in=WAITING).order_by("claim_due_on", "pk")


def history_of(*subjects: Any) -> list[HistoryEntry]:
    """The ledger entries of several rows together, newest first. The caller has asked who may see them."""
    wanted = Q(pk=None)
    for subject in subjects:
        wanted |= Q(subject_type=subject._meta.label_lower, subject_id=subject.pk)
    return as_history(LedgerEntry.objects.filter(wanted).order_by("-id")[:100])


def taken_back_with(credit: Credit) -> list[Credit]:
    """The credit and what was issued for its window after it, oldest first: differences to a sum that it is part of,
    which mean nothing without it."""
    return list(Credit.objects.filter(breach_id=credit.breach_id, state__in=PAPERED, pk__gte=credit.pk).order_by("pk"))


def took_back(credit: Credit) -> Credit | None:
    """The issued credit that took this one back and stands itself; None where nothing did, or where what did was taken
    back too."""
    later = Credit.objects.filter(breach_id=credit.breach_id, state__in=PAPERED, pk__gt=credit.pk)
    taken_by: dict[str, Credit] = {}
    for row in later.order_by("-pk"):  # the newest first: whether a row stands is known before what it takes is
        if row.reference not in taken_by:
            taken_by |= dict.fromkeys(row.takes_back, row)
    return taken_by.get(credit.reference)


def clause_url(trace: dict[str, Any]) -> str:
    """Where the sentence of a trace is read, empty where it rests on none."""
    clause = trace.get("clause")
    return f"{reverse('version', args=[clause['version_id']])}#clause-{clause['clause_id']}" if clause else ""


def find_credits(actor: Actor, words: str, limit: int) -> list[Credit]:
    """Credits by their reference, their note's number, or the contract's name; for the search box."""
    match = Q(reference__icontains=words) | Q(note__number__icontains=words) | Q(contract__title__icontains=words)
    return list(credits(actor).filter(match)[:limit])


def find_invoices(actor: Actor, words: str, limit: int) -> list[Invoice]:
    """Invoices by number, seller or the reference they quote; for the search box."""
    match = Q(number__icontains=words) | Q(seller_name__icontains=words) | Q(contract_reference__icontains=words)
    return list(invoices(actor).filter(match)[:limit])
