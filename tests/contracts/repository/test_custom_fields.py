"""Own fields of an organization: defined, given, refused, shown, filtered, exported."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from clm.audit.models import LedgerEntry
from clm.events.models import OutboxEvent
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, NotVisible
from contracts.models import Contract, CustomField, CustomValue
from contracts.operations.change_contract import change_contract
from contracts.operations.create_contract import create_contract
from contracts.operations.create_party import create_party
from contracts.operations.custom_fields.change_custom_field import change_custom_field
from contracts.operations.custom_fields.define_custom_field import define_custom_field
from contracts.operations.custom_fields.retire_custom_field import reinstate_custom_field, retire_custom_field
from contracts.operations.restrict_contract import restrict_contract
from contracts.queries.custom_fields import missing_of, values_of
from tests.cast import Cast

RISKS = ["low", "high"]


def field(actor: Actor, key: str, kind: str = "text", **facts: Any) -> CustomField:
    label = key.replace("_", " ").capitalize()
    return define_custom_field(actor=actor, key=key, label=label, kind=kind, **facts)


def every_kind(actor: Actor, acme: Cast) -> dict[str, Any]:
    """A field of each type, and a value for each."""
    party = create_party(actor=actor, name="Cirrus Hosting GmbH")
    values = {
        "text": "K-100", "long_text": "First\nsecond", "integer": 7, "decimal": "2.5",
        "amount": {"amount": "1200.5", "currency": "EUR"}, "date": "2026-03-31", "choice": "high",
        "choices": ["low", "high"], "yes_no": False, "person": str(acme.users["finance"].pk), "party": str(party.pk),
        "link": "https://wiki.example/1",
    }  # fmt: skip
    for kind in values:
        field(actor, f"own_{kind}", kind, choices=RISKS if kind.startswith("choice") else [])
    return {f"own_{kind}": value for kind, value in values.items()}


def refused(call: Any) -> tuple[str, list[str]]:
    before = (LedgerEntry.objects.count(), CustomValue.objects.count(), CustomField.objects.count())
    with pytest.raises(DomainError) as refusal:
        call()
    assert (LedgerEntry.objects.count(), CustomValue.objects.count(), CustomField.objects.count()) == before
    return refusal.value.code, list(refusal.value.fields)


def test_a_definition_and_its_life(alice: Actor) -> None:
    made = field(alice, "cost_centre", categories=["hosting", "cloud"], is_required=True)
    entry = LedgerEntry.objects.latest("id")
    assert (entry.event, entry.subject_id) == ("custom_field.defined", made.pk)
    assert entry.after == {
        "key": "cost_centre", "label": "Cost centre", "help_text": "", "kind": "text",
        "categories": ["cloud", "hosting"], "is_required": True, "choices": [], "position": 100,
    }  # fmt: skip
    payload = {"custom_field_id": str(made.pk), "key": "cost_centre"}
    assert OutboxEvent.objects.latest("id").payload == payload

    change_custom_field(actor=alice, field_id=made.pk, label="Cost unit", is_required=False)
    entry = LedgerEntry.objects.latest("id")
    assert (entry.before["label"], entry.after["label"]) == ("Cost centre", "Cost unit")
    retire_custom_field(actor=alice, field_id=made.pk, reason="Merged")
    assert LedgerEntry.objects.latest("id").reason == "Merged"
    assert refused(lambda: retire_custom_field(actor=alice, field_id=made.pk))[0] == "field_retired"
    assert refused(lambda: field(alice, "cost_centre")) == ("key_known", ["key"])
    reinstate_custom_field(actor=alice, field_id=made.pk)
    assert refused(lambda: reinstate_custom_field(actor=alice, field_id=made.pk))[0] == "field_not_retired"


@pytest.mark.parametrize(
    ("facts", "code", "at"),
    [
        ({"key": "Cost"}, "key_unfit", "key"), ({"key": "owner"}, "key_unfit", "key"),
        ({"label": " "}, "label_missing", "label"), ({"kind": "colour"}, "kind_unknown", "kind"),
        ({"categories": ["lease"]}, "category_unknown", "categories"), ({"kind": "choice"}, "choices_unfit", "choices"),
        ({"choices": ["a"]}, "choices_unfit", "choices"),
        ({"kind": "choices", "choices": ["a", "a"]}, "choices_unfit", "choices"),
    ],
)  # fmt: skip
def test_an_unfit_definition_is_refused(alice: Actor, facts: dict[str, Any], code: str, at: str) -> None:
    given = {"key": "cost", "label": "Cost", "kind": "text", **facts}

    assert refused(lambda: define_custom_field(actor=alice, **given)) == (code, [at])


def test_only_administrators_define(alice: Actor, charlie: Actor, acme: Cast) -> None:
    made = field(alice, "cost")
    with pytest.raises(Forbidden):
        field(acme["legal"], "other")
    with pytest.raises(Forbidden):
        retire_custom_field(actor=acme["procurement"], field_id=made.pk)
    with pytest.raises(NotVisible):
        change_custom_field(actor=charlie, field_id=made.pk, label="X")


def test_values_of_every_type_are_kept_and_in_the_ledger(alice: Actor, acme: Cast) -> None:
    values = every_kind(alice, acme)
    contract = create_contract(actor=alice, title="Hosting", custom_fields=values)

    assert values_of(contract) == values
    created = LedgerEntry.objects.get(event="contract.created").after
    assert {key: created[key] for key in values} == values

    change_contract(actor=alice, contract_id=contract.pk, custom_fields=values | {"own_integer": 8, "own_choices": []})
    entry = LedgerEntry.objects.latest("id")
    assert entry.before == {"own_integer": 7, "own_choices": ["low", "high"]}
    assert entry.after == {"own_integer": 8, "own_choices": None}
    assert "own_choices" not in values_of(Contract.objects.get())


def test_a_value_that_does_not_fit_is_refused_beside_its_field(alice: Actor, globex: Cast) -> None:
    contract = create_contract(actor=alice, title="Hosting")
    field(alice, "risk", "choice", choices=RISKS)
    field(alice, "payer", "person")
    field(alice, "cap", "amount")
    field(alice, "seller", "party")
    field(alice, "term", categories=["nda"])
    put = lambda **values: change_contract(actor=alice, contract_id=contract.pk, custom_fields=values)  # noqa: E731
    unfit = "custom_value_unfit"

    assert refused(lambda: put(risk="middle")) == (unfit, ["custom_fields.risk"])
    assert refused(lambda: put(payer=str(globex.users["legal"].pk))) == (unfit, ["custom_fields.payer"])
    assert refused(lambda: put(cap={"amount": "1", "currency": "XXQ"})) == (unfit, ["custom_fields.cap"])
    assert refused(lambda: put(seller=str(contract.pk))) == (unfit, ["custom_fields.seller"])
    assert refused(lambda: put(term="x")) == ("custom_field_unknown", ["custom_fields.term"])
    assert refused(lambda: put(nothing="x")) == ("custom_field_unknown", ["custom_fields.nothing"])


def test_what_must_be_given(alice: Actor) -> None:
    field(alice, "cost", is_required=True)
    field(alice, "level", "integer", is_required=True, categories=["nda"])
    create = lambda **facts: create_contract(actor=alice, title="Hosting", **facts)  # noqa: E731

    assert refused(lambda: create(custom_fields={})) == ("custom_field_missing", ["custom_fields.cost"])
    assert refused(lambda: create(category="nda", custom_fields={"cost": "1"})) == (
        "custom_field_missing", ["custom_fields.level"],
    )  # fmt: skip
    begun = create()  # by a template or a request: completed later
    assert [each.key for each in missing_of(begun, values_of(begun))] == ["cost"]
    change_contract(actor=alice, contract_id=begun.pk, custom_fields={"cost": "1"})
    emptied = lambda: change_contract(actor=alice, contract_id=begun.pk, custom_fields={"cost": ""})  # noqa: E731
    assert refused(emptied) == ("custom_field_missing", ["custom_fields.cost"])
    change_contract(actor=alice, contract_id=begun.pk, custom_fields={})  # it has it already
    assert create(category="nda", custom_fields={"cost": "1", "level": 0}).custom_values.count() == 2


def test_a_choice_that_is_in_use_and_a_retired_field_stay(page: Client, alice: Actor) -> None:
    risk = field(alice, "risk", "choice", choices=[*RISKS, "never"])
    contract = create_contract(actor=alice, title="Hosting", custom_fields={"risk": "high"})

    drop = lambda *left: change_custom_field(actor=alice, field_id=risk.pk, choices=list(left))  # noqa: E731
    assert refused(lambda: drop("low")) == ("choice_in_use", ["choices"])
    assert drop("high", "low").choices == ["high", "low"]
    retire_custom_field(actor=alice, field_id=risk.pk)
    assert values_of(contract) == {"risk": "high"}
    facts = page.get(reverse("contract-tab", args=[contract.pk, "facts"])).content.decode()
    assert "Risk <span" in facts
    assert "cf_risk" not in page.get(reverse("contract-edit", args=[contract.pk])).content.decode()


def test_a_person_fills_fields_in_the_form(page: Client, alice: Actor, acme: Cast) -> None:
    values = every_kind(alice, acme)
    field(alice, "term", categories=["nda"])
    field(alice, "must", is_required=True)
    url = reverse("contract-new")
    facts = {"title": "Hosting", "category": "hosting", "owner_id": str(acme.users["alice"].pk), "time_zone": "UTC"}
    typed = {
        f"cf_{key}": value for key, value in values.items() if key not in ("own_amount", "own_yes_no")
    }  # fmt: skip
    typed |= {"cf_own_amount_amount": "1200.50", "cf_own_amount_currency": "EUR"}
    typed |= {"cf_own_yes_no": "no", "cf_term": "x"}

    refused = page.post(url, facts | typed)
    assert refused.status_code == 400
    assert "This must be given." in refused.content.decode()
    assert 'data-when="category=nda"' in refused.content.decode()
    assert not Contract.objects.exists()
    assert page.post(url, facts | typed | {"cf_must": "yes"}).status_code == 302

    contract = Contract.objects.get()
    assert values_of(contract) == values | {"must": "yes"}
    form = page.get(reverse("contract-edit", args=[contract.pk])).content.decode()
    for shown in ('value="K-100"', 'value="1200.5"', 'value="EUR"', 'value="2026-03-31"', 'value="no" selected'):
        assert shown in form, shown
    facts_tab = page.get(reverse("contract-tab", args=[contract.pk, "facts"])).content.decode()
    for shown in ("K-100", "1200.5 EUR", "low, high", "Cirrus Hosting GmbH", 'href="https://wiki.example/1"'):
        assert shown in facts_tab, shown


def test_columns_filters_and_exports(page: Client, alice: Actor, acme: Cast) -> None:
    values = every_kind(alice, acme)
    create_contract(actor=alice, title="Hosting", custom_fields=values)
    create_contract(actor=alice, title="Licence", custom_fields={"own_integer": 9, "own_date": "2026-04-01"})
    create_contract(actor=alice, title="Plain")
    titles = lambda query: [  # noqa: E731
        row["Title"] for row in csv.DictReader(io.StringIO(exported(page, f"{query}&columns=title&sort=title")))
    ]

    for query, found in (
        ("cf_own_text=k-10", ["Hosting"]), ("cf_own_integer_from=8", ["Licence"]),
        ("cf_own_integer_from=7&cf_own_integer_to=9", ["Hosting", "Licence"]),
        ("cf_own_date_to=2026-03-31", ["Hosting"]),
        ("cf_own_date_from=2026-04-01", ["Licence"]), ("cf_own_amount_from=1200.5", ["Hosting"]),
        ("cf_own_amount_from=1200.6", []), ("cf_own_choice=high", ["Hosting"]), ("cf_own_choices=low", ["Hosting"]),
        ("cf_own_yes_no=no", ["Hosting"]), ("cf_own_yes_no=yes", []), ("cf_own_person=finance", ["Hosting"]),
        ("cf_own_party=cirrus", ["Hosting"]), ("cf_own_link=wiki", ["Hosting"]),
        ("cf_own_long_text=second", ["Hosting"]),
    ):  # fmt: skip
        assert titles(query) == found, query
    columns = "&".join(f"columns=cf_{key}" for key in values)
    row = next(csv.DictReader(io.StringIO(exported(page, f"{columns}&columns=title&q=Hosting"))))
    assert row == {
        "Title": "Hosting", "Own text": "K-100", "Own long text": "First\nsecond", "Own integer": "7",
        "Own decimal": "2.5", "Own amount": "1200.5 EUR", "Own date": "2026-03-31", "Own choice": "high",
        "Own choices": "low, high", "Own yes no": "No", "Own person": "Finance", "Own party": "Cirrus Hosting GmbH",
        "Own link": "https://wiki.example/1",
    }  # fmt: skip


def exported(page: Client, query: str) -> str:
    answer: Any = page.get(f"/contracts/?{query}&format=csv")
    return (
        b"".join(answer.streaming_content).decode("utf-8-sig")
        if answer.streaming
        else answer.content.decode("utf-8-sig")
    )


def test_fields_by_the_api(api: APIClient, alice: Actor) -> None:
    made = api.post(
        "/api/v1/custom-fields/",
        {"key": "cost", "label": "Cost centre", "kind": "text", "is_required": True},
        format="json",
    )
    assert made.status_code == 201, made.data
    url = f"/api/v1/custom-fields/{made.data['id']}/"
    assert api.patch(url, {"label": "Cost unit"}, format="json").data["label"] == "Cost unit"
    assert api.patch(url, {"kind": "date"}, format="json").data["code"] == "unknown_field"

    lacking = api.post("/api/v1/contracts/", {"title": "Hosting"}, format="json")
    assert (lacking.status_code, lacking.data["code"], list(lacking.data["errors"])) == (
        400, "custom_field_missing", ["custom_fields.cost"],
    )  # fmt: skip
    contract = api.post("/api/v1/contracts/", {"title": "Hosting", "custom_fields": {"cost": "K-1"}}, format="json")
    assert (contract.status_code, contract.data["custom_fields"]) == (201, {"cost": "K-1"})
    changed = api.patch(f"/api/v1/contracts/{contract.data['id']}/", {"custom_fields": {"cost": "K-2"}}, format="json")
    assert changed.data["custom_fields"] == {"cost": "K-2"}
    found = lambda query: len(api.get(f"/api/v1/contracts/?{query}").data["results"])  # noqa: E731
    assert [found("cf_cost=K-2"), found("cf_cost=K-9")] == [1, 0]
    assert api.post(f"{url}retirement/", {}).data["retired_at"] is not None
    assert api.post(f"{url}reinstatement/", {}).data["retired_at"] is None


def test_own_fields_are_for_our_side(alice: Actor, acme: Cast) -> None:
    field(alice, "secret")
    contract = create_contract(actor=alice, title="Hosting", custom_fields={"secret": "wallabyfield"})
    restrict_contract(
        actor=alice, contract_id=contract.pk, people=[acme.users["counterparty"].pk], is_confidential=False
    )
    theirs = Client()
    theirs.force_login(acme.users["counterparty"], backend="django.contrib.auth.backends.ModelBackend")

    for url in (
        f"/contracts/{contract.pk}/",
        f"/api/v1/contracts/{contract.pk}/",
        "/api/v1/contracts/",
        "/contracts/?all=1",
    ):
        text = theirs.get(url).content.decode()
        assert "Hosting" in text, url
        assert "wallabyfield" not in text
        assert "custom_fields" not in text
        assert "cf_secret" not in text
    for query in ("/api/v1/contracts/?cf_secret=nothing", "/contracts/?cf_secret=nothing"):
        assert "Hosting" in theirs.get(query).content.decode()  # passed over: nothing is learnt by asking
    assert theirs.get(reverse("contract-tab", args=[contract.pk, "facts"])).status_code == 404


def test_lists_cost_as_many_queries_whatever_they_show(page: Client, api: APIClient, alice: Actor, acme: Cast) -> None:
    values = every_kind(alice, acme)
    columns = "&".join(f"columns=cf_{key}" for key in values)

    def cost(more: int) -> tuple[int, int]:
        for _each in range(more):
            create_contract(actor=alice, title="Hosting", custom_fields=values)
        found = []
        for client, url in ((page, f"/contracts/?{columns}"), (api, "/api/v1/contracts/")):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200
            found.append(len(captured))
        return found[0], found[1]

    few = cost(2)
    assert cost(5) == few


def test_the_page_of_a_field(page: Client, alice: Actor) -> None:
    answer = page.post(
        reverse("custom-field-new"),
        {"key": "cost", "label": "Cost centre", "kind": "choice", "choices": "K-1\nK-2\n", "position": "5"},
    )
    assert answer.status_code == 302
    made = CustomField.objects.get()
    assert made.choices == ["K-1", "K-2"]
    create_contract(actor=alice, title="Hosting", custom_fields={"cost": "K-1"})
    text = page.get(made.get_absolute_url()).content.decode()
    assert "<dt>Contracts that have it</dt><dd>1</dd>" in text
    refused = page.post(
        reverse("custom-field-edit", args=[made.pk]), {"label": "Cost", "choices": "K-2", "position": "5"}
    )
    assert (refused.status_code, "is in use: it stays" in refused.content.decode()) == (400, True)
    assert page.post(reverse("custom-field-retire", args=[made.pk])).status_code == 302
    assert "Retired: contracts are asked for it no more." in page.get(made.get_absolute_url()).content.decode()
    assert page.post(reverse("custom-field-reinstate", args=[made.pk])).status_code == 302
    assert "Cost centre" in page.get(reverse("custom-fields")).content.decode()
    assert made.created_at.date() >= date(2026, 1, 1)
