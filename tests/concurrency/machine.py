"""The real processes on the test's database: started, stopped in the middle by a lock, killed, started again."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import redis
from celery import Celery
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import Model
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from clm.accounts.operations.issue_token import issue_token
from clm.audit.chain import chain_breaks, chain_entries
from clm.embedded.processes import WEB, WORKER, Process
from clm.lib import clock
from clm.lib.actor import Actor

# The machine may be busy: a condition that comes true at all comes true within this time.
PATIENCE = 120


def until(holds: Callable[[], bool], what: str, by: subprocess.Popen[bytes] | None = None) -> None:
    """Return as soon as it holds; fail once it is too late, or the process that does it has ended."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"never came: {what}")
        if by is not None and by.poll() is not None:
            raise AssertionError(f"its process ended before {what}")
        time.sleep(0.05)


def sessions(condition: str) -> int:
    """How many other sessions of the test's database are in a state."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            f"AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND {condition}"
        )
        return int(cursor.fetchone()[0])


def until_it_waits(process: subprocess.Popen[bytes]) -> None:
    """The process has come to the lock that the test holds."""
    until(lambda: sessions("wait_event_type = 'Lock'") > 0, "the middle of its work", process)


def until_all_is_quiet() -> None:
    """The database has noticed that the killed process is gone, and rolled back."""
    until(lambda: sessions("xact_start IS NOT NULL") == 0, "the end of the killed process's transaction")


@contextmanager
def held(statement: str, *parameters: Any) -> Iterator[Callable[[], None]]:
    """Another session holds what the statement locks, until the block ends or calls what it is given."""
    holder = connection.copy()
    try:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute(statement, parameters)
        yield holder.rollback
    finally:
        holder.rollback()
        holder.close()


def no_new(model: type[Model]) -> str:
    """Locks a table against new rows; reading, and locking the rows there are, goes on."""
    return f"LOCK TABLE {model._meta.db_table} IN SHARE ROW EXCLUSIVE MODE"


@dataclass
class Machine:
    """Web servers and workers of one test, with a log each; whatever still runs at its end is killed."""

    folder: Path
    prefix: str = field(default_factory=lambda: f"test-{uuid4().hex}:")
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def web(self) -> Server:
        """A web server that answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = Server(self._start(WEB, f"127.0.0.1:{port}"), port)
        until(server.answers, "the web server's first answer", server.process)
        return server

    def worker(self) -> subprocess.Popen[bytes]:
        """A Celery worker; what was sent before waits for it."""
        return self._start(WORKER, "", "--without-gossip", "--without-mingle", "--without-heartbeat")

    def run(self, module: str) -> str:
        """A Python module as a process of its own; answers what it printed once it has ended well."""
        ran = subprocess.run(
            [sys.executable, "-m", module],
            cwd=settings.BASE_DIR,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def send(self, task: str, *arguments: str) -> None:
        """Put a task in the queue, as beat and the web server do."""
        sender = Celery(broker=settings.REDIS_URL, set_as_current=False)
        sender.conf.broker_transport_options = {"global_keyprefix": self.prefix}
        sender.send_task(task, args=arguments, ignore_result=True)
        sender.close()

    def _start(self, process: Process, bind: str, *more: str) -> subprocess.Popen[bytes]:
        scratch = self.folder / uuid4().hex
        scratch.mkdir()
        with (scratch / "log").open("wb") as log:
            running = subprocess.Popen(
                [*process.command(bind=bind), *more],
                cwd=settings.BASE_DIR,
                env=self._environment() | process.variables(scratch=str(scratch)),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started.append(running)
        return running

    def _environment(self) -> dict[str, str]:
        base = connection.settings_dict
        login = f"{base['USER']}:{base['PASSWORD']}@{base['HOST']}:{base['PORT']}"
        return os.environ | {
            "DATABASE_URL": f"postgresql://{login}/{base['NAME']}",
            "REDIS_URL": settings.REDIS_URL,
            "DJANGO_SETTINGS_MODULE": "tests.concurrency.settings",
            "COVENANT_KEY_PREFIX": self.prefix,
            "COVENANT_BLOBS": str(settings.MEDIA_ROOT),
        }

    def close(self) -> None:
        for process in self.started:
            kill(process)
        until_all_is_quiet()
        with redis.Redis.from_url(settings.REDIS_URL) as broker:
            for key in broker.scan_iter(f"{self.prefix}*"):
                broker.delete(key)


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of a process and of all its children, which are its process group."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    port: int

    def answers(self) -> bool:
        try:
            return self.ask("GET", "/healthz", b"", {}).status == 200
        except OSError:
            return False

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            link.request(method, path, body, headers)
            answer = link.getresponse()
            content = answer.read()
        finally:
            link.close()
        is_json = "json" in answer.headers.get("Content-Type", "")
        return Answer(answer.status, dict(answer.headers), json.loads(content) if is_json else content)


@dataclass(frozen=True)
class Upload:
    """One POST of a file with an API token and an Idempotency-Key: the same bytes every time it is sent."""

    path: str
    headers: dict[str, str]
    body: bytes

    def to(self, server: Server) -> Answer:
        return server.ask("POST", self.path, self.body, self.headers)

    def lost_at(self, server: Server) -> None:
        """Send it to a server that is killed before it answers."""
        try:
            answer = self.to(server)
        except (OSError, http.client.HTTPException):
            return
        raise AssertionError(f"the server answered {answer.status}")


def upload(actor: Actor, path: str, name: str, content: bytes) -> Upload:
    _token, secret = issue_token(
        actor=actor, name="upload", scopes=["contracts.*", "billing.*"], expires_at=clock.now() + timedelta(days=1)
    )
    headers = {
        "Authorization": f"Bearer {secret}",
        "Idempotency-Key": uuid4().hex,
        "Content-Type": MULTIPART_CONTENT,
    }
    return Upload(path, headers, encode_multipart(BOUNDARY, {"file": SimpleUploadedFile(name, content)}))


def chain_holds(organization_id: UUID) -> bool:
    """Every entry that was committed is chained, and the chain verifies."""
    while chain_entries(organization_id):
        continue
    return not list(chain_breaks(organization_id))
