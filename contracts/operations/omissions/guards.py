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
from contracts.models import Draft, Omission
from contracts.states import DraftState, OmissionState, Side


def locked_omission(actor: Actor, verb: str, omission_id: UUID) -> Omission:
    """Locked, for somebody else than who asked or who began our open draft. Raises DomainError `own_omission`."""
    omission = lock_row(Omission, omission_id, "contract", "library_clause")
    require(actor, verb, omission)
    drafts = Draft.objects.filter(contract_id=omission.contract_id, side=Side.OURS, state=DraftState.OPEN)
    if actor.person_id in {omission.asked_by_id, *drafts.values_list("created_by_id", flat=True)}:
        raise DomainError("own_omission", _("Whoever drafts or asked cannot decide this; someone else has to."))
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
