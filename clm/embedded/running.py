"""Processes of this machine: found by what they are, ended surely, never confused with a reused number."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Iterable
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]

GONE = (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess)


class Trouble(Exception):
    """Something the person at the keyboard can mend; its text is the sentence to print."""


def started_at(pid: int) -> float | None:
    """When the process was created (seconds since the epoch), or None when there is none."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except GONE:
        return None


def same_process(pid: int, created: float) -> bool:
    """Whether `pid` is still the process created then, and not another one under its number."""
    current = started_at(pid)
    return current is not None and abs(current - created) < 2.0


def processes_in(folder: Path, program: str) -> list[int]:
    """Pids of the running program whose working folder is this one, oldest first.

    PostgreSQL and Valkey both move into their data folder, so this says whose data a process holds.
    """
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(*GONE, OSError):
            if process.name().startswith(program) and Path(process.cwd()) == folder.resolve():
                found.append((process.create_time(), process.pid))
    return [pid for _, pid in sorted(found)]


def signal_pid(pid: int, number: int) -> None:
    """The process has the signal, if it still exists."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def signal_group(pid: int, number: int) -> None:
    """Every process of the group that `pid` leads has the signal."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def group_members(leader: int) -> list[int]:
    """Pids that are alive in the process group of `leader`."""
    members = []
    for pid in psutil.pids():
        # macOS tells nothing of other people's processes; those are none of ours.
        with contextlib.suppress(ProcessLookupError, PermissionError, *GONE):
            if os.getpgid(pid) == leader and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                members.append(pid)
    return members


def wait_gone(pids: Iterable[int], seconds: float) -> list[int]:
    """Those of the processes that are still alive after at most so many seconds."""
    deadline = time.monotonic() + seconds
    left = [pid for pid in pids if started_at(pid) is not None]
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [pid for pid in left if started_at(pid) is not None]
    return left


def stop_pids(pids: list[int], *ladder: tuple[int, float]) -> None:
    """The processes are gone: each (signal, seconds to wait) in turn, then SIGKILL."""
    for number, seconds in ladder:
        for pid in pids:
            signal_pid(pid, number)
        pids = wait_gone(pids, seconds)
        if not pids:
            return
    for pid in pids:
        signal_pid(pid, signal.SIGKILL)
    wait_gone(pids, 2.0)


class Register:
    """The children of a supervisor on disk, so that the next one can clear up after a `kill -9`."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def write(self, leaders: Iterable[int]) -> None:
        """The file lists these process-group leaders with their creation times."""
        rows = [{"pid": pid, "created": started_at(pid)} for pid in leaders]
        partial = self.file.with_suffix(".partial")
        partial.write_text(json.dumps([row for row in rows if row["created"]]))
        partial.replace(self.file)

    def leftovers(self) -> list[int]:
        """Listed leaders that still run, and are the very processes that were listed."""
        try:
            rows = json.loads(self.file.read_text())
        except (FileNotFoundError, ValueError):
            return []
        return [row["pid"] for row in rows if same_process(row["pid"], row["created"])]

    def clear_up(self) -> int:
        """Leftover groups are ended; says how many there were."""
        leaders = self.leftovers()
        members = [pid for leader in leaders for pid in group_members(leader)]
        stop_pids(members, (signal.SIGTERM, 5.0), (signal.SIGQUIT, 1.0))
        self.file.unlink(missing_ok=True)
        return len(leaders)


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing holds at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answered(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def port_is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:port now."""
    if _answered(port):  # macOS lets two servers have one port, when one listens on all addresses
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
