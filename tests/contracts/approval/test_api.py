"""Approvals by the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clm.accounts.operations.issue_token import issue_token
from clm.lib import clock
from contracts.models import Approval, Contract, Rule
from tests.cast import Cast, add_person
from tests.contracts.approval.routed import FINANCE, LEGAL, away, matrix_of, ready_contract, requested, seat_of, states

BACKEND = "django.contrib.auth.backends.ModelBackend"
V1 = "/api/v1/"


def client_of(cast: Cast, role: str) -> APIClient:
    client = APIClient()
    client.force_login(cast.users[role], backend=BACKEND)
    return client


def post(client: APIClient, url: str, sent: Any = None, **headers: Any) -> Any:
    return client.post(f"{V1}{url}", sent or {}, format="json", **headers)


def test_two_roles_with_one_delegate(acme: Cast) -> None:
    matrix_of(acme, LEGAL, {**FINANCE, "stage": 2})
    contract = ready_contract(acme["procurement"])
    away(acme["finance"], acme["executive"])
    procurement, legal, executive = (client_of(acme, role) for role in ("procurement", "legal", "executive"))

    for _time in range(2):
        made = post(procurement, f"contracts/{contract.pk}/approvals/", {"note": "Soon"}, HTTP_IDEMPOTENCY_KEY="one")
    assert (made.status_code, made.data["state"], Approval.objects.count()) == (201, "open", 1)
    assert [step["state"] for step in made.data["steps"]] == ["open", "waiting"]
    seen = made.data["content_hash"]
    seats = [step["seats"][0]["id"] for step in made.data["steps"]]
    assert [row["id"] for row in legal.get(f"{V1}approvals/?waiting=true").data["results"]] == [made.data["id"]]
    assert executive.get(f"{V1}approvals/?waiting=true").data["results"] == []
    assert post(executive, f"approval-seats/{seats[1]}/approval/", {"seen": seen}).data["code"] == "step_not_open"

    assert post(legal, f"approval-seats/{seats[0]}/approval/", {"seen": seen}).status_code == 200
    done = post(executive, f"approval-seats/{seats[1]}/approval/", {"seen": seen, "note": "Fine"})

    assert (done.status_code, done.data["state"]) == (200, "approved")
    assert Contract.objects.get().state == "approved"
    seat = done.data["steps"][1]["seats"][0]
    assert (seat["person"], seat["decided_by"], seat["acting_for"]) == (
        acme["finance"].person_id, acme["executive"].person_id, str(acme["finance"].person_id),
    )  # fmt: skip


def test_refusals_are_problems(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    at = f"approval-seats/{seat_of(approval, acme['finance']).pk}/"
    finance = client_of(acme, "finance")

    stale = post(finance, f"{at}approval/", {"seen": "0" * 64})
    assert (stale.status_code, stale.data["code"]) == (409, "changed_meanwhile")
    assert post(client_of(acme, "legal"), f"{at}approval/", {"seen": approval.content_hash}).status_code == 403
    own = post(client_of(acme, "procurement"), f"{at}approval/", {"seen": approval.content_hash})
    assert (own.status_code, own.data["code"]) == (409, "own_request")
    assert post(finance, f"{at}rejection/", {"seen": approval.content_hash}).status_code == 400
    unknown = post(finance, f"{at}approval/", {"seen": approval.content_hash, "comment": "Fine"})
    assert (unknown.status_code, "comment" in unknown.data["errors"]) == (400, True)
    again = post(client_of(acme, "legal"), f"contracts/{approval.contract_id}/approvals/")
    assert (again.status_code, again.data["code"]) == (409, "approval_open")
    assert states(approval) == ("open", "in_approval")


def test_the_rest_of_its_life(acme: Cast) -> None:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    seat = seat_of(approval, acme["finance"])
    legal = client_of(acme, "legal")

    moved = post(legal, f"approval-seats/{seat.pk}/reassignment/", {"person": str(acme["executive"].person_id)})
    assert [each["state"] for each in moved.data["steps"][0]["seats"]] == ["released", "waiting"]
    assert post(legal, f"approvals/{approval.pk}/setting-aside/").data["code"] == "not_approved"
    over = post(legal, f"approvals/{approval.pk}/withdrawal/", {"reason": "A misprint"})
    assert (over.data["state"], over.data["reason"]) == ("withdrawn", "A misprint")
    again = requested(acme["procurement"], approval.contract)
    seat = seat_of(again, acme["finance"])
    said = {"seen": again.content_hash, "reason": "Too dear"}
    assert post(client_of(acme, "finance"), f"approval-seats/{seat.pk}/rejection/", said).data["state"] == "rejected"


def test_a_token_asks_and_decides_only_by_name(acme: Cast) -> None:
    keeper = add_person(acme, "keeper", ["finance", "procurement", "administrator"])
    matrix_of(acme, {"name": "Keeper", "person_id": keeper.person_id})
    wide, narrow = (_bearer(keeper, scopes) for scopes in (["contracts.*"], ["contracts.approve_step"]))
    other = _bearer(acme["administrator"], ["contracts.*"])
    contract = ready_contract(acme["procurement"])

    made = post(other, f"contracts/{contract.pk}/approvals/")
    assert (made.status_code, made.data["requested_by"]) == (201, acme["administrator"].person_id)
    at, seen = f"approval-seats/{made.data['steps'][0]['seats'][0]['id']}/approval/", made.data["content_hash"]
    assert post(wide, at, {"seen": seen}).status_code == 403
    # It sees nothing of what it decides on: a token that is to decide is given that too.
    assert post(narrow, at, {"seen": seen}).status_code == 404
    named = _bearer(keeper, ["contracts.view_contract", "contracts.view_approval", "contracts.approve_step"])
    assert post(named, at, {"seen": seen}).data["state"] == "approved"


def _bearer(actor: Any, scopes: list[str]) -> APIClient:
    token = issue_token(actor=actor, name="t", scopes=scopes, expires_at=clock.now() + timedelta(days=1))[1]
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def test_the_list_costs_the_same_for_many(acme: Cast) -> None:
    matrix_of(acme, LEGAL, FINANCE)
    client = client_of(acme, "legal")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(f"{V1}approvals/").status_code == 200
        return len(caught)

    requested(acme["procurement"])
    queries()
    few = queries()
    for _each in range(3):
        requested(acme["procurement"])

    assert queries() == few


def test_the_matrix(acme: Cast) -> None:
    admin = client_of(acme, "administrator")
    made = post(admin, "approval-matrices/", {"note": "First"})
    at = f"approval-matrices/{made.data['id']}/"
    wrong = post(admin, f"{at}rules/", {"name": "Finance", "role": "finance", "value_from": "10"})
    assert (wrong.status_code, list(wrong.data["errors"])) == (400, ["currency"])
    rule = post(admin, f"{at}rules/", {"name": "Finance", "role": "finance", "tags": ["vip"], "hours": 24})
    assert (rule.status_code, rule.data["place"]) == (201, 1)
    changed = admin.patch(f"{V1}approval-rules/{rule.data['id']}/", {"stage": 2}, format="json")
    assert (changed.data["stage"], changed.data["tags"]) == (2, ["vip"])
    contract = ready_contract(acme["procurement"], tags=["vip"])
    tried = admin.get(f"{V1}{at}trial/").data
    assert [(row["contract"], row["steps"], row["active"], row["differs"]) for row in tried] == [
        (str(contract.pk), ["2 Finance (Finance)"], [], True)
    ]
    assert post(admin, f"{at}activation/", {"replaces": None}).data["state"] == "active"
    assert post(admin, f"{at}rules/", {"name": "Legal", "role": "legal"}).data["code"] == "matrix_fixed"
    copy = post(admin, "approval-matrices/", {"copy_of": made.data["id"]})
    assert [each["name"] for each in copy.data["rules"]] == ["Finance"]
    again = post(admin, f"approval-matrices/{copy.data['id']}/activation/", {"replaces": None})
    assert (again.status_code, again.data["code"]) == (409, "changed_meanwhile")
    assert admin.delete(f"{V1}approval-rules/{copy.data['rules'][0]['id']}/").status_code == 204
    assert Rule.objects.count() == 1
    assert post(admin, f"{at}retirement/").data["state"] == "retired"


def test_a_rule_by_currency_alone(acme: Cast) -> None:
    admin = client_of(acme, "administrator")
    at = f"approval-matrices/{post(admin, 'approval-matrices/').data['id']}/"
    wrong = post(admin, f"{at}rules/", {**FINANCE, "currency": "XXQ"})
    assert (wrong.status_code, list(wrong.data["errors"])) == (400, ["currency"])
    rule = post(admin, f"{at}rules/", {**FINANCE, "value_from": "10", "currency": "USD"})
    changed = admin.patch(f"{V1}approval-rules/{rule.data['id']}/", {"value_from": None}, format="json")
    assert (changed.data["currency"], changed.data["value_from"]) == ("USD", None)
    asked = {
        str(ready_contract(acme["procurement"], value_amount=5, currency=currency).pk): steps
        for currency, steps in (("EUR", []), ("USD", ["1 Finance (Finance)"]))
    }

    assert {row["contract"]: row["steps"] for row in admin.get(f"{V1}{at}trial/").data} == asked
