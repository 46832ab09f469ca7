"""Two people at one instant, on a real database: what both bring is here once."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from clm.lib import clock
from clm.lib.actor import Actor
from contracts.models import Contract, ContractImport
from contracts.operations.imports.run_import import run_import
from contracts.papers import import_running
from tests.contracts.imports.packed import outcomes, packed, read, rows_of, text_of, tried
from tests.contracts.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_texts_that_are_nearly_alike_come_once(alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    body = text_of(1, 300)
    batches = [read(alice, packed({"a.txt": each})) for each in (body, body.replace(b"storage", b"warehouse", 2))]
    for batch in batches:
        tried(alice, batch)
    real, gate = import_running.import_row, threading.Barrier(2)

    def together(**given: Any) -> Any:
        """Neither found anything that is here already."""
        gate.wait(timeout=30)
        return real(**given)

    monkeypatch.setattr(import_running, "import_row", together)
    calls = [lambda pk=batch.pk: run_import(actor=alice, import_id=pk) for batch in batches]

    assert at_once(alice, calls, when=clock.now()) == ["", ""]

    assert Contract.objects.count() == 1
    assert sorted(outcomes(rows_of(batches[0])) + outcomes(rows_of(batches[1]))) == ["created", "skipped"]
    assert set(ContractImport.objects.values_list("state", flat=True)) == {"finished"}
