"""What verbs that add a version share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Max, Model
from django.utils.translation import gettext as _

from clm.audit.models import LedgerEntry
from clm.documents.blobs import blob_of
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, NotVisible
from clm.lib.locks import lock_row
from contracts.models import Clause, Contract, Version
from contracts.operations.approval.guards import supersede_approvals
from contracts.papers import Paper, content_hash
from contracts.queries.signing import check_not_out
from contracts.search import refresh_text


def locked_version(version_id: UUID, *related: str) -> Version:
    """The version locked, its contract locked before it as every verb does: ask permission next. Raises NotVisible."""
    contract_id = Version.objects.filter(pk=version_id).values_list("contract_id", flat=True).first()
    if contract_id is None:
        raise NotVisible
    contract = lock_row(Contract, contract_id)
    version = lock_row(Version, version_id, *related)
    version.contract = contract
    return version


def keep_version(
    actor: Actor, contract: Contract, paper: Paper, *, note: str = "", attribution: str = "", **facts: Any
) -> Version:
    """The next version of a locked contract, with its clauses, ready to be searched; the paper was put before. `facts`
    are side, source and shared_at. Approvals of texts before it are overtaken."""
    if paper.stored is None:
        raise ValueError("a paper is put before the transaction")
    check_not_out(contract)
    supersede_approvals(actor, contract, verb="contracts.add_version", why=_("There is a newer text."))
    blob = blob_of(paper.stored)
    version = Version.objects.create(
        organization_id=actor.organization_id,
        contract=contract,
        number=_next_number(contract),
        blob=blob,
        file_name=paper.file_name,
        media_type=paper.media_type,
        page_count=paper.page_count,
        text=paper.text,
        warnings=list(paper.warnings),
        surroundings=dict(paper.surroundings),
        content_hash=content_hash(paper.text, None, blob.sha256),
        note=note,
        attribution=attribution,
        created_by_id=person_of(actor),
        created_at=clock.now(),
        **facts,
    )
    _add_clauses(version, paper)
    refresh_text(contract)
    return version


def changed_meanwhile(row: Model, message: str, seen: Any, newest: LedgerEntry | None = None) -> DomainError:
    """The refusal that names who changed the row last, when, and what a writer has to have `seen` by now. `newest` is
    the entry of that change, where not every entry about the row is one."""
    if newest is None:
        rows = LedgerEntry.objects.filter(subject_type=row._meta.label_lower, subject_id=row.pk)
        newest = rows.order_by("id").last()
    told = {"by": newest.actor_id, "at": newest.at.isoformat()} if newest is not None else {}
    return DomainError("changed_meanwhile", message, detail={**told, "seen": str(seen)})


def person_of(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise Forbidden("A person or a token adds versions.")
    return actor.user_id


def _next_number(contract: Contract) -> int:
    last = Version.objects.filter(contract=contract).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1


def _marks(paper: Paper, start: int, end: int) -> list[list[Any]]:
    """Those of the paper's marks that lie in a clause, as offsets into its text; none reaches over two."""
    return [[first - start, min(last, end) - start, mark] for first, last, mark in paper.marks if start <= first < end]


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
                marks=_marks(paper, clause.start, clause.end),
            )
            for clause in paper.clauses
            if clause.level == level
        ]
        by_position |= {row.position: row for row in Clause.objects.bulk_create(rows)}
