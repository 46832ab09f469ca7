"""Where in their texts found contracts have what was searched for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import Left

from clm.access.permissions import note_in_passing, visible
from clm.lib.actor import Actor
from contracts.engine.snippets import Pair, Part, lexemes_of, snippet
from contracts.models import Contract, Version
from contracts.queries.phrases import pairs_of
from contracts.queries.texts import by_counting

# Of a longer text only so much is looked through for a page: what is found further on is found, and not shown.
LOOKED_THROUGH = 100_000


def snippets_of(actor: Actor, contracts: Sequence[Contract], words: str) -> dict[UUID, list[Part]]:
    """For contracts of one page, in the text that counts, or else in the newest; four queries. None where the title, a
    party or a reference was hit. What it shows of a confidential contract is a look at it."""
    contract_ids = [each.pk for each in contracts]
    query = _query(words) if contract_ids else ""
    wanted, pairs = lexemes_of(query), pairs_of(query)[0]
    if not wanted:
        return {}
    shown, several = _in_texts(by_counting(_seen(actor, contract_ids)), wanted, pairs)
    if rest := [each for each in several if each not in shown]:
        shown |= _in_texts(_seen(actor, rest).order_by("contract", "-number"), wanted, pairs)[0]
    note_in_passing(contract_ids=[each.pk for each in contracts if each.is_confidential and each.pk in shown])
    return shown


def _seen(actor: Actor, contract_ids: Sequence[UUID]) -> QuerySet[Version]:
    return visible(actor, Version.objects.filter(contract__in=contract_ids))


def _in_texts(rows: Any, wanted: Sequence[str], pairs: Sequence[Pair]) -> tuple[dict[UUID, list[Part]], list[UUID]]:
    """The place in the first text of each contract, where it has one; and the contracts that have further texts."""
    number = Window(Count("pk"), partition_by=[F("contract")])
    first = rows.distinct("contract").annotate(begun=Left("text", LOOKED_THROUGH), texts=number)
    texts = list(first.values_list("contract", "begun", "texts"))
    found = {contract_id: snippet(text, wanted, pairs) for contract_id, text, _texts in texts}
    shown = {contract_id: parts for contract_id, parts in found.items() if parts}
    return shown, [contract_id for contract_id, _text, number_of_texts in texts if number_of_texts > 1]


def _query(words: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT websearch_to_tsquery('english', %s)::text", [words])
        return str(cursor.fetchone()[0])
