"""Reads about mandatory clauses that a text lacks, and the refusal of a text that lacks one without approval."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clm.lib.errors import DomainError
from contracts.models import Contract, Draft, Drafting, LibraryClause, Omission, Version
from contracts.models.version import Source
from contracts.queries.clause_library import report_on
from contracts.queries.draft_library import draft_report
from contracts.states import LibraryState, OmissionState, Side


@dataclass(frozen=True)
class Lacking:
    """A mandatory clause that is not in a text, with the question whether it may be, if somebody asked."""

    clause: LibraryClause
    omission: Omission | None

    @property
    def is_pending(self) -> bool:
        """Whether there is nothing to ask: it waits, or it is approved."""
        return self.omission is not None and self.omission.state != OmissionState.REFUSED

    @property
    def is_approved(self) -> bool:
        return self.omission is not None and self.omission.state == OmissionState.APPROVED


def omission_rows() -> QuerySet[Omission]:
    return Omission.objects.select_related("contract", "library_clause", "asked_by", "decided_by")


def mandatory_clauses(contract: Contract) -> QuerySet[LibraryClause]:
    """What a contract of this type must have."""
    rows = LibraryClause.objects.filter(state=LibraryState.APPROVED, mandatory_for__contains=[contract.category])
    return rows.order_by("title")


def lacking(contract: Contract, missing: Iterable[LibraryClause]) -> list[Lacking]:
    """The missing clauses with what was asked about them; one query. A refusal counts until it is asked anew."""
    asked = {row.library_clause_id: row for row in omission_rows().filter(contract=contract).order_by("created_at")}
    return [Lacking(clause, asked.get(clause.pk)) for clause in missing]


def check_draft_complete(draft: Draft) -> None:
    """Raises DomainError `mandatory_missing`. What the other side writes is not held against our library."""
    if draft.side == Side.OURS and _is_asked_for(draft.contract):
        _refuse(draft.contract, draft_report(draft).missing_mandatory)


def check_version_complete(version: Version, contract: Contract) -> None:
    """Raises DomainError `mandatory_missing` for a text that was written here. An uploaded one is filed as it was
    agreed, often an amendment that has few clauses of its own."""
    if version.side == Side.OURS and _is_asked_for(contract) and _was_written_here(version):
        _refuse(contract, report_on(version).missing_mandatory)


def _was_written_here(version: Version) -> bool:
    return version.source == Source.DRAFT or Drafting.objects.filter(version=version).exists()


def _is_asked_for(contract: Contract) -> bool:
    """Whether the contract must have a clause that was not approved to be left out: most need no look at the text."""
    approved = Omission.objects.filter(contract=contract, state=OmissionState.APPROVED).values("library_clause")
    return mandatory_clauses(contract).exclude(pk__in=approved).exists()


def _refuse(contract: Contract, missing: Iterable[LibraryClause]) -> None:
    left = [each.clause for each in lacking(contract, missing) if not each.is_approved]
    if not left:
        return
    detail: dict[str, Any] = {"clauses": [{"id": clause.pk, "title": clause.title} for clause in left]}
    raise DomainError("mandatory_missing", said_missing(left), detail=detail)


def said_missing(clauses: Iterable[LibraryClause]) -> str:
    message = _("Mandatory clauses are missing: %(clauses)s. Put them in, or ask for approval to leave them out.")
    return message % {"clauses": ", ".join(clause.title for clause in clauses)}
