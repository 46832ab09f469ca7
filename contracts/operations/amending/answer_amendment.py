"""A party accepts an amendment, or refuses it: signed in here, each for its own side."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.notify.tell import settle_about
from contracts.access.amending import ACCEPT, REFUSE
from contracts.events import amending as events
from contracts.models import Amendment, AmendmentAnswer, ContractParty
from contracts.operations.amending.guards import (
    ASKED,
    check_approved,
    check_open,
    check_seen,
    keep_answer,
    locked_amendment,
    part_to_answer,
    tell_answer,
)
from contracts.operations.requests.guards import check_words
from contracts.operations.signing.guards import name_of
from contracts.queries.amendments import fresh, own_parts, standings
from contracts.queries.signing import check_not_out
from contracts.states import AmendmentState


@transaction.atomic
def accept_amendment(*, actor: Actor, amendment_id: UUID, seen: str, part_id: UUID | None = None) -> Amendment:
    """The party has accepted exactly what was `seen` (its content hash): somebody of ours accepts for us, somebody of
    the other side for a counterparty. A guarantor signs, or its letter is recorded.

    Raises DomainError `changed_meanwhile`, `amendment_closed`, `party_not_asked`, `answered_already`,
    `out_for_signature`, what `check_approved` refuses, Invalid `party_missing`, Forbidden.
    """
    amendment = locked_amendment(actor, ACCEPT, amendment_id)
    require(actor, ACCEPT, amendment)
    check_not_out(amendment.contract)
    check_open(amendment)
    check_seen(amendment, seen)
    part = part_to_answer(amendment, part_id, own_parts(actor, standings(amendment)))
    check_approved(amendment, part)
    facts = {"how": AmendmentAnswer.How.HERE, "by_name": name_of(actor)}
    answer = keep_answer(actor, amendment, part, verdict=AmendmentAnswer.Verdict.ACCEPTED, **facts)
    record(actor, events.amendment_answered(ACCEPT, answer))
    tell_answer(actor, answer)
    return fresh(amendment)


@transaction.atomic
def refuse_amendment(
    *, actor: Actor, amendment_id: UUID, seen: str, reason: str, part_id: UUID | None = None
) -> Amendment:
    """The party does not accept it: nothing takes effect until it is changed and each party has answered again. Our
    side may note that the other one refused. Raises as `accept_amendment`, and Invalid `words_missing`."""
    amendment = locked_amendment(actor, REFUSE, amendment_id)
    require(actor, REFUSE, amendment)
    check_not_out(amendment.contract)
    check_open(amendment)
    check_seen(amendment, seen)
    said = check_words("reason", reason)
    said_by = standings(amendment)
    own = own_parts(actor, said_by) if actor.is_counterparty else {each.part.pk for each in said_by}
    part = part_to_answer(amendment, part_id, own)
    is_own = actor.is_counterparty or part.role == ContractParty.Role.OURS
    how = AmendmentAnswer.How.HERE if is_own else AmendmentAnswer.How.LETTER
    facts = {"how": how, "by_name": name_of(actor) if is_own else "", "reason": said}
    answer = keep_answer(actor, amendment, part, verdict=AmendmentAnswer.Verdict.REFUSED, **facts)
    if amendment.state == AmendmentState.PROPOSED:
        move(actor, amendment, to=AmendmentState.REFUSED, reason=said)
    settle_about(amendment, ASKED)
    record(actor, events.amendment_answered(REFUSE, answer))
    tell_answer(actor, answer)
    return fresh(amendment)
