"""The credit of a missed window is computed and waits for a person's approval."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing import events
from billing.models import Credit
from billing.operations.guards import credits_turn
from billing.queries import PAPERED
from billing.remedies import Remedy, remedy_of
from billing.seals import credit_digest
from billing.states import CreditState
from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from clm.lib.money import Money, zero
from clm.lib.sequences import next_number
from clm.lib.trace import Step
from slas.models import Breach, Evaluation
from slas.states import Outcome

RELATED = (
    "window__latest",
    "evaluation",
    "contract",
    "commitment__indicator",
    "commitment__passage__clause",
    "commitment__passage__version__contract",
)


@transaction.atomic
def propose_credit(*, actor: Actor, breach_id: UUID, anew: bool = False) -> Credit:
    """The credit for the newest evaluation of the breach's window; the one there is, if it was proposed before. With
    `anew` one that was withdrawn does not stand in the way: its figures may be others by now.

    Where a credit of an earlier evaluation is already issued, this is the difference to it (`adjusts`), and may be
    negative. Raises `nothing_due` where the amount is nothing, `unissued_credit` while one of an earlier evaluation
    is not withdrawn, and what `remedy_of` refuses.
    """
    breach = lock_row(Breach, breach_id, *RELATED)
    require(actor, "billing.propose_credit", breach)
    credits_turn(breach.contract_id)
    evaluation = breach.window.latest or breach.evaluation
    found = _found(evaluation, anew)
    if found is not None:
        return found
    earlier = papered_credits(breach)
    remedy = _less_credited(_remedy(breach, evaluation, earlier), earlier)
    if not remedy.amount:
        raise DomainError("nothing_due", _why_nothing(remedy), detail={"limited_by": remedy.limited_by})
    credit = _create(actor, breach, evaluation, remedy, earlier)
    record(actor, events.credit_proposed(credit))
    return credit


def _found(evaluation: Evaluation, anew: bool) -> Credit | None:
    """The evaluation's first credit, one that was not withdrawn before one that was. What was to take a credit back
    and was withdrawn is no answer: it never was what the evaluation asks for."""
    rows = list(Credit.objects.filter(evaluation=evaluation).order_by("pk"))
    kept = [row for row in rows if row.state != CreditState.WITHDRAWN]
    if not kept and not anew:
        kept = [row for row in rows if not row.takes_back]
    return kept[0] if kept else None


def papered_credits(breach: Breach) -> list[Credit]:
    """The breach's issued credits, oldest first."""
    rows = list(Credit.objects.filter(breach=breach).order_by("pk"))
    if any(row.state in (CreditState.PROPOSED, CreditState.APPROVED) for row in rows):
        raise DomainError("unissued_credit", "A credit for an earlier evaluation is still waiting.")
    return [row for row in rows if row.state in PAPERED]


def _remedy(breach: Breach, evaluation: Evaluation, earlier: list[Credit]) -> Remedy:
    """What the evaluation asks for in all; nothing where the window is no longer missed."""
    remedy = remedy_of(breach, evaluation)
    if evaluation.outcome == Outcome.MISSED:
        return remedy
    nothing = zero(remedy.amount.currency)
    step = Step("Outcome", f"the window is {evaluation.get_outcome_display().lower()}", Decimal(0), nothing.currency)
    trace = replace(remedy.trace, value=Decimal(0), steps=(*remedy.trace.steps, step))
    return replace(remedy, amount=nothing, percent=Decimal(0), limited_by=None, trace=trace)


def _less_credited(remedy: Remedy, earlier: list[Credit]) -> Remedy:
    """The difference to what is already issued for the window, with a step for each credit taken off."""
    if not earlier:
        return remedy
    currency, amount = remedy.amount.currency, remedy.amount
    steps = []
    for credit in earlier:
        amount = amount - Money(credit.amount, credit.currency)
        steps.append(Step(f"Already credited: {credit.reference}", f"− {credit.amount}", -credit.amount, currency))
    steps.append(Step("Difference", "what is due less what was credited", amount.amount, currency))
    trace = replace(remedy.trace, value=amount.amount, steps=(*remedy.trace.steps, *steps))
    return replace(remedy, amount=amount, claim_due_on=None, trace=trace)


def _why_nothing(remedy: Remedy) -> str:
    reasons = {
        "window_cap": "the cap of the window leaves nothing",
        "year_cap": "the cap of the rolling year is used up",
        "contract_cap": "the cap of the contract is used up",
        "minimum": "the amount is below the smallest credit",
    }
    return f"No credit is due: {reasons.get(remedy.limited_by or '', 'the amount is nothing')}."


def _create(actor: Actor, breach: Breach, evaluation: Evaluation, remedy: Remedy, earlier: list[Credit]) -> Credit:
    credit = Credit(
        organization_id=actor.organization_id,
        contract_id=breach.contract_id,
        commitment_id=breach.commitment_id,
        breach=breach,
        evaluation=evaluation,
        adjusts=earlier[-1] if earlier else None,
        reference=next_number(Credit, "reference", f"CR-{clock.today().year}-"),
        base_amount=remedy.base.amount,
        percent=remedy.percent,
        amount=remedy.amount.amount,
        currency=remedy.amount.currency,
        claim_due_on=remedy.claim_due_on,
        trace=remedy.trace.as_json(),
    )
    credit.digest = credit_digest(credit)
    credit.save()
    return credit
