from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, connections, transaction

from billing.models import Credit, CreditNote, Discrepancy, Invoice, Reconciliation
from billing.operations.approve_credit import approve_credit
from billing.operations.dispute_credit import dispute_credit
from billing.operations.import_invoice import import_invoice
from billing.operations.issue_credit import issue_credit
from billing.operations.lapse_credit import lapse_credit
from billing.operations.match_invoice import match_invoice
from billing.operations.propose_credit import propose_credit
from billing.operations.reconcile_invoice import reconcile_invoice
from billing.operations.reject_credit import reject_credit
from billing.operations.settle_credit import settle_credit
from billing.operations.settle_discrepancy import accept_discrepancy
from billing.tasks import expire_claims, note_unpaid_credits, print_credit_notes
from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry, Transition
from clm.documents.blobs import read_blob
from clm.events.dispatcher import drain
from clm.events.models import OutboxEvent
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, NotVisible
from clm.notify.models import Notification
from contracts.models import Contract
from contracts.risk_sources import MISHAPS
from slas.models import EvaluationWindow
from tests.billing.built import JUDGED, breach_of, fee_for, invoice_of, issued, proposed, send_outages
from tests.cast import Cast, add_person, make_cast
from tests.slas.conftest import judge


def rows() -> tuple[int, ...]:
    counted = (Credit, CreditNote, Invoice, Reconciliation, Discrepancy, Transition, LedgerEntry, OutboxEvent)
    return tuple(model.objects.count() for model in counted)


def test_twelve_hours_of_january_are_a_quarter_of_the_fee(alice: Actor) -> None:
    credit = proposed(alice)

    # 744 hours less 12 are 98.387 %: the tier from 95 to 99 grants 25 % of EUR 1,000.
    assert (credit.percent, credit.base_amount, credit.amount, credit.currency) == (
        Decimal(25),
        Decimal(1000),
        Decimal(250),
        "EUR",
    )
    assert credit.claim_due_on == date(2026, 4, 1)
    assert credit.trace["clause"]["quote"] == "The service is available 99.9 % of each calendar month."
    assert credit.state == "proposed"


@pytest.mark.parametrize(
    ("fee", "currency", "amount"),
    [("999.99", "EUR", "250.00"), ("10001", "JPY", "2500"), ("100.002", "KWD", "25.001"), ("0.02", "EUR", "0.01")],
)
def test_amounts_are_rounded_half_up_to_the_minor_unit(alice: Actor, fee: str, currency: str, amount: str) -> None:
    breach = breach_of(alice)
    fee_for(alice, breach, fee, currency)

    with clock.set_to(JUDGED):
        assert propose_credit(actor=alice, breach_id=breach.pk).amount == Decimal(amount)


def test_a_cap_of_the_window_limits_the_credit(alice: Actor) -> None:
    assert proposed(alice, cap_window_percent=Decimal(8)).amount == Decimal(80)


def test_proposing_again_is_the_same_credit(alice: Actor) -> None:
    credit = proposed(alice)
    before = rows()

    assert propose_credit(actor=alice, breach_id=credit.breach_id).pk == credit.pk
    assert rows() == before


def test_without_a_fee_there_is_no_credit_and_nothing_is_written(alice: Actor) -> None:
    breach = breach_of(alice)
    before = rows()
    with pytest.raises(DomainError) as refusal:
        propose_credit(actor=alice, breach_id=breach.pk)

    assert refusal.value.code == "fee_missing"
    assert rows() == before


def test_the_event_of_a_breach_proposes_its_credit_once(alice: Actor) -> None:
    breach = breach_of(alice)
    fee_for(alice, breach)
    with clock.set_to(JUDGED):
        drain()
        OutboxEvent.objects.filter(type="breach.opened").update(fanned_out_at=None)
        drain()

    credit = Credit.objects.get()
    assert (credit.breach_id, credit.amount) == (breach.pk, Decimal(250))


def test_late_data_that_turns_the_miss_withdraws_the_credit(alice: Actor) -> None:
    breach = breach_of(alice)
    fee_for(alice, breach)
    with clock.set_to(JUDGED):
        drain()
        send_outages(alice, "web", [("2026-01-10T00:00Z", "2026-01-10T00:10Z")])
        judge(alice, EvaluationWindow.objects.get(pk=breach.window_id), JUDGED)
        drain()

    assert Credit.objects.get().state == "withdrawn"


