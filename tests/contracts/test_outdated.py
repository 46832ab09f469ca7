"""ETag, If-None-Match and If-Match: a write against an outdated version is refused, whoever is first."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.access.permissions import can
from clm.api import conditional
from clm.audit.models import LedgerEntry
from clm.lib.actor import Actor
from contracts.models import Contract, Terms
from tests.access.table import Route, api_routes, collect, methods_of
from tests.cast import Cast
from tests.contracts.papers import TERMS, draft_contract, newest
from tests.contracts.test_at_once import at_once
from tests.proof import left_behind

TABLE = collect()
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
# Writes that ask no If-Match, and refuse it: each why.
NOT_ASKED = {
    "a list gets one more": {
        "api-bulk-sends", "api-commitments", "api-compositions", "api-contracts", "api-custom-fields",
        "api-delegations", "api-envelopes", "api-exclusions", "api-fees", "api-holds", "api-imports", "api-indicators",
        "api-invoices", "api-library-clauses", "api-matrices", "api-matters", "api-obligations", "api-parties",
        "api-passages", "api-people", "api-requests", "api-retention-rules", "api-risk-scales", "api-services",
        "api-teams", "api-templates", "api-tokens",
    },
    "what is delivered stands for itself, and may come again": {
        "api-telemetry-csv", "api-telemetry-outages", "api-telemetry-samples",
    },
    "a file says what it changes, row by row": {"api-library-import", "api-open-contracts-import"},
    "many rows at once, which the body names": {"api-contract-tags", "api-contracts-owner-change"},
    "a copy of what is there, which is recorded": {
        "api-exports", "api-ledger-export", "api-ledger-verify", "api-open-contracts-package",
    },
    "it answers, and writes nothing": {"api-advice"},
    "one's own, and only ever seen to": {
        "api-kept-words-settlement", "api-notification-read", "api-notifications-read-all",
    },
}  # fmt: skip
# What is kept for oneself alone, and replaced whole each time: nobody else's words are at stake.
OWN = {"api-draft-clause-unsaved"}
STEPS = {
    "api-breach-acknowledge", "api-breach-evidence", "api-commitment-activate", "api-credit-approve",
    "api-invoice-dispute", "api-job-cancel", "api-occurrence-fulfil", "api-service-report-new",
}  # fmt: skip
CHANGING = [
    route
    for route in TABLE.routes
    if route.is_api and (route.method in ("PATCH", "PUT") or (route.method == "POST" and route.name in STEPS))
]


def at(contract: Contract) -> str:
    return reverse("api-contract", args=[contract.pk])


def patch(api: APIClient, contract: Contract, tag: str | None, **facts: Any) -> Any:
    return api.patch(at(contract), facts, format="json", headers={} if tag is None else {"If-Match": tag})


def test_what_was_not_changed_is_not_sent_again(api: APIClient, alice: Actor) -> None:
    contract = draft_contract(alice)
    read = api.get(at(contract))
    tag = read["ETag"]
    assert (tag[0], tag[-1]) == ('"', '"')
    same = api.get(at(contract), headers={"If-None-Match": f'"other", W/{tag}'})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", tag)

    changed = patch(api, contract, None, title="Hosting in Kiel")

    assert changed["ETag"] != tag
    assert api.get(at(contract), headers={"If-None-Match": tag})["ETag"] == changed["ETag"]


def test_a_write_against_an_outdated_version_is_refused(api: APIClient, alice: Actor) -> None:
    contract = draft_contract(alice)
    tag = api.get(at(contract))["ETag"]
    first = patch(api, contract, tag, title="Hosting in Kiel")
    assert first.status_code == 200
    before = left_behind()

    late = patch(api, contract, tag, title="Hosting in Lyon")

    assert (late.status_code, late["Content-Type"]) == (412, "application/problem+json")
    assert late.json()["code"] == "outdated"
    assert late.json()["parameters"] == {"etag": first["ETag"]}
    assert (left_behind(), Contract.objects.get(pk=contract.pk).title) == (before, "Hosting in Kiel")
    assert patch(api, contract, f"W/{first['ETag']}", title="x").status_code == 412
    assert patch(api, contract, "*", title="Hosting in Lyon").status_code == 200


def test_what_was_created_has_the_tag_of_its_own_address(api: APIClient, alice: Actor) -> None:
    made = api.post(reverse("api-contracts"), {"title": "Hosting"}, format="json", headers={"Idempotency-Key": "k"})
    assert made["ETag"] == api.get(reverse("api-contract", args=[made.data["id"]]))["ETag"]


def test_terms_and_parties_go_by_the_tag_of_what_they_belong_to(api: APIClient, alice: Actor) -> None:
    contract = draft_contract(alice)
    version = newest(contract)
    own, url = reverse("api-version", args=[version.pk]), reverse("api-version-terms", args=[version.pk])
    sent = TERMS | {"starts_on": "2026-01-01"}
    tag = api.get(own)["ETag"]
    assert api.post(url, sent, format="json", headers={"If-Match": tag}).status_code == 200
    refused = api.post(url, sent | {"initial_months": 24}, format="json", headers={"If-Match": tag})
    assert (refused.status_code, Terms.objects.get(version=version).initial_months) == (412, 12)

    parties, tag = reverse("api-contract-parties", args=[contract.pk]), api.get(at(contract))["ETag"]
    one = {"name": "Cirrus GmbH", "role": "counterparty"}
    assert api.post(parties, one, format="json", headers={"If-Match": tag}).status_code == 201
    headers = {"If-Match": tag, "Idempotency-Key": "k"}
    other = api.post(parties, one | {"name": "Nimbus"}, format="json", headers=headers)
    assert (other.status_code, contract.parties.count()) == (412, 1)


def test_what_was_written_is_answered_again_though_its_tag_is_outdated_by_it(api: APIClient, alice: Actor) -> None:
    contract = draft_contract(alice)
    parties = reverse("api-contract-parties", args=[contract.pk])
    headers = {"If-Match": api.get(at(contract))["ETag"], "Idempotency-Key": "k"}
    one = {"name": "Cirrus GmbH", "role": "counterparty"}
    first, again = (api.post(parties, one, format="json", headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code, again.headers.get("Idempotent-Replay")) == (201, 201, "true")
    assert (again.json(), contract.parties.count()) == (first.json(), 1)


def test_nobody_has_the_tag_of_what_another_wrote(
    api: APIClient, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody writes between the write and the look at its tag."""
    contract = draft_contract(alice)
    look = conditional.Conditional.tag_now

    def meanwhile(view: Any, request: Any) -> str | None:
        Contract.objects.filter(pk=contract.pk).update(title="Hosting in Lyon")
        return look(view, request)

    monkeypatch.setattr(conditional.Conditional, "tag_now", meanwhile)
    answer = patch(api, contract, None, title="Hosting in Kiel")
    assert (answer.json()["title"], answer.headers.get("ETag")) == ("Hosting in Kiel", None)


