from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from clm.access.permissions import system_actor
from clm.access.scope import organization_scope
from clm.audit.models import LedgerEntry, Transition
from clm.events.models import OutboxEvent
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Forbidden, Invalid, NotVisible
from clm.notify.models import Notification
from contracts.models import Contract
from obligations.models import Obligation, Occurrence
from obligations.operations.add_obligation import add_obligation
from obligations.operations.advance_occurrence import advance_occurrence
from obligations.operations.end_obligation import end_obligation
from obligations.operations.schedule_occurrences import schedule_occurrences
from obligations.operations.settle_occurrence import (
    dispute_occurrence,
    fulfil_occurrence,
    submit_occurrence,
    waive_occurrence,
)
from obligations.tasks import remind_due
from tests.cast import Cast


def rows() -> tuple[int, int, int, int]:
    counted = (Occurrence, Transition, LedgerEntry, OutboxEvent)
    return tuple(model.objects.count() for model in counted)  # type: ignore[return-value]


def first(duty: Obligation) -> Occurrence:
    return Occurrence.objects.filter(obligation=duty).order_by("due_on")[0]


def test_a_duty_has_a_row_for_every_date_of_the_horizon(alice: Actor, contract: Contract) -> None:
    with clock.set_to(datetime(2026, 11, 1, tzinfo=UTC)):
        duty = add_obligation(
            actor=alice, contract_id=contract.pk, title="T", first_due_on=date(2026, 10, 31), recurrence="months"
        )

    dates = [row.due_on for row in Occurrence.objects.filter(obligation=duty)]
    assert dates[:5] == [
        date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28),
    ]  # fmt: skip
    assert dates[-1] == date(2027, 11, 30)


def test_adding_leaves_one_entry_and_one_event(duty: Obligation) -> None:
    entry = LedgerEntry.objects.get(event="obligation.added")
    assert entry.after["title"] == "Send the report"
    event = OutboxEvent.objects.get(type="obligation.added")
    assert event.payload == {"obligation_id": str(duty.pk), "contract_id": str(duty.contract_id)}


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"interval": 0}, "interval_invalid"), ({"ends_on": date(2026, 1, 1)}, "ends_before_first")],
)
def test_senseless_dates_are_refused_and_nothing_is_written(
    alice: Actor, contract: Contract, changes: dict[str, object], code: str
) -> None:
    before = rows()
    with pytest.raises(Invalid) as refusal:
        add_obligation(
            actor=alice,
            contract_id=contract.pk,
            title="T",
            first_due_on=date(2027, 1, 1),
            **changes,  # type: ignore[arg-type]
        )

    assert refusal.value.code == code
    assert rows() == before


def test_scheduling_catches_up_on_every_skipped_date_and_doubles_none(acme: Cast, duty: Obligation) -> None:
    calendar = system_actor("calendar", acme.organization.pk)
    with clock.set_to(datetime(2030, 1, 1, tzinfo=UTC)):
        added = schedule_occurrences(actor=calendar, obligation_id=duty.pk)
        again = schedule_occurrences(actor=calendar, obligation_id=duty.pk)

    dates = [row.due_on for row in Occurrence.objects.filter(obligation=duty)]
    assert added > 0
    assert again == 0
    assert len(dates) == len(set(dates)) == 49
    assert dates[-1] == date(2031, 1, 15)


def test_the_clock_moves_a_date_from_reminder_to_due_to_overdue(acme: Cast, duty: Obligation) -> None:
    calendar = system_actor("calendar", acme.organization.pk)
    states = []
    for instant in (
        datetime(2026, 12, 31, 7, tzinfo=UTC), datetime(2027, 1, 1, 7, tzinfo=UTC),
        datetime(2027, 1, 15, 7, tzinfo=UTC), datetime(2027, 1, 15, 23, tzinfo=UTC),
    ):  # fmt: skip
        with clock.set_to(instant):
            states.append(advance_occurrence(actor=calendar, occurrence_id=first(duty).pk).state)

    assert states == ["upcoming", "upcoming", "due", "overdue"]
    titles = list(Notification.objects.filter(user=acme.users["alice"]).order_by("id").values_list("title", flat=True))
    assert titles == ["Due on 2027-01-15: Send the report", "Due today: Send the report", "Overdue: Send the report"]
    assert Notification.objects.filter(user=acme.users["executive"]).count() == 1


def test_a_missed_run_lands_on_overdue_at_once_and_the_task_is_idempotent(acme: Cast, duty: Obligation) -> None:
    with clock.set_to(datetime(2027, 1, 20, tzinfo=UTC)):
        remind_due()
        moved = Transition.objects.count()
        remind_due()

    assert first(duty).state == "overdue"
    assert Transition.objects.count() == moved


def test_proof_then_verification(alice: Actor, duty: Obligation) -> None:
    occurrence = first(duty)
    submit_occurrence(actor=alice, occurrence_id=occurrence.pk, proof="Report of December")
    fulfil_occurrence(actor=alice, occurrence_id=occurrence.pk)

    moves = list(Transition.objects.order_by("id").values_list("from_state", "to_state"))
    assert moves == [("upcoming", "submitted"), ("submitted", "fulfilled")]
    payload = OutboxEvent.objects.get(type="occurrence.fulfilled").payload
    assert payload == {"occurrence_id": str(occurrence.pk), "obligation_id": str(duty.pk)}


def test_a_named_proof_cannot_be_skipped(alice: Actor, duty: Obligation) -> None:
    before = rows()
    for verb in (submit_occurrence, fulfil_occurrence):
        with pytest.raises(Invalid) as refusal:
            verb(actor=alice, occurrence_id=first(duty).pk)
        assert refusal.value.code == "proof_missing"
    assert rows() == before


def test_a_disputed_proof_can_be_submitted_again(alice: Actor, duty: Obligation) -> None:
    occurrence = first(duty)
    submit_occurrence(actor=alice, occurrence_id=occurrence.pk, proof="Old")
    dispute_occurrence(actor=alice, occurrence_id=occurrence.pk, reason="Last year's")

    assert submit_occurrence(actor=alice, occurrence_id=occurrence.pk, proof="New").state == "submitted"


def test_a_settled_date_stays_settled(alice: Actor, duty: Obligation) -> None:
    waive_occurrence(actor=alice, occurrence_id=first(duty).pk, reason="Agreed")
    before = rows()

    with pytest.raises(DomainError) as refusal:
        submit_occurrence(actor=alice, occurrence_id=first(duty).pk, proof="Late")

    assert refusal.value.code == "illegal_move"
    assert rows() == before


def test_ending_waives_what_is_not_yet_due(alice: Actor, duty: Obligation) -> None:
    end_obligation(actor=alice, obligation_id=duty.pk, reason="Contract amended")

    assert set(Occurrence.objects.filter(obligation=duty).values_list("state", flat=True)) == {"waived"}


def test_readers_and_strangers_change_nothing(bob: Actor, charlie: Actor, duty: Obligation) -> None:
    before, occurrence = rows(), first(duty)
    with pytest.raises(Forbidden):
        submit_occurrence(actor=bob, occurrence_id=occurrence.pk, proof="x")
    with organization_scope(charlie.organization_id), pytest.raises(NotVisible):
        submit_occurrence(actor=charlie, occurrence_id=occurrence.pk, proof="x")
    assert rows() == before
