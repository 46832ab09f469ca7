"""The embedded PostgreSQL starts, stops, survives a kill and opens no folder."""

from __future__ import annotations

import os
import signal
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from clm.embedded.account import service_account
from clm.embedded.postgres import Postgres, server_trouble
from clm.embedded.running import free_port, processes_in, signal_pid, wait_gone


def query(url: str, sql: str) -> Any:
    with closing(psycopg2.connect(url, connect_timeout=5)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone() if cursor.description else None


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_started_server_has_what_the_schema_needs(postgres: Postgres) -> None:
    url = postgres.start()
    assert query(url, "SELECT current_database(), current_user") == ("covenant", "covenant")
    assert query(url, "SELECT uuid_extract_version(uuidv7())") == (7,)
    assert query(url, "SHOW server_encoding") == ("UTF8",)
    for extension in ("pg_trgm", "btree_gist", "unaccent"):
        query(url, f"CREATE EXTENSION {extension}")


def test_it_listens_on_this_machine_only_and_asks_for_the_password(postgres: Postgres) -> None:
    url = postgres.start()
    assert query(url, "SHOW listen_addresses") == ("127.0.0.1",)
    assert query(url, "SHOW password_encryption") == ("scram-sha-256",)
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(url.replace(postgres.password, "wrong"))


def test_stop_leaves_no_process_and_the_data_stays(postgres: Postgres) -> None:
    url = postgres.start()
    query(url, "CREATE TABLE kept AS SELECT 7 AS number")
    postgres.stop()
    assert processes_in(postgres.data, "postgres") == []
    assert not postgres.healthy()
    assert query(postgres.start(), "SELECT number FROM kept") == (7,)


def test_a_kill_of_the_server_loses_nothing_and_keeps_the_port(postgres: Postgres) -> None:
    postgres.durable = True
    url = postgres.start()
    query(url, "CREATE TABLE kept AS SELECT 7 AS number")
    assert postgres.server is not None
    os.kill(postgres.server.pid, signal.SIGKILL)
    postgres.server.wait()
    assert (postgres.data / "postmaster.pid").exists()
    assert postgres.start() == url
    assert query(url, "SELECT number FROM kept") == (7,)


def test_an_orphaned_server_is_stopped_before_a_new_one_starts(postgres: Postgres, var: Path) -> None:
    postgres.start()
    orphan = processes_in(postgres.data, "postgres")[0]
    second = Postgres(var, postgres.log, durable=False)
    second.start()
    assert postgres.server is not None
    postgres.server.wait(timeout=5)
    assert second.healthy()
    assert orphan not in processes_in(second.data, "postgres")
    second.stop()


def test_a_lock_with_the_number_of_a_stranger_does_not_stop_the_start(postgres: Postgres) -> None:
    postgres.start()
    postgres.stop()
    stranger = str(os.getpid())
    (postgres.data / "postmaster.pid").write_text(f"{stranger}\n{postgres.data}\n0\n5432\n\n127.0.0.1\n")
    postgres.start()
    assert postgres.healthy()


def test_a_half_made_cluster_is_made_again(postgres: Postgres) -> None:
    (postgres.home.folder / "data.new").mkdir()
    (postgres.home.folder / "data.new" / "rest").write_text("of a start that was cut short")
    postgres.start()
    assert postgres.healthy()
    assert not (postgres.home.folder / "data.new").exists()


def test_no_secret_stays_readable_by_others(postgres: Postgres, var: Path) -> None:
    postgres.start()
    assert mode(var / "postgres.password") == 0o600
    assert mode(postgres.home.folder) == 0o700
    assert not (postgres.home.folder / "initial-password").exists()


def test_the_parents_of_the_data_keep_their_permissions(closed_parent: Path) -> None:
    var = closed_parent / "var"
    var.mkdir(mode=0o700)
    before = [(path, mode(path), path.stat().st_uid) for path in (var, *var.parents)]
    server = Postgres(var, closed_parent / "postgres.log", durable=False)
    server.start()
    server.stop()
    assert [(path, mode(path), path.stat().st_uid) for path in (var, *var.parents)] == before


def test_data_goes_outside_only_when_the_account_cannot_reach_var(closed_parent: Path) -> None:
    var = closed_parent / "var"
    var.mkdir(mode=0o700)
    server = Postgres(var, closed_parent / "postgres.log", durable=False)
    if service_account() is None:
        assert server.home.folder == var / "postgres"
        assert not (var / "postgres.location").exists()
    else:
        assert (var / "postgres.location").read_text() == f"{server.home.folder}\n"
        assert server.home.folder.parent.parent == Path("/var/lib/covenant")


def test_data_stays_in_var_when_the_account_can_reach_it(postgres: Postgres, var: Path) -> None:
    assert postgres.home.folder == var / "postgres"
    account = service_account()
    assert postgres.home.folder.stat().st_uid == (os.geteuid() if account is None else account.uid)


def test_the_server_process_is_not_root(postgres: Postgres) -> None:
    postgres.start()
    assert postgres.server is not None
    assert os.stat(f"{postgres.data}/PG_VERSION").st_uid != 0


def test_a_server_that_cannot_be_reached_gets_a_sentence() -> None:
    url = f"postgresql://covenant@127.0.0.1:{free_port()}/covenant"
    sentence = server_trouble(url)
    assert sentence is not None
    assert sentence.startswith("The PostgreSQL of DATABASE_URL cannot be reached: ")
    assert sentence.endswith("Start it, or unset DATABASE_URL to use the embedded one.")


def test_a_reachable_server_is_no_trouble(postgres: Postgres) -> None:
    assert server_trouble(postgres.start()) is None


def test_data_of_another_version_is_refused_with_the_mend(postgres: Postgres) -> None:
    postgres.start()
    postgres.stop()
    (postgres.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(Exception, match=r"belongs to PostgreSQL 17.*make reset"):
        postgres.start()


def test_backends_that_outlive_their_killed_server_are_ended(postgres: Postgres) -> None:
    postgres.start()
    everyone = processes_in(postgres.data, "postgres")
    signal_pid(everyone[0], signal.SIGKILL)
    postgres.stop()
    assert wait_gone(everyone, 3.0) == []
