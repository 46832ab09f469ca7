"""A clause of a draft says what a position of the library says."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.engine.blanks import answered
from contracts.engine.body import body_of
from contracts.events import drafts as events
from contracts.models import DraftClause
from contracts.operations.drafting.guards import (
    MAX_HEADING,
    Outcome,
    check_open,
    locked_clause,
    words_of,
    write_words,
)
from contracts.operations.library.guards import check_not_superseded, position_in_use
from contracts.queries.templates import answers_to

VERB = "contracts.put_position"


@transaction.atomic
def put_position(
    *, actor: Actor, clause_id: UUID, revision: int, library_version_id: UUID, position: str
) -> DraftClause:
    """The position's words stand in place of the clause's, with its blanks filled where the contract's
    questionnaire answered them, and it is tied to the position; its heading stays, or is the library clause's title
    where it had none. The words before stay in the history.

    Raises DomainError `clause_changed` where it is not of `revision` any more, `clause_removed`, `turn_over`,
    `position_not_approved`, `position_superseded`, `clause_retired`, Invalid `position_unknown`.
    """
    clause = locked_clause(actor, VERB, clause_id)
    require(actor, VERB, clause.draft)
    check_open(clause.draft)
    wanted = position_in_use(library_version_id, position)
    check_not_superseded(wanted, clause.library_version_id)
    if clause.is_removed:
        raise DomainError("clause_removed", _("This clause was removed meanwhile."))
    if clause.revision != revision:
        message = _("Somebody else changed this clause meanwhile: read it first.")
        raise DomainError("clause_changed", message, detail={"revision": clause.revision})
    text = answered(str(dict(wanted.keyed)[position]["text"]), answers_to(clause.draft.contract_id))
    body = body_of([line.strip() for line in text.split("\n") if line.strip()])
    words = words_of(clause.heading or wanted.clause.title[:MAX_HEADING], body)
    before = {"revision": clause.revision, "library_version": clause.library_version_id}
    clause.library_version, clause.library_position = wanted, position
    clause.save(update_fields=["library_version", "library_position"])
    write_words(actor, clause, words, based_on=revision, outcome=Outcome.SAVED)
    facts = {"library_version": wanted.pk, "position": position}
    record(actor, events.clause_written("draft.position_put", VERB, clause, before, **facts))
    return clause
