"""What money does when windows are judged, credits move and invoices arrive."""

from __future__ import annotations

from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.db.models import Model, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from billing.access import BOOKKEEPER
from billing.models import Credit, CreditNote, Invoice
from billing.operations.match_invoice import match_invoice
from billing.operations.propose_credit import propose_credit
from billing.operations.reconcile_invoice import OPEN, reconcile_invoice
from billing.operations.withdraw_credit import withdraw_credit
from billing.remedies import base_of
from billing.states import CreditState, InvoiceState
from billing.tasks import print_after_commit
from clm.access.permissions import system_actor
from clm.accounts.roles import Role
from clm.events.handlers import handles
from clm.events.models import OutboxEvent
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.notify.tell import people_with_roles, tell
from clm.pages.formats import money_text
from contracts.access.risk import ASSESSOR
from contracts.operations.risk.follow_contract import follow_contract
from slas.models import Breach
from slas.states import BreachState

log = structlog.get_logger("billing")
QUIET = {"no_remedy"}
UNISSUED = (CreditState.PROPOSED, CreditState.APPROVED)


@handles("breach.opened", "breach.revised", "breach.withdrawn")
def follow_breach(event: OutboxEvent) -> None:
    """The credit follows the newest judgement: an unissued one of an earlier evaluation is withdrawn first, and
    with the breach each that is no difference to what is issued (`adjusts`): as `check_current` has it."""
    breach = Breach.objects.select_related("window").get(pk=event.payload["breach_id"])
    actor = system_actor(BOOKKEEPER, event.organization_id)
    newest = breach.window.latest_id or breach.evaluation_id
    current = Q(evaluation_id=newest)
    if breach.state == BreachState.WITHDRAWN:
        current &= Q(adjusts__isnull=False)
    stale = Credit.objects.filter(~current, breach=breach, state__in=UNISSUED)
    for credit in stale:
        withdraw_credit(actor=actor, credit_id=credit.pk, reason=_("The window was judged anew"))
    if breach.state != BreachState.WITHDRAWN or Credit.objects.filter(breach=breach, note__isnull=False).exists():
        _propose(actor, breach)


@handles("fee.set", "fee.changed")
def propose_what_lacked_a_fee(event: OutboxEvent) -> None:
    """Breaches of the contract that have no credit yet are computed now that a fee is known."""
    actor = system_actor(BOOKKEEPER, event.organization_id)
    breaches = Breach.objects.filter(contract_id=event.payload["contract_id"], credits=None)
    for breach in breaches.exclude(state=BreachState.WITHDRAWN).order_by("window__ends_at"):
        _propose(actor, breach)


@handles("fee.set", "fee.changed")
def compute_anew(event: OutboxEvent) -> None:
    """Credits that are not issued yet and whose base is another one by the fees of now: withdrawn, then proposed anew
    in the order of their windows, so that caps count them in that order."""
    actor = system_actor(BOOKKEEPER, event.organization_id)
    rows = Credit.objects.filter(contract_id=event.payload["contract_id"], state__in=UNISSUED)
    rows = rows.exclude(trace__parameters__has_key="takes_back")  # these have no base: they take back what is issued
    related = ("breach__window", "breach__commitment__indicator")
    stale = [row for row in rows.select_related(*related).order_by("breach__window__ends_at") if not _has_base(row)]
    for credit in stale:
        withdraw_credit(actor=actor, credit_id=credit.pk, reason=_("A fee of its window was changed"))
    for credit in stale:
        _propose(actor, credit.breach, anew=True)


def _has_base(credit: Credit) -> bool:
    """Whether the credit is a share of what the fees come to now."""
    try:
        base = base_of(credit.breach)
    except DomainError:
        return False
    return (base.amount, base.currency) == (credit.base_amount, credit.currency)


@handles(
    "fee.set",
    "fee.changed",
    "credit.issued",
    "credit.disputed",
    "credit.reinstated",
    "credit.settled",
    "invoice.compared",
    "invoice.disputed",
    "discrepancy.accepted",
    "discrepancy.resolved",
)
def compare_open_invoices(event: OutboxEvent) -> None:
    """Open invoices of the contract are compared again; one that cannot be does not keep the others from it."""
    if event.payload.get("reason", "matches") != "matches":
        return
    actor = system_actor(BOOKKEEPER, event.organization_id)
    rows = Invoice.objects.filter(contract_id=event.payload["contract_id"], state__in=OPEN)
    for invoice in rows.order_by("pk"):
        _compare(actor, invoice)


def _compare(actor: Actor, invoice: Invoice) -> None:
    """The invoice is compared, or finance hears that it could not be."""
    try:
        with transaction.atomic():
            reconcile_invoice(actor=actor, invoice_id=invoice.pk)
    except OperationalError:
        raise  # the database was busy or away: the event is handled again
    except Exception:
        log.exception("invoice_not_compared", invoice_id=str(invoice.pk))
        title = _("Invoice %(number)s could not be compared with its contract") % {"number": invoice.number}
        url = reverse("invoice", args=[invoice.pk])
        _tell_finance(title, f"not-compared:{invoice.pk}", url, subject=invoice)


