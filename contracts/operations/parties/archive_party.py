"""A legal entity is no longer used, or used again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.events import parties as events
from contracts.models import ContractParty, Party
from contracts.states import ENDED

VERB = "contracts.archive_party"


@transaction.atomic
def archive_party(*, actor: Actor, party_id: UUID, reason: str = "") -> Party:
    """The party is offered for no new contract; what it has stays. Raises DomainError `party_archived` where it is,
    `party_in_use` while a contract with it has not ended."""
    party = lock_row(Party, party_id)
    require(actor, VERB, party)
    if party.is_archived:
        raise DomainError("party_archived", _("It is archived already."))
    if ContractParty.objects.filter(party=party).exclude(contract__state__in=ENDED).exists():
        raise DomainError("party_in_use", _("It is party to a contract that has not ended."))
    party.archived_at = clock.now()
    party.save(update_fields=["archived_at"])
    record(actor, events.archiving_set("party.archived", party, reason))
    return party


@transaction.atomic
def reinstate_party(*, actor: Actor, party_id: UUID, reason: str = "") -> Party:
    """The party is offered again. Raises DomainError `party_not_archived`."""
    party = lock_row(Party, party_id)
    require(actor, VERB, party)
    if not party.is_archived:
        raise DomainError("party_not_archived", _("It is not archived."))
    party.archived_at = None
    party.save(update_fields=["archived_at"])
    record(actor, events.archiving_set("party.reinstated", party, reason))
    return party
