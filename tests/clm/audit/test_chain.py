from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

from clm.access.scope import organization_scope
from clm.accounts.operations.change_profile import change_profile
from clm.audit.chain import GENESIS, chain_breaks, chain_entries
from clm.audit.models import LedgerEntry
from tests.cast import Cast, make_cast

Entries = Callable[[int], None]
PROTECTED = ("audit_ledgerentry", "audit_chainhead", "audit_headseal")


@contextmanager
def triggers_off() -> Iterator[None]:
    """As somebody with the database's own keys would work."""
    with connection.cursor() as cursor:
        for table in PROTECTED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in PROTECTED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def sql(statement: str, *values: object) -> None:
    """One statement behind the application's back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with triggers_off():
            cursor.execute(statement, values)


def breaks(cast: Cast) -> list[tuple[int | None, str]]:
    return [(found.sequence, found.problem) for found in chain_breaks(cast.organization.pk)]


def test_entries_are_numbered_and_linked(acme: Cast, entries: Entries) -> None:
    entries(3)

    rows = list(LedgerEntry.objects.order_by("sequence"))
    assert [row.sequence for row in rows] == [1, 2, 3]
    assert [row.previous_hash for row in rows] == [GENESIS, rows[0].hash, rows[1].hash]
    assert breaks(acme) == []


def test_an_altered_value_is_found_where_it_is(acme: Cast, entries: Entries) -> None:
    entries(5)

    sql("UPDATE audit_ledgerentry SET verb = 'accounts.nothing' WHERE sequence = 3")

    assert breaks(acme) == [(3, "was changed after it was written")]


def test_an_altered_payload_is_found_where_it_is(acme: Cast, entries: Entries) -> None:
    entries(2)

    sql("""UPDATE audit_ledgerentry SET after = '{"changed": []}' WHERE sequence = 2""")

    assert breaks(acme) == [(2, "was changed after it was written")]


def test_an_entry_with_a_recomputed_hash_breaks_the_next_link(acme: Cast, entries: Entries) -> None:
    from clm.audit.chain import sealed_content
    from clm.lib.canonical import digest

    entries(3)
    forged = LedgerEntry.objects.get(sequence=2)
    forged.reason = "forged"
    new_hash = digest(sealed_content(forged, 2, forged.previous_hash or ""))

    sql("UPDATE audit_ledgerentry SET reason = 'forged', hash = %s WHERE sequence = 2", new_hash)

    assert breaks(acme) == [(3, "does not continue the entry before it")]


def test_a_removed_entry_is_found(acme: Cast, entries: Entries) -> None:
    entries(4)

    sql("DELETE FROM events_outboxevent")
    sql("DELETE FROM audit_ledgerentry WHERE sequence = 2")

    assert breaks(acme) == [(2, "is missing, up to entry 2"), (3, "does not continue the entry before it")]


def test_a_removed_end_is_found(acme: Cast, entries: Entries) -> None:
    entries(4)

    sql("DELETE FROM events_outboxevent")
    sql("DELETE FROM audit_ledgerentry WHERE sequence > 2")

    assert breaks(acme) == [
        (4, "is where the head stands, and the chain ends elsewhere: entries are missing"),
    ]


def test_a_removed_head_is_found(acme: Cast, entries: Entries) -> None:
    entries(1)

    sql("DELETE FROM audit_chainhead")

    assert breaks(acme) == [(None, "the head of the chain is missing")]


@pytest.mark.parametrize("statement", ["UPDATE audit_ledgerentry SET verb = 'x'", "DELETE FROM audit_ledgerentry"])
def test_the_trigger_refuses(acme: Cast, entries: Entries, statement: str) -> None:
    entries(1)

    refused = pytest.raises(IntegrityError, match=r"the ledger is append-only|a chained entry never changes")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_trigger_refuses_to_chain_an_entry_anew(acme: Cast, entries: Entries) -> None:
    entries(1)

    with pytest.raises(IntegrityError, match="a chained entry never changes"), transaction.atomic():
        LedgerEntry.objects.update(hash="0" * 64)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_chainhead SET sequence = sequence - 1", "DELETE FROM audit_chainhead"]
)
def test_the_head_only_moves_forwards(acme: Cast, entries: Entries, statement: str) -> None:
    entries(2)

    refused = pytest.raises(IntegrityError, match="the head of the chain only moves forwards")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "change",
    [
        "organization_id = %s",
        "actor_id = 'somebody'",
        "actor_kind = 'system'",
        "at = at - interval '1 day'",
        "created_at = created_at - interval '1 day'",
        "request_id = 'another'",
        "subject_type = 'accounts.user2'",
        "reason = 'because'",
    ],
)
def test_no_field_changes_unseen(acme: Cast, globex: Cast, entries: Entries, change: str) -> None:
    entries(3)

    sql(f"UPDATE audit_ledgerentry SET {change} WHERE sequence = 2", *([globex.organization.pk] * ("%s" in change)))

    assert {sequence for sequence, _problem in breaks(acme)} >= {2}


def test_two_entries_that_change_places_are_found(acme: Cast, entries: Entries) -> None:
    entries(4)

    sql(
        "UPDATE audit_ledgerentry SET sequence = CASE id WHEN %s THEN 12 WHEN %s THEN 13 END WHERE sequence IN (2, 3)",
        *(str(LedgerEntry.objects.get(sequence=number).pk) for number in (2, 3)),
    )
    sql("UPDATE audit_ledgerentry SET sequence = 15 - sequence WHERE sequence > 10")

    assert [sequence for sequence, _problem in breaks(acme)] == [2, 2, 3, 3, 4]


def test_transitions_are_append_only(acme: Cast) -> None:
    from clm.audit.models import Transition

    Transition.objects.create(
        organization=acme.organization, subject_type="x", subject_id=acme.organization.pk, from_state="a", to_state="b",
        at="2026-01-01T00:00:00Z", actor_kind="user", actor_id="x",
    )  # fmt: skip

    with pytest.raises(IntegrityError, match="transitions are append-only"), transaction.atomic():
        Transition.objects.update(to_state="c")


@pytest.mark.django_db(transaction=True)
def test_two_sequencers_at_once_leave_one_gapless_chain() -> None:
    cast = make_cast("acme")
    start = threading.Barrier(4)

    def work(number: int) -> None:
        start.wait()
        with organization_scope(cast.organization.pk):
            for step in range(10):
                change_profile(actor=cast["legal"], name=f"{number}.{step}")
                chain_entries(cast.organization.pk)
        connection.close()

    threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with organization_scope(cast.organization.pk):
        sequences = list(LedgerEntry.objects.order_by("sequence").values_list("sequence", flat=True))
        assert sequences == list(range(1, 41))
        assert breaks(cast) == []
