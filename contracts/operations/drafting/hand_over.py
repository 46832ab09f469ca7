"""A draft goes to the other side."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import get_visible, require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts import events as contract_events
from contracts.events import drafts as events
from contracts.models import Clause, Contract, Draft, DraftClause, Version
from contracts.models.version import Source
from contracts.operations.drafting.guards import check_open, flip_turn, keep_unsaved, locked_draft
from contracts.operations.guards import keep_version
from contracts.operations.negotiation.receive_version import check_answered, note_answer
from contracts.papers.drafts import DraftPaper, make_draft_paper
from contracts.queries.drafts import NEGOTIABLE, draft_rows
from contracts.states import ContractState, DraftState

VERB = "contracts.hand_over"
ATTEMPTS = 3  # the paper is made anew where somebody wrote while it was made


def hand_over(*, actor: Actor, draft_id: UUID, note: str = "", made: DraftPaper | None = None) -> Version:
    """The draft is a version that both sides have, with a Word file, and it is the other side's turn. What people had
    not saved is kept for them. In a transaction of your own make the paper before: see `make_draft_paper`.

    Raises DomainError `turn_over`, `draft_empty`, `draft_changed` where somebody wrote while the paper was made,
    `not_negotiable`; for ours `changes_open`, and `mandatory_missing` where a clause that the library says must be in
    it is not, and nobody approved that.
    """
    require(actor, VERB, get_visible(actor, draft_rows(), draft_id))
    for _attempt in range(1 if made else ATTEMPTS):
        paper = made or make_draft_paper(actor, draft_id)
        with transaction.atomic():
            version = _hand_over(actor, draft_id, paper, note)
        if version is not None:
            return version
    raise DomainError("draft_changed", _("Somebody is still writing in this draft: read it, and try again."))


def _hand_over(actor: Actor, draft_id: UUID, made: DraftPaper, note: str) -> Version | None:
    """None where the paper is not the draft's any more. The contract is locked before the draft."""
    contract_id = Draft.objects.filter(pk=draft_id).values_list("contract_id", flat=True).first()
    contract = lock_row(Contract, contract_id or draft_id)
    draft = locked_draft(actor, VERB, draft_id)
    check_open(draft)
    check_answered(draft)
    if contract.state not in NEGOTIABLE:
        raise DomainError("not_negotiable", _("The text of this contract is no longer written."))
    if draft.revision != made.revision:
        return None
    # Whose text it is made of stays with it: licences ask for that.
    facts = {"attribution": draft.base.attribution if draft.base else "", "side": draft.side, "source": Source.DRAFT}
    version = keep_version(actor, contract, made.paper, note=note, shared_at=clock.now(), **facts)
    _carry(draft, version, made)
    note_answer(actor, draft, version)
    keep_unsaved(draft)
    _close(actor, draft, version, note)
    flip_turn(actor, contract, verb=VERB, version=version, note=note)
    _negotiate(actor, contract)
    record(actor, contract_events.version_added(version))
    return version


def _close(actor: Actor, draft: Draft, version: Version, note: str) -> None:
    draft.version, draft.note = version, note
    draft.save(update_fields=["version", "note"])
    before = move(actor, draft, to=DraftState.HANDED_OVER)
    record(actor, events.draft_handed_over(draft, before))


def _negotiate(actor: Actor, contract: Contract) -> None:
    if contract.state == ContractState.IN_NEGOTIATION:
        return
    previous = move(actor, contract, to=ContractState.IN_NEGOTIATION)
    record(actor, contract_events.contract_moved("contract.negotiated", VERB, contract, previous))


def _carry(draft: Draft, version: Version, made: DraftPaper) -> None:
    """What the draft's clauses are tied to, the version's are: positions of the library, and each other."""
    by_position = {clause.position: clause for clause in Clause.objects.filter(version=version)}
    written = list(DraftClause.objects.filter(pk__in=made.became))
    for row in written:
        row.became = by_position[made.became[row.pk]]
        row.became.library_version_id, row.became.library_position = row.library_version_id, row.library_position
    DraftClause.objects.bulk_update(written, ["became"], batch_size=500)
    tied = [row.became for row in written if row.became is not None and row.library_version_id]
    Clause.objects.bulk_update(tied, ["library_version", "library_position"], batch_size=500)
