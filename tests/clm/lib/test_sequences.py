from __future__ import annotations

import pytest

from clm.lib.actor import Actor
from clm.lib.sequences import next_number
from contracts.models import Contract
from contracts.operations.create_contract import create_contract


@pytest.mark.parametrize(
    ("given", "following"),
    [
        ([], "T-0001"),
        (["T-0009"], "T-0010"),
        (["T-9999"], "T-10000"),
        (["T-9999", "T-10000", "T-9998"], "T-10001"),
        (["T-0007", "T-0007-draft", "TX-0012"], "T-0008"),
    ],
)
def test_the_number_after(alice: Actor, given: list[str], following: str) -> None:
    for reference in given:
        contract = create_contract(actor=alice, title=reference)
        Contract.objects.filter(pk=contract.pk).update(reference=reference)

    assert next_number(Contract, "reference", "T-") == following
