"""Facts about contracts that belong together: one in the history of each."""

from __future__ import annotations

from uuid import UUID

from clm.events.record import Event
from contracts.models import ContractRelation


def relation_set(type_: str, verb: str, relation: ContractRelation) -> list[Event]:
    """contract.related or .unrelated, for the history of both contracts."""
    return [_event(type_, verb, relation, each) for each in (relation.contract_id, relation.other_id)]


def _event(type_: str, verb: str, relation: ContractRelation, of_contract: UUID) -> Event:
    facts = {
        "contract": relation.contract_id,
        "kind": relation.kind,
        "other": relation.other_id,
        "note": relation.note,
    }
    is_ended = relation.ended_at is not None
    payload = {"relation_id": relation.pk, "of_contract_id": of_contract, **facts}
    return Event(
        type=type_,
        verb=verb,
        subject=relation,
        contract_id=of_contract,
        before=facts if is_ended else {},
        after={} if is_ended else facts,
        payload=payload,
    )
