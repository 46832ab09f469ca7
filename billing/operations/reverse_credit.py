"""A dispute about a credit ended against it: it is taken back by a note of the opposite amount."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import Credit
from billing.operations.guards import check_disputed, check_not_taken_back, check_reason, credits_turn
from billing.operations.propose_credit import papered_credits
from billing.queries import taken_back_with
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
    """A proposed credit of the opposite amount: it takes back the disputed credit and what was issued for the window
    after it. What was issued before stays, so the window is left with the sum it had before the disputed credit.

    Every later credit is a difference to a sum that the disputed one is part of: of 250, then -100, nobody is left
    owing 100 when the 250 were wrong; and where only the -100 were, the 250 stand. A reversal is taken back the same
    way. Once this is issued, those of the credits taken back that are in dispute are what they were before it.
    Raises `reason_missing`, `illegal_move` (not in dispute), `unissued_credit`, `taken_back`, `nothing_due`.
    """
    credit = lock_row(Credit, credit_id)
    require(actor, "billing.reverse_credit", credit)
    why = check_reason(reason)
    check_disputed(credit)
    credits_turn(credit.contract_id)
    breach = Breach.objects.select_related("window").get(pk=credit.breach_id)
    papered_credits(breach)  # refuses while one is still waiting
    check_not_taken_back(credit)
    taken = taken_back_with(credit)
    net = total((Money(row.amount, row.currency) for row in taken), credit.currency)
    if not net:
        raise DomainError("nothing_due", "It comes to nothing with what was issued for this window since.")
    reversal = _create(actor, breach, credit, taken, net)
    record(actor, events.credit_proposed(reversal, "billing.reverse_credit", why))
    return reversal


def _create(actor: Actor, breach: Breach, credit: Credit, taken: list[Credit], net: Money) -> Credit:
    reversal = Credit(
        organization_id=actor.organization_id,
        contract_id=credit.contract_id,
        commitment_id=credit.commitment_id,
        breach=breach,
        evaluation_id=breach.window.latest_id or breach.evaluation_id,
        adjusts=taken[-1],
        reference=next_number(Credit, "reference", f"CR-{clock.today().year}-"),
        base_amount=credit.base_amount,
        percent=Decimal(0),
        amount=(-net).amount,
        currency=net.currency,
        trace=_trace(credit, taken, net).as_json(),
    )
    reversal.digest = credit_digest(reversal)
    reversal.save()
    return reversal


def _trace(credit: Credit, taken: list[Credit], net: Money) -> Trace:
    return Trace(
        title=f"Credit {credit.reference} taken back",
        value=(-net).amount,
        unit=net.currency,
        formula=f"− Σ credits issued for the window, from {credit.reference} on",
        parameters={"takes_back": [row.reference for row in taken]},
        steps=tuple(Step(f"Issued: {row.reference}", f"− {row.amount}", -row.amount, row.currency) for row in taken),
        computed_at=clock.now(),
    )
