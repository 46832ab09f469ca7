"""Contracts of others that are published by the Open Contracting Data Standard (1.0 and 1.1): what a file says of them.

Whatever is optional there may be missing here. What would be a wrong fact (an amount without its currency, a day that
is none, a supplier who is not the contract's) is left out and named with its place in the file, as JSON path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from babel import Locale

from clm.lib.money import is_iso_4217
from contracts.engine.ocds_merge import compiled, latest

MOST_BYTES = 20 * 1024 * 1024
MOST_CONTRACTS = 5000
MOST_DOCUMENTS = 200
MOST_PROBLEMS = 1000
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})([T ].*)?", re.DOTALL)
# No database keeps these: NUL, and halves of characters that JSON writes alone.
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
_LINK = re.compile(r"https?://[^\s]+", re.IGNORECASE)
TITLE, TEXT, KEY = 250, 20_000, 200


@dataclass(frozen=True)
class Problem:
    """What is wrong in the file: `path` is where, `code` what."""

    path: str
    code: str
    detail: str = ""


@dataclass(frozen=True)
class Body:
    """An organization of the process: a buyer, a supplier."""

    key: str
    name: str
    scheme: str = ""
    identifier: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    contact: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PublicFacts:
    """One contract of a process. Days are those of the zone that the file states; the last day is included."""

    path: str
    ocid: str
    key: str
    award_key: str
    title: str
    description: str
    status: str
    amount: Decimal | None
    currency: str
    signed_at: str
    starts_on: date | None
    ends_on: date | None
    extends_to: date | None
    method: str
    tender_key: str
    tender_title: str
    procured: str
    documents: tuple[Mapping[str, str], ...]
    amendments: tuple[Mapping[str, str], ...]
    buyers: tuple[Body, ...]
    suppliers: tuple[Body, ...]
    released_at: str


@dataclass
class Reading:
    """All contracts of a file, and everything that is wrong in it."""

    contracts: list[PublicFacts] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, path: str, code: str, detail: str = "") -> None:
        """Of more than MOST_PROBLEMS, which is what a job keeps, the last says that there are more."""
        if len(self.problems) < MOST_PROBLEMS - 1:
            self.problems.append(Problem(path, code, _kept(detail)[:200]))
        elif len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem("", "and_more"))


class NotOcds(ValueError):
    """The file as a whole cannot be read; `code` is too_large, no_json or no_process."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_ocds(content: bytes) -> Reading:
    """A release or record package, a single release or record, or a list of them. Raises NotOcds."""
    if len(content) > MOST_BYTES:
        raise NotOcds("too_large")
    reading = Reading()
    for path, release in _processes(_json(content), reading):
        _read_process(path, release, reading)
        if len(reading.contracts) > MOST_CONTRACTS:
            raise NotOcds("too_large")
    if not reading.contracts and not reading.problems:
        raise NotOcds("no_process")
    return reading


def _json(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError, InvalidOperation) as unreadable:
        raise NotOcds("no_json") from unreadable


def _refuse(_constant: str) -> Any:
    raise ValueError("JSON has no such number")


