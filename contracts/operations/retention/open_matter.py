"""A dispute, an audit or an inquiry is opened, to hold what belongs to it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.events import retention as events
from contracts.models import Matter
from contracts.operations.requests.guards import check_words
from contracts.operations.retention.guards import wait_for_records

VERB = "contracts.open_matter"


@transaction.atomic
def open_matter(*, actor: Actor, name: str, description: str = "") -> Matter:
    """Raises Invalid `words_missing`, DomainError `matter_known` where another has the name."""
    wait_for_records(actor.organization_id)
    require(actor, VERB)
    if Matter.objects.filter(name=name.strip()).exists():
        message = _("A matter has this name already.")
        raise DomainError("matter_known", message, fields={"name": [message]})
    matter = Matter.objects.create(
        organization_id=actor.organization_id,
        name=check_words("name", name),
        description=description.strip(),
        opened_by_id=actor.person_id,
        created_at=clock.now(),
    )
    record(actor, events.matter_opened(matter))
    return matter
