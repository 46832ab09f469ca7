"""What a records manager does on the pages, and what everybody sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Contract, Disposal, LegalHold, RetentionRule
from contracts.operations.name_party import name_party
from contracts.operations.retention.place_hold import place_hold
from tests.cast import Cast
from tests.contracts.drafting.written import let_in
from tests.contracts.papers import draft_contract, newest
from tests.contracts.retention.records import AFTER, archived_contract, kept_three_years
from tests.contracts.signing.sent import prepared
from tests.contracts.terminations import announced

RULE = {
    "name": "German books", "category": "", "jurisdiction": "de", "keep_months": "72", "counts_from": "year_end",
    "basis": "§ 147 AO",
}  # fmt: skip


@pytest.fixture(autouse=True)
def later() -> Iterator[None]:
    with clock.set_to(AFTER):
        yield


@pytest.fixture
def second(acme: Cast) -> Client:
    """Another person of legal."""
    client = Client()
    client.force_login(acme.users["legal"], backend="django.contrib.auth.backends.ModelBackend")
    return client


def shown(client: Client, name: str, *args: Any, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def test_a_rule_is_added_and_retired(page: Client, alice: Actor) -> None:
    assert page.post(reverse("retention-rule-new"), RULE).status_code == 302
    rule = RetentionRule.objects.get()
    assert (rule.jurisdiction, rule.keep_months) == ("DE", 72)
    assert "German books" in shown(page, "retention-rules")
    again = page.post(reverse("retention-rule-new"), RULE)
    assert (again.status_code, "A rule has this name already." in again.content.decode()) == (400, True)

    page.post(reverse("retention-rule-retire", args=[rule.pk]), {"reason": "Repealed"})
    assert page.get(reverse("retention-rules")).context["count"] == 0
    assert page.get(reverse("retention-rules"), {"retired": "1"}).context["count"] == 1


def test_two_people_hold_and_let_go(page: Client, second: Client, alice: Actor) -> None:
    kept_three_years(alice)
    contract = archived_contract(alice)
    home = reverse("contract", args=[contract.pk])
    page.post(f"{reverse('hold-new')}?contract={contract.pk}", {"name": "Acme v. us", "reason": "They sued"})
    assert "Acme v. us" in shown(page, "contract", contract.pk)
    assert page.get(home).context["next"] is None
    page.post(reverse("hold-release", args=[LegalHold.objects.get().pk]), {"reason": "Settled"})
    assert str(page.get(home).context["next"].label) == "Propose to dispose of it"

    page.post(reverse("disposal-new", args=[contract.pk]), {"reason": "Nobody needs it"})
    disposal = Disposal.objects.get()
    own = page.post(reverse("disposal-approve", args=[disposal.pk]), {})
    assert (own.status_code, "Somebody else than who proposed it decides." in own.content.decode()) == (400, True)
    assert "Three years" in shown(second, "disposal", disposal.pk)
    assert second.post(reverse("disposal-approve", args=[disposal.pk]), {}).status_code == 302
    assert Contract.objects.get(pk=contract.pk).state == "disposed"
    assert "Its words and files are gone" in shown(page, "contract", contract.pk)
    for key in ("text", "terms", "parties", "versions", "history"):
        shown(page, "contract-tab", contract.pk, key)


def test_a_hold_on_a_matter_shows_on_its_contracts(page: Client, alice: Actor) -> None:
    contract = archived_contract(alice)
    made = page.post(reverse("matter-new"), {"name": "Inquiry", "description": "Of the authority"})
    unknown = page.post(made.url, {"reference": "C-1999-0001"})
    assert "There is no such contract." in unknown.content.decode()
    page.post(made.url, {"reference": contract.reference.lower()})
    matter = made.url.rstrip("/").rpartition("/")[2]
    page.post(reverse("hold-new"), {"name": "Inquiry hold", "reason": "They asked", "matter": matter})

    assert "Inquiry hold" in shown(page, "contract", contract.pk)
    assert contract.reference in shown(page, "hold", LegalHold.objects.get().pk)
    assert contract.reference in shown(page, "records", held="true")
    assert contract.reference not in shown(page, "records", held="false")


def test_a_reader_sees_records_and_no_button(acme: Cast, alice: Actor) -> None:
    contract = archived_contract(alice)
    place_hold(actor=alice, name="Acme v. us", reason="They sued", contract_id=contract.pk)
    client = Client()
    client.force_login(acme.users["auditor"], backend="django.contrib.auth.backends.ModelBackend")
    assert "Place a hold" not in shown(client, "records")
    assert "Acme v. us" in shown(client, "contract", contract.pk)


def test_the_other_side_hears_nothing_of_holds(acme: Cast, alice: Actor) -> None:
    from contracts.operations.restrict_contract import restrict_contract

    contract = archived_contract(alice)
    place_hold(actor=alice, name="Acme v. us", reason="They sued", contract_id=contract.pk)
    outside = acme.users["counterparty"]
    restrict_contract(actor=alice, contract_id=contract.pk, people=[outside.pk], is_confidential=False)
    client = Client()
    client.force_login(outside, backend="django.contrib.auth.backends.ModelBackend")
    text = shown(client, "contract", contract.pk)
    assert "Acme v. us" not in text
    assert "kept until" not in text


def test_lists_ask_as_often_for_many_as_for_one(page: Client, alice: Actor) -> None:
    kept_three_years(alice)
    for name in ("records", "holds", "matters", "disposals", "retention-rules"):
        shown(page, name)
    proposed_one = archived_contract(alice)
    place_hold(actor=alice, name="One", reason="R", contract_id=proposed_one.pk)
    counts = _counts(page)
    for title in ("Two", "Three"):
        contract = archived_contract(alice, title=title)
        place_hold(actor=alice, name=title, reason="R", contract_id=contract.pk)
    assert _counts(page) == counts


def _counts(page: Client) -> dict[str, int]:
    found = {}
    for name in ("records", "holds"):
        with CaptureQueriesContext(connection) as queries:
            shown(page, name)
        found[name] = len(queries)
    return found


def test_a_hold_stands_wherever_its_contract_is_shown(
    page: Client, api: Any, acme: Cast, alice: Actor, second: Client
) -> None:
    """Placed on a party: on lists with their exports, search, each page of the contract, the party, and in the API;
    what it costs does not grow with the rows, and the other side learns nothing of it."""
    with clock.set_to(datetime(2026, 6, 1, tzinfo=UTC)):
        envelope = prepared(alice)
        ending = announced(alice)
    held = envelope.contract
    name_party(actor=alice, contract_id=ending.contract_id, name="Held Ltd", role="guarantor")
    part = name_party(actor=alice, contract_id=held.pk, name="Held Ltd", role="guarantor")
    free = draft_contract(alice, title="Free")
    place_hold(actor=alice, name="Dispute 7", reason="x", party_id=part.party_id)

    version = newest(held)
    for name, key in (("version", version.pk), ("envelope", envelope.pk), ("termination", ending.pk),
                      ("draft", held.pk), ("party", part.party_id), ("contract", held.pk)):  # fmt: skip
        assert "Dispute 7" in shown(page, name, key), name
    assert "Dispute 7" not in shown(page, "contract", free.pk)
    assert shown(page, "party", part.party_id).count("state-warn") >= 2  # beside each of its contracts
    for url in (f"/contracts/?q={held.reference}", f"/contracts/?q={held.reference}&format=csv",
                f"/search/?q={held.reference}"):  # fmt: skip
        answer = page.get(url)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert content.count(b"On hold") > ("contracts" in url), url

    costs = []
    for _more in range(2):
        with CaptureQueriesContext(connection) as asked:
            rows = api.get("/api/v1/contracts/").json()["results"]
        assert {row["reference"] for row in rows if row["is_on_hold"]} == {held.reference, ending.contract.reference}
        costs.append(len(asked))
        draft_contract(alice, title="More")
    assert costs[0] == costs[1]
    assert api.get(f"/api/v1/contracts/{held.pk}/").json()["is_on_hold"] is True
    assert api.get(f"/api/v1/contracts/{free.pk}/").json()["is_on_hold"] is False

    them = let_in(acme, held)
    assert "counterparty" in them.roles
    client = Client()
    client.force_login(acme.users["counterparty"], backend="django.contrib.auth.backends.ModelBackend")
    for url in ("/contracts/?all=1", f"/contracts/{held.pk}/", f"/search/?q={held.reference}",
                f"/api/v1/contracts/{held.pk}/"):  # fmt: skip
        text = client.get(url).content.decode()
        assert held.reference in text, url
        assert ("Dispute 7" in text, "n hold" in text, "is_on_hold" in text) == (False, False, False), url
