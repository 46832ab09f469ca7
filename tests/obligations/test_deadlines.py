from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from clm.access.permissions import system_actor
from clm.audit.models import LedgerEntry, Transition
from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden
from clm.notify.models import Notification
from contracts.models import Contract
from contracts.operations.decide_renewal import decide_renewal
from contracts.tasks import advance_terms
from obligations.models import Deadline
from obligations.operations.remind_deadline import remind_deadline
from obligations.operations.set_deadlines import set_deadlines
from obligations.tasks import remind_due
from tests.cast import Cast
from tests.contracts.papers import active_contract

JUNE = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def renewing(alice: Actor) -> Contract:
    """Runs to 1 January 2027 and renews for a year unless notice is given by 2 December 2026."""
    with clock.set_to(JUNE):
        contract = active_contract(alice, time_zone="Europe/Berlin")
        drain()
    return contract


def dates(contract: Contract) -> list[tuple[str, date, str]]:
    rows = Deadline.objects.filter(contract=contract).order_by("term_number", "due_on", "-kind")
    return [(row.kind, row.due_on, row.state) for row in rows]


def test_activation_puts_notice_and_renewal_into_the_calendar(renewing: Contract) -> None:
    assert dates(renewing) == [
        ("notice", date(2026, 12, 2), "open"),
        ("renewal", date(2027, 1, 1), "open"),
    ]
    notice = Deadline.objects.get(kind="notice")
    assert notice.trace["value"] == "2026-12-02"
    # Ninety days before, at eight in the morning of Berlin.
    assert notice.next_reminder_at == datetime(2026, 9, 3, 6, tzinfo=UTC)


def test_setting_the_dates_again_changes_nothing(acme: Cast, renewing: Contract) -> None:
    entries = LedgerEntry.objects.count()
    with clock.set_to(JUNE):
        set_deadlines(actor=system_actor("calendar", acme.organization.pk), contract_id=renewing.pk)

    assert LedgerEntry.objects.count() == entries


def test_people_are_told_once_for_each_reminder(acme: Cast, renewing: Contract) -> None:
    for day in (3, 3, 4):
        with clock.set_to(datetime(2026, 9, day, 7, tzinfo=UTC)):
            remind_due()

    told = Notification.objects.filter(kind="deadline", user=acme.users["alice"])
    assert [row.title for row in told] == ["Last day of notice on 2026-12-02: Hosting"]
    assert Notification.objects.filter(kind="deadline", user=acme.users["procurement"]).count() == 1


def test_a_date_that_is_over_is_passed(renewing: Contract) -> None:
    with clock.set_to(datetime(2026, 12, 2, 22, 59, tzinfo=UTC)):
        remind_due()
        assert Deadline.objects.get(kind="notice").state == "open"
    with clock.set_to(datetime(2026, 12, 2, 23, 0, tzinfo=UTC)):
        remind_due()

    assert Deadline.objects.get(kind="notice").state == "passed"
    assert Transition.objects.filter(subject_type="obligations.deadline").count() == 1


def test_notice_decides_the_deadline_and_the_end_stands_instead_of_the_renewal(
    alice: Actor, renewing: Contract
) -> None:
    with clock.set_to(datetime(2026, 11, 1, tzinfo=UTC)):
        decide_renewal(actor=alice, contract_id=renewing.pk, kind="notice_given")
        drain()

    assert dates(renewing) == [
        ("notice", date(2026, 12, 2), "decided"),
        ("renewal", date(2027, 1, 1), "withdrawn"),
        ("end", date(2027, 1, 1), "open"),
    ]


def test_the_next_term_has_its_own_deadline(renewing: Contract) -> None:
    with clock.set_to(datetime(2027, 1, 2, tzinfo=UTC)):
        advance_terms()
        drain()

    ahead = Deadline.objects.filter(state="open").order_by("due_on")
    assert [(row.kind, row.term_number, row.due_on) for row in ahead] == [
        ("notice", 2, date(2027, 12, 2)),
        ("renewal", 2, date(2028, 1, 1)),
    ]
    assert set(Deadline.objects.filter(term_number=1).values_list("state", flat=True)) == {"passed"}


def test_nobody_but_the_calendar_reminds(alice: Actor, renewing: Contract) -> None:
    deadline = Deadline.objects.get(kind="notice")
    with pytest.raises(Forbidden):
        remind_deadline(actor=alice, deadline_id=deadline.pk)
