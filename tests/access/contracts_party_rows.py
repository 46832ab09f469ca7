"""The rows of legal entities: who files contracts keeps them, everybody inside reads them, the other side does not."""

from __future__ import annotations

from typing import Any

from clm.accounts.roles import INSIDE
from contracts.operations.create_party import create_party
from contracts.operations.parties.address_party import add_address
from contracts.operations.parties.archive_party import archive_party
from contracts.operations.parties.identify_party import add_identifier
from contracts.operations.parties.name_contact import add_contact
from tests.access.table import Route
from tests.cast import Cast

EDITORS = {"legal", "procurement", "administrator", "integration"}
KEEPERS = {"legal", "administrator"}

VERB_ROWS = {"contracts.archive_party": KEEPERS}


def _party(cast: Cast) -> Any:
    return create_party(actor=cast["legal"], name="Cirrus Hosting GmbH").pk


def _archived(cast: Cast) -> dict[str, Any]:
    return {"pk": archive_party(actor=cast["legal"], party_id=_party(cast)).pk}


def _number(cast: Cast) -> dict[str, Any]:
    party = _party(cast)
    made = add_identifier(actor=cast["legal"], party_id=party, kind="duns", value="150483782")
    return {"pk": party, "part_id": made.pk}


def _address(cast: Cast) -> dict[str, Any]:
    party, office = _party(cast), {"kind": "postal", "street": "Am Kai 7", "city": "Mannheim", "country": "DE"}
    return {"pk": party, "part_id": add_address(actor=cast["legal"], party_id=party, **office).pk}


def _contact(cast: Cast) -> dict[str, Any]:
    party = _party(cast)
    return {"pk": party, "part_id": add_contact(actor=cast["legal"], party_id=party, name="Ada", phone="1").pk}


BUILDERS = {
    "party": lambda cast: {"pk": _party(cast)},
    "party-archived": _archived,
    "party-number": _number,
    "party-address": _address,
    "party-contact": _contact,
}
PAGE_ROWS = [
    Route("party-new", "GET", EDITORS),
    Route("party-new", "POST", EDITORS, data={"name": ""}),
    Route("party-parent", "GET", EDITORS, key="party"),
    Route("party-parent", "POST", EDITORS, key="party", data={"parent": "x"}),
    Route("party-archive", "GET", KEEPERS, key="party"),
    Route("party-archive", "POST", KEEPERS, key="party"),
    Route("party-reinstate", "POST", KEEPERS, key="party-archived"),
    Route("party-identifier-new", "GET", EDITORS, key="party"),
    Route("party-identifier-new", "POST", EDITORS, key="party", data={"kind": "x"}),
    Route("party-identifier-remove", "POST", EDITORS, key="party-number"),
    Route("party-address-new", "GET", EDITORS, key="party"),
    Route("party-address-new", "POST", EDITORS, key="party", data={"kind": "x"}),
    Route("party-address-edit", "GET", EDITORS, key="party-address"),
    Route("party-address-edit", "POST", EDITORS, key="party-address", data={"kind": "x"}),
    Route("party-address-remove", "POST", EDITORS, key="party-address"),
    Route("party-contact-new", "GET", EDITORS, key="party"),
    Route("party-contact-new", "POST", EDITORS, key="party", data={"name": ""}),
    Route("party-contact-edit", "GET", EDITORS, key="party-contact"),
    Route("party-contact-edit", "POST", EDITORS, key="party-contact", data={"name": ""}),
    Route("party-contact-remove", "POST", EDITORS, key="party-contact"),
]
API_ROWS = [
    Route("api-parties-similar", "GET", INSIDE),
    Route("api-party-group", "GET", INSIDE, key="party"),
    Route("api-party-parent", "POST", EDITORS, key="party", data={"parent": "x"}),
    Route("api-party-archiving", "POST", KEEPERS, key="party"),
    Route("api-party-reinstatement", "POST", KEEPERS, key="party-archived"),
    Route("api-party-identifiers", "GET", INSIDE, key="party"),
    Route("api-party-identifiers", "POST", EDITORS, key="party", data={"kind": "x"}),
    Route("api-party-identifier", "DELETE", EDITORS, key="party-number"),
    Route("api-party-addresses", "GET", INSIDE, key="party"),
    Route("api-party-addresses", "POST", EDITORS, key="party", data={"kind": "x"}),
    Route("api-party-address", "PATCH", EDITORS, key="party-address", data={"kind": "x"}),
    Route("api-party-address", "DELETE", EDITORS, key="party-address"),
    Route("api-party-contacts", "GET", INSIDE, key="party"),
    Route("api-party-contacts", "POST", EDITORS, key="party", data={"name": ""}),
    Route("api-party-contact", "PATCH", EDITORS, key="party-contact", data={"name": ""}),
    Route("api-party-contact", "DELETE", EDITORS, key="party-contact"),
]
ROUTE_ROWS = [*PAGE_ROWS, *API_ROWS]
