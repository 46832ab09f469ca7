"""What the verbs on amendments share: the amendment locked after its contract, its hash, and whose answers count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.documents.blobs import StoredContent, blob_of, put_content
from clm.events.record import Event, record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid, NotVisible
from clm.lib.locks import lock_row
from clm.notify.tell import settle_about, tell
from contracts.access.other_side import their_people
from contracts.events import amending as events
from contracts.events.signing import envelope_fact
from contracts.models import (
    Amendment,
    AmendmentAnswer,
    Contract,
    ContractParty,
    Envelope,
    EnvelopeEvent,
    Recipient,
    Version,
)
from contracts.models.signature import Method
from contracts.operations.requests.guards import check_words
from contracts.operations.signing.guards import end_unsigned, locked_envelope, name_of, note, tell_sender
from contracts.outlook import check_history
from contracts.papers import Paper
from contracts.queries.amendments import (
    amendment_of,
    amends_signed,
    day_of_effect,
    fresh,
    hash_of,
    last_answer_on,
    open_amendment,
    standings,
    touched_by,
    waited_for,
)
from contracts.queries.approvals import check_may_be_filed, open_approval
from contracts.queries.signing import out_of
from contracts.states import ENDED, AmendmentState, EnvelopeState, VersionState

ASKED = "contract.amendment_asked"
ANSWERED = "contract.amendment_answered"
MOST_EVIDENCE = 25 * 1024 * 1024


@dataclass(frozen=True)
class Evidence:
    """A letter or a scan that says that a party accepted, stored already."""

    stored: StoredContent
    file_name: str


def put_evidence(actor: Actor, content: bytes, file_name: str) -> Evidence:
    """Outside of every transaction. Raises Invalid `empty`, `too_large`."""
    if not content or len(content) > MOST_EVIDENCE:
        message = _("This file is empty.") if not content else _("A file has at most %d MB.") % (MOST_EVIDENCE >> 20)
        raise Invalid("too_large" if content else "empty", message, fields={"evidence": [message]})
    return Evidence(put_content(actor.organization_id, content, "application/octet-stream"), file_name[:250])


def locked_amendment(actor: Actor, verb: str, amendment_id: UUID) -> Amendment:
    """Locked after its contract, with what `standings` needs. Raises NotVisible, Forbidden."""
    contract_id = Amendment.objects.filter(pk=amendment_id).values_list("contract_id", flat=True).first()
    if contract_id is None:
        raise NotVisible
    lock_row(Contract, contract_id)
    amendment = fresh(lock_row(Amendment, amendment_id))
    require(actor, verb, amendment)
    return amendment


def check_day(contract: Contract, effective_on: date | None, *, is_retroactive: bool, reason: str) -> None:
    """Raises Invalid `takes_effect_backwards`, `words_missing`, `effective_on_missing`."""
    if is_retroactive:
        check_words("retroactive_reason", reason)
        if effective_on is None:
            message = _("Say from which day on it takes effect backwards.")
            raise Invalid("effective_on_missing", message, fields={"effective_on": [message]})
    elif effective_on is not None and effective_on < clock.today(contract.time_zone):
        message = _("This day is over: an amendment takes effect backwards only where it says so.")
        raise Invalid("takes_effect_backwards", message, fields={"effective_on": [message]})


def check_amends(contract: Contract, version: Version) -> Version:
    """The text that this one amends: the last final one. Raises DomainError `contract_closed`, `not_signed`,
    `version_final`, `version_old`."""
    if contract.state in ENDED:
        raise DomainError("contract_closed", _("This contract has ended: nothing of it changes any more."))
    if not amends_signed(contract):
        raise DomainError("not_signed", _("This contract is not signed yet: change its draft."))
    if version.state != VersionState.DRAFT:
        raise DomainError("version_final", _("This text is final already: upload the amended text as a new version."))
    rows = Version.objects.filter(contract=contract)
    if rows.filter(number__gt=version.number).exists():
        raise DomainError("version_old", _("There is a newer version of this contract: propose that one."))
    amended = rows.filter(state=VersionState.FINAL).order_by("number").last()
    if amended is None:
        raise DomainError("not_signed", _("No text of this contract is final yet."))
    return amended


def set_instrument(amendment: Amendment, paper: Paper | None) -> None:
    """The document that says what changes; its paper was put before."""
    if paper is None:
        return
    if paper.stored is None:
        raise ValueError("a paper is put before the transaction")
    amendment.instrument, amendment.instrument_name = blob_of(paper.stored), paper.file_name
    amendment.instrument_media_type, amendment.instrument_text = paper.media_type, paper.text


def seal_words(amendment: Amendment) -> None:
    """The hash and the touched clauses are those of the present texts."""
    amendment.content_hash = hash_of(amendment)
    amendment.touched = touched_by(amendment.amends, amendment.version)


def share(version: Version) -> None:
    """Both sides have the text that both are to accept."""
    if version.shared_at is None:
        version.shared_at = clock.now()
        version.save(update_fields=["shared_at"])


def reopen(actor: Actor, verb: str, amendment: Amendment, before: dict[str, Any]) -> Event:
    """Its words or its day are others: whoever answered has to answer again, and is told. Answers the fact to
    record."""
    voided = AmendmentAnswer.objects.filter(amendment=amendment, voided_at=None).update(voided_at=clock.now())
    if amendment.state == AmendmentState.REFUSED:
        move(actor, amendment, to=AmendmentState.PROPOSED)
    settle_about(amendment, ASKED)
    ask(amendment)
    return events.amendment_changed(verb, amendment, before, voided)


def void_for(actor: Actor, version: Version, *, verb: str) -> None:
    """The terms of a version are others: an amendment that was proposed with it is another one. The contract is
    locked."""
    amendment = amendment_of(version)
    if amendment is None or not amendment.is_open:
        return
    before = events.facts_of(amendment)
    amendment.version.content_hash = version.content_hash
    seal_words(amendment)
    amendment.save(update_fields=["content_hash", "touched"])
    record(actor, reopen(actor, verb, amendment, before))


def ask(amendment: Amendment) -> None:
    """The people of the other side who see the contract are told what waits for them."""
    tell(
        their_people(amendment.contract),
        kind=ASKED,
        title=_("%(title)s: amendment no. %(number)s to accept")
        % {"title": amendment.contract.title, "number": amendment.number},
        body=amendment.summary,
        url=amendment.get_absolute_url(),
        subject=amendment,
        dedupe_key=f"amendment:{amendment.pk}:{amendment.content_hash[:16]}",
    )


def check_open(amendment: Amendment) -> None:
    if not amendment.is_open:
        words = {"state": AmendmentState(amendment.state).label}
        raise DomainError("amendment_closed", _("This amendment is over: %(state)s.") % words)


def check_approved(amendment: Amendment, part: ContractParty) -> None:
    """Before a party accepts: ours only what is approved as it stands, the others nothing that is still looked at.
    Raises DomainError `approval_open`, and for us what `check_may_be_filed` refuses."""
    if part.role == ContractParty.Role.OURS:
        check_may_be_filed(amendment.contract, amendment.version)
    elif open_approval(amendment.contract) is not None:
        raise DomainError("approval_open", _("This amendment cannot be accepted yet: it is still being looked at."))


def check_seen(amendment: Amendment, seen: str | None) -> None:
    if seen is not None and seen != amendment.content_hash:
        raise DomainError("changed_meanwhile", _("Text, terms or day were changed meanwhile: look at them again."))


def part_to_answer(amendment: Amendment, part_id: UUID | None, parts: set[UUID]) -> ContractParty:
    """The party that is answered for; where only one of these is asked, it need not be named. Raises DomainError
    `party_not_asked`, Invalid `party_missing`, DomainError `answered_already`."""
    asked = [each for each in standings(amendment) if each.part.pk in parts]
    found = [each for each in asked if part_id in (None, each.part.pk)]
    if not found:
        raise DomainError("party_not_asked", _("You do not answer for this party here."))
    if len(found) > 1:
        message = _("Say for which party you answer.")
        raise Invalid("party_missing", message, fields={"part": [message]})
    if found[0].answer is not None:
        raise DomainError("answered_already", _("This party answered already."))
    return found[0].part


def keep_answer(actor: Actor, amendment: Amendment, part: ContractParty, **facts: Any) -> AmendmentAnswer:
    """The answer to exactly what stands now; `fresh` the amendment to see it counted."""
    return AmendmentAnswer.objects.create(
        organization_id=amendment.organization_id,
        amendment=amendment,
        part=part,
        content_hash=amendment.content_hash,
        recorded_by_id=actor.user_id,
        created_at=clock.now(),
        **({"answered_on": clock.today(amendment.contract.time_zone)} | facts),
    )


def tell_answer(actor: Actor, answer: AmendmentAnswer) -> None:
    """Who owns the contract and who proposed the change hear what was answered, and when nothing is missing."""
    amendment = fresh(answer.amendment)
    words = {"party": answer.part.party.name, "number": amendment.number}
    if answer.verdict == AmendmentAnswer.Verdict.REFUSED:
        title = _("%(party)s refused amendment no. %(number)s")
    elif waited_for(amendment):
        title = _("%(party)s accepted amendment no. %(number)s")
    else:
        title = _("All accepted amendment no. %(number)s: make it final")
        settle_about(amendment, ASKED)
    tell(
        {amendment.contract.owner_id, amendment.proposed_by_id} - {actor.person_id},
        kind=ANSWERED,
        title=title % words,
        body=answer.reason,
        url=amendment.get_absolute_url(),
        subject=amendment,
        dedupe_key=f"amendment-answer:{answer.pk}",
    )


def finish(actor: Actor, verb: str, amendment: Amendment) -> None:
    """Its text is final: nothing about it waits any more. Call it after the version became final."""
    before = move(actor, amendment, to=AmendmentState.FINAL)
    settle_about(amendment, ASKED)
    record(actor, events.amendment_moved(verb, amendment, before))


def close_amendments(actor: Actor, contract: Contract, *, verb: str, why: str) -> None:
    """The locked contract is over: nobody is asked about a change of it any more, nor to sign one."""
    _end_envelope(actor, contract, verb, why)
    amendment = open_amendment(contract)
    if amendment is None:
        return
    amendment.outcome = why
    amendment.save(update_fields=["outcome"])
    before = move(actor, amendment, to=AmendmentState.WITHDRAWN, reason=why)
    settle_about(amendment, ASKED)
    record(actor, events.amendment_moved(verb, amendment, before, why))


def end_unfit(actor: Actor, contract: Contract, *, verb: str) -> bool:
    """The terms of the locked contract went on, or will go on otherwise: where those of an amendment that is out for
    signature do not fit them any more, nobody is asked to sign it, and who sent it is told why. Answers whether so."""
    amendment = open_amendment(contract) if out_of(contract) is not None else None
    if amendment is None:
        return False
    try:
        check_history(amendment.version, day_of_effect(amendment, clock.today(contract.time_zone)))
    except DomainError as unfit:
        _end_envelope(actor, contract, verb, unfit.message)
        return True
    return False


def _end_envelope(actor: Actor, contract: Contract, verb: str, why: str) -> None:
    out = out_of(contract)
    if out is None:
        return
    envelope = locked_envelope(out)
    note(envelope, EnvelopeEvent.Kind.VOIDED, by=name_of(actor), reason=why)
    before = end_unsigned(actor, envelope, EnvelopeState.VOIDED, why)
    record(actor, envelope_fact("envelope.voided", verb, envelope, before={"state": before}, reason=why))
    tell_sender(envelope, "voided", _("Not signed any more: %(title)s"), why)


def check_signers(amendment: Amendment, people: Iterable[Recipient]) -> None:
    """Before an amendment goes out for signature: whoever has not accepted yet has somebody who signs for them. Raises
    DomainError `signer_missing`."""
    signed_for = {each.party_id for each in people if each.role == Recipient.Role.SIGNER}
    lacking = [part.party.name for part in waited_for(amendment) if part.party_id not in signed_for]
    if lacking:
        message = _("Each party has to accept this amendment. Say who signs for: %(names)s.")
        message %= {"names": ", ".join(lacking)}
        raise DomainError("signer_missing", message, fields={"recipients": [message]})


def accept_by_signature(
    actor: Actor, verb: str, amendment: Amendment, envelope: Envelope, people: Iterable[Recipient], signed_on: date
) -> date:
    """Everybody has signed: each party for which somebody did has accepted on that day. Answers the day from which it
    counts."""
    how = AmendmentAnswer.How.PAPER if envelope.method == Method.PAPER else AmendmentAnswer.How.SIGNATURE
    names: dict[UUID | None, list[str]] = {}
    for each in people:
        names.setdefault(each.party_id, []).append(each.name)
    for part in [part for part in waited_for(amendment) if part.party_id in names]:
        AmendmentAnswer.objects.filter(amendment=amendment, part=part, voided_at=None).update(voided_at=clock.now())
        by = ", ".join(names[part.party_id])[:250]
        facts = {"how": how, "by_name": by, "envelope": envelope, "answered_on": signed_on}
        facts["verdict"] = AmendmentAnswer.Verdict.ACCEPTED
        record(actor, events.amendment_answered(verb, keep_answer(actor, amendment, part, **facts)))
    return effect_of(fresh(amendment))


def effect_of(amendment: Amendment) -> date:
    today = clock.today(amendment.contract.time_zone)
    return day_of_effect(amendment, last_answer_on(amendment) or today)


def check_none_open(contract: Contract) -> None:
    found = open_amendment(contract)
    if found is not None:
        message = _("Amendment no. %(number)s is open: change or withdraw it first.") % {"number": found.number}
        raise DomainError("amendment_open", message, detail={"amendment": str(found.pk)})
