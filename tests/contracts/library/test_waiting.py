"""What waits in the library for a second person: who hears of it, when that is over, and where it is found."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from clm.access.scope import organization_scope
from clm.lib.actor import Actor
from clm.notify.models import Notification
from contracts.models import LibraryClause
from contracts.operations.library.approve_library_clause import approve_library_clause
from contracts.operations.library.change_library_clause import change_library_clause
from contracts.operations.library.import_library import import_library
from contracts.operations.library.retire_library_clause import retire_library_clause
from tests.cast import Cast
from tests.contracts.drafting.written import clause_of as clause_in
from tests.contracts.drafting.written import open_draft, write
from tests.contracts.library.shelf import LADDER, NEXT, approved, shelved
from tests.contracts.library.test_files import SUPPORT

BACKEND = "django.contrib.auth.backends.ModelBackend"


def unread(*kinds: str) -> set[str]:
    """Who has not read that something waits in the library."""
    rows = Notification.objects.filter(kind__in=kinds or ["library.waits", "library.import_waits"], read_at=None)
    return set(rows.values_list("user__name", flat=True))


def told() -> int:
    return Notification.objects.filter(kind__startswith="library.").count()


def seen_by(acme: Cast, name: str) -> Client:
    client = Client()
    client.force_login(acme.users[name], backend=BACKEND)
    return client


def test_whoever_may_approve_a_new_clause_and_did_not_write_it_is_told(acme: Cast, alice: Actor) -> None:
    clause = shelved(alice)

    assert unread() == {"Legal", "Approver"}
    notice = Notification.objects.get(user=acme.users["approver"], kind="library.waits")
    assert (notice.title, notice.body) == ("Library clause waits for approval: Availability", "")
    assert (notice.url, notice.subject_id) == (f"/contracts/library/{clause.pk}/", clause.pk)
    assert notice.mail_due_at is not None


def test_ten_saves_are_one_notice(acme: Cast, alice: Actor) -> None:
    clause = approved(alice).clause
    before = told()
    for number in range(10):
        ladder = [{**LADDER[0], "text": f"The Service is there for {number} hours."}]
        change_library_clause(actor=alice, clause_id=clause.pk, positions=ladder, note=f"Try {number}")
    change_library_clause(actor=alice, clause_id=clause.pk, mandatory_for=["nda"])

    assert (unread(), told() - before) == ({"Legal", "Approver"}, 2)
    assert {row.body for row in Notification.objects.filter(kind="library.waits", read_at=None)} == {"Try 0"}


def test_approved_it_waits_for_nobody_and_the_next_version_is_told_anew(acme: Cast, alice: Actor) -> None:
    clause = shelved(alice)
    approve_library_clause(actor=acme["legal"], clause_id=clause.pk)

    assert unread() == set()
    assert Notification.objects.filter(kind="library.waits", mailed_at=None).exclude(mail_due_at=None).count() == 0
    change_library_clause(actor=acme["legal"], clause_id=clause.pk, positions=NEXT)
    assert (unread(), told()) == ({"Alice", "Approver"}, 4)


def test_types_that_are_taken_back_wait_no_more(acme: Cast, alice: Actor) -> None:
    clause = approved(alice).clause
    change_library_clause(actor=alice, clause_id=clause.pk, mandatory_for=["hosting", "nda"])
    assert unread() == {"Legal", "Approver"}

    change_library_clause(actor=alice, clause_id=clause.pk, mandatory_for=["hosting"])

    assert unread() == set()
    change_library_clause(actor=alice, clause_id=clause.pk, mandatory_for=["nda", "hosting"])
    assert unread() == {"Legal", "Approver"}


def test_words_wait_on_where_types_are_taken_back(alice: Actor) -> None:
    clause = approved(alice).clause
    change_library_clause(actor=alice, clause_id=clause.pk, positions=NEXT, mandatory_for=["nda"])
    change_library_clause(actor=alice, clause_id=clause.pk, mandatory_for=["hosting"])

    assert unread() == {"Legal", "Approver"}


def test_a_retired_clause_waits_for_nobody(alice: Actor) -> None:
    clause = shelved(alice)

    retire_library_clause(actor=alice, clause_id=clause.pk, reason="Not needed")

    assert unread() == set()


def test_who_writes_in_it_meanwhile_is_asked_no_more(acme: Cast, alice: Actor) -> None:
    clause = shelved(alice)
    change_library_clause(actor=acme["legal"], clause_id=clause.pk, guidance="Ask operations.")
    assert unread() == {"Legal", "Approver"}

    change_library_clause(actor=acme["legal"], clause_id=clause.pk, positions=NEXT)

    assert unread() == {"Approver"}


def test_other_facts_of_an_approved_clause_wait_for_nobody(alice: Actor) -> None:
    clause = approved(alice).clause
    before = told()
    change_library_clause(actor=alice, clause_id=clause.pk, guidance="Ask operations.", risk="high")

    assert (unread(), told()) == (set(), before)


def test_who_wrote_in_a_contract_that_it_frees_is_not_asked(acme: Cast, alice: Actor) -> None:
    """They would be refused: somebody else decides."""
    clause = approved(alice).clause
    draft = open_draft(acme["legal"], category="hosting")
    write(acme["legal"], clause_in(draft, "Credits"), "None.")

    change_library_clause(actor=alice, clause_id=clause.pk, mandatory_for=[])

    assert unread() == {"Approver"}


def test_many_by_one_import_are_one_notice_until_none_waits(acme: Cast, alice: Actor) -> None:
    entries = [SUPPORT, {**SUPPORT, "title": "Backups", "positions": [{"kind": "preferred", "text": "Daily."}]}]
    import_library(actor=alice, entries=entries, is_trial=True)
    assert told() == 0

    import_library(actor=alice, entries=entries)

    assert (unread("library.import_waits"), told()) == ({"Legal", "Approver"}, 2)
    notice = Notification.objects.filter(kind="library.import_waits").earliest("id")
    assert notice.title == "2 library clauses wait for approval"
    assert notice.body == "They came by one import, the first is “Backups”."
    assert notice.url == "/contracts/library/?waits=true"
    first, last = LibraryClause.objects.order_by("title")
    approve_library_clause(actor=acme["approver"], clause_id=first.pk)
    assert unread() == {"Legal", "Approver"}
    approve_library_clause(actor=acme["approver"], clause_id=last.pk)
    assert unread() == set()


def test_one_by_an_import_is_told_as_one(alice: Actor) -> None:
    import_library(actor=alice, entries=[SUPPORT])
    import_library(actor=alice, entries=[{**SUPPORT, "positions": [{"kind": "preferred", "text": "Nobody does."}]}])

    assert (unread("library.waits"), told()) == ({"Legal", "Approver"}, 2)


def test_neither_the_other_side_nor_another_organization_is_told(acme: Cast, globex: Cast, alice: Actor) -> None:
    clause = shelved(alice, title="Numbat availability")
    tell_all_names = {"Legal", "Approver"}

    assert unread() == tell_all_names
    with organization_scope(globex.organization.pk):
        assert told() == 0
    for client in (seen_by(acme, "counterparty"), seen_by(globex, "approver")):
        for url in ("/", "/inbox/?show=all", "/api/v1/notifications/"):
            assert "Numbat" not in client.get(url).content.decode()
        assert client.get(clause.get_absolute_url()).status_code in (403, 404)


def test_the_home_page_and_the_inbox_have_it(acme: Cast, alice: Actor, page: Client) -> None:
    clause = shelved(alice)
    words = "Library clause waits for approval: Availability"

    for client, is_told in ((seen_by(acme, "approver"), True), (seen_by(acme, "legal"), True), (page, False)):
        for url in ("/", "/inbox/"):
            assert (words in client.get(url).content.decode()) is is_told
    approve_library_clause(actor=acme["approver"], clause_id=clause.pk)
    assert words not in seen_by(acme, "legal").get("/").content.decode()


def waiting_three(alice: Actor) -> list[UUID]:
    """A clause that is new, one whose words and one whose types wait; beside one that is approved and one retired."""
    new = shelved(alice, title="New", positions=[{"kind": "preferred", "text": "New."}])
    words, types, _still = (
        approved(alice, title=title, positions=[{"kind": "preferred", "text": f"{title}."}]).clause
        for title in ("Worded", "Typed", "Still")
    )
    change_library_clause(actor=alice, clause_id=words.pk, positions=NEXT)
    change_library_clause(actor=alice, clause_id=types.pk, mandatory_for=[])
    gone = shelved(alice, title="Gone", positions=[{"kind": "preferred", "text": "Gone."}])
    retire_library_clause(actor=alice, clause_id=gone.pk, reason="Not needed")
    return [new.pk, words.pk, types.pk]


def test_the_list_says_what_waits_and_how_many(alice: Actor, page: Client) -> None:
    waiting_three(alice)
    url = reverse("library-clauses")

    body = page.get(url).content.decode()
    found = page.get(url, {"waits": "true"})

    assert '<option value="true">Waits for approval (3)</option>' in body
    assert [line.row.title for line in found.context["lines"]] == ["New", "Typed", "Worded"]
    rows = {line.row.title: line.cells[5].value for line in page.get(url).context["lines"]}
    assert rows == {"Gone": "", "New": "Waits", "Still": "", "Typed": "Waits", "Worded": "Waits"}


def test_the_api_says_what_waits(alice: Actor, api: APIClient) -> None:
    waits = waiting_three(alice)

    asked = {flag: api.get("/api/v1/library-clauses/", {"waits": flag}).data["results"] for flag in ("true", "false")}

    assert [UUID(row["id"]) for row in reversed(asked["true"])] == waits
    assert [row["title"] for row in asked["false"]] == ["Gone", "Still"]


@pytest.mark.parametrize("query", [{}, {"waits": "true"}])
def test_it_takes_as_many_queries_for_many_that_wait(alice: Actor, page: Client, query: dict[str, Any]) -> None:
    counts = []
    for more in (3, 20):
        for _index in range(more):
            number = LibraryClause.objects.count()
            shelved(alice, title=f"Clause {number}", positions=[{"kind": "preferred", "text": f"Text {number}."}])
        with CaptureQueriesContext(connection) as made:
            assert page.get(reverse("library-clauses"), query).status_code == 200
        counts.append(len(made))

    assert counts[0] == counts[1]
