"""`make run`: services, database, web, worker and beat, until Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from clm.embedded import places, preflight, system
from clm.embedded.postgres import Postgres, last_lines, password_in, server_trouble
from clm.embedded.probe import answers
from clm.embedded.processes import PROCESSES, READY_PATH
from clm.embedded.running import Register, Trouble, signal_group
from clm.embedded.supervisor import Child, Supervisor, rotate
from clm.embedded.valkey import Valkey, redis_trouble

READY_SECONDS = 90
PREPARE_SECONDS = 300
LOW_DISK_BYTES = 100 * 1024 * 1024
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Ctrl-C, or a request of the system to end."""


@dataclass
class Run:
    """One run of Covenant on this machine."""

    var: Path
    begun: float = field(default_factory=time.monotonic)
    environment: dict[str, str] = field(default_factory=dict)
    services: list[Postgres | Valkey] = field(default_factory=list)
    port: int = 0
    news_read: int = 0

    def __post_init__(self) -> None:
        self.logs = places.private_subfolder(self.var, "log")
        self.state = places.private_subfolder(self.var, "run")
        self.supervisor = Supervisor(Register(self.state / "processes.json"), self.say)

    def say(self, text: str) -> None:
        """One line for the person at the keyboard, with the seconds since the start."""
        print(f"[{time.monotonic() - self.begun:5.1f} s] {text}", flush=True)

    def start(self, lock: IO[str]) -> None:
        """Everything runs and the sign-in page has answered; raises Trouble or Stopped otherwise."""
        self._check()
        self._start_services()
        self._prepare_database()
        self._start_processes()
        self._await_page()
        preflight.note_holder(lock, f"http://127.0.0.1:{self.port}/")
        self._print_address()

    def tend(self) -> None:
        """Whatever died is started again, and a disk that runs full is announced; never returns by itself."""
        ticks = 0
        while True:
            time.sleep(0.5)
            self._tend_services()
            self.supervisor.tend()
            self._print_news()
            ticks += 1
            if ticks % 120 == 0:
                self._warn_of_full_disk()

    @property
    def has_started(self) -> bool:
        """Whether anything of this run may be alive."""
        return bool(self.services or self.supervisor.children)

    def stop(self) -> None:
        """No process of this run is left."""
        self.supervisor.stop()
        for service in reversed(self.services):
            service.stop()

    def _check(self) -> None:
        left = self.supervisor.register.clear_up()
        if left:
            self.say(f"Ended what a killed run had left behind ({left} of its processes).")
        preflight.check_disk(self.var)
        for need in system.provide([system.PANGO]):
            raise Trouble(need.sentence())
        self.port, note = preflight.choose_port(os.environ.get("PORT"))
        if note:
            self.say(note)

    def _start_services(self) -> None:
        self.environment = {
            "DJANGO_SETTINGS_MODULE": os.environ.get("COVENANT_SETTINGS", "clm.settings.local"),
            "COVENANT_VAR": str(self.var),
            "SECRET_KEY": os.environ.get("SECRET_KEY") or password_in(self.var / "secret_key"),
            "SITE_URL": os.environ.get("SITE_URL") or f"http://127.0.0.1:{self.port}",
            "PYTHONUNBUFFERED": "1",
            **system.library_environment(),
        }
        self.environment["DATABASE_URL"] = self._database_url()
        self.environment["REDIS_URL"] = self._redis_url()
        self._write_environment()

    def _database_url(self) -> str:
        if given := os.environ.get("DATABASE_URL"):
            self.say("Using the PostgreSQL of DATABASE_URL.")
            if trouble := server_trouble(given):
                raise Trouble(trouble)
            return given
        self.say("Starting PostgreSQL.")
        postgres = Postgres(self.var, self.logs / "postgres.log")
        return self._start_service(postgres)

    def _redis_url(self) -> str:
        if given := os.environ.get("REDIS_URL"):
            self.say("Using the broker of REDIS_URL.")
            if trouble := redis_trouble(given):
                raise Trouble(trouble)
            return given
        self.say("Starting Valkey.")
        return self._start_service(Valkey(self.var, self.logs / "valkey.log"))

    def _start_service(self, service: Postgres | Valkey) -> str:
        rotate(service.log)
        self.services.append(service)  # before the start: a start cut short is stopped too
        return service.start()

    def _write_environment(self) -> None:
        """`var/run/environment` (0600) lets a shell of this machine reach the running services."""
        file = self.state / "environment"
        file.unlink(missing_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.writelines(f"{name}='{value}'\n" for name, value in self.environment.items())

    def _prepare_database(self) -> None:
        self.say("Bringing the database schema up to date; an empty one gets its first portfolio.")
        log = self.logs / "prepare.log"
        self.sign_ins.unlink(missing_ok=True)
        self.news.unlink(missing_ok=True)
        with log.open("wb") as out:
            command = [sys.executable, "-m", "clm.embedded.prepare", str(self.sign_ins)]
            done = run_child(command, out, self.environment, seconds=PREPARE_SECONDS)
        if done != 0:
            raise Trouble(f"The database could not be prepared. The last lines of {log}:\n{last_lines(log, 25)}")

    @property
    def sign_ins(self) -> Path:
        """Where the preparation writes the sign-ins by role."""
        return self.state / "sign-ins.txt"

    def _start_processes(self) -> None:
        self.say(f"Starting {', '.join(process.name for process in PROCESSES)}.")
        scratch = self._empty_scratch()
        for process in PROCESSES:
            command = process.command(bind=f"127.0.0.1:{self.port}")
            environment = {**self.environment, **process.variables(scratch=str(scratch))}
            log = self.logs / f"{process.name}.log"
            self.supervisor.add(Child(process.name, command, environment, log, places.PROJECT))

    def _empty_scratch(self) -> Path:
        shutil.rmtree(self.state / "scratch", ignore_errors=True)
        return places.private_subfolder(self.state, "scratch")

    def _await_page(self) -> None:
        url = f"http://127.0.0.1:{self.port}{READY_PATH}"
        deadline = time.monotonic() + READY_SECONDS
        while not answers(url):
            self.supervisor.tend()
            if time.monotonic() > deadline:
                log = self.logs / "web.log"
                raise Trouble(f"The sign-in page does not answer. The last lines of {log}:\n{last_lines(log, 25)}")
            time.sleep(0.1)

    def _print_address(self) -> None:
        self.say(f"Covenant is ready: http://127.0.0.1:{self.port}/")
        if self.sign_ins.exists():
            print(self.sign_ins.read_text().rstrip())
        print(f"Logs are in {self.logs}. Ctrl-C stops everything; the data stays in {self.var}.", flush=True)

    def _print_news(self) -> None:
        """What the worker wants the person at the keyboard to read: the end of the load, or what stopped it."""
        if not self.news.exists():
            return
        with self.news.open() as lines:
            lines.seek(self.news_read)
            for line in lines.read().splitlines():
                self.say(line)
            self.news_read = lines.tell()

    @property
    def news(self) -> Path:
        """Where the worker adds a line (see clm.portfolio.people.announce)."""
        return self.state / "news.txt"

    def _tend_services(self) -> None:
        for service in self.services:
            if not service.alive():
                self.say(f"{type(service).__name__} stopped; starting it again. See {service.log}.")
                service.start()

    def _warn_of_full_disk(self) -> None:
        try:
            preflight.check_disk(self.var, LOW_DISK_BYTES)
        except Trouble as trouble:
            self.say(str(trouble))


def run_child(command: list[str], out: IO[bytes], environment: Mapping[str, str], seconds: float) -> int:
    """The exit status of a child that is ended, with its group, when we are stopped or it takes too long."""
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=out,
        cwd=places.PROJECT,
        env={**os.environ, **environment},
        start_new_session=True,
    )
    try:
        return child.wait(timeout=seconds)
    except BaseException:
        signal_group(child.pid, signal.SIGKILL)
        child.wait()
        raise


