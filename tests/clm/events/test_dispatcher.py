from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clm.access.scope import every_organization, organization_scope
from clm.audit.models import LedgerEntry
from clm.audit.tasks import chain_ledger
from clm.events import handlers
from clm.events.dispatcher import (
    LEASE,
    MAX_ATTEMPTS,
    TURN,
    _claim,
    _run,
    back_off,
    deliver_next,
    drain,
    fan_out,
    organizations_due,
)
from clm.events.models import Delivery, DeliveryState, OutboxEvent
from clm.events.operations.replay_delivery import replay_delivery
from clm.events.record import Event, record
from clm.events.tasks import dispatch_events, wakes_held
from clm.lib import clock
from clm.lib.errors import DomainError, NotVisible
from clm.notify.models import Notification
from tests.cast import Cast, make_cast
from tests.clm.events.conftest import Listener
from tests.proof import last_event, left_behind


def happen(cast: Cast, **payload: object) -> None:
    event = Event("test.happened", "jobs.view_job", cast.users["legal"], payload=payload)
    with transaction.atomic():
        record(cast["legal"], event)


def delivery() -> Delivery:
    return Delivery.objects.select_related("event").get()


def test_a_handler_hears_the_event_once(acme: Cast, listener: Listener) -> None:
    happen(acme, number=1)

    assert drain() == 1
    assert drain() == 0
    assert [event.payload for event in listener.heard] == [{"number": 1}]
    assert delivery().status == DeliveryState.DONE


def test_fanning_out_again_makes_no_second_delivery(acme: Cast, listener: Listener) -> None:
    happen(acme)
    fan_out()
    OutboxEvent.objects.update(fanned_out_at=None)

    fan_out()

    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_record_outside_of_a_transaction_is_a_mistake() -> None:
    cast = make_cast("acme")

    with organization_scope(cast.organization.pk), pytest.raises(RuntimeError, match="inside the verb's transaction"):
        record(cast["legal"], Event("test.happened", "x", cast.users["legal"]))


def test_a_rolled_back_verb_leaves_no_event(acme: Cast, listener: Listener) -> None:
    with transaction.atomic():
        happen(acme)
        transaction.set_rollback(True)

    assert left_behind() == (0, 0, 0)


def test_a_failure_waits_and_is_tried_again(acme: Cast, listener: Listener) -> None:
    now = clock.now()
    listener.fails = True
    with clock.set_to(now):
        happen(acme)
        drain()
    assert (delivery().attempts, delivery().due_at) == (1, now + timedelta(seconds=2))
    assert "the neighbour is away" in delivery().last_error

    listener.fails = False
    with clock.set_to(now + timedelta(seconds=1)):
        assert drain() == 0
    with clock.set_to(now + timedelta(seconds=2)):
        assert drain() == 1
    assert (delivery().status, delivery().last_error) == ("done", "")


def test_the_wait_doubles_up_to_an_hour() -> None:
    waits = [back_off(attempt).total_seconds() for attempt in (1, 2, 3, 11, 12, 20)]

    assert waits == [2, 4, 8, 2048, 3600, 3600]


def dead(acme: Cast, listener: Listener) -> Delivery:
    """A delivery that failed for good."""
    listener.fails = True
    now = clock.now()
    happen(acme)
    for attempt in range(MAX_ATTEMPTS):
        with clock.set_to(now + timedelta(hours=attempt + 1)):
            drain()
    return delivery()


def test_after_eight_failures_it_is_dead(acme: Cast, listener: Listener) -> None:
    found = dead(acme, listener)

    assert (found.status, found.attempts, len(listener.heard)) == ("dead", 8, 8)
    with clock.set_to(clock.now() + timedelta(days=9)):
        assert drain() == 0


def test_administrators_hear_of_a_dead_letter(acme: Cast, listener: Listener) -> None:
    found = dead(acme, listener)

    told = Notification.objects.get()
    assert (told.user, told.url) == (acme.users["administrator"], f"/dead-letters/{found.pk}/")
    assert told.title == "An event could not be handled: test.happened"


def test_a_replayed_delivery_is_delivered(acme: Cast, listener: Listener) -> None:
    found = dead(acme, listener)
    listener.fails = False

    replay_delivery(actor=acme["administrator"], delivery_id=found.pk)
    drain()

    assert (delivery().status, delivery().attempts) == ("done", 1)
    replayed = LedgerEntry.objects.get(event="delivery.replayed")
    assert (replayed.before, replayed.after) == (
        {"status": "dead", "attempts": 8},
        {"status": "pending", "attempts": 0},
    )
    assert last_event() == ("delivery.replayed", {"delivery_id": str(found.pk), "handler": "tests.listener"})


