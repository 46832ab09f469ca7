from __future__ import annotations

from collections.abc import Callable

import pytest

from clm.accounts.operations.change_profile import change_profile
from clm.audit.chain import chain_entries
from tests.cast import Cast


@pytest.fixture
def entries(acme: Cast) -> Callable[[int], None]:
    """Makes so many ledger entries, chained."""

    def make(count: int) -> None:
        for number in range(count):
            change_profile(actor=acme["legal"], name=f"Name {number}")
        chain_entries(acme.organization.pk)

    return make
