"""Runs one command with a throwaway PostgreSQL and Valkey: `python -m clm.embedded.testing -- pytest ...`.

Any number may run at once: each has a folder of its own in the system's temporary folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from clm.embedded.places import remove_service_home
from clm.embedded.postgres import Postgres
from clm.embedded.running import Trouble, processes_in, same_process, started_at, stop_pids
from clm.embedded.system import chromium
from clm.embedded.valkey import PROGRAM, Valkey

PREFIX = "covenant-test-"


@contextlib.contextmanager
def throwaway_folder() -> Iterator[Path]:
    """A `var` for one test run, gone at the end; folders of test runs that were killed are removed first."""
    parent = Path(tempfile.gettempdir())
    for old in parent.glob(f"{PREFIX}*"):
        if _abandoned(old):
            discard(old)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    folder.chmod(0o711)
    (folder / "owner.json").write_text(json.dumps({"pid": os.getpid(), "created": started_at(os.getpid())}))
    try:
        yield folder
    finally:
        discard(folder)


def _abandoned(folder: Path) -> bool:
    try:
        owner = json.loads((folder / "owner.json").read_text())
    except (OSError, ValueError):
        return False  # another user's, or one that is just being made
    return folder.stat().st_uid == os.geteuid() and not same_process(owner["pid"], owner["created"])


def discard(folder: Path) -> None:
    """The folder, its servers and their data are gone."""
    stop_pids(processes_in(folder / "postgres" / "data", "postgres"), (signal.SIGQUIT, 2.0))
    stop_pids(processes_in(folder / "valkey", PROGRAM), (signal.SIGTERM, 2.0))
    for service in ("postgres", "valkey"):
        remove_service_home(folder, service)
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def services(folder: Path) -> Iterator[dict[str, str]]:
    """DATABASE_URL and REDIS_URL: those that are set already, else those of servers made here."""
    with contextlib.ExitStack() as stack:
        urls = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
        if not urls["DATABASE_URL"]:
            postgres = Postgres(folder, folder / "postgres.log", durable=False)
            stack.callback(postgres.stop)
            urls["DATABASE_URL"] = postgres.start()
        if not urls["REDIS_URL"]:
            valkey = Valkey(folder, folder / "valkey.log", durable=False)
            stack.callback(valkey.stop)
            urls["REDIS_URL"] = valkey.start()
        yield urls


def _to_exit(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def run_command(command: list[str]) -> int:
    """The command's exit status; both servers are gone when it ends, however it ends."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _to_exit)
    with throwaway_folder() as folder, services(folder) as urls:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "clm.settings.test", **urls}
        environment["COVENANT_TEST_FOLDER"] = str(folder)
        if browser := chromium():  # on macOS it is an application and not on the path
            environment.setdefault("CHROMIUM", browser)
        child = subprocess.Popen(command, env=environment)
        try:
            return child.wait()
        except KeyboardInterrupt:  # the terminal told the child too; it ends in its own way
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=20)
            return 130
        finally:
            end(child)


def end(child: subprocess.Popen[bytes]) -> None:
    """The child has ended: asked first, then made to."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def main() -> int:
    """The exit status of the command after `--`."""
    command = sys.argv[2:] if sys.argv[1:2] == ["--"] else sys.argv[1:]
    if not command:
        print("Usage: python -m clm.embedded.testing -- COMMAND ...", file=sys.stderr)
        return 2
    try:
        return run_command(command)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
