"""A `var` folder that the service account can reach, with nothing of the test run's own services in sight."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from clm.embedded.postgres import Postgres
from clm.embedded.testing import discard
from clm.embedded.valkey import Valkey


@pytest.fixture
def var() -> Iterator[Path]:
    """Pytest's own folders are closed to other accounts; this one is like a project's `var/`."""
    folder = Path(tempfile.mkdtemp(prefix="covenant-var-"))
    folder.chmod(0o711)
    yield folder
    discard(folder)


@pytest.fixture
def closed_parent() -> Iterator[Path]:
    """A folder that only its owner can enter, like a home."""
    folder = Path(tempfile.mkdtemp(prefix="covenant-home-"))
    folder.chmod(0o700)
    yield folder
    discard(folder / "var")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(var: Path) -> Iterator[Postgres]:
    """A cluster that is not started yet, and is stopped at the end."""
    server = Postgres(var, var / "postgres.log", durable=False)
    yield server
    server.stop()


@pytest.fixture
def valkey(var: Path) -> Iterator[Valkey]:
    """A Valkey that is not started yet, and is stopped at the end."""
    server = Valkey(var, var / "valkey.log")
    yield server
    server.stop()
