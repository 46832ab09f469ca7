"""The rows of amendments: editors propose, legal accepts for us, the other side for itself, filers record letters."""

from __future__ import annotations

from typing import Any

from clm.access.objects import grant
from clm.accounts.roles import EVERYONE, INSIDE
from contracts.operations.restrict_contract import PERMISSION
from contracts.papers import put_paper
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.amended import accepted, amended_text, proposed
from tests.contracts.papers import active_contract, text_paper

EDITORS = {"legal", "procurement", "administrator", "integration"}
FILERS = {"legal", "administrator", "integration"}
ANSWERERS = {"legal", "administrator", "counterparty"}

VERB_ROWS = {
    "contracts.view_amendment": EVERYONE,
    "contracts.propose_amendment": EDITORS,
    "contracts.change_amendment": EDITORS,
    "contracts.withdraw_amendment": EDITORS,
    "contracts.accept_amendment": ANSWERERS,
    "contracts.refuse_amendment": ANSWERERS,
    "contracts.record_acceptance": FILERS,
}


def _shared(cast: Cast) -> Any:
    """A contract in force that somebody of the other side sees by name."""
    contract = active_contract(cast["legal"])
    grant([cast.users["counterparty"]], PERMISSION, contract)
    return contract


def _contract(cast: Cast) -> dict[str, Any]:
    contract = _shared(cast)
    amended_text(cast["legal"], contract)
    return {"pk": contract.pk}


def _amendment(cast: Cast) -> dict[str, Any]:
    instrument = put_paper(cast["legal"], text_paper("Section 2 is replaced.", "amendment.txt"))
    return {"pk": proposed(cast["legal"], _shared(cast), instrument=instrument).pk}


def _answer(cast: Cast) -> dict[str, Any]:
    amendment = accepted(cast["legal"], proposed(cast["legal"], _shared(cast)))
    part = amendment.contract.parties.get(role="counterparty")
    return {"pk": amendment.pk, "part_id": part.pk}


BUILDERS = {
    "amendment-contract": _contract,
    "amendment": _amendment,
    "amendment-answer": _answer,
}

ROUTE_ROWS = [
    Route("amendment-new", "GET", EDITORS, key="amendment-contract"),
    Route("amendment-new", "POST", EDITORS, key="amendment-contract", data={"effective_on": "x"}),
    Route("contract-in-force", "GET", EVERYONE, key="amendment-contract"),
    Route("amendment", "GET", EVERYONE, key="amendment"),
    Route("amendment-edit", "GET", EDITORS, key="amendment"),
    Route("amendment-edit", "POST", EDITORS, key="amendment", data={"effective_on": "x"}),
    Route("amendment-accept", "GET", ANSWERERS, key="amendment"),
    Route("amendment-accept", "POST", ANSWERERS, key="amendment", data={"seen": ""}),
    Route("amendment-refuse", "GET", ANSWERERS, key="amendment"),
    Route("amendment-refuse", "POST", ANSWERERS, key="amendment", data={"reason": ""}),
    Route("amendment-record", "GET", FILERS, key="amendment"),
    Route("amendment-record", "POST", FILERS, key="amendment", data={"how": "x"}),
    Route("amendment-withdraw", "GET", EDITORS, key="amendment"),
    Route("amendment-withdraw", "POST", EDITORS, key="amendment", data={"reason": ""}),
    Route("amendment-instrument", "GET", EVERYONE, key="amendment"),
    Route("amendment-evidence", "GET", INSIDE, key="amendment-answer"),
    Route("api-contract-amendments", "GET", EVERYONE, key="amendment-contract"),
    Route("api-contract-amendments", "POST", EDITORS, key="amendment-contract", data={"version": "x"}),
    Route("api-version-in-force", "GET", EVERYONE, key="amendment-contract"),
    Route("api-amendment", "GET", EVERYONE, key="amendment"),
    Route("api-amendment", "PATCH", EDITORS, key="amendment", data={"effective_on": "x"}),
    Route("api-amendment-acceptance", "POST", ANSWERERS, key="amendment", data={"seen": 1, "part": "x"}),
    Route("api-amendment-refusal", "POST", ANSWERERS, key="amendment", data={"reason": ""}),
    Route("api-amendment-recording", "POST", FILERS, key="amendment", data={"how": "x"}),
    Route("api-amendment-withdrawal", "POST", EDITORS, key="amendment", data={"reason": ""}),
    Route("api-amendment-instrument", "GET", EVERYONE, key="amendment"),
    Route("api-amendment-evidence", "GET", INSIDE, key="amendment-answer"),
]
