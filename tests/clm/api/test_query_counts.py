"""Lists and endpoints of the platform make as many queries for thirty rows as for three."""

from __future__ import annotations

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clm.accounts.models import Membership, User
from clm.events.models import Delivery, DeliveryState, OutboxEvent
from clm.jobs.models import Job
from clm.lib import clock
from clm.notify.tell import tell
from tests.cast import Cast
from tests.clm.accounts.test_tokens import issue

ADDRESSES = (
    "/people/", "/tokens/", "/ledger/", "/jobs/", "/dead-letters/", "/inbox/", "/",
    "/api/v1/people/", "/api/v1/tokens/", "/api/v1/ledger/", "/api/v1/jobs/", "/api/v1/deliveries/",
    "/api/v1/notifications/",
)  # fmt: skip


def fill(cast: Cast, start: int, count: int) -> None:
    """So many more people, tokens, entries, events, dead letters, jobs and notifications."""
    alice = cast.users["alice"]
    for number in range(start, start + count):
        user = User.objects.create(email=f"p{number}@acme.example")
        Membership.objects.create(organization=cast.organization, user=user, roles=["legal"])
        issue(cast["integration"])
        Delivery.objects.create(
            organization=cast.organization, event=OutboxEvent.objects.latest("id"), handler="x",
            status=DeliveryState.DEAD, due_at=clock.now(),
        )  # fmt: skip
        Job.objects.create(
            organization=cast.organization, kind="x", title="x", actor_kind="user", actor_id=str(alice.pk), user=alice,
            state="succeeded",
        )  # fmt: skip
        tell([alice.pk], kind="x", title="x", dedupe_key=str(number))


def test_as_many_queries_for_many(page: Client, acme: Cast) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as made:
            page.get(address)
        return len(made)

    cache.clear()
    fill(acme, 0, 8)
    for address in ADDRESSES:
        queries(address)
    few = {address: queries(address) for address in ADDRESSES}
    fill(acme, 100, 27)

    assert {address: queries(address) for address in ADDRESSES} == few
    assert {address: count for address, count in few.items() if count > 30 and address != "/"} == {}
