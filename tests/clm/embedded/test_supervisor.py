"""Children are kept running and all of them are gone after a stop, stubborn ones and grandchildren included."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clm.embedded import supervisor as module
from clm.embedded.running import Register, group_members, started_at, wait_gone
from clm.embedded.supervisor import Child, Supervisor, reason, rotate

SLEEP = "import time; time.sleep(600)"
DEAF = """
import os, signal, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
os.fork()
print("deaf", flush=True)
time.sleep(600)
"""


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def keeper(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(Register(tmp_path / "processes.json"), said.append)
    yield supervisor
    supervisor.stop()


def child(tmp_path: Path, script: str, name: str = "child") -> Child:
    return Child(name, [sys.executable, "-c", script], {}, tmp_path / f"{name}.log", tmp_path)


def pid_of(child: Child) -> int:
    assert child.process is not None
    return child.process.pid


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


def test_stop_ends_deaf_children_and_grandchildren_within_ten_seconds(keeper: Supervisor, tmp_path: Path) -> None:
    deaf = child(tmp_path, DEAF)
    keeper.add(deaf)
    wait_for(lambda: deaf.log.read_text().count("deaf") == 2)
    members = group_members(pid_of(deaf))
    assert len(members) == 2
    begun = time.monotonic()
    keeper.stop()
    assert wait_gone(members, 0) == []
    assert time.monotonic() - begun < 10


def test_polite_children_are_not_waited_for(keeper: Supervisor, tmp_path: Path) -> None:
    keeper.add(child(tmp_path, SLEEP))
    begun = time.monotonic()
    keeper.stop()
    assert time.monotonic() - begun < 3


def test_a_dead_child_is_started_again_and_said_so(
    keeper: Supervisor, tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_DELAY", 0.2)
    one = child(tmp_path, SLEEP, "worker")
    one.delay = 0.2
    keeper.add(one)
    first = pid_of(one)
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: one.exit_status() is not None)
    wait_for(lambda: keeper.tend() is None and pid_of(one) != first)
    assert said == [f"worker stopped (killed by SIGKILL); starting it again in 0 s. See {one.log}."]
    assert one.delay == 0.4
    assert keeper.register.leftovers() == [pid_of(one)]


def test_grandchildren_of_a_killed_child_are_gone_before_it_starts_again(keeper: Supervisor, tmp_path: Path) -> None:
    one = child(tmp_path, DEAF)
    one.delay = 0.0
    keeper.add(one)
    wait_for(lambda: one.log.read_text().count("deaf") == 2)
    leader = pid_of(one)
    grandchild = next(pid for pid in group_members(leader) if pid != leader)
    os.kill(leader, signal.SIGKILL)
    wait_for(lambda: one.exit_status() is not None)
    wait_for(lambda: keeper.tend() is None and pid_of(one) != leader)
    assert wait_gone([grandchild], 2.0) == []


def test_the_next_supervisor_clears_up_after_a_killed_one(tmp_path: Path) -> None:
    orphan = subprocess.Popen([sys.executable, "-c", SLEEP], start_new_session=True)
    register = Register(tmp_path / "processes.json")
    register.write([orphan.pid])
    assert register.clear_up() == 1
    assert orphan.wait(timeout=5) == -signal.SIGTERM
    assert not register.file.exists()


def test_a_reused_number_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", SLEEP], start_new_session=True)
    register = Register(tmp_path / "processes.json")
    created = started_at(stranger.pid)
    assert created is not None
    register.file.write_text(f'[{{"pid": {stranger.pid}, "created": {created - 3600}}}]')
    assert register.clear_up() == 0
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_damaged_register_is_an_empty_one(tmp_path: Path) -> None:
    register = Register(tmp_path / "processes.json")
    register.file.write_text('[{"pid": 1')
    assert register.leftovers() == []


def test_a_long_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOG_LIMIT_BYTES", 3)
    log = tmp_path / "web.log"
    log.write_text("four")
    rotate(log)
    assert not log.exists()
    assert (tmp_path / "web.log.1").read_text() == "four"


def test_exit_statuses_in_words() -> None:
    assert [reason(3), reason(-9)] == ["exit status 3", "killed by SIGKILL"]
