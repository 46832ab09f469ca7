"""What the schedule runs, runs as the worker runs it: with no organization in scope, and with something due."""

from __future__ import annotations

from contextvars import Context
from datetime import UTC, datetime

import pytest
from django.utils.module_loading import import_string

from clm.lib import clock
from clm.lib.actor import Actor
from clm.schedule import BEAT
from obligations.models import Deadline
from tests.contracts.amended import proposed
from tests.contracts.terminations import announced

LATER = datetime(2027, 6, 1, 12, tzinfo=UTC)


def test_every_scheduled_task_works_outside_of_any_organization(alice: Actor, caplog: pytest.LogCaptureFixture) -> None:
    """A contract that ended and one that went on, deadlines of both, and an amendment that nobody answered."""
    announced(alice)
    proposed(alice)

    def run() -> None:
        with clock.set_to(LATER):
            for entry in BEAT.values():
                import_string(str(entry["task"]))()

    for _again in range(2):  # what one task leaves due, another does
        Context().run(run)

    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert Deadline.objects.exists()
