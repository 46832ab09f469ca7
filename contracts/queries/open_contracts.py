"""Reads of contracts in the open: what is published, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from clm.access.permissions import visible
from clm.audit.models import LedgerEntry
from clm.lib.actor import Actor
from contracts.adapters.ocds import country_name
from contracts.adapters.ocds_writing import CATEGORIES, METHODS, STATUSES, OutContract, OutParty, Publisher
from contracts.models import Contract, Envelope, OpenContract, OpenPublisher, Party, PartyAddress, Term, Version
from contracts.models.party import PartyIdentifier
from contracts.states import IN_FORCE, NOT_SIGNED, ContractState, VersionState

_SCHEMES = {PartyIdentifier.Kind.LEI: "XI-LEI", PartyIdentifier.Kind.DUNS: "XI-DUNS"}


def open_rows(actor: Actor) -> QuerySet[OpenContract]:
    """Contracts that were read from a publication or are published, and that the actor sees."""
    return visible(actor, OpenContract.objects.select_related("contract").defer("contract__search", "facts"))


def published(actor: Actor, ids: Iterable[UUID] | None = None) -> QuerySet[OpenContract]:
    """What goes out: never a confidential contract, and none that was disposed of. `ids` are contracts'."""
    rows = visible(actor, OpenContract.objects.filter(published_at__isnull=False))
    rows = rows.filter(contract__is_confidential=False).exclude(contract__state=ContractState.DISPOSED)
    rows = rows if ids is None else rows.filter(contract__in=list(ids))
    return rows.select_related("contract").defer("contract__search").order_by("ocid", "key")


def publisher_of(row: OpenPublisher) -> Publisher:
    address = f"{settings.SITE_URL}{reverse('api-open-contracts-package')}"
    return Publisher(row.name, row.uri, row.license_url, address)


def out_contracts(rows: Iterable[OpenContract]) -> list[OutContract]:
    """What is said of each; some queries for all of them."""
    found = list(rows)
    ids = [row.contract_id for row in found]
    parties, signed = _parties(found), _signed(ids)
    terms, versions = _terms(ids), _versions(ids)
    return [
        _out(
            row, parties, signed.get(row.contract_id, ""), terms.get(row.contract_id), versions.get(row.contract_id, [])
        )
        for row in found
    ]


def _out(
    row: OpenContract,
    parties: Mapping[str, Party],
    signed: str,
    term: tuple[date, date] | None,
    versions: list[Version],
) -> OutContract:
    contract, facts = row.contract, row.facts
    period = _period(contract, facts, term)
    return OutContract(
        ocid=row.ocid,
        key=row.key,
        award_key=row.award_key or f"{row.key}-award",
        title=contract.title,
        description=contract.description if row.with_description else "",
        status=_status(contract, facts),
        amount=contract.value_amount,
        currency=contract.currency,
        signed_at=_instant(signed or facts.get("signed_at", ""), contract.time_zone),
        starts_at=period[0],
        ends_at=period[1],
        extends_to=period[2],
        parties=tuple(_party(parties[key], tuple(roles)) for key, roles in sorted(row.roles.items()) if key in parties),
        tender=_tender(facts),
        documents=[
            *_dated(facts.get("documents", []), "datePublished", contract.time_zone),
            *(_document(version) for version in versions),
        ],
        amendments=[
            *_dated(facts.get("amendments", []), "date", contract.time_zone),
            *(_amendment(version) for version in versions[1:]),
        ],
    )


def _parties(rows: list[OpenContract]) -> dict[str, Party]:
    ids = {key for row in rows for key in row.roles}
    office = Prefetch("addresses", PartyAddress.objects.filter(kind=PartyAddress.Kind.REGISTERED), to_attr="offices")
    found = Party.objects.filter(pk__in=ids).prefetch_related(office, "identifiers")
    return {str(party.pk): party for party in found}


def _party(party: Party, roles: tuple[str, ...]) -> OutParty:
    numbers = tuple(
        (_SCHEMES.get(PartyIdentifier.Kind(each.kind), each.issuer), each.value)
        for each in sorted(party.identifiers.all(), key=lambda each: (each.kind != "register", each.issuer, each.value))
        if each.issuer or PartyIdentifier.Kind(each.kind) in _SCHEMES
    )
    key = "-".join(numbers[0]) if numbers else f"covenant-{party.pk}"
    return OutParty(key, party.name, roles, numbers, _office(party))


def _office(party: Any) -> dict[str, str]:
    if not party.offices:
        return {}
    office: PartyAddress = party.offices[0]
    return {
        "streetAddress": office.street,
        "locality": office.city,
        "region": office.region,
        "postalCode": office.postal_code,
        "countryName": country_name(office.country),
    }


