"""The ledger as JSON lines that verify offline: a header with the head, then one line an entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from clm.access.scope import organization_scope
from clm.audit.access import unhidden
from clm.audit.chain import sealed_content
from clm.audit.models import LedgerEntry
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.canonical import canonical_json, digest

FORMAT = "covenant-ledger/1"
CHUNK = 1000
FILE_NAME = "ledger.jsonl"


def header(organization_id: UUID, sequence: int, head_hash: str) -> dict[str, Any]:
    """The first line: whose ledger, and where it ended when it was exported. Its `hash` is over the line itself, so
    that a damaged byte of it is found as in any other line."""
    content = {
        "format": FORMAT,
        "organization_id": organization_id,
        "head_sequence": sequence,
        "head_hash": head_hash,
        "exported_at": clock.now(),
    }
    return content | {"hash": digest(content)}


def export_lines(actor: Actor, sequence: int, head_hash: str) -> Iterator[bytes]:
    """The header and the entries 1 to `sequence`, in order. Entries the actor may not see keep their place and their
    hashes, so that the chain can be followed, and nothing else. Each chunk is read in the organization's scope:
    the answer streams when the request's own scope is over."""
    yield canonical_json(header(actor.organization_id, sequence, head_hash)) + b"\n"
    last = 0
    while last < sequence:
        with organization_scope(actor.organization_id):
            lines = _chunk(actor, last, sequence)
        if not lines:
            return
        yield b"".join(line for _sequence, line in lines)
        last = lines[-1][0]


def _chunk(actor: Actor, after: int, until: int) -> list[tuple[int, bytes]]:
    rows = LedgerEntry.objects.filter(sequence__gt=after, sequence__lte=until)
    entries = list(rows.order_by("sequence")[:CHUNK])
    ids = [entry.pk for entry in entries]
    seen = set(unhidden(actor, LedgerEntry.objects.filter(pk__in=ids)).values_list("pk", flat=True))
    return [(entry.sequence or 0, _line(entry, entry.pk in seen)) for entry in entries]


def _line(entry: LedgerEntry, is_seen: bool) -> bytes:
    content = sealed_content(entry, entry.sequence or 0, entry.previous_hash or "")
    if not is_seen:
        content = {"sequence": entry.sequence, "previous_hash": entry.previous_hash, "withheld": True}
    return canonical_json(content | {"hash": entry.hash}) + b"\n"
