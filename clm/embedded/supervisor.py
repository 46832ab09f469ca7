"""Keeps a list of children running, each in a process group of its own, and ends every one of them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clm.embedded.running import Register, group_members, signal_group, wait_gone

# Seconds before a dead child is started again: doubled each time, the first again after a quiet minute.
FIRST_DELAY, LONGEST_DELAY, QUIET = 1.0, 30.0, 60.0
# SIGTERM lets requests and tasks finish; at SIGQUIT Celery hands tasks back and gunicorn leaves at once.
STOP_LADDER = ((signal.SIGTERM, 5.0), (signal.SIGQUIT, 1.5), (signal.SIGKILL, 1.0))
LOG_LIMIT_BYTES = 20 * 1024 * 1024


@dataclass
class Child:
    """One program to keep alive, and what is known of its present run."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    cwd: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    delay: float = FIRST_DELAY
    start_again_at: float | None = None

    def start(self) -> None:
        """The program runs, writing to its log."""
        rotate(self.log)
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.cwd,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )
        self.started = time.monotonic()
        self.start_again_at = None

    def exit_status(self) -> int | None:
        """The status it ended with, or None while it runs or has not been started."""
        return None if self.process is None else self.process.poll()


def rotate(log: Path) -> None:
    """A log past its limit becomes `<name>.1`, and the former `.1` is gone."""
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))


@dataclass
class Supervisor:
    """Children by name; `say` prints one line for the person at the keyboard."""

    register: Register
    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)

    def add(self, child: Child) -> None:
        """The child runs and is in the register."""
        child.start()
        self.children.append(child)
        self._record()

    def tend(self) -> None:
        """Children that died are started again, each after its delay."""
        for child in self.children:
            self._tend_one(child)

    def _tend_one(self, child: Child) -> None:
        now = time.monotonic()
        status = child.exit_status()
        if status is None:
            return
        if child.start_again_at is None:
            child.delay = FIRST_DELAY if now - child.started > QUIET else child.delay
            child.start_again_at = now + child.delay
            mend = f"starting it again in {child.delay:.0f} s. See {child.log}."
            self.say(f"{child.name} stopped ({reason(status)}); {mend}")
        elif now >= child.start_again_at:
            child.delay = min(child.delay * 2, LONGEST_DELAY)
            self._end_stragglers(child)
            child.start()
            self._record()

    def stop(self) -> None:
        """No child and no child of a child is left (at most 7.5 seconds)."""
        leaders = [child.process.pid for child in self.children if child.process is not None]
        for number, seconds in STOP_LADDER:
            members = [pid for leader in leaders for pid in group_members(leader)]
            if not members:
                break
            for leader in leaders:
                signal_group(leader, number)
            self._reap(members, seconds)
        self.children.clear()
        self.register.file.unlink(missing_ok=True)

    def _reap(self, members: list[int], seconds: float) -> None:
        wait_gone(members, seconds)
        for child in self.children:
            child.exit_status()

    @staticmethod
    def _end_stragglers(child: Child) -> None:
        """Workers that outlived their killed parent would hold the port or take tasks twice."""
        if child.process is not None:
            signal_group(child.process.pid, signal.SIGKILL)

    def _record(self) -> None:
        self.register.write(child.process.pid for child in self.children if child.process is not None)


def reason(status: int) -> str:
    """An exit status in words."""
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
