"""The rows of drafts: who drafts for us writes ours, the other side its own where it was let in."""

from __future__ import annotations

from typing import Any

from clm.accounts.roles import EVERYONE, INSIDE
from contracts.engine.body import body_of
from contracts.models import ClauseEdit
from contracts.operations.drafting.hand_over import hand_over
from contracts.operations.drafting.keep_words import keep_words
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.drafting.written import clause_of, draft_contract, handed_over, open_draft

DRAFTERS = {"legal", "procurement", "administrator", "integration"}
WRITERS = DRAFTERS | {"counterparty"}

VERB_ROWS = {
    "contracts.view_draft": EVERYONE,
    "contracts.begin_draft": WRITERS,
    "contracts.edit_clause": WRITERS,
    "contracts.add_clause": WRITERS,
    "contracts.remove_clause": WRITERS,
    "contracts.restore_clause": WRITERS,
    "contracts.move_clause": WRITERS,
    "contracts.put_position": DRAFTERS,
    "contracts.hold_clause": WRITERS,
    "contracts.keep_words": WRITERS,
    "contracts.settle_words": WRITERS,
    "contracts.hand_over": WRITERS,
    "contracts.take_back_turn": WRITERS,
    "contracts.abandon_draft": WRITERS,
}


def _kept(cast: Cast) -> dict[str, Any]:
    """Words of the legal counsel, who alone sees them."""
    draft = open_draft(cast["legal"])
    body = body_of(["Never saved"])
    keep_words(actor=cast["legal"], clause_id=clause_of(draft).pk, revision=1, heading="Service", body=body)
    hand_over(actor=cast["legal"], draft_id=draft.pk)
    return {"pk": ClauseEdit.objects.get(outcome="unsaved_kept").pk}


BUILDERS = {
    "draft-contract": lambda cast: {"pk": draft_contract(cast["legal"]).pk},
    "draft-handed-over": lambda cast: {"pk": handed_over(cast["legal"]).contract_id},
    "draft-written": lambda cast: {"pk": open_draft(cast["legal"]).contract_id},
    "draft": lambda cast: {"pk": open_draft(cast["legal"]).pk},
    "draft-clause": lambda cast: {"pk": clause_of(open_draft(cast["legal"])).pk},
    "draft-words": _kept,
}

PAGE_ROWS = [
    Route("draft", "GET", INSIDE, key="draft-written"),
    Route("draft-checks", "GET", INSIDE, key="draft-written"),
    Route("draft-begin", "POST", DRAFTERS, key="draft-contract"),
    Route("draft-take-back", "POST", DRAFTERS, key="draft-handed-over"),
    Route("draft-data", "GET", INSIDE, key="draft"),
    Route("draft-pulse", "GET", INSIDE, key="draft"),
    Route("draft-clause-add", "POST", DRAFTERS, key="draft"),
    Route("draft-hand-over", "POST", DRAFTERS, key="draft"),
    Route("draft-abandon", "POST", DRAFTERS, key="draft"),
    Route("draft-clause-edit", "POST", DRAFTERS, key="draft-clause"),
    Route("draft-clause-keep", "POST", DRAFTERS, key="draft-clause"),
    Route("draft-clause-hold", "POST", DRAFTERS, key="draft-clause"),
    Route("draft-clause-remove", "POST", DRAFTERS, key="draft-clause"),
    Route("draft-clause-restore", "POST", DRAFTERS, key="draft-clause"),
    Route("draft-clause-move", "POST", DRAFTERS, key="draft-clause"),
    Route("draft-clause-position", "POST", DRAFTERS, key="draft-clause"),
    Route("draft-clause-positions", "GET", DRAFTERS, key="draft-clause"),
    Route("draft-put-in", "POST", DRAFTERS, key="draft"),
    Route("draft-clause-history", "GET", INSIDE, key="draft-clause"),
    Route("draft-words-settle", "POST", {"legal"}, key="draft-words"),
]
API_ROWS = [
    Route("api-contract-drafts", "GET", INSIDE, key="draft-contract"),
    Route("api-contract-drafts", "POST", DRAFTERS, key="draft-contract"),
    Route("api-contract-turns", "GET", INSIDE, key="draft-handed-over"),
    Route("api-contract-taking-back", "POST", DRAFTERS, key="draft-handed-over"),
    Route("api-draft", "GET", INSIDE, key="draft"),
    Route("api-draft-clauses", "POST", DRAFTERS, key="draft", data={"level": 12}),
    Route("api-draft-handing-over", "POST", DRAFTERS, key="draft"),
    Route("api-draft-abandonment", "POST", DRAFTERS, key="draft"),
    Route("api-draft-clause", "GET", INSIDE, key="draft-clause"),
    Route("api-draft-clause", "PATCH", DRAFTERS, key="draft-clause", data={"revision": "x"}),
    Route("api-draft-clause-edits", "GET", INSIDE, key="draft-clause"),
    Route("api-draft-clause-unsaved", "PUT", DRAFTERS, key="draft-clause", data={"revision": "x"}),
    Route("api-draft-clause-hold", "POST", DRAFTERS, key="draft-clause"),
    Route("api-draft-clause-removal", "POST", DRAFTERS, key="draft-clause"),
    Route("api-draft-clause-restoration", "POST", DRAFTERS, key="draft-clause"),
    Route("api-draft-clause-place", "POST", DRAFTERS, key="draft-clause", data={"level": 12}),
    Route("api-draft-clause-position", "POST", DRAFTERS, key="draft-clause", data={"revision": "x"}),
    Route("api-kept-words-settlement", "POST", {"legal"}, key="draft-words"),
]
ROUTE_ROWS = [*PAGE_ROWS, *API_ROWS]
