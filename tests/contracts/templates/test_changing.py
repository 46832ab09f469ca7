"""The facts of a template change: what is left behind, when it is reviewed then, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.access.scope import organization_scope
from clm.accounts.models import Membership
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, NotVisible
from clm.notify.models import Notification
from contracts.models import Template
from contracts.operations.templates.change_template import change_template, newest_change
from contracts.operations.templates.retire_template import retire_template
from contracts.tasks import remind_template_reviews
from tests.cast import Cast
from tests.contracts.library_of import approved_template, draft_template
from tests.proof import last_entry, last_event, left_behind

BEGUN = datetime(2026, 1, 31, 12, tzinfo=UTC)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def january() -> Iterator[None]:
    with clock.set_to(BEGUN):
        yield


def test_the_facts_are_changed_and_the_ledger_says_which(acme: Cast, alice: Actor) -> None:
    template = draft_template(alice)
    owner = acme.users["procurement"].pk
    before = left_behind()

    changed = change_template(
        actor=alice, template_id=template.pk, name="Long NDA", category="dpa", owner_id=owner, reason="Renamed"
    )

    assert (changed.name, changed.category, changed.owner_id, changed.review_on) == ("Long NDA", "dpa", owner, None)
    payload = {"template_id": str(template.pk), "changed": ["category", "name", "owner_id"], "review_on": None}
    assert last_event() == ("template.changed", payload)
    entry = last_entry()
    assert (entry.verb, entry.reason) == ("contracts.change_template", "Renamed")
    assert entry.before == {"name": "Short NDA", "category": "nda", "owner_id": str(alice.user_id)}
    assert entry.after == {"name": "Long NDA", "category": "dpa", "owner_id": str(owner)}
    assert left_behind() == (before[0] + 1, before[1] + 1, before[2])


def test_what_is_the_same_changes_nothing(alice: Actor) -> None:
    template = approved_template(alice)
    before = left_behind()

    change_template(actor=alice, template_id=template.pk, name="Short NDA", risk="standard")

    assert left_behind() == before


@pytest.mark.parametrize(
    ("was", "becomes", "review", "telling"),
    [
        ("standard", "high", date(2026, 4, 30), date(2026, 3, 31)),
        ("high", "standard", date(2026, 7, 31), date(2026, 7, 1)),
    ],
)
def test_another_risk_moves_the_review_counted_from_the_last_one(
    alice: Actor, was: str, becomes: str, review: date, telling: date
) -> None:
    template = approved_template(alice, risk=was)
    former = template.review_on
    assert former is not None

    with clock.set_to(BEGUN + timedelta(days=20)):
        changed = change_template(actor=alice, template_id=template.pk, risk=becomes)

    assert (changed.risk, changed.review_on) == (becomes, review)
    assert changed.review_due_at == datetime(telling.year, telling.month, telling.day, tzinfo=UTC)
    assert last_entry().before == {"risk": was, "review_on": former.isoformat()}
    assert last_entry().after == {"risk": becomes, "review_on": review.isoformat()}


def told() -> list[tuple[str, Any, bool]]:
    rows = Notification.objects.filter(kind="template_review").order_by("id")
    return [(row.title, row.user_id, row.read_at is None) for row in rows]


def test_a_higher_risk_may_be_overdue_at_once_and_a_lower_one_asks_nobody_any_more(acme: Cast) -> None:
    legal = acme["legal"]
    template = approved_template(legal)
    with clock.set_to(datetime(2026, 5, 10, 9, tzinfo=UTC)):
        assert remind_template_reviews() == 0
        change_template(actor=legal, template_id=template.pk, risk="high")
        assert remind_template_reviews() == 1
        assert {(title, is_unread) for title, _person, is_unread in told()} == {
            ("Template review overdue for 10 days: Short NDA", True)
        }
        change_template(actor=legal, template_id=template.pk, risk="standard")
        assert {is_unread for _title, _person, is_unread in told()} == {False}
        assert remind_template_reviews() == 0


def test_a_date_that_came_back_is_told_of_again(acme: Cast) -> None:
    """What was told of it before waits for nobody since the risk went down."""
    legal = acme["legal"]
    template = approved_template(legal, risk="high")
    with clock.set_to(datetime(2026, 5, 10, 9, tzinfo=UTC)):
        assert remind_template_reviews() == 1
        for risk in ("standard", "high"):
            change_template(actor=legal, template_id=template.pk, risk=risk)
        change_template(actor=legal, template_id=template.pk, name="NDA in short")
        known = len(told())

        assert remind_template_reviews() == 1
        change_template(actor=legal, template_id=template.pk, description="One page")
        assert remind_template_reviews() == 0

    assert {title for title, _person, _unread in told()[known:]} == {
        "Template review overdue for 10 days: NDA in short"
    }
    assert {person for _title, person, is_unread in told() if is_unread} == {acme.users["legal"].pk}


def test_a_new_owner_is_told_what_the_others_know_already(acme: Cast) -> None:
    template = approved_template(acme["legal"], risk="high")
    with clock.set_to(datetime(2026, 5, 2, 9, tzinfo=UTC)):
        remind_template_reviews()
        known = len(told())
        change_template(actor=acme["legal"], template_id=template.pk, owner_id=acme.users["procurement"].pk)
        remind_template_reviews()

    assert [person for _title, person, _unread in told()[known:]] == [acme.users["procurement"].pk]
    assert {is_unread for _title, _person, is_unread in told()} == {True}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "name_missing"),
        ({"name": "Taken"}, "template_known"),
        ({"risk": "odd"}, "risk_unknown"),
        ({"category": "odd"}, "category_unknown"),
    ],
)
def test_wrong_facts_are_refused_beside_their_field(alice: Actor, changes: dict[str, str], code: str) -> None:
    template = approved_template(alice)
    draft_template(alice, name="Taken")
    before = left_behind()

    with pytest.raises(DomainError) as refused:
        change_template(actor=alice, template_id=template.pk, **changes)

    assert (refused.value.code, list(refused.value.fields)) == (code, list(changes))
    template.refresh_from_db()
    assert (left_behind(), template.name, template.risk, template.category) == (before, "Short NDA", "standard", "nda")


def test_an_owner_who_is_gone_is_refused(acme: Cast, alice: Actor) -> None:
    template = draft_template(alice)
    Membership.objects.filter(user=acme.users["finance"]).update(removed_at=clock.now())

    with pytest.raises(DomainError) as refused:
        change_template(actor=alice, template_id=template.pk, owner_id=acme.users["finance"].pk)

    assert refused.value.code == "owner_unknown"


def test_nobody_overwrites_what_they_did_not_see_and_a_reminder_is_no_change(alice: Actor) -> None:
    template = approved_template(alice, risk="high")
    newest = newest_change(template)
    assert newest is not None
    with clock.set_to(datetime(2026, 5, 2, 9, tzinfo=UTC)):
        remind_template_reviews()
    change_template(actor=alice, template_id=template.pk, seen=newest.pk, name="Once")
    before = left_behind()

    with pytest.raises(DomainError) as refused:
        change_template(actor=alice, template_id=template.pk, seen=newest.pk, name="Twice")

    assert (refused.value.code, left_behind(), Template.objects.get().name) == ("changed_meanwhile", before, "Once")


def test_a_retired_template_is_not_changed(alice: Actor) -> None:
    template = approved_template(alice)
    retire_template(actor=alice, template_id=template.pk, reason="old")

    with pytest.raises(DomainError) as refused:
        change_template(actor=alice, template_id=template.pk, risk="high")

    assert refused.value.code == "template_retired"


def test_who_may_not_and_another_organization_change_nothing(acme: Cast, alice: Actor, charlie: Actor) -> None:
    template = draft_template(alice)
    before = left_behind()

    with pytest.raises(Forbidden):
        change_template(actor=acme["procurement"], template_id=template.pk, risk="high")
    with organization_scope(charlie.organization_id), pytest.raises(NotVisible):
        change_template(actor=charlie, template_id=template.pk, risk="high")

    assert left_behind() == before


def test_the_facts_are_changed_by_hand(page: Client, acme: Cast, alice: Actor) -> None:
    template = approved_template(alice)
    at = reverse("template-edit", args=[template.pk])
    assert at in page.get(reverse("template", args=[template.pk])).content.decode()
    seen = newest_change(template)
    assert seen is not None
    assert f'value="{seen.pk}"' in page.get(at).content.decode()
    typed = {
        "name": "Long NDA", "description": "", "category": "nda", "risk": "high", "owner_id": str(alice.user_id),
        "seen": str(seen.pk),
    }  # fmt: skip

    answer = page.post(at, typed)
    again = page.post(at, {**typed, "name": "Longer NDA"})

    assert answer["Location"] == reverse("template", args=[template.pk])
    assert (again.status_code, "nothing was overwritten" in again.content.decode()) == (400, True)
    template.refresh_from_db()
    assert (template.name, template.risk, template.review_on) == ("Long NDA", "high", date(2026, 4, 30))


def test_where_the_owner_is_gone_the_form_wants_another_one(page: Client, acme: Cast, alice: Actor) -> None:
    template = draft_template(alice, owner_id=acme.users["finance"].pk)
    Membership.objects.filter(user=acme.users["finance"]).update(removed_at=clock.now())
    at = reverse("template-edit", args=[template.pk])

    assert '<option value="">–</option>' in page.get(at).content.decode()
    typed = {"name": "Short NDA", "category": "nda", "risk": "high", "owner_id": ""}
    assert page.post(at, typed).status_code == 400
    assert Template.objects.get().risk == "standard"


def test_the_facts_are_changed_by_the_api(api: APIClient, alice: Actor) -> None:
    at = f"/api/v1/templates/{approved_template(alice).pk}/"
    seen = api.get(at).data["last_change"]

    changed = api.patch(at, {"risk": "high", "seen": str(seen)}, format="json")
    again = api.patch(at, {"name": "Other", "seen": str(seen)}, format="json")
    wrong = api.patch(at, {"risk": "odd"}, format="json")

    assert (changed.status_code, changed.data["risk"], changed.data["review_on"]) == (200, "high", "2026-04-30")
    assert changed.data["last_change"] != seen
    assert (again.status_code, again.json()["code"]) == (409, "changed_meanwhile")
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["risk"])


def test_strangers_find_nothing_to_change(globex: Cast, alice: Actor) -> None:
    template = approved_template(alice)
    stranger, client = APIClient(), Client()
    for each in (stranger, client):
        each.force_login(globex.users["legal"], backend=BACKEND)

    assert stranger.patch(f"/api/v1/templates/{template.pk}/", {"risk": "high"}, format="json").status_code == 404
    assert client.post(reverse("template-edit", args=[template.pk]), {"risk": "high"}).status_code == 404
    template.refresh_from_db()
    assert template.risk == "standard"
