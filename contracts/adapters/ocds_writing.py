"""Contracts as the Open Contracting Data Standard 1.1 publishes them: release and record packages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.encoding import iri_to_uri

from clm.lib.canonical import digest

VERSION = "1.1"
RELEASE, RECORD = "release", "record"
FORMS = (RELEASE, RECORD)
# What may be left out of a release where nothing is known of it; an amount of nothing is known.
_NOTHING: tuple[Any, ...] = (None, "", [], {})
# Source: Open Contracting Data Standard 1.1, closed codelists contractStatus, method and procurementCategory: no other
# word may stand there, whatever was read.
STATUSES = frozenset({"pending", "active", "cancelled", "terminated"})
METHODS = frozenset({"open", "selective", "limited", "direct"})
CATEGORIES = frozenset({"goods", "works", "services"})


@dataclass(frozen=True)
class Publisher:
    name: str
    uri: str
    license_url: str
    package_uri: str


@dataclass(frozen=True)
class OutParty:
    """A party with its part in the process."""

    key: str
    name: str
    roles: tuple[str, ...]
    identifiers: tuple[tuple[str, str], ...] = ()
    address: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OutContract:
    """One contract; days and instants as ISO texts with their zone, `last_day` included."""

    ocid: str
    key: str
    award_key: str
    title: str
    description: str
    status: str
    amount: Decimal | None
    currency: str
    signed_at: str
    starts_at: str
    ends_at: str
    extends_to: str
    parties: tuple[OutParty, ...]
    tender: Mapping[str, str] = field(default_factory=dict)
    documents: Sequence[Mapping[str, str]] = ()
    amendments: Sequence[Mapping[str, str]] = ()


def package(form: str, contracts: Sequence[OutContract], publisher: Publisher, at: datetime) -> dict[str, Any]:
    """All processes of the contracts, in the form `release` or `record`."""
    processes: dict[str, list[OutContract]] = {}
    for each in contracts:
        processes.setdefault(each.ocid, []).append(each)
    instant = _instant(at)
    head = {
        "uri": publisher.package_uri,
        "version": VERSION,
        "publishedDate": instant,
        "publisher": _said({"name": publisher.name, "uri": publisher.uri}),
        "license": publisher.license_url,
    }
    releases = [_release(ocid, group, instant) for ocid, group in processes.items()]
    if form == RELEASE:
        return _said(head) | {"releases": releases}
    return _said(head) | {"records": [_record(release) for release in releases]}


def _record(release: dict[str, Any]) -> dict[str, Any]:
    made = {**release, "id": f"{release['id']}-compiled", "tag": ["compiled"]}
    return {"ocid": release["ocid"], "releases": [release], "compiledRelease": made}


def _release(ocid: str, contracts: list[OutContract], instant: str) -> dict[str, Any]:
    """The identity of a release is over what it says: the same again is the same release."""
    parties = _parties(contracts)
    buyer = next((party for party in parties if "buyer" in party["roles"]), None)
    tender = next((each.tender for each in contracts if each.tender), {})
    said = _said(
        {
            "tag": ["contract"],
            "initiationType": "tender",
            "parties": parties,
            "buyer": {"id": buyer["id"], "name": buyer["name"]} if buyer else None,
            "tender": _said({"id": f"{ocid}-tender", **tender}) if tender else None,
            "awards": _awards(contracts),
            "contracts": [_contract(each) for each in contracts],
        }
    )
    return {"ocid": ocid, "id": f"{ocid}-{digest(said)[:16]}", "date": instant, **said}


def _parties(contracts: list[OutContract]) -> list[dict[str, Any]]:
    found: dict[str, OutParty] = {}
    roles: dict[str, list[str]] = {}
    for party in (party for each in contracts for party in each.parties):
        found.setdefault(party.key, party)
        known = roles.setdefault(party.key, [])
        known += [role for role in party.roles if role not in known]
    return [_party(party, roles[key]) for key, party in found.items()]


def _party(party: OutParty, roles: list[str]) -> dict[str, Any]:
    numbers = [{"scheme": scheme, "id": number, "legalName": party.name} for scheme, number in party.identifiers]
    return _said(
        {
            "id": party.key,
            "name": party.name,
            "roles": roles,
            "identifier": numbers[0] if numbers else None,
            "additionalIdentifiers": numbers[1:],
            "address": _said(dict(party.address)),
        }
    )


def _awards(contracts: list[OutContract]) -> list[dict[str, Any]]:
    """Who was awarded the contracts; several may come from one award. Nothing else is known of the award itself."""
    groups: dict[str, list[OutContract]] = {}
    for each in contracts:
        groups.setdefault(each.award_key, []).append(each)
    return [_award(key, group) for key, group in groups.items()]


def _award(key: str, contracts: list[OutContract]) -> dict[str, Any]:
    parties = (party for each in contracts for party in each.parties if "supplier" in party.roles)
    suppliers = list({party.key: {"id": party.key, "name": party.name} for party in parties}.values())
    return _said({"id": key, "title": contracts[0].title, "status": "active", "suppliers": suppliers})


def _contract(each: OutContract) -> dict[str, Any]:
    period = {"startDate": each.starts_at, "endDate": each.ends_at, "maxExtentDate": each.extends_to}
    return _said(
        {
            "id": each.key,
            "awardID": each.award_key,
            "title": each.title,
            "description": each.description,
            "status": each.status,
            "period": _said(period),
            "value": _value(each.amount, each.currency),
            "dateSigned": each.signed_at,
            "documents": _told_apart(each.documents),
            "amendments": _told_apart(each.amendments),
        }
    )


def _told_apart(notes: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Each with an id of its own within the list: by it the standard tells what is new from what was changed."""
    found: dict[str, dict[str, Any]] = {}
    for place, note in enumerate(notes, start=1):
        key = note.get("id") or str(place)
        while key in found:
            key = f"{key}-{place}"
        found[key] = _said({**note, "id": key, "url": iri_to_uri(note.get("url"))})
    return list(found.values())


def _value(amount: Decimal | None, currency: str) -> dict[str, Any] | None:
    """The standard asks for a number of JSON. What such a number would round is not said."""
    if amount is None or not currency:
        return None
    number = int(amount) if amount == amount.to_integral_value() else float(amount)
    return {"amount": number, "currency": currency} if Decimal(repr(number)) == amount else None


def _said(facts: dict[str, Any]) -> dict[str, Any]:
    """Without what nothing is known of: the standard has no empty values."""
    return {name: value for name, value in facts.items() if value not in _NOTHING}


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
