"""A list page from its declaration: search, whitelisted order, columns, fragments, exports and saved views."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client, RequestFactory
from django_htmx.middleware import HtmxDetails

from clm.audit.models import LedgerEntry
from clm.events.models import OutboxEvent
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden, Invalid, NotVisible
from clm.pages.lists import Column, ListPage
from clm.pages.models import SavedView
from clm.pages.operations.delete_view import delete_view
from clm.pages.operations.save_view import save_view
from clm.pages.operations.set_default_view import set_default_view
from clm.pages.saved_views import clean_query


class Views(ListPage):
    """Saved views themselves stand in for a domain's rows."""

    key, title, verb = "samples", "Samples", "pages.save_view"
    columns = (
        Column("name", "Name", main=True, sort=("name",)),
        Column("query", "Query"),
        Column("page", "Page", visible=False),
    )
    search_fields = ("name",)
    default_sort = "name"

    def rows(self) -> QuerySet[Any]:
        return SavedView.objects.filter(page="rows")


def ask(actor: Actor, query: str = "", **headers: str) -> Any:
    request = RequestFactory().get(f"/samples/?{query}", headers=headers)
    request.actor = actor  # type: ignore[attr-defined]
    request.user = None  # type: ignore[assignment]
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    return Views.as_view()(request)


@pytest.fixture
def three(alice: Actor) -> Actor:
    for name in ("beta", "alpha", "=gamma"):
        save_view(actor=alice, page="rows", name=name, query="state=active")
    return alice


def names(response: Any) -> list[str]:
    text = b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()
    return [line.split(",")[0] for line in text.lstrip("\ufeff").split()[1:]]


def test_default_and_asked_order(three: Actor) -> None:
    assert names(ask(three, "format=csv")) == ["'=gamma", "alpha", "beta"]
    assert names(ask(three, "format=csv&sort=-name")) == ["beta", "alpha", "'=gamma"]


def test_order_outside_the_whitelist_is_ignored(three: Actor) -> None:
    assert names(ask(three, "format=csv&sort=user__password")) == ["'=gamma", "alpha", "beta"]


def test_search_and_columns(three: Actor) -> None:
    response = ask(three, "format=csv&q=alp&columns=page")
    assert b"".join(response.streaming_content).decode() == "\ufeffName,Page\r\nalpha,rows\r\n"


def test_htmx_gets_the_table_only(three: Actor) -> None:
    fragment = ask(three, "", **{"HX-Request": "true"})
    whole = ask(three)
    assert fragment.content.lstrip().startswith(b'<div id="list"')
    assert b"<html" in whole.content
    assert "HX-Request" in fragment["Vary"]


def test_saving_the_same_name_replaces_the_query(acme: Any, alice: Actor) -> None:
    save_view(actor=alice, page="rows", name="Mine", query="a=1")
    view = save_view(actor=alice, page="rows", name=" Mine ", query="a=2")
    assert list(SavedView.objects.values_list("name", "query")) == [("Mine", "a=2")]
    assert LedgerEntry.objects.filter(subject_id=view.pk).count() == 2


def test_a_view_needs_a_name(alice: Actor) -> None:
    with pytest.raises(Invalid):
        save_view(actor=alice, page="rows", name=" ", query="")
    assert not SavedView.objects.exists()


def test_nobody_deletes_anothers_view(alice: Actor, bob: Actor) -> None:
    view = save_view(actor=alice, page="rows", name="Mine", query="")
    events = OutboxEvent.objects.count()
    with pytest.raises((NotVisible, Forbidden)):
        delete_view(actor=bob, view_id=view.pk)
    assert SavedView.objects.count() == 1
    assert OutboxEvent.objects.count() == events


def test_saving_by_the_page_comes_back_with_the_filters(page: Client, alice: Actor) -> None:
    form = {"page": "rows", "name": "Mine", "query": "state=active", "path": "/contracts/"}
    response = page.post("/views/", form)
    assert (response.status_code, response["Location"]) == (302, "/contracts/?state=active")


def test_a_view_keeps_no_page_number() -> None:
    given = RequestFactory().get("/?page=3&state=active&q=&format=csv").GET
    assert clean_query(given) == "state=active"


def test_a_default_view_opens_the_list(alice: Actor) -> None:
    save_view(actor=alice, page="samples", name="Other", query="q=beta")
    view = save_view(actor=alice, page="samples", name="Mine", query="q=alp")
    for name in ("Other", "Mine"):
        set_default_view(actor=alice, view_id=SavedView.objects.get(name=name).pk)
    assert list(SavedView.objects.filter(is_default=True).values_list("name", flat=True)) == ["Mine"]
    opened = ask(alice)
    assert (opened.status_code, opened["Location"]) == (302, "/samples/?q=alp")
    assert [ask(alice, query).status_code for query in ("all=1", "q=beta", "format=csv")] == [200, 200, 200]
    assert ask(alice, "", **{"HX-Request": "true"}).status_code == 200
    set_default_view(actor=alice, view_id=view.pk, is_default=False)
    assert ask(alice).status_code == 200
    assert LedgerEntry.objects.filter(subject_id=view.pk, verb="pages.set_default_view").count() == 2


def test_nobody_sets_the_default_of_another(alice: Actor, bob: Actor) -> None:
    view = save_view(actor=alice, page="rows", name="Mine", query="")
    with pytest.raises((NotVisible, Forbidden)):
        set_default_view(actor=bob, view_id=view.pk)
    assert not SavedView.objects.filter(is_default=True).exists()


def test_the_menu_sets_and_unsets_the_default(page: Client, alice: Actor) -> None:
    view = save_view(actor=alice, page="rows", name="Mine", query="state=active")
    address = f"/views/{view.pk}/default/"
    chosen = page.post(address, {"is_default": "1", "path": "/contracts/"})
    assert chosen["Location"] == "/contracts/?state=active"
    unset = page.post(address, {"is_default": "0", "path": "/contracts/"})
    assert unset["Location"] == "/contracts/"
    assert not SavedView.objects.get().is_default


def test_a_filter_left_open_says_any(page: Client) -> None:
    answer = page.get("/billing/invoices/").content.decode()
    assert "---------" not in answer
    assert "Unknown" not in answer
    assert answer.count(">Any</option>") == 4
    assert ">Credit note</option>" in answer


def test_the_ledgers_filters_suggest(page: Client) -> None:
    answer = page.get("/ledger/").content.decode()
    assert '<option value="contracts.create_contract">' in answer
    assert '<option value="Alice">' in answer
