"""Who sees a confidential contract."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.objects import grant, people_granted, withdraw
from clm.access.permissions import require
from clm.accounts.models import Membership, User
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.locks import lock_row
from contracts import events
from contracts.models import ApprovalSeat, Contract
from contracts.operations.approval.guards import asked_people, supersede_approvals
from contracts.operations.drafting.guards import tell_invited
from contracts.queries.signing import out_of

PERMISSION = "contracts.see_confidential_contract"


@transaction.atomic
def restrict_contract(
    *, actor: Actor, contract_id: UUID, people: Iterable[UUID] = (), is_confidential: bool = True
) -> Contract:
    """Only these people, the owner and the actor see the contract, and who is asked to approve it; or, opened up,
    everyone inside does.

    Counterparties see a contract by name only, confidential or not; where it is their turn they are told. Who signs a
    text that is out goes on signing it: what was approved is on its way, and rules are looked at again before it is
    sent anew.

    Raises Invalid `person_unknown`.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, "contracts.restrict_contract", contract)
    if is_confidential != contract.is_confidential and out_of(contract) is None:
        supersede_approvals(actor, contract, verb="contracts.restrict_contract", why=_("Who sees it changed."))
    named = set(people) | {contract.owner_id, actor.person_id}
    wanted = named | asked_people(contract)
    members = Membership.objects.filter(user_id__in=wanted, removed_at=None).select_related("user")
    users: dict[UUID, User] = {member.user_id: member.user for member in members}
    if named - set(users) - {UUID(int=0)}:
        message = "Only present members can be named."
        raise Invalid("person_unknown", message, fields={"people": [message]})
    before = contract.is_confidential
    present = {user.pk: user for user in people_granted("see_confidential_contract", contract)}
    # Whom somebody named sees it by name, and not for a seat alone.
    ApprovalSeat.objects.filter(step__approval__contract=contract, person_id__in=named).update(gave_sight=False)
    withdraw([user for pk, user in present.items() if pk not in users], PERMISSION, contract)
    grant([user for pk, user in users.items() if pk not in present], PERMISSION, contract)
    contract.is_confidential = is_confidential
    contract.save(update_fields=["is_confidential"])
    record(actor, events.contract_restricted(contract, before, sorted(users)))
    tell_invited(actor, contract)
    return contract
