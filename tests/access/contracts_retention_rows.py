"""The rows of records: everybody inside reads, legal and administrators keep, another of them lets go."""

from __future__ import annotations

from datetime import date
from typing import Any

from clm.accounts.roles import INSIDE
from clm.lib import clock
from contracts.models import UnusualReading
from contracts.operations.retention.open_matter import open_matter
from contracts.operations.retention.place_hold import place_hold
from contracts.operations.retention.put_in_matter import put_in_matter
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.papers import draft_contract
from tests.contracts.retention.records import AFTER, archived_contract, found_by_trace, kept_three_years, proposed

KEEPERS = {"legal", "administrator"}
WATCHERS = KEEPERS | {"auditor"}

VERB_ROWS = {
    "contracts.view_records": INSIDE,
    "contracts.add_retention_rule": KEEPERS,
    "contracts.retire_retention_rule": KEEPERS,
    "contracts.open_matter": KEEPERS,
    "contracts.put_in_matter": KEEPERS,
    "contracts.place_hold": KEEPERS,
    "contracts.release_hold": KEEPERS,
    "contracts.propose_disposal": KEEPERS,
    "contracts.withdraw_disposal": KEEPERS,
    "contracts.refuse_disposal": KEEPERS,
    "contracts.approve_disposal": KEEPERS,
    "contracts.view_reading": WATCHERS,
    "contracts.flag_unusual_readings": set(),
}


def _rule(cast: Cast) -> dict[str, Any]:
    return {"pk": kept_three_years(cast["legal"]).pk}


def _hold(cast: Cast) -> dict[str, Any]:
    contract = draft_contract(cast["legal"])
    return {"pk": place_hold(actor=cast["legal"], name="Dispute", reason="Sued", contract_id=contract.pk).pk}


def _matter(cast: Cast) -> dict[str, Any]:
    return {"pk": open_matter(actor=cast["legal"], name="Dispute").pk}


def _matter_contract(cast: Cast) -> dict[str, Any]:
    matter, contract = _matter(cast)["pk"], draft_contract(cast["legal"])
    put_in_matter(actor=cast["legal"], matter_id=matter, contract_id=contract.pk)
    return {"pk": matter, "contract_id": contract.pk}


def _disposal(cast: Cast) -> dict[str, Any]:
    with clock.set_to(AFTER):
        return {"pk": proposed(cast["legal"]).pk}


def _unusual(cast: Cast) -> dict[str, Any]:
    legal = cast["legal"]
    facts = {"organization_id": legal.organization_id, "user_id": legal.user_id, "on": date(2026, 6, 1)}
    return {"pk": UnusualReading.objects.create(**facts, opened=40, trace=found_by_trace()).pk}


BUILDERS = {
    "retention-rule": _rule,
    "retention-hold": _hold,
    "retention-matter": _matter,
    "retention-matter-contract": _matter_contract,
    "retention-disposal": _disposal,
    "unusual-reading": _unusual,
    "retention-archived": lambda cast: {"pk": archived_contract(cast["legal"]).pk},
}

PAGE_ROWS = [
    Route("records", "GET", INSIDE),
    Route("retention-rules", "GET", INSIDE),
    Route("retention-rule-new", "GET", KEEPERS),
    Route("retention-rule-new", "POST", KEEPERS, data={"name": ""}),
    Route("retention-rule-retire", "GET", KEEPERS, key="retention-rule"),
    Route("retention-rule-retire", "POST", KEEPERS, key="retention-rule", data={"reason": ""}),
    Route("matters", "GET", INSIDE),
    Route("matter-new", "GET", KEEPERS),
    Route("matter-new", "POST", KEEPERS, data={"name": ""}),
    Route("matter", "GET", INSIDE, key="retention-matter"),
    Route("matter", "POST", KEEPERS, key="retention-matter", data={"reference": ""}),
    Route("matter-take-out", "POST", KEEPERS, key="retention-matter-contract"),
    Route("holds", "GET", INSIDE),
    Route("hold-new", "GET", KEEPERS),
    Route("hold-new", "POST", KEEPERS, data={"name": ""}),
    Route("hold", "GET", INSIDE, key="retention-hold"),
    Route("hold-release", "GET", KEEPERS, key="retention-hold"),
    Route("hold-release", "POST", KEEPERS, key="retention-hold", data={"reason": ""}),
    Route("unusual-readings", "GET", WATCHERS),
    Route("unusual-reading", "GET", WATCHERS, key="unusual-reading"),
    Route("disposals", "GET", INSIDE),
    Route("disposal-new", "GET", KEEPERS, key="retention-archived"),
    Route("disposal-new", "POST", KEEPERS, key="retention-archived"),
    Route("disposal", "GET", INSIDE, key="retention-disposal"),
    Route("disposal-approve", "GET", KEEPERS, key="retention-disposal"),
    Route("disposal-approve", "POST", KEEPERS, key="retention-disposal"),
    Route("disposal-refuse", "GET", KEEPERS, key="retention-disposal"),
    Route("disposal-refuse", "POST", KEEPERS, key="retention-disposal", data={"reason": ""}),
    Route("disposal-withdraw", "POST", KEEPERS, key="retention-disposal"),
]
API_ROWS = [
    Route("api-retention-rules", "GET", INSIDE),
    Route("api-retention-rules", "POST", KEEPERS, data={"name": ""}),
    Route("api-retention-rule", "GET", INSIDE, key="retention-rule"),
    Route("api-rule-retirement", "POST", KEEPERS, key="retention-rule", data={"reason": ""}),
    Route("api-matters", "GET", INSIDE),
    Route("api-matters", "POST", KEEPERS, data={"name": ""}),
    Route("api-matter", "GET", INSIDE, key="retention-matter"),
    Route("api-matter-contracts", "GET", INSIDE, key="retention-matter"),
    Route("api-matter-contracts", "POST", KEEPERS, key="retention-matter", data={"contract": "x"}),
    Route("api-matter-contract", "DELETE", KEEPERS, key="retention-matter-contract"),
    Route("api-holds", "GET", INSIDE),
    Route("api-holds", "POST", KEEPERS, data={"name": ""}),
    Route("api-hold", "GET", INSIDE, key="retention-hold"),
    Route("api-hold-release", "POST", KEEPERS, key="retention-hold", data={"reason": ""}),
    Route("api-contract-holds", "GET", INSIDE, key="contract"),
    Route("api-contract-disposals", "GET", INSIDE, key="contract"),
    Route("api-contract-disposals", "POST", KEEPERS, key="retention-archived"),
    Route("api-disposals", "GET", INSIDE),
    Route("api-disposal", "GET", INSIDE, key="retention-disposal"),
    Route("api-disposal-approval", "POST", KEEPERS, key="retention-disposal"),
    Route("api-disposal-refusal", "POST", KEEPERS, key="retention-disposal", data={"reason": ""}),
    Route("api-disposal-withdrawal", "POST", KEEPERS, key="retention-disposal"),
]
ROUTE_ROWS = [*PAGE_ROWS, *API_ROWS]