@handles("invoice.imported")
def match_by_reference(event: OutboxEvent) -> None:
    """An invoice that quotes one contract is matched; one that does not waits for a person, who is told."""
    actor = system_actor(BOOKKEEPER, event.organization_id)
    invoice = Invoice.objects.get(pk=event.payload["invoice_id"])
    if invoice.state != InvoiceState.IMPORTED:
        return
    try:
        with transaction.atomic():
            match_invoice(actor=actor, invoice_id=invoice.pk)
    except DomainError as refusal:
        title = _("Invoice %(number)s fits no contract by its reference") % {"number": invoice.number}
        url = reverse("invoice", args=[invoice.pk])
        _tell_finance(title, f"unmatched:{invoice.pk}", url, subject=invoice, body=refusal.message)


@handles("invoice.matched")
def compare_matched_invoice(event: OutboxEvent) -> None:
    actor = system_actor(BOOKKEEPER, event.organization_id)
    reconcile_invoice(actor=actor, invoice_id=UUID(event.payload["invoice_id"]))


@handles("invoice.compared")
def tell_of_difference(event: OutboxEvent) -> None:
    """Finance hears of an invoice that is not as agreed."""
    if event.payload["reason"] == "matches":
        return
    invoice = Invoice.objects.get(pk=event.payload["invoice_id"])
    title = _("Invoice %(number)s differs from its contract") % {"number": invoice.number}
    _tell_finance(title, f"discrepancy:{event.subject_id}", reverse("invoice", args=[invoice.pk]), subject=invoice)


@handles("credit.proposed")
def tell_of_proposal(event: OutboxEvent) -> None:
    """Finance hears of a credit that waits for approval."""
    credit = Credit.objects.select_related("contract").get(pk=event.payload["credit_id"])
    words = {"reference": credit.reference, "amount": money_text(credit.amount, credit.currency)}
    title = _("Credit %(reference)s of %(amount)s waits for approval") % words
    url = reverse("credit", args=[credit.pk])
    _tell_finance(title, f"proposed:{credit.pk}", url, subject=credit, body=credit.contract.title)


@handles("credit.issued")
def print_note(event: OutboxEvent) -> None:
    """The note's PDF is printed after this transaction, and whoever owns the contract hears of the credit."""
    note = CreditNote.objects.select_related("credit__contract").get(pk=event.payload["note_id"])
    print_after_commit(note)
    words = {"number": note.number, "amount": money_text(note.amount, note.currency)}
    tell(
        [note.credit.contract.owner_id],
        kind="credit_issued",
        title=_("Credit note %(number)s of %(amount)s is issued") % words,
        dedupe_key=f"issued:{note.pk}",
        url=reverse("credit", args=[note.credit_id]),
        subject=note.credit,
    )


def _propose(actor: Actor, breach: Breach, *, anew: bool = False) -> None:
    """The credit is proposed, or finance hears why there is none."""
    try:
        with transaction.atomic():
            propose_credit(actor=actor, breach_id=breach.pk, anew=anew)
    except DomainError as refusal:
        if refusal.code in QUIET:
            return
        title = _("No credit is proposed for breach %(reference)s") % {"reference": breach.reference}
        key = f"no-credit:{breach.pk}:{refusal.code}"
        _tell_finance(title, key, reverse("breach", args=[breach.pk]), subject=breach, body=refusal.message)


def _tell_finance(title: str, key: str, url: str, *, subject: Model, body: str = "") -> None:
    """Finance hears of it, except who may not see the subject."""
    people = people_with_roles(Role.FINANCE)
    tell(people, kind="billing", title=title, body=body, dedupe_key=key, url=url, subject=subject)


@handles("credit_note.overdue")
def tell_of_unpaid(event: OutboxEvent) -> None:
    """Finance hears of a credit that was promised and has not come."""
    note = CreditNote.objects.select_related("credit__contract").get(pk=event.payload["note_id"])
    words = {"number": note.number, "amount": money_text(note.amount, note.currency)}
    title = _("Credit note %(number)s of %(amount)s is not paid") % words
    url = reverse("credit", args=[note.credit_id])
    _tell_finance(title, f"unpaid:{note.pk}", url, subject=note.credit, body=note.credit.contract.title)


@handles("invoice.matched", "invoice.compared", "credit_note.overdue", "credit.disputed", "credit.reinstated")
def follow_money(event: OutboxEvent) -> None:
    """Invoices that are other than agreed or late, and credits that are not paid, are part of the history of the other
    party."""
    assessor = system_actor(ASSESSOR, event.organization_id)
    follow_contract(actor=assessor, contract_id=event.payload["contract_id"], later=True)
