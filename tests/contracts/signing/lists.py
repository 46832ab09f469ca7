"""Lists of recipients for tests, made by calling verbs."""

from __future__ import annotations

from datetime import date
from typing import Any

from clm.lib.actor import Actor
from contracts.models import BulkSend, Contract, Party
from contracts.operations.bulk.create_bulk_send import create_bulk_send
from contracts.operations.create_party import create_party
from tests.contracts.papers import newest
from tests.contracts.signing.sent import ready_contract

COLUMNS = ["Name", "E-mail", "Company"]
ROWS = [
    {"Name": "Carl Client", "E-mail": "carl@cirrus.example", "Company": "Cirrus GmbH"},
    {"Name": "Dora Dee", "E-mail": "dora@nimbus.example", "Company": "Nimbus GmbH"},
    {"Name": "Emil", "E-mail": "no address", "Company": "=1+1"},
]
MAPPING = {"name": "Name", "email": "E-mail", "counterparty": "Company"}
OURS = {"signer_name": "Beate Baum", "signer_email": "beate@acme.example"}


def our_party(actor: Actor) -> Party:
    return Party.objects.filter(name="Acme Group").first() or create_party(actor=actor, name="Acme Group", is_ours=True)


def brought(actor: Actor, contract: Contract | None = None, **facts: Any) -> BulkSend:
    """A list for copies of a contract's text, unless a template is named."""
    given: dict[str, Any] = {
        "title": "Hosting 2027", "columns": COLUMNS, "rows": ROWS, "mapping": MAPPING, "starts_on": date(2027, 1, 1),
        **OURS,
    }  # fmt: skip
    if "template_version_id" not in facts:
        given["version_id"] = newest(contract or ready_contract(actor)).pk
    return create_bulk_send(actor=actor, our_party_id=our_party(actor).pk, **(given | facts))
