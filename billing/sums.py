"""How sums of money and figures that were typed or printed came about: traces made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from billing import queries
from billing.models import Credit, Fee, Invoice
from billing.queries import Total
from billing.remedies import fee_input
from billing.states import CreditState
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.trace import Input, Step, Trace
from contracts.models import Contract
from contracts.queries import clause_ref

MOST_STEPS = 200
Named = tuple[str, str, Decimal]


def fee_trace(fee: Fee) -> Trace:
    """A fee is typed in, not computed: the sentence it rests on, or that it was entered without one."""
    return Trace(
        title=_("Fee: %(name)s") % {"name": fee.name},
        value=fee.amount,
        unit=f"{fee.currency} {fee.get_period_display()}",
        formula=_("as entered, net of tax") if fee.passage else _("entered without a clause"),
        inputs=(fee_input(fee),),
        parameters={"due_from": fee.starts_on, "until": fee.ends_on},
        clause=clause_ref(fee.passage) if fee.passage else None,
    )


def invoice_trace(invoice: Invoice) -> Trace:
    """The printed total without tax, and the invoice's own lines that it should be the sum of."""
    lines = list(invoice.lines.all())
    named = [(line.name or line.kind, line.kind, line.net_amount) for line in lines]
    summed = sum((line.net_amount for line in lines), Decimal(0))
    printed = [
        (_("Net of tax"), invoice.tax_exclusive_amount),
        (_("With tax"), invoice.tax_inclusive_amount),
        (_("Amount due"), invoice.payable_amount),
    ]
    return Trace(
        title=_("Invoice %(number)s as it was printed") % {"number": invoice.number},
        value=invoice.tax_exclusive_amount,
        unit=invoice.currency,
        formula=_("printed in the file; the lines should add up to the amount net of tax"),
        inputs=tuple(Input(name, value, invoice.currency, invoice.seller_name) for name, value in printed),
        parameters={"warnings": list(invoice.warnings)},
        steps=(
            *_steps(named, Total(invoice.currency, summed, len(lines))),
            Step(_("Sum of the lines"), "Σ", summed, invoice.currency),
        ),
    )


def credits_sum(rows: QuerySet[Credit], currency: str) -> Trace:
    """The sum of the rows in one currency; rejected, lapsed and withdrawn credits do not count."""
    living = queries.living(rows).filter(currency=currency).select_related("contract").order_by("pk")
    whole = living.aggregate(amount=Sum("amount"), count=Count("pk"))
    first = [
        (row.reference, f"{row.contract.reference}, {row.get_state_display()}", row.amount)
        for row in living[:MOST_STEPS]
    ]
    formula = _("Σ credits that were not rejected, did not lapse and were not withdrawn")
    title = _("Sum of credits in %(currency)s") % {"currency": currency}
    return _summed(title, formula, first, Total(currency, whole["amount"] or Decimal(0), whole["count"]))


def _at_risk(actor: Actor, contract: Contract | None, currency: str) -> Trace:
    rows = queries.credits(actor).filter(state__in=queries.AT_RISK)
    return credits_sum(_of(rows, contract), currency)


def _settled(actor: Actor, contract: Contract | None, currency: str) -> Trace:
    return credits_sum(_of(queries.credits(actor).filter(state=CreditState.SETTLED), contract), currency)


def _revenue(actor: Actor, contract: Contract | None, currency: str) -> Trace:
    """As `queries.revenue_at_risk`: each fee as a month's amount, the sum rounded once."""
    rows = _of(queries.fees_at_risk(actor).filter(currency=currency), contract)
    found = list(rows.select_related("contract").order_by("pk"))
    sums = queries.monthly((fee.currency, fee.period, fee.amount) for fee in found)
    amount = sums[0].amount if sums else Decimal(0)
    formula = _("Σ fees due today of contracts with an open breach, each as the amount of a month")
    title = _("Fees a month under an open breach in %(currency)s") % {"currency": currency}
    return _summed(title, formula, [_a_month(fee) for fee in found], Total(currency, amount, len(found)))


def _a_month(fee: Fee) -> Named:
    amount = queries.monthly([(fee.currency, fee.period, fee.amount)])[0].amount
    return fee.name, f"{fee.contract.reference}, {fee.amount} {fee.get_period_display()}", amount


def _of(rows: QuerySet[Any], contract: Contract | None) -> QuerySet[Any]:
    return rows if contract is None else rows.filter(contract=contract)


SumOf = Callable[[Actor, Contract | None, str], Trace]
SUMS: dict[str, SumOf] = {"at-risk": _at_risk, "settled": _settled, "revenue": _revenue}


def _summed(title: str, formula: str, named: Sequence[Named], whole: Total) -> Trace:
    return Trace(
        title=title,
        value=whole.amount,
        unit=whole.currency,
        formula=formula,
        inputs=(Input(_("Rows"), whole.count, "", "", reverse("billing")),),
        steps=_steps(named, whole),
        computed_at=clock.now(),
    )


def _steps(named: Sequence[Named], whole: Total) -> tuple[Step, ...]:
    """A step for each row; of very many the first, and the rest as one."""
    shown = named[:MOST_STEPS]
    steps = [Step(name, source, value, whole.currency) for name, source, value in shown]
    if whole.count > len(shown):
        rest = whole.amount - sum((value for _name, _source, value in shown), Decimal(0))
        label = _("And %(count)s more") % {"count": whole.count - len(shown)}
        steps.append(Step(label, "Σ", rest, whole.currency))
    return tuple(steps)
