"""A handler that ends the process it runs in: counted each time, dead in the end, and in nobody's way."""

from __future__ import annotations

import pytest
from django.db import transaction

from clm.access.scope import organization_scope
from clm.events.models import Delivery
from clm.events.record import Event, record
from clm.notify.models import Notification
from tests.cast import Cast, make_cast
from tests.concurrency.machine import Machine

pytestmark = pytest.mark.django_db(transaction=True)


def happen(cast: Cast, event_type: str) -> None:
    with transaction.atomic():
        record(cast["legal"], Event(event_type, "jobs.view_job", cast.users["legal"]))


def test_a_handler_that_ends_its_process_is_dead_in_the_end(machine: Machine) -> None:
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        happen(cast, "test.poisoned")
        happen(cast, "test.harmless")

        exit_codes = machine.run("tests.concurrency.poisoned")

        assert exit_codes == "9 9 9 9 9 9 9 9 0"
        found = {row.event.type: row for row in Delivery.objects.select_related("event")}
        poisoned, harmless = found["test.poisoned"], found["test.harmless"]
        assert (poisoned.status, poisoned.attempts) == ("dead", 8)
        assert poisoned.last_error == "Its worker ended during the attempt."
        assert (harmless.status, harmless.attempts) == ("done", 1)
        assert [row.user for row in Notification.objects.all()] == [cast.users["administrator"]]
