"""What was handed over too early is taken back."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move, move_all
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.access.drafts import side_of
from contracts.events import drafts as events
from contracts.models import Change, Contract, Draft, DraftClause, Version
from contracts.operations.approval.guards import supersede_approvals
from contracts.operations.drafting.guards import flip_turn
from contracts.search import refresh_text
from contracts.states import ChangeState, DraftState, VersionState

VERB = "contracts.take_back_turn"


@transaction.atomic
def take_back_turn(*, actor: Actor, contract_id: UUID) -> Draft:
    """It is the actor's side's turn again and its draft open, as long as the other side has neither begun to write nor
    decided on any of its changes. The version stays as a private one, and its changes are withdrawn; the other side may
    have read it, though.

    Raises DomainError `nothing_to_take_back`, `other_side_began`.
    """
    contract = lock_row(Contract, contract_id)
    require(actor, VERB, contract)
    side = side_of(actor)
    newest = Version.objects.select_for_update().filter(contract=contract).order_by("number").last()
    found = Draft.objects.select_for_update().filter(contract=contract, side=side, version=newest).first()
    if contract.turn == side or newest is None or found is None or newest.state != VersionState.DRAFT:
        raise DomainError("nothing_to_take_back", _("There is nothing to take back."))
    if Draft.objects.filter(contract=contract, state=DraftState.OPEN).exists():
        raise DomainError("other_side_began", _("The other side has begun to write."))
    supersede_approvals(actor, contract, verb=VERB, why=_("The text was taken back to be worked on."))
    _withdraw_changes(actor, newest)
    newest.shared_at = None
    newest.save(update_fields=["shared_at"])
    DraftClause.objects.filter(draft=found).update(became=None)
    move(actor, found, to=DraftState.OPEN)
    found.version = None
    found.save(update_fields=["version"])
    refresh_text(contract)
    flip_turn(actor, contract, verb=VERB)
    found.contract = contract
    record(actor, events.turn_taken_back(found, newest.pk))
    return found


def _withdraw_changes(actor: Actor, version: Version) -> None:
    """Raises DomainError `other_side_began` where one is decided."""
    changes = list(Change.objects.select_for_update().filter(version=version))
    if any(change.state != ChangeState.OPEN for change in changes):
        raise DomainError("other_side_began", _("The other side has begun to decide on your changes."))
    move_all(actor, changes, to=ChangeState.WITHDRAWN)
