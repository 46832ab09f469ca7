from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from clm.access.scope import organization_scope
from clm.accounts.operations.change_profile import change_profile
from clm.audit.chain import GENESIS, chain_entries
from clm.audit.head_seals import keep
from clm.audit.models import ChainHead, HeadSeal, LedgerEntry
from clm.audit.operations.seal_head import seal_head
from clm.audit.operations.verify_ledger import verify_ledger
from clm.audit.tasks import seal_heads
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Forbidden
from clm.notify.models import Notification
from tests.cast import Cast
from tests.clm.audit.conftest import found
from tests.clm.audit.test_chain import sql
from tests.proof import last_event

Entries = Callable[[int], None]


def later(hours: int) -> object:
    return clock.set_to(clock.now() + timedelta(hours=hours))


@pytest.fixture
def sealed(acme: Cast, founded: Cast, entries: Entries) -> Cast:
    """acme, whose ledger of four entries is sealed at its third; the fourth says so."""
    entries(2)
    assert seal_heads() == 1
    chain_entries(acme.organization.pk)
    return acme


def file_of(cast: Cast, storage: Path, sequence: int) -> Path:
    return storage / "seals" / str(cast.organization.pk) / f"{sequence}.json"


def found_in(cast: Cast) -> list[tuple[int | None, str]]:
    """What a verification by an auditor names."""
    outcome = verify_ledger(actor=cast["auditor"])
    rows = [(broken.sequence, f"{broken.model} {broken.problem}") for broken in outcome.seals]
    return [(broken.sequence, broken.problem) for broken in outcome.chain] + rows


def cut(cast: Cast, sequence: int) -> None:
    """Somebody with the database's keys cuts the chain off after this entry and sets the head back."""
    last = LedgerEntry.objects.filter(sequence=sequence).first()
    sql("DELETE FROM events_outboxevent")
    sql("DELETE FROM audit_ledgerentry WHERE sequence > %s OR sequence IS NULL", sequence)
    sql("UPDATE audit_chainhead SET sequence = %s, hash = %s", sequence, last.hash if last else GENESIS)


def test_a_seal_is_in_the_database_the_storage_and_the_log(
    acme: Cast, founded: Cast, entries: Entries, storage: Path, caplog: pytest.LogCaptureFixture
) -> None:
    entries(2)
    caplog.set_level("INFO", logger="clm.audit")

    assert seal_heads() == 1

    seal = HeadSeal.objects.get()
    entry = LedgerEntry.objects.get(sequence=3)
    stored = json.loads(file_of(acme, storage, 3).read_bytes())
    assert (seal.sequence, seal.hash) == (3, entry.hash)
    assert (stored["format"], stored["organization_id"]) == ("covenant-seal/1", str(acme.organization.pk))
    assert (stored["sequence"], stored["hash"]) == (3, entry.hash)
    assert stored["sealed_at"] == seal.sealed_at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    (line,) = [record.getMessage() for record in caplog.records if "ledger_sealed" in record.getMessage()]
    assert str(entry.hash) in line
    assert last_event() == (
        "ledger.head_sealed",
        {"sequence": 3, "hash": entry.hash, "sealed_at": stored["sealed_at"]},
    )


def test_a_head_is_sealed_once_an_hour_and_only_when_it_moved(sealed: Cast, entries: Entries) -> None:
    assert seal_heads() == 0
    with later(2):
        assert seal_heads() == 0
    entries(1)
    assert seal_heads() == 0
    with later(2):
        assert seal_heads() == 1

    assert [seal.sequence for seal in HeadSeal.objects.order_by("sequence")] == [3, 5]
    assert found_in(sealed) == []


def test_an_organization_without_entries_is_not_sealed(acme: Cast) -> None:
    assert seal_heads() == 0


def test_one_organization_that_fails_stops_no_other(sealed: Cast, globex: Cast, storage: Path) -> None:
    file_of(sealed, storage, 3).unlink()
    file_of(sealed, storage, 3).mkdir()
    with organization_scope(globex.organization.pk):
        found(globex)

    assert seal_heads() == 1


def test_a_crash_between_the_row_and_the_storage_is_mended(acme: Cast, founded: Cast, storage: Path) -> None:
    with organization_scope(acme.organization.pk):
        seal_head(actor=watchman(acme))
    chain_entries(acme.organization.pk)
    assert not file_of(acme, storage, 1).exists()
    assert found_in(acme) == []

    assert seal_heads() == 0

    assert file_of(acme, storage, 1).exists()
    assert found_in(acme) == []


def watchman(cast: Cast) -> Actor:
    from clm.access.permissions import system_actor
    from clm.audit.access import WATCHMAN

    return system_actor(WATCHMAN, cast.organization.pk)


def test_a_seal_half_written_is_written_whole(sealed: Cast, storage: Path) -> None:
    file = file_of(sealed, storage, 3)
    whole = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(whole[:20])

    seal_heads()

    assert file.read_bytes() == whole


def test_a_seal_is_never_written_over(sealed: Cast, storage: Path) -> None:
    file = file_of(sealed, storage, 3)
    file.chmod(0o600)
    file.write_bytes(b"{}")

    seal_heads()

    assert file.read_bytes() == b"{}"
    assert found_in(sealed) == [(3, "has a stored seal that cannot be read: it was altered")]


