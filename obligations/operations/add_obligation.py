"""A duty under a contract exists, with its due dates."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from clm.access.permissions import get_visible, require
from clm.accounts.models import Membership, User
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.locks import lock_row
from contracts.models import Contract, Passage
from obligations import events
from obligations.models import Obligation
from obligations.operations.schedule_occurrences import add_occurrences


@transaction.atomic
def add_obligation(
    *,
    actor: Actor,
    contract_id: UUID,
    title: str,
    first_due_on: date,
    owner_id: UUID | None = None,
    is_ours: bool = True,
    recurrence: str = "once",
    interval: int = 1,
    ends_on: date | None = None,
    passage_id: UUID | None = None,
    description: str = "",
    proof_required: str = "",
    remind_days: int = 14,
) -> Obligation:
    """The obligation with its occurrences up to the horizon. The owner is the actor unless named.

    Raises Invalid `owner_unknown`, `passage_elsewhere`, `interval_invalid`, `ends_before_first`.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, "obligations.add_obligation", contract)
    _check(interval, first_due_on, ends_on)
    obligation = Obligation.objects.create(
        organization_id=actor.organization_id,
        contract=contract,
        passage=_passage(actor, contract, passage_id),
        title=title,
        description=description,
        is_ours=is_ours,
        owner=_member(owner_id or actor.person_id),
        recurrence=recurrence,
        interval=interval,
        first_due_on=first_due_on,
        ends_on=ends_on,
        proof_required=proof_required,
        remind_days=remind_days,
    )
    add_occurrences(obligation)
    record(actor, events.obligation_added(obligation))
    return obligation


def _check(interval: int, first_due_on: date, ends_on: date | None) -> None:
    if interval < 1:
        raise Invalid("interval_invalid", "The interval is at least 1.", fields={"interval": ["At least 1."]})
    if ends_on is not None and ends_on < first_due_on:
        fields = {"ends_on": ["This is before the first due date."]}
        raise Invalid("ends_before_first", "The duty ends before it is first due.", fields=fields)


def _passage(actor: Actor, contract: Contract, passage_id: UUID | None) -> Passage | None:
    if passage_id is None:
        return None
    passage = get_visible(actor, Passage.objects.select_related("version"), passage_id)
    if passage.version.contract_id != contract.pk:
        raise Invalid("passage_elsewhere", "The marked sentence belongs to another contract.")
    return passage


def _member(user_id: UUID) -> User:
    membership = Membership.objects.filter(user_id=user_id, removed_at=None).select_related("user").first()
    if membership is None:
        raise Invalid("owner_unknown", "The owner is not a member.", fields={"owner": ["Not a member."]})
    return membership.user
