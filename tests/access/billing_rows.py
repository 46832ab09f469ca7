"""The rows of money."""

from __future__ import annotations

from typing import Any

from billing.models import Discrepancy, Reconciliation
from billing.operations.approve_credit import approve_credit
from billing.operations.attach_credit_note_pdf import attach_credit_note_pdf
from billing.operations.issue_credit import issue_credit
from billing.operations.match_invoice import match_invoice
from billing.operations.reconcile_invoice import reconcile_invoice
from clm.access.permissions import system_actor
from clm.accounts.roles import PEOPLE_INSIDE
from clm.documents.blobs import store_blob
from clm.lib import clock
from contracts.operations.create_contract import create_contract
from tests.access.table import Route
from tests.billing.built import JUDGED, breach_of, fee_for, invoice_of, proposed
from tests.cast import Cast, add_person
from tests.slas.conftest import make_passage

READERS = PEOPLE_INSIDE | {"integration"}
FINANCE = {"finance", "administrator"}
SETTERS = FINANCE | {"procurement", "legal", "integration"}
IMPORTERS = FINANCE | {"integration"}
DISPUTERS = FINANCE | {"account_manager", "legal"}
ONLY_FINANCE = {"finance"}

VERB_ROWS = {
    "billing.view_fee": READERS,
    "billing.set_fee": SETTERS,
    "billing.change_fee": SETTERS,
    "billing.view_credit": READERS,
    "billing.propose_credit": FINANCE | {"account_manager"},
    "billing.approve_credit": ONLY_FINANCE,
    "billing.reject_credit": ONLY_FINANCE,
    "billing.issue_credit": ONLY_FINANCE,
    "billing.dispute_credit": DISPUTERS,
    "billing.settle_credit": ONLY_FINANCE,
    "billing.reinstate_credit": ONLY_FINANCE,
    "billing.reverse_credit": ONLY_FINANCE,
    "billing.withdraw_credit": ONLY_FINANCE,
    "billing.lapse_credit": set(),
    "billing.note_unpaid_credit": set(),
    "billing.attach_credit_note_pdf": set(),
    "billing.view_invoice": READERS,
    "billing.import_invoice": IMPORTERS,
    "billing.match_invoice": IMPORTERS,
    "billing.reconcile_invoice": IMPORTERS,
    "billing.dispute_invoice": ONLY_FINANCE,
    "billing.accept_discrepancy": ONLY_FINANCE,
    "billing.resolve_discrepancy": ONLY_FINANCE,
}


def _clerk(cast: Cast) -> Any:
    """Somebody with every role that the steps before need."""
    return add_person(cast, "clerk", ["legal", "account_manager", "finance", "integration"])


def _contract(cast: Cast) -> dict[str, Any]:
    return {"contract_id": create_contract(actor=cast["legal"], title="Hosting").pk}


def _fee(cast: Cast) -> dict[str, Any]:
    clerk = _clerk(cast)
    return {"pk": fee_for(clerk, breach_of(clerk)).pk}


def _credit(cast: Cast) -> dict[str, Any]:
    return {"pk": proposed(_clerk(cast)).pk}


def _printed(cast: Cast) -> Any:
    clerk = _clerk(cast)
    credit = proposed(clerk)
    with clock.set_to(JUDGED):
        approve_credit(actor=clerk, credit_id=credit.pk)
        note = issue_credit(actor=clerk, credit_id=credit.pk)
    blob = store_blob(cast.organization.pk, b"%PDF-1", "application/pdf")
    keeper = system_actor("bookkeeper", cast.organization.pk)
    return attach_credit_note_pdf(actor=keeper, note_id=note.pk, blob_id=blob.pk)


def _invoice(cast: Cast, *, differs: bool = False) -> Any:
    """Matched to its contract; with `differs` compared with a fee that is lower."""
    clerk = _clerk(cast)
    breach = breach_of(clerk)
    invoice = invoice_of(clerk, breach.contract.reference)
    match_invoice(actor=clerk, invoice_id=invoice.pk)
    if differs:
        fee_for(clerk, breach, "900.00")
        reconcile_invoice(actor=clerk, invoice_id=invoice.pk)
    return invoice


def _reconciliation(cast: Cast) -> dict[str, Any]:
    _invoice(cast, differs=True)
    return {"pk": Reconciliation.objects.get().pk}


def _discrepancy(cast: Cast) -> dict[str, Any]:
    _invoice(cast, differs=True)
    return {"pk": Discrepancy.objects.get().pk}


