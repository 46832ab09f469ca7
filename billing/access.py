"""Who may do and see what with money."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from billing.models import Credit, CreditNote, Discrepancy, Fee, Invoice, InvoiceLine, Reconciliation
from clm.access.permissions import visible
from clm.access.registry import register_system_actor, register_verbs, register_visibility, seen_through
from clm.access.subjects import register_subjects
from clm.accounts.roles import PEOPLE_INSIDE, Role
from clm.lib.actor import Actor
from contracts.models import Contract

FINANCE = {Role.FINANCE, Role.ADMINISTRATOR}
READERS = PEOPLE_INSIDE | {Role.INTEGRATION}
BOOKKEEPER = "bookkeeper"


def register() -> None:
    register_verbs(
        {
            "billing.view_fee": READERS,
            "billing.set_fee": FINANCE | {Role.PROCUREMENT, Role.LEGAL, Role.INTEGRATION},
            "billing.change_fee": FINANCE | {Role.PROCUREMENT, Role.LEGAL, Role.INTEGRATION},
            "billing.view_credit": READERS,
            "billing.propose_credit": FINANCE | {Role.ACCOUNT_MANAGER},
            "billing.approve_credit": {Role.FINANCE},
            "billing.reject_credit": {Role.FINANCE},
            "billing.issue_credit": {Role.FINANCE},
            "billing.dispute_credit": FINANCE | {Role.ACCOUNT_MANAGER, Role.LEGAL},
            "billing.settle_credit": {Role.FINANCE},
            "billing.reinstate_credit": {Role.FINANCE},
            "billing.reverse_credit": {Role.FINANCE},
            "billing.withdraw_credit": {Role.FINANCE},
            "billing.lapse_credit": set(),
            "billing.note_unpaid_credit": set(),
            "billing.attach_credit_note_pdf": set(),
            "billing.view_invoice": READERS,
            "billing.import_invoice": FINANCE | {Role.INTEGRATION},
            "billing.match_invoice": FINANCE | {Role.INTEGRATION},
            "billing.reconcile_invoice": FINANCE | {Role.INTEGRATION},
            "billing.dispute_invoice": {Role.FINANCE},
            "billing.accept_discrepancy": {Role.FINANCE},
            "billing.resolve_discrepancy": {Role.FINANCE},
        }
    )
    register_system_actor(
        BOOKKEEPER,
        {
            "billing.propose_credit",
            "billing.withdraw_credit",
            "billing.lapse_credit",
            "billing.note_unpaid_credit",
            "billing.attach_credit_note_pdf",
            "billing.match_invoice",
            "billing.reconcile_invoice",
        },
    )
    through_contract = seen_through("contract", lambda: Contract)
    register_subjects(Credit, Invoice)
    register_visibility(Fee, "billing.view_fee", through_contract)
    register_visibility(Credit, "billing.view_credit", through_contract)
    register_visibility(CreditNote, "billing.view_credit", seen_through("credit__contract", lambda: Contract))
    register_visibility(Invoice, "billing.view_invoice", _invoices)
    register_visibility(InvoiceLine, "billing.view_invoice", seen_through("invoice", lambda: Invoice))
    register_visibility(Reconciliation, "billing.view_invoice", through_contract)
    register_visibility(Discrepancy, "billing.view_invoice", through_contract)


def _invoices(actor: Actor, rows: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """An invoice without a contract is seen by all who read invoices, one with a contract where the contract is."""
    contracts = visible(actor, Contract.objects.all()).values("pk")
    return rows.filter(Q(contract=None) | Q(contract__in=contracts))
