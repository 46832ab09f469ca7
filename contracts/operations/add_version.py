"""A document becomes the next version of a contract, with its clauses."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts import events
from contracts.models import Contract, Draft, Version
from contracts.operations.guards import keep_version
from contracts.papers import Paper, put_paper
from contracts.states import ContractState, DraftState, Side

CLOSED = frozenset({ContractState.TERMINATED, ContractState.EXPIRED, ContractState.ARCHIVED, ContractState.DISPOSED})


def add_version(*, actor: Actor, contract_id: UUID, paper: Paper, note: str = "", attribution: str = "") -> Version:
    """The next version, a draft, with its text, clauses and content hash. Read the paper before: see `read_paper`; and
    in a transaction of your own put it before as well: see `put_paper`.

    Raises DomainError `same_content` where the newest version has these very bytes, `contract_closed` where the
    contract has ended, `draft_open` while a draft of ours is written: handed over, it would pass over this version.
    """
    require(actor, "contracts.add_version")
    paper = put_paper(actor, paper)
    with transaction.atomic():
        contract = lock_row(Contract, contract_id)
        require(actor, "contracts.add_version", contract)
        if contract.state in CLOSED:
            raise DomainError("contract_closed", "This contract has ended: it takes no further versions.")
        _check_new(contract, paper)
        if Draft.objects.filter(contract=contract, side=Side.OURS, state=DraftState.OPEN).exists():
            message = "A draft of this contract is being written. Hand it over or give it up first."
            raise DomainError("draft_open", message, fields={"file": [message]})
        version = keep_version(actor, contract, paper, note=note, attribution=attribution)
        record(actor, events.version_added(version))
    return version


def _check_new(contract: Contract, paper: Paper) -> None:
    newest = Version.objects.filter(contract=contract).select_related("blob").order_by("number").last()
    if newest is None or paper.stored is None or newest.blob.sha256 != paper.stored.sha256:
        return
    message = f"Version {newest.number} is this very document."
    raise DomainError("same_content", message, detail={"version": str(newest.pk)}, fields={"file": [message]})
