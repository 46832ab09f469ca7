"""An export was written to a file of whoever runs the installation."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse

from clm.access.permissions import require
from clm.accounts.models import Organization
from clm.events.record import record
from clm.lib.actor import Actor
from clm.transfer import events
from clm.transfer.packing import Packed
from clm.transfer.telling import tell_other_administrators


@transaction.atomic
def note_export(*, actor: Actor, packed: Packed, sha256: str) -> Organization:
    """The ledger says that the organization was exported, up to which head, and the hash of the file; administrators
    are told."""
    require(actor, "transfer.export_organization")
    organization = Organization.objects.get(pk=actor.organization_id)
    tell_other_administrators(actor, key=sha256, url=reverse("exports"))
    record(actor, events.exported_to_file(organization, packed, sha256))
    return organization
