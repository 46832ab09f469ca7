"""Reads about envelopes, and the refusal of what would change a text that is out for signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from clm.lib.canonical import digest
from clm.lib.errors import DomainError
from clm.notify.models import Letter
from contracts.engine.signature_marks import path_of, type_size
from contracts.models import Contract, ContractParty, Envelope, EnvelopeEvent, Recipient, SignatureField, SignedCopy
from contracts.states import EnvelopeState, RecipientState, Side


def consent_words() -> str:
    """What a signer agrees to, in the words of their language."""
    return _(
        "I agree to read this document and to sign it electronically, by this page, instead of on paper. I have been "
        "able to open it and to save a copy. I know that I may decline here, and ask who sent it for paper."
    )


def check_not_out(contract: Contract) -> None:
    """Raises DomainError `out_for_signature` while a text of the contract is out: neither it, nor its terms, nor the
    facts of the contract change under the hands of those who sign. Call it with the contract locked."""
    out = out_of(contract)
    if out is not None:
        message = _("This contract is out for signature: nothing about it changes. Void the envelope first.")
        raise DomainError("out_for_signature", message, detail={"envelope": str(out)})


def out_of(contract: Contract) -> UUID | None:
    """The envelope by which a text of the contract is out for signature."""
    return Envelope.objects.filter(contract=contract, state=EnvelopeState.SENT).values_list("pk", flat=True).first()


def envelope_rows() -> QuerySet[Any]:
    """With contract, version, and recipients with their fields in the order they are asked."""
    fields = Prefetch("fields", SignatureField.objects.order_by("page", "y", "x", "id"))
    people = Recipient.objects.select_related("party", "forwarded_from").prefetch_related(fields)
    rows = Envelope.objects.select_related(
        "contract", "version", "created_by", "sent_by", "paper", "executed", "certificate"
    )
    copies = SignedCopy.objects.select_related("blob").order_by("received_at", "id")
    return rows.prefetch_related(
        Prefetch("recipients", people.order_by("position", "id")), Prefetch("signed_copies", copies)
    )


def listed_envelopes() -> QuerySet[Any]:
    """What the list shows."""
    recipients = Prefetch("recipients", Recipient.objects.order_by("position", "id"))
    return Envelope.objects.select_related("contract", "created_by").prefetch_related(recipients)


def acting(recipients: Sequence[Recipient]) -> list[Recipient]:
    """Those whom the envelope waits for, or waited for: signers and approvers who are still part of it."""
    gone = (RecipientState.FORWARDED, RecipientState.RELEASED)
    return [each for each in recipients if each.acts and each.state not in gone]


def progress_of(envelope: Envelope) -> tuple[int, int]:
    """How many have done their part, of how many: where it came to nothing, those too whom nobody asks any more."""
    people = list(envelope.recipients.all())
    if envelope.state in (EnvelopeState.SENT, EnvelopeState.COMPLETED):
        people = acting(people)
    asked = [each for each in people if each.acts and each.state != RecipientState.FORWARDED]
    return sum(each.state == RecipientState.DONE for each in asked), len(asked)


def events_of(envelope: Envelope) -> list[EnvelopeEvent]:
    """In the order they happened."""
    return list(EnvelopeEvent.objects.filter(envelope=envelope).select_related("recipient").order_by("number"))


def event_digest(event: EnvelopeEvent, previous: str) -> str:
    """sha256 over the event and the digest of the one before it. A certificate carries what is hashed as a file."""
    return digest(event_facts(event, previous))


def event_facts(event: EnvelopeEvent, previous: str) -> dict[str, Any]:
    """What the digest of an event is of."""
    facts = ("number", "kind", "at", "by", "address", "agent", "detail", "recipient_id")
    return {"envelope": event.envelope_id, "before": previous, **{name: getattr(event, name) for name in facts}}


def broken_event(events: Sequence[EnvelopeEvent]) -> int | None:
    """The number of the first event whose digest does not hold; None where all do."""
    previous = ""
    for place, event in enumerate(events, start=1):
        if event.number != place or event.digest != event_digest(event, previous):
            return event.number
        previous = event.digest
    return None


def filled_fields(envelope: Envelope) -> list[SignatureField]:
    """What was put on the pages so far, by whom, in the order of the pages."""
    rows = SignatureField.objects.filter(recipient__envelope=envelope, filled_at__isnull=False)
    return list(rows.select_related("recipient").order_by("page", "y", "x", "id"))


def values_digest(envelope: Envelope) -> str:
    """sha256 over everything that was put on the pages so far, each with its place and who put it there: the text with
    this is what is signed."""
    return digest(values_facts(envelope))


def values_facts(envelope: Envelope) -> dict[str, Any]:
    """What `values_digest` is of."""
    facts = ("recipient_id", "kind", "label", "page", "x", "y", "width", "height", "value")
    rows = sorted(filled_fields(envelope), key=lambda row: row.pk)
    drawn = Recipient.objects.filter(envelope=envelope).exclude(drawing=[]).order_by("pk").values_list("pk", "drawing")
    filled = [{"field": row.pk, **{name: getattr(row, name) for name in facts}} for row in rows]
    return {"envelope": envelope.pk, "filled": filled, "drawn": [list(each) for each in drawn]}


def mark_of(row: SignatureField) -> dict[str, Any]:
    """What stands in a filled place, and how large: in points. A drawn signature stands as it was drawn."""
    value = "✓" if row.kind == SignatureField.Kind.CHECKBOX else row.value
    is_drawn = row.kind == SignatureField.Kind.SIGNATURE and bool(row.recipient.drawing)
    return {
        "kind": row.kind,
        "label": row.label or row.get_kind_display(),
        "value": value,
        "page": row.page,
        "x": row.x, "y": row.y, "width": row.width, "height": row.height,
        "size": type_size(value, float(row.width), float(row.height)),
        "foot": round(float(row.y + row.height) - type_size(value, float(row.width), float(row.height)) * 0.28, 1),
        "path": path_of(row.recipient.drawing) if is_drawn else "",
        "by": row.recipient,
    }  # fmt: skip


def signing_parts(contract: Contract) -> list[ContractParty]:
    """Who may be signed for, in which part."""
    return list(ContractParty.objects.filter(contract=contract).select_related("party").order_by("created_at", "id"))


def parties_as_sent(envelope: Envelope) -> list[dict[str, str]]:
    """The parties of the contract now, for the event by which a text goes out: what is signed names them so, whatever
    they are called later."""
    parts = signing_parts(envelope.contract)
    return [{"id": str(part.party_id), "role": part.role, "name": part.party.name} for part in parts]


def names_when_sent(envelope: Envelope) -> dict[UUID, str]:
    """By party, what it was called when the text went out; nothing of one that did not."""
    rows = EnvelopeEvent.objects.filter(envelope=envelope, detail__has_key="parties").order_by("number")
    detail = rows.values_list("detail", flat=True).last() or {"parties": []}
    return {UUID(each["id"]): each["name"] for each in detail["parties"]}


def side_of(part: ContractParty) -> str:
    return Side.OURS if part.role == ContractParty.Role.OURS else Side.THEIRS


def only_party(parts: Sequence[ContractParty], side: str) -> UUID | None:
    """For whom somebody of the side signs without being told: there is one party of ours, or one counterparty."""
    role = ContractParty.Role.OURS if side == Side.OURS else ContractParty.Role.COUNTERPARTY
    found = {part.party_id for part in parts if part.role == role}
    return found.pop() if len(found) == 1 else None


def parties_without_signer(parts: Sequence[ContractParty], signers: Sequence[Recipient]) -> list[str]:
    """The names of those for whom nobody signs: one of ours signs for us, and one for each counterparty."""
    signed = {each.party_id for each in signers}
    ours = [part for part in parts if part.role == ContractParty.Role.OURS]
    lacking = [] if any(part.party_id in signed for part in ours) else ours[:1]
    theirs = [part for part in parts if part.role == ContractParty.Role.COUNTERPARTY]
    return [part.party.name for part in (*lacking, *(each for each in theirs if each.party_id not in signed))]


def letters_about(envelope: Envelope) -> Mapping[Any, list[Letter]]:
    """What was written to each recipient, newest first, by their id."""
    ids = [each.pk for each in envelope.recipients.all()]
    found: dict[Any, list[Letter]] = {pk: [] for pk in ids}
    for letter in Letter.objects.filter(subject_id__in=ids, subject_type="contracts.recipient").order_by("-id"):
        found[letter.subject_id].append(letter)
    return found


def default_days() -> dict[str, int]:
    return {"days": settings.SIGNING_DAYS, "remind_days": settings.SIGNING_REMINDER_DAYS}
