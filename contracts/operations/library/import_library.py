"""Clauses come into the library from a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
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
from contracts.operations.library.guards import FACTS, check_facts, ladder_of, tell_of_import, waiting_ids

VERB = "contracts.import_library"
OUTCOMES = ("added", "changed", "unchanged", "wrong")


@dataclass(frozen=True)
class Imported:
    """What became of one clause of the file: `errors` say all that is wrong with it, by field, `touched` which facts
    are other ones."""

    place: int
    title: str
    outcome: str
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    touched: tuple[str, ...] = ()


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
    before, waited = transaction.savepoint(), waiting_ids()
    people = _people(entries)
    titles: set[str] = set()
    rows = tuple(_imported(actor, place, entry, people, titles) for place, entry in enumerate(entries, 1))
    found = LibraryImport(rows, is_done=not is_trial and all(row.outcome != "wrong" for row in rows))
    if not found.is_done:
        transaction.savepoint_rollback(before)
        return found
    organization = Organization.objects.get(pk=actor.organization_id)
    entry = record(actor, events.library_imported(organization, found.counts))
    tell_of_import(entry, waiting_ids() - waited)
    return found


def _imported(
    actor: Actor, place: int, entry: Mapping[str, Any], people: Mapping[str, Any], titles: set[str]
) -> Imported:
    title = str(entry.get("title", "")).strip()
    known = LibraryClause.objects.filter(title__iexact=title).first()
    facts = _facts(entry, people)
    errors = _errors(title, facts, entry, known, titles)
    if errors:
        return Imported(place, title, "wrong", errors)
    try:
        with transaction.atomic():
            outcome, touched = _put(actor, known, facts)
    except DomainError as refusal:
        return Imported(place, title, "wrong", refusal.fields or {"title": [refusal.message]})
    return Imported(place, title, outcome, touched=touched)


def _errors(
    title: str, facts: Mapping[str, Any], entry: Mapping[str, Any], known: LibraryClause | None, titles: set[str]
) -> dict[str, list[str]]:
    """All that is wrong with a clause, by field: each fact is asked about by itself."""
    checks: list[tuple[str, Callable[[], Any]]] = [("title", lambda: _check_once(title, titles))]
    if known is None:
        checks += [(name, partial(_check_there, name, facts)) for name in ("category", "positions")]
    if "owner" in entry and facts.get("owner_id") is None:
        checks.append(("owner", _refuse_owner))
    given = {name: value for name, value in facts.items() if name != "positions" and value is not None}
    for name, value in given.items():
        checks.append((name, partial(check_facts, {name: value}, None if known is None else known.pk)))
    if "positions" in facts:
        checks.append(("positions", lambda: ladder_of(facts["positions"])))
    found: dict[str, list[str]] = {}
    for name, check in checks:
        try:
            check()
        except DomainError as refusal:
            found.setdefault(name, []).append(refusal.message)
    return found


def _check_there(name: str, facts: Mapping[str, Any]) -> None:
    if name not in facts:
        raise Invalid("fact_missing", _("A new clause needs it."))


def _refuse_owner() -> None:
    raise Invalid("owner_unknown", _("No member has this address."))


def _check_once(title: str, titles: set[str]) -> None:
    if title.casefold() in titles:
        message = _("This title stands in the file twice.")
        raise Invalid("title_twice", message, fields={"title": [message]})
    titles.add(title.casefold())


def _put(actor: Actor, known: LibraryClause | None, facts: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The outcome, and the facts that are other ones now."""
    if known is None:
        add_library_clause(actor=actor, is_told=False, **facts)
        return "added", ()
    was = _as_it_is(known)
    change_library_clause(actor=actor, clause_id=known.pk, note=_("Imported"), is_told=False, **facts)
    now = _as_it_is(LibraryClause.objects.get(pk=known.pk))
    touched = tuple(name for name in now if now[name] != was[name])
    return ("changed" if touched else "unchanged"), touched


def _as_it_is(clause: LibraryClause) -> dict[str, Any]:
    newest = LibraryClauseVersion.objects.filter(clause=clause).latest("number")
    facts: dict[str, Any] = {"owner" if name == "owner_id" else name: getattr(clause, name) for name in FACTS}
    return facts | {"positions": newest.positions, "mandatory_for": clause.wanted_for}


def _facts(entry: Mapping[str, Any], people: Mapping[str, Any]) -> dict[str, Any]:
    """What the verbs take; the owner is named by address, None where nobody has it."""
    facts = {name: value for name, value in entry.items() if name != "owner"}
    if "mandatory_for" in facts:
        facts["mandatory_for"] = sorted(set(facts["mandatory_for"]))
    for name in facts.keys() & {"title", "guidance", "attribution"}:
        facts[name] = str(facts[name]).strip()
    if "owner" in entry:
        facts["owner_id"] = people.get(str(entry["owner"]).strip().casefold())
    return facts


def _people(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The present members by their addresses in small letters."""
    if not any("owner" in entry for entry in entries):
        return {}
    members = Membership.objects.filter(removed_at=None).values_list("user__email", "user_id")
    return {email.casefold(): user for email, user in members}