def _processes(said: Any, reading: Reading) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each contracting process as one compiled release, with the path to it."""
    for path, package in _packages(said):
        loose: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
        for place, release in _objects(package.get("releases"), f"{path}releases", reading):
            ocid = _text(release.get("ocid"), KEY)
            if ocid:
                loose.setdefault(ocid, []).append((place, release))
            else:
                reading.wrong(f"{place}.ocid", "missing")
        for places in loose.values():
            yield places[-1][0], compiled(release for _place, release in places)
        for place, record in _objects(package.get("records"), f"{path}records", reading):
            yield from _of_record(place, record, reading)


def _packages(said: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    entries = enumerate(said) if isinstance(said, list) else [("", said)]
    for place, entry in entries:
        path = f"[{place}]." if place != "" else ""
        if not isinstance(entry, Mapping):
            raise NotOcds("no_process")
        if ("releases" in entry and "ocid" in entry) or "compiledRelease" in entry or "versionedRelease" in entry:
            yield path, {"records": [entry]}
        elif "releases" in entry or "records" in entry:
            yield path, entry
        elif "ocid" in entry:
            yield path, {"releases": [entry]}
        else:
            raise NotOcds("no_process")


def _of_record(place: str, record: Mapping[str, Any], reading: Reading) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What was compiled already, else its releases where they are in the file: nothing is fetched."""
    made = record.get("compiledRelease")
    if isinstance(made, Mapping):
        yield f"{place}.compiledRelease", {"ocid": record.get("ocid"), **made}
        return
    embedded = [item for item in _list(record.get("releases")) if isinstance(item, Mapping) and "ocid" in item]
    versioned = record.get("versionedRelease")
    if embedded:
        yield f"{place}.releases", {"ocid": record.get("ocid"), **compiled(embedded)}
    elif isinstance(versioned, Mapping):
        yield f"{place}.versionedRelease", {**latest(versioned), "ocid": record.get("ocid")}
    else:
        reading.wrong(place, "only_links")


def _read_process(path: str, release: Mapping[str, Any], reading: Reading) -> None:
    ocid = _text(release.get("ocid"), KEY)
    if not ocid:
        return reading.wrong(f"{path}.ocid", "missing")
    process = _Process(path, ocid, release, reading)
    seen: set[str] = set()
    for place, contract in _objects(release.get("contracts"), f"{path}.contracts", reading):
        key = _text(contract.get("id"), KEY)
        if not key:
            reading.wrong(f"{place}.id", "missing")
        elif key in seen:
            reading.wrong(f"{place}.id", "twice", key)
        else:
            seen.add(key)
            reading.contracts.append(process.read(place, key, contract))
    if not process.contracts and not process.awards:
        reading.wrong(path, "no_contract", ocid)
    process.name_awards_without_contract()
    return None


