"""A dispute about a credit ended against it: what was issued is taken back by a note below zero."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import Credit
from billing.operations.guards import check_disputed, check_reason, credits_turn
from billing.operations.propose_credit import papered_credits
from billing.seals import credit_digest
from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from clm.lib.money import Money, total
from clm.lib.sequences import next_number
from clm.lib.trace import Step, Trace
from slas.models import Breach


@transaction.atomic
def reverse_credit(*, actor: Actor, credit_id: UUID, reason: str) -> Credit:
    """A proposed credit below zero that adjusts the disputed one: it takes back all that is issued for the window.

    Once it is issued the disputed credits of the window are what they were before the dispute, and the two come to
    nothing. Raises `reason_missing`, `illegal_move` (not in dispute), `unissued_credit`, `nothing_due`.
    """
    credit = lock_row(Credit, credit_id)
    require(actor, "billing.reverse_credit", credit)
    why = check_reason(reason)
    check_disputed(credit)
    credits_turn(credit.contract_id)
    breach = Breach.objects.select_related("window").get(pk=credit.breach_id)
    issued = papered_credits(breach)
    net = total((Money(row.amount, row.currency) for row in issued), credit.currency)
    if not net:
        raise DomainError("nothing_due", "What was issued for this window comes to nothing already.")
    reversal = _create(actor, breach, credit, issued, net)
    record(actor, events.credit_proposed(reversal, "billing.reverse_credit", why))
    return reversal


def _create(actor: Actor, breach: Breach, credit: Credit, issued: list[Credit], net: Money) -> Credit:
    reversal = Credit(
        organization_id=actor.organization_id,
        contract_id=credit.contract_id,
        commitment_id=credit.commitment_id,
        breach=breach,
        evaluation_id=breach.window.latest_id or breach.evaluation_id,
        adjusts=issued[-1],
        reference=next_number(Credit, "reference", f"CR-{clock.today().year}-"),
        base_amount=credit.base_amount,
        percent=Decimal(0),
        amount=(-net).amount,
        currency=net.currency,
        trace=_trace(credit, issued, net).as_json(),
    )
    reversal.digest = credit_digest(reversal)
    reversal.save()
    return reversal


def _trace(credit: Credit, issued: list[Credit], net: Money) -> Trace:
    return Trace(
        title=f"Credit {credit.reference} taken back",
        value=(-net).amount,
        unit=net.currency,
        formula="− Σ credits issued for the window",
        parameters={"takes_back": [row.reference for row in issued]},
        steps=tuple(Step(f"Issued: {row.reference}", f"− {row.amount}", -row.amount, row.currency) for row in issued),
        computed_at=clock.now(),
    )