def test_only_a_dead_delivery_is_replayed(acme: Cast, listener: Listener) -> None:
    happen(acme)
    drain()

    with pytest.raises(DomainError) as refusal:
        replay_delivery(actor=acme["administrator"], delivery_id=delivery().pk)

    assert refusal.value.code == "delivery_not_dead"


def test_who_does_not_administer_sees_no_dead_letter(acme: Cast, listener: Listener) -> None:
    found = dead(acme, listener)

    with pytest.raises(NotVisible):
        replay_delivery(actor=acme["integration"], delivery_id=found.pk)


def test_a_handler_that_is_gone_fails_like_any_other(acme: Cast, listener: Listener) -> None:
    happen(acme)
    fan_out()
    Delivery.objects.update(handler="tests.renamed")

    deliver_next(acme.organization.pk)

    assert "no handler is named tests.renamed" in delivery().last_error


def test_what_a_failing_handler_wrote_is_undone(acme: Cast, listener: Listener) -> None:
    class Writer(Listener):
        def __call__(self, event: OutboxEvent) -> None:
            happen(acme, again=True)
            raise RuntimeError

    handlers._HANDLERS["test.happened"] = {"tests.listener": Writer()}
    happen(acme)
    fan_out()
    deliver_next(acme.organization.pk)

    assert OutboxEvent.objects.count() == 1


def test_an_attempt_that_never_ended_comes_back_and_is_dead_in_the_end(acme: Cast, listener: Listener) -> None:
    now = clock.now()
    with clock.set_to(now):
        happen(acme)
        fan_out()
        claimed = _claim()
        assert claimed is not None
        assert (claimed.attempts, claimed.due_at, listener.heard) == (1, now + LEASE, [])
        assert drain() == 0
    with clock.set_to(now + LEASE):
        again = _claim()
        assert again is not None
        assert again.attempts == 2
        _run(claimed)
        assert listener.heard == []
    Delivery.objects.update(attempts=MAX_ATTEMPTS)
    with clock.set_to(now + 2 * LEASE):
        drain()

    assert (delivery().status, listener.heard) == ("dead", [])
    assert delivery().last_error == "Its worker ended during the attempt."
    assert Notification.objects.get().user == acme.users["administrator"]


def test_attempts_that_never_end_come_back_ever_later(acme: Cast, listener: Listener) -> None:
    now = clock.now()
    happen(acme)
    fan_out()
    waits = []
    with clock.set_to(now + timedelta(hours=1)):
        for attempts in range(MAX_ATTEMPTS):
            Delivery.objects.update(attempts=attempts, due_at=now)
            claimed = _claim()
            assert claimed is not None
            waits.append((claimed.due_at - clock.now()).total_seconds())

    assert waits == [30, 30, 30, 30, 32, 64, 128, 256]


def test_an_error_that_cannot_be_stored_as_it_is_counts_like_any_other(acme: Cast, listener: Listener) -> None:
    def fails(event: OutboxEvent) -> None:
        raise RuntimeError("a \x00 and a \ud800")

    handlers._HANDLERS["test.happened"] = {"tests.listener": fails}
    happen(acme)

    drain()

    assert (delivery().status, delivery().attempts) == ("pending", 1)
    assert delivery().last_error.endswith("RuntimeError: a ? and a ?\n")


def test_a_handler_with_a_name_too_long_to_store_is_refused() -> None:
    def handler(event: OutboxEvent) -> None: ...

    handler.__qualname__ = "x" * 120

    with pytest.raises(ValueError, match="longer than 120 characters"):
        handlers.handles("test.happened")(handler)