def test_approved_then_issued_with_a_gapless_number_and_a_paper(alice: Actor) -> None:
    notes = [issued(alice, proposed(alice, key=key)) for key in ("one", "two")]
    print_credit_notes()

    assert [note.number for note in notes] == ["CN-2026-0001", "CN-2026-0002"]
    note = CreditNote.objects.get(number="CN-2026-0001")
    assert note.blob is not None
    assert read_blob(note.blob).startswith(b"%PDF-")
    assert OutboxEvent.objects.filter(type="credit.issued").count() == 2


def test_an_issued_note_never_changes(alice: Actor) -> None:
    note = issued(alice, proposed(alice))
    for statement in ("UPDATE billing_creditnote SET amount = 1", "DELETE FROM billing_creditnote"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{statement} WHERE id = %s", [note.pk])


def test_a_credit_past_its_claim_window_lapses(alice: Actor) -> None:
    credit = proposed(alice)
    with clock.set_to(datetime(2026, 4, 4, tzinfo=UTC)):
        assert expire_claims() == 1

    credit.refresh_from_db()
    assert credit.state == "lapsed"
    with pytest.raises(DomainError) as refusal:
        approve_credit(actor=alice, credit_id=credit.pk)
    assert refusal.value.code == "illegal_move"


def test_a_credit_that_is_not_paid_and_a_late_invoice_are_history(alice: Actor) -> None:
    note = issued(alice, proposed(alice))
    contract = note.credit.contract
    invoice_of(alice, contract.reference, issued_on=date(2026, 4, 1))
    match_invoice(actor=alice, invoice_id=Invoice.objects.get().pk)
    with clock.set_to(datetime(2026, 3, 12, 23, tzinfo=UTC)):
        assert note_unpaid_credits() == 0  # its thirtieth day
    counted = lambda: {each: MISHAPS[each].count([contract.pk]) for each in ("late_invoices", "unpaid_credits")}  # noqa: E731
    assert counted() == {"late_invoices": 0, "unpaid_credits": 0}

    with clock.set_to(LATE):
        assert (note_unpaid_credits(), note_unpaid_credits()) == (1, 0)
        drain()
    Invoice.objects.update(issued_on=date(2026, 4, 2))  # more than sixty days after the end of January

    assert counted() == {"late_invoices": 1, "unpaid_credits": 1}
    assert Notification.objects.filter(kind="billing", title__endswith="is not paid").exists()
    assert OutboxEvent.objects.filter(type="credit_note.overdue").count() == 1
    assert Contract.objects.get(pk=contract.pk).risk_due_at is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditNote.objects.filter(pk=note.pk).update(overdue_on=None)
    settle_credit(actor=alice, credit_id=note.credit_id, reason="Paid")
    assert counted()["unpaid_credits"] == 1  # late is late
    dispute_credit(actor=alice, credit_id=note.credit_id, reason="They say no")
    assert counted()["unpaid_credits"] == 0


LATE = datetime(2026, 4, 4, tzinfo=UTC)


def test_past_its_claim_window_a_credit_is_neither_approved_nor_issued(alice: Actor) -> None:
    """Also where the sweep has not come by yet."""
    waiting, approved = proposed(alice), proposed(alice, key="two")
    with clock.set_to(JUDGED):
        approve_credit(actor=alice, credit_id=approved.pk)
    before = rows()
    for verb, credit in ((approve_credit, waiting), (issue_credit, approved)):
        with clock.set_to(LATE), pytest.raises(DomainError) as refusal:
            verb(actor=alice, credit_id=credit.pk)
        assert (refusal.value.code, refusal.value.detail) == (
            "claim_window_passed",
            {"claim_due_on": date(2026, 4, 1)},
        )
    assert rows() == before


@pytest.mark.parametrize("ends", ["2026-01-10T00:10Z", "2026-01-16T00:00Z"])
def test_an_outdated_credit_is_neither_approved_nor_issued(alice: Actor, ends: str) -> None:
    """The window was judged anew, met now or missed by more, and the event is not handled yet."""
    waiting, approved = proposed(alice), proposed(alice, key="two")
    with clock.set_to(JUDGED):
        approve_credit(actor=alice, credit_id=approved.pk)
    for key, credit in (("web", waiting), ("two", approved)):
        send_outages(alice, key, [("2026-01-10T00:00Z", ends)])
        judge(alice, EvaluationWindow.objects.get(pk=credit.breach.window_id), JUDGED)
    before = rows()
    for verb, credit in ((approve_credit, waiting), (issue_credit, approved)):
        with clock.set_to(JUDGED), pytest.raises(DomainError) as refusal:
            verb(actor=alice, credit_id=credit.pk)
        assert refusal.value.code == "credit_outdated"
    assert rows() == before


def test_only_finance_decides(acme: Cast, alice: Actor, charlie: Actor) -> None:
    credit = proposed(alice)
    before = rows()
    for actor in (acme["legal"], acme["executive"], acme["account_manager"]):
        with pytest.raises(Forbidden):
            approve_credit(actor=actor, credit_id=credit.pk)
    with organization_scope(charlie.organization_id), pytest.raises(NotVisible):
        approve_credit(actor=charlie, credit_id=credit.pk)
    with pytest.raises(Forbidden):
        lapse_credit(actor=alice, credit_id=credit.pk)
    assert rows() == before


def test_a_rejection_needs_its_reason(alice: Actor) -> None:
    credit = proposed(alice)
    before = rows()
    with pytest.raises(DomainError) as refusal:
        reject_credit(actor=alice, credit_id=credit.pk, reason="  ")
    assert refusal.value.code == "reason_missing"
    assert rows() == before
    assert reject_credit(actor=alice, credit_id=credit.pk, reason="Planned work").state == "rejected"


def test_an_invoice_that_carries_the_credit_settles_it(alice: Actor) -> None:
    credit = proposed(alice)
    issued(alice, credit)
    invoice = invoice_of(alice, credit.contract.reference, "750.00")
    match_invoice(actor=alice, invoice_id=invoice.pk)
    compared = reconcile_invoice(actor=alice, invoice_id=invoice.pk)

    assert (compared.expected_amount, compared.difference, compared.reason) == (Decimal(750), Decimal(0), "matches")
    assert CreditNote.objects.get().settled_by_id == invoice.pk
    credit.refresh_from_db()
    invoice.refresh_from_db()
    assert (credit.state, invoice.state) == ("settled", "reconciled")


def test_an_invoice_without_the_credit_is_a_discrepancy_with_its_reason(alice: Actor) -> None:
    credit = proposed(alice)
    issued(alice, credit)
    invoice = invoice_of(alice, credit.contract.reference, "1000.00")
    match_invoice(actor=alice, invoice_id=invoice.pk)
    reconcile_invoice(actor=alice, invoice_id=invoice.pk)

    found = Discrepancy.objects.get()
    assert (found.reason, found.state, found.reconciliation.difference) == ("credit_missing", "open", Decimal(250))
    accepted = accept_discrepancy(actor=alice, discrepancy_id=found.pk, explanation="Credited next month")
    assert accepted.state == "accepted"


def test_an_invoice_is_imported_once(alice: Actor) -> None:
    invoice_of(alice, "C-1")
    before = rows()
    with pytest.raises(DomainError) as refusal:
        invoice_of(alice, "C-1")

    assert refusal.value.code == "already_imported"
    assert rows() == before


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"not xml", "not_xml"),
        (b"<Invoice/>", "not_an_invoice"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "unsafe_xml"),
    ],
)
def test_what_is_no_invoice_is_refused_and_nothing_is_written(alice: Actor, content: bytes, code: str) -> None:
    before = rows()
    with pytest.raises(DomainError) as refusal:
        import_invoice(actor=alice, content=content)
    assert refusal.value.code == code
    assert rows() == before


def test_an_invoice_without_a_known_reference_waits_for_a_person(alice: Actor) -> None:
    invoice = invoice_of(alice, "nobody-knows-this")
    drain()

    invoice.refresh_from_db()
    assert (invoice.state, invoice.contract_id) == ("imported", None)


@pytest.mark.django_db(transaction=True)
def test_two_issuers_at_once_leave_one_note() -> None:
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        clerk = add_person(cast, "clerk", ["legal", "account_manager", "finance", "integration"])
        credit = proposed(clerk)
        with clock.set_to(JUDGED):
            approve_credit(actor=clerk, credit_id=credit.pk)
    start, outcomes = Barrier(2), []

    def issue() -> None:
        start.wait()
        try:
            with organization_scope(cast.organization.pk), clock.set_to(JUDGED):
                outcomes.append(issue_credit(actor=clerk, credit_id=credit.pk).number)
        except DomainError as refusal:
            outcomes.append(refusal.code)
        finally:
            connections.close_all()

    threads = [Thread(target=issue) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["CN-2026-0001", "illegal_move"]
    with organization_scope(cast.organization.pk):
        assert CreditNote.objects.count() == 1
