"""Facts about turns and drafts. The ledger has the digest of what was written: the draft itself one side alone sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from clm.events.record import Event
from clm.lib.canonical import digest
from contracts.models import ClauseEdit, Contract, Draft, DraftClause, Turn


def draft_begun(draft: Draft) -> Event:
    after = {"number": draft.number, "side": draft.side, "base": draft.base_id}
    return _draft("draft.begun", "contracts.begin_draft", draft, after=after)


def draft_abandoned(draft: Draft, before: str) -> Event:
    return _draft(
        "draft.abandoned", "contracts.abandon_draft", draft, before={"state": before}, after={"state": draft.state}
    )


def draft_handed_over(draft: Draft, before: str) -> Event:
    after = {"state": draft.state, "side": draft.side, "version": draft.version_id}
    return _draft("draft.handed_over", "contracts.hand_over", draft, before={"state": before}, after=after)


def turn_flipped(contract: Contract, verb: str, turn: Turn) -> Event:
    """`turn` is the one that began."""
    return Event(
        type="contract.turn_changed",
        verb=verb,
        subject=contract,
        contract_id=contract.pk,
        before={"turn": "theirs" if contract.turn == "ours" else "ours"},
        after={"turn": contract.turn, "number": turn.number},
        payload={"contract_id": contract.pk, "turn": contract.turn, "number": turn.number},
    )


def turn_taken_back(draft: Draft, version_id: UUID | None) -> Event:
    before = {"state": "handed_over", "version": version_id}
    return _draft("draft.taken_back", "contracts.take_back_turn", draft, before=before, after={"state": draft.state})


def clause_written(type_: str, verb: str, clause: DraftClause, before: Mapping[str, Any], **facts: Any) -> Event:
    """draft.clause_added, .clause_edited, .position_put: with the new revision and the digest of its words."""
    after = {"revision": clause.revision, "words": digest({"heading": clause.heading, "body": clause.body}), **facts}
    return _clause(type_, verb, clause, before=before, after=after)


def clause_placed(type_: str, verb: str, clause: DraftClause, before: Mapping[str, Any]) -> Event:
    """draft.clause_removed, .clause_restored, .clause_moved."""
    return _clause(type_, verb, clause, before=before, after={name: getattr(clause, name) for name in before})


def clause_held(clause: DraftClause, before: UUID | None) -> Event:
    after = {"held_by": clause.held_by_id}
    return _clause("draft.clause_held", "contracts.hold_clause", clause, before={"held_by": before}, after=after)


def words_kept(verb: str, clause: DraftClause, revision: int, outcome: str) -> Event:
    """Somebody's words stand beside the clause: their turn was over, another's were there first, or they are not sent
    yet."""
    after = {"based_on": revision, "outcome": outcome}
    return _clause("draft.words_kept", verb, clause, before={}, after=after)


def words_settled(edit: ClauseEdit) -> Event:
    after = {"settles": edit.settles_id}
    return _clause("draft.words_settled", "contracts.settle_words", edit.draft_clause, before={}, after=after)


def _draft(
    type_: str, verb: str, draft: Draft, *, before: Mapping[str, Any] | None = None, after: Mapping[str, Any]
) -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=draft,
        contract_id=draft.contract_id,
        before=before or {},
        after=after,
        payload={"draft_id": draft.pk, "contract_id": draft.contract_id, "side": draft.side},
    )


def _clause(
    type_: str, verb: str, clause: DraftClause, *, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=clause,
        contract_id=clause.draft.contract_id,
        before=before,
        after=after,
        payload={"draft_id": clause.draft_id, "clause_id": clause.pk, "revision": clause.revision},
    )