def _signed(ids: list[UUID]) -> dict[UUID, str]:
    """The day of the signature, as it was recorded."""
    entries = LedgerEntry.objects.filter(event="contract.executed", subject_id__in=ids, after__has_key="executed_on")
    return {pk: str(day) for pk, day in entries.order_by("id").values_list("subject_id", "after__executed_on")}


def _terms(ids: list[UUID]) -> dict[UUID, tuple[date, date]]:
    """[first day, day after the last) of all terms so far."""
    found: dict[UUID, tuple[date, date]] = {}
    terms = Term.objects.filter(contract__in=ids).order_by("number").values_list("contract_id", "starts_on", "ends_on")
    for pk, starts_on, ends_on in terms:
        found[pk] = (found[pk][0] if pk in found else starts_on, ends_on)
    return found


def _versions(ids: list[UUID]) -> dict[UUID, list[Version]]:
    """The texts that are final, oldest first: the contract and what amended it, each with what was sealed of it."""
    rows = Version.objects.filter(contract__in=ids, state=VersionState.FINAL).order_by("number")
    sealed = Envelope.objects.filter(executed__isnull=False).select_related("executed").order_by("sealed_at")
    rows = rows.prefetch_related(Prefetch("envelopes", sealed, to_attr="sealed"))
    found: dict[UUID, list[Version]] = {}
    for version in rows.select_related("blob").defer("text", "surroundings", "warnings"):
        found.setdefault(version.contract_id, []).append(version)
    return found


def _period(contract: Contract, facts: Mapping[str, Any], term: tuple[date, date] | None) -> tuple[str, str, str]:
    if term is not None:
        last = term[1] - timedelta(days=1)
        return _at(term[0], contract.time_zone), _at(last, contract.time_zone, time(23, 59, 59)), ""
    names = (("starts_on", time(0)), ("ends_on", time(23, 59, 59)), ("extends_to", time(23, 59, 59)))
    days = [(facts.get(name), hour) for name, hour in names]
    first, end, extent = (_at(date.fromisoformat(day), contract.time_zone, hour) if day else "" for day, hour in days)
    return first, end, extent


def _at(day: date, zone: str, hour: time = time(0)) -> str:
    """The instant of a day's local hour, with the offset that the zone had then."""
    return datetime.combine(day, hour, ZoneInfo(zone)).isoformat()


def _instant(said: str, zone: str) -> str:
    """The standard has instants with an offset alone: the begin of the day stands for a day, and the contract's zone
    for none. What cannot be read is not said."""
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return ""
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).isoformat()


def _dated(notes: Iterable[Mapping[str, str]], name: str, zone: str) -> list[dict[str, str]]:
    """Notes as they were read, with the instant of that name as the standard has it."""
    return [{**note, name: _instant(note.get(name, ""), zone)} for note in notes]


def _status(contract: Contract, facts: Mapping[str, Any]) -> str:
    """In the words of the standard's list. What was read and not worked on since is as it was read."""
    if contract.state == ContractState.DRAFT and facts.get("status") in STATUSES:
        return str(facts["status"])
    if contract.state in NOT_SIGNED:
        return "pending"
    return "active" if contract.state in (ContractState.EXECUTED, *IN_FORCE) else "terminated"


def _tender(facts: Mapping[str, Any]) -> dict[str, str]:
    names = {
        "id": "tender_key",
        "title": "tender_title",
        "procurementMethod": "method",
        "mainProcurementCategory": "procured",
    }
    closed = {"procurementMethod": METHODS, "mainProcurementCategory": CATEGORIES}
    said = {theirs: str(facts[ours]) for theirs, ours in names.items() if facts.get(ours)}
    return {name: value for name, value in said.items() if value in closed.get(name, (value,))}


def _document(version: Version) -> dict[str, str]:
    """A text by the hash of what was filed, which stays its name. Of one that was sealed here, the hash of the sealed
    file is said, with the page on which anybody asks for it: it knows no other."""
    sealed = next((each.executed for each in reversed(version.sealed)), None)  # type: ignore[attr-defined]
    of = sealed or version.blob
    said = {
        "id": version.blob.sha256,
        "documentType": "contractSigned",
        "title": f"Version {version.number}",
        "description": f"sha256 {of.sha256}",
        "format": of.media_type,
    }
    return said | {"url": f"{settings.SITE_URL}/verify/"} if sealed else said


def _amendment(version: Version) -> dict[str, str]:
    at = version.finalized_at
    return {
        "id": f"version-{version.number}",
        "date": at.isoformat(timespec="seconds") if at else "",
        "description": f"Version {version.number}",
    }
