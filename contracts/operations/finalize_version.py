"""A version's text and terms are fixed for good."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts import events
from contracts.models import Contract, Terms, Version
from contracts.states import ContractState, VersionState

BEFORE_SIGNATURE = frozenset(
    {
        ContractState.IN_REVIEW,
        ContractState.IN_NEGOTIATION,
        ContractState.IN_APPROVAL,
        ContractState.APPROVED,
        ContractState.OUT_FOR_SIGNATURE,
    }
)


@transaction.atomic
def finalize_version(*, actor: Actor, version_id: UUID, effective_on: date) -> Version:
    """The version is final and takes effect on that day in the contract's zone. The database refuses later changes.

    Raises DomainError `terms_missing`, `effect_in_disorder` (an earlier final version takes effect later), and
    `not_signed` while the contract is under way to its signature.
    """
    version = lock_row(Version, version_id)
    contract = lock_row(Contract, version.contract_id)
    require(actor, "contracts.finalize_version", version)
    check_can_be_final(version, contract, effective_on)
    fix_version(actor, version, effective_on)
    return version


def check_can_be_final(version: Version, contract: Contract, effective_on: date) -> None:
    if contract.state in BEFORE_SIGNATURE:
        raise DomainError("not_signed", "This contract is on its way to signature: its text becomes final when signed.")
    if not Terms.objects.filter(version=version).exists():
        raise DomainError("terms_missing", "Set the terms first: a final version cannot get them any more.")
    later = Version.objects.filter(
        contract=contract, state=VersionState.FINAL, number__lt=version.number, effective_on__gt=effective_on
    ).first()
    if later is not None:
        message = f"Version {later.number} takes effect later, on {later.effective_on}."
        raise DomainError("effect_in_disorder", message, fields={"effective_on": [message]})


def fix_version(actor: Actor, version: Version, effective_on: date) -> None:
    """Dates first, then the move: from the move on the trigger guards the row."""
    version.effective_on = effective_on
    version.finalized_at = clock.now()
    version.save(update_fields=["effective_on", "finalized_at"])
    move(actor, version, to=VersionState.FINAL)
    record(actor, events.version_finalized(version))
