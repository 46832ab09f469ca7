"""What is said in an envelope, to whom it goes, and where they sign: while it is being prepared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.notify.text_messages import is_configured
from contracts.events.signing import envelope_fact
from contracts.models import ContractParty, Envelope, Recipient, SignatureField
from contracts.operations.signing.guards import locked_envelope
from contracts.queries.our_mailboxes import check_not_ours, our_mailboxes
from contracts.queries.signing import only_party, side_of, signing_parts
from contracts.states import EnvelopeState, Side

VERB = "contracts.change_envelope"
FACTS = ("title", "message", "is_ordered", "effective_on", "days", "remind_days", "unilateral_reason")
MOST_RECIPIENTS, MOST_FIELDS, MOST_DAYS = 30, 300, 365


@dataclass(frozen=True)
class FieldDraft:
    """A place on a page, in points from its top left corner."""

    kind: str
    page: int
    x: Decimal
    y: Decimal
    width: Decimal
    height: Decimal
    label: str = ""
    is_required: bool = True


@dataclass(frozen=True)
class RecipientDraft:
    """Somebody who is to get the envelope. `party` is for whom they sign; without one, the only party of the side."""

    name: str
    email: str
    role: str = Recipient.Role.SIGNER
    side: str = Side.OURS
    position: int = 1
    phone: str = ""
    code_by: str = Recipient.CodeBy.MAIL
    party: UUID | None = None
    fields: Sequence[FieldDraft] = field(default_factory=tuple)


@transaction.atomic
def change_envelope(
    *, actor: Actor, envelope_id: UUID, recipients: Sequence[RecipientDraft] | None = None, **facts: Any
) -> Envelope:
    """The envelope has the given FACTS, and exactly these recipients with their fields, where some are given.

    `unilateral_reason` says why not every party signs. Raises DomainError `envelope_sent`, Invalid `recipient_invalid`,
    `recipient_ours`, `field_outside`, `paper_signed`, `days_invalid` naming the place.
    """
    envelope = locked_envelope(envelope_id)
    require(actor, VERB, envelope)
    if envelope.state != EnvelopeState.DRAFT:
        raise DomainError("envelope_sent", _("This was sent: nothing about it changes any more."))
    before, after = _set_facts(envelope, facts)
    if recipients is not None:
        before["recipients"], after["recipients"] = envelope.recipients.count(), len(recipients)
        _replace(envelope, recipients)
    record(actor, envelope_fact("envelope.changed", VERB, envelope, before=before, **after))
    return envelope


def _set_facts(envelope: Envelope, facts: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    wanted = {name: facts[name] for name in FACTS if name in facts}
    _check_days(wanted.get("days", envelope.days), wanted.get("remind_days", envelope.remind_days))
    before = {name: getattr(envelope, name) for name in wanted}
    for name, value in wanted.items():
        setattr(envelope, name, value)
    if not envelope.title.strip():
        raise Invalid("title_missing", _("Give it a title."), fields={"title": [_("Give it a title.")]})
    envelope.save(update_fields=[*wanted, "title"])
    return before, wanted


def _check_days(days: int, remind_days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        message = _("Between 1 and %(most)s days.") % {"most": MOST_DAYS}
        raise Invalid("days_invalid", message, fields={"days": [message]})
    if not 0 <= remind_days <= MOST_DAYS:
        message = _("Between 0 (never) and %(most)s days.") % {"most": MOST_DAYS}
        raise Invalid("days_invalid", message, fields={"remind_days": [message]})


def _replace(envelope: Envelope, drafts: Sequence[RecipientDraft]) -> None:
    if len(drafts) > MOST_RECIPIENTS or sum(len(each.fields) for each in drafts) > MOST_FIELDS:
        raise _invalid("recipient_invalid", "recipients", _("That is more than one envelope holds."))
    _check_addresses(drafts)
    envelope.recipients.all().delete()
    parts, ours = signing_parts(envelope.contract), our_mailboxes()
    made = [_recipient(envelope, draft, place, parts, ours) for place, draft in enumerate(drafts)]
    rows = Recipient.objects.bulk_create(made)
    SignatureField.objects.bulk_create(
        _field(envelope, row, each) for row, draft in zip(rows, drafts, strict=True) for each in draft.fields
    )


def _invalid(code: str, name: str, message: str) -> Invalid:
    return Invalid(code, message, fields={name: [message]})


def _check_addresses(drafts: Sequence[RecipientDraft]) -> None:
    known: set[str] = set()
    for place, draft in enumerate(drafts):
        email = draft.email.strip().lower()
        if email in known:
            message = _("Two recipients have this address: each one needs their own, or one could sign for the other.")
            raise _invalid("recipient_invalid", f"recipients.{place}.email", message)
        known.add(email)


def check_person(name: str, email: str, *, phone: str = "", code_by: str = "mail", at: str = "") -> None:
    """Raises Invalid `recipient_invalid`; `at` is put before the names of the fields."""
    if not name.strip():
        raise _invalid("recipient_invalid", f"{at}name", _("Say who it is."))
    try:
        validate_email(email.strip())
    except ValidationError:
        raise _invalid("recipient_invalid", f"{at}email", _("This is no e-mail address.")) from None
    if code_by == Recipient.CodeBy.SMS and not phone.strip():
        raise _invalid("recipient_invalid", f"{at}phone", _("A code by text message needs a number."))
    if code_by == Recipient.CodeBy.SMS and not is_configured():
        raise _invalid("recipient_invalid", f"{at}code_by", _("This installation sends no text messages."))


def _for_whom(draft: RecipientDraft, place: int, parts: Sequence[ContractParty]) -> tuple[str, UUID | None]:
    """Side and party. Raises Invalid for a party of another contract."""
    if draft.party is None:
        return draft.side, only_party(parts, draft.side)
    part = next((each for each in parts if each.party_id == draft.party), None)
    if part is None:
        raise _invalid("recipient_invalid", f"recipients.{place}.party", _("Choose a party of this contract."))
    return side_of(part), draft.party


def _recipient(
    envelope: Envelope, draft: RecipientDraft, place: int, parts: Sequence[ContractParty], ours: frozenset[str]
) -> Recipient:
    check_person(draft.name, draft.email, phone=draft.phone, code_by=draft.code_by, at=f"recipients.{place}.")
    if draft.role not in Recipient.Role.values or draft.side not in Side.values or not 1 <= draft.position <= 99:
        raise _invalid("recipient_invalid", f"recipients.{place}.role", _("Choose a part, a side and a place."))
    side, party = _for_whom(draft, place, parts)
    recipient = Recipient(
        organization_id=envelope.organization_id,
        envelope=envelope,
        role=draft.role,
        side=side,
        party_id=party,
        position=draft.position,
        name=draft.name.strip()[:200],
        email=draft.email.strip(),
        phone=draft.phone.strip()[:32],
        code_by=draft.code_by,
    )
    check_not_ours(recipient, recipient.email, parts, ours=ours, at=f"recipients.{place}.")
    return recipient


def _field(envelope: Envelope, recipient: Recipient, draft: FieldDraft) -> SignatureField:
    """Only a signer fills fields, and only where the page is."""
    name = f"fields.{recipient.email}"
    if envelope.paper_is_signed:
        raise _invalid("paper_signed", name, _("This PDF bears signatures: nothing is put on its pages any more."))
    if recipient.role != Recipient.Role.SIGNER:
        raise _invalid("field_outside", name, _("Only who signs has fields to fill."))
    if draft.kind not in SignatureField.Kind.values:
        raise _invalid("field_outside", name, _("Choose what is filled in there."))
    if not 1 <= draft.page <= len(envelope.pages):
        raise _invalid("field_outside", name, _("There is no page %(page)s.") % {"page": draft.page})
    page = envelope.pages[draft.page - 1]
    if not _is_inside(draft, Decimal(str(page["width"])), Decimal(str(page["height"]))):
        raise _invalid(
            "field_outside", name, _("A field reaches over the edge of page %(page)s.") % {"page": draft.page}
        )
    return SignatureField(
        organization_id=envelope.organization_id,
        recipient=recipient,
        kind=draft.kind,
        label=draft.label.strip()[:80],
        is_required=draft.is_required,
        page=draft.page,
        x=draft.x,
        y=draft.y,
        width=draft.width,
        height=draft.height,
    )


def _is_inside(draft: FieldDraft, width: Decimal, height: Decimal) -> bool:
    return (
        draft.x >= 0
        and draft.y >= 0
        and draft.width >= 5
        and draft.height >= 5
        and draft.x + draft.width <= width + 1
        and draft.y + draft.height <= height + 1
    )


def starts_of(envelope: Envelope, on: date) -> date:
    """When the text takes effect where it is signed by all on that day: what was agreed, else what the terms of a new
    contract say, else that day."""
    if envelope.effective_on is not None:
        return envelope.effective_on
    terms = getattr(envelope.version, "terms", None)
    return terms.starts_on if terms is not None and not envelope.contract.is_in_force else on
