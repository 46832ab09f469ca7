"""Who is party to a contract, and in which role."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import get_visible, require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid, NotVisible
from clm.lib.locks import lock_row
from contracts import events
from contracts.models import Contract, ContractParty, Party
from contracts.operations.approval.guards import supersede_approvals
from contracts.operations.retention.guards import wait_for_records
from contracts.queries.retention import standing_holds
from contracts.queries.signing import check_not_out
from contracts.search import refresh_search
from contracts.states import NOT_SIGNED, ContractState


@transaction.atomic
def add_party(*, actor: Actor, contract_id: UUID, party_id: UUID, role: str) -> ContractParty:
    """The party has this role in the contract; the same again is what stands already.

    Raises Invalid `role_unknown`, DomainError `party_archived` for one that is no longer used, `contract_executed`
    where others signed in that role: each further one would have to accept every amendment, and could never leave.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, "contracts.set_parties", contract)
    check_not_out(contract)
    if role not in ContractParty.Role.values:
        raise Invalid("role_unknown", "Choose a role.", fields={"role": ["Choose a role."]})
    party = get_visible(actor, Party.objects.all(), party_id)
    known = ContractParty.objects.filter(contract=contract, party=party, role=role).first()
    if known is not None:
        return known
    if party.is_archived:
        message = _("%(party)s is archived: it is no longer used.") % {"party": party.name}
        raise DomainError("party_archived", message, fields={"name": [message]})
    _check_may_enter(contract, role)
    part = ContractParty.objects.create(
        organization_id=actor.organization_id, contract=contract, party=party, role=role
    )
    _supersede(actor, contract)
    refresh_search(contract)
    record(actor, events.party_set("contract.party_added", part))
    return part


def _check_may_enter(contract: Contract, role: str) -> None:
    """Whom a signed contract binds is who signed it; a role that nobody was named in yet may still be named."""
    if contract.state in NOT_SIGNED or role == ContractParty.Role.AFFILIATE:
        return
    if ContractParty.objects.filter(contract=contract, role=role).exists():
        message = _("It is signed: only an affiliate can be added to its parties.")
        raise DomainError("contract_executed", message, fields={"role": [message]})


@transaction.atomic
def remove_party(*, actor: Actor, contract_id: UUID, part_id: UUID) -> Contract:
    """The party no longer has this role. Raises DomainError `contract_executed`: signed parties stay; `on_hold` where a
    hold covers the contract by this party."""
    wait_for_records(actor.organization_id)
    contract = lock_row(Contract, contract_id)
    require(actor, "contracts.set_parties", contract)
    check_not_out(contract)
    part = ContractParty.objects.filter(contract=contract, pk=part_id).first()
    if part is None:
        raise NotVisible
    if contract.state != ContractState.DRAFT:
        raise DomainError("contract_executed", "Parties leave a contract only while it is a draft.")
    if standing_holds().filter(party=part.party_id).exists():
        raise DomainError("on_hold", _("A hold on this party stands: release it first."))
    _supersede(actor, contract)
    record(actor, events.party_set("contract.party_removed", part))
    part.delete()
    refresh_search(contract)
    return contract


def _supersede(actor: Actor, contract: Contract) -> None:
    supersede_approvals(actor, contract, verb="contracts.set_parties", why=_("The parties changed."))
