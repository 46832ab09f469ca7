"""A command gets throwaway services of its own, and nothing of them is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from clm.embedded.places import PROJECT
from clm.embedded.running import port_is_free, wait_gone
from clm.embedded.testing import PREFIX, throwaway_folder

SHOW = "import json, os; print(json.dumps([os.environ[n] for n in ('DATABASE_URL', 'REDIS_URL')]), flush=True)"


def begin(script: str, **extra: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    command = [sys.executable, "-m", "clm.embedded.testing", "--", sys.executable, "-c", script]
    return subprocess.Popen(command, cwd=PROJECT, env={**kept, **extra}, stdout=subprocess.PIPE, text=True)


def urls(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    return list(json.loads(process.stdout.readline()))


def test_two_at_once_do_not_meet_and_the_exit_status_comes_through() -> None:
    script = f"{SHOW}; import sys; sys.stdin.read(0); sys.exit(3)"
    one, two = begin(script), begin(script)
    with one, two:
        assert set(urls(one)).isdisjoint(urls(two))
    assert [one.returncode, two.returncode] == [3, 3]


def test_services_that_are_given_are_used() -> None:
    given = {"DATABASE_URL": "postgresql://given@127.0.0.1/given", "REDIS_URL": "redis://127.0.0.1/9"}
    with begin(SHOW, **given) as process:
        assert urls(process) == list(given.values())


def test_a_terminated_run_takes_its_servers_along() -> None:
    with begin(f"{SHOW}; import time; time.sleep(600)") as process:
        port = int(urls(process)[0].rsplit(":", 1)[1].split("/")[0])
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 128 + signal.SIGTERM
    assert port_is_free(port)


def test_the_folder_of_a_killed_run_is_removed_by_the_next() -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    assert wait_gone([dead.pid], 5) == []
    old = Path(tempfile.mkdtemp(prefix=PREFIX))
    (old / "owner.json").write_text(json.dumps({"pid": dead.pid, "created": 0.0}))
    with throwaway_folder() as folder:
        assert folder != old
        assert not old.exists()
    assert not folder.exists()
