"""Every link that a person is shown may be followed by them."""

from __future__ import annotations

import re
from collections import deque

import pytest
from django.test import Client
from django.urls import reverse

from clm.access.objects import grant
from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import ContractParty, Party
from slas.models import Breach, Commitment, EvaluationWindow
from slas.operations.ingest_samples import ingest_samples
from tests.cast import Cast
from tests.slas.conftest import Bind, judge
from tests.slas.test_api import IN_GRACE, SAMPLES

BACKEND = "django.contrib.auth.backends.ModelBackend"
LINK = re.compile(r'href="(/[^"#?]*)(?:[?#][^"]*)?"')
ELSEWHERE = ("/static/", "/accounts/", "/api/", "/ledger/", "/people/")
DOWNLOADS = ("/file/", "/pdf/")


@pytest.fixture
def breach(acme: Cast, alice: Actor, active: Bind) -> Breach:
    commitment = active(IN_GRACE)
    party = Party.objects.create(organization_id=alice.organization_id, name="Cirrus Hosting GmbH")
    ContractParty.objects.create(
        organization_id=alice.organization_id, contract=commitment.contract, party=party, role="counterparty"
    )
    ingest_samples(actor=alice, samples=SAMPLES)
    for window in EvaluationWindow.objects.all():
        judge(alice, window, IN_GRACE)
    grant([acme.users["counterparty"]], "see_confidential_contract", commitment.contract)
    return Breach.objects.get()


def signed_in(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.users[role], backend=BACKEND)
    return client


def is_page(link: str) -> bool:
    return not link.startswith(ELSEWHERE) and not link.endswith(DOWNLOADS)


def refusals(client: Client, *starts: str) -> list[tuple[str, str, int]]:
    """(page, link on it, status) of each link that is refused, from the starting pages on."""
    waiting = deque(("", start) for start in starts)
    seen, found = set(starts), []
    while waiting:
        page, url = waiting.popleft()
        with clock.set_to(IN_GRACE):
            answer = client.get(url)
        if answer.status_code >= 400:
            found.append((page, url, answer.status_code))
        elif answer.status_code == 200 and not answer.streaming and "html" in answer["Content-Type"]:
            links = [link for link in LINK.findall(answer.content.decode()) if is_page(link)]
            new = list(dict.fromkeys(link for link in links if link not in seen))
            seen.update(new)
            waiting.extend((url, link) for link in new)
    return found


@pytest.mark.parametrize("role", ["counterparty", "approver", "executive", "auditor"])
def test_no_link_leads_to_a_refusal(acme: Cast, breach: Breach, role: str) -> None:
    client = signed_in(acme, role)
    tab = reverse("contract-tab", args=[breach.contract_id, "service-levels"])

    assert refusals(client, "/", tab, reverse("breach", args=[breach.pk])) == []


def test_the_other_side_is_offered_no_step_of_ours(acme: Cast, breach: Breach) -> None:
    client = signed_in(acme, "counterparty")
    tab = client.get(reverse("contract-tab", args=[breach.contract_id, "service-levels"])).content.decode()
    trace = client.get(reverse("evaluation-trace", args=[breach.evaluation_id])).content.decode()

    for said in ("Add a service", "Add an indicator", "Print the service report"):
        assert said not in tab
    assert "Open the samples" not in trace
    assert reverse("window-telemetry", args=[breach.window_id]) not in trace
    parties = client.get(reverse("contract-tab", args=[breach.contract_id, "parties"])).content.decode()
    assert "Cirrus Hosting GmbH" in parties
    assert "/contracts/parties/" not in parties


def test_who_manages_is_offered_the_steps(acme: Cast, breach: Breach) -> None:
    client = signed_in(acme, "account_manager")
    tab = client.get(reverse("contract-tab", args=[breach.contract_id, "service-levels"])).content.decode()
    trace = client.get(reverse("evaluation-trace", args=[breach.evaluation_id])).content.decode()

    assert ("Add a service" in tab, "Open the samples" in trace) == (True, True)


@pytest.mark.parametrize(
    ("role", "shown"), [("administrator", True), ("legal", False), ("auditor", False), ("counterparty", False)]
)
def test_tokens_are_in_the_menu_of_who_may_see_them(acme: Cast, role: str, shown: bool) -> None:
    client = signed_in(acme, role)

    assert (reverse("tokens") in client.get("/").content.decode()) is shown
    assert (client.get(reverse("tokens")).status_code == 200) is shown


def test_an_approver_finds_contracts_at_home(acme: Cast, breach: Breach) -> None:
    home = signed_in(acme, "approver").get("/").content.decode()

    assert "Newest contracts" in home
    assert Commitment.objects.get().contract.title in home
