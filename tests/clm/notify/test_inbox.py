from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clm.access.middleware import actor_of
from clm.access.permissions import system_actor
from clm.access.scope import organization_scope
from clm.accounts.models import Membership, User
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import NotVisible
from clm.notify.models import Notification
from clm.notify.operations.read_all_notifications import read_all_notifications
from clm.notify.operations.read_notification import read_notification
from clm.notify.operations.settle_inboxes import settle_inboxes
from clm.notify.panels import unread_count
from clm.notify.tasks import send_mail
from clm.notify.tell import tell
from clm.portfolio.access import LOADER
from contracts.operations.create_contract import create_contract
from contracts.operations.restrict_contract import restrict_contract
from tests.cast import Cast
from tests.proof import last_event, left_behind

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


def told(cast: Cast, key: str = "k", role: str = "finance", **more: object) -> Notification:
    tell([cast.users[role].pk], kind="test", title=f"Title {key}", dedupe_key=key, **more)  # type: ignore[arg-type]
    return Notification.objects.get(dedupe_key=key)


def test_a_person_is_told_once(acme: Cast) -> None:
    told(acme)
    told(acme)

    assert Notification.objects.count() == 1


def test_reading_is_recorded_once(acme: Cast) -> None:
    notification = told(acme)

    read_notification(actor=acme["finance"], notification_id=notification.pk)
    read_notification(actor=acme["finance"], notification_id=notification.pk)

    ids = {"notification_id": str(notification.pk), "user_id": str(acme.users["finance"].pk)}
    assert last_event() == ("notification.read", ids)
    assert left_behind() == (1, 1, 0)


def test_somebody_elses_inbox_is_not_there(acme: Cast) -> None:
    notification = told(acme)

    with pytest.raises(NotVisible):
        read_notification(actor=acme["legal"], notification_id=notification.pk)


def test_reading_all(acme: Cast) -> None:
    told(acme, "a")
    told(acme, "b")
    told(acme, "c", role="legal")

    assert read_all_notifications(actor=acme["finance"]) == 2
    assert Notification.objects.filter(read_at=None).count() == 1
    assert last_event() == ("inbox.read", {"user_id": str(acme.users["finance"].pk), "count": 2})
    assert read_all_notifications(actor=acme["finance"]) == 0
    assert left_behind() == (1, 1, 0)


def test_mail_leaves_once_with_the_way_back(acme: Cast) -> None:
    told(acme, body="Look at it.", url="/inbox/")

    assert (send_mail(), send_mail()) == (1, 0)
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["finance@acme.example"], "Title k")
    assert message.body.split() == ["Look", "at", "it.", "http://127.0.0.1:8000/inbox/"]


def test_settled_inboxes_keep_the_newest_and_mail_nothing(acme: Cast) -> None:
    for number in range(5):
        told(acme, f"k{number}")

    settled = settle_inboxes(actor=system_actor(LOADER, acme.organization.pk), keep=2)

    assert settled == 3
    unread = Notification.objects.filter(read_at=None).order_by("id").values_list("dedupe_key", flat=True)
    assert list(unread) == ["k3", "k4"]
    assert send_mail() == 0


def test_settled_inboxes_keep_the_one_of_another_kind(acme: Cast) -> None:
    tell([acme.users["finance"].pk], kind="request", title="Which bolts?", dedupe_key="asked")
    for number in range(5):
        told(acme, f"k{number}")

    settle_inboxes(actor=system_actor(LOADER, acme.organization.pk), keep=3)

    unread = Notification.objects.filter(read_at=None).order_by("id").values_list("dedupe_key", flat=True)
    assert list(unread) == ["asked", "k3", "k4"]


def test_the_inbox_page_leads_to_the_thing(page: Client, acme: Cast) -> None:
    tell([acme.users["alice"].pk], kind="test", title="Sign it", dedupe_key="k", url="/people/")
    notification = Notification.objects.get()

    assert "Sign it" in page.get("/inbox/").content.decode()
    answer = page.post(f"/inbox/{notification.pk}/read/", {"follow": "1"})

    assert answer["Location"] == "/people/"
    assert "Sign it" not in page.get("/inbox/").content.decode()
    assert "Sign it" in page.get("/inbox/?show=all").content.decode()


def test_the_inbox_never_leads_elsewhere(page: Client, acme: Cast) -> None:
    tell([acme.users["alice"].pk], kind="test", title="x", dedupe_key="k", url="https://elsewhere.example/")

    answer = page.post(f"/inbox/{Notification.objects.get().pk}/read/", {"follow": "1"})

    assert answer["Location"] == "/inbox/"


def test_the_api_reads(api: APIClient, acme: Cast) -> None:
    tell([acme.users["alice"].pk], kind="test", title="x", dedupe_key="k", due_at=clock.now() + timedelta(days=1))
    (listed,) = api.get("/api/v1/notifications/", {"unread": "true"}).json()["results"]

    assert api.post(f"/api/v1/notifications/{listed['id']}/read/").json()["read_at"] is not None
    assert api.get("/api/v1/notifications/", {"unread": "true"}).json()["results"] == []


