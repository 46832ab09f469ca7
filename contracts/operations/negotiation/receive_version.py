"""The other side's answer comes back as a document; a draft handed over leaves no change of it undecided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts import events as contract_events
from contracts.events import changes as events
from contracts.models import Change, Contract, Draft, Receipt, Version
from contracts.models.version import Source
from contracts.operations.comments.take_comments import take_comments
from contracts.operations.drafting.abandon_draft import close_overtaken
from contracts.operations.drafting.guards import flip_turn, refuse_too_much
from contracts.operations.guards import keep_version
from contracts.papers import put_paper
from contracts.queries.changes import Answer, made_changes, reads_back, undecided
from contracts.queries.drafts import NEGOTIABLE, last_sent
from contracts.states import DraftState, Side

VERB = "contracts.receive_version"


def receive_version(*, actor: Actor, contract_id: UUID, answer: Answer, note: str = "") -> Version:
    """The document is a version of the other side's, with a change to decide for every clause that differs from what
    was sent; and it is our turn. A draft that they have open is closed, and its words are kept for their authors. In a
    transaction of your own put the paper before: see `read_answer` and `put_paper`.

    Raises DomainError `not_their_turn`, `nothing_sent`, `not_negotiable`, `draft_full` for more than a draft holds.
    """
    require(actor, VERB)
    refuse_too_much(clauses=len(answer.paper.clauses), signs=len(answer.paper.text))
    paper = put_paper(actor, answer.paper)
    with transaction.atomic():
        contract = lock_row(Contract, contract_id)
        require(actor, VERB, contract)
        sent = _sent(contract)
        facts = {"attribution": sent.attribution, "side": Side.THEIRS, "source": Source.RECEIVED}
        version = keep_version(actor, contract, paper, note=note, shared_at=clock.now(), **facts)
        keep_changes(actor, version, sent, replace(answer, paper=paper))
        for theirs in Draft.objects.select_for_update().filter(
            contract=contract, side=Side.THEIRS, state=DraftState.OPEN
        ):
            close_overtaken(actor, theirs)
        flip_turn(actor, contract, verb=VERB, version=version, note=note)
        record(actor, contract_events.version_added(version))
    return version


def _sent(contract: Contract) -> Version:
    if contract.state not in NEGOTIABLE:
        raise DomainError("not_negotiable", _("The text of this contract is no longer written."))
    if contract.turn != Side.THEIRS:
        raise DomainError("not_their_turn", _("It is our turn: nothing of the other side's is awaited."))
    sent = last_sent(contract)
    if sent is None:
        raise DomainError("nothing_sent", _("Nothing was sent to the other side yet."))
    return sent


def check_answered(draft: Draft) -> None:
    """Raise DomainError `changes_open` while a change of the other side's waits for our decision."""
    if draft.side != Side.OURS:
        return
    left = undecided(draft).count()
    if left:
        message = _("%(count)s of the other side's changes are not decided yet.") % {"count": left}
        raise DomainError("changes_open", message, detail={"open": left})


def note_answer(actor: Actor, draft: Draft, version: Version) -> None:
    """What the other side wrote here has its changes to decide, as a document that came back has."""
    sent = last_sent(draft.contract) if draft.side == Side.THEIRS else None
    if sent is not None:
        keep_changes(actor, version, sent, None)


def keep_changes(actor: Actor, version: Version, sent: Version, answer: Answer | None) -> Receipt:
    """What came back and its changes. Without `answer` it was written in this product, and every change is known."""
    reading = answer.reading if answer else None
    said = take_comments(actor=actor, version=version, sent=sent, remarks=reading.remarks) if reading else []
    receipt = Receipt.objects.create(
        organization_id=version.organization_id,
        version=version,
        sent=sent,
        is_tracked=bool(reading and reading.is_tracked),
        reads_back=answer is None or reads_back(answer, sent),
        remarks=[asdict(each) for each in said],
        created_at=clock.now(),
    )
    made = made_changes(version, sent, reading, here=answer is None)
    _keep(made)
    record(actor, events.version_received(receipt, made))
    return receipt


def _keep(changes: Sequence[Change]) -> None:
    now = clock.now()
    for change in changes:
        change.created_at = now
    Change.objects.bulk_create(changes, batch_size=500)
