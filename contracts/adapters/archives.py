"""The files of a ZIP, unpacked one after the other by a process of its own; and a folder made into one."""

from __future__ import annotations

import json
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any

from clm.documents.extraction.extracted import MESSAGES, Refused
from clm.documents.extraction.limits import DEFAULT, MEBIBYTE
from clm.documents.extraction.sandbox import end_process_group, start_module
from clm.lib.errors import Invalid
from clm.lib.outside import outside_transactions

WORKER = "contracts.adapters.archive_worker"
MOST_BYTES = 512 * MEBIBYTE
# An archive has the documents of a whole company: more entries than a document, and minutes to unpack them.
LIMITS = replace(DEFAULT, zip_entries=20_000, zip_total_bytes=4096 * MEBIBYTE, cpu_seconds=600)
LONGEST_FRAME = 16_384


@dataclass(frozen=True)
class Packed:
    """A file of an archive that has `total`; without content it is not taken: `problem` says why (code, words)."""

    path: str
    content: bytes
    total: int
    problem: tuple[str, str] | None = None


def files_in(archive: IO[bytes], *, first: int = 0) -> Iterator[Packed]:
    """The files from number `first` on. `archive` is a file of this machine. Raises Invalid beside the field
    `archive`."""
    outside_transactions("an archive is unpacked")
    process = start_module(WORKER, json.dumps(asdict(LIMITS)), str(first), stdin=archive)
    try:
        yield from _frames(process)
    except Refused as refusal:
        raise Invalid(refusal.code, refusal.message, fields={"archive": [refusal.message]}) from refusal
    finally:
        end_process_group(process)


def _frames(process: subprocess.Popen[bytes]) -> Iterator[Packed]:
    stream = process.stdout
    if stream is None:
        raise Refused("corrupt")
    while line := stream.readline(LONGEST_FRAME):
        frame = _frame(line)
        if "refused" in frame:
            code, message = frame["refused"]
            raise Refused(code, message or MESSAGES[code])
        content = stream.read(frame["size"])
        if len(content) != frame["size"]:
            raise Refused("corrupt")
        problem = frame["problem"]
        yield Packed(frame["path"], content, frame["total"], (problem[0], problem[1]) if problem else None)
    if process.wait() != 0:
        raise Refused("too_slow", "Unpacking the archive took too much time or memory, so it was stopped.")


def _frame(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        raise Refused("corrupt") from None
    return dict(found)


def pack_folder(folder: Path, into: IO[bytes]) -> int:
    """The files of a folder and of those in it, as a ZIP; links are not followed. Answers how many."""
    count = 0
    with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and not any(each.is_symlink() for each in _above(path, folder)):
                archive.write(path, path.relative_to(folder).as_posix())
                count += 1
    return count


def _above(path: Path, folder: Path) -> Iterator[Path]:
    for parent in path.parents:
        if parent == folder:
            return
        yield parent