def test_a_seal_that_was_kept_is_kept_once(sealed: Cast, storage: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="clm.audit")

    keep(HeadSeal.objects.get())

    assert caplog.records == []
    assert default_storage.listdir(f"seals/{sealed.organization.pk}") == ([], ["3.json"])


@pytest.mark.django_db(transaction=True)
def test_runs_at_once_leave_one_seal_and_raise_no_alarm(acme: Cast, founded: Cast, entries: Entries) -> None:
    entries(2)
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        for _turn in range(5):
            seal_heads()
        connection.close()

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert default_storage.listdir(f"seals/{acme.organization.pk}") == ([], ["3.json"])
    assert (HeadSeal.objects.count(), Notification.objects.count()) == (1, 0)
    assert found_in(acme) == []


@pytest.mark.parametrize("change", [{"hash": "0" * 64}, {"sequence": 2}])
def test_the_trigger_refuses_a_changed_seal(sealed: Cast, change: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match="a seal never changes"), transaction.atomic():
        HeadSeal.objects.update(**change)
    with pytest.raises(IntegrityError, match="a seal never changes"), transaction.atomic():
        HeadSeal.objects.all().delete()


def test_a_cut_chain_with_its_head_set_back_is_found(sealed: Cast) -> None:
    cut(sealed, 2)

    assert [sequence for sequence, _problem in found_in(sealed)] == [3, None]


def test_a_cut_chain_whose_seal_rows_are_gone_too_is_found_from_the_storage(sealed: Cast) -> None:
    at = HeadSeal.objects.get().sealed_at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    cut(sealed, 2)
    sql("DELETE FROM audit_headseal")

    assert found_in(sealed) == [
        (3, "has a stored seal, and the seal's row is gone from the database"),
        (3, f"was sealed at {at} and is missing: entries were removed from the end"),
    ]


def test_a_wiped_ledger_is_found_from_the_storage(sealed: Cast) -> None:
    cut(sealed, 0)
    sql("DELETE FROM audit_chainhead")
    sql("DELETE FROM audit_headseal")

    assert [sequence for sequence, _problem in found_in(sealed)] == [None, 3, 3]


def test_a_chain_made_up_anew_is_found_from_the_storage(sealed: Cast) -> None:
    cut(sealed, 1)
    sql("DELETE FROM audit_headseal")
    for number in range(3):
        change_profile(actor=sealed["legal"], name=f"Forged {number}")
    chain_entries(sealed.organization.pk)

    problems = [problem for _sequence, problem in found_in(sealed)]

    assert problems[0] == "has a stored seal, and the seal's row is gone from the database"
    assert problems[1].startswith("is not the entry that was sealed at ")
    assert len(problems) == 2


def test_the_entry_about_a_seal_cannot_be_cut_off(sealed: Cast) -> None:
    cut(sealed, 3)

    assert found_in(sealed) == [(None, "audit.headseal is there and was never recorded")]


def test_a_seal_that_is_gone_from_the_storage_is_found(sealed: Cast, entries: Entries, storage: Path) -> None:
    entries(1)
    with later(2):
        seal_heads()
    file_of(sealed, storage, 3).unlink()

    assert found_in(sealed) == [(3, "was sealed, and its seal is gone from the storage")]


def test_a_forged_stored_seal_is_found(sealed: Cast, storage: Path) -> None:
    file = file_of(sealed, storage, 3)
    file.chmod(0o600)
    file.write_bytes(file.read_bytes().replace(b'"sealed_at":"20', b'"sealed_at":"19'))

    assert found_in(sealed) == [(3, "has a stored seal that says otherwise than the seal's row")]


def test_an_altered_seal_row_is_found(sealed: Cast) -> None:
    sql("UPDATE audit_headseal SET sealed_at = sealed_at - interval '1 day'")

    assert [sequence for sequence, _problem in found_in(sealed)] == [3, 4]


def test_the_sealing_notices_a_cut_chain_and_tells_administrators_once_a_day(
    sealed: Cast, entries: Entries, storage: Path
) -> None:
    cut(sealed, 2)
    entries(4)

    assert [seal_heads(), seal_heads()] == [0, 0]

    told = Notification.objects.get()
    assert (told.user, told.title) == (sealed.users["administrator"], "The ledger is not the one that was sealed")
    assert LedgerEntry.objects.filter(event="ledger.seal_contradicted").count() == 1
    assert HeadSeal.objects.count() == 1


def test_an_organization_that_is_gone_is_named(sealed: Cast, storage: Path) -> None:
    gone = uuid.uuid4()
    (storage / "seals" / str(gone)).mkdir()
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("verify_ledger", stdout=out)

    assert f"{gone}: its ledger was sealed, and the organization is gone from the database" in out.getvalue()


def test_only_the_watchman_seals(acme: Cast, founded: Cast) -> None:
    with pytest.raises(Forbidden):
        seal_head(actor=acme["administrator"])
    assert ChainHead.objects.get().sequence == 1


def test_the_page_says_where_the_last_seal_stands(sealed: Cast, page: Client) -> None:
    shown = page.get("/ledger/").content.decode()

    assert "entry 3," in shown
    assert "sealed without a time stamp" in shown
