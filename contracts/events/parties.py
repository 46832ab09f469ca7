"""Facts about what is known of a legal entity. The party is their subject, so that its page has them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from clm.events.record import Event
from contracts.models import Party, PartyAddress, PartyContact, PartyIdentifier

CHANGE = "contracts.change_party"


def identifier_set(type_: str, identifier: PartyIdentifier) -> Event:
    """party.identifier_added or .identifier_removed."""
    facts = {"identifier_kind": identifier.kind, "identifier": str(identifier)}
    is_gone = type_.endswith("removed")
    return _party(type_, identifier.party, before=facts if is_gone else {}, after={} if is_gone else facts)


def address_set(type_: str, address: PartyAddress, before: Mapping[str, Any], after: Mapping[str, Any]) -> Event:
    return _party(type_, address.party, before=before, after=after)


def contact_facts(contact: PartyContact) -> dict[str, Any]:
    """What the ledger keeps: nothing by which the person is known, for that may have to be erased."""
    return {
        "contact_side": contact.side,
        "function": contact.function,
        "escalation_level": contact.escalation_level,
        "days": contact.days,
        "opens_at": contact.opens_at,
        "closes_at": contact.closes_at,
        "time_zone": contact.time_zone,
    }


def contact_set(
    type_: str, contact: PartyContact, before: Mapping[str, Any], after: Mapping[str, Any], told: Sequence[str] = ()
) -> Event:
    """`told` names the personal fields that changed."""
    also = {"also_changed": list(told)} if told else {}
    return _party(type_, contact.party, before=before, after={**after, **also}, contact_id=contact.pk)


def parent_set(party: Party, before: UUID | None) -> Event:
    return _party("party.parent_set", party, before={"parent": before}, after={"parent": party.parent_id})


def archiving_set(type_: str, party: Party, reason: str) -> Event:
    """party.archived or party.reinstated."""
    now = {"is_archived": party.is_archived}
    before = {"is_archived": not party.is_archived}
    return _party(type_, party, before=before, after=now, verb="contracts.archive_party", reason=reason)


def _party(
    type_: str,
    party: Party,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    verb: str = CHANGE,
    reason: str = "",
    **payload: Any,
) -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=party,
        before=before,
        after=after,
        payload={"party_id": party.pk, **payload},
        reason=reason,
    )