def long_history(cast: Cast, *, events: int) -> None:
    """So many events that are handled, and one that waits."""
    happen(cast)
    waiting = OutboxEvent.objects.get()
    now = clock.now()
    fields = {"organization_id": cast.organization.pk, "type": "test.happened", "subject_type": waiting.subject_type}
    handled = OutboxEvent.objects.bulk_create(
        OutboxEvent(**fields, subject_id=waiting.subject_id, entry_id=waiting.entry_id, fanned_out_at=now)
        for _ in range(events)
    )
    Delivery.objects.bulk_create(
        Delivery(
            organization_id=cast.organization.pk,
            event_id=event.pk,
            handler="tests.listener",
            due_at=now,
            status=DeliveryState.PENDING if event is waiting else DeliveryState.DONE,
        )
        for event in [waiting, *handled]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE events_delivery, events_outboxevent")


def plans_of(work: Callable[[], object], table: str) -> list[str]:
    """The plan of each query of the work that reads the table."""
    with CaptureQueriesContext(connection) as asked:
        work()
    reads = [query["sql"] for query in asked if query["sql"].startswith("SELECT") and table in query["sql"]]
    with connection.cursor() as cursor:
        plans = []
        for sql in reads:
            cursor.execute(f"EXPLAIN {sql}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    return plans


def test_finding_whose_turn_it_is_reads_only_what_waits(acme: Cast) -> None:
    long_history(acme, events=2000)

    turns = plans_of(organizations_due, "events_delivery")
    claims = plans_of(_claim, "events_delivery")
    fans = plans_of(fan_out, "events_outboxevent")

    assert (len(turns), len(claims), len(fans)) == (1, 1, 2)
    assert [plan for plan in turns + claims if "delivery_due" not in plan] == []
    assert [plan for plan in fans if "outbox_waiting" not in plan] == []


def test_organizations_take_turns_in_fanning_out(acme: Cast, globex: Cast, listener: Listener) -> None:
    for _ in range(3):
        happen(acme)
    with organization_scope(globex.organization.pk):
        happen(globex)

    assert fan_out(batch=1) == 2

    with every_organization():
        reached = set(Delivery.objects.values_list("organization_id", flat=True))
    assert reached == {acme.organization.pk, globex.organization.pk}


def test_organizations_take_turns(acme: Cast, globex: Cast, listener: Listener) -> None:
    for _ in range(TURN * 2):
        happen(acme)
    with organization_scope(globex.organization.pk):
        happen(globex)

    drain()

    heard = [event.organization_id for event in listener.heard]
    assert len(heard) == TURN * 2 + 1
    assert globex.organization.pk in heard[: TURN + 1]


@pytest.mark.django_db(transaction=True)
def test_a_handler_that_loses_its_connection_is_counted_and_others_go_on(listener: Listener) -> None:
    class Severed(Listener):
        def __call__(self, event: OutboxEvent) -> None:
            super().__call__(event)
            if event.payload["number"] == 0:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    severed = Severed()
    handlers._HANDLERS["test.happened"] = {"tests.listener": severed}
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        for number in range(2):
            happen(cast, number=number)

        drain()

        by_number = {row.event.payload["number"]: row for row in Delivery.objects.select_related("event")}
        assert (by_number[0].status, by_number[0].attempts, by_number[1].status) == ("pending", 1, "done")
        assert "Error" in by_number[0].last_error


@pytest.mark.django_db(transaction=True)
def test_a_crash_between_commit_and_dispatch_loses_nothing(listener: Listener) -> None:
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        with transaction.atomic():
            record(cast["legal"], Event("test.happened", "x", cast.users["legal"]))
            connection.run_on_commit.clear()
        assert LedgerEntry.objects.get().sequence is None

    chain_ledger()
    dispatch_events()

    with organization_scope(cast.organization.pk):
        assert LedgerEntry.objects.get().sequence == 1
        assert delivery().status == DeliveryState.DONE
    assert len(listener.heard) == 1


@pytest.mark.django_db(transaction=True)
def test_a_commit_chains_its_entry_at_once(listener: Listener) -> None:
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        happen(cast)

        assert LedgerEntry.objects.get().sequence == 1


@pytest.mark.django_db(transaction=True)
def test_held_wakes_chain_at_the_end(listener: Listener) -> None:
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        with wakes_held(cast.organization.pk):
            happen(cast)
            happen(cast)
            assert set(LedgerEntry.objects.values_list("sequence", flat=True)) == {None}

        assert set(LedgerEntry.objects.values_list("sequence", flat=True)) == {1, 2}


@pytest.mark.django_db(transaction=True)
def test_a_handler_that_outlives_its_lease_runs_alone(listener: Listener) -> None:
    begun, over = threading.Event(), threading.Event()

    class Slow(Listener):
        def __call__(self, event: OutboxEvent) -> None:
            super().__call__(event)
            begun.set()
            over.wait(60)

    slow = Slow()
    handlers._HANDLERS["test.happened"] = {"tests.listener": slow}
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        happen(cast)

    def work() -> None:
        drain()
        connection.close()

    first = threading.Thread(target=work)
    first.start()
    assert begun.wait(60)
    with clock.set_to(clock.now() + 2 * LEASE):
        ran_meanwhile = deliver_next(cast.organization.pk)
    over.set()
    first.join()

    with organization_scope(cast.organization.pk):
        assert (ran_meanwhile, len(slow.heard)) == (False, 1)
        assert (delivery().status, delivery().attempts) == ("done", 1)


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_at_once_deliver_once(listener: Listener) -> None:
    cast = make_cast("acme")
    with organization_scope(cast.organization.pk):
        for number in range(20):
            happen(cast, number=number)
    start = threading.Barrier(3)

    def work() -> None:
        start.wait()
        drain()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drain()

    assert sorted(event.payload["number"] for event in listener.heard) == list(range(20))
