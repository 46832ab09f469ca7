"""What a certificate of signature says of each event, and the files in it from which anybody computes its hashes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy

from clm.lib.canonical import canonical_json
from contracts.models import ContractParty, Envelope, EnvelopeEvent, SigningLink
from contracts.queries.signing import event_facts, values_facts

SHA256 = re.compile(r"[0-9a-f]{64}")
EVENTS_FILE, VALUES_FILE = "events.jsonl", "filled-in.json"
# What an event holds is printed in this order; what is not named here comes behind, under its own name.
NAMES = {
    "times": gettext_lazy("times so far"),
    "code": gettext_lazy("because"),
    "reason": gettext_lazy("reason"),
    "words": gettext_lazy("words"),
    "sha256": gettext_lazy("hash of the words"),
    "to": gettext_lazy("to"),
    "email": gettext_lazy("address"),
    "was": gettext_lazy("before"),
    "purpose": gettext_lazy("link"),
    "by_way": gettext_lazy("code by"),
    "signed_as": gettext_lazy("signed as"),
    "signed_on": gettext_lazy("signed on"),
    "people": gettext_lazy("signed by"),
    "parties": gettext_lazy("parties"),
    "unilateral": gettext_lazy("why not every party signs"),
    "without": gettext_lazy("not signed by"),
    "system": gettext_lazy("system"),
    "message": gettext_lazy("message"),
    "scan": gettext_lazy("hash of the copy"),
    "paper": gettext_lazy("hash of the PDF"),
    "content_hash": gettext_lazy("hash of text and terms"),
    "amendment": gettext_lazy("hash of the amendment"),
    "read": gettext_lazy("filled in as read"),
    "values": gettext_lazy("filled in so far"),
    "filled": gettext_lazy("places filled in"),
    "pages": gettext_lazy("pages"),
    "removed": gettext_lazy("taken out of the PDF"),
    "places_gone": gettext_lazy("places gone"),
    "tried": gettext_lazy("tried in all"),
    "version": gettext_lazy("version"),
    "link": gettext_lazy("by the link"),
}


@dataclass(frozen=True)
class Told:
    """One fact of an event: its name, and its words or its hash."""

    name: str
    words: str
    is_hash: bool


@dataclass(frozen=True)
class Happened:
    """An event as the certificate prints it: everything that its hash covers. `about` is the recipient whom it
    concerns, where that is not who did it."""

    number: int
    at: str
    kind: str
    by: str
    about: str
    address: str
    agent: str
    told: list[Told]
    digest: str


def happened(events: Sequence[EnvelopeEvent]) -> list[Happened]:
    return [_happened(each) for each in events]


def instant_of(at: datetime) -> str:
    """In UTC, as exactly as it is kept."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def record_files(envelope: Envelope, events: Sequence[EnvelopeEvent]) -> dict[str, bytes]:
    """By their names: a line for each event, whose bytes are what its hash is of, and everything that was filled in."""
    before, lines = "", []
    for event in events:
        lines.append(canonical_json(event_facts(event, before)))
        before = event.digest
    return {EVENTS_FILE: b"".join(line + b"\n" for line in lines), VALUES_FILE: canonical_json(values_facts(envelope))}


def _happened(event: EnvelopeEvent) -> Happened:
    name = event.recipient.name if event.recipient else ""
    return Happened(
        number=event.number,
        at=instant_of(event.at),
        kind=str(event.get_kind_display()),
        by=event.by,
        about=name if name != event.by else "",
        address=event.address or "",
        agent=event.agent,
        told=_told(event.detail),
        digest=event.digest,
    )


def _told(detail: dict[str, Any]) -> list[Told]:
    known = [name for name in NAMES if name in detail]
    rest = sorted(name for name in detail if name not in NAMES)
    rows = [(str(NAMES.get(name, name)), _words(name, detail[name])) for name in (*known, *rest)]
    return [Told(name, words, bool(SHA256.fullmatch(words))) for name, words in rows if words]


def _words(name: str, value: Any) -> str:
    if name == "purpose" and value in SigningLink.Purpose.values:
        return str(SigningLink.Purpose(value).label)
    if name == "parties":
        return "; ".join(f"{each['name']} ({ContractParty.Role(each['role']).label})" for each in value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{_kind(each)}: {times}" for each, times in sorted(value.items()))
    return str(value)


def _kind(name: str) -> str:
    kinds = dict(EnvelopeEvent.Kind.choices)
    return str(kinds.get(name, name))


__all__ = ["EVENTS_FILE", "VALUES_FILE", "Happened", "Told", "happened", "instant_of", "record_files"]
