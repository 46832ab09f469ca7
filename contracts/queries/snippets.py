"""Where in their texts found contracts have what was searched for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.functions import Left

from clm.access.permissions import note_in_passing, visible
from clm.lib.actor import Actor
from contracts.engine.snippets import Part, lexemes_of, snippet
from contracts.models import Version

# Of a longer text only so much is looked through for a page: what is found further on is found, and not shown.
LOOKED_THROUGH = 100_000


def snippets_of(actor: Actor, contract_ids: Sequence[UUID], words: str) -> dict[UUID, list[Part]]:
    """For contracts of one page, in the text of each that is sought through; three queries. None where the title, a
    party or a reference was hit. What it shows of a confidential contract is a look at it."""
    wanted = lexemes_of(_query(words)) if contract_ids else []
    if not wanted:
        return {}
    rows: Any = visible(actor, Version.objects.filter(contract__in=contract_ids)).order_by("contract", "-number")
    texts = rows.distinct("contract").annotate(begun=Left("text", LOOKED_THROUGH)).values_list("contract", "begun")
    found = {contract_id: snippet(text, wanted) for contract_id, text in texts}
    shown = {contract_id: parts for contract_id, parts in found.items() if parts}
    note_in_passing(contract_ids=shown)
    return shown


def _query(words: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT websearch_to_tsquery('english', %s)::text", [words])
        return str(cursor.fetchone()[0])
