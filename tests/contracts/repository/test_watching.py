"""Watching: told once of what happens, never of what one may not see; many contracts changed by one job."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clm.accounts.models import Membership, Team
from clm.audit.models import LedgerEntry
from clm.events.models import OutboxEvent
from clm.jobs.models import Job
from clm.jobs.runner import Progress
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, NotVisible
from clm.notify.models import Notification
from contracts.models import Contract, Watcher
from contracts.operations.archive_contract import archive_contract
from contracts.operations.change_contract import change_contract
from contracts.operations.create_contract import create_contract
from contracts.operations.restrict_contract import restrict_contract
from contracts.operations.watching.name_watchers import name_watchers
from contracts.operations.watching.watch_contract import unwatch_contract, watch_contract
from contracts.papers.bulk import hand_over_contracts, rename_tag, request_owner_change, request_tag_change
from contracts.queries.watching import tags_of
from contracts.subscribers import WORDS, tell_watchers
from tests.cast import Cast
from tests.contracts.papers import active_contract


@pytest.fixture
def hosting(alice: Actor) -> Contract:
    return create_contract(actor=alice, title="Hosting")


def told(role: str, acme: Cast) -> list[str]:
    return list(Notification.objects.filter(user=acme.users[role]).order_by("id").values_list("title", flat=True))


def handled(type_: str) -> None:
    event = OutboxEvent.objects.filter(type=type_).latest("id")
    tell_watchers(event)
    tell_watchers(event)  # a handler may run again


def test_one_watches_and_stops(alice: Actor, acme: Cast, hosting: Contract) -> None:
    reader = acme["executive"]
    watch_contract(actor=reader, contract_id=hosting.pk)
    watch_contract(actor=reader, contract_id=hosting.pk)

    assert Watcher.objects.get().user_id == reader.person_id
    entry = LedgerEntry.objects.get(event="contract.watched")
    assert (entry.contract_id, entry.after) == (hosting.pk, {"person": str(reader.person_id)})
    unwatch_contract(actor=reader, contract_id=hosting.pk)
    unwatch_contract(actor=reader, contract_id=hosting.pk)
    assert not Watcher.objects.exists()
    assert LedgerEntry.objects.filter(event="contract.unwatched").count() == 1


def test_watchers_hear_of_a_change_once_and_its_author_does_not(alice: Actor, acme: Cast, hosting: Contract) -> None:
    for role in ("executive", "legal"):
        watch_contract(actor=acme[role], contract_id=hosting.pk)

    archive_contract(actor=acme["legal"], contract_id=hosting.pk)
    handled("contract.archived")

    assert told("executive", acme) == ["Hosting was archived"]
    assert told("legal", acme) == []


def test_who_sees_a_contract_no_more_is_told_nothing(alice: Actor, acme: Cast, hosting: Contract) -> None:
    watch_contract(actor=acme["executive"], contract_id=hosting.pk)
    restrict_contract(actor=alice, contract_id=hosting.pk)
    archive_contract(actor=alice, contract_id=hosting.pk)

    handled("contract.archived")

    assert told("executive", acme) == []


def test_every_fact_that_watchers_hear_of_has_its_words() -> None:
    assert all("%(contract)s" in str(words) for words in WORDS.values())
    assert {"contract.executed", "version.added", "deadline.reminded"} <= set(WORDS)


def test_others_are_named_who_see_it(alice: Actor, acme: Cast, hosting: Contract) -> None:
    people = lambda *roles: [acme.users[role].pk for role in roles]  # noqa: E731
    name_watchers(actor=alice, contract_id=hosting.pk, people=people("executive", "finance"))
    assert told("executive", acme) == ["You watch Hosting now"]
    name_watchers(actor=alice, contract_id=hosting.pk, people=people("finance"))
    assert list(Watcher.objects.values_list("user__name", flat=True)) == ["Finance"]

    restrict_contract(actor=alice, contract_id=hosting.pk)
    for role in ("auditor", "counterparty"):
        with pytest.raises(DomainError) as refusal:
            name_watchers(actor=alice, contract_id=hosting.pk, people=people("finance", role))
        assert (refusal.value.code, list(refusal.value.fields)) == ("watcher_unfit", ["people"])
    assert Watcher.objects.count() == 1


def test_who_may_not_watch(alice: Actor, charlie: Actor, acme: Cast, hosting: Contract) -> None:
    for stranger in (charlie, acme["counterparty"]):
        with pytest.raises(NotVisible):
            watch_contract(actor=stranger, contract_id=hosting.pk)
    with pytest.raises(Forbidden):
        name_watchers(actor=acme["executive"], contract_id=hosting.pk, people=[])


def run(job: Job, work: Any) -> dict[str, Any]:
    return dict(work(Progress(job), job.parameters))


def test_all_contracts_of_somebody_go_to_another(alice: Actor, acme: Cast) -> None:
    owner = acme.users["procurement"].pk
    mine = [create_contract(actor=alice, title=f"C {number}", owner_id=owner) for number in range(3)]
    hidden = create_contract(actor=alice, title="Hidden", owner_id=owner)
    restrict_contract(actor=acme["administrator"], contract_id=hidden.pk)
    create_contract(actor=alice, title="Another's")

    job = request_owner_change(acme["legal"], from_id=owner, to_id=acme.users["finance"].pk)
    result = run(job, hand_over_contracts)

    assert (result["changed"], result["refused"]) == (3, 0)
    assert set(Contract.objects.filter(owner=acme.users["finance"]).values_list("pk", flat=True)) == {
        c.pk for c in mine
    }
    hidden.refresh_from_db()
    assert hidden.owner_id == owner  # who does not see it does not give it away
    entry = LedgerEntry.objects.filter(event="contract.changed").latest("id")
    assert entry.before == {"owner_id": str(owner)}
    with pytest.raises(DomainError) as refusal:
        request_owner_change(alice, from_id=owner, to_id=owner)
    assert refusal.value.code == "same_owner"
    with pytest.raises(Forbidden):
        request_owner_change(acme["procurement"], from_id=owner, to_id=acme.users["finance"].pk)


def test_tags_are_kept_renamed_and_merged(alice: Actor, acme: Cast) -> None:
    one = create_contract(actor=alice, title="One", tags=["  Cloud ", "cloud", "EU"])
    two = create_contract(actor=alice, title="Two", tags=["cloud"])
    assert one.tags == ["Cloud", "cloud", "EU"]
    assert list(tags_of(alice)) == [
        {"tag": "cloud", "number": 2}, {"tag": "Cloud", "number": 1}, {"tag": "EU", "number": 1},
    ]  # fmt: skip

    result = run(request_tag_change(alice, tag="cloud", into="Cloud"), rename_tag)
    assert result == {"changed": 2, "refused": 0, "url": "/contracts/?tag=Cloud"}
    assert [Contract.objects.get(pk=each.pk).tags for each in (one, two)] == [["Cloud", "EU"], ["Cloud"]]
    run(request_tag_change(alice, tag="EU", into=""), rename_tag)
    assert Contract.objects.get(pk=one.pk).tags == ["Cloud"]
    for tag, into, code in (
        ("none", "x", "tag_unknown"),
        ("Cloud", "Cloud", "tag_unfit"),
        ("Cloud", "x" * 41, "tag_unfit"),
    ):
        with pytest.raises(DomainError) as refusal:
            request_tag_change(alice, tag=tag, into=into)
        assert refusal.value.code == code
    for tags in (["x" * 41], [" "], [str(number) for number in range(31)]):
        with pytest.raises(DomainError) as refusal:
            change_contract(actor=alice, contract_id=one.pk, tags=tags)
        assert refusal.value.code == "tags_unfit"
    with pytest.raises(Forbidden):
        request_tag_change(acme["legal"], tag="Cloud", into="x")


def test_a_job_lists_what_is_refused(alice: Actor, acme: Cast) -> None:
    """An owner who left keeps a contract from being changed otherwise."""
    tagged = create_contract(actor=alice, title="One", tags=["old"], owner_id=acme.users["finance"].pk)
    job = request_tag_change(alice, tag="old", into="new")
    Membership.objects.filter(user=acme.users["finance"]).update(removed_at="2026-01-01T00:00Z")

    assert run(job, rename_tag)["refused"] == 1
    assert Job.objects.get(pk=job.pk).problems == [{"where": tagged.reference, "message": "The owner is not a member."}]


def test_a_department_is_a_team_of_that_kind(page: Client, alice: Actor, acme: Cast) -> None:
    department = Team.objects.create(organization=acme.organization, name="Infrastructure", kind="department")
    board = Team.objects.create(organization=acme.organization, name="Board", kind="board")
    contract = create_contract(actor=alice, title="Hosting", department_id=department.pk)
    other = create_contract(actor=alice, title="Gadgets")

    assert LedgerEntry.objects.filter(event="contract.created").first().after["department"] == str(department.pk)  # type: ignore[union-attr]
    with pytest.raises(DomainError) as refusal:
        change_contract(actor=alice, contract_id=contract.pk, department_id=board.pk)
    assert (refusal.value.code, list(refusal.value.fields)) == ("department_unknown", ["department"])
    text = page.get(f"/contracts/?department={department.pk}").content.decode()
    assert ("Hosting" in text, "Gadgets" in text) == (True, False)
    url = reverse("contract-edit", args=[other.pk])
    facts = {
        "title": "Gadgets",
        "category": "license",
        "owner_id": str(alice.person_id),
        "time_zone": "UTC",
        "tags": "EU, cloud",
    }
    assert page.post(url, facts | {"department_id": str(department.pk)}).status_code == 302
    other.refresh_from_db()
    assert (other.department, other.tags) == (department, ["EU", "cloud"])
    assert "Infrastructure" in page.get(reverse("contract-tab", args=[other.pk, "facts"])).content.decode()
    assert "Gadgets" in page.get("/contracts/?tag=cloud").content.decode()


def test_pages_of_watching(page: Client, alice: Actor, acme: Cast, hosting: Contract) -> None:
    facts = reverse("contract-tab", args=[hosting.pk, "facts"])
    assert page.post(reverse("contract-watch", args=[hosting.pk])).url == facts
    assert "Stop watching" in page.get(facts).content.decode()
    assert "Hosting" in page.get("/contracts/?watched=true").content.decode()
    assert page.post(reverse("contract-unwatch", args=[hosting.pk])).url == facts
    finance = str(acme.users["finance"].pk)
    assert page.post(reverse("contract-watchers", args=[hosting.pk]), {"people": [finance]}).url == facts
    assert "Finance" in page.get(facts).content.decode()
    given = page.post(reverse("contracts-owner-change"), {"from_person": str(alice.person_id), "to": finance})
    assert given.url == reverse("job", args=[Job.objects.latest("id").pk])
    change_contract(actor=alice, contract_id=hosting.pk, tags=["EU"])
    assert 'href="/contracts/?tag=EU"' in page.get(reverse("contract-tags")).content.decode()
    assert page.post(reverse("contract-tag-change") + "?tag=EU", {"into": "Europe"}).status_code == 302


def test_watching_by_the_api(api: APIClient, alice: Actor, acme: Cast, hosting: Contract) -> None:
    url = f"/api/v1/contracts/{hosting.pk}/"
    assert api.post(f"{url}watch/").status_code == 204
    assert [row["name"] for row in api.get(f"{url}watchers/").data["results"]] == ["Alice"]
    assert len(api.get("/api/v1/contracts/?watched=true").data["results"]) == 1
    assert api.delete(f"{url}watch/").status_code == 204
    finance = str(acme.users["finance"].pk)
    assert [row["name"] for row in api.post(f"{url}watchers/", {"people": [finance]}, format="json").data] == [
        "Finance"
    ]
    assert api.patch(url, {"tags": ["EU", "cloud"]}, format="json").data["tags"] == ["EU", "cloud"]
    assert api.get("/api/v1/contracts/tags/").data == [{"tag": "EU", "number": 1}, {"tag": "cloud", "number": 1}]
    assert len(api.get("/api/v1/contracts/?tag=EU").data["results"]) == 1
    assert api.post("/api/v1/contracts/tags/", {"tag": "EU", "into": "Europe"}, format="json").status_code == 202
    change = {"from_person": str(alice.person_id), "to": finance}
    assert api.post("/api/v1/contracts/owner-change/", change, format="json").status_code == 202


def test_a_contract_that_is_activated_tells_its_watchers(alice: Actor, acme: Cast) -> None:
    contract = active_contract(alice)
    watch_contract(actor=acme["executive"], contract_id=contract.pk)
    handled("contract.activated")
    handled("version.added")

    assert told("executive", acme) == ["Hosting is in force", "Hosting has a new version"]
