"""What escapes the turn of one organization is logged, and costs the others nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from structlog.testing import capture_logs

from clm.access.scope import every_organization, organization_scope
from clm.events.dispatcher import drain
from clm.events.models import Delivery, OutboxEvent
from clm.events.record import Event, record
from tests.cast import Cast, make_cast
from tests.clm.events.conftest import Listener


def happen(cast: Cast) -> None:
    event = Event("test.happened", "jobs.view_job", cast.users["legal"], payload={"house": cast.organization.slug})
    with organization_scope(cast.organization.pk), transaction.atomic():
        record(cast["legal"], event)


@contextmanager
def refused(table: str, cast: Cast, *, when: str) -> Iterator[None]:
    """The database refuses to touch the organization's rows of the table: the dispatcher's own step fails."""
    name = f"refused_{table}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'the disk of {cast.organization.slug} is broken'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW "
            f"WHEN (NEW.organization_id = '{cast.organization.pk}') EXECUTE FUNCTION {name}()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"DROP TRIGGER {name} ON {table}")
            cursor.execute(f"DROP FUNCTION {name}()")


def houses(listener: Listener) -> list[str]:
    return [event.payload["house"] for event in listener.heard]


def failures(logs: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(entry["log_level"], entry["organization_id"]) for entry in logs if entry["event"] == "turn_failed"]


@pytest.fixture
def both(acme: Cast, globex: Cast) -> tuple[Cast, Cast]:
    """Both organizations, the one whose turn comes first in front."""
    first, second = sorted((acme, globex), key=lambda cast: cast.organization.pk)
    return first, second


@pytest.mark.parametrize(
    ("table", "when"),
    [(Delivery._meta.db_table, "UPDATE"), (Delivery._meta.db_table, "INSERT"), (OutboxEvent._meta.db_table, "UPDATE")],
)
def test_the_others_have_their_turn_and_it_has_its_next(
    both: tuple[Cast, Cast], listener: Listener, table: str, when: str
) -> None:
    broken, sound = both
    for cast in both:
        happen(cast)

    with refused(table, broken, when=when), capture_logs() as logs:
        assert drain() == 1

    assert houses(listener) == [sound.organization.slug]
    assert failures(logs) == [("error", str(broken.organization.pk))]
    assert drain() == 1
    assert houses(listener) == [sound.organization.slug, broken.organization.slug]


def test_a_turn_that_fails_is_not_taken_again_within_the_drain(both: tuple[Cast, Cast], listener: Listener) -> None:
    broken, sound = both
    happen(broken)
    for _ in range(45):
        happen(sound)

    with refused(Delivery._meta.db_table, broken, when="UPDATE"), capture_logs() as logs:
        assert drain() == 45

    assert len(failures(logs)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_in_one_turn_is_not_the_next_ones(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim itself takes the connection along."""
    casts = sorted((make_cast("acme"), make_cast("globex")), key=lambda cast: cast.organization.pk)
    for cast in casts:
        happen(cast)
    broken, sound = casts
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION severed() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER severed BEFORE UPDATE ON {Delivery._meta.db_table} FOR EACH ROW "
            f"WHEN (NEW.organization_id = '{broken.organization.pk}') EXECUTE FUNCTION severed()"
        )
    try:
        with capture_logs() as logs:
            assert drain() == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER severed ON {Delivery._meta.db_table}")
            cursor.execute("DROP FUNCTION severed()")

    assert houses(listener) == [sound.organization.slug]
    assert failures(logs) == [("error", str(broken.organization.pk))]
    with every_organization():
        assert Delivery.objects.get(organization_id=broken.organization.pk).status == "pending"
