"""An envelope is prepared from a version."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.documents.blobs import blob_of
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from contracts.events.signing import envelope_fact
from contracts.models import Envelope, EnvelopeEvent, SignatureField, Version
from contracts.operations.guards import locked_version, person_of
from contracts.operations.signing.change_envelope import change_envelope
from contracts.operations.signing.guards import locked_envelope, name_of, note, take_paper
from contracts.papers.envelopes import EnvelopePaper
from contracts.queries.signing import default_days
from contracts.states import ENDED, EnvelopeState, VersionState

VERB, AGAIN = "contracts.create_envelope", "contracts.prepare_again"


@transaction.atomic
def create_envelope(*, actor: Actor, paper: EnvelopePaper, title: str = "", **facts: Any) -> Envelope:
    """A draft; nothing leaves yet. Make the paper before: see `make_envelope_paper`. `facts` and recipients are those
    of `change_envelope`: where one of them is refused there is no draft.

    Raises DomainError `changed_meanwhile` where the text is not what the paper was made of any more, `version_final` of
    a text that is signed, `version_old` where there is a newer one, `contract_closed`.
    """
    version = locked_version(paper.version_id)
    require(actor, VERB, version)
    check_to_be_signed(version)
    envelope = Envelope(
        organization_id=actor.organization_id,
        contract=version.contract,
        version=version,
        title=(title.strip() or version.contract.title)[:200],
        created_by_id=person_of(actor),
        **default_days(),
    )
    bound = bind_paper(envelope, version, paper)
    envelope.save(force_insert=True)
    note(envelope, EnvelopeEvent.Kind.CREATED, by=str(envelope.created_by), **bound)
    record(actor, envelope_fact("envelope.created", VERB, envelope, **bound))
    return change_envelope(actor=actor, envelope_id=envelope.pk, **facts) if facts else envelope


@transaction.atomic
def prepare_again(*, actor: Actor, envelope_id: UUID, paper: EnvelopePaper) -> Envelope:
    """A draft has a new paper, of the text as it is now; recipients stay, with the places that are still on a page.

    Raises DomainError `envelope_sent`, `version_elsewhere`, and as `create_envelope`.
    """
    envelope = locked_envelope(envelope_id)
    require(actor, AGAIN, envelope)
    if envelope.state != EnvelopeState.DRAFT:
        raise DomainError("envelope_sent", _("This was sent: nothing about it changes any more."))
    version = locked_version(paper.version_id)
    if version.contract_id != envelope.contract_id:
        raise DomainError("version_elsewhere", _("This text belongs to another contract."))
    check_to_be_signed(version)
    before = {"version": envelope.version_id, "paper": envelope.paper.sha256}
    facts = bind_paper(envelope, version, paper)
    envelope.save()
    facts["places_gone"] = _drop_places(envelope)
    note(envelope, EnvelopeEvent.Kind.CREATED, by=name_of(actor), **facts)
    record(actor, envelope_fact("envelope.prepared_again", AGAIN, envelope, before=before, **facts))
    return envelope


def bind_paper(envelope: Envelope, version: Version, paper: EnvelopePaper) -> dict[str, Any]:
    """The envelope, to be saved next, has this paper of this locked version; answers what events say of it."""
    if version.content_hash != paper.content_hash:
        raise DomainError("changed_meanwhile", _("Text or terms were changed while this was prepared: try again."))
    pages = [
        {"width": page.width, "height": page.height, "picture": str(blob_of(page.picture).pk)} for page in paper.pages
    ]
    take_paper(envelope, paper.stored, pages, is_signed=paper.is_signed)
    envelope.version, envelope.version_hash = version, version.content_hash
    envelope.paper_removed = list(paper.removed)
    facts: dict[str, Any] = {"version": version.pk, "paper": paper.stored.sha256, "pages": len(pages)}
    return facts | {"content_hash": version.content_hash, "removed": list(paper.removed)}


def _drop_places(envelope: Envelope) -> int:
    """Places that lie on no page any more are gone; answers how many."""
    gone = [row.pk for row in SignatureField.objects.filter(recipient__envelope=envelope) if not _is_on(envelope, row)]
    SignatureField.objects.filter(pk__in=gone).delete()
    return len(gone)


def _is_on(envelope: Envelope, row: SignatureField) -> bool:
    if envelope.paper_is_signed or row.page > len(envelope.pages):
        return False
    page = envelope.pages[row.page - 1]
    return bool(row.x + row.width <= page["width"] + 1 and row.y + row.height <= page["height"] + 1)


def check_to_be_signed(version: Version) -> None:
    """Raises DomainError for a text that is not the one to be signed next."""
    if version.state != VersionState.DRAFT:
        raise DomainError("version_final", _("This text is final already: it is not signed again."))
    if Version.objects.filter(contract_id=version.contract_id, number__gt=version.number).exists():
        raise DomainError("version_old", _("There is a newer version of this contract: send that one."))
    if version.contract.state in ENDED:
        raise DomainError("contract_closed", _("This contract has ended: nothing of it is signed."))
