"""A contract that was signed elsewhere is filed with its signed text."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from contracts import events
from contracts.models import Contract, ContractParty, Version
from contracts.operations.advance_terms import keep_signing_day, wait_for_its_day
from contracts.operations.finalize_version import check_can_be_final, fix_version
from contracts.operations.negotiation.guards import settle_negotiation
from contracts.queries.approvals import check_may_be_filed, check_no_approval_open
from contracts.queries.signing import check_not_out
from contracts.states import ContractState, VersionState


@transaction.atomic
def record_execution(
    *, actor: Actor, contract_id: UUID, executed_on: date, effective_on: date | None = None
) -> Contract:
    """The contract is executed and its newest version final, in effect from `effective_on` (default: the terms' start).

    What was signed is signed: it is filed whatever clause it lacks. Raises Invalid `date_ahead`, DomainError
    `version_missing`, `terms_missing`, `parties_missing` (neither side may be lacking), and what `settle_negotiation`
    and `check_may_be_filed` refuse.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, "contracts.record_execution", contract)
    check_not_out(contract)
    _check_day(contract, executed_on)
    version = Version.objects.select_for_update().filter(contract=contract).order_by("number").last()
    if version is None:
        raise DomainError("version_missing", "Upload the signed text first.")
    check_parties(contract)
    check_no_approval_open(contract)
    contract.STATES.check(contract.state, ContractState.EXECUTED)
    starts_on = effective_on or _start(version) or executed_on
    check_can_be_final(version, contract, starts_on)
    version.contract = contract
    check_may_be_filed(contract, version)
    settle_negotiation(actor, version)
    if version.state == VersionState.DRAFT:
        fix_version(actor, version, starts_on)
    previous = move(actor, contract, to=ContractState.EXECUTED)
    keep_signing_day(contract, executed_on)
    wait_for_its_day(contract)
    record(
        actor,
        events.contract_moved(
            "contract.executed", "contracts.record_execution", contract, previous,
            executed_on=executed_on, version=version.number, content_hash=version.content_hash,
        ),
    )  # fmt: skip
    return contract


def _check_day(contract: Contract, executed_on: date) -> None:
    if executed_on > clock.today(contract.time_zone):
        message = "This day has not come yet: file the contract once it is signed."
        raise Invalid("date_ahead", message, fields={"executed_on": [message]})


def check_parties(contract: Contract) -> None:
    """Raises DomainError `parties_missing`."""
    roles = set(ContractParty.objects.filter(contract=contract).values_list("role", flat=True))
    if not {ContractParty.Role.OURS, ContractParty.Role.COUNTERPARTY} <= roles:
        raise DomainError("parties_missing", "Name both sides first: who signs for us, and who the counterparty is.")


def _start(version: Version) -> date | None:
    terms = getattr(version, "terms", None)
    return terms.starts_on if terms else None
