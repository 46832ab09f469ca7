"""A clause stands elsewhere in a draft."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.events import drafts as events
from contracts.models import DraftClause
from contracts.operations.drafting.guards import (
    MAX_LEVEL,
    check_open,
    checked_level,
    locked_clause,
    renumber,
    touch,
)

VERB = "contracts.move_clause"


@transaction.atomic
def move_clause(*, actor: Actor, clause_id: UUID, after: UUID | None, level: int | None = None) -> DraftClause:
    """The clause and those below it stand behind `after` (None: at the beginning), on `level` (None: on its own); those
    below keep their distance to it.

    Raises DomainError `turn_over`, Invalid `clause_unknown`, `level_wrong`, `inside_itself`.
    """
    clause = locked_clause(actor, VERB, clause_id)
    require(actor, VERB, clause.draft)
    check_open(clause.draft)
    deeper = checked_level(clause.level if level is None else level) - clause.level
    rows = list(DraftClause.objects.filter(draft_id=clause.draft_id).order_by("place"))
    block = _block(rows, clause)
    rest = [row for row in rows if row not in block]
    at = _index(rest, block, after)
    if deeper == 0 and [*rest[:at], *block, *rest[at:]] == rows:
        return clause
    before = {"place": clause.place, "level": clause.level}
    for row in block:
        row.level = min(row.level + deeper, MAX_LEVEL)
    DraftClause.objects.bulk_update(block, ["level"])
    renumber([*rest[:at], *block, *rest[at:]])
    clause.place, clause.level = block[0].place, block[0].level
    touch(clause.draft)
    record(actor, events.clause_placed("draft.clause_moved", VERB, clause, before))
    return clause


def _block(rows: list[DraftClause], clause: DraftClause) -> list[DraftClause]:
    """The clause with what stands below it."""
    start = rows.index(clause)
    end = start + 1
    while end < len(rows) and rows[end].level > clause.level:
        end += 1
    return rows[start:end]


def _index(rest: list[DraftClause], block: list[DraftClause], after: UUID | None) -> int:
    if after is None:
        return 0
    if after in {row.pk for row in block}:
        message = _("A clause cannot stand behind itself.")
        raise Invalid("inside_itself", message, fields={"after": [message]})
    for index, row in enumerate(rest):
        if row.pk == after:
            return index + 1
    message = _("This draft has no such clause.")
    raise Invalid("clause_unknown", message, fields={"after": [message]})
