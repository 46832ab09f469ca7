"""The authority of the session, and a small PDF."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.signing.authority import Authority, authority_in


@pytest.fixture(scope="session")
def authority(tmp_path_factory: Any) -> Iterator[Authority]:
    with authority_in(tmp_path_factory.mktemp("authority")) as running:
        yield running


@pytest.fixture(scope="session")
def trial_folder(tmp_path_factory: Any) -> Path:
    """The key for trying out is made once."""
    return Path(tmp_path_factory.mktemp("keys")) / "seal"
