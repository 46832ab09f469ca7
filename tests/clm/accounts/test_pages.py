from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clm.accounts.models import ApiToken, Membership, User
from clm.lib import clock
from tests.cast import Cast


def test_inviting_from_the_page(page: Client) -> None:
    answer = page.post("/people/invite/", {"email": "new@acme.example", "name": "New", "roles": ["legal"]})

    assert answer["Location"] == "/people/"
    assert User.objects.get(email="new@acme.example").name == "New"


def test_a_refused_invitation_keeps_what_was_typed(page: Client) -> None:
    answer = page.post("/people/invite/", {"email": "legal@acme.example", "name": "Typed", "roles": ["legal"]})

    assert answer.status_code == 200
    assert answer.context["form"].errors == {"email": ["This person is a member already."]}
    assert b'value="Typed"' in answer.content


def test_the_person_page_changes_roles(page: Client, acme: Cast) -> None:
    membership = Membership.objects.get(user=acme.users["finance"])

    page.post(f"/people/{membership.pk}/", {"roles": ["auditor", "finance"]})

    membership.refresh_from_db()
    assert membership.roles == ["finance", "auditor"]


def test_a_person_is_removed(page: Client, acme: Cast) -> None:
    membership = Membership.objects.get(user=acme.users["finance"])

    answer = page.post(f"/people/{membership.pk}/remove/", follow=True)

    assert "Finance is no longer a member." in answer.content.decode()


def test_instants_are_shown_in_the_persons_own_zone(page: Client) -> None:
    page.post("/profile/", {"name": "Alice", "time_zone": "Asia/Tokyo"})

    assert " JST" in page.get("/ledger/").content.decode()


def test_a_token_is_shown_once(page: Client) -> None:
    on = (clock.now() + timedelta(days=10)).date().isoformat()

    answer = page.post("/tokens/new/", {"name": "Robot", "scopes": ["jobs.*"], "expires_on": on})

    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert secret not in page.get("/tokens/").content.decode()
    assert ApiToken.objects.get().scopes == ["jobs.*"]


def test_the_people_list_makes_as_many_queries_for_many(page: Client, acme: Cast) -> None:
    with CaptureQueriesContext(connection) as few:
        page.get("/people/")
    for number in range(30):
        user = User.objects.create_user(f"p{number}@acme.example", None)
        Membership.objects.create(organization=acme.organization, user=user, roles=["legal"])

    with CaptureQueriesContext(connection) as many:
        page.get("/people/")

    assert len(many) == len(few)
