from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from clm.access.permissions import system_actor
from clm.accounts import events
from clm.accounts.access import FOUNDER
from clm.accounts.operations.change_profile import change_profile
from clm.audit.chain import chain_entries
from clm.events.record import record
from tests.cast import Cast


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> Path:
    """A storage of the test's own, in this folder."""
    folder = tmp_path / "storage"
    default = settings.STORAGES["default"] | {"OPTIONS": {"location": folder, "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": default}
    return folder


@pytest.fixture
def founded(acme: Cast) -> Cast:
    """acme, with the entry that every ledger begins with."""
    found(acme)
    return acme


def found(cast: Cast) -> None:
    """The organization's founding is recorded and chained. Runs within its scope."""
    founder = system_actor(FOUNDER, cast.organization.pk)
    with transaction.atomic():
        record(founder, events.organization_founded(cast.organization))
    chain_entries(cast.organization.pk)


@pytest.fixture
def entries(acme: Cast) -> Callable[[int], None]:
    """Makes so many ledger entries, chained."""

    def make(count: int) -> None:
        for number in range(count):
            change_profile(actor=acme["legal"], name=f"Name {number}")
        chain_entries(acme.organization.pk)

    return make
