"""The review of a template: when its people are told, who they are, and where it is seen that it is overdue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from rest_framework.test import APIClient

from clm.accounts.models import Membership, Organization
from clm.lib import clock
from clm.lib.actor import Actor
from clm.notify.models import Notification
from contracts.engine.reviews import last_telling, next_telling
from contracts.models import Template
from contracts.operations.templates.approve_template import approve_template
from contracts.operations.templates.change_template import change_template
from contracts.operations.templates.retire_template import retire_template
from contracts.tasks import remind_template_reviews
from tests.cast import Cast
from tests.contracts.library_of import approved_template, draft_template
from tests.proof import last_entry, last_event, left_behind

REVIEW = date(2026, 4, 30)


@pytest.fixture(autouse=True)
def january() -> Iterator[None]:
    with clock.set_to(datetime(2026, 1, 31, 12, tzinfo=UTC)):
        yield


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 1, tzinfo=UTC)


def told_on(day: date) -> int:
    """How many templates were looked at by the task on that day."""
    with clock.set_to(on(day)):
        return remind_template_reviews()


def unread(cast: Cast, role: str) -> list[str]:
    rows = Notification.objects.filter(user=cast.users[role], kind="template_review", read_at=None)
    return list(rows.values_list("title", flat=True))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (date(2026, 1, 31), date(2026, 3, 31)),
        (date(2026, 3, 31), date(2026, 4, 23)),
        (date(2026, 4, 22), date(2026, 4, 23)),
        (date(2026, 4, 23), date(2026, 4, 30)),
        (date(2026, 4, 30), date(2026, 5, 7)),
        (date(2026, 5, 6), date(2026, 5, 7)),
        (date(2026, 5, 7), date(2026, 5, 14)),
        (date(2026, 7, 1), date(2026, 7, 2)),
    ],
)
def test_the_next_day_on_which_people_are_told(after: date, expected: date) -> None:
    assert next_telling(REVIEW, after, ahead=(30, 7), again=7) == expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 3, 30), None),
        (date(2026, 3, 31), date(2026, 3, 31)),
        (date(2026, 4, 29), date(2026, 4, 23)),
        (date(2026, 4, 30), date(2026, 4, 30)),
        (date(2026, 5, 6), date(2026, 4, 30)),
        (date(2026, 5, 20), date(2026, 5, 14)),
    ],
)
def test_the_last_day_on_which_people_were_told(today: date, expected: date | None) -> None:
    assert last_telling(REVIEW, today, ahead=(30, 7), again=7) == expected


def test_a_review_that_is_never_told_of_again_is_no_setting() -> None:
    with pytest.raises(ValueError, match="at least a day"):
        next_telling(REVIEW, REVIEW, ahead=(), again=0)


def test_people_are_told_ahead_on_the_day_and_every_week_until_it_is_reviewed(acme: Cast, alice: Actor) -> None:
    template = approved_template(alice, risk="high")
    said = []
    for day in (REVIEW - timedelta(days=offset) for offset in (31, 30, 29, 8, 7, 1, 0, -1, -6, -7, -13, -14)):
        if told_on(day):
            said.append(((REVIEW - day).days, unread(acme, "legal")))
        assert told_on(day) == 0

    assert said == [
        (30, ["Template review due in 30 days: Short NDA"]),
        (7, ["Template review due in 7 days: Short NDA"]),
        (0, ["Template review due today: Short NDA"]),
        (-7, ["Template review overdue for 7 days: Short NDA"]),
        (-14, ["Template review overdue for 14 days: Short NDA"]),
    ]
    assert last_event() == ("template.review_due", {"template_id": str(template.pk)})
    assert last_entry().after == {"review_on": "2026-04-30", "days_left": -14}

    with clock.set_to(on(REVIEW + timedelta(days=15))):
        approve_template(actor=alice, template_id=template.pk)
    assert unread(acme, "legal") == []
    assert [told_on(REVIEW + timedelta(days=days)) for days in (21, 76, 77)] == [0, 0, 1]


def test_each_person_is_told_once_for_a_day(acme: Cast, alice: Actor) -> None:
    template = approved_template(acme["legal"], risk="high", owner_id=acme.users["procurement"].pk)
    told_on(REVIEW)
    Template.objects.filter(pk=template.pk).update(review_due_at=on(REVIEW))

    assert told_on(REVIEW + timedelta(days=2)) == 1

    told = Notification.objects.filter(kind="template_review")
    people = {alice.user_id, acme.users["legal"].pk, acme.users["procurement"].pk}
    assert (len(told), {row.user_id for row in told}) == (len(people), people)
    assert {row.url for row in told} == {f"/contracts/templates/{template.pk}/"}
    assert {row.due_at for row in told} == {datetime(2026, 4, 30, tzinfo=UTC)}


def test_a_worker_that_was_away_tells_once_what_holds_now(acme: Cast, alice: Actor) -> None:
    template = approved_template(alice, risk="high")

    assert told_on(REVIEW + timedelta(days=9)) == 1

    assert unread(acme, "legal") == ["Template review overdue for 9 days: Short NDA"]
    assert Template.objects.get(pk=template.pk).review_due_at == datetime(2026, 5, 14, tzinfo=UTC)


@pytest.mark.parametrize("gone", ["removed", "inactive"])
def test_administrators_are_told_where_the_owner_is_gone(acme: Cast, gone: str) -> None:
    owner = acme.users["procurement"]
    approved_template(acme["legal"], risk="high", owner_id=owner.pk)
    if gone == "removed":
        Membership.objects.filter(user=owner).update(removed_at=clock.now())
    else:
        owner.is_active = False
        owner.save(update_fields=["is_active"])

    told_on(REVIEW)

    told = Notification.objects.filter(kind="template_review")
    assert {row.user_id for row in told} >= {acme.users["legal"].pk, acme.users["administrator"].pk}
    assert owner.pk not in {row.user_id for row in told}
    assert {
        row.body.endswith("Its owner, Procurement, is not here any more: give it another one.") for row in told
    } == {True}


def test_administrators_are_left_alone_where_there_is_an_owner(acme: Cast) -> None:
    approved_template(acme["legal"], risk="high", owner_id=acme.users["procurement"].pk)

    told_on(REVIEW)

    assert (len(unread(acme, "procurement")), unread(acme, "administrator")) == (1, [])


def test_nobody_is_told_of_a_retired_template(acme: Cast, alice: Actor) -> None:
    template = approved_template(alice, risk="high")
    told_on(REVIEW)

    with clock.set_to(on(REVIEW)):
        retire_template(actor=alice, template_id=template.pk, reason="old")

    assert unread(acme, "legal") == []
    assert told_on(REVIEW + timedelta(days=7)) == 0
    with clock.set_to(on(REVIEW + timedelta(days=7))):
        assert Template.objects.get().is_review_overdue is False


@override_settings(TEMPLATE_REVIEW_AHEAD=(10,), TEMPLATE_REVIEW_AGAIN=2)
def test_the_days_are_settings(acme: Cast, alice: Actor) -> None:
    approved_template(alice, risk="high")

    days = [offset for offset in range(31, -6, -1) if told_on(REVIEW - timedelta(days=offset))]

    assert days == [10, 0, -2, -4]


def test_an_overdue_review_is_plain_on_the_list_the_page_and_in_the_api(
    page: Client, api: APIClient, alice: Actor
) -> None:
    late = approved_template(alice, risk="high")
    draft_template(alice, name="Another")
    at, where = reverse("template", args=[late.pk]), reverse("templates")

    def seen() -> tuple[bool, bool, bool]:
        listed = page.get(where, {"review": "overdue"}).content.decode()
        shown = page.get(at).content.decode()
        sent = api.get(f"/api/v1/templates/{late.pk}/").data["is_review_overdue"]
        return "Overdue</span>" in listed, "The review of this template is overdue since 30 Apr 2026." in shown, sent

    with clock.set_to(on(REVIEW)):
        assert seen() == (False, False, False)
        assert "Short NDA" in page.get(where, {"review": "soon"}).content.decode()
    with clock.set_to(on(REVIEW + timedelta(days=1))):
        assert seen() == (True, True, True)
        assert "Short NDA" not in page.get(where, {"review": "soon"}).content.decode()
        assert "Another" not in page.get(where, {"review": "overdue"}).content.decode()
        page.post(reverse("template-approve", args=[late.pk, late.versions.get().pk]))
        assert seen() == (False, False, False)


def test_a_review_is_one_a_day_even_where_months_end_alike(alice: Actor) -> None:
    with clock.set_to(datetime(2026, 8, 30, 9, tzinfo=UTC)):
        template = approved_template(alice)
        once = left_behind()
        approve_template(actor=alice, template_id=template.pk)
        assert left_behind() == once
    with clock.set_to(datetime(2026, 8, 31, 9, tzinfo=UTC)):
        again = approve_template(actor=alice, template_id=template.pk)

    assert (again.review_on, left_behind()) == (date(2027, 2, 28), (once[0] + 1, once[1] + 1, once[2] + 1))


def lives_in(cast: Cast, zone: str) -> None:
    Organization.objects.filter(pk=cast.organization.pk).update(time_zone=zone)


@pytest.mark.parametrize(
    ("zone", "review_on", "told_at"),
    [
        ("UTC", date(2026, 4, 30), datetime(2026, 3, 31, tzinfo=UTC)),
        # Noon of 31 January in London is 1 February in Auckland, 13 hours ahead.
        ("Pacific/Auckland", date(2026, 5, 1), datetime(2026, 3, 31, 11, tzinfo=UTC)),
        ("Pacific/Honolulu", date(2026, 4, 30), datetime(2026, 3, 31, 10, tzinfo=UTC)),
    ],
)
def test_days_are_those_of_the_organization(
    acme: Cast, alice: Actor, zone: str, review_on: date, told_at: datetime
) -> None:
    lives_in(acme, zone)
    template = approved_template(alice, risk="high")

    assert (template.review_on, template.review_due_at) == (review_on, told_at)
    for instant, looked_at in ((told_at - timedelta(seconds=1), 0), (told_at, 1), (told_at, 0)):
        with clock.set_to(instant):
            assert remind_template_reviews() == looked_at
    assert unread(acme, "legal") == ["Template review due in 30 days: Short NDA"]
    next_at = datetime.combine(review_on - timedelta(days=7), time(), ZoneInfo(zone))
    assert Template.objects.get().review_due_at == next_at


def test_a_review_is_overdue_when_its_day_is_over_there(acme: Cast, page: Client, api: APIClient, alice: Actor) -> None:
    lives_in(acme, "Pacific/Auckland")
    template = approved_template(alice, risk="high")
    over = datetime(2026, 5, 1, 12, tzinfo=UTC)  # 24:00 of 1 May, 12 hours ahead since April

    def seen() -> tuple[bool, bool, bool]:
        listed = "Overdue</span>" in page.get(reverse("templates"), {"review": "overdue"}).content.decode()
        shown = "is overdue since 1 May 2026." in page.get(reverse("template", args=[template.pk])).content.decode()
        return listed, shown, api.get(f"/api/v1/templates/{template.pk}/").data["is_review_overdue"]

    with clock.set_to(over - timedelta(seconds=1)):
        assert seen() == (False, False, False)
    with clock.set_to(over):
        assert seen() == (True, True, True)


def test_a_review_is_one_a_day_of_the_organization(acme: Cast, alice: Actor) -> None:
    lives_in(acme, "Pacific/Auckland")
    template = approved_template(alice)
    with clock.set_to(datetime(2026, 2, 1, 10, 59, tzinfo=UTC)):  # 23:59 of the same day
        before = left_behind()
        approve_template(actor=alice, template_id=template.pk)
        assert left_behind() == before
    with clock.set_to(datetime(2026, 2, 1, 11, tzinfo=UTC)):
        assert approve_template(actor=alice, template_id=template.pk).review_on == date(2026, 8, 2)


def test_another_risk_counts_from_the_day_there(acme: Cast, alice: Actor) -> None:
    lives_in(acme, "Pacific/Auckland")
    template = approved_template(alice)
    assert template.review_on == date(2026, 8, 1)

    changed = change_template(actor=alice, template_id=template.pk, risk="high")

    assert changed.review_on == date(2026, 5, 1)


def test_the_day_of_the_review_begins_there(acme: Cast, alice: Actor) -> None:
    lives_in(acme, "Pacific/Auckland")
    approved_template(alice, risk="high")
    with clock.set_to(datetime(2026, 4, 30, 12, tzinfo=UTC)):
        remind_template_reviews()

    assert unread(acme, "legal") == ["Template review due today: Short NDA"]
    told = Notification.objects.filter(kind="template_review")
    assert {row.due_at for row in told} == {datetime(2026, 4, 30, 12, tzinfo=UTC)}


def test_a_reminder_before_its_day_does_nothing(alice: Actor) -> None:
    approved_template(alice, risk="high")
    before = left_behind()

    assert told_on(date(2026, 3, 30)) == 0
    assert left_behind() == before
