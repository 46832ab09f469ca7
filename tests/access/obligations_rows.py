"""The rows of duties and dates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from clm.accounts.roles import INSIDE
from contracts.models import Contract
from contracts.operations.create_contract import create_contract
from obligations.models import Deadline, Obligation, Occurrence
from obligations.operations.add_obligation import add_obligation
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.papers import passage_in

KEEPERS = {"legal", "procurement", "account_manager", "administrator", "integration"}
SETTLERS = KEEPERS | {"finance"}
WAIVERS = {"legal", "administrator"}

VERB_ROWS = {
    "obligations.view_obligation": INSIDE,
    "obligations.add_obligation": KEEPERS,
    "obligations.end_obligation": KEEPERS,
    "obligations.submit_occurrence": SETTLERS,
    "obligations.fulfil_occurrence": SETTLERS,
    "obligations.dispute_occurrence": KEEPERS,
    "obligations.waive_occurrence": WAIVERS,
    "obligations.schedule_occurrences": set(),
    "obligations.advance_occurrence": set(),
    "obligations.set_deadlines": set(),
    "obligations.remind_deadline": set(),
}


def _contract(cast: Cast) -> Contract:
    return create_contract(actor=cast["legal"], title="Hosting")


def _obligation(cast: Cast) -> Obligation:
    return add_obligation(
        actor=cast["legal"], contract_id=_contract(cast).pk, title="Report", first_due_on=date(2027, 1, 15)
    )


def _occurrence(cast: Cast) -> Occurrence:
    return Occurrence.objects.get(obligation=_obligation(cast))


def _deadline(cast: Cast) -> dict[str, Any]:
    contract = _contract(cast)
    deadline = Deadline.objects.create(
        organization_id=contract.organization_id,
        contract=contract,
        term_number=1,
        kind="notice",
        due_on=date(2027, 1, 15),
        closes_at=datetime(2027, 1, 16, tzinfo=UTC),
        time_zone="UTC",
    )
    return {"pk": deadline.pk}


BUILDERS = {
    "obligation": lambda cast: {"pk": _obligation(cast).pk},
    "obligation-contract": lambda cast: {"contract_id": _contract(cast).pk},
    "obligation-passage": lambda cast: {"passage_id": passage_in(cast["legal"]).pk},
    "obligation-settle": lambda cast: {"pk": _occurrence(cast).pk, "step": "fulfil"},
    "occurrence": lambda cast: {"pk": _occurrence(cast).pk},
    "deadline": _deadline,
}

ROUTE_ROWS = [
    Route("obligations", "GET", INSIDE),
    Route("deadlines", "GET", INSIDE),
    Route("deadline", "GET", INSIDE, key="deadline"),
    Route("obligation", "GET", INSIDE, key="obligation"),
    Route("obligation-new", "GET", KEEPERS, key="obligation-contract"),
    Route("obligation-new", "POST", KEEPERS, key="obligation-contract", data={"title": "x"}),
    Route("obligation-bind", "GET", KEEPERS, key="obligation-passage"),
    Route("obligation-end", "POST", KEEPERS, key="obligation", data={"text": "over"}),
    Route("occurrence-settle", "POST", SETTLERS, key="obligation-settle", data={"text": "done"}),
    Route("api-obligations", "GET", INSIDE),
    Route("api-obligations", "POST", KEEPERS, data={"title": "x"}),
    Route("api-obligation", "GET", INSIDE, key="obligation"),
    Route("api-obligation-end", "POST", KEEPERS, key="obligation", data={"reason": "over"}),
    Route("api-occurrences", "GET", INSIDE),
    Route("api-occurrence", "GET", INSIDE, key="occurrence"),
    Route("api-occurrence-submit", "POST", SETTLERS, key="occurrence", data={"proof": "x"}),
    Route("api-occurrence-fulfil", "POST", SETTLERS, key="occurrence", data={}),
    Route("api-occurrence-dispute", "POST", KEEPERS, key="occurrence", data={"reason": "x"}),
    Route("api-occurrence-waive", "POST", WAIVERS, key="occurrence", data={"reason": "x"}),
    Route("api-deadlines", "GET", INSIDE),
]
