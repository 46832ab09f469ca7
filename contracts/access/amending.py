"""Who amends signed contracts. Our own acceptance is given by those who may sign for us in the files; the other side
accepts for itself, and what it answered by letter is recorded with the letter."""

from __future__ import annotations

from django.db.models import QuerySet

from clm.access.permissions import visible
from clm.access.registry import register_verbs, register_visibility, seen_through
from clm.access.subjects import register_subjects
from clm.accounts.roles import EVERYONE, Role
from clm.lib.actor import Actor
from contracts.access import EDITORS
from contracts.models import Amendment, AmendmentAnswer, Version

VIEW = "contracts.view_amendment"
ACCEPT, REFUSE = "contracts.accept_amendment", "contracts.refuse_amendment"
FILERS = {Role.LEGAL, Role.ADMINISTRATOR, Role.INTEGRATION}


def register() -> None:
    register_verbs(
        {
            VIEW: EVERYONE,
            "contracts.propose_amendment": EDITORS,
            "contracts.change_amendment": EDITORS,
            "contracts.withdraw_amendment": EDITORS,
            ACCEPT: {Role.LEGAL, Role.ADMINISTRATOR, Role.COUNTERPARTY},
            REFUSE: {Role.LEGAL, Role.ADMINISTRATOR, Role.COUNTERPARTY},
            "contracts.record_acceptance": FILERS,
        }
    )
    register_subjects(Amendment)
    register_visibility(Amendment, VIEW, _amendments)
    register_visibility(AmendmentAnswer, VIEW, seen_through("amendment", lambda: Amendment))


def _amendments(actor: Actor, rows: QuerySet[Amendment]) -> QuerySet[Amendment]:
    """Where its consolidated text is seen: the other side has it from the proposal on."""
    return rows.filter(version__in=visible(actor, Version.objects.all()).values("pk"))
