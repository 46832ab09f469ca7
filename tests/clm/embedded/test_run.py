"""`make run` as a person has it: ready, refused twice, mended, stopped without a trace, and again after `kill -9`."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from clm.embedded.places import PROJECT
from clm.embedded.probe import answers
from clm.embedded.running import free_port, processes_in, wait_gone

GIVEN = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY")


@dataclass
class Session:
    """One `python -m clm.embedded.run` and what it has printed."""

    var: Path
    port: int
    output: Path
    process: subprocess.Popen[bytes]

    def said(self) -> str:
        return self.output.read_text()

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def wait_ready(self) -> None:
        self.wait_for(lambda: "Covenant is ready" in self.said() or self.process.poll() is not None, 120)
        assert f"Covenant is ready: http://127.0.0.1:{self.port}/\n" in self.said()

    def page_answers(self) -> bool:
        return answers(f"http://127.0.0.1:{self.port}/accounts/login/")

    def everyone(self) -> list[int]:
        family = psutil.Process(self.process.pid).children(recursive=True)
        return [self.process.pid, *(member.pid for member in family)]


def environment(var: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in GIVEN}
    return {**kept, "COVENANT_VAR": str(var), "PORT": str(port), "COVENANT_PORTFOLIO": "none"}


def command(module: str) -> list[str]:
    return [sys.executable, "-m", f"clm.embedded.{module}"]


@pytest.fixture
def start(var: Path) -> Iterator[Callable[[], Session]]:
    """Starts sessions of one folder; whatever still runs at the end is asked to stop."""
    sessions: list[Session] = []

    def begin() -> Session:
        port = free_port()
        output = var / f"output-{len(sessions)}"
        with output.open("wb") as out:
            process = subprocess.Popen(command("run"), cwd=PROJECT, env=environment(var, port), stdout=out, stderr=out)
        sessions.append(Session(var, port, output, process))
        return sessions[-1]

    yield begin
    for session in sessions:
        session.process.terminate()
        session.process.wait(timeout=20)


def test_two_sessions_from_start_to_stop(start: Callable[[], Session]) -> None:
    session = start()
    session.wait_ready()
    assert session.page_answers()
    check_that_news_is_printed_once(session)
    check_that_a_second_one_is_refused(session)
    check_that_reset_is_refused(session)
    check_that_a_killed_worker_comes_back(session)
    check_that_a_killed_database_comes_back(session)
    check_that_ctrl_c_leaves_nothing(the_next_that_mends_what_a_killed_one_left(session, start))


def check_that_news_is_printed_once(session: Session) -> None:
    news = session.var / "run" / "news.txt"
    for line in ("The portfolio has loaded.", "It has a token."):
        with news.open("a") as lines:
            lines.write(f"{line}\n")
        session.wait_for(lambda line=line: line in session.said(), 5)  # type: ignore[misc]
    assert session.said().count("The portfolio has loaded.") == 1


def check_that_a_second_one_is_refused(session: Session) -> None:
    second = subprocess.run(
        command("run"), cwd=PROJECT, env=environment(session.var, free_port()), capture_output=True, text=True
    )
    assert second.returncode == 1
    assert f"Covenant already runs from this folder (http://127.0.0.1:{session.port}/)." in second.stderr
    assert session.page_answers()


def check_that_reset_is_refused(session: Session) -> None:
    reset = subprocess.run(
        command("reset"),
        cwd=PROJECT,
        env=environment(session.var, session.port),
        input="yes\n",
        capture_output=True,
        text=True,
    )
    assert reset.returncode == 1
    assert "Covenant already runs from this folder" in reset.stderr


def check_that_a_killed_worker_comes_back(session: Session) -> None:
    worker = workers(session)[0]
    os.kill(worker, signal.SIGKILL)
    session.wait_for(lambda: "worker stopped (killed by SIGKILL)" in session.said(), 5)
    session.wait_for(lambda: bool(set(workers(session)) - {worker}), 15)


def workers(session: Session) -> list[int]:
    """Pids of the Celery worker, its parent first."""
    found = []
    for pid in session.everyone():
        with contextlib.suppress(psutil.Error):
            if "worker" in psutil.Process(pid).cmdline():
                found.append(pid)
    return found


def check_that_a_killed_database_comes_back(session: Session) -> None:
    os.kill(processes_in(session.var / "postgres/data", "postgres")[0], signal.SIGKILL)
    session.wait_for(lambda: "Postgres stopped; starting it again." in session.said(), 5)
    session.wait_for(session.page_answers, 30)


def the_next_that_mends_what_a_killed_one_left(first: Session, start: Callable[[], Session]) -> Session:
    orphans = set(first.everyone()) - {first.process.pid}
    first.process.kill()
    first.process.wait()
    assert orphans & set(wait_gone(orphans, 0))
    second = start()
    second.wait_ready()
    assert "Ended what a killed run had left behind (3 of its processes).\n" in second.said()
    assert wait_gone(orphans, 5) == []
    assert second.page_answers()
    return second


def check_that_ctrl_c_leaves_nothing(session: Session) -> None:
    everyone = session.everyone()
    assert len(everyone) > 5
    begun = time.monotonic()
    session.process.send_signal(signal.SIGINT)
    session.process.send_signal(signal.SIGINT)
    assert session.process.wait(timeout=15) == 0
    assert time.monotonic() - begun < 10
    assert wait_gone(everyone, 0) == []
    assert session.said().endswith("Stopping.\nEverything has stopped.\n")


def test_a_broker_that_is_given_but_dead_stops_the_start(var: Path) -> None:
    given = {**environment(var, free_port()), "DATABASE_URL": f"postgresql://x@127.0.0.1:{free_port()}/x"}
    done = subprocess.run(command("run"), cwd=PROJECT, env=given, capture_output=True, text=True)
    assert done.returncode == 1
    assert "The PostgreSQL of DATABASE_URL cannot be reached" in done.stderr
    assert not (var / "postgres").exists()
