"""The rows of mandatory clauses that are left out: who drafts asks, legal and approvers decide on what others asked."""

from __future__ import annotations

from typing import Any

from clm.accounts.roles import INSIDE
from contracts.operations.omissions.ask_omission import ask_omission
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.drafting.written import clause_of, draft_contract, open_draft
from tests.contracts.library.shelf import approved

DRAFTERS = {"legal", "procurement", "administrator", "integration"}
DECIDERS = {"legal", "approver"}

VERB_ROWS = {
    "contracts.view_omission": INSIDE,
    "contracts.ask_omission": DRAFTERS,
    "contracts.approve_omission": DECIDERS,
    "contracts.refuse_omission": DECIDERS,
}


def _omission(cast: Cast) -> dict[str, Any]:
    clause = approved(cast["legal"]).clause_id
    contract = draft_contract(cast["procurement"], category="hosting").pk
    asked = ask_omission(actor=cast["procurement"], contract_id=contract, library_clause_id=clause, reason="A pilot")
    return {"pk": asked.pk}


def _clause(cast: Cast) -> dict[str, Any]:
    return {"pk": clause_of(open_draft(cast["legal"])).pk}


BUILDERS = {
    "omission": _omission,
    "omission-contract": lambda cast: {"pk": draft_contract(cast["legal"], category="hosting").pk},
    "omission-draft": lambda cast: {"pk": open_draft(cast["legal"]).pk},
    "omission-draft-clause": _clause,
}

PAGE_ROWS = [
    Route("draft-clause-written", "GET", INSIDE, key="omission-draft-clause"),
    Route("draft-clause-words-back", "POST", DRAFTERS, key="omission-draft-clause"),
    Route("omission-new", "GET", DRAFTERS, key="omission-contract"),
    Route("omission-new", "POST", DRAFTERS, key="omission-contract", data={"reason": ""}),
    Route("omission", "GET", INSIDE, key="omission"),
    Route("omission-approve", "GET", DECIDERS, key="omission"),
    Route("omission-approve", "POST", DECIDERS, key="omission"),
    Route("omission-refuse", "GET", DECIDERS, key="omission"),
    Route("omission-refuse", "POST", DECIDERS, key="omission", data={"reason": ""}),
]
API_ROWS = [
    Route("api-contract-omissions", "GET", INSIDE, key="omission-contract"),
    Route("api-contract-omissions", "POST", DRAFTERS, key="omission-contract", data={"reason": ""}),
    Route("api-omission", "GET", INSIDE, key="omission"),
    Route("api-omission-approval", "POST", DECIDERS, key="omission"),
    Route("api-omission-refusal", "POST", DECIDERS, key="omission"),
    Route("api-draft-library", "GET", INSIDE, key="omission-draft"),
]
ROUTE_ROWS = [*PAGE_ROWS, *API_ROWS]