BUILDERS = {
    "billing-contract": _contract,
    "billing-passage": lambda cast: {"passage_id": make_passage(cast["legal"]).pk},
    "billing-fee": _fee,
    "billing-credit": _credit,
    "billing-credit-approve": lambda cast: _credit(cast) | {"step": "approve"},
    "billing-printed": lambda cast: {"pk": _printed(cast).credit_id},
    "billing-note": lambda cast: {"pk": _printed(cast).pk},
    "billing-invoice": lambda cast: {"pk": _invoice(cast).pk},
    "billing-differing": lambda cast: {"pk": _invoice(cast, differs=True).pk},
    "billing-reconciliation": _reconciliation,
    "billing-discrepancy": _discrepancy,
    "billing-discrepancy-accept": lambda cast: _discrepancy(cast) | {"step": "accept"},
}
REASON = {"reason": "for a reason"}
EXPLAINED = {"explanation": "for a reason"}
WHY = REASON | EXPLAINED

ROUTE_ROWS = [
    Route("billing", "GET", READERS),
    Route("fees", "GET", READERS),
    Route("fee-new", "GET", SETTERS, key="billing-contract"),
    Route("fee-new", "POST", SETTERS, key="billing-contract", data={"name": "x"}),
    Route("fee-bind", "GET", SETTERS, key="billing-passage"),
    Route("fee-change", "GET", SETTERS, key="billing-fee"),
    Route("fee-change", "POST", SETTERS, key="billing-fee", data={"name": "x"}),
    Route("fee-trace", "GET", READERS, key="billing-fee"),
    Route("credits", "GET", READERS),
    Route("credits-sum", "GET", READERS, data={"currency": "EUR"}),
    Route("money-sum", "GET", READERS, data={"of": "at-risk", "currency": "EUR"}),
    Route("credit", "GET", READERS, key="billing-credit"),
    Route("credit-trace", "GET", READERS, key="billing-credit"),
    Route("credit-note-pdf", "GET", READERS, key="billing-printed"),
    Route("credit-step", "POST", ONLY_FINANCE, key="billing-credit-approve"),
    Route("invoices", "GET", READERS),
    Route("invoice-import", "GET", IMPORTERS),
    Route("invoice-import", "POST", IMPORTERS),
    Route("invoice", "GET", READERS, key="billing-invoice"),
    Route("invoice-trace", "GET", READERS, key="billing-invoice"),
    Route("invoice-match", "POST", IMPORTERS, key="billing-invoice", data={"reference": "x"}),
    Route("invoice-dispute", "POST", ONLY_FINANCE, key="billing-differing", data=WHY),
    Route("reconciliation-trace", "GET", READERS, key="billing-reconciliation"),
    Route("discrepancy-step", "POST", ONLY_FINANCE, key="billing-discrepancy-accept", data=WHY),
    Route("api-fees", "GET", READERS),
    Route("api-fees", "POST", SETTERS, data={"name": "x"}),
    Route("api-fee", "GET", READERS, key="billing-fee"),
    Route("api-fee-change", "POST", SETTERS, key="billing-fee", data=REASON),
    Route("api-credits", "GET", READERS),
    Route("api-credit", "GET", READERS, key="billing-credit"),
    Route("api-credit-approve", "POST", ONLY_FINANCE, key="billing-credit", data={}),
    Route("api-credit-reject", "POST", ONLY_FINANCE, key="billing-credit", data=REASON),
    Route("api-credit-issue", "POST", ONLY_FINANCE, key="billing-credit", data={}),
    Route("api-credit-dispute", "POST", DISPUTERS, key="billing-credit", data=REASON),
    Route("api-credit-settle", "POST", ONLY_FINANCE, key="billing-credit", data=REASON),
    Route("api-credit-withdraw", "POST", ONLY_FINANCE, key="billing-credit", data=REASON),
    Route("api-credit-reinstate", "POST", ONLY_FINANCE, key="billing-credit", data=REASON),
    Route("api-credit-reverse", "POST", ONLY_FINANCE, key="billing-credit", data=REASON),
    Route("api-credit-note-pdf", "GET", READERS, key="billing-printed"),
    Route("api-credit-notes", "GET", READERS),
    Route("api-credit-note", "GET", READERS, key="billing-note"),
    Route("api-invoices", "GET", READERS),
    Route("api-invoices", "POST", IMPORTERS, data={}),
    Route("api-invoice", "GET", READERS, key="billing-invoice"),
    Route("api-invoice-match", "POST", IMPORTERS, key="billing-invoice", data={}),
    Route("api-invoice-reconcile", "POST", IMPORTERS, key="billing-invoice", data={}),
    Route("api-invoice-dispute", "POST", ONLY_FINANCE, key="billing-differing", data=REASON),
    Route("api-reconciliations", "GET", READERS),
    Route("api-reconciliation", "GET", READERS, key="billing-reconciliation"),
    Route("api-discrepancies", "GET", READERS),
    Route("api-discrepancy", "GET", READERS, key="billing-discrepancy"),
    Route("api-discrepancy-accept", "POST", ONLY_FINANCE, key="billing-discrepancy", data=EXPLAINED),
    Route("api-discrepancy-resolve", "POST", ONLY_FINANCE, key="billing-discrepancy", data=EXPLAINED),
]
