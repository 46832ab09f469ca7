"""Who hears that something in the clause library waits for a second person."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clm.audit.models import LedgerEntry
from clm.notify.models import Notification
from clm.notify.tell import people_with_roles, settle, settle_about, tell
from contracts.access.library import APPROVERS
from contracts.models import LibraryClause
from contracts.operations.library.guards import types_taken_off, written_where_it_counts
from contracts.queries.clause_library import waiting_clauses
from contracts.queries.writers import worded_by

WAITS = "library.waits"
IMPORT_WAITS = "library.import_waits"


def waits(clause: LibraryClause) -> bool:
    return waiting_clauses(LibraryClause.objects.filter(pk=clause.pk)).exists()


def waiting_ids() -> set[UUID]:
    return set(waiting_clauses(LibraryClause.objects.all()).values_list("pk", flat=True))


def tell_or_settle(clause: LibraryClause, entry: LedgerEntry, *, waited: bool) -> None:
    """When a clause begins to wait, whoever may approve it is told, once until it is approved or taken back. Who writes
    in it meanwhile is not asked any more. `entry` is the change after which it waits."""
    if not waits(clause):
        settle_all(clause)
    elif waited:
        settle_about(clause, WAITS, people=worded_by(clause))
    else:
        _tell(clause, entry)


def settle_all(clause: LibraryClause) -> None:
    """Nothing of the clause waits for anybody; nor do imports, where nothing of the whole library does."""
    settle_about(clause, WAITS)
    told = Notification.objects.filter(kind=IMPORT_WAITS, read_at=None)
    if told.exists() and not waiting_ids():
        for key in told.values_list("dedupe_key", flat=True).distinct():
            settle(key)


def tell_of_import(entry: LedgerEntry, began: Collection[UUID]) -> None:
    """Of many clauses that begin to wait at once people are told by one notice, which leads to all that wait."""
    clauses = list(LibraryClause.objects.filter(pk__in=began).order_by("title"))
    if len(clauses) == 1:
        _tell(clauses[0], entry)
    if len(clauses) < 2:
        return
    people = {*people_with_roles(*APPROVERS)}.intersection(*map(approvers_of, clauses))
    title = ngettext("%(n)d library clause waits for approval", "%(n)d library clauses wait for approval", len(clauses))
    tell(
        people,
        kind=IMPORT_WAITS,
        title=title % {"n": len(clauses)},
        body=_("They came by one import, the first is “%(title)s”.") % {"title": clauses[0].title},
        url=f"{reverse('library-clauses')}?waits=true",
        subject=clauses[0],
        dedupe_key=f"library-import:{entry.pk}",
    )


def approvers_of(clause: LibraryClause) -> set[UUID]:
    """Who may approve what waits: neither who said any of it, nor who wrote in a contract that it frees."""
    people = {*people_with_roles(*APPROVERS)} - worded_by(clause)
    types = types_taken_off(clause)
    return {person for person in people if written_where_it_counts(person, clause, types) is None}


def _tell(clause: LibraryClause, entry: LedgerEntry) -> None:
    tell(
        approvers_of(clause),
        kind=WAITS,
        title=_("Library clause waits for approval: %(title)s") % {"title": clause.title},
        body=entry.reason,
        url=clause.get_absolute_url(),
        subject=clause,
        dedupe_key=f"library-clause:{clause.pk}:{entry.pk}",
    )
