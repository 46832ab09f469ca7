"""What the verbs of signing share: locks, the events of an envelope, links, and who is asked next."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from clm.accounts.actors import hash_key
from clm.accounts.models import User
from clm.audit.moves import move, move_all, move_along
from clm.documents.blobs import StoredContent, blob_of
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.canonical import to_plain
from clm.lib.errors import DomainError, NotVisible
from clm.lib.locks import lock_row
from clm.notify.letters import post_letter
from clm.notify.models import Letter
from clm.notify.tell import tell
from contracts.models import Contract, Envelope, EnvelopeEvent, Recipient, SigningLink
from contracts.operations.approval.guards import supersede_approvals
from contracts.papers.envelopes import Scan
from contracts.queries.signing import acting, event_digest, names_when_sent, signing_parts
from contracts.states import ContractState, EnvelopeState, RecipientState

INVITATION, REMINDER, CODE, COPY, NEWS = (
    "signing.invitation", "signing.reminder", "signing.code", "signing.copy", "signing.news",
)  # fmt: skip
# So many times what a stranger can repeat is noted one by one.
OFTEN = 8
LIVE = (RecipientState.WAITING, RecipientState.INVITED)


@dataclass(frozen=True)
class Origin:
    """Where a request came from, as far as it can be believed (see `clm.accounts.addresses`), and by which program."""

    address: str | None = None
    agent: str = ""


@dataclass(frozen=True)
class Pass:
    """What a browser brings: the secret of the link, that of the session in which the code was given, who is signed in
    there, and through which other links somebody came in before."""

    token: str
    session: str = ""
    signed_in: str = ""
    others: tuple[UUID, ...] = ()


class LinkRefused(DomainError):
    """The link does not open for who holds it. `link_id` is where the refusal is noted."""

    status = 403

    def __init__(self, code: str, message: str, link_id: UUID) -> None:
        super().__init__(code, message)
        self.link_id = link_id


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def locked_envelope(envelope_id: UUID) -> Envelope:
    """The envelope locked, its contract locked before it: ask permission next. Raises NotVisible."""
    contract_id = Envelope.objects.filter(pk=envelope_id).values_list("contract_id", flat=True).first()
    if contract_id is None:
        raise NotVisible
    contract = lock_row(Contract, contract_id)
    envelope = lock_row(Envelope, envelope_id, "version", "paper")
    envelope.contract = envelope.version.contract = contract
    return envelope


def locked_link(token: str) -> tuple[SigningLink, Envelope]:
    """The link of a secret, with its recipient, in a locked envelope. Raises NotVisible for a secret nobody gave."""
    known = SigningLink.objects.filter(token_hash=hash_key(token)).values_list("pk", "recipient__envelope_id")
    found = known.first()
    if found is None:
        raise NotVisible
    envelope = locked_envelope(found[1])
    link = lock_row(SigningLink, found[0], "recipient")
    link.recipient.envelope = envelope
    return link, envelope


def check_opens(link: SigningLink, envelope: Envelope, given: Pass, *purposes: str) -> None:
    """Raises LinkRefused unless the link is alive, for one of the purposes (none: any), and who holds it may be its
    recipient.

    `link_used`, `link_ended` (a newer one was sent, or it was passed on), `link_expired`, `not_yours` (somebody else is
    signed in, or came in as another signer before), `envelope_over`, `not_your_turn` (others come first),
    `wrong_purpose`.
    """
    code = _why_not(link, envelope, given)
    if not code and purposes and link.purpose not in purposes:
        code = "wrong_purpose"
    if code:
        raise LinkRefused(code, _SAID[code](), link.pk)


def check_verified(link: SigningLink, given: Pass) -> None:
    """Raises LinkRefused `code_missing` unless the code was given in this very browser, and not long ago."""
    if not is_verified(link, given):
        raise LinkRefused("code_missing", _("Give the code first that we sent you."), link.pk)


def is_verified(link: SigningLink, given: Pass) -> bool:
    """Whether the code was given in this browser within SIGNING_SESSION_MINUTES."""
    if not given.session or not link.session_hash or link.verified_at is None:
        return False
    is_fresh = clock.now() < link.verified_at + timedelta(minutes=settings.SIGNING_SESSION_MINUTES)
    return is_fresh and hmac.compare_digest(hash_key(given.session), link.session_hash)


def _why_not(link: SigningLink, envelope: Envelope, given: Pass) -> str:
    if _is_somebody_else(link, envelope, given):
        return "not_yours"
    if link.used_at is not None:
        return "link_used"
    if link.ended_at is not None or link.recipient.state in (RecipientState.FORWARDED, RecipientState.RELEASED):
        return "link_ended"
    if link.expires_at <= clock.now():
        return "link_expired"
    if link.purpose != SigningLink.Purpose.COPY and envelope.state != EnvelopeState.SENT:
        return "envelope_over"
    if link.purpose == SigningLink.Purpose.SIGN and link.recipient.state == RecipientState.WAITING:
        return "not_your_turn"
    return ""


def _is_somebody_else(link: SigningLink, envelope: Envelope, given: Pass) -> bool:
    if given.signed_in and given.signed_in.lower() != link.recipient.email.lower():
        return True
    others = SigningLink.objects.filter(pk__in=given.others, recipient__envelope=envelope, verified_at__isnull=False)
    return others.exclude(recipient__email__iexact=link.recipient.email).exists()


_SAID = {
    "not_yours": lambda: _("This link was sent to somebody else. Nobody can sign for another."),
    "link_used": lambda: _("This link was used. What you did with it stands."),
    "link_ended": lambda: _("This link counts no more: use the newest one that was sent to you."),
    "link_expired": lambda: _("This link has run out. Ask who sent it for a new one."),
    "envelope_over": lambda: _("This document is no longer out for signature."),
    "not_your_turn": lambda: _("Others sign before you: you are written to when it is your turn."),
    "wrong_purpose": lambda: _("This link is for something else."),
}


def note(
    envelope: Envelope,
    kind: EnvelopeEvent.Kind,
    *,
    recipient: Recipient | None = None,
    by: str = "",
    origin: Origin | None = None,
    **detail: Any,
) -> EnvelopeEvent:
    """The next event of a locked envelope."""
    last = EnvelopeEvent.objects.filter(envelope=envelope).order_by("number").last()
    origin = origin or Origin()
    event = EnvelopeEvent(
        organization_id=envelope.organization_id,
        envelope=envelope,
        number=last.number + 1 if last else 1,
        recipient=recipient,
        kind=kind,
        at=clock.now(),
        by=(by or (recipient.name if recipient else ""))[:250],
        address=origin.address,
        agent=origin.agent[:300],
        detail=to_plain(detail),
    )
    event.digest = event_digest(event, last.digest if last else "")
    event.save(force_insert=True)
    return event


def take_paper(envelope: Envelope, stored: StoredContent, pages: list[dict[str, Any]], *, is_signed: bool) -> None:
    """The envelope has this paper from now on, and remembers which files it had; save it next."""
    if envelope.paper_id is not None:
        former = [envelope.paper_id, *(page["picture"] for page in envelope.pages)]
        envelope.former_blobs = sorted({*envelope.former_blobs, *map(str, former)})
    envelope.paper, envelope.pages, envelope.paper_is_signed = blob_of(stored), pages, is_signed


def take_scan(envelope: Envelope, scan: Scan) -> None:
    take_paper(envelope, scan.stored, list(scan.pages), is_signed=scan.is_signed)


def note_often(
    link: SigningLink, kind: EnvelopeEvent.Kind, envelope: Envelope, *, by: str = "", origin: Origin, **detail: Any
) -> EnvelopeEvent | None:
    """As `note`, for what anybody who holds a link can do without end: each of the first OFTEN times, then whenever
    their number has doubled, with that number (`times`). None where nothing was noted, and nothing is to be recorded.
    The link is locked."""
    times = int(link.tally.get(kind, 0)) + 1
    link.tally = {**link.tally, kind: times}
    link.save(update_fields=["tally"])
    has_doubled = times % OFTEN == 0 and (times // OFTEN).bit_count() == 1
    if times > OFTEN and not has_doubled:
        return None
    told = {**detail, "times": times} if times > 1 else detail
    return note(envelope, kind, recipient=link.recipient, by=by, origin=origin, **told)


def name_of(actor: Actor) -> str:
    """Who did something to an envelope, as its certificate says it: a person's name, that of a token's owner, or the
    name of what acts by itself."""
    person = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    return str(person) if person else actor.identity


def people_of(envelope: Envelope) -> list[Recipient]:
    return list(Recipient.objects.filter(envelope=envelope).order_by("position", "id"))


def invite_next(actor: Actor, envelope: Envelope) -> list[Recipient]:
    """Whoever is next is asked, and every reader at once; answers whom. Approvers come before all who sign, whatever
    the order."""
    people = people_of(envelope)
    undone = [each for each in acting(people) if each.state in LIVE]
    turn = [each for each in undone if each.role == Recipient.Role.APPROVER] or undone
    if envelope.is_ordered and turn:
        first = min(each.position for each in turn)
        turn = [each for each in turn if each.position == first]
    waiting = [each for each in turn if each.state == RecipientState.WAITING]
    readers = [each for each in people if each.role == Recipient.Role.VIEWER and each.state == RecipientState.WAITING]
    for recipient in (*waiting, *readers):
        _invite(actor, envelope, recipient)
    return [*waiting, *readers]


def _invite(actor: Actor, envelope: Envelope, recipient: Recipient) -> None:
    recipient.invited_at = clock.now()
    recipient.save(update_fields=["invited_at"])
    move(actor, recipient, to=RecipientState.INVITED)
    note(envelope, EnvelopeEvent.Kind.INVITED, recipient=recipient)
    write_to(recipient, INVITATION)


def write_to(recipient: Recipient, kind: str) -> Letter:
    """A letter of this kind to a recipient leaves soon."""
    written = Letter.objects.filter(subject_id=recipient.pk, kind=kind).count()
    return post_letter(
        kind=kind,
        to_address=recipient.email,
        to_name=recipient.name,
        subject=recipient,
        dedupe_key=f"{kind}:{recipient.pk}:{written + 1}",
    )


def next_due(envelope: Envelope, now: datetime) -> datetime | None:
    """When the envelope is to be looked after again: for its next reminder, or its end."""
    if envelope.expires_at is None or not envelope.remind_days:
        return envelope.expires_at
    return min(envelope.expires_at, now + timedelta(days=envelope.remind_days))


def end_links(recipients: Iterable[Recipient]) -> None:
    """No link to sign or to read opens any more; who was asked is asked no longer."""
    people = [each.pk for each in recipients]
    SigningLink.objects.filter(recipient__in=people, used_at=None, ended_at=None).update(ended_at=clock.now())


def release(actor: Actor, envelope: Envelope) -> list[Recipient]:
    """Everybody who has not done their part is asked no longer; answers those who had been asked."""
    people = [each for each in people_of(envelope) if each.state in LIVE]
    told = [each for each in people if each.state == RecipientState.INVITED]
    for recipient in people:
        move(actor, recipient, to=RecipientState.RELEASED)
    end_links(people)
    return told


def signed_outside(actor: Actor, envelope: Envelope) -> list[Recipient]:
    """Who signs has signed, as the paper says; who would have approved here was not asked, and is not said to have
    approved. Answers who signed."""
    people = people_of(envelope)
    signers = [each for each in people if each.role == Recipient.Role.SIGNER]
    unasked = [each for each in people if each.role == Recipient.Role.APPROVER and each.state in LIVE]
    move_all(actor, signers, to=RecipientState.DONE)
    move_all(actor, unasked, to=RecipientState.RELEASED)
    end_links(unasked)
    return signers


def end_unsigned(actor: Actor, envelope: Envelope, to: EnvelopeState, reason: str) -> str:
    """A locked envelope that is out ends without all signatures, and the contract is where it was before. Answers the
    state before. Those who were asked are told, and those who signed."""
    envelope.STATES.check(envelope.state, to)
    done = [each for each in people_of(envelope) if each.state == RecipientState.DONE]
    was_sent = envelope.state == EnvelopeState.SENT
    envelope.ended_at, envelope.reason, envelope.next_due_at = clock.now(), reason, None
    envelope.save(update_fields=["ended_at", "reason", "next_due_at"])
    told = release(actor, envelope)
    before = move(actor, envelope, to=to, reason=reason)
    if was_sent:
        give_back(actor, envelope, reason)
        _notice_names(actor, envelope)
        for recipient in {each.pk: each for each in (*told, *done)}.values():
            write_to(recipient, NEWS)
    return before


def give_back(actor: Actor, envelope: Envelope, reason: str) -> None:
    """The contract leaves `out_for_signature` for where it was; an amendment never moved it."""
    contract = envelope.contract
    if contract.state != ContractState.OUT_FOR_SIGNATURE:
        return
    back = [(ContractState.APPROVED.value, reason)]
    if envelope.contract_was == ContractState.DRAFT:
        back.append((ContractState.DRAFT.value, reason))
    elif envelope.contract_was != ContractState.APPROVED:
        back.append((ContractState.IN_NEGOTIATION.value, reason))
    move_along(actor, contract, back)


def _notice_names(actor: Actor, envelope: Envelope) -> None:
    """A party may be renamed while a text is out, which keeps the name that it was sent with. Where it comes back
    unsigned, what was approved for the former name is asked for anew."""
    sent = names_when_sent(envelope)
    now = {part.party_id: part.party.name for part in signing_parts(envelope.contract)}
    if sent and any(now.get(party, name) != name for party, name in sent.items()):
        why = _("What is known of a party changed.")
        supersede_approvals(actor, envelope.contract, verb="contracts.change_party", why=why)


def tell_sender(envelope: Envelope, what: str, title: str, body: str = "", also: Iterable[UUID] = ()) -> None:
    """Whoever sent it reads it in the inbox, and who is named `also`; `title` has a place for the envelope's."""
    people = {envelope.sent_by_id or envelope.created_by_id, envelope.contract.owner_id, *also}
    tell(
        people,
        kind=f"envelope.{what}",
        title=title % {"title": envelope.title},
        body=body,
        url=envelope.get_absolute_url(),
        subject=envelope,
        dedupe_key=f"envelope:{envelope.pk}:{what}",
    )


def code_lasts() -> timedelta:
    return timedelta(minutes=settings.SIGNING_CODE_MINUTES)


def after_commit_seal() -> None:
    """Executed papers are made as soon as the transaction stands; the schedule catches what a crash loses."""

    def wake() -> None:
        from contracts.tasks import seal_envelopes

        seal_envelopes.delay()

    transaction.on_commit(wake, robust=True)
