"""A sentence of a version is marked, so that something can rest on it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts import events
from contracts.models import Clause, Passage
from contracts.operations.guards import locked_version


@transaction.atomic
def mark_passage(
    *, actor: Actor, version_id: UUID, clause_id: UUID, start: int, end: int, quote: str | None = None
) -> Passage:
    """The passage `version.text[start:end]` in code points; the same span marked again is the same passage.

    Raises Invalid `span_outside` unless it lies within the clause and says something, `quote_differs` when a given
    quote is not what stands there.
    """
    version = locked_version(version_id)
    require(actor, "contracts.mark_passage", version)
    clause = Clause.objects.filter(version=version, pk=clause_id).first()
    if clause is None or not clause.start <= start < end <= clause.end or not version.text[start:end].strip():
        raise Invalid(
            "span_outside", "Mark words within one clause.", fields={"quote": ["Mark words within one clause."]}
        )
    found = version.text[start:end]
    if quote is not None and " ".join(quote.split()) != " ".join(found.split()):
        message = "The marked words are not what stands there."
        raise Invalid("quote_differs", message, fields={"quote": [message]})
    known = Passage.objects.filter(version=version, start=start, end=end).first()
    if known is not None:
        return known
    passage = Passage.objects.create(
        organization_id=actor.organization_id,
        version=version,
        clause=clause,
        start=start,
        end=end,
        quote=found,
        created_by_id=actor.person_id,
    )
    record(actor, events.passage_marked(passage))
    return passage
