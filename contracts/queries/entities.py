"""Reads about legal entities: their groups, their people, and entities of almost the same name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import F, QuerySet
from django.db.models.functions import Upper
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from clm.access.permissions import visible
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import ContractParty, Party, PartyContact

# Half of the three-letter parts in common: "Cirrus Hosting" finds "Cirrus Hosting GmbH" and not every "Hosting GmbH".
LIKE_ENOUGH = 0.5
MOST_ALIKE = 5
MOST_SHOWN = 200


@dataclass(frozen=True)
class Level:
    """The contacts of one escalation level; `number` is None for those who are not escalated to."""

    number: int | None
    contacts: list[PartyContact]


@dataclass(frozen=True)
class Member:
    """A company of a group, so many steps below its head."""

    party: Party
    depth: int


def parents_of(party: Party) -> list[Party]:
    """The companies that it belongs to, the nearest first; a query each."""
    found: list[Party] = []
    parent = party.parent
    while parent is not None:
        found.append(parent)
        parent = parent.parent
    return found


def group_of(party: Party) -> list[Member]:
    """The whole group from its head down, each company below its parent by name; empty where it stands alone. A query
    a level."""
    head = [party, *parents_of(party)][-1]
    below: dict[Any, list[Party]] = {}
    level = [head]
    while level:
        found = list(Party.objects.filter(parent__in=level).order_by("name"))
        for each in found:
            below.setdefault(each.parent_id, []).append(each)
        level = found
    return list(_walked(head, below, 0)) if below else []


def _walked(party: Party, below: dict[Any, list[Party]], depth: int) -> Iterable[Member]:
    yield Member(party, depth)
    for child in below.get(party.pk, ()):
        yield from _walked(child, below, depth + 1)


def contacts_of(parties: Iterable[Party]) -> QuerySet[PartyContact]:
    """Level 1 first, those without a level last; ours before theirs."""
    rows = PartyContact.objects.filter(party__in=list(parties)).select_related("party")
    return rows.order_by(F("escalation_level").asc(nulls_last=True), "side", "name", "pk")


def levels_of(contacts: Iterable[PartyContact]) -> list[Level]:
    """The contacts by level, each with its hours in words and, where some are said, `is_reached_now`."""
    levels: list[Level] = []
    for contact in contacts:
        contact.is_reached_now = contact.hours.hold_at(clock.now())  # type: ignore[attr-defined]
        contact.shown_hours = hours_in_words(contact)  # type: ignore[attr-defined]
        if not levels or levels[-1].number != contact.escalation_level:
            levels.append(Level(contact.escalation_level, []))
        levels[-1].contacts.append(contact)
    return levels


def hours_in_words(contact: PartyContact) -> str:
    """Such as "Mon–Fri 09:00–17:00 (Europe/Berlin)"; empty where nothing is said of them."""
    opens_at, closes_at = contact.opens_at, contact.closes_at
    if not contact.days and opens_at is None:
        return ""
    days = _days_in_words(contact.days) or _("every day")
    if opens_at is None or closes_at is None:
        return _("%(days)s, around the clock (%(zone)s)") % {"days": days, "zone": contact.time_zone}
    return f"{days} {opens_at:%H:%M}–{closes_at:%H:%M} ({contact.time_zone})"


def _days_in_words(days: list[int]) -> str:
    names = [str(WEEKDAYS_ABBR[day - 1]) for day in days]
    is_run = len(days) > 2 and days == list(range(days[0], days[-1] + 1))
    return f"{names[0]}–{names[-1]}" if is_run else ", ".join(names)


def similar_parties(actor: Actor, name: str) -> list[Party]:
    """Entities whose name is almost this one, the likest first; by the trigram index."""
    wanted = name.strip().upper()
    if not wanted:
        return []
    named: Any = visible(actor, Party.objects.all()).annotate(upper_name=Upper("name"))
    rows = named.filter(upper_name__trigram_similar=wanted).annotate(likeness=TrigramSimilarity("upper_name", wanted))
    return cast("list[Party]", list(rows.filter(likeness__gte=LIKE_ENOUGH).order_by("-likeness", "name")[:MOST_ALIKE]))


def parts_of(actor: Actor, party: Party) -> QuerySet[ContractParty]:
    """Its parts in the contracts that the actor sees, the newest contract first."""
    rows = ContractParty.objects.filter(party=party).select_related("contract").defer("contract__search")
    return visible(actor, rows).order_by("-contract_id", "role")


def escalation_of(contract_parts: Iterable[ContractParty]) -> list[Level]:
    """Whom to turn to about a contract: the contacts of all parties of the other side, by level."""
    theirs = {part.party for part in contract_parts if part.role != ContractParty.Role.OURS}
    return levels_of(contacts_of(theirs)) if theirs else []
