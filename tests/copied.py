"""Databases of several workers: the first migrates one, and those of all are copied from it in a tenth of the time."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from django.db import connection

_held = ExitStack()


def copy_one_that_is_migrated(name: str) -> None:
    """The worker's own database will be a copy of the one of this name, which is made where there is none yet. Nobody
    else makes or removes it until `let_go`."""
    test, before = connection.settings_dict["TEST"], connection.settings_dict["NAME"]
    cursor = _hold(name)
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    if cursor.fetchone() is None:
        own, test["NAME"] = test["NAME"], name
        try:
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        except BaseException:
            let_go()
            forget(name)
            raise
        finally:
            test["NAME"] = own
            connection.creation.destroy_test_db(before, verbosity=0, keepdb=True)
    test["TEMPLATE"] = name


def let_go() -> None:
    """The copy is made: others may have theirs."""
    _held.close()


def forget(name: str) -> None:
    """It is gone, if there was one; after those who are copying it."""
    _hold(name).execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    let_go()


def _hold(name: str) -> Any:
    """A cursor whose connection has the name to itself for as long as it is open."""
    cursor = _held.enter_context(connection._nodb_cursor())  # type: ignore[attr-defined]
    cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
    return cursor
