"""Facts about keeping contracts, holding them, and letting them go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from clm.events.record import Event
from contracts.models import Contract, Disposal, LegalHold, Matter, MatterContract, RetentionRule

_RULE = ("name", "category", "jurisdiction", "keep_months", "counts_from", "basis")


def rule_added(rule: RetentionRule) -> Event:
    return _rule("retention_rule.added", "contracts.add_retention_rule", rule, {}, _facts(rule))


def rule_retired(rule: RetentionRule, reason: str) -> Event:
    verb = "contracts.retire_retention_rule"
    return _rule("retention_rule.retired", verb, rule, _facts(rule), {"retired_at": rule.retired_at}, reason)


def matter_opened(matter: Matter) -> Event:
    return Event(
        type="matter.opened",
        verb="contracts.open_matter",
        subject=matter,
        after={"name": matter.name, "description": matter.description},
        payload={"matter_id": matter.pk},
    )


def put_in_matter(type_: str, membership: MatterContract) -> Event:
    """matter.contract_added or matter.contract_removed."""
    return Event(
        type=type_,
        verb="contracts.put_in_matter",
        subject=membership,
        contract_id=membership.contract_id,
        after={"matter": membership.matter_id},
        payload={"matter_id": membership.matter_id, "contract_id": membership.contract_id},
    )


def hold_placed(hold: LegalHold) -> Event:
    return _hold("hold.placed", "contracts.place_hold", hold, {}, {"name": hold.name, **_covered(hold)}, hold.reason)


def hold_released(hold: LegalHold) -> Event:
    after = {"released_at": hold.released_at, **_covered(hold)}
    return _hold("hold.released", "contracts.release_hold", hold, {"released_at": None}, after, hold.release_reason)


def disposal_proposed(disposal: Disposal) -> Event:
    after = {"state": disposal.state, "until": disposal.until}
    return _disposal("disposal.proposed", "contracts.propose_disposal", disposal, {}, after, disposal.reason)


def disposal_ended(verb: str, disposal: Disposal, before: str, reason: str) -> Event:
    """disposal.withdrawn or disposal.refused."""
    type_ = f"disposal.{disposal.state}"
    return _disposal(type_, verb, disposal, {"state": before}, {"state": disposal.state}, reason)


def disposal_approved(disposal: Disposal) -> Event:
    after = {"state": disposal.state, "until": disposal.until, "proposed_by": disposal.proposed_by_id}
    verb = "contracts.approve_disposal"
    return _disposal("disposal.approved", verb, disposal, {"state": "proposed"}, after, disposal.answer)


def contract_disposed(contract: Contract, disposal: Disposal, versions: list[dict[str, Any]]) -> Event:
    """The tombstone: what there was, by hashes, until when it had to be kept, and which two people let it go."""
    after = {
        "state": contract.state,
        "reference": contract.reference,
        "category": contract.category,
        "ended_on": contract.ended_on,
        "until": disposal.until,
        "retention": disposal.trace,
        "proposed_by": disposal.proposed_by_id,
        "approved_by": disposal.decided_by_id,
        "versions": versions,
        "removed": disposal.removed,
    }
    return Event(
        type="contract.disposed",
        verb="contracts.approve_disposal",
        subject=contract,
        contract_id=contract.pk,
        before={"state": "archived"},
        after=after,
        payload={"contract_id": contract.pk, "disposal_id": disposal.pk, "reference": contract.reference},
        reason=disposal.reason,
    )


def _facts(rule: RetentionRule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in _RULE}


def _covered(hold: LegalHold) -> dict[str, UUID | None]:
    return {"contract": hold.contract_id, "party": hold.party_id, "matter": hold.matter_id}


def _rule(
    type_: str, verb: str, rule: RetentionRule, before: Mapping[str, Any], after: Mapping[str, Any], reason: str = ""
) -> Event:
    payload = {"rule_id": rule.pk}
    return Event(type=type_, verb=verb, subject=rule, before=before, after=after, payload=payload, reason=reason)


def _hold(
    type_: str, verb: str, hold: LegalHold, before: Mapping[str, Any], after: Mapping[str, Any], reason: str
) -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=hold,
        contract_id=hold.contract_id,
        before=before,
        after=after,
        payload={"hold_id": hold.pk, **_covered(hold)},
        reason=reason,
    )


def _disposal(
    type_: str, verb: str, disposal: Disposal, before: Mapping[str, Any], after: Mapping[str, Any], reason: str
) -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=disposal,
        contract_id=disposal.contract_id,
        before=before,
        after=after,
        payload={"disposal_id": disposal.pk, "contract_id": disposal.contract_id, "state": disposal.state},
        reason=reason,
    )
