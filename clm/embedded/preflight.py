"""What can stand in the way of a start, each with the sentence that says how to mend it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from pathlib import Path
from typing import IO

from clm.embedded.running import Trouble, port_is_free

NEEDED_BYTES = 500 * 1024 * 1024
DEFAULT_PORT = 8000
PORTS_TO_TRY = 20
# With less than this PostgreSQL cannot write its next piece of log.
FULL_BYTES = 16 * 1024 * 1024
FULL = "The disk that holds {folder} is full. Free some room and run `make run` again."


def check_disk(folder: Path, needed: int = NEEDED_BYTES) -> None:
    """Raises Trouble when the disk of the folder has less room than that (bytes)."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Trouble(
            f"The disk that holds {folder} is nearly full: {free // 2**20} MB free, "
            f"{needed // 2**20} MB needed. Free some room and run `make run` again."
        )


def is_full(folder: Path) -> bool:
    """Whether the disk of the folder has no room to work with."""
    return folder.exists() and shutil.disk_usage(folder).free < FULL_BYTES


def in_words(error: OSError, folder: Path) -> str | None:
    """The sentence for what the system refused while working in the folder; None where there is no mend to name."""
    named = error.filename or folder
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FULL.format(folder=folder)
    if error.errno == errno.EROFS:
        return f"{named} is on a disk that only reads. Choose another folder: `COVENANT_VAR=... make run`."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{named} belongs to another user. Run as its owner, or make the folder your own."
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"{named} cannot be made: a file stands where the folder {folder} belongs. Move it away."
    return None


def choose_port(wanted: str | None) -> tuple[int, str | None]:
    """The port to serve on, and a sentence when it is not the usual one.

    A port that was asked for (PORT=...) is used or refused; the default moves on to the next free one.
    """
    if wanted:
        port = _port_number(wanted)
        if not port_is_free(port):
            raise Trouble(
                f"Port {port} is taken by another program. "
                f"Stop that one, or choose another port: `make run PORT={port + 1}`."
            )
        return port, None
    for port in range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TO_TRY):
        if port_is_free(port):
            note = None if port == DEFAULT_PORT else f"Port {DEFAULT_PORT} is taken by another program; using {port}."
            return port, note
    raise Trouble(
        f"Ports {DEFAULT_PORT} to {DEFAULT_PORT + PORTS_TO_TRY - 1} are all taken. "
        "Choose a free one: `make run PORT=9000`."
    )


def _port_number(wanted: str) -> int:
    try:
        port = int(wanted)
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise Trouble(f"PORT={wanted} is not a port number. Use one between 1024 and 65535.")
    return port


def only_one(lock_file: Path) -> IO[str]:
    """The open lock that this run holds until it ends, however it ends.

    The kernel drops the lock with its process, so `kill -9` leaves nothing to clean. Raises Trouble when
    another run of the same folder holds it.
    """
    lock = lock_file.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip()
        lock.close()
        raise Trouble(
            f"Covenant already runs from this folder ({holder or 'starting'}). "
            "Use that one, or stop it with Ctrl-C first."
        ) from None
    note_holder(lock, f"process {os.getpid()}")
    return lock


def note_holder(lock: IO[str], text: str) -> None:
    """The lock says who holds it, for the sentence that a second run prints."""
    with contextlib.suppress(OSError):
        lock.seek(0)
        lock.truncate()
        lock.write(text)
        lock.flush()
