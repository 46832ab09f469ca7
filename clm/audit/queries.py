"""Reads of the ledger: histories with names put to the ids, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from clm.accounts.models import ApiToken, User
from clm.audit.access import unhidden
from clm.audit.models import LedgerEntry
from clm.audit.wording import About, about_for, event_in_words, field_of, ids_in, in_people_words, names_for
from clm.lib.actor import Actor


class Change(NamedTuple):
    """One field's values before and after; None where the entry has none on that side."""

    label: str
    before: Any
    after: Any


@dataclass(frozen=True)
class HistoryEntry:
    """A ledger entry for people: who, what, when, and the changed fields. Names are those of now, not of then. `about`
    is which of several things it speaks of, and `url` where that is read; empty in the history of one thing."""

    id: UUID
    sequence: int | None
    at: datetime
    who: str
    actor_kind: str
    what: str
    event: str
    verb: str
    subject_type: str
    subject_id: UUID
    contract_id: UUID | None
    reason: str
    changes: tuple[Change, ...]
    about: str = ""
    url: str = ""


def entries_of(subject: Model, *, limit: int = 200) -> list[HistoryEntry]:
    """The history of one thing, newest first. The caller has made sure that the reader sees the thing."""
    rows = LedgerEntry.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
    return as_history(rows.order_by("-id")[:limit], of_one=True)


def history_for(actor: Actor, subject: Model, *, limit: int = 200) -> list[HistoryEntry]:
    """The history of one thing that the actor sees, newest first; empty for the other side, which sees none."""
    rows = LedgerEntry.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
    return as_history(unhidden(actor, rows).order_by("-id")[:limit], of_one=True)


# Who looked at what is in the ledger, and would bury what happened.
LOOKS = ("contract.read",)


def contract_entries(actor: Actor, contract_id: UUID, *, limit: int = 200) -> list[HistoryEntry]:
    """The history of a contract and all that belongs to it, newest first; empty for who may not see the contract."""
    rows = unhidden(actor, LedgerEntry.objects.filter(contract_id=contract_id)).exclude(event__in=LOOKS)
    return as_history(rows.order_by("-id")[:limit])


def as_history(entries: Iterable[LedgerEntry], *, of_one: bool = False) -> list[HistoryEntry]:
    """The entries for people, in the same order; a query for each kind of name however many there are. `of_one` thing:
    nothing is said of which."""
    rows = list(entries)
    names = names_of({(row.actor_kind, row.actor_id) for row in rows})
    named = names_for(ids_in(value for row in rows for kept in (row.before, row.after) for value in kept.values()))
    about = {} if of_one else about_for((row.subject_type, row.subject_id) for row in rows)
    nothing = About()
    return [
        _history(
            row, names[(row.actor_kind, row.actor_id)], named, about.get((row.subject_type, row.subject_id), nothing)
        )
        for row in rows
    ]


def names_of(actors: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """A name for each (kind, id): the person's, the token's, or the system actor's own."""
    wanted = set(actors)
    people = dict(_named(User.objects.all(), wanted, "user"))
    tokens = dict(_named(ApiToken.objects.all(), wanted, "token"))
    found = {**people, **tokens}
    return {actor: found.get(actor) or _nameless(*actor) for actor in wanted}


def _named(rows: QuerySet[Any], actors: Iterable[tuple[str, str]], kind: str) -> Iterable[tuple[tuple[str, str], str]]:
    ids = [identity for actor_kind, identity in actors if actor_kind == kind]
    if not ids:
        return []
    return [((kind, str(row.pk)), str(row)) for row in rows.filter(pk__in=ids)]


def _nameless(kind: str, identity: str) -> str:
    if kind == "system":
        return _("Covenant: %(name)s") % {"name": identity.replace("_", " ")}
    return _("someone since erased")


def _history(row: LedgerEntry, who: str, named: Mapping[str, str], about: About) -> HistoryEntry:
    return HistoryEntry(
        id=row.pk,
        sequence=row.sequence,
        at=row.at,
        who=who,
        actor_kind=row.actor_kind,
        what=event_in_words(row.event),
        event=row.event,
        verb=row.verb,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        contract_id=row.contract_id,
        reason=row.reason,
        changes=_changes(row, named),
        about=about.name,
        url=about.url,
    )


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """The fields whose values differ, exactly as they are kept, in the order of `after`, those that are gone last;
    empty ones say nothing."""
    return tuple(Change(name.replace("_", " ").capitalize(), *values) for name, *values in _differing(before, after))


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    fields = [*after, *(name for name in before if name not in after)]
    values = [(name, before.get(name), after.get(name)) for name in fields]
    return [(name, was, now) for name, was, now in values if was != now and not (_is_empty(was) and _is_empty(now))]


def _changes(row: LedgerEntry, named: Mapping[str, str]) -> tuple[Change, ...]:
    """With names for ids and labels for codes; without what says nothing to people."""
    found = []
    for name, *values in _differing(row.before, row.after):
        field = field_of(row.subject_type, name)
        was, now = (in_people_words(value, field, named) for value in values)
        if was is not None or now is not None:
            found.append(Change(_label(name), was, now))
    return tuple(found)


def _label(name: str) -> str:
    """`owner_id` is "Owner", `is_confidential` "Confidential", `answers.party_name` "Party name"."""
    words = name.removeprefix("answers.").removeprefix("is_").removesuffix("_id").replace("_", " ")
    return words[:1].upper() + words[1:]


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})
