"""The home page of someone with every role costs few queries, however many rows there are."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clm.access.permissions import visible
from clm.access.scope import organization_scope
from clm.accounts.models import User
from clm.accounts.roles import Role
from clm.notify.tell import tell
from contracts.models import Contract
from contracts.operations.create_contract import create_contract
from tests.cast import Cast, add_person

MOST = 29


def statements(client: Client, address: str) -> list[str]:
    """What the page asks of the database. The test's own transaction makes savepoints, a server's request none."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


def everyone(cast: Cast) -> Client:
    actor = add_person(cast, "everything", [role for role in Role.values if role != Role.COUNTERPARTY])
    client = Client()
    user = User.objects.get(pk=actor.user_id)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def fill(cast: Cast, start: int, count: int) -> None:
    for number in range(start, start + count):
        create_contract(actor=cast["legal"], title=f"Hosting {number}")
        tell([cast.users["everything"].pk], kind="x", title="x", dedupe_key=str(number))


def test_home_makes_few_queries_and_no_more_for_many_rows(acme: Cast) -> None:
    client = everyone(acme)
    fill(acme, 0, 3)
    few = statements(client, "/")
    fill(acme, 3, 12)
    many = statements(client, "/")

    assert len(many) == len(few) <= MOST


def test_home_asks_for_the_person_once_and_counts_the_inbox_once(acme: Cast) -> None:
    client = everyone(acme)
    fill(acme, 0, 12)

    asked = statements(client, "/")

    assert sum('FROM "accounts_user" WHERE' in sql for sql in asked) == 1
    assert sum('SELECT COUNT(*) AS "__count" FROM "notify_notification"' in sql for sql in asked) == 1
    page = client.get("/").content.decode()
    assert "The inbox: 12 unread" in page
    assert "Inbox, 12 unread" in page


def test_asking_what_is_visible_makes_no_query_of_its_own(acme: Cast) -> None:
    with organization_scope(acme.organization.pk):
        visible(acme["legal"], Contract.objects.all())
        with CaptureQueriesContext(connection) as captured:
            visible(acme["legal"], Contract.objects.all())

    assert len(captured) == 0
