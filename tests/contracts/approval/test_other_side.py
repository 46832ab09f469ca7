"""The other side learns nothing of approvals, not even that the contract waits for one."""

from __future__ import annotations

from django.test import Client
from rest_framework.test import APIClient

from contracts.models import Approval
from tests.cast import Cast
from tests.contracts.approval.routed import FINANCE, matrix_of, requested, yes
from tests.contracts.drafting.written import let_in

BACKEND = "django.contrib.auth.backends.ModelBackend"


def asked(acme: Cast) -> Approval:
    matrix_of(acme, FINANCE)
    approval = requested(acme["procurement"])
    let_in(acme, approval.contract)
    return approval


def test_pages(acme: Cast) -> None:
    approval = asked(acme)
    client = Client()
    client.force_login(acme.users["counterparty"], backend=BACKEND)
    at = f"/contracts/{approval.contract_id}/"

    for _decided in range(2):
        pages = [client.get(url).content.decode() for url in ("/", "/contracts/", at, f"{at}draft/")]
        assert all("pproval" not in page and "In approval" not in page and "Approved" not in page for page in pages)
        assert client.get("/contracts/?state=draft").context["page"].paginator.count == 1
        assert "Draft" in pages[2]
        assert client.get(f"{at}approvals/").status_code == 404
        assert client.get(f"/approvals/{approval.pk}/").status_code == 404
        if approval.steps.get().state == "open":
            yes(acme["finance"], approval)


def test_api(acme: Cast) -> None:
    approval = asked(acme)
    client = APIClient()
    client.force_login(acme.users["counterparty"], backend=BACKEND)
    at = "/api/v1/contracts/"

    assert client.get(f"{at}{approval.contract_id}/").data["state"] == "draft"
    assert [row["state"] for row in client.get(at).data["results"]] == ["draft"]
    assert len(client.get(f"{at}?state=draft").data["results"]) == 1
    assert client.get(f"{at}?state=in_approval").status_code == 400
    assert client.get("/api/v1/approvals/").status_code == 403
