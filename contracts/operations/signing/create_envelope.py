"""An envelope is prepared from a version."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.documents.blobs import blob_of
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.events.signing import envelope_fact
from contracts.models import Envelope, EnvelopeEvent, Version
from contracts.operations.guards import locked_version, person_of
from contracts.operations.signing.guards import note
from contracts.papers.envelopes import EnvelopePaper
from contracts.queries.signing import default_days
from contracts.states import ENDED, VersionState

VERB = "contracts.create_envelope"


@transaction.atomic
def create_envelope(*, actor: Actor, paper: EnvelopePaper, title: str = "") -> Envelope:
    """A draft without recipients; nothing leaves yet. Make the paper before: see `make_envelope_paper`.

    Raises DomainError `version_final` of a text that is signed, `version_old` where there is a newer one,
    `contract_closed`.
    """
    version = locked_version(paper.version_id)
    require(actor, VERB, version)
    check_to_be_signed(version)
    pages = [
        {"width": page.width, "height": page.height, "picture": str(blob_of(page.picture).pk)} for page in paper.pages
    ]
    envelope = Envelope.objects.create(
        organization_id=actor.organization_id,
        contract=version.contract,
        version=version,
        title=(title.strip() or version.contract.title)[:200],
        paper=blob_of(paper.stored),
        pages=pages,
        created_by_id=person_of(actor),
        **default_days(),
    )
    facts: dict[str, Any] = {"version": version.pk, "paper": paper.stored.sha256, "pages": len(pages)}
    note(envelope, EnvelopeEvent.Kind.CREATED, by=str(envelope.created_by), **facts)
    record(actor, envelope_fact("envelope.created", VERB, envelope, **facts))
    return envelope


def check_to_be_signed(version: Version) -> None:
    """Raises DomainError for a text that is not the one to be signed next."""
    if version.state != VersionState.DRAFT:
        raise DomainError("version_final", _("This text is final already: it is not signed again."))
    if Version.objects.filter(contract_id=version.contract_id, number__gt=version.number).exists():
        raise DomainError("version_old", _("There is a newer version of this contract: send that one."))
    if version.contract.state in ENDED:
        raise DomainError("contract_closed", _("This contract has ended: nothing of it is signed."))
