from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.concurrency.machine import Machine


@pytest.fixture
def machine(transactional_db: None, tmp_path: Path) -> Iterator[Machine]:
    """Real processes on the test's database; none is left when it ends."""
    made = Machine(tmp_path)
    try:
        yield made
    finally:
        made.close()
