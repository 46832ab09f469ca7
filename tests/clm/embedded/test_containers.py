"""docker-compose.yml and Dockerfile run the process list, hold no secret, and are not root."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import redis
import yaml

from clm.embedded.places import PROJECT
from clm.embedded.processes import PROCESSES, WEB, Process
from clm.embedded.running import free_port
from clm.embedded.valkey import Valkey

COMPOSE = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
DOCKERFILE = (PROJECT / "Dockerfile").read_text()
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
BIND = "0.0.0.0:8000"

# The part of the Compose file format that this file uses.
SERVICE_SCHEMA = {
    "type": "object",
    "required": ["image", "healthcheck", "restart"],
    "properties": {
        "image": {"type": "string"},
        "build": {"type": "object", "required": ["context"]},
        "command": {"type": "array", "items": {"type": "string"}},
        "environment": {"type": "object", "additionalProperties": {"type": "string"}},
        "volumes": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+:/"}},
        "ports": {"type": "array", "items": {"type": "string"}},
        "tmpfs": {"type": "array", "items": {"type": "string", "pattern": "^/"}},
        "restart": {"enum": ["no", "unless-stopped"]},
        "init": {"type": "boolean"},
        "read_only": {"type": "boolean"},
        "cap_drop": {"const": ["ALL"]},
        "security_opt": {"const": ["no-new-privileges:true"]},
        "user": {"const": "valkey"},
        "shm_size": {"type": "string"},
        "stop_grace_period": {"type": "string", "pattern": "^[0-9]+s$"},
        "healthcheck": {
            "oneOf": [
                {"type": "object", "required": ["test", "interval", "timeout", "retries"]},
                {"const": {"disable": True}},
            ]
        },
        "depends_on": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["condition"],
                "properties": {"condition": {"enum": ["service_healthy", "service_completed_successfully"]}},
            },
        },
    },
    "additionalProperties": False,
}
# With one of these in its name, a variable holds a secret and its value comes from outside.
SECRET_NAMES = re.compile(r"SECRET|PASSWORD|_URL$")
# Addresses that are no secret, and secrets that an installation may do without.
NOT_ASKED_FOR = {
    "SITE_URL", "EMAIL_HOST_PASSWORD", "S3_ENDPOINT_URL", "S3_SECRET_ACCESS_KEY", "SEAL_PKCS12_PASSWORD", "TSA_URL",
    "TSA_PASSWORD", "SMS_URL", "SMS_SECRET",
}  # fmt: skip
# Variables that only make sense outside of containers, or that the image itself sets.
NOT_PASSED_ON = {"COVENANT_VAR", "COVENANT_DATA", "COVENANT_STATIC_ROOT", "EMAIL_BACKEND", "SEAL_FOLDER"}
# Other ways to say what compose says once: whole addresses, and the names and ports that stay as they are.
SAID_OTHERWISE = {"DATABASE_URL", "DATABASE_PORT", "DATABASE_NAME", "DATABASE_USER", "REDIS_URL", "REDIS_PORT"}
AWKWARD = "p@ss/w#rd:?%2F\\ &\"'$HOME"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_the_shape_of_one(name: str) -> None:
    jsonschema.validate(SERVICES[name], SERVICE_SCHEMA)


def test_the_services_are_the_process_list_and_what_it_stands_on() -> None:
    assert set(SERVICES) == {process.name for process in PROCESSES} | {"migrate", "postgres", "valkey"}


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_a_service_runs_what_make_run_runs(process: Process) -> None:
    service = SERVICES[process.name]
    assert service["command"] == process.command(bind=BIND, python="python")
    extra = {name: value for name, value in service["environment"].items() if name not in common_environment()}
    assert extra == process.variables(scratch="/scratch")


def common_environment() -> dict[str, str]:
    environment: dict[str, str] = COMPOSE["x-environment"]
    return environment


def test_the_image_alone_serves_the_web() -> None:
    command = re.search(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert command is not None
    assert yaml.safe_load(command[1]) == WEB.command(bind=BIND, python="python")


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_nothing_starts_before_the_schema_is_there(name: str) -> None:
    assert SERVICES[name]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"},
        "valkey": {"condition": "service_healthy"},
    }


def test_the_migration_runs_once_after_the_database_is_up() -> None:
    assert SERVICES["migrate"]["restart"] == "no"
    assert SERVICES["migrate"]["command"] == ["python", "manage.py", "migrate", "--noinput"]
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


@pytest.mark.parametrize("name", SERVICES)
def test_every_long_running_service_has_a_health_check(name: str) -> None:
    assert ("test" in SERVICES[name]["healthcheck"]) == (name != "migrate")


def test_every_setting_reaches_the_containers() -> None:
    read: set[str] = set()
    for name in ("base", "production", "sources"):
        code = (PROJECT / f"clm/settings/{name}.py").read_text()
        read |= set(re.findall(r'(?:environ(?:\.get\(|\[)|secret\(|whole_number\()"([A-Z_0-9]+)"', code))
    assert len(read) > 25
    assert read - NOT_PASSED_ON - SAID_OTHERWISE <= set(common_environment())


def answers_to(server: subprocess.Popen[bytes], client: redis.Redis, seconds: float) -> bool:
    """Whether the server comes to answer within so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return bool(client.ping())
        except redis.exceptions.ConnectionError:
            time.sleep(0.05)
    return False