def test_a_title_with_line_breaks_is_mailed_under_one_line(acme: Cast) -> None:
    title = "Due\r\nBcc: everybody@acme.example\n today"
    tell([acme.users["legal"].pk], kind="test", title=title, dedupe_key="breaks")

    assert send_mail() == 1
    assert (mail.outbox[0].subject, mail.outbox[0].bcc) == ("Due Bcc: everybody@acme.example today", [])


def test_nobody_is_told_of_what_they_may_not_see(acme: Cast, alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Merger talks")
    restrict_contract(actor=alice, contract_id=contract.pk, people=[acme.users["legal"].pk])
    people = [acme.users[role].pk for role in ("legal", "finance", "account_manager")]

    told_now = tell(people, kind="test", title="Merger talks: a fee is due", dedupe_key="k", subject=contract)

    assert told_now == 1
    assert [row.user for row in Notification.objects.all()] == [acme.users["legal"]]


def test_no_mail_follows_a_person_who_left(acme: Cast) -> None:
    told(acme)
    Membership.objects.filter(user=acme.users["finance"]).update(removed_at=clock.now())

    assert send_mail() == 0
    kept = Notification.objects.get()
    assert (mail.outbox, kept.mailed_at, kept.mail_due_at) == ([], None, None)
    assert kept.mail_error == "Not sent: no longer a member."


def test_no_mail_tells_of_what_became_confidential(acme: Cast, alice: Actor) -> None:
    contract = create_contract(actor=alice, title="Merger talks")
    told(acme, subject=contract)
    restrict_contract(actor=alice, contract_id=contract.pk)

    assert send_mail() == 0
    assert Notification.objects.get().mail_error == "Not sent: may no longer see what it is about."


def test_no_mail_follows_a_person_who_is_inactive(acme: Cast) -> None:
    told(acme)
    User.objects.filter(pk=acme.users["finance"].pk).update(is_active=False)

    assert (send_mail(), mail.outbox) == (0, [])
    assert Notification.objects.get().mail_error == "Not sent: no longer a member."


def test_a_subject_nobody_knows_any_more_holds_up_only_its_own_mail(acme: Cast) -> None:
    first = told(acme, "a")
    Notification.objects.filter(pk=first.pk).update(subject_type="contracts.gone", subject_id=first.pk)
    told(acme, "b")

    assert send_mail() == 1
    assert [message.subject for message in mail.outbox] == ["Title b"]
    first.refresh_from_db()
    assert (first.mailed_at, first.mail_attempts) == (None, 1)
    assert "gone" in first.mail_error


def test_a_notice_hides_with_what_it_is_about(acme: Cast, alice: Actor, page: Client, api: APIClient) -> None:
    """The page, its search, the home page, the badge, the API and both verbs: as long as the contract is hidden."""
    contract = create_contract(actor=alice, title="Merger talks")
    notice = told(acme, "merger", role="finance", subject=contract)
    told(acme, "plain", role="finance")
    for client in (page, api):
        client.force_login(acme.users["finance"], backend=MODEL_BACKEND)
    assert shown(page, api) == (True, True, True, 2, 2)

    restrict_contract(actor=alice, contract_id=contract.pk, people=[acme.users["legal"].pk])

    assert shown(page, api) == (False, False, False, 1, 1)
    with pytest.raises(NotVisible):
        read_notification(actor=acme["finance"], notification_id=notice.pk)
    assert read_all_notifications(actor=acme["finance"]) == 1
    notice.refresh_from_db()
    assert notice.read_at is None


def shown(page: Client, api: APIClient) -> tuple[bool, bool, bool, int, int]:
    """In the inbox, in its search, on the home page; the badge's count, and how many the API lists."""
    inbox = page.get("/inbox/")
    pages = (inbox, page.get("/inbox/?q=merger"), page.get("/"))
    in_inbox, in_search, at_home = ("Title merger" in answer.content.decode() for answer in pages)
    listed = api.get("/api/v1/notifications/").json()["results"]
    return in_inbox, in_search, at_home, unread_count(actor_of(inbox.wsgi_request)), len(listed)


def test_only_what_is_registered_can_be_told_of(acme: Cast) -> None:
    with pytest.raises(LookupError, match=r"accounts\.organization is not registered"):
        told(acme, subject=acme.organization)


def test_the_badge_asks_only_for_the_kinds_that_the_unread_are_about(acme: Cast, alice: Actor) -> None:
    finance = acme["finance"]
    with CaptureQueriesContext(connection) as made:
        assert unread_count(finance) == 0
    assert len(made) == 1

    told(acme, "talks", subject=create_contract(actor=alice, title="Merger talks"))
    told(acme, "plain")
    with CaptureQueriesContext(connection) as made:
        assert unread_count(finance) == 2
    assert len(made) == 2
    assert made[1]["sql"].count("EXISTS") == 1


def test_the_badge_is_empty_elsewhere_and_for_who_may_not_read(acme: Cast, globex: Cast, alice: Actor) -> None:
    told(acme)
    assert unread_count(acme["finance"]) == 1
    assert unread_count(replace(acme["finance"], scopes=frozenset({"contracts.*"}))) == 0
    with organization_scope(globex.organization.pk):
        assert unread_count(acme["finance"]) == 0
