"""Scans: the words on the pictures of a PDF are recognized by ocrmypdf and tesseract, where the machine has them.

Both are programs of the system and run as such, in a process group with bounds; nothing of them is imported.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.limits import MEBIBYTE
from clm.documents.extraction.sandbox import ROOT, end_process_group, worker_environment
from clm.lib.errors import DomainError
from clm.lib.outside import outside_transactions

PROGRAMS = ("ocrmypdf", "tesseract")
# For each process that is started; the whole may take WALL_SECONDS.
BOUNDS = {
    "RLIMIT_CORE": 0,
    "RLIMIT_AS": 4096 * MEBIBYTE,
    "RLIMIT_FSIZE": 512 * MEBIBYTE,
    "RLIMIT_CPU": 1200,
}
WALL_SECONDS = 1800.0
MOST_MEGAPIXELS = 120
PAGE_SECONDS = 180
# So often whoever waits hears that it goes on, and may end it: far more often than a job is taken for dead.
BEAT_SECONDS = 10.0


def missing_programs() -> list[str]:
    return [name for name in PROGRAMS if shutil.which(name) is None]


def can_recognize() -> bool:
    return not missing_programs()


def check_installed() -> None:
    """Raises DomainError `ocr_missing`, which names what is to be installed."""
    if missing := missing_programs():
        names = " ".join(missing)
        message = _("Scans cannot be read here: %(names)s is not installed. Your administrator can install it.")
        raise DomainError("ocr_missing", message % {"names": names}, detail={"missing": missing})


def recognized(content: bytes, beat: Callable[[], None]) -> bytes:
    """The PDF with its words behind its pictures; pages that have text stay as they are. Outside of transactions.

    `beat` is called while it lasts; what it raises ends the programs.

    Raises DomainError `ocr_missing`, Refused `too_slow`, `scan_unread`.
    """
    outside_transactions("a scan is read")
    check_installed()
    with tempfile.TemporaryDirectory(prefix="covenant-scan-") as name:
        folder = Path(name)
        (folder / "scan.pdf").write_bytes(content)
        _run(folder, beat)
        made = folder / "text.pdf"
        if not made.is_file():
            raise unread()
        return made.read_bytes()


def unread() -> Refused:
    return Refused("scan_unread", "The words of this scan could not be read.")


def _run(folder: Path, beat: Callable[[], None]) -> None:
    options = [
        "--skip-text", "--output-type", "pdf", "--optimize", "0", "--jobs", "1", "--quiet",
        "--max-image-mpixels", str(MOST_MEGAPIXELS), "--tesseract-timeout", str(PAGE_SECONDS),
        "--language", settings.OCR_LANGUAGES,
    ]  # fmt: skip
    command = [PROGRAMS[0], *options, str(folder / "scan.pdf"), str(folder / "text.pdf")]
    # This interpreter, a module of ours, its bounds, and the program by its name.
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-B", "-s", "-m", "clm.documents.ocr_worker", json.dumps(BOUNDS), *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=_environment(folder),
        start_new_session=True,
    )
    try:
        _wait(process, beat)
    finally:
        end_process_group(process)
    if process.returncode:
        raise unread()


def _wait(process: subprocess.Popen[bytes], beat: Callable[[], None]) -> None:
    end = time.monotonic() + WALL_SECONDS
    while (left := end - time.monotonic()) > 0:
        try:
            process.wait(timeout=min(left, BEAT_SECONDS))
        except subprocess.TimeoutExpired:
            beat()
        else:
            return
    raise Refused("too_slow")


def _environment(folder: Path) -> dict[str, str]:
    """As every worker's; temporary files go with the folder, and one page takes one core."""
    return worker_environment() | {"TMPDIR": str(folder), "HOME": str(folder), "OMP_THREAD_LIMIT": "1"}
