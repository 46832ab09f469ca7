"""A long backlog drains in turns of some seconds, in one process at a time: the others run jobs and judge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from clm.access.scope import organization_scope
from clm.events import tasks
from clm.events.dispatcher import drain, work_waits
from clm.events.models import Delivery
from clm.events.record import Event, record, record_all
from clm.events.tasks import dispatch_events
from clm.lib.locks import _key
from tests.cast import Cast
from tests.clm.events.conftest import Listener


def happened(cast: Cast, number: int) -> Event:
    return Event("test.happened", "jobs.view_job", cast.users["legal"], payload={"number": number})


def backlog(cast: Cast, *, events: int) -> None:
    with organization_scope(cast.organization.pk), transaction.atomic():
        record_all(cast["legal"], [happened(cast, number) for number in range(events)])


@contextmanager
def dispatched_elsewhere() -> Iterator[None]:
    """Another process is in the middle of its turn."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_key("clm.events.dispatch")])
        yield
        with other.cursor() as cursor:  # closing alone lets go at some time after it
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_key("clm.events.dispatch")])
    finally:
        other.close()


def test_facts_recorded_at_once_keep_their_order(acme: Cast, listener: Listener) -> None:
    backlog(acme, events=5)

    drain()

    assert [event.payload["number"] for event in listener.heard] == [0, 1, 2, 3, 4]
    assert [event.entry.event for event in listener.heard] == ["test.happened"] * 5


def test_a_drain_stops_when_its_time_is_over_and_more_waits(acme: Cast, listener: Listener) -> None:
    backlog(acme, events=3)

    assert (drain(seconds=0), work_waits()) == (1, True)
    assert (drain(seconds=60), work_waits()) == (2, False)


def test_a_backlog_of_one_organization_keeps_no_other_waiting(acme: Cast, globex: Cast, listener: Listener) -> None:
    backlog(acme, events=3)
    backlog(globex, events=3)

    assert drain(seconds=0) == 2
    assert {event.organization_id for event in listener.heard} == {acme.organization.pk, globex.organization.pk}


def test_an_event_that_is_not_fanned_out_yet_waits_too(acme: Cast, listener: Listener) -> None:
    assert work_waits() is False
    with transaction.atomic():
        record(acme["legal"], happened(acme, 1))

    assert (Delivery.objects.count(), work_waits()) == (0, True)


def test_a_second_dispatcher_returns_at_once(acme: Cast, listener: Listener) -> None:
    backlog(acme, events=3)

    with dispatched_elsewhere():
        assert (dispatch_events(), listener.heard) == (0, [])

    assert (dispatch_events(), len(listener.heard)) == (3, 3)


def test_events_that_nobody_handles_hold_up_nothing(acme: Cast, listener: Listener) -> None:
    """An organization's turn fans out 500 events."""
    with organization_scope(acme.organization.pk), transaction.atomic():
        unheard = Event("test.unheard", "jobs.view_job", acme.users["legal"], payload={})
        record_all(acme["legal"], [unheard] * 1100 + [happened(acme, 1)])

    assert (drain(), work_waits()) == (1, False)


def test_what_a_turn_leaves_has_another_turn(acme: Cast, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Queued tasks run at once here: each turn of no time at all delivers one event and asks for the next turn."""
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0)
    backlog(acme, events=3)

    assert dispatch_events() == 1
    assert ([event.payload["number"] for event in listener.heard], work_waits()) == ([0, 1, 2], False)
