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
from contracts.queries.clause_library import LibraryReport, report_on
from contracts.queries.draft_library import draft_report
from contracts.states import NOT_SIGNED, LibraryState, OmissionState, Side


@dataclass(frozen=True)
class Lacking:
    """A mandatory clause that is not in a text, with the question whether it may be, if somebody asked. `turned_by`:
    a clause of the text is like it, but for these words."""

    clause: LibraryClause
    omission: Omission | None
    turned_by: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        title = self.clause.title
        return f"{title} ({'; '.join(self.turned_by)})" if self.turned_by else title

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


def lacking(contract: Contract, report: LibraryReport) -> list[Lacking]:
    """The missing clauses with what was asked about them; one query. A refusal counts until it is asked anew."""
    asked = {row.library_clause_id: row for row in omission_rows().filter(contract=contract).order_by("created_at")}
    turned = {row.library_version.clause_id: tuple(row.turns) for row in report.rows if row.standing == "decisive"}
    return [Lacking(each, asked.get(each.pk), turned.get(each.pk, ())) for each in report.missing_mandatory]


def parted(found: Iterable[Lacking]) -> tuple[list[Lacking], list[Lacking]]:
    """What is missing, and what is left out because somebody approved that."""
    rows = list(found)
    return [each for each in rows if not each.is_approved], [each for each in rows if each.is_approved]


def lacking_in_newest(contract: Contract) -> tuple[Version | None, list[Lacking]]:
    """The newest text of a contract that is not signed yet, held against what its type demands today, and what it lacks
    without approval: a type that was changed, or changed back, is judged as if it had always been that."""
    if contract.state not in NOT_SIGNED or not _is_asked_for(contract):
        return None, []
    version = Version.objects.filter(contract=contract).defer("text").order_by("number").last()
    if version is None or not is_written_here(version, contract):
        return None, []
    version.contract = contract
    return version, [each for each in lacking(contract, report_on(version)) if not each.is_approved]


def check_draft_complete(draft: Draft) -> None:
    """Raises DomainError `mandatory_missing`. What the other side writes is not held against our library."""
    if draft.side == Side.OURS and _is_asked_for(draft.contract):
        _refuse(draft.contract, draft_report(draft))


def check_version_complete(version: Version, contract: Contract) -> None:
    """Raises DomainError `mandatory_missing` for a text that was negotiated here, whoever wrote it: who makes theirs
    final agrees to it. One that was agreed elsewhere and uploaded is filed as it is, often an amendment that has few
    clauses of its own; but not in place of a text that was written here and is not signed yet."""
    if _is_asked_for(contract) and is_written_here(version, contract):
        _refuse(contract, report_on(version))


def is_written_here(version: Version, contract: Contract) -> bool:
    """Whether a text was written or negotiated here, or takes the place of one that was and is not signed yet."""
    if version.source != Source.UPLOAD or Drafting.objects.filter(version=version).exists():
        return True
    earlier = Version.objects.filter(contract=contract, number__lt=version.number)
    return contract.state in NOT_SIGNED and (
        earlier.exclude(source=Source.UPLOAD).exists() or Drafting.objects.filter(version__in=earlier).exists()
    )


def _is_asked_for(contract: Contract) -> bool:
    """Whether the contract must have a clause that was not approved to be left out: most need no look at the text."""
    approved = Omission.objects.filter(contract=contract, state=OmissionState.APPROVED).values("library_clause")
    return mandatory_clauses(contract).exclude(pk__in=approved).exists()


def _refuse(contract: Contract, report: LibraryReport) -> None:
    left = [each for each in lacking(contract, report) if not each.is_approved]
    if not left:
        return
    named = [{"id": each.clause.pk, "title": each.clause.title, "turned_by": list(each.turned_by)} for each in left]
    detail: dict[str, Any] = {"clauses": named}
    raise DomainError("mandatory_missing", said_missing(left), detail=detail)


def said_missing(clauses: Iterable[Lacking]) -> str:
    message = _("Mandatory clauses are missing: %(clauses)s. Put them in, or ask for approval to leave them out.")
    return message % {"clauses": ", ".join(each.said for each in clauses)}
