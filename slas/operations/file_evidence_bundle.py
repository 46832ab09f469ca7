"""A breach's evidence as a PDF is on file."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.documents.models import Blob
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from slas import events
from slas.models import Breach, EvidenceBundle


@transaction.atomic
def file_evidence_bundle(*, actor: Actor, breach_id: UUID, evaluation_id: UUID, blob_id: UUID) -> EvidenceBundle:
    """`evaluation_id` is the one that the paper shows. The same paper again is the one that is filed already."""
    breach = lock_row(Breach, breach_id)
    require(actor, "slas.file_evidence_bundle", breach)
    blob = Blob.objects.get(pk=blob_id)
    filed = EvidenceBundle.objects.select_related("blob", "breach").filter(breach=breach, blob=blob).first()
    if filed is not None:
        return filed
    bundle = EvidenceBundle.objects.create(
        organization_id=actor.organization_id, breach=breach, evaluation_id=evaluation_id, blob=blob
    )
    record(actor, events.evidence_filed(bundle))
    return bundle
