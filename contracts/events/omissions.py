"""Facts about mandatory clauses that are left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.events.record import Event
from contracts.models import Omission


def omission_asked(omission: Omission) -> Event:
    after = {"state": omission.state, "library_clause": omission.library_clause_id}
    return _omission("omission.asked", "contracts.ask_omission", omission, {}, after, omission.reason)


def omission_decided(verb: str, omission: Omission, before: str) -> Event:
    """omission.approved or omission.refused."""
    after = {"state": omission.state, "library_clause": omission.library_clause_id}
    return _omission(f"omission.{omission.state}", verb, omission, {"state": before}, after, omission.answer)


def _omission(
    type_: str, verb: str, omission: Omission, before: Mapping[str, Any], after: Mapping[str, Any], reason: str
) -> Event:
    return Event(
        type=type_,
        verb=verb,
        subject=omission,
        contract_id=omission.contract_id,
        before=before,
        after=after,
        payload={
            "omission_id": omission.pk,
            "contract_id": omission.contract_id,
            "library_clause_id": omission.library_clause_id,
            "state": omission.state,
        },
        reason=reason,
    )
