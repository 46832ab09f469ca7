"""A text that was sent from here was signed on paper: the scan is filed, and somebody vouches for it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.models import Envelope, EnvelopeEvent
from contracts.models.signature import Method
from contracts.operations.signing.guards import Origin, locked_envelope, name_of, note, signed_outside, take_scan
from contracts.operations.signing.send_envelope import check_ready, contract_out, unilateral
from contracts.operations.signing.sign_envelope import complete
from contracts.papers.envelopes import Scan
from contracts.queries.amendments import bound_with
from contracts.queries.signing import parties_as_sent

VERB = "contracts.record_paper_signature"


@transaction.atomic
def record_paper_signature(
    *,
    actor: Actor,
    envelope_id: UUID,
    scan: Scan,
    signed_on: date,
    certifies: bool,
    origin: Origin | None = None,
) -> Envelope:
    """The envelope, which was not sent, is completed with the scan as its paper; the executed PDF is the scan with a
    certificate that says who vouches for it, sealed.

    The same guards as for sending. Raises Invalid `date_ahead`, `not_certified`, and what `check_ready` refuses.
    """
    envelope = locked_envelope(envelope_id)
    require(actor, VERB, envelope)
    envelope.STATES.check(envelope.state, "sent")
    _check(envelope, signed_on, certifies=certifies)
    check_ready(actor, envelope)
    envelope.method = Method.PAPER
    take_scan(envelope, scan)
    envelope.contract_was, envelope.sent_by_id = envelope.contract.state, actor.person_id
    envelope.save()
    contract_out(actor, envelope.contract)
    signers = signed_outside(actor, envelope)
    facts: dict[str, Any] = {"scan": scan.stored.sha256, "signed_on": signed_on}
    facts |= {"people": [each.name for each in signers], "content_hash": envelope.version_hash}
    facts |= unilateral(envelope) | bound_with(envelope)
    parties = parties_as_sent(envelope)
    note(envelope, EnvelopeEvent.Kind.ON_PAPER, by=name_of(actor), origin=origin, parties=parties, **facts)
    complete(actor, envelope, verb=VERB, signed_on=signed_on)
    return envelope


def _check(envelope: Envelope, signed_on: date, *, certifies: bool) -> None:
    if signed_on > clock.today(envelope.contract.time_zone):
        message = _("This day has not come yet.")
        raise Invalid("date_ahead", message, fields={"signed_on": [message]})
    if not certifies:
        message = _("Say that you have seen the signed paper and that this is a true copy.")
        raise Invalid("not_certified", message, fields={"certifies": [message]})
