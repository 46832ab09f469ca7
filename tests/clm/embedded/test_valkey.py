"""The embedded Valkey starts, stops, keeps what it acknowledged, and asks for its password."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest
import redis

from clm.embedded.running import free_port, processes_in
from clm.embedded.valkey import PROGRAM, Valkey, redis_trouble


def write(url: str, value: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.set("key", value)


def read(url: str) -> bytes | None:
    with redis.Redis.from_url(url) as client:
        value = client.get("key")
        assert value is None or isinstance(value, bytes)
        return value


def test_it_answers_and_keeps_data_over_a_stop(valkey: Valkey) -> None:
    write(valkey.start(), "kept")
    valkey.stop()
    assert processes_in(valkey.home.folder, PROGRAM) == []
    assert read(valkey.start()) == b"kept"


def test_it_keeps_data_over_a_kill_on_the_same_port(valkey: Valkey) -> None:
    url = valkey.start()
    write(url, "kept")
    with redis.Redis.from_url(url) as client:
        client.execute_command("WAITAOF", 1, 0, 5000)
    assert valkey.server is not None
    os.kill(valkey.server.pid, signal.SIGKILL)
    valkey.server.wait()
    assert valkey.start() == url
    assert read(url) == b"kept"


def test_an_orphan_is_stopped_before_a_new_one_starts(valkey: Valkey, var: Path) -> None:
    valkey.start()
    second = Valkey(var, valkey.log)
    second.start()
    assert valkey.server is not None
    valkey.server.wait(timeout=5)
    assert len(processes_in(second.home.folder, PROGRAM)) == 1
    second.stop()


def test_the_password_is_needed_and_in_no_command_line(valkey: Valkey) -> None:
    valkey.start()
    assert valkey.server is not None
    assert valkey.password not in " ".join(psutil.Process(valkey.server.pid).cmdline())
    with redis.Redis(port=valkey.port) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_a_broker_that_cannot_be_reached_gets_a_sentence() -> None:
    sentence = redis_trouble(f"redis://127.0.0.1:{free_port()}/0")
    assert sentence is not None
    assert sentence.startswith("The server of REDIS_URL cannot be reached: ")
    assert sentence.endswith("Start it, or unset REDIS_URL to use the embedded Valkey.")
