"""Approvals by their pages: sent for, decided from the inbox and the page, and the matrix edited row by row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clm.lib import clock
from clm.notify.models import Notification
from clm.notify.tasks import send_mail
from contracts.models import Approval, Matrix, Rule
from contracts.operations.matrices.create_matrix import create_matrix
from contracts.operations.restrict_contract import restrict_contract
from contracts.queries.routing import active_matrix
from tests.cast import Cast
from tests.contracts.approval.routed import FINANCE, LEGAL, away, matrix_of, ready_contract, requested, seat_of, states

BACKEND = "django.contrib.auth.backends.ModelBackend"


def client_of(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.users[role], backend=BACKEND)
    return client


def said(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_sending_for_approval(acme: Cast) -> None:
    matrix_of(acme, {**FINANCE, "value_from": 1000, "currency": "EUR", "hours": 48})
    contract = ready_contract(acme["procurement"])
    client = client_of(acme, "procurement")
    page = said(client.get(f"/contracts/{contract.pk}/approval/"))
    assert "1. Finance" in page
    assert "Because its value is not known, so it counts as over every threshold" in page
    assert "within 48 hours" in page

    sent = {"seen": contract.versions.get().content_hash, "note": "By Friday"}
    answer = client.post(f"/contracts/{contract.pk}/approval/", sent)

    approval = Approval.objects.get()
    assert answer["Location"] == f"/approvals/{approval.pk}/"
    assert (approval.note, states(approval)) == ("By Friday", ("open", "in_approval"))
    page = said(client.get(answer["Location"]))
    assert "You asked for this approval: others decide." in page
    assert "Open the approval" in said(client.get(f"/contracts/{contract.pk}/"))


def test_who_sees_a_confidential_contract_then_is_named_before(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    contract = ready_contract(acme["legal"])
    restrict_contract(actor=acme["legal"], contract_id=contract.pk)

    page = said(client_of(acme, "legal").get(f"/contracts/{contract.pk}/approval/"))

    assert "This contract is confidential: the people who are asked see it from now on." in page
    assert "<div>Finance</div>" in page


def test_what_stands_in_the_way_is_said_before(acme: Cast) -> None:
    matrix_of(acme, LEGAL)
    contract = ready_contract(acme["legal"])

    page = said(client_of(acme, "legal").get(f"/contracts/{contract.pk}/approval/"))

    assert "There are too few people to ask beside yourself: Legal (Legal: one)." in page


def test_approving_from_the_inbox(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    seat, client = seat_of(approval, acme["finance"]), client_of(acme, "finance")
    inbox = said(client.get("/inbox/"))
    assert f'href="/approvals/seats/{seat.pk}/approve/"' in inbox
    assert f'href="/approvals/seats/{seat.pk}/reject/"' in inbox
    assert client.get(f"/approvals/seats/{seat.pk}/")["Location"] == f"/approvals/{approval.pk}/"

    page = said(client.get(f"/approvals/seats/{seat.pk}/approve/"))
    assert "You agree that version 1 of “Hosting” is signed exactly as it stands." in page
    client.post(f"/approvals/seats/{seat.pk}/approve/", {"seen": approval.content_hash, "note": "Fine"})

    assert states(approval) == ("approved", "approved")
    assert f"/approvals/seats/{seat.pk}/approve/" not in said(client.get("/inbox/"))


def test_the_mail_leads_to_a_page_that_asks_to_sign_in(acme: Cast, mailoutbox: list[Any]) -> None:
    matrix_of(acme, FINANCE)
    seat = seat_of(requested(acme["procurement"]), acme["finance"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clm.notify.tasks.outside_transactions", lambda _what: None)
        send_mail()

    [mail] = [each for each in mailoutbox if each.to == [acme.users["finance"].email]]
    assert mail.subject == "Approve Hosting: Finance"
    assert f"/approvals/seats/{seat.pk}/" in mail.body
    answer = Client().get(f"/approvals/seats/{seat.pk}/approve/")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("account_login"))


def test_rejecting_by_the_page(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    url = f"/approvals/seats/{seat_of(approval, acme['finance']).pk}/reject/"
    client = client_of(acme, "finance")

    assert client.post(url, {"seen": approval.content_hash, "reason": ""}).status_code == 400
    client.post(url, {"seen": approval.content_hash, "reason": "Too dear"})

    assert states(approval) == ("rejected", "draft")
    assert "Rejected: Too dear" in said(client.get(f"/approvals/{approval.pk}/"))


def test_a_text_that_changed_meanwhile_is_not_approved(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    url = f"/approvals/seats/{seat_of(approval, acme['finance']).pk}/approve/"

    answer = client_of(acme, "finance").post(url, {"seen": "0" * 64})

    assert answer.status_code == 400
    assert "The text was changed meanwhile: nothing was decided." in said(answer)


def test_acting_for_is_shown_everywhere(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    away(acme["finance"], acme["executive"])
    approval = requested(acme["procurement"])
    seat, client = seat_of(approval, acme["finance"]), client_of(acme, "executive")

    page = said(client.get(f"/approvals/{approval.pk}/"))
    assert '<span class="acting-for">Acting for Finance</span>' in page
    assert "Executive acts for Finance." in page
    assert "Approve for Finance" in page
    assert "You act for Finance." in said(client.get(f"/approvals/seats/{seat.pk}/approve/"))
    client.post(f"/approvals/seats/{seat.pk}/approve/", {"seen": approval.content_hash})

    assert "Executive, acting for Finance" in said(client.get(f"/approvals/{approval.pk}/"))
    assert "Executive acts for Finance." in Notification.objects.filter(kind="contract.approval_asked")[0].body


def test_a_delegate_who_does_not_see_it_is_named_as_such(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    contract = ready_contract(acme["legal"])
    restrict_contract(actor=acme["legal"], contract_id=contract.pk)
    away(acme["finance"], acme["executive"])
    approval = requested(acme["legal"], contract)

    page = said(client_of(acme, "finance").get(f"/approvals/{approval.pk}/"))

    assert "Executive acts for Finance. But they do not see this contract." in page
    assert client_of(acme, "executive").get(f"/approvals/{approval.pk}/").status_code == 404


def test_withdrawing_and_asking_somebody_else(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    seat = seat_of(approval, acme["finance"])
    legal = client_of(acme, "legal")
    choices = said(legal.get(f"/approvals/seats/{seat.pk}/reassign/"))
    assert ">Executive</option>" in choices
    assert ">Procurement</option>" not in choices
    legal.post(f"/approvals/seats/{seat.pk}/reassign/", {"person_id": str(acme["executive"].person_id)})
    assert seat_of(approval, acme["executive"]).came_by == "reassigned"

    client_of(acme, "procurement").post(f"/approvals/{approval.pk}/withdraw/", {"reason": "A misprint"})

    assert states(approval) == ("withdrawn", "draft")


def test_the_list_costs_the_same_for_many(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    client = client_of(acme, "finance")

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get("/approvals/").status_code == 200
        return len(caught)

    requested(acme["procurement"])
    queries()
    few = queries()
    for _each in range(3):
        requested(acme["procurement"])

    assert queries() == few
    assert "4 wait for you" in said(client.get("/approvals/"))
    assert client.get("/approvals/?whose=waiting").context["page"].paginator.count == 4
    assert client.get("/approvals/?whose=mine").context["page"].paginator.count == 0


def test_late_ones_are_marked(acme: Cast) -> None:
    matrix_of(acme, {**FINANCE, "hours": 1})
    with clock.set_to(datetime.now(UTC) - timedelta(hours=5)):
        approval = requested(acme["procurement"])

    assert "late, it was due" in said(client_of(acme, "finance").get(f"/approvals/{approval.pk}/"))


def rule_sent(**more: Any) -> dict[str, Any]:
    return {"name": "Finance", "who": "role:finance", "needs": "one", "stage": 1, **more}


def test_the_matrix_is_edited_row_by_row(acme: Cast) -> None:
    client = client_of(acme, "administrator")
    client.post("/approvals/matrices/new/")
    matrix = Matrix.objects.get()
    at = f"/approvals/matrices/{matrix.pk}/"
    wrong = client.post(f"{at}rules/new/", rule_sent(value_from="1000"))
    assert wrong.status_code == 400
    assert "A threshold needs its currency." in said(wrong)
    client.post(f"{at}rules/new/", rule_sent(value_from="1000", currency="EUR", categories=["nda", "cloud"], hours=48))

    rule = Rule.objects.get()
    assert (rule.categories, rule.role, rule.hours) == (["nda", "cloud"], "finance", 48)
    page = said(client.get(at))
    assert "Value from 1,000 EUR, or not known" in page
    assert "Finance: one" in page
    assert 'value="1000.00"' in said(client.get(f"{at}rules/new/?like={rule.pk}"))
    client.post(f"/approvals/rules/{rule.pk}/", rule_sent(name="Money", tags="pilot, vip"))
    rule.refresh_from_db()
    assert (rule.name, rule.tags, rule.value_from, rule.categories) == ("Money", ["pilot", "vip"], None, [])

    client.post(f"{at}activate/", {"replaces": ""})
    assert active_matrix() == matrix
    assert "Begin a new one from it" in said(client.get(at))
    client.post(f"{at}retire/")
    assert active_matrix() is None


def test_the_matrix_is_tried_on_past_contracts(acme: Cast) -> None:
    active = matrix_of(acme, FINANCE)
    draft = create_matrix(actor=acme["administrator"], copy_of=active.pk)
    ready_contract(acme["procurement"], category="nda")
    client = client_of(acme, "administrator")
    client.post(
        f"/approvals/matrices/{draft.pk}/rules/new/", rule_sent(name="Legal", who="role:legal", categories="nda")
    )
    ready_contract(acme["procurement"], category="cloud")

    page = said(client.get(f"/approvals/matrices/{draft.pk}/trial/"))

    assert "Another route for 1 of 2: the newest contracts" in page
    assert "1 Finance (Finance)" in page
    assert "1 Legal (Legal)" in page


def test_a_rule_by_currency_alone(acme: Cast) -> None:
    """Said in the matrix, tried on past contracts, and named as the reason where somebody is asked."""
    for value in ({"value_amount": 5, "currency": "USD"}, {"value_amount": 5, "currency": "EUR"}, {}):
        contract = ready_contract(acme["procurement"], **value)
    matrix = create_matrix(actor=acme["administrator"])
    at, client = f"/approvals/matrices/{matrix.pk}/", client_of(acme, "administrator")
    wrong = client.post(f"{at}rules/new/", rule_sent(currency="XXQ"))
    assert (wrong.status_code, "Not an ISO 4217 currency." in said(wrong)) == (400, True)
    client.post(f"{at}rules/new/", rule_sent(currency="USD"))

    assert "Currency: USD, or not known" in said(client.get(at))
    trial = said(client.get(f"{at}trial/"))
    assert ("Another route for 2 of 3" in trial, trial.count("1 Finance (Finance)")) == (True, 2)
    client.post(f"{at}activate/", {"replaces": ""})
    asked = said(client_of(acme, "procurement").get(f"/contracts/{contract.pk}/approval/"))
    assert "its value is not known, so it counts as in every currency" in asked


def test_a_person_who_may_not_sees_no_way_to_change_it(acme: Cast) -> None:
    matrix = create_matrix(actor=acme["administrator"])

    page = said(client_of(acme, "legal").get(f"/approvals/matrices/{matrix.pk}/"))

    assert "Add a rule" not in page
    assert "Switch on" not in page
