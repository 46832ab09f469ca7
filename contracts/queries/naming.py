"""What contracts' things are called where a history names them: never more than their own page says to its readers."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from clm.accounts.models import Team
from clm.audit.wording import About, register_namer, register_pointer
from contracts.models import (
    Approval,
    BulkSend,
    Change,
    Clause,
    Contract,
    DraftClause,
    Envelope,
    LibraryClause,
    LibraryClauseVersion,
    Party,
    Recipient,
    TemplateVersion,
    Thread,
    Version,
)
from contracts.states import DraftState, Side


def _contracts(ids: set[UUID]) -> Mapping[UUID, str]:
    """By reference alone: a history may be read by who does not see the other contract."""
    return dict(Contract.objects.filter(pk__in=ids).values_list("pk", "reference"))


def _versions(ids: set[UUID]) -> Mapping[UUID, str]:
    rows = Version.objects.filter(pk__in=ids).values_list("pk", "number")
    return {pk: _("Version %(number)s") % {"number": number} for pk, number in rows}


def _clauses(ids: set[UUID]) -> Mapping[UUID, str]:
    rows = Clause.objects.filter(pk__in=ids).values_list("pk", "number", "heading")
    return {pk: f"{number} {heading}".strip() for pk, number, heading in rows}


def _parties(ids: set[UUID]) -> Mapping[UUID, str]:
    return dict(Party.objects.filter(pk__in=ids).values_list("pk", "name"))


def _teams(ids: set[UUID]) -> Mapping[UUID, str]:
    return dict(Team.objects.filter(pk__in=ids).values_list("pk", "name"))


def _library(ids: set[UUID]) -> Mapping[UUID, str]:
    return dict(LibraryClause.objects.filter(pk__in=ids).values_list("pk", "title"))


def _library_versions(ids: set[UUID]) -> Mapping[UUID, str]:
    rows = LibraryClauseVersion.objects.filter(pk__in=ids).values_list("pk", "clause__title", "number")
    return {pk: _("%(title)s, version %(number)s") % {"title": title, "number": number} for pk, title, number in rows}


def _template_versions(ids: set[UUID]) -> Mapping[UUID, str]:
    rows = TemplateVersion.objects.filter(pk__in=ids).values_list("pk", "template__name", "number")
    return {pk: _("%(title)s, version %(number)s") % {"title": name, "number": number} for pk, name, number in rows}


def _about_changes(ids: set[UUID]) -> Mapping[UUID, About]:
    rows = Change.objects.filter(pk__in=ids).only("number", "heading", "position", "contract_id", "version_id")
    return {row.pk: About(str(row), _change_url(row)) for row in rows}


def _change_url(change: Change) -> str:
    return f"{reverse('changes', args=[change.contract_id])}?version={change.version_id}#change-{change.pk}"


def _about_versions(ids: set[UUID]) -> Mapping[UUID, About]:
    return {pk: About(name, reverse("version", args=[pk])) for pk, name in _versions(ids).items()}


def _about_threads(ids: set[UUID]) -> Mapping[UUID, About]:
    """By the clause of a version: a label in a draft is its side's until it is handed over."""
    rows = Thread.objects.filter(pk__in=ids).only("number", "heading", "clause_id")
    whole = _("The contract")
    return {
        row.pk: About(str(row) if row.clause_id else whole, reverse("thread", args=[row.pk]))
        for row in rows
        if row.clause_id or row.draft_clause_id is None
    }


def _about_draft_clauses(ids: set[UUID]) -> Mapping[UUID, About]:
    """Clauses of our drafts: where they are written, or what they became. Of theirs only what was handed over."""
    rows = DraftClause.objects.filter(pk__in=ids).select_related("draft", "became__version")
    rows = rows.only(
        "number", "heading", "draft__contract_id", "draft__side", "draft__state", "became__number", "became__heading",
        "became__version__shared_at",
    )  # fmt: skip
    return {row.pk: about for row in rows if (about := _about_draft_clause(row)) is not None}


def _about_draft_clause(row: DraftClause) -> About | None:
    became = row.became
    if became is not None and became.version.shared_at is not None:
        return About(str(became), f"{reverse('version', args=[became.version_id])}#clause-{became.pk}")
    if row.draft.side != Side.OURS:
        return None
    is_open = row.draft.state == DraftState.OPEN
    return About(str(row), f"{reverse('draft', args=[row.draft.contract_id])}#clause-{row.pk}" if is_open else "")


def _about_approvals(ids: set[UUID]) -> Mapping[UUID, About]:
    rows = Approval.objects.filter(pk__in=ids).values_list("pk", "number")
    return {
        pk: About(_("Approval %(number)s") % {"number": number}, reverse("approval", args=[pk])) for pk, number in rows
    }


def _recipients(ids: set[UUID]) -> Mapping[UUID, str]:
    return dict(Recipient.objects.filter(pk__in=ids).values_list("pk", "name"))


def _about_envelopes(ids: set[UUID]) -> Mapping[UUID, About]:
    rows = Envelope.objects.filter(pk__in=ids).values_list("pk", "title")
    return {pk: About(title, reverse("envelope", args=[pk])) for pk, title in rows}


def _about_bulk_sends(ids: set[UUID]) -> Mapping[UUID, About]:
    rows = BulkSend.objects.filter(pk__in=ids).values_list("pk", "title")
    return {pk: About(title, reverse("bulk-send", args=[pk])) for pk, title in rows}


def register() -> None:
    for model, pointer in (
        (Approval, _about_approvals),
        (Change, _about_changes),
        (Version, _about_versions),
        (Thread, _about_threads),
        (DraftClause, _about_draft_clauses),
        (Envelope, _about_envelopes),
        (BulkSend, _about_bulk_sends),
    ):
        register_pointer(model._meta.label_lower, pointer)
    for namer in (
        _contracts,
        _versions,
        _clauses,
        _parties,
        _teams,
        _library,
        _library_versions,
        _template_versions,
        _recipients,
    ):
        register_namer(namer)
