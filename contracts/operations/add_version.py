"""A document becomes the next version of a contract, with its clauses."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Max

from clm.access.permissions import require
from clm.documents.blobs import blob_of
from clm.documents.models import Blob
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden
from clm.lib.locks import lock_row
from contracts import events
from contracts.models import Clause, Contract, Version
from contracts.paper import Paper, content_hash, put_paper
from contracts.search import refresh_text
from contracts.states import ContractState

CLOSED = frozenset({ContractState.TERMINATED, ContractState.EXPIRED, ContractState.ARCHIVED, ContractState.DISPOSED})


def add_version(*, actor: Actor, contract_id: UUID, paper: Paper, note: str = "", attribution: str = "") -> Version:
    """The next version, a draft, with its text, clauses and content hash. Read the paper before: see `read_paper`; and
    in a transaction of your own put it before as well: see `put_paper`.

    Raises DomainError `same_content` where the newest version has these very bytes, `contract_closed` where the
    contract has ended.
    """
    require(actor, "contracts.add_version")
    paper = put_paper(actor, paper)
    with transaction.atomic():
        contract = lock_row(Contract, contract_id)
        require(actor, "contracts.add_version", contract)
        if contract.state in CLOSED:
            raise DomainError("contract_closed", "This contract has ended: it takes no further versions.")
        version = _add(actor, contract, paper, note=note, attribution=attribution)
        _add_clauses(version, paper)
        refresh_text(version)
        record(actor, events.version_added(version))
    return version


def _add(actor: Actor, contract: Contract, paper: Paper, *, note: str, attribution: str) -> Version:
    if paper.stored is None:
        raise ValueError("a paper is put before the transaction")
    blob = blob_of(paper.stored)
    _check_new(contract, blob)
    return Version.objects.create(
        organization_id=actor.organization_id,
        contract=contract,
        number=_next_number(contract),
        blob=blob,
        file_name=paper.file_name,
        media_type=paper.media_type,
        page_count=paper.page_count,
        text=paper.text,
        warnings=list(paper.warnings),
        content_hash=content_hash(paper.text, None, blob.sha256),
        note=note,
        attribution=attribution,
        created_by_id=_person(actor),
        created_at=clock.now(),
    )


def _check_new(contract: Contract, blob: Blob) -> None:
    newest = Version.objects.filter(contract=contract).order_by("number").last()
    if newest is None or newest.blob_id != blob.pk:
        return
    message = f"Version {newest.number} is this very document."
    raise DomainError("same_content", message, detail={"version": str(newest.pk)}, fields={"file": [message]})


def _person(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise Forbidden("A person or a token adds versions.")
    return actor.user_id


def _next_number(contract: Contract) -> int:
    last = Version.objects.filter(contract=contract).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1


def _add_clauses(version: Version, paper: Paper) -> None:
    """Rows level by level, so that a clause's parent has its id."""
    by_position: dict[int, Clause] = {}
    for level in sorted({clause.level for clause in paper.clauses}):
        rows = [
            Clause(
                organization_id=version.organization_id,
                version=version,
                position=clause.position,
                number=clause.number[:40],
                heading=clause.heading[:300],
                level=clause.level,
                parent=None if clause.parent_position is None else by_position[clause.parent_position],
                start=clause.start,
                end=clause.end,
                text=paper.text[clause.start : clause.end],
            )
            for clause in paper.clauses
            if clause.level == level
        ]
        by_position |= {row.position: row for row in Clause.objects.bulk_create(rows)}
