"""Databases of several workers: the first migrates one, and those of all are copied from it in a tenth of the time."""

from __future__ import annotations

from django.db import connection


def copy_one_that_is_migrated(name: str) -> None:
    """The worker's own database will be a copy of the one of this name, which is made where there is none yet."""
    test, before = connection.settings_dict["TEST"], connection.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])  # until this connection is closed
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            own, test["NAME"] = test["NAME"], name
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            connection.creation.destroy_test_db(before, verbosity=0, keepdb=True)
            test["NAME"] = own
    test["TEMPLATE"] = name


def forget(name: str) -> None:
    """It is gone, if there was one."""
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
