"""A redline: a Word document whose tracked changes turn one text into another.

The changes are made by Docxodus (package `python-redlines-docxodus`, MIT, a .NET program that brings its runtime). It
runs in a process with bounds and outside of transactions; its answer is taken only when accepting every change reads as
the new text and rejecting every change as the old one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

from clm.documents.extraction.extracted import Refused
from clm.documents.extraction.limits import MEBIBYTE
from clm.documents.extraction.sandbox import run_module
from clm.lib.outside import outside_transactions

WORKER = "contracts.adapters.redline_worker"
OLD, NEW, REDLINE = "old.docx", "new.docx", "redline.docx"
MAX_AUTHOR = 120


@dataclass(frozen=True, slots=True)
class RedlineLimits:
    """Sizes in bytes, times in seconds. 100 pages against 100 pages take 120 MB and about 3 seconds.

    `memory_bytes` is address space, of which .NET reserves far more than it uses; what it uses is `heap_bytes` at most.
    """

    memory_bytes: int = 6 * 1024 * MEBIBYTE
    heap_bytes: int = 768 * MEBIBYTE
    file_bytes: int = 256 * MEBIBYTE
    cpu_seconds: int = 110
    wall_seconds: float = 120.0


LIMITS = RedlineLimits()


def redline(
    old: bytes, new: bytes, *, author: str, at: datetime, programs: Path, limits: RedlineLimits = LIMITS
) -> bytes:
    """The new document with its differences from the old one as changes of `author` at `at`, without metadata.

    Changes that either document has tracked count as accepted. Where no exact redline comes out at first, it is tried
    once more with the newer document's lists as the older one defines them. `programs` is where the engine is unpacked
    once. Raises Refused for whatever no upload may be, `too_slow`, `too_much_memory`, and `corrupt` where no exact
    redline comes out.
    """
    outside_transactions("a redline is made")
    engine = unpacked_engine(programs)
    with tempfile.TemporaryDirectory(prefix="redline-") as folder:
        (Path(folder) / OLD).write_bytes(old)
        (Path(folder) / NEW).write_bytes(new)
        task = {
            "engine": str(engine),
            "folder": folder,
            "author": author[:MAX_AUTHOR],
            "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "limits": asdict(limits),
        }
        _run(task, limits)
        return (Path(folder) / REDLINE).read_bytes()


def _run(task: Mapping[str, object], limits: RedlineLimits) -> None:
    """The worker and the engine that it started are gone afterwards, whatever came of it."""
    sent = json.dumps(dict(task)).encode()
    output = run_module(WORKER, stdin=subprocess.PIPE, sent=sent, wall_seconds=limits.wall_seconds)
    refused = json.loads(output)["refused"]
    if refused:
        raise Refused(*refused)


def unpacked_engine(programs: Path) -> Path:
    """The engine's executable, unpacked under its version; several processes may ask at once."""
    from python_redlines import DocxodusEngine

    home = programs / f"docxodus-{version('python-redlines-docxodus')}"
    if not home.exists():
        programs.mkdir(parents=True, exist_ok=True)
        aside = programs / f".{home.name}-{uuid4().hex[:12]}"
        DocxodusEngine(target_path=str(aside))
        try:
            os.rename(aside, home)
        except OSError:  # another process was first
            shutil.rmtree(aside)
    return Path(DocxodusEngine(target_path=str(home)).extracted_binaries_path)
