"""What the Open Contracting Data Standard 1.1 lets stand in release and record packages, of what is written here.

Facts of its release, release package and record package schemas (1.1.5, Open Contracting Partnership): names, types,
what must be there, closed codelists. What is not named may not stand: whatever is written anew is entered here first.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker

from clm.lib.money import is_iso_4217

Schema = dict[str, Any]
TAGS = [
    "planning", "planningUpdate", "tender", "tenderAmendment", "tenderUpdate", "tenderCancellation", "award",
    "awardUpdate", "awardCancellation", "contract", "contractUpdate", "contractAmendment", "implementation",
    "implementationUpdate", "contractTermination", "compiled",
]  # fmt: skip
TEXT: Schema = {"type": "string", "minLength": 1}
KEY: Schema = {"type": ["string", "integer"], "minLength": 1}
INSTANT: Schema = {"type": "string", "format": "date-time"}
URI: Schema = {"type": "string", "format": "uri"}


def of(required: str = "", **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": required.split(), "additionalProperties": False}


def each(item: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": item, "uniqueItems": True, **more}


def one_of(*codes: str) -> Schema:
    return {"enum": list(codes)}


VALUE = of("amount currency", amount={"type": "number"}, currency={"type": "string", "format": "currency"})
PERIOD = of(startDate=INSTANT, endDate=INSTANT, maxExtentDate=INSTANT)
IDENTIFIER = of("id", scheme=TEXT, id=KEY, legalName=TEXT, uri=URI)
ADDRESS = of(streetAddress=TEXT, locality=TEXT, region=TEXT, postalCode=TEXT, countryName=TEXT)
PARTY = of(
    "id name", id=TEXT, name=TEXT, roles=each(TEXT), identifier=IDENTIFIER, additionalIdentifiers=each(IDENTIFIER),
    address=ADDRESS,
)  # fmt: skip
REFERENCE = of("id name", id=KEY, name=TEXT)
DOCUMENT = of(
    "id", id=KEY, documentType=TEXT, title=TEXT, description=TEXT, url=URI, datePublished=INSTANT, format=TEXT
)
AMENDMENT = of(id=TEXT, date=INSTANT, description=TEXT, rationale=TEXT)
TENDER = of(
    "id", id=KEY, title=TEXT, procurementMethod=one_of("open", "selective", "limited", "direct"),
    mainProcurementCategory=one_of("goods", "works", "services"),
)  # fmt: skip
AWARD = of(
    "id", id=KEY, title=TEXT, status=one_of("pending", "active", "cancelled", "unsuccessful"),
    suppliers=each(REFERENCE),
)  # fmt: skip
CONTRACT = of(
    "id awardID", id=KEY, awardID=KEY, title=TEXT, description=TEXT, period=PERIOD, value=VALUE, dateSigned=INSTANT,
    status=one_of("pending", "active", "cancelled", "terminated"), documents=each(DOCUMENT),
    amendments=each(AMENDMENT),
)  # fmt: skip
RELEASE = of(
    "ocid id date tag initiationType", ocid=TEXT, id={**TEXT, "pattern": "^[^#]+$"}, date=INSTANT,
    tag=each(one_of(*TAGS), minItems=1), initiationType=one_of("tender"), parties=each(PARTY), buyer=REFERENCE,
    tender=TENDER, awards=each(AWARD), contracts=each(CONTRACT),
)  # fmt: skip
RECORD = of("ocid releases", ocid=TEXT, releases=each(RELEASE, minItems=1), compiledRelease=RELEASE)
HEAD: dict[str, Schema] = {
    "uri": URI, "version": {"const": "1.1"}, "publishedDate": INSTANT, "publisher": of("name", name=TEXT, uri=URI),
    "license": URI,
}  # fmt: skip
PACKAGES = {
    "release": of("uri version publishedDate publisher releases", releases=each(RELEASE, minItems=1), **HEAD),
    "record": of("uri version publishedDate publisher records", records=each(RECORD, minItems=1), **HEAD),
}
FORMATS = FormatChecker(())


@FORMATS.checks("date-time", raises=ValueError)
def _is_instant(said: Any) -> bool:
    found = datetime.fromisoformat(said)
    return found.tzinfo is not None and said[10:11] == "T"


@FORMATS.checks("uri", raises=ValueError)
def _is_uri(said: Any) -> bool:
    return (
        said.isascii() and not set(said) & set(' <>"{}|\\^`') and bool(urlsplit(said).scheme and urlsplit(said).netloc)
    )


@FORMATS.checks("currency")
def _is_currency(said: Any) -> bool:
    return is_iso_4217(said)


def faults_of(form: str, content: bytes) -> list[str]:
    """What in the package the standard does not let stand: by its place, and ids that are there twice in one list."""
    said = json.loads(content)
    found = Draft202012Validator(PACKAGES[form], format_checker=FORMATS).iter_errors(said)
    return [f"{fault.json_path}: {fault.message}" for fault in found] + _twice(said, "$")


def _twice(said: Any, path: str) -> list[str]:
    """Lists are merged by the ids of their objects: in one list each is there once."""
    if isinstance(said, dict):
        return [fault for name, value in said.items() for fault in _twice(value, f"{path}.{name}")]
    if not isinstance(said, list):
        return []
    ids = [item["id"] for item in said if isinstance(item, dict) and "id" in item]
    within = [fault for place, item in enumerate(said) for fault in _twice(item, f"{path}[{place}]")]
    return within + ([f"{path}: an id is there twice"] if len(set(ids)) != len(ids) else [])
