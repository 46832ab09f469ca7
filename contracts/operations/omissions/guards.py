"""What the decisions on an omission share: two people, and the word to who asked."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from clm.notify.tell import tell
from contracts.models import Omission
from contracts.queries.writers import barred_from
from contracts.states import OmissionState


def locked_omission(actor: Actor, verb: str, omission_id: UUID) -> Omission:
    """Locked, for somebody else than who asked or had a hand in the contract's words, in whatever draft of it. Raises
    DomainError `own_omission`."""
    omission = lock_row(Omission, omission_id, "contract", "library_clause")
    require(actor, verb, omission)
    if actor.person_id in barred_from(omission):
        message = _("Whoever asked or wrote in this contract cannot decide this; someone else has to.")
        raise DomainError("own_omission", message)
    return omission


def decide(actor: Actor, omission: Omission, to: OmissionState, answer: str) -> str:
    """Facts first, then the move; who asked is told. Answers the state before."""
    omission.STATES.check(omission.state, to)
    omission.decided_by_id, omission.decided_at, omission.answer = actor.person_id, clock.now(), answer
    omission.save(update_fields=["decided_by", "decided_at", "answer"])
    before = move(actor, omission, to=to, reason=answer)
    _tell(omission)
    return before


def _tell(omission: Omission) -> None:
    title = _("“%(clause)s” may be left out: %(contract)s")
    if omission.state == OmissionState.REFUSED:
        title = _("“%(clause)s” may not be left out: %(contract)s")
    tell(
        [omission.asked_by_id],
        kind="contract.omission_decided",
        title=title % {"clause": omission.library_clause.title, "contract": omission.contract.title},
        body=omission.answer,
        url=omission.get_absolute_url(),
        subject=omission,
        dedupe_key=f"omission:{omission.pk}:decided",
    )
