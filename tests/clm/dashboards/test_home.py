from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.test import Client

from clm.accounts.models import User
from clm.dashboards import registry
from clm.dashboards.queries import panels_of, search_everything
from clm.dashboards.registry import Hit, Panel, SearchSource
from clm.lib.actor import Actor
from tests.cast import Cast, add_person


@pytest.fixture(autouse=True)
def own_registries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Only this test's panels and sources."""
    monkeypatch.setattr(registry, "PANELS", {})
    monkeypatch.setattr("clm.dashboards.queries.PANELS", registry.PANELS)
    monkeypatch.setattr(registry, "SEARCH_SOURCES", {})
    monkeypatch.setattr("clm.dashboards.queries.SEARCH_SOURCES", registry.SEARCH_SOURCES)
    return


def nothing(actor: Actor) -> Mapping[str, Any]:
    return {"notifications": [], "count": 0}


def broken(actor: Actor) -> Mapping[str, Any]:
    User.objects.raw("SELECT no_such_column FROM accounts_user")[0]
    return {}


def panel(key: str, roles: set[str], **more: Any) -> Panel:
    given = {
        "title": key.title(),
        "template": "notify/inbox_panel.html",
        "context": nothing,
        "verb": "dashboards.view_home",
    }
    found = Panel(key=key, roles=frozenset(roles), **{**given, **more})
    registry.register_panel(found)
    return found


def keys(actor: Actor) -> list[str]:
    return [found.key for found in panels_of(actor)]


def test_several_roles_have_the_union_in_order(acme: Cast) -> None:
    panel("drafts", {"legal"}, order=30)
    panel("credits", {"finance", "legal"}, order=20)
    panel("trend", {"executive"}, order=10)
    both = add_person(acme, "both", ["legal", "finance"])

    assert keys(both) == ["credits", "drafts"]
    assert keys(acme["executive"]) == ["trend"]


def test_a_panel_needs_its_verb_too(acme: Cast) -> None:
    panel("ledger", {"finance", "auditor"}, verb="audit.view_ledger")

    assert (keys(acme["finance"]), keys(acme["auditor"])) == ([], ["ledger"])


def test_a_panel_may_hide(acme: Cast) -> None:
    panel("loading", {"finance"}, is_shown=lambda actor: False)

    assert keys(acme["finance"]) == []


def test_a_panel_that_raises_leaves_the_others(page: Client, caplog: pytest.LogCaptureFixture) -> None:
    panel("broken", {"legal"}, context=broken, order=1)
    panel("whole", {"legal"}, order=2)

    shown = page.get("/").content.decode()

    assert "This part could not be shown." in shown
    assert "Nothing waits for you." in shown
    assert [record.getMessage() for record in caplog.records if "panel_failed" in record.getMessage()]


def test_who_has_no_organization_is_told_what_to_do(db: None) -> None:
    client = Client()
    client.force_login(
        User.objects.create_user("lost@nowhere.example"), backend="django.contrib.auth.backends.ModelBackend"
    )

    assert "You are not a member of any organization" in client.get("/").content.decode()


def source(key: str, order: int, hits: list[Hit]) -> None:
    registry.register_search_source(SearchSource(key, key.title(), order, lambda actor, words, limit: hits))


def test_search_groups_by_source_in_order(page: Client) -> None:
    source("parties", 2, [Hit("Party", "Hosting Ltd", "", "/p/")])
    source("contracts", 1, [Hit("Contract", "Hosting", "C-1", "/c/")])
    source("clauses", 3, [])

    found = page.get("/search/", {"q": "hosting"})

    assert [group.key for group in found.context["found"]] == ["contracts", "parties"]
    assert '<a href="/c/">Hosting</a>' in found.content.decode()


def test_one_letter_finds_nothing(page: Client) -> None:
    source("contracts", 1, [Hit("Contract", "Hosting", "C-1", "/c/")])

    assert page.get("/search/", {"q": "h"}).context["found"] == []


def test_a_source_that_fails_leaves_the_others(acme: Cast) -> None:
    def fail(actor: Actor, words: str, limit: int) -> list[Hit]:
        broken(actor)
        return []

    registry.register_search_source(SearchSource("bad", "Bad", 1, fail))
    source("good", 2, [Hit("x", "x", "", "/")])

    found = search_everything(acme["legal"], "x")

    assert [(group.key, group.failed) for group in found] == [("bad", True), ("good", False)]
