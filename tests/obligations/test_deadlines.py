from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clm.access.permissions import system_actor
from clm.audit.models import LedgerEntry, Transition
from clm.events.dispatcher import drain
from clm.events.models import OutboxEvent
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
from obligations.subscribers import keep_deadlines
from obligations.tasks import remind_due
from tests.cast import Cast
from tests.contracts.papers import active_contract
from tests.contracts.test_amendments import amend

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


def test_renewals_are_counted_from_the_amendments_own_first_term(alice: Actor) -> None:
    """Term 2 is the amendment's first: it renews once, so term 3 is the last one, which ends."""
    unlimited = {"notice_length": None}
    with clock.set_to(JUNE):
        contract = active_contract(alice, terms=unlimited)
        changes = {"starts_on": date(2026, 10, 1), "initial_months": 6, "renewal_months": 6, "max_renewals": 1}
        amend(alice, contract, date(2026, 6, 1), **unlimited, **changes)
        drain()
    assert dates(contract) == [("renewal", date(2026, 10, 1), "open")]
    for now in (datetime(2026, 10, 2, tzinfo=UTC), datetime(2027, 4, 2, tzinfo=UTC)):
        with clock.set_to(now):
            advance_terms()
            drain()

    assert dates(contract) == [
        ("renewal", date(2026, 10, 1), "passed"),
        ("renewal", date(2027, 4, 1), "passed"),
        ("end", date(2027, 10, 1), "open"),
    ]


def test_a_term_that_an_amendments_first_term_follows_does_not_end_the_contract(alice: Actor) -> None:
    with clock.set_to(JUNE):
        contract = active_contract(alice, terms={"renewal": "none", "notice_length": None})
        amend(alice, contract, date(2026, 6, 1), starts_on=date(2026, 10, 1), renewal="none", notice_length=None)
        drain()

    assert Deadline.objects.filter(contract=contract, state="open").values_list("kind", "due_on").get() == (
        "renewal",
        date(2026, 10, 1),
    )


def test_an_amendment_that_changes_no_date_puts_its_own_clause_behind_the_deadline(alice: Actor) -> None:
    with clock.set_to(JUNE):
        contract = active_contract(alice)
        drain()
    with clock.set_to(datetime(2026, 7, 1, tzinfo=UTC)):
        amend(alice, contract, date(2026, 7, 1))
        drain()

    notice = Deadline.objects.get(contract=contract, kind="notice")
    assert (notice.due_on, notice.trace["computed_at"]) == (date(2026, 12, 2), "2026-07-01T00:00:00.000000Z")


CLOSES = datetime(2026, 12, 2, 16, tzinfo=UTC)


@pytest.fixture
def until_five(alice: Actor) -> Contract:
    """As `renewing`, but notice must arrive before 17:00 in Berlin."""
    with clock.set_to(JUNE):
        contract = active_contract(alice, terms={"day_ends_at": time(17)}, time_zone="Europe/Berlin")
        drain()
    return contract


def test_a_notice_deadline_is_passed_at_its_hour(until_five: Contract) -> None:
    notice = Deadline.objects.get(kind="notice")
    assert (notice.due_on, notice.closes_at) == (date(2026, 12, 2), CLOSES)
    with clock.set_to(CLOSES - timedelta(seconds=1)):
        remind_due()
        notice.refresh_from_db()
    assert (notice.state, notice.next_reminder_at) == ("open", CLOSES)
    with clock.set_to(CLOSES):
        remind_due()
        notice.refresh_from_db()

    assert (notice.state, notice.next_reminder_at) == ("passed", None)


def test_a_renewal_ends_with_its_day(until_five: Contract) -> None:
    assert Deadline.objects.get(kind="renewal").closes_at == datetime(2027, 1, 1, 23, tzinfo=UTC)


def test_people_are_told_the_hour(acme: Cast, until_five: Contract) -> None:
    with clock.set_to(datetime(2026, 12, 1, 8, tzinfo=UTC)):
        remind_due()

    told = Notification.objects.get(kind="deadline", user=acme.users["alice"])
    assert told.title == "Last day of notice on 2026-12-02, 17:00: Hosting"
    assert told.body == "Last day of notice of Hosting is 2026-12-02, 17:00 (Europe/Berlin)."
    assert told.due_at == CLOSES - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("now", "near", "look"),
    [(CLOSES - timedelta(seconds=1), "today", "when-soon"), (CLOSES, "over", "when-past")],
)
def test_a_page_marks_it_late_from_its_hour_on(
    page: Client, until_five: Contract, now: datetime, near: str, look: str
) -> None:
    with clock.set_to(now):
        shown = page.get(f"/contracts/{until_five.pk}/obligations/").content.decode()

    assert f'<span class="when {look}"><time datetime="2026-12-02"' in shown
    assert f'2 Dec 2026, 17:00 Europe/Berlin</time> <span class="when-near">{near}</span>' in shown


def test_an_amended_hour_moves_the_deadline(alice: Actor, until_five: Contract) -> None:
    with clock.set_to(datetime(2026, 7, 1, tzinfo=UTC)):
        amend(alice, until_five, date(2026, 7, 1), day_ends_at=time(12))
        drain()

    assert Deadline.objects.get(kind="notice").closes_at == CLOSES - timedelta(hours=5)


def test_a_catch_up_of_hundreds_of_terms_sets_the_dates_of_the_newest_once(alice: Actor) -> None:
    monthly = {"starts_on": date(1990, 1, 1), "initial_months": 1, "renewal_months": 1, "notice_length": 5}
    with clock.set_to(JUNE):
        contract = active_contract(alice, terms=monthly)
        started = OutboxEvent.objects.filter(type="contract.term_started").order_by("id")
        first, newest = started[0], started[437]
        with CaptureQueriesContext(connection) as skipped:
            keep_deadlines(first)
        assert (len(skipped), dates(contract)) == (1, [])

        keep_deadlines(newest)

    assert dates(contract) == [("notice", date(2026, 6, 26), "open"), ("renewal", date(2026, 7, 1), "open")]
    assert LedgerEntry.objects.filter(event="contract.term_started").count() == 438
