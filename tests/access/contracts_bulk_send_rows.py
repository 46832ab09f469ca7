"""The rows of sending one text to many: who may send one."""

from __future__ import annotations

from typing import Any

from contracts.access.bulk_sends import VERBS
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.signing.lists import brought

SENDERS = {"legal", "procurement", "administrator", "integration"}

VERB_ROWS = {verb: SENDERS for verb in VERBS}


def _bulk(cast: Cast) -> dict[str, Any]:
    """Everybody's own: who brought a list sees it, and administrators."""
    return {"pk": brought(cast["legal"]).pk}


BUILDERS = {"bulk-send": _bulk}
OWN = {"legal", "administrator"}
TITLE = {"title": ""}

ROUTE_ROWS = [
    Route("bulk-sends", "GET", SENDERS),
    Route("bulk-send-new", "GET", SENDERS),
    Route("bulk-send-new", "POST", SENDERS, data=TITLE),
    Route("bulk-send", "GET", OWN, key="bulk-send"),
    Route("bulk-send-mapping", "GET", OWN, key="bulk-send"),
    Route("bulk-send-mapping", "POST", OWN, key="bulk-send"),
    Route("bulk-send-facts", "GET", OWN, key="bulk-send"),
    Route("bulk-send-facts", "POST", OWN, key="bulk-send", data=TITLE),
    Route("bulk-send-start", "POST", OWN, key="bulk-send"),
    Route("bulk-send-results", "GET", OWN, key="bulk-send"),
    Route("api-bulk-sends", "GET", SENDERS),
    Route("api-bulk-sends", "POST", SENDERS),
    Route("api-bulk-send", "GET", OWN, key="bulk-send"),
    Route("api-bulk-send-change", "POST", OWN, key="bulk-send"),
    Route("api-bulk-send-sending", "POST", OWN, key="bulk-send"),
    Route("api-bulk-send-rows", "GET", OWN, key="bulk-send"),
    Route("api-bulk-send-results", "GET", OWN, key="bulk-send"),
]