def _stop_on_signals() -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        _ignore_signals()
        raise Stopped

    for each in STOP_SIGNALS:
        signal.signal(each, stop)


def _ignore_signals() -> None:
    """A second Ctrl-C does not cut the clean stop short."""
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)


def serve(var: Path, lock: IO[str]) -> None:
    """Runs until Stopped or Trouble, and leaves no process either way."""
    run = Run(var)
    try:
        run.start(lock)
        run.tend()
    except Stopped:
        print("\nStopping.", flush=True)
    finally:
        _ignore_signals()
        if run.has_started:
            run.stop()
            print("Everything has stopped.", flush=True)


def main() -> int:
    """0 after Ctrl-C, 1 with a sentence when something stands in the way."""
    _stop_on_signals()
    try:
        return run_in(places.wanted_var())
    except Stopped:
        return 0


def run_in(wanted: Path) -> int:
    """The exit status of a run with this data folder."""
    try:
        var = places.var_folder()
        with preflight.only_one(places.private_subfolder(var, "run") / "lock") as lock:
            serve(var, lock)
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr, flush=True)
        if preflight.is_full(wanted):
            print(f"\n{preflight.FULL.format(folder=wanted)}", file=sys.stderr, flush=True)
        return 1
    except OSError as error:
        if (sentence := preflight.in_words(error, wanted)) is None:
            raise
        print(f"\n{sentence}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
