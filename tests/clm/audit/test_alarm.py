from __future__ import annotations

from datetime import timedelta

import pytest

from clm.access.scope import organization_scope
from clm.audit.chain import chain_entries
from clm.audit.models import LedgerEntry
from clm.audit.tasks import chain_ledger, watch_ledger
from clm.lib import clock
from clm.notify.models import Notification
from tests.cast import Cast
from tests.clm.accounts.test_tokens import issue
from tests.clm.audit.test_chain import sql


def test_administrators_hear_of_entries_unchained_for_over_a_minute(acme: Cast) -> None:
    issue(acme["integration"])

    with clock.set_to(clock.now() + timedelta(minutes=2)):
        assert watch_ledger() == 1

    told = Notification.objects.get()
    assert (told.user, told.title) == (acme.users["administrator"], "1 ledger entry is not chained")
    assert LedgerEntry.objects.latest("id").event == "ledger.alarm_raised"


def test_the_alarm_is_raised_once_an_hour(acme: Cast) -> None:
    issue(acme["integration"])

    with clock.set_to(clock.now().replace(minute=0) + timedelta(hours=3)):
        watch_ledger()
        watch_ledger()

    assert Notification.objects.count() == 1


def test_young_entries_raise_nothing(acme: Cast) -> None:
    issue(acme["integration"])

    assert watch_ledger() == 0
    assert Notification.objects.count() == 0


def test_beat_chains_what_a_crash_left(acme: Cast) -> None:
    issue(acme["integration"])

    assert chain_ledger() == 1
    assert LedgerEntry.objects.get().sequence == 1


def test_a_chain_that_fails_stops_no_other(acme: Cast, globex: Cast, caplog: pytest.LogCaptureFixture) -> None:
    for cast in (acme, globex):
        with organization_scope(cast.organization.pk):
            issue(cast["integration"])
            chain_entries(cast.organization.pk)
            issue(cast["integration"])
    sql("UPDATE audit_chainhead SET sequence = 0 WHERE organization_id = %s", acme.organization.pk)

    assert chain_ledger() == 1

    assert ["ledger_not_chained" in record.getMessage() for record in caplog.records] == [True]
    assert LedgerEntry.objects.filter(sequence=None).count() == 1
    with organization_scope(globex.organization.pk):
        assert not LedgerEntry.objects.filter(sequence=None).exists()
    with clock.set_to(clock.now() + timedelta(minutes=2)):
        assert watch_ledger() == 1
