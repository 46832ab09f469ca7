"""Clauses come into the library from a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts.models import Membership, Organization
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts.events import library as events
from contracts.models import LibraryClause, LibraryClauseVersion
from contracts.operations.library.add_library_clause import add_library_clause
from contracts.operations.library.change_library_clause import change_library_clause

VERB = "contracts.import_library"
OUTCOMES = ("added", "changed", "unchanged", "wrong")


@dataclass(frozen=True)
class Imported:
    """What became of one clause of the file: `errors` say why it is wrong, by field."""

    place: int
    title: str
    outcome: str
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class LibraryImport:
    """Of every clause what became of it, or would become; `is_done` False: nothing was written."""

    rows: tuple[Imported, ...]
    is_done: bool

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(row.outcome for row in self.rows)
        return {outcome: counted[outcome] for outcome in OUTCOMES}


@transaction.atomic
def import_library(*, actor: Actor, entries: Sequence[Mapping[str, Any]], is_trial: bool = False) -> LibraryImport:
    """A clause whose title the library has is changed as `change_library_clause` does, any other is added: new words
    are drafts that wait for approval. All or nothing: with one wrong clause, and on a trial, nothing is written, and
    the rows say what would have been."""
    require(actor, VERB)
    before = transaction.savepoint()
    people = _people(entries)
    titles: set[str] = set()
    rows = tuple(_imported(actor, place, entry, people, titles) for place, entry in enumerate(entries, 1))
    found = LibraryImport(rows, is_done=not is_trial and all(row.outcome != "wrong" for row in rows))
    if not found.is_done:
        transaction.savepoint_rollback(before)
        return found
    organization = Organization.objects.get(pk=actor.organization_id)
    record(actor, events.library_imported(organization, found.counts))
    return found


def _imported(
    actor: Actor, place: int, entry: Mapping[str, Any], people: Mapping[str, Any], titles: set[str]
) -> Imported:
    title = str(entry.get("title", "")).strip()
    try:
        _check_once(title, titles)
        with transaction.atomic():
            outcome = _put(actor, title, _facts(entry, people))
    except DomainError as refusal:
        return Imported(place, title, "wrong", refusal.fields or {"title": [refusal.message]})
    return Imported(place, title, outcome)


def _check_once(title: str, titles: set[str]) -> None:
    if title.casefold() in titles:
        message = _("This title stands in the file twice.")
        raise Invalid("title_twice", message, fields={"title": [message]})
    titles.add(title.casefold())


def _put(actor: Actor, title: str, facts: dict[str, Any]) -> str:
    known = LibraryClause.objects.filter(title__iexact=title).first()
    if known is None:
        lacking = [name for name in ("category", "positions") if name not in facts]
        if lacking:
            message = _("A new clause needs it.")
            raise Invalid("fact_missing", message, fields={name: [message] for name in lacking})
        add_library_clause(actor=actor, **facts)
        return "added"
    was = _as_it_is(known)
    change_library_clause(actor=actor, clause_id=known.pk, note=_("Imported"), **facts)
    return "unchanged" if was == _as_it_is(LibraryClause.objects.get(pk=known.pk)) else "changed"


def _as_it_is(clause: LibraryClause) -> tuple[Any, ...]:
    newest = LibraryClauseVersion.objects.filter(clause=clause).latest("number")
    facts = (clause.title, clause.category, clause.risk, clause.owner_id, clause.guidance, clause.attribution)
    return (*facts, clause.mandatory_for, newest.number, newest.positions)


def _facts(entry: Mapping[str, Any], people: Mapping[str, Any]) -> dict[str, Any]:
    """What the verbs take; the owner is named by address."""
    facts = {name: value for name, value in entry.items() if name != "owner"}
    if "mandatory_for" in facts:
        facts["mandatory_for"] = sorted(set(facts["mandatory_for"]))
    for name in facts.keys() & {"title", "guidance", "attribution"}:
        facts[name] = str(facts[name]).strip()
    if "owner" in entry:
        owner = str(entry["owner"]).strip().casefold()
        if owner not in people:
            message = _("No member has this address.")
            raise Invalid("owner_unknown", message, fields={"owner": [message]})
        facts["owner_id"] = people[owner]
    return facts


def _people(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The present members by their addresses in small letters."""
    if not any("owner" in entry for entry in entries):
        return {}
    members = Membership.objects.filter(removed_at=None).values_list("user__email", "user_id")
    return {email.casefold(): user for email, user in members}
