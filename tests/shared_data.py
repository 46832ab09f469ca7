"""Public data sets that are too large to ship, and programs of the system that not every desk has: the one way in which
a test asks for them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conformance.cases import data_root


def shared(place: str) -> Path:
    """The data root's file or folder. Without it the test is skipped, and in CI it fails: there nothing may be left out
    unseen."""
    path = data_root() / place
    if not path.exists():
        if os.environ.get("CI"):
            pytest.fail(f"CI runs every test, and there is no {place} under COVENANT_DATA")
        pytest.skip(f"no {place} beside the project, and COVENANT_DATA names no folder that has it")
    return path


def installed(found: str | None, name: str) -> str:
    """Where the program is that was looked for. As `shared`: CI installs it."""
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"CI runs every test, and {name} is missing")
        pytest.skip(f"{name} is not installed")
    return found