def test_the_broker_takes_any_password(var: Path) -> None:
    valkey, port = Valkey(var, var / "log"), free_port()
    own = var / "valkey-server"
    own.write_text(f'#!/bin/sh\nexec {valkey.program} "$@" --port {port} --bind 127.0.0.1 --dir {var}\n')
    own.chmod(0o755)
    shell = [part.replace("$$", "$") for part in SERVICES["valkey"]["command"]]
    environment = {"PATH": f"{var}:/usr/bin:/bin", "VALKEY_PASSWORD": AWKWARD}

    server = subprocess.Popen(shell, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        with redis.Redis(port=port, password=AWKWARD) as client:
            assert answers_to(server, client, seconds=10)
        with redis.Redis(port=port) as stranger, pytest.raises(redis.exceptions.AuthenticationError):
            stranger.ping()
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=10)


def test_every_volume_is_declared_and_used() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert used == set(COMPOSE["volumes"])


def test_data_of_both_servers_is_on_a_volume() -> None:
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert SERVICES["valkey"]["volumes"] == ["valkey:/data"]
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["valkey"]["image"] == "valkey/valkey:9"


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_come_from_the_environment_and_have_no_default(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        if SECRET_NAMES.search(variable) and variable not in NOT_ASKED_FOR:
            assert re.search(r"\$\{[A-Z_]+:\?[^}]+\}", value), variable


def test_only_the_web_is_published_and_only_to_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["${BIND_ADDRESS:-127.0.0.1}:${PORT:-8000}:8000"]}


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_change_nothing_but_their_data(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["volumes"] == ["var:/app/var"]


def test_the_image_is_built_in_stages_and_does_not_run_as_root() -> None:
    assert re.findall(r"^FROM \S+ AS (\w+)$", DOCKERFILE, re.MULTILINE) == ["bundle", "packages", "runtime"]
    runtime = DOCKERFILE[DOCKERFILE.index("AS runtime") :]
    assert re.findall(r"^USER (\S+)$", runtime, re.MULTILINE) == ["covenant"]
    assert "--uid 10001" in runtime
    assert runtime.index("USER covenant") < runtime.index("CMD [")


def test_the_image_checks_hashes_and_holds_no_secret() -> None:
    assert "--require-hashes -r requirements.lock" in DOCKERFILE
    assert "npm ci" in DOCKERFILE
    assert not re.search(r"^(ENV|ARG) .*(SECRET|PASSWORD|TOKEN)", DOCKERFILE, re.MULTILINE)


def test_only_what_the_image_needs_goes_to_the_builder() -> None:
    lines = (PROJECT / ".dockerignore").read_text().splitlines()
    assert lines[1] == "*"
    assert {".env", "var", ".git", "tests"}.isdisjoint(line.lstrip("!") for line in lines if line.startswith("!"))
