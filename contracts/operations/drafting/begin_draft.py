"""A side begins to write."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clm.access.base import give_ids
from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.access.drafts import side_of
from contracts.engine.body import plain
from contracts.engine.references import Numbered, Numbering, tied
from contracts.events import drafts as events
from contracts.models import Clause, Contract, Draft, DraftClause, Version
from contracts.operations.drafting.abandon_draft import close_overtaken
from contracts.operations.drafting.guards import MAX_HEADING, MAX_LEVEL, present_turn, refuse_too_much
from contracts.papers.reader import body_in
from contracts.queries.drafts import NEGOTIABLE, base_for
from contracts.queries.signing import check_not_out
from contracts.states import DraftState, Side


@transaction.atomic
def begin_draft(*, actor: Actor, contract_id: UUID) -> Draft:
    """The open draft of the actor's side, begun from its newest text: ours, or what the other side has. Where there is
    one already it is that one, so that two people who begin at once write the same; but one of the other side's that
    newer text overtook is closed, and its words are kept. Written references to clauses follow these from now on.

    Raises DomainError `not_your_turn`, `not_negotiable` (signed, on its way to signature, or ended), `draft_full` where
    that text is more than a draft holds.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, "contracts.begin_draft", contract)
    check_not_out(contract)
    if contract.state not in NEGOTIABLE:
        raise DomainError("not_negotiable", _("The text of this contract is no longer written."))
    side = side_of(actor)
    if contract.turn != side:
        raise DomainError("not_your_turn", _("It is the other side's turn."))
    drafts = Draft.objects.filter(contract=contract, side=side)
    base = base_for(contract, side)
    known = drafts.select_for_update().filter(state=DraftState.OPEN).first()
    # Ours goes on from what it was begun from: a turn that was taken back left a newer version of ours behind.
    if known is not None and (side is Side.OURS or known.base_id == (base.pk if base else None)):
        return known
    if known is not None:
        close_overtaken(actor, known)
    draft = Draft.objects.create(
        organization_id=contract.organization_id,
        contract=contract,
        base=base,
        side=side,
        number=(drafts.aggregate(last=Max("number"))["last"] or 0) + 1,
        created_by_id=actor.person_id,
        created_at=clock.now(),
    )
    present_turn(contract)
    if draft.base is not None:
        DraftClause.objects.bulk_create(clauses_to_begin(draft, draft.base), batch_size=500)
    record(actor, events.draft_begun(draft))
    return draft


def clauses_to_begin(draft: Draft, base: Version) -> list[DraftClause]:
    """The clauses of a draft that begins from a version, in order and not saved. Raises DomainError `draft_full`."""
    origins = list(Clause.objects.filter(version=base).order_by("position"))
    refuse_too_much(clauses=len(origins), signs=len(base.text))
    rows = [_clause(draft, place, origin) for place, origin in enumerate(origins, 1)]
    give_ids(rows)
    numbering = Numbering.of([Numbered(str(row.pk), row.level, row.number) for row in rows], [base.text])
    for row in rows:
        row.body = tied(row.body, numbering, str(row.pk))
    return rows


def _clause(draft: Draft, place: int, origin: Clause) -> DraftClause:
    body = body_in(origin)
    return DraftClause(
        organization_id=draft.organization_id,
        draft=draft,
        place=place,
        level=min(max(origin.level, 1), MAX_LEVEL),
        number=origin.number,
        heading=origin.heading[:MAX_HEADING],
        body=body,
        text=plain(body),
        origin=origin,
        library_version_id=origin.library_version_id,
        library_position=origin.library_position,
        created_at=clock.now(),
    )
