"""The rows of comments: everyone but auditors writes, negotiators to the other side, which reads what is shared."""

from __future__ import annotations

from typing import Any

from clm.accounts.roles import EVERYONE, INSIDE
from contracts.operations.comments.resolve_thread import resolve_thread
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.comments.talk import negotiated, thread

WRITERS = EVERYONE - {"auditor"}
NEGOTIATORS = {"legal", "procurement", "administrator", "integration", "counterparty"}
OURS = INSIDE - {"auditor"}

VERB_ROWS = {
    "contracts.view_inside": INSIDE,
    "contracts.request_comparison": EVERYONE,
    "contracts.request_file_comparison": INSIDE,
    "contracts.view_comment": EVERYONE,
    "contracts.start_thread": WRITERS,
    "contracts.reply_to_thread": WRITERS,
    "contracts.edit_comment": WRITERS,
    "contracts.resolve_thread": WRITERS,
    "contracts.reopen_thread": WRITERS,
    "contracts.write_to_other_side": NEGOTIATORS,
}


def _internal(cast: Cast) -> Any:
    return thread(cast["legal"], negotiated(cast))


def _shared(cast: Cast) -> Any:
    return thread(cast["legal"], negotiated(cast), audience="shared")


def _resolved(cast: Cast) -> dict[str, Any]:
    return {"pk": resolve_thread(actor=cast["legal"], thread_id=_shared(cast).pk).pk}


BUILDERS = {
    "comment-contract": lambda cast: {"pk": negotiated(cast).pk},
    "comment-internal": lambda cast: {"pk": _internal(cast).pk},
    "comment-shared": lambda cast: {"pk": _shared(cast).pk},
    "comment-resolved": _resolved,
    "comment-own": lambda cast: {"pk": _shared(cast).comments.get().pk},
}
SHARED = {"audience": "shared"}

PAGE_ROWS = [
    Route("comment-new", "GET", WRITERS, key="comment-contract"),
    Route("comment-new", "GET", NEGOTIATORS, key="comment-contract", data=SHARED),
    Route("comment-new", "POST", NEGOTIATORS, key="comment-contract", data=SHARED),
    Route("comment-people", "GET", WRITERS, key="comment-contract"),
    Route("comment-people", "GET", NEGOTIATORS, key="comment-contract", data=SHARED),
    Route("thread", "GET", INSIDE, key="comment-internal"),
    Route("thread", "GET", EVERYONE, key="comment-shared"),
    Route("thread", "POST", OURS, key="comment-internal", data={"text": ""}),
    Route("thread", "POST", NEGOTIATORS, key="comment-shared", data={"text": "So be it"}),
    Route("thread-resolve", "POST", OURS, key="comment-internal"),
    Route("thread-resolve", "POST", NEGOTIATORS, key="comment-shared"),
    Route("thread-reopen", "POST", NEGOTIATORS, key="comment-resolved"),
    Route("comment-edit", "GET", {"legal"}, key="comment-own"),
    Route("comment-edit", "POST", {"legal"}, key="comment-own", data={"text": ""}),
]
API_ROWS = [
    Route("api-threads", "GET", EVERYONE, key="comment-contract"),
    Route("api-threads", "POST", WRITERS, key="comment-contract", data={"text": ""}),
    Route("api-thread", "GET", INSIDE, key="comment-internal"),
    Route("api-thread-replies", "POST", OURS, key="comment-internal", data={"text": ""}),
    Route("api-thread-replies", "POST", NEGOTIATORS, key="comment-shared", data={"text": "So be it"}),
    Route("api-thread-resolution", "POST", OURS, key="comment-internal"),
    Route("api-thread-reopening", "POST", NEGOTIATORS, key="comment-resolved"),
    Route("api-comment", "PATCH", {"legal"}, key="comment-own", data={"text": "So be it"}),
]
ROUTE_ROWS = [*PAGE_ROWS, *API_ROWS]
