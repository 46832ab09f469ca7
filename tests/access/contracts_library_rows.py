"""The rows of the clause library: legal keeps it, everyone inside reads it, who drafts adopts it."""

from __future__ import annotations

from clm.accounts.roles import INSIDE
from contracts.models import Clause
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.library.shelf import approved, shelved
from tests.contracts.papers import draft_contract, newest

LIBRARIANS = {"legal"}
LIBRARY_APPROVERS = LIBRARIANS | {"approver"}
DRAFTERS = {"legal", "procurement", "administrator", "integration"}

VERB_ROWS = {
    "contracts.view_library": INSIDE,
    "contracts.add_library_clause": LIBRARIANS,
    "contracts.change_library_clause": LIBRARIANS,
    "contracts.approve_library_clause": LIBRARY_APPROVERS,
    "contracts.retire_library_clause": LIBRARIANS,
    "contracts.import_library": LIBRARIANS,
    "contracts.adopt_library_clause": DRAFTERS,
    "contracts.decline_offer": DRAFTERS,
}


def _clause(cast: Cast) -> Clause:
    version = newest(draft_contract(cast["legal"]))
    return Clause.objects.filter(version=version, number="2.1").get()


def _version_with_library(cast: Cast) -> dict[str, object]:
    approved(cast["legal"])
    return {"pk": newest(draft_contract(cast["legal"])).pk}


BUILDERS = {
    "library-clause": lambda cast: {"pk": shelved(cast["legal"]).pk},
    "library-contract-clause": lambda cast: {"pk": _clause(cast).pk},
    "library-contract": lambda cast: {"pk": draft_contract(cast["legal"]).pk},
    "library-version": _version_with_library,
}

PAGE_ROWS = [
    Route("library-clauses", "GET", INSIDE),
    Route("library-clause-new", "GET", LIBRARIANS),
    Route("library-clause-new", "POST", LIBRARIANS, data={"title": ""}),
    Route("library-import", "GET", LIBRARIANS),
    Route("library-import", "POST", LIBRARIANS, data={"entries": ""}),
    Route("library-export", "GET", INSIDE),
    Route("library-clause", "GET", INSIDE, key="library-clause"),
    Route("library-clause-edit", "GET", LIBRARIANS, key="library-clause"),
    Route("library-clause-edit", "POST", LIBRARIANS, key="library-clause", data={"title": ""}),
    Route("library-clause-approve", "POST", LIBRARY_APPROVERS, key="library-clause"),
    Route("library-clause-retire", "GET", LIBRARIANS, key="library-clause"),
    Route("library-clause-retire", "POST", LIBRARIANS, key="library-clause", data={"reason": ""}),
    Route("library-offer-decline", "POST", DRAFTERS, key="library-contract"),
    Route("clause-adopt", "GET", DRAFTERS, key="library-contract-clause"),
    Route("clause-adopt", "POST", DRAFTERS, key="library-contract-clause", data={"place": "x"}),
]
API_ROWS = [
    Route("api-library-clauses", "GET", INSIDE),
    Route("api-library-clauses", "POST", LIBRARIANS, data={"title": ""}),
    Route("api-library-import", "POST", LIBRARIANS, data={"clauses": []}),
    Route("api-library-export", "GET", INSIDE),
    Route("api-library-clause", "GET", INSIDE, key="library-clause"),
    Route("api-library-clause", "PATCH", LIBRARIANS, key="library-clause", data={"title": ""}),
    Route("api-library-approval", "POST", LIBRARY_APPROVERS, key="library-clause", data={"seen": "x"}),
    Route("api-library-retirement", "POST", LIBRARIANS, key="library-clause"),
    Route("api-clause-adoption", "POST", DRAFTERS, key="library-contract-clause"),
    Route("api-contract-offer-decline", "POST", DRAFTERS, key="library-contract", data={"library_version": "x"}),
    Route("api-version-library", "GET", INSIDE, key="library-version"),
]
ROUTE_ROWS = [*PAGE_ROWS, *API_ROWS]
