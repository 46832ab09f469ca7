"""What a person signs in with changed, and every organization that they belong to has it in its ledger."""

from __future__ import annotations

from django.db import transaction

from clm.access.permissions import require
from clm.accounts import events
from clm.accounts.models import User
from clm.events.record import record
from clm.lib.actor import Actor


@transaction.atomic
def change_sign_in(*, actor: Actor, change: str) -> None:
    """The ledger of the actor's organization says that the person's own sign-in changed, and never to what.

    allauth has written the change itself: passwords and second factors are its own rows.
    """
    require(actor, "accounts.change_sign_in")
    user = User.objects.get(pk=actor.person_id)
    record(actor, events.sign_in_changed(user, change=change))
