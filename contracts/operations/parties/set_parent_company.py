"""Which company a legal entity belongs to."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import get_visible, require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import advisory_lock, lock_row
from contracts.events import parties as events
from contracts.models import Party
from contracts.operations.parties.guards import CHANGE
from contracts.queries.entities import parents_of


@transaction.atomic
def set_parent_company(*, actor: Actor, party_id: UUID, parent_id: UUID | None) -> Party:
    """The party belongs to that company, or to none. Raises DomainError `party_cycle` where the company belongs to the
    party itself. Changes to the tree of an organization go one after another, so that two do not close a ring."""
    advisory_lock(f"party-tree:{actor.organization_id}")
    party = lock_row(Party, party_id)
    require(actor, CHANGE, party)
    if party.parent_id == parent_id:
        return party
    parent = get_visible(actor, Party.objects.all(), parent_id) if parent_id else None
    if parent is not None and party.pk in {parent.pk, *(each.pk for each in parents_of(parent))}:
        message = _("%(parent)s belongs to this company.") % {"parent": parent.name}
        raise DomainError("party_cycle", message, fields={"parent": [message]})
    before = party.parent_id
    party.parent = parent
    party.save(update_fields=["parent"])
    record(actor, events.parent_set(party, before))
    return party
