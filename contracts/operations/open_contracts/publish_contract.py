"""Whether a contract is published."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid, NotVisible
from clm.lib.locks import lock_row
from contracts.events import open_contracts as events
from contracts.models import Contract, ContractParty, OpenContract, OpenPublisher
from contracts.operations.open_contracts.take_open_contract import BUYER, SUPPLIER
from contracts.queries.disposed import check_not_disposed
from contracts.states import NOT_SIGNED


@transaction.atomic
def publish_contract(
    *, actor: Actor, contract_id: UUID, our_role: str = BUYER, with_description: bool = False
) -> OpenContract:
    """The contract goes out with every export of open contracts, under the identity it came with or one of ours; its
    description too where that is said, for it was written for people inside.

    Raises DomainError `confidential`, `not_signed` (of what was not read from a publication), `publisher_missing`,
    `contract_disposed`, Invalid `side_unknown`. Published again, only whether the description goes out may change.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, "contracts.publish_contract", contract)
    check_not_disposed(contract)
    if our_role not in (BUYER, SUPPLIER):
        message = _("Choose one.")
        raise Invalid("side_unknown", message, fields={"our_role": [message]})
    opened = OpenContract.objects.filter(contract=contract).first()
    is_out = opened is not None and opened.published_at is not None
    if opened is not None and is_out and opened.with_description == with_description:
        return opened
    _check(contract, opened)
    opened = opened or _new(contract, _publisher().prefix, our_role)
    if not is_out:
        opened.published_at, opened.published_by_id = clock.now(), actor.user_id
    opened.with_description = with_description
    opened.save()
    record(actor, events.contract_published(opened))
    return opened


@transaction.atomic
def withdraw_publication(*, actor: Actor, contract_id: UUID) -> OpenContract:
    """The contract goes out no more; what others fetched they have. Doing it again changes nothing."""
    contract = lock_row(Contract, contract_id)
    require(actor, "contracts.withdraw_publication", contract)
    opened = OpenContract.objects.filter(contract=contract).first()
    if opened is None:
        raise NotVisible
    if opened.published_at is None:
        return opened
    before = {"published_at": opened.published_at}
    opened.published_at = opened.published_by = None
    opened.save(update_fields=["published_at", "published_by"])
    record(actor, events.publication_withdrawn(opened, before))
    return opened


def _check(contract: Contract, opened: OpenContract | None) -> None:
    if contract.is_confidential:
        raise DomainError("confidential", _("A confidential contract is not published."))
    if opened is None and contract.state in NOT_SIGNED:
        raise DomainError("not_signed", _("A contract is published once it is signed."))
    _publisher()


def _publisher() -> OpenPublisher:
    publisher = OpenPublisher.objects.first()
    if publisher is None:
        message = _("Say first who publishes: an administrator names the publisher and the prefix.")
        raise DomainError("publisher_missing", message)
    return publisher


def _new(contract: Contract, prefix: str, our_role: str) -> OpenContract:
    theirs = SUPPLIER if our_role == BUYER else BUYER
    sides = {ContractParty.Role.OURS: our_role, ContractParty.Role.COUNTERPARTY: theirs}
    parts = ContractParty.objects.filter(contract=contract, role__in=sides).order_by("pk")
    roles: dict[str, list[str]] = {}
    for part in parts:
        roles.setdefault(str(part.party_id), []).append(sides[ContractParty.Role(part.role)])
    return OpenContract(
        organization_id=contract.organization_id,
        contract=contract,
        ocid=f"{prefix}-{contract.reference}",
        key=contract.reference,
        award_key=f"{contract.reference}-award",
        roles=roles,
    )
