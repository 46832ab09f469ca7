"""LibreOffice, as another program that has to open what we make."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from clm.embedded.system import LIBREOFFICE, libreoffice

SECONDS = 300


def converted(folder: Path, files: Sequence[Path], form: str) -> list[Path]:
    """Each file in another form, by one run of LibreOffice with a profile of its own."""
    program = libreoffice()
    if program is None:
        missing()
    out = folder / "made"
    command = [
        str(program), "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile",
        "--convert-to", form, "--outdir", str(out), *map(str, files),
    ]  # fmt: skip
    # The program of this machine, and files that the test made.
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    return [out / f"{file.stem}.{form.split(':')[0]}" for file in files]


def missing() -> None:
    """Like the browser: a test that needs it says how to get it, and is never left out unseen."""
    pytest.fail(LIBREOFFICE.sentence())
