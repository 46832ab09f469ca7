"""A recipient signs, or approves; the last one completes the envelope, and what was signed is executed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move, move_all
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from contracts.engine.signature_marks import NotADrawing, checked_drawing
from contracts.events import contract_moved
from contracts.events.signing import envelope_fact
from contracts.models import (
    Amendment,
    Envelope,
    EnvelopeEvent,
    Recipient,
    SignatureField,
    SigningLink,
    Version,
)
from contracts.models.signature import SealState
from contracts.operations.advance_terms import catch_up, keep_signing_day, wait_for_its_day
from contracts.operations.amending.guards import accept_by_signature, finish
from contracts.operations.finalize_version import fix_version
from contracts.operations.signing.change_envelope import starts_of
from contracts.operations.signing.guards import (
    LIVE,
    Origin,
    Pass,
    after_commit_seal,
    check_opens,
    check_verified,
    end_links,
    invite_next,
    locked_link,
    note,
    people_of,
    tell_sender,
)
from contracts.outlook import check_history
from contracts.queries.amendments import amendment_of, amends_signed, bound_with
from contracts.queries.signing import acting, values_digest
from contracts.signing_day import check_signing_day, signable_since
from contracts.states import ContractState, EnvelopeState, RecipientState

VERB = "contracts.sign_envelope"


@transaction.atomic
def sign_envelope(
    *,
    actor: Actor,
    given: Pass,
    values: Mapping[UUID, str],
    origin: Origin,
    name: str = "",
    drawing: Any = None,
    seen: str | None = None,
) -> Recipient:
    """The recipient's fields are filled and their part is done; whoever is next is asked, or the envelope is complete.

    `values` are by field; the date is today's, the name is `name` (default: as the sender wrote it). `drawing` is the
    signature they drew, which then stands in their places for one. `seen` is the `values_digest` of what others had
    filled in as they read it. An approver fills nothing. Raises LinkRefused, DomainError `consent_missing`,
    `content_changed`, `changed_meanwhile`, Invalid `field_missing`, `drawing_invalid`.
    """
    link, envelope = locked_link(given.token)
    require(actor, VERB, envelope)
    check_opens(link, envelope, given, SigningLink.Purpose.SIGN)
    check_verified(link, given)
    recipient = link.recipient
    _check_may_sign(envelope, recipient)
    read = _check_seen(envelope, seen)
    signs_as = name.strip()[:200] or recipient.name
    is_signer = recipient.role == Recipient.Role.SIGNER
    recipient.drawing = _drawn(drawing) if is_signer else []
    filled = _fill(envelope, recipient, values, signs_as)
    recipient.ended_at = link.used_at = clock.now()
    recipient.save(update_fields=["ended_at", "drawing"])
    link.save(update_fields=["used_at"])
    move(actor, recipient, to=RecipientState.DONE)
    kind = EnvelopeEvent.Kind.SIGNED if is_signer else EnvelopeEvent.Kind.APPROVED
    facts: dict[str, Any] = {"paper": envelope.paper.sha256, "content_hash": envelope.version_hash, "filled": filled}
    facts |= {"read": read, "values": values_digest(envelope), **bound_with(envelope)}
    note(envelope, kind, recipient=recipient, origin=origin, **facts, signed_as=signs_as)
    record(actor, envelope_fact(f"envelope.{kind}", VERB, envelope, recipient=recipient, **facts))
    if any(each.state in LIVE for each in acting(people_of(envelope))):
        invite_next(actor, envelope)
    else:
        complete(actor, envelope)
    return recipient


def _check_may_sign(envelope: Envelope, recipient: Recipient) -> None:
    if not recipient.acts:
        raise DomainError("not_a_signer", _("This was sent to you to read, not to sign."))
    recipient.STATES.check(recipient.state, RecipientState.DONE)
    if recipient.consented_at is None:
        raise DomainError("consent_missing", _("Agree first to sign electronically."))
    if envelope.version.content_hash != envelope.version_hash:
        raise DomainError("content_changed", _("The text is not the one that was sent: it cannot be signed."))


def _check_seen(envelope: Envelope, seen: str | None) -> str:
    """What others have filled in by now. Raises DomainError where it is not what was read."""
    now = values_digest(envelope)
    if seen is not None and seen != now:
        message = _("Somebody else has filled something in meanwhile: read it again, and sign then.")
        raise DomainError("changed_meanwhile", message)
    return now


def _drawn(given: Any) -> list[list[list[int]]]:
    try:
        return checked_drawing(given)
    except NotADrawing:
        message = _("This drawing cannot be used: draw your signature again, or type it.")
        raise Invalid("drawing_invalid", message, fields={"drawing": [message]}) from None


def _fill(envelope: Envelope, recipient: Recipient, values: Mapping[UUID, str], name: str) -> int:
    """How many fields are filled. Raises Invalid naming each one that is required and empty."""
    rows = list(recipient.fields.all())
    today = clock.today(envelope.contract.time_zone).isoformat()
    own = {SignatureField.Kind.DATE: today, SignatureField.Kind.NAME: name}
    if recipient.drawing:
        own[SignatureField.Kind.SIGNATURE] = name
    lacking: dict[str, list[str]] = {}
    for row in rows:
        row.value = str(own.get(SignatureField.Kind(row.kind)) or values.get(row.pk, "")).strip()[:500]
        if row.is_required and not row.value:
            lacking[str(row.pk)] = [_("Fill this in.")]
        row.filled_at = clock.now() if row.value else None
    if lacking:
        raise Invalid("field_missing", _("Something is not filled in yet."), fields=lacking)
    SignatureField.objects.bulk_update([row for row in rows if row.value], ["value", "filled_at"])
    return sum(bool(row.value) for row in rows)


def complete(actor: Actor, envelope: Envelope, *, verb: str = VERB, signed_on: date | None = None) -> None:
    """All have signed, today or on the day that a scan says: the version is final and the contract executed, or the
    amendment in force from its day. The sealed paper follows outside of this transaction. Raises what
    `check_signing_day` does of a day that a scan says."""
    check_signing_day(envelope.contract, signed_on, envelope.sent_at or signable_since(envelope.contract))
    envelope.ended_at = envelope.seal_due_at = clock.now()
    envelope.next_due_at, envelope.seal_state = None, SealState.WAITING
    envelope.save(update_fields=["ended_at", "next_due_at", "seal_state", "seal_due_at"])
    before = move(actor, envelope, to=EnvelopeState.COMPLETED)
    rest = [each for each in people_of(envelope) if each.state in LIVE]
    end_links(rest)
    move_all(actor, rest, to=RecipientState.DONE)
    _execute(actor, envelope, verb, signed_on)
    facts: dict[str, Any] = {"content_hash": envelope.version.content_hash, "paper": envelope.paper.sha256}
    note(envelope, EnvelopeEvent.Kind.COMPLETED, **facts, values=values_digest(envelope), tried=_tried(envelope))
    record(actor, envelope_fact("envelope.completed", verb, envelope, before={"state": before}, **facts))
    tell_sender(envelope, "completed", _("Signed by all: %(title)s"))
    after_commit_seal()


def _tried(envelope: Envelope) -> dict[str, int]:
    """How often links were refused, and codes asked and wrong, in all: the events count on only now and then."""
    found: Counter[str] = Counter()
    for tally in SigningLink.objects.filter(recipient__envelope=envelope).values_list("tally", flat=True):
        found.update(tally)
    return dict(found)


def _execute(actor: Actor, envelope: Envelope, verb: str, signed_on: date | None) -> None:
    contract, version = envelope.contract, envelope.version
    executed_on = signed_on or clock.today(contract.time_zone)
    _fix(actor, envelope, verb, executed_on)
    if contract.state != ContractState.OUT_FOR_SIGNATURE:
        return
    previous = move(actor, contract, to=ContractState.EXECUTED)
    keep_signing_day(contract, executed_on)
    wait_for_its_day(contract)
    facts: dict[str, Any] = {"executed_on": executed_on, "version": version.number}
    facts["content_hash"] = version.content_hash
    record(actor, contract_moved("contract.executed", verb, contract, previous, **facts))


def _fix(actor: Actor, envelope: Envelope, verb: str, signed_on: date) -> None:
    """Of a signed contract it is an amendment, which those who signed have accepted: never from a day before that,
    unless it says so; and its terms have to fit those that began while it was out. Raises what `check_history` does."""
    contract, version = envelope.contract, envelope.version
    if amends_signed(contract):
        amendment = _put_amendment(version)
        signers = [each for each in people_of(envelope) if each.role == Recipient.Role.SIGNER]
        starts_on = accept_by_signature(actor, verb, amendment, envelope, signers, signed_on)
        check_history(version, starts_on)
        fix_version(actor, version, starts_on)
        finish(actor, verb, amendment)
    else:
        fix_version(actor, version, starts_of(envelope, signed_on))
    if contract.is_in_force:
        catch_up(actor, contract)


def _put_amendment(version: Version) -> Amendment:
    """Raises DomainError `amendment_missing` where it was withdrawn meanwhile, as at the end of its contract."""
    amendment = amendment_of(version)
    if amendment is None or not amendment.is_open:
        raise DomainError("amendment_missing", _("This change is not put to the parties any more: it is not signed."))
    return amendment