def test_a_list_has_no_tag_to_match(api: APIClient, alice: Actor) -> None:
    refused = api.post(reverse("api-contracts"), {"title": "x"}, format="json", headers={"If-Match": '"x"'})
    assert (refused.status_code, Contract.objects.exists()) == (412, False)


def _is_asked(view: type[conditional.Conditional], address: str) -> bool:
    """Whether what is at the address has a tag, which a write is asked for."""
    model: Any = getattr(view, "model", None)
    if view.is_tagged or conditional.DETAILS.get(model) is view:
        return True
    return "<uuid:pk>" in address and (view.tag_of or model) in conditional.DETAILS


def test_every_write_asks_for_the_tag_or_says_that_it_has_none() -> None:
    """No write passes over an If-Match in silence."""
    without = set()
    for name, pattern in api_routes():
        view: Any = getattr(pattern.callback, "cls", None) or pattern.callback.view_class
        if WRITES & methods_of(pattern.callback):
            assert issubclass(view, conditional.Conditional), name
            without |= set() if _is_asked(view, str(pattern.pattern)) else {name}
    assert without - OWN == set().union(*NOT_ASKED.values())


def test_a_step_is_asked_for_the_tag_and_answers_with_the_next(acme: Cast, api: APIClient) -> None:
    pk = TABLE.builders["occurrence"](acme)["pk"]
    own = reverse("api-occurrence", args=[pk])
    tag = api.get(own)["ETag"]
    done = api.post(reverse("api-occurrence-submit", args=[pk]), {"proof": "x"}, headers={"If-Match": tag})
    assert (done.status_code, done["ETag"]) == (200, api.get(own)["ETag"])
    late = api.post(reverse("api-occurrence-fulfil", args=[pk]), {}, headers={"If-Match": tag})
    assert (late.status_code, late.json()["parameters"]) == (412, {"etag": done["ETag"]})


@pytest.mark.parametrize("route", [each for each in CHANGING if each.name not in OWN], ids=str)
def test_an_outdated_change_is_refused_everywhere(route: Route, acme: Cast) -> None:
    """By whoever may change it, after permission, and nothing is written."""
    kwargs = TABLE.builders[route.key](acme) if route.key else {}
    role = next(iter(sorted(route.roles & {"legal", "administrator", "account_manager"} or route.roles)))
    client = Client()
    client.force_login(acme.users[role], backend="django.contrib.auth.backends.ModelBackend")
    url, before = reverse(route.name, kwargs=kwargs), left_behind()
    facts = {"content_type": "application/json", "headers": {"If-Match": '"00"'}}
    answer = getattr(client, route.method.lower())(url, route.data, **facts)
    assert (answer.status_code, left_behind()) == (412, before), answer.content


@pytest.mark.django_db(transaction=True)
def test_of_two_writers_with_one_tag_one_is_refused(api: APIClient, alice: Actor) -> None:
    contract = draft_contract(alice)
    tag = api.get(at(contract))["ETag"]
    session = api.cookies

    def write(title: str) -> None:
        client = APIClient()
        client.cookies = session
        answer = patch(client, contract, tag, title=title)
        connection.close()
        statuses.append(answer.status_code)

    statuses: list[int] = []
    at_once(alice, [lambda: write("Kiel"), lambda: write("Lyon")])

    assert sorted(statuses) == [200, 412]
    assert LedgerEntry.objects.filter(event="contract.changed").count() == 1


def test_it_is_looked_at_again_under_the_lock(api: APIClient, alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looked before the lock looks once more when it is held."""
    contract, looks = draft_contract(alice), []
    tag = api.get(at(contract))["ETag"]
    check = conditional._Precondition.check

    def counted(self: Any) -> None:
        check(self)
        looks.append(self.is_met)

    monkeypatch.setattr(conditional._Precondition, "check", counted)
    assert patch(api, contract, tag, title="Kiel").status_code == 200
    assert looks == [False, True]
    assert can(alice, "contracts.change_contract", contract)
