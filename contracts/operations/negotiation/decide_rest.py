"""What is still open is decided at once."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import get_visible, require
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.models import Contract, Version
from contracts.operations.negotiation.accept_change import accept_change
from contracts.operations.negotiation.reject_change import reject_change
from contracts.queries.changes import change_rows
from contracts.states import ChangeState


@transaction.atomic
def decide_rest(*, actor: Actor, version_id: UUID, accept: bool) -> tuple[int, int]:
    """Every open change of what came back is accepted, or rejected; answers (how many, how many are left because our
    draft says something else there). Raises DomainError `turn_over`, `other_base`."""
    version = get_visible(actor, Version.objects.all(), version_id)
    verb = "contracts.accept_change" if accept else "contracts.reject_change"
    require(actor, verb, version)
    lock_row(Contract, version.contract_id)
    waiting = change_rows().filter(version=version, state=ChangeState.OPEN).order_by("position")
    done = left = 0
    for change_id in list(waiting.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                if accept:
                    accept_change(actor=actor, change_id=change_id)
                else:
                    reject_change(actor=actor, change_id=change_id)
            done += 1
        except DomainError as refusal:
            if refusal.code not in ("words_clash", "clause_gone"):
                raise
            left += 1
    return done, left
