"""A contract that somebody published is known here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.canonical import digest, to_plain
from clm.lib.errors import DomainError
from clm.lib.locks import advisory_lock
from contracts.adapters.ocds import Body, PublicFacts
from contracts.events import open_contracts as events
from contracts.models import Contract, ContractParty, OpenContract, Party, PartyIdentifier
from contracts.models.contract import Category
from contracts.operations.change_contract import change_contract
from contracts.operations.create_contract import create_contract
from contracts.operations.create_party import create_party
from contracts.operations.parties.address_party import add_address
from contracts.operations.parties.identify_party import add_identifier
from contracts.operations.set_parties import add_party

VERB = "contracts.import_open_contracts"
BUYER, SUPPLIER = "buyer", "supplier"
# Where our own legal entity stands; empty: neither side is ours.
SIDES = (BUYER, SUPPLIER, "")
# Kept beside the contract, not as facts of its own.
KEPT = (
    "status", "signed_at", "starts_on", "ends_on", "extends_to", "method", "tender_key", "tender_title", "procured",
    "documents", "amendments", "released_at",
)  # fmt: skip
_LEI = "XI-LEI"


@dataclass(frozen=True)
class Taken:
    """`outcome` is added, changed or unchanged; `touched` names what is other than before."""

    contract: Contract
    outcome: str
    touched: tuple[str, ...] = ()


@transaction.atomic
def take_open_contract(*, actor: Actor, facts: PublicFacts, ours: str = "") -> Taken:
    """The contract is a draft with its parties, value and what was published of it; read again, it is changed where
    the file says something else, and stays as it is where it says the same. Parties are added, never taken away.

    Nothing of it is a signed text: whoever has that files it. Raises what the verbs on contracts and parties raise, and
    NotVisible for a contract that is known and that the actor does not see.
    """
    advisory_lock(f"ocds:{actor.organization_id}:{facts.ocid}:{facts.key}")
    require(actor, VERB)
    said = digest([{**asdict(facts), "path": ""}, ours])
    known = OpenContract.objects.select_related("contract").filter(ocid=facts.ocid, key=facts.key).first()
    if known is not None:
        require(actor, VERB, known)
        if known.digest == said:
            return Taken(known.contract, "unchanged")
    touched = _changed(actor, known.contract, facts) if known else ()
    contract = known.contract if known else _created(actor, facts)
    opened = known or OpenContract(organization_id=actor.organization_id, contract=contract)
    _put(opened, facts, said)
    opened.roles = {**opened.roles, **_bring_parties(actor, contract, facts, ours)}
    opened.save()
    record(actor, events.open_contract_read(opened, is_new=known is None, touched=touched))
    return Taken(contract, "changed" if known else "added", touched)


def _created(actor: Actor, facts: PublicFacts) -> Contract:
    category = Category.SERVICES if facts.procured == "services" else Category.OTHER
    return create_contract(actor=actor, **_own(facts), category=category)


def _own(facts: PublicFacts) -> dict[str, Any]:
    """What a contract has a place for."""
    return {
        "title": facts.title,
        "description": facts.description,
        "external_reference": facts.key if len(facts.key) <= 80 else "",
        "value_amount": facts.amount,
        "currency": facts.currency,
    }


def _changed(actor: Actor, contract: Contract, facts: PublicFacts) -> tuple[str, ...]:
    """The fields that are given other values. What the file no longer says stays."""
    wanted = {name: value for name, value in _own(facts).items() if value not in ("", None)}
    other = {name: value for name, value in wanted.items() if getattr(contract, name) != value}
    if other:
        change_contract(actor=actor, contract_id=contract.pk, **other)
        contract.refresh_from_db(fields=list(other))
    return tuple(other)


def _put(opened: OpenContract, facts: PublicFacts, said: str) -> None:
    opened.ocid, opened.key, opened.award_key = facts.ocid, facts.key, facts.award_key
    opened.facts = {name: to_plain(getattr(facts, name)) for name in KEPT}
    opened.digest, opened.read_at = said, clock.now()


def _bring_parties(actor: Actor, contract: Contract, facts: PublicFacts, ours: str) -> dict[str, list[str]]:
    """Who buys and who supplies, by the id of the party."""
    roles: dict[str, list[str]] = {}
    for side, body in _bodies(facts):
        role = ContractParty.Role.OURS if side == ours else ContractParty.Role.COUNTERPARTY
        party = _known(body) or _introduced(actor, body, is_ours=side == ours)
        add_party(actor=actor, contract_id=contract.pk, party_id=party.pk, role=role)
        roles.setdefault(str(party.pk), []).append(side)
    return roles


def _bodies(facts: PublicFacts) -> Iterator[tuple[str, Body]]:
    yield from ((BUYER, body) for body in facts.buyers)
    yield from ((SUPPLIER, body) for body in facts.suppliers)


def _known(body: Body) -> Party | None:
    """The party of this number, else of this name where no other number of the same register speaks against it."""
    kind, issuer = _kind(body)
    numbers = PartyIdentifier.objects.select_related("party").filter(kind=kind, issuer__iexact=issuer)
    if body.identifier and body.scheme:
        found = numbers.filter(value__iexact=body.identifier).first()
        if found is not None:
            return found.party
    named = Party.objects.filter(name__iexact=body.name).first()
    if named is None or not body.identifier:
        return named
    return None if numbers.filter(party=named).exists() else named


def _introduced(actor: Actor, body: Body, *, is_ours: bool) -> Party:
    """A party, with its number and its office where they can be read."""
    name = body.name
    if Party.objects.filter(name__iexact=name).exists():
        name = f"{name[:150]} ({body.scheme} {body.identifier})"[:200]
    party = create_party(actor=actor, name=name, is_ours=is_ours, country=body.address.get("country", ""))
    _number(actor, party.pk, body)
    place = {part: body.address.get(part, "") for part in ("street", "city", "region", "country")}
    postal_code = body.address.get("postal_code", "")[:16]
    if place["street"] and place["city"] and place["country"]:
        place = {part: text[:120] if part != "street" else text for part, text in place.items()}
        add_address(actor=actor, party_id=party.pk, kind="registered", postal_code=postal_code, **place)
    return party


def _number(actor: Actor, party_id: UUID, body: Body) -> None:
    if not (body.identifier and body.scheme):
        return
    kind, issuer = _kind(body)
    try:
        add_identifier(actor=actor, party_id=party_id, kind=kind, value=body.identifier, issuer=issuer)
    except DomainError as refusal:
        what = {"name": body.name, "number": f"{body.scheme} {body.identifier}", "why": refusal.message}
        message = _("%(name)s, %(number)s: %(why)s") % what
        raise DomainError(refusal.code, message, detail=refusal.detail) from refusal


def _kind(body: Body) -> tuple[str, str]:
    kinds = PartyIdentifier.Kind
    return (kinds.LEI, "") if body.scheme == _LEI else (kinds.REGISTER, body.scheme)
