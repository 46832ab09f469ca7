"""The rows of envelopes: who drafts sends; nobody who is signed in here does what a signer does."""

from __future__ import annotations

from typing import Any

from clm.access.permissions import system_actor
from clm.accounts.roles import INSIDE
from clm.documents.blobs import put_content
from contracts.access.signing import DESK, DESK_VERBS, OTHER_SYSTEM_VERBS, SENDER_VERBS, SIGNER_VERBS
from contracts.models import Recipient
from contracts.operations.signing.attach_seal import SealedPapers, attach_seal
from contracts.papers.executed import seal_envelope
from tests.access.table import Route
from tests.cast import Cast
from tests.contracts.signing.sent import completed, kept_copy, prepared, ready_contract, sent

SENDERS = {"legal", "procurement", "administrator", "integration"}
FILERS = {"legal", "administrator", "integration"}

VERB_ROWS = {
    "contracts.view_envelope": INSIDE,
    **dict.fromkeys(SENDER_VERBS, SENDERS),
    "contracts.record_paper_signature": FILERS,
    "contracts.send_elsewhere": FILERS,
    **{verb: set() for verb in (*SIGNER_VERBS, *DESK_VERBS, *OTHER_SYSTEM_VERBS)},
}


def _sealed(cast: Cast) -> dict[str, Any]:
    envelope = completed(cast["legal"])
    seal_envelope(envelope.pk)
    return {"pk": envelope.pk}


def _proof(cast: Cast) -> dict[str, Any]:
    """Signed, with a certificate that is a file of its own."""
    envelope = completed(cast["legal"])
    stored = put_content(cast["legal"].organization_id, b"%PDF-1.7 certificate", "application/pdf")
    desk = system_actor(DESK, cast["legal"].organization_id)
    attach_seal(actor=desk, envelope_id=envelope.pk, made=SealedPapers(stored, "B-B", "Us", stored))
    return {"pk": envelope.pk}


def _asked(cast: Cast) -> dict[str, Any]:
    return {"pk": Recipient.objects.filter(envelope=sent(cast["legal"])).earliest("position").pk}


def _page(cast: Cast) -> dict[str, Any]:
    return {"pk": prepared(cast["legal"]).pk, "number": 1}


BUILDERS = {
    "signing-contract": lambda cast: {"pk": ready_contract(cast["legal"]).pk},
    "signing-draft": lambda cast: {"pk": prepared(cast["legal"]).pk},
    "signing-sent": lambda cast: {"pk": sent(cast["legal"]).pk},
    "signing-waits": lambda cast: {"pk": completed(cast["legal"]).pk},
    "signing-sealed": _sealed,
    "signing-proof": _proof,
    "signing-asked": _asked,
    "signing-copy": lambda cast: {"pk": kept_copy(cast["legal"]).pk},
    "signing-page": _page,
}
# What is open to who has a link, or to everybody.
PUBLIC_ROUTES = {
    "signing-hook",
    "verify",
    "signing",
    "signing-code",
    "signing-sign",
    "signing-decline",
    "signing-forward",
    "signing-paper",
    "signing-executed",
    "signing-instrument",
    "signing-certificate",
    "signing-page",
}
WHY = {"reason": ""}
WHOM = {"name": "", "email": ""}

PAGE_ROWS = [
    Route("envelopes", "GET", INSIDE),
    Route("envelope-new", "GET", SENDERS, key="signing-contract"),
    Route("envelope-new", "POST", SENDERS, key="signing-contract", data={"title": ""}),
    Route("envelope", "GET", INSIDE, key="signing-draft"),
    Route("envelope-facts", "GET", SENDERS, key="signing-draft"),
    Route("envelope-facts", "POST", SENDERS, key="signing-draft", data={"title": ""}),
    Route("envelope-people", "GET", SENDERS, key="signing-draft"),
    Route("envelope-people", "POST", SENDERS, key="signing-draft"),
    Route("envelope-fields", "GET", SENDERS, key="signing-draft"),
    Route("envelope-fields", "POST", SENDERS, key="signing-draft"),
    Route("envelope-again", "POST", SENDERS, key="signing-draft"),
    Route("envelope-send", "POST", SENDERS, key="signing-draft"),
    Route("envelope-void", "GET", SENDERS, key="signing-sent"),
    Route("envelope-void", "POST", SENDERS, key="signing-sent", data=WHY),
    Route("envelope-on-paper", "GET", FILERS, key="signing-draft"),
    Route("envelope-on-paper", "POST", FILERS, key="signing-draft"),
    Route("envelope-elsewhere", "GET", FILERS, key="signing-draft"),
    Route("envelope-elsewhere", "POST", FILERS, key="signing-draft", data={"system": ""}),
    Route("envelope-seal", "POST", SENDERS, key="signing-waits"),
    Route("envelope-paper", "GET", INSIDE, key="signing-draft"),
    Route("envelope-picture", "GET", INSIDE, key="signing-page"),
    Route("envelope-executed", "GET", INSIDE, key="signing-sealed"),
    Route("signed-copy", "GET", INSIDE, key="signing-copy"),
    Route("api-signed-copy", "GET", INSIDE, key="signing-copy"),
    Route("envelope-certificate", "GET", INSIDE, key="signing-proof"),
    Route("recipient-remind", "POST", SENDERS, key="signing-asked"),
    Route("recipient-correct", "GET", SENDERS, key="signing-asked"),
    Route("recipient-correct", "POST", SENDERS, key="signing-asked", data=WHOM),
]
API_ROWS = [
    Route("api-envelopes", "GET", INSIDE),
    Route("api-envelopes", "POST", SENDERS),
    Route("api-envelope", "GET", INSIDE, key="signing-sent"),
    Route("api-envelope-change", "POST", SENDERS, key="signing-draft"),
    Route("api-envelope-preparing", "POST", SENDERS, key="signing-draft"),
    Route("api-envelope-elsewhere", "POST", FILERS, key="signing-draft", data={"system": "Signatory"}),
    Route("api-envelope-on-paper", "POST", FILERS, key="signing-draft", data={"signed_on": "2026-01-01"}),
    Route("api-envelope-sending", "POST", SENDERS, key="signing-draft"),
    Route("api-envelope-voiding", "POST", SENDERS, key="signing-sent", data=WHY),
    Route("api-envelope-sealing", "POST", SENDERS, key="signing-waits"),
    Route("api-envelope-events", "GET", INSIDE, key="signing-sent"),
    Route("api-envelope-executed", "GET", INSIDE, key="signing-sealed"),
    Route("api-envelope-certificate", "GET", INSIDE, key="signing-proof"),
    Route("api-recipient-reminder", "POST", SENDERS, key="signing-asked"),
    Route("api-recipient-correction", "POST", SENDERS, key="signing-asked", data=WHOM),
]
ROUTE_ROWS = [*PAGE_ROWS, *API_ROWS]
