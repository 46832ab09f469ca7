"""The rows of what comes back: answers, changes and decisions."""

from __future__ import annotations

from typing import Any

from clm.accounts.roles import INSIDE
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.negotiation.answers import change_of, quick_answer

EDITORS = {"legal", "procurement", "administrator", "integration"}

VERB_ROWS = {
    "contracts.view_change": INSIDE,
    "contracts.receive_version": EDITORS,
    "contracts.accept_change": EDITORS,
    "contracts.reject_change": EDITORS,
    "contracts.counter_change": EDITORS,
    "contracts.reopen_change": EDITORS,
}


def _change(cast: Cast) -> dict[str, Any]:
    return {"pk": change_of(quick_answer(cast["legal"])).pk}


BUILDERS = {
    "answered-contract": lambda cast: {"pk": quick_answer(cast["legal"]).contract_id},
    "answer": lambda cast: {"pk": quick_answer(cast["legal"]).pk},
    "change": _change,
}

PAGE_ROWS = [
    Route("changes", "GET", INSIDE, key="answered-contract"),
    Route("answer-new", "GET", EDITORS, key="answered-contract"),
    Route("answer-new", "POST", EDITORS, key="answered-contract", data={"note": "x"}),
    Route("version-outgoing", "GET", INSIDE, key="answer"),
    Route("changes-decide-rest", "POST", EDITORS, key="answer", data={"decision": "reject"}),
    Route("change-accept", "POST", EDITORS, key="change"),
    Route("change-reject", "POST", EDITORS, key="change"),
    Route("change-counter", "GET", EDITORS, key="change"),
    Route("change-counter", "POST", EDITORS, key="change", data={"text": ""}),
    Route("change-reopen", "POST", EDITORS, key="change"),
]
API_ROWS = [
    Route("api-answers", "POST", EDITORS, key="answered-contract"),
    Route("api-changes", "GET", INSIDE, key="answered-contract"),
    Route("api-version-outgoing", "GET", INSIDE, key="answer"),
    Route("api-version-decisions", "POST", EDITORS, key="answer", data={"decision": "x"}),
    Route("api-change", "GET", INSIDE, key="change"),
    Route("api-change-acceptance", "POST", EDITORS, key="change"),
    Route("api-change-rejection", "POST", EDITORS, key="change"),
    Route("api-change-counter", "POST", EDITORS, key="change", data={"text": ""}),
    Route("api-change-reopening", "POST", EDITORS, key="change"),
]
ROUTE_ROWS = [*PAGE_ROWS, *API_ROWS]
