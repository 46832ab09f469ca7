"""The rows of requests: finance asks, triagers work, and those who read everything read."""

from __future__ import annotations

from clm.accounts.roles import INSIDE
from contracts.models import ContractRequest
from contracts.operations.requests.ask_requester import ask_requester
from contracts.operations.requests.attach_to_request import attach_to_request
from contracts.operations.requests.draft_request import draft_request
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.requests.asked import asked_for, assigned, supply_template

TRIAGERS = {"legal", "procurement", "administrator"}
SEES = TRIAGERS | {"finance", "auditor", "executive", "approver"}
OWNER = {"finance"}

VERB_ROWS = {
    "contracts.view_request": INSIDE,
    "contracts.submit_request": INSIDE,
    "contracts.change_request": INSIDE,
    "contracts.answer_request": INSIDE,
    "contracts.withdraw_request": INSIDE,
    "contracts.attach_to_request": INSIDE,
    "contracts.assign_request": TRIAGERS,
    "contracts.ask_requester": TRIAGERS,
    "contracts.prioritize_request": TRIAGERS,
    "contracts.decline_request": TRIAGERS,
    "contracts.draft_request": TRIAGERS,
    "contracts.remind_request": set(),
}


def _file(cast: Cast) -> dict[str, object]:
    request = asked_for(cast["legal"], cast["finance"])
    file = attach_to_request(actor=cast["finance"], request_id=request.pk, file_name="a.txt", content=b"a")
    return {"pk": file.pk}


def _asked(cast: Cast) -> dict[str, object]:
    request = asked_for(cast["legal"], cast["finance"])
    return {"pk": ask_requester(actor=cast["legal"], request_id=request.pk, question="Why?").pk}


def _drafted(cast: Cast) -> ContractRequest:
    request = assigned(cast["legal"], cast["finance"], cast["legal"])
    return draft_request(actor=cast["legal"], request_id=request.pk)


BUILDERS = {
    "request": lambda cast: {"pk": asked_for(cast["legal"], cast["finance"]).pk},
    "request-assigned": lambda cast: {"pk": assigned(cast["legal"], cast["finance"], cast["legal"]).pk},
    "request-asked": _asked,
    "request-file": _file,
    "request-contract": lambda cast: {"pk": _drafted(cast).contract_id},
    "request-template": lambda cast: {"pk": supply_template(cast["legal"]).pk},
}

PAGE_ROWS = [
    Route("requests", "GET", INSIDE),
    Route("request-new", "GET", INSIDE),
    Route("request-submit", "GET", INSIDE, key="request-template"),
    Route("request-submit", "POST", INSIDE, key="request-template", data={"title": ""}),
    Route("request", "GET", SEES, key="request"),
    Route("request-change", "GET", SEES, key="request"),
    Route("request-change", "POST", SEES, key="request", data={"title": ""}),
    Route("request-take", "POST", TRIAGERS, key="request"),
    Route("request-assign", "GET", TRIAGERS, key="request"),
    Route("request-assign", "POST", TRIAGERS, key="request", data={"assignee_id": "x"}),
    Route("request-ask", "GET", TRIAGERS, key="request"),
    Route("request-ask", "POST", TRIAGERS, key="request", data={"question": ""}),
    Route("request-answer", "GET", OWNER, key="request-asked"),
    Route("request-answer", "POST", OWNER, key="request-asked", data={"answer": ""}),
    Route("request-decline", "GET", TRIAGERS, key="request"),
    Route("request-decline", "POST", TRIAGERS, key="request", data={"reason": ""}),
    Route("request-withdraw", "GET", OWNER, key="request"),
    Route("request-withdraw", "POST", OWNER, key="request"),
    Route("request-draft", "POST", TRIAGERS, key="request-assigned"),
    Route("request-attach", "GET", SEES, key="request"),
    Route("request-attach", "POST", SEES, key="request"),
    Route("request-file", "GET", SEES, key="request-file"),
]
API_ROWS = [
    Route("api-requests", "GET", INSIDE),
    Route("api-requests", "POST", INSIDE, data={"title": ""}),
    Route("api-request", "GET", SEES, key="request"),
    Route("api-request", "PATCH", SEES, key="request", data={"title": ""}),
    Route("api-request-assignment", "POST", TRIAGERS, key="request", data={"assignee": "x"}),
    Route("api-request-priority", "POST", TRIAGERS, key="request", data={"priority": "x"}),
    Route("api-request-question", "POST", TRIAGERS, key="request", data={"question": ""}),
    Route("api-request-answer", "POST", SEES, key="request-asked", data={"answer": ""}),
    Route("api-request-refusal", "POST", TRIAGERS, key="request", data={"reason": ""}),
    Route("api-request-withdrawal", "POST", OWNER, key="request"),
    Route("api-request-draft", "POST", TRIAGERS, key="request-assigned"),
    Route("api-request-files", "POST", SEES, key="request"),
    Route("api-request-file", "GET", SEES, key="request-file"),
    Route("api-contract-request-files", "GET", INSIDE, key="request-contract"),
]
ROUTE_ROWS = [*PAGE_ROWS, *API_ROWS]
