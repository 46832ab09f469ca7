"""A contract that stays due, or whose turn fails, keeps no other waiting."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from clm.events.dispatcher import drain
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.due import LATER
from contracts import tasks
from contracts.models import Contract
from contracts.operations.termination.announce_termination import announce_termination
from obligations import tasks as calendar
from obligations.models import Deadline
from tests.contracts.papers import active_contract

END = datetime(2027, 1, 1, 1, tzinfo=UTC)


def test_a_contract_that_stays_due_does_not_use_up_the_turns_of_others(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.set_to(datetime(2026, 6, 1, tzinfo=UTC)):
        ending, other = active_contract(alice), active_contract(alice, title="Other")
        days: dict[str, Any] = {"notice_on": date(2026, 6, 1), "ends_on": date(2027, 1, 1)}
        announce_termination(actor=alice, contract_id=ending.pk, kind="agreement", reason="Agreed", **days)
    monkeypatch.setattr(tasks, "LIMIT", 2)
    with clock.set_to(END):
        assert (tasks.advance_terms(), tasks.advance_terms()) == (2, 0)
        due = dict(Contract.objects.values_list("pk", "terms_due_at"))
        assert due == {ending.pk: END + LATER, other.pk: datetime(2028, 1, 1, tzinfo=UTC)}
        assert tasks.end_terminated() == 1
    with clock.set_to(END + LATER + timedelta(seconds=1)):
        assert tasks.advance_terms() == 0


def test_one_date_that_cannot_be_told_stops_no_other(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    with clock.set_to(datetime(2026, 6, 1, tzinfo=UTC)):
        contracts = [active_contract(alice, title=title) for title in ("One", "Two")]
        drain()
    told: list[Any] = []

    def tell(*, actor: Actor, deadline_id: Any) -> None:
        told.append(deadline_id)
        if len(told) == 1:
            raise RuntimeError("broken")

    monkeypatch.setattr(calendar, "remind_deadline", tell)
    with clock.set_to(END):
        due = Deadline.objects.filter(state="open", next_reminder_at__lte=END, contract__in=contracts)
        waiting = due.count()
        assert waiting >= 2
        calendar.remind_due()
        assert (len(told), due.count()) == (waiting, 0)
