"""Facts about amendments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.events.record import Event
from contracts.models import Amendment, AmendmentAnswer

FACTS = ("version_id", "amends_id", "effective_on", "is_retroactive", "retroactive_reason", "summary", "content_hash")


def facts_of(amendment: Amendment) -> dict[str, Any]:
    return {name: getattr(amendment, name) for name in (*FACTS, "instrument_name")}


def amendment_proposed(amendment: Amendment) -> Event:
    after = {"number": amendment.number, **facts_of(amendment)}
    return _amendment("amendment.proposed", "contracts.propose_amendment", amendment, {}, after)


def amendment_changed(verb: str, amendment: Amendment, before: Mapping[str, Any], voided: int) -> Event:
    after = {**facts_of(amendment), "answers_voided": voided}
    return _amendment("amendment.changed", verb, amendment, before, after)


def amendment_moved(verb: str, amendment: Amendment, before: str, reason: str = "") -> Event:
    """amendment.withdrawn or amendment.final."""
    after = {"state": amendment.state, "content_hash": amendment.content_hash}
    return _amendment(f"amendment.{amendment.state}", verb, amendment, {"state": before}, after, reason)


def amendment_answered(verb: str, answer: AmendmentAnswer) -> Event:
    """amendment.accepted or amendment.refused, by one party. Who answered for it is named in the row, not here: what
    the ledger says of people it refers to."""
    amendment = answer.amendment
    return Event(
        type=f"amendment.{answer.verdict}",
        verb=verb,
        subject=answer,
        contract_id=amendment.contract_id,
        after={
            "part": answer.part_id,
            "how": answer.how,
            "answered_on": answer.answered_on,
            "content_hash": answer.content_hash,
            "evidence": answer.evidence.sha256 if answer.evidence else None,
            "envelope": answer.envelope_id,
        },
        payload={
            "amendment_id": amendment.pk,
            "contract_id": amendment.contract_id,
            "part_id": answer.part_id,
            "verdict": answer.verdict,
            "version_id": amendment.version_id,
        },
        reason=answer.reason,
    )


def _amendment(
    type_: str,
    verb: str,
    amendment: Amendment,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str = "",
) -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=amendment,
        contract_id=amendment.contract_id,
        before=before,
        after=after,
        payload={
            "amendment_id": amendment.pk,
            "contract_id": amendment.contract_id,
            "version_id": amendment.version_id,
            "number": amendment.number,
            "state": amendment.state,
        },
        reason=reason,
    )
