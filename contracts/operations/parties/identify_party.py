"""The numbers by which a legal entity is known."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import advisory_lock, lock_row
from contracts.engine.identifiers import Unreadable, normalized
from contracts.events import parties as events
from contracts.models import Party, PartyIdentifier
from contracts.operations.parties.guards import CHANGE, check_choice, part_of_party

ISSUED = (PartyIdentifier.Kind.REGISTER, PartyIdentifier.Kind.OTHER)


@transaction.atomic
def add_identifier(*, actor: Actor, party_id: UUID, kind: str, value: str, issuer: str = "") -> PartyIdentifier:
    """The party is known by the number, written as its kind is kept; no other party has it.

    Raises Invalid `kind_unknown`, `identifier_unreadable`, `issuer_missing`, `issuer_unwanted`, DomainError
    `identifier_known` with the party that has it.
    """
    party = lock_row(Party, party_id)
    require(actor, CHANGE, party)
    check_choice("kind", kind, PartyIdentifier.Kind.values)
    kept, by = _read(kind, value), " ".join(issuer.split())
    _check_issuer(kind, by)
    advisory_lock(f"party-identifier:{party.organization_id}:{kind}:{kept.casefold()}")
    _check_free(kind, kept, by)
    identifier = PartyIdentifier.objects.create(
        organization_id=party.organization_id, party=party, kind=kind, value=kept, issuer=by
    )
    record(actor, events.identifier_set("party.identifier_added", identifier))
    return identifier


@transaction.atomic
def remove_identifier(*, actor: Actor, party_id: UUID, identifier_id: UUID) -> Party:
    """The party is no longer known by the number."""
    party = lock_row(Party, party_id)
    require(actor, CHANGE, party)
    identifier = part_of_party(party, PartyIdentifier, identifier_id)
    record(actor, events.identifier_set("party.identifier_removed", identifier))
    identifier.delete()
    return party


def _read(kind: str, value: str) -> str:
    try:
        return normalized(kind, value)
    except Unreadable as fault:
        message = _("Mistyped: its check digits do not fit.") if fault.code == "check" else _("Not such a number.")
        raise Invalid("identifier_unreadable", message, fields={"value": [message]}) from fault


def _check_issuer(kind: str, issuer: str) -> None:
    if kind in ISSUED and not issuer:
        message = _("Name the register, or who gave the number.")
        raise Invalid("issuer_missing", message, fields={"issuer": [message]})
    if kind not in ISSUED and issuer:
        message = _("Such a number needs no register.")
        raise Invalid("issuer_unwanted", message, fields={"issuer": [message]})


def _check_free(kind: str, value: str, issuer: str) -> None:
    rows = PartyIdentifier.objects.filter(kind=kind, value__iexact=value, issuer__iexact=issuer)
    known = rows.select_related("party").first()
    if known is not None:
        message = _("%(party)s has this number.") % {"party": known.party.name}
        detail = {"party": str(known.party_id)}
        raise DomainError("identifier_known", message, detail=detail, fields={"value": [message]})
