"""Lists of many contracts: what is counted how far, in which order, and each row once."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField, Func, Q
from django.http import QueryDict
from django.test import Client

from clm.access.scope import organization_scope
from clm.dashboards.queries import search_everything
from clm.lib.actor import Actor
from clm.lib.plans import PATIENCE, bounded_ids, met_soon, rows_of
from clm.pages.saved_views import clean_query
from contracts.models import Contract, ContractParty
from contracts.operations.change_contract import change_contract
from contracts.operations.create_contract import create_contract
from contracts.operations.name_party import name_party
from tests.cast import make_cast


@pytest.fixture
def five(alice: Actor) -> list[Contract]:
    titles = ("Backup", "Archive", "Backup", "Cloud", "Backup")
    return [create_contract(actor=alice, title=f"{title} agreement") for title in titles]


@pytest.fixture
def counted_to_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clm.pages.lists.COUNTED", 3)
    monkeypatch.setattr("contracts.pages.lists.ContractList.page_size", 2)


def test_a_search_that_finds_very_many_says_more_than(page: Client, five: object, counted_to_three: None) -> None:
    shown = page.get("/contracts/?q=agreement")

    assert (shown.context["count"], shown.context["page"].paginator.num_pages) == (3, 2)
    text = shown.content.decode()
    assert "more than <strong>3</strong> rows" in text
    assert "1–2 of more than 3" in text


def test_a_search_that_finds_just_as_many_is_exact(page: Client, five: object, counted_to_three: None) -> None:
    text = page.get("/contracts/?q=backup").content.decode()

    assert "<strong>3</strong> rows" in text
    assert "more than" not in text


@pytest.mark.parametrize("words", ["agreement", "greem", "Hoster", "oste"], ids=["word", "title", "party", "of a name"])
@pytest.mark.parametrize("most", [1, 10_000], ids=["more than are told apart", "few"])
def test_what_is_found_is_the_same_however_many_there_are(
    page: Client, api: Any, alice: Actor, five: list[Contract], monkeypatch: pytest.MonkeyPatch, most: int, words: str
) -> None:
    monkeypatch.setattr("contracts.queries.finding.COUNTED", most)
    for contract in five:
        name_party(actor=alice, contract_id=contract.pk, name="Hoster", role="counterparty")
    created_at_last = list(reversed(five))

    assert list(page.get(f"/contracts/?q={words}").context["page"]) == created_at_last
    assert [row["id"] for row in api.get(f"/api/v1/contracts/?q={words}").json()["results"]] == [
        str(contract.pk) for contract in created_at_last
    ]


def test_what_a_filter_hides_is_not_replaced_by_what_is_almost_so_named(
    page: Client, alice: Actor, five: list[Contract]
) -> None:
    name_party(actor=alice, contract_id=five[0].pk, name="Zephyr", role="counterparty")
    name_party(actor=alice, contract_id=five[1].pk, name="Zephir", role="counterparty")
    change_contract(actor=alice, contract_id=five[1].pk, category="cloud")

    assert list(page.get("/contracts/?q=Zephyr&category=cloud").context["page"]) == []
    assert list(page.get("/contracts/?q=Zephirr&category=cloud").context["page"]) == [five[1]]


NOTHING_LEFT = (
    "/contracts/?q=agreement&party=zzzqqq", "/contracts/?q=agreement&party=zzzqqq&format=csv",
    "/contracts/?q=agreemenz&party=zzzqqq", "/contracts/facets/?q=agreement&party=zzzqqq",
    "/contracts/facets/?party=zzzqqq", "/contracts/parties/?archived=bogus", "/contracts/conflicts/?state=bogus",
)  # fmt: skip


@pytest.mark.parametrize("url", NOTHING_LEFT)
def test_a_filter_that_leaves_nothing_or_is_none_stops_nothing(page: Client, five: object, url: str) -> None:
    assert page.get(url).status_code == 200


def test_a_filter_of_the_api_out_of_range_leaves_nothing(api: Any, five: object) -> None:
    assert api.get("/api/v1/contracts/?q=agreement&risk_from=99999999999").json()["results"] == []


def test_contracts_with_several_parties_so_named_are_all_found(
    page: Client, alice: Actor, five: list[Contract], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clm.lib.plans.LOOKED_UP", 4)
    for contract in five:
        for name, role in (("Zephyr Networks", "counterparty"), ("Zephyr Holding", "guarantor")):
            name_party(actor=alice, contract_id=contract.pk, name=name, role=role)

    assert page.get("/contracts/?q=ephyr").context["count"] == 5
    assert page.get("/contracts/?q=Zephirr").context["count"] == 5


def test_a_sharp_s_is_found_within_a_word(page: Client, alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Hauptstraße 5")
    name_party(actor=alice, contract_id=contract.pk, name="Großhandel Weiß GmbH", role="counterparty")

    for words in ("tstraß", "oßhan"):
        assert list(page.get("/contracts/", {"q": words}).context["page"]) == [contract]
    assert page.get("/contracts/parties/", {"q": "oßhan"}).context["count"] == 1


def test_an_export_says_states_in_words_and_amounts_with_their_currency(page: Client, five: list[Contract]) -> None:
    Contract.objects.filter(pk=five[0].pk).update(value_amount="61000.0000", currency="EUR")
    Contract.objects.filter(pk=five[1].pk).update(value_amount="1234.5000", currency="GBP")

    answer: Any = page.get("/contracts/?format=csv&columns=title,state,value&sort=reference")
    lines = answer.getvalue().decode("utf-8-sig").splitlines()

    assert lines[:4] == [
        "Title,State,Value,Value: currency",
        "Backup agreement,Draft,61000,EUR",
        "Archive agreement,Draft,1234.5,GBP",
        "Backup agreement,Draft,,",
    ]


def test_all_rows_are_counted_without_a_search(page: Client, five: object, counted_to_three: None) -> None:
    assert page.get("/contracts/").context["count"] == 5
    assert page.get("/contracts/?state=draft").context["count"] == 5


def test_the_other_direction_is_the_same_order_turned(page: Client, five: object) -> None:
    def references(sort: str) -> list[str]:
        return [row.reference for row in page.get(f"/contracts/?sort={sort}").context["page"]]

    for column in ("title", "category", "state", "owner", "value", "newest"):
        assert references(column) == references(f"-{column}")[::-1]


def test_a_contract_with_two_parties_so_named_is_listed_once(page: Client, alice: Actor, five: list[Contract]) -> None:
    for name, role in (("Hoster One", "counterparty"), ("Hoster Two", "guarantor")):
        name_party(actor=alice, contract_id=five[0].pk, name=name, role=role)

    shown = page.get("/contracts/?party=hoster")

    assert [row.pk for row in shown.context["page"]] == [five[0].pk]


@pytest.mark.parametrize("sort", ["name", "contracts"])
def test_parties_say_how_many_contracts_they_have(page: Client, alice: Actor, five: list[Contract], sort: str) -> None:
    for contract in five[:2]:
        name_party(actor=alice, contract_id=contract.pk, name="Hoster", role="counterparty")
    name_party(actor=alice, contract_id=five[0].pk, name="Hoster", role="guarantor")
    name_party(actor=alice, contract_id=five[2].pk, name="Archive", role="counterparty")

    rows = {row.name: row.number_of_contracts for row in page.get(f"/contracts/parties/?sort={sort}").context["page"]}

    assert rows["Hoster"] == 2
    assert rows["Archive"] == 1


def test_of_a_party_with_very_many_contracts_a_page_says_so_and_a_file_the_number(
    page: Client, alice: Actor, five: list[Contract], monkeypatch: pytest.MonkeyPatch
) -> None:
    for contract in five[:3]:
        name_party(actor=alice, contract_id=contract.pk, name="Hoster", role="counterparty")
    monkeypatch.setattr("contracts.pages.lists.COUNTED", 2)
    monkeypatch.setattr("contracts.pages.cells.COUNTED", 2)

    assert "more than 2</td>" in page.get("/contracts/parties/").content.decode()
    assert "more than" not in page.get("/contracts/parties/?sort=country&q=nobody").content.decode()
    told = b"".join(page.get("/contracts/parties/?format=csv&columns=name,contracts"))
    assert b"Hoster,3" in told


class Slowly(Func):
    """True, a tenth of a second later."""

    template = "(pg_sleep(0.1)::text = '')"
    output_field = BooleanField()


@pytest.mark.parametrize("words", ["agreement", "greem", "Hoster", "oste"], ids=["word", "title", "party", "of a name"])
def test_what_is_not_met_soon_is_gathered(
    page: Client, api: Any, alice: Actor, five: list[Contract], monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    for contract in five:
        name_party(actor=alice, contract_id=contract.pk, name="Hoster", role="counterparty")
    monkeypatch.setattr("contracts.queries.finding.COUNTED", 1)
    monkeypatch.setattr("clm.pages.lists.COUNTED", 3)
    monkeypatch.setattr("contracts.pages.lists.ContractList.page_size", 2)
    monkeypatch.setattr("clm.lib.plans.PATIENCE", 20)
    monkeypatch.setattr("contracts.queries.finding._anyhow", lambda words: Q(Slowly()))
    newest = list(reversed(five))

    assert list(page.get(f"/contracts/?q={words}").context["page"]) == newest[:2]
    assert [row["id"] for row in api.get(f"/api/v1/contracts/?q={words}").json()["results"]] == [
        str(contract.pk) for contract in newest
    ]
    states = api.get(f"/api/v1/contracts/facets/?q={words}").json()["facets"][0]
    assert (states["key"], [each["number"] for each in states["counts"]]) == ("state", [5])
    hits = [hit.url for found in search_everything(alice, words) for hit in found.hits if "/parties/" not in hit.url]
    assert hits == [f"/contracts/{row.pk}/" for row in newest]
    assert _setting("statement_timeout") == "0"


def test_patience_with_one_statement_ends_with_it(five: object) -> None:
    with pytest.raises(OperationalError, match="no such thing"), transaction.atomic():
        met_soon(_refused, EVERY, EVERY)
    assert _setting("statement_timeout") == "0"
    assert met_soon(_limit, EVERY, EVERY) == _patience()
    assert (_setting("statement_timeout"), _setting("enable_seqscan")) == ("0", "on")


def test_a_limit_that_there_is_already_stays(five: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '9s'")
    assert met_soon(_limit, EVERY, EVERY) == _patience()
    assert _setting("statement_timeout") == "9s"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '300ms'")
    assert met_soon(_limit, EVERY, EVERY) == "300ms"


def _patience() -> str:
    return "1s" if PATIENCE == 1000 else f"{PATIENCE}ms"


EVERY = Contract._base_manager.all()


def _limit(_rows: object) -> str:
    return _setting("statement_timeout")


def _refused(_rows: object) -> list[Any]:
    raise OperationalError("no such thing")


def _setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def test_few_filters_are_drawn_and_the_others_where_they_are_asked_for(page: Client, five: object) -> None:
    few = page.get("/contracts/").content.decode()
    asked = page.get("/contracts/?tag=x&value_from=5").content.decode()
    every = page.get("/contracts/?filters=all").content.decode()
    into = {"HX-Request": "true", "HX-Target": "list-filter"}
    fragment = page.get("/contracts/?filters=all&q=backup&tag=x", headers=into).content.decode()
    sorted_ = page.get("/contracts/?filters=all&sort=title", headers={"HX-Request": "true", "HX-Target": "list"})

    assert [filters_in(each) for each in (few, asked, fragment)] == [
        MAIN,
        [*MAIN, "tag", "value_from"],
        filters_in(every),
    ]
    assert set(filters_in(every)) > {*MAIN, "owner", "department", "confidential", "risk", "currency"}
    assert ("All filters" in few, "All filters" in every) == (True, False)
    assert fragment.lstrip().startswith("<form")
    assert re.findall(r'name="(\w+)"[^>]* autofocus', fragment) == ["owner"]  # what was pressed is gone
    assert all(f'value="{kept}"' in fragment for kept in ("backup", "x"))
    assert sorted_.content.lstrip().startswith(b'<div id="list"')  # as links to pages and orders ask for it
    assert {"HX-Request", "HX-Target"} <= {each.strip() for each in sorted_["Vary"].split(",")}
    assert "Clear filters" not in every  # how many are drawn narrows nothing
    assert clean_query(QueryDict("filters=all&tag=x")) == "tag=x"


MAIN = ["state", "category", "party"]


def filters_in(text: str) -> list[str]:
    """Names of the drawn filters; what is hidden is none."""
    form = re.search(r'<form class="filters".*?</form>', text, re.DOTALL)
    assert form is not None
    names = re.findall(r'<(?:select|input)(?![^>]*type="(?:hidden|search)")[^>]* name="(\w+)"', form.group())
    return sorted(names, key=lambda name: (name not in MAIN, MAIN.index(name) if name in MAIN else names.index(name)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_within", [False, True])
def test_what_the_planner_is_told_for_a_search_ends_with_it(is_within: bool) -> None:
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk), transaction.atomic() if is_within else nullcontext():
        parts = ContractParty.objects.all()
        assert bounded_ids([Contract.objects.all(), *rows_of(Contract.objects.all(), parts, "contract")], 5) == []
        with connection.cursor() as cursor:
            for name in ("enable_seqscan", "enable_indexscan"):
                cursor.execute(f"SHOW {name}")
                assert cursor.fetchone() == ("on",)
