"""Contracts that are over, for the tests of keeping and disposing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from clm.lib import clock
from clm.lib.actor import Actor
from contracts.engine.reading import Bounds, unusual
from contracts.models import Contract, Disposal, RetentionRule
from contracts.operations.archive_contract import archive_contract
from contracts.operations.retention.add_retention_rule import add_retention_rule
from contracts.operations.retention.propose_disposal import propose_disposal
from contracts.operations.terminate_contract import terminate_contract
from tests.contracts.papers import active_contract

ENDED = date(2026, 6, 30)
AFTER = datetime(2029, 7, 1, tzinfo=UTC)


def kept_three_years(actor: Actor, **facts: Any) -> RetentionRule:
    return add_retention_rule(
        actor=actor, **{"name": "Three years", "keep_months": 36, "basis": "Our policy 7"} | facts
    )


def archived_contract(actor: Actor, **facts: Any) -> Contract:
    """Ended on 30 June 2026 and archived then."""
    with clock.set_to(datetime(2026, 6, 30, tzinfo=UTC)):
        contract = active_contract(actor, **facts)
        terminate_contract(actor=actor, contract_id=contract.pk, terminated_on=ENDED, reason="Done")
        return archive_contract(actor=actor, contract_id=contract.pk)


def proposed(actor: Actor, **facts: Any) -> Disposal:
    """Within `clock.set_to(AFTER)`: a contract whose retention is over, proposed to go."""
    kept_three_years(actor)
    contract = archived_contract(actor, **facts)
    return propose_disposal(actor=actor, contract_id=contract.pk, reason="Nobody needs it")


def found_by_trace() -> dict[str, Any]:
    """Forty contracts in a day, by somebody who opens two."""
    trace = unusual(40, [2, 2], [3], Bounds(30, 4, 4))
    assert trace is not None
    return trace.as_json()