class _Process:
    """One process, with what its contracts share."""

    def __init__(self, path: str, ocid: str, release: Mapping[str, Any], reading: Reading) -> None:
        self.path, self.ocid, self.release, self.reading = path, ocid, release, reading
        self.parties = {
            _text(party.get("id"), KEY): party
            for _place, party in _objects(release.get("parties"), f"{path}.parties", reading)
        }
        found = list(_objects(release.get("awards"), f"{path}.awards", reading))
        self.awards = {_text(award.get("id"), KEY): (place, award) for place, award in found}
        self.tender = _mapping(release.get("tender"))
        self.contracts = [item for item in _list(release.get("contracts")) if isinstance(item, Mapping)]
        self.used: set[str] = set()

    def read(self, path: str, key: str, contract: Mapping[str, Any]) -> PublicFacts:
        award_key, award = self._award(path, contract)
        amount, currency = self._value(f"{path}.value", contract.get("value"))
        starts_on, ends_on, extends_to = self._period(f"{path}.period", contract.get("period"))
        titles = (contract.get("title"), award.get("title"), self.tender.get("title"), contract.get("description"))
        return PublicFacts(
            path=path,
            ocid=self.ocid,
            key=key,
            award_key=award_key,
            title=next((text for each in titles if (text := _text(each, TITLE))), f"{self.ocid} {key}"[:TITLE]),
            description=_text(contract.get("description"), TEXT),
            status=_text(contract.get("status"), 40),
            amount=amount,
            currency=currency,
            signed_at=self._instant(f"{path}.dateSigned", contract.get("dateSigned")),
            starts_on=starts_on,
            ends_on=ends_on,
            extends_to=extends_to,
            method=_text(self.tender.get("procurementMethod"), 40),
            tender_key=_text(self.tender.get("id"), KEY),
            tender_title=_text(self.tender.get("title"), TITLE),
            procured=_text(self.tender.get("mainProcurementCategory"), 40),
            documents=self._documents(path, contract, award),
            amendments=self._amendments(path, contract),
            buyers=self._buyers(contract),
            suppliers=self._suppliers(path, contract, award),
            released_at=_text(self.release.get("date"), 40),
        )

    def name_awards_without_contract(self) -> None:
        """Nothing was signed under these yet, as far as the file says."""
        for key, (place, _award) in self.awards.items():
            if key not in self.used:
                self.reading.wrong(place, "award_without_contract", key)

    def _award(self, path: str, contract: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """The award that the contract names; the only one where it names none."""
        key = _text(contract.get("awardID"), KEY)
        if not key and len(self.awards) == 1:
            key = next(iter(self.awards))
        if key and key not in self.awards and self.awards:
            self.reading.wrong(f"{path}.awardID", "award_unknown", key)
        self.used.add(key)
        return key, self.awards.get(key, ("", {}))[1]

    def _value(self, path: str, value: Any) -> tuple[Decimal | None, str]:
        said = _mapping(value)
        raw = said.get("amount")
        if raw is None:
            return None, ""
        amount = _decimal(raw)
        currency = _text(said.get("currency"), 10).upper()
        if amount is None or amount < 0:
            self.reading.wrong(f"{path}.amount", "no_amount", str(raw))
        elif not is_iso_4217(currency):
            self.reading.wrong(f"{path}.currency", "no_currency" if not currency else "currency_unknown", currency)
        else:
            return amount, currency
        return None, ""

    def _period(self, path: str, period: Any) -> tuple[date | None, date | None, date | None]:
        said = _mapping(period)
        names = ("startDate", "endDate", "maxExtentDate")
        start, end, extent = (self._day(f"{path}.{name}", said.get(name)) for name in names)
        if start and end and end < start:
            self.reading.wrong(f"{path}.endDate", "ends_before_it_starts", f"{start} – {end}")
            return None, None, None
        return start, end, extent

    def _day(self, path: str, value: Any) -> date | None:
        """The calendar day as it is written: the zone beside it is the publisher's."""
        if value in (None, ""):
            return None
        found = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
        try:
            if found:
                if found[2]:
                    datetime.fromisoformat(value.strip())
                return date.fromisoformat(found[1])
        except ValueError:
            pass
        self.reading.wrong(path, "no_date", str(value))
        return None

    def _instant(self, path: str, value: Any) -> str:
        """As it is written, if it is a day or an instant."""
        return value.strip()[:40] if self._day(path, value) is not None else ""

    def _documents(
        self, path: str, contract: Mapping[str, Any], award: Mapping[str, Any]
    ) -> tuple[Mapping[str, str], ...]:
        """Notes of what is published where. Nothing is fetched; what is no web address is left out."""
        found = []
        implementation = _mapping(contract.get("implementation"))
        for owner in (contract, award, implementation):
            for _place, each in _objects(owner.get("documents"), f"{path}.documents", self.reading):
                names = {"id": KEY, "documentType": 80, "title": TITLE, "format": 80, "datePublished": 40}
                note = {name: _text(each.get(name), most) for name, most in names.items()}
                link = _text(each.get("url"), 2000)
                if link and not _LINK.fullmatch(link):
                    self.reading.wrong(f"{_place}.url", "no_link", link)
                    link = ""
                found.append({**note, "url": link})
        if len(found) > MOST_DOCUMENTS:
            self.reading.wrong(f"{path}.documents", "too_many", str(len(found)))
        return tuple(found[:MOST_DOCUMENTS])

    def _amendments(self, path: str, contract: Mapping[str, Any]) -> tuple[Mapping[str, str], ...]:
        names = {"id": KEY, "date": 40, "description": 2000, "rationale": 2000}
        # Version 1.0 has one amendment instead of a list, which 1.1 still takes.
        former = contract.get("amendment")
        said = contract.get("amendments") or ([former] if isinstance(former, Mapping) else None)
        found = _objects(said, f"{path}.amendments", self.reading)
        return tuple({name: _text(each.get(name), most) for name, most in names.items()} for _place, each in found)

    def _buyers(self, contract: Mapping[str, Any]) -> tuple[Body, ...]:
        named = [*_list(contract.get("buyers")), self.release.get("buyer")]
        bodies = self._named(named)
        return bodies or self._in_role("buyer") or self._in_role("procuringEntity")

    def _suppliers(self, path: str, contract: Mapping[str, Any], award: Mapping[str, Any]) -> tuple[Body, ...]:
        """Those of the award, each of them where there are several; without an award those of the process, which are
        the contract's for certain only where it is the only one."""
        named = self._named([*_list(contract.get("suppliers")), *_list(award.get("suppliers"))])
        if named:
            return named
        found = self._in_role("supplier")
        if found and len(self.contracts) > 1:
            self.reading.wrong(path, "suppliers_unclear")
            return ()
        return found

    def _named(self, references: list[Any]) -> tuple[Body, ...]:
        bodies: dict[str, Body] = {}
        for each in references:
            said = _mapping(each)
            key = _text(said.get("id"), KEY)
            body = _body(key, {**self.parties.get(key, {}), **_present(said)} if key else said)
            if body.name:
                bodies.setdefault(body.key or body.name, body)
        return tuple(bodies.values())

    def _in_role(self, role: str) -> tuple[Body, ...]:
        found = (party for party in self.parties.values() if role in _list(party.get("roles")))
        bodies = (_body(_text(party.get("id"), KEY), party) for party in found)
        return tuple(body for body in bodies if body.name)


def _body(key: str, said: Mapping[str, Any]) -> Body:
    identifier, address = _mapping(said.get("identifier")), _mapping(said.get("address"))
    names = ("legalName",)
    legal = next((text for name in names if (text := _text(identifier.get(name), 200))), "")
    places = {"street": "streetAddress", "city": "locality", "region": "region", "postal_code": "postalCode"}
    contact = _mapping(said.get("contactPoint"))
    return Body(
        key=key,
        name=legal or _text(said.get("name"), 200),
        scheme=_text(identifier.get("scheme"), 80),
        identifier=_text(identifier.get("id"), 80),
        address={ours: _text(address.get(theirs), 200) for ours, theirs in places.items()}
        | {"country": _country(address)},
        contact={name: _text(contact.get(name), 200) for name in ("name", "email", "telephone")},
    )


@cache
def _countries() -> dict[str, str]:
    """English names of countries, as ISO 3166 has and as people write them, to their codes."""
    names = Locale("en").territories
    return {name.casefold(): code for code, name in names.items() if len(code) == 2 and code.isalpha()}


def country_name(code: str) -> str:
    """The English name, as the standard's addresses have it; the code where it has none."""
    return str(Locale("en").territories.get(code, code))


def _country(address: Mapping[str, Any]) -> str:
    """The code of the country; empty where what is said is none."""
    said = _text(address.get("country"), 120) or _text(address.get("countryName"), 120)
    return said if said in _countries().values() else _countries().get(said.casefold(), "")


def _present(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def _objects(value: Any, path: str, reading: Reading) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects of a list with their paths; what is none is named."""
    if value is not None and not isinstance(value, list):
        reading.wrong(path, "no_list")
        return
    for place, each in enumerate(value or []):
        if isinstance(each, Mapping):
            yield f"{path}[{place}]", each
        else:
            reading.wrong(f"{path}[{place}]", "no_object")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _kept(text: str) -> str:
    """The text without what no database keeps."""
    return _UNKEPT.sub("", text)


def _text(value: Any, most: int) -> str:
    """Text, and numbers that stand where text should; in one piece."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return ""
    return _kept(str(value)).strip()[:most]


def _decimal(value: Any) -> Decimal | None:
    """A number, also one in quotes, that has its place in the database."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        found = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    if not found.is_finite() or abs(found) >= Decimal(10) ** 14:
        return None
    return found if found == found.quantize(Decimal("0.0001")) else None
