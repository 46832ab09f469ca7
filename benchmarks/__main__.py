"""`python -m benchmarks [SECTION ...]`: ingest, windows, lists, pages. Prints a table and keeps it."""

from __future__ import annotations

import logging
import os
import sys

import django

COUNT = int(os.environ.get("BENCH_CONTRACTS", "100000"))


def main(sections: list[str]) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "clm.settings.test"
    django.setup()
    logging.disable(logging.WARNING)
    from django.db import connection
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment()
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        _measure(sections or ["ingest", "windows", "lists", "pages"])
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        teardown_test_environment()


def _measure(sections: list[str]) -> None:
    from benchmarks import ingest, lists, stage, windows
    from benchmarks.measure import Table
    from clm.access.scope import organization_scope

    table = Table()
    actor = stage.people()
    with organization_scope(actor.organization_id):
        if "ingest" in sections:
            ingest.measure(table, actor)
        if "windows" in sections:
            windows.measure(table, actor)
        if "lists" in sections:
            stage.contracts(actor, COUNT)
            lists.measure(table, actor, COUNT)
        if "pages" in sections:
            lists.measure_each(table, actor)
    table.keep()


if __name__ == "__main__":
    main(sys.argv[1:])
