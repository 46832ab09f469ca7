"""A saved view tells its owner of contracts that newly match, once, and only of those that they see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clm.access.permissions import system_actor, visible
from clm.accounts.models import Membership
from clm.accounts.operations.remove_person import remove_person
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.notify.models import Notification
from clm.pages.access import WATCH
from clm.pages.models import SavedView, ViewMatch
from clm.pages.operations.check_view import check_view
from clm.pages.operations.save_view import save_view
from clm.pages.operations.set_view_alert import set_view_alert
from clm.pages.tasks import check_views
from contracts.models import Contract
from contracts.operations.change_contract import change_contract
from contracts.operations.create_contract import create_contract
from contracts.operations.restrict_contract import restrict_contract
from tests.cast import Cast

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)


def told(actor: Actor) -> list[str]:
    rows = visible(actor, Notification.objects.filter(kind="view.matched", user_id=actor.person_id))
    return list(rows.order_by("id").values_list("title", flat=True))


def watched(actor: Actor, alert: str = "at_once", query: str = "tag=renew") -> SavedView:
    view = save_view(actor=actor, page="contracts", name="Renewals", query=query)
    return set_view_alert(actor=actor, view_id=view.pk, alert=alert)


def looked(minutes: int = 0) -> None:
    with clock.set_to(NINE + timedelta(minutes=minutes)):
        check_views()


def tagged(actor: Actor, contract: Contract, *tags: str) -> None:
    change_contract(actor=actor, contract_id=contract.pk, tags=list(tags))


def test_what_newly_matches_is_told_once_and_again_when_it_left(acme: Cast, alice: Actor) -> None:
    create_contract(actor=alice, title="Known", tags=["renew"])
    other = create_contract(actor=alice, title="Other")
    with clock.set_to(NINE):
        watched(acme["procurement"])
    looked()
    assert told(acme["procurement"]) == []
    tagged(alice, other, "renew")
    looked(4)
    assert told(acme["procurement"]) == []  # not due yet
    for minutes in (6, 12):
        looked(minutes)
        assert told(acme["procurement"]) == [f"Newly matches “Renewals”: {other}"]
    tagged(alice, other)
    looked(18)
    tagged(alice, other, "renew")
    looked(24)
    assert len(told(acme["procurement"])) == 2
    assert told(acme["finance"]) == []


def test_nothing_is_told_of_what_the_owner_does_not_see(acme: Cast, alice: Actor) -> None:
    with clock.set_to(NINE):
        watched(acme["procurement"])
    looked()
    hidden = create_contract(actor=alice, title="Secret", tags=["renew"])
    restrict_contract(actor=alice, contract_id=hidden.pk)
    shown = create_contract(actor=alice, title="Open", tags=["renew"])
    looked(6)
    assert told(acme["procurement"]) == [f"Newly matches “Renewals”: {shown}"]
    restrict_contract(actor=alice, contract_id=shown.pk)
    assert told(acme["procurement"]) == []  # the notice hides with its contract


def test_a_day_is_one_notice_without_titles_on_the_next_morning(acme: Cast, alice: Actor) -> None:
    with clock.set_to(NINE):
        watched(alice, "daily")
    looked()
    for title in ("One", "Two"):
        create_contract(actor=alice, title=title, tags=["renew"])
    looked(60)
    assert told(alice) == []
    looked(24 * 60)
    assert told(alice) == ["2 newly match “Renewals”"]


def test_another_query_begins_anew_and_who_left_hears_nothing(acme: Cast, alice: Actor) -> None:
    one = create_contract(actor=alice, title="One", tags=["other"])
    procurement = acme["procurement"]
    with clock.set_to(NINE):
        view = watched(procurement)
    looked()
    with clock.set_to(NINE):
        save_view(actor=procurement, page="contracts", name="Renewals", query="tag=other")
    looked(6)
    assert told(procurement) == []
    membership = Membership.objects.get(user=acme.users["procurement"])
    remove_person(actor=acme["administrator"], membership_id=membership.pk)
    tagged(alice, one, "other", "more")
    looked(12)
    view.refresh_from_db()
    assert (view.alert_due_at, Notification.objects.filter(kind="view.matched").exists()) == (None, False)


@pytest.mark.parametrize("query", ["tag=renew&ends_after=soon", "tag=renew&own_gone=1"])
def test_a_view_that_cannot_be_asked_tells_so_once_and_nothing_else(alice: Actor, query: str) -> None:
    with clock.set_to(NINE):
        view = watched(alice)
    looked()
    SavedView.objects.update(query=query)
    for minutes in (6, 12):
        create_contract(actor=alice, title="Anything")
        looked(minutes)
    assert told(alice) == ["“Renewals” cannot be asked any more"]
    view.refresh_from_db()
    assert view.alert_due_at == NINE + timedelta(minutes=17)


def test_how_a_view_is_shown_asks_for_nothing(alice: Actor) -> None:
    with clock.set_to(NINE):
        watched(alice)
    looked()
    SavedView.objects.update(query="tag=renew&filters=all&sort=title&columns=state")
    create_contract(actor=alice, title="Anything", tags=["renew"])
    looked(6)
    assert len(told(alice)) == 1
    assert "cannot be asked" not in told(alice)[0]


def test_however_many_match_an_old_one_that_begins_to_is_told(alice: Actor) -> None:
    """Among more than anybody reads, and without fetching them."""
    old = create_contract(actor=alice, title="Old")
    create_contract(actor=alice, title="Known", tags=["renew"])
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE many ON COMMIT DROP AS SELECT c.* FROM contracts_contract c, "
            "generate_series(1, 5000) WHERE title = 'Known'"
        )
        cursor.execute("UPDATE many SET id = uuidv7(), reference = 'M-' || ctid")
        cursor.execute("INSERT INTO contracts_contract SELECT * FROM many")
    with clock.set_to(NINE):
        view = watched(alice)
    looked()
    assert (ViewMatch.objects.filter(view=view).count(), told(alice)) == (5001, [])
    tagged(alice, old, "renew")
    with CaptureQueriesContext(connection) as asked:
        looked(6)
    assert told(alice) == [f"Newly matches “Renewals”: {old}"]
    assert len(asked) < 60
    Contract.objects.filter(title="Known").update(tags=[])
    looked(12)
    assert ViewMatch.objects.get(view=view).row_id == old.pk


def test_a_look_is_claimed_and_one_that_fails_waits_for_its_next_time(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.set_to(NINE):
        view = watched(alice)
    monkeypatch.setattr("clm.pages.operations.check_view._look", lambda *_given: 1 / 0)
    looked()
    view.refresh_from_db()
    assert view.alert_due_at == NINE + timedelta(minutes=5)
    monkeypatch.undo()
    with clock.set_to(NINE + timedelta(minutes=1)):
        check_view(actor=system_actor(WATCH, view.organization_id), view_id=view.pk)
    view.refresh_from_db()
    assert view.alert_based_at is None  # another run was quicker


def test_a_list_without_alerts_says_so(alice: Actor) -> None:
    view = save_view(actor=alice, page="people", name="Mine", query="")
    with pytest.raises(DomainError) as refused:
        set_view_alert(actor=alice, view_id=view.pk, alert="daily")
    assert refused.value.code == "no_alerts_here"


def test_pages_and_the_api(acme: Cast, alice: Actor, page: Client, api: APIClient) -> None:
    view = save_view(actor=alice, page="contracts", name="Renewals", query="tag=renew")
    assert f"/views/{view.pk}/alert/" in page.get("/contracts/?all=1").content.decode()
    assert "Never" in page.get(f"/views/{view.pk}/alert/").content.decode()
    answer = page.post(f"/views/{view.pk}/alert/", {"alert": "at_once"})
    assert (answer.status_code, answer["Location"]) == (302, "/contracts/?tag=renew")
    found: dict[str, Any] = api.get("/api/v1/saved-views/", {"page": "contracts"}).json()["results"][0]
    assert (found["alert"], found["alert_by_mail"]) == ("at_once", False)
    check_views()
    contract = create_contract(actor=alice, title="Fresh", tags=["renew"])
    with clock.set_to(clock.now() + timedelta(minutes=6)):
        check_views()
    assert str(contract) in page.get(f"/views/{view.pk}/alert/").content.decode()
    assert f"/views/{view.pk}/alert/off/" in page.get("/inbox/").content.decode()
    assert page.get(f"/views/{view.pk}/alert/off/").status_code == 200
    assert page.post(f"/views/{view.pk}/alert/off/").status_code == 302
    off = api.post(f"/api/v1/saved-views/{view.pk}/alert/", {"alert": "sometimes"}, format="json")
    assert off.status_code == 400
    assert SavedView.objects.get(pk=view.pk).alert == ""
    others = APIClient()
    others.force_login(acme.users["legal"], backend="django.contrib.auth.backends.ModelBackend")
    assert others.post(f"/api/v1/saved-views/{view.pk}/alert/", {"alert": ""}, format="json").status_code == 404
