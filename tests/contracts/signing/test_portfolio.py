"""What a new installation shows of signing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clm.lib import clock
from contracts.models import BulkSend, Envelope, Recipient
from contracts.operations.signing.remind_recipient import remind_recipient
from contracts.portfolio.requests import HOUSE
from contracts.portfolio.signing import DEALS, load
from contracts.queries.bulk_sends import dry_run
from contracts.queries.signing import envelope_rows
from tests.cast import Cast


def test_one_is_half_signed_and_one_is_sealed(acme: Cast, settings: Any, trial_folder: Path) -> None:
    settings.SEAL_FOLDER = trial_folder
    people = {role: acme[role] for role in ("legal", "executive")}
    for _again in range(2):
        load(people, HOUSE, lambda done, total: None)
    waits, done = (envelope_rows().get(title=deal.title) for deal in DEALS)
    assert [each.state for each in waits.recipients.all()] == ["done", "invited"]
    assert (waits.state, waits.contract.state) == ("sent", "out_for_signature")
    assert (done.state, done.contract.state, done.seal_state) == ("completed", "executed", "sealed")
    assert Envelope.objects.count() == 2
    bulk = BulkSend.objects.get()
    found = dry_run(bulk, bulk.rows.order_by("number"))
    assert [len(each.problems) for each in found] == [0, 0, 0, 1]
    last = Recipient.objects.get(envelope=waits, state="invited")
    assert last.invited_at is not None
    assert (clock.now() - last.invited_at).days == 2
    remind_recipient(actor=acme["legal"], recipient_id=last.pk)


def test_other_houses_have_none(acme: Cast) -> None:
    load({"legal": acme["legal"], "executive": acme["executive"]}, "elsewhere", lambda done, total: None)
    assert Envelope.objects.count() == 0
