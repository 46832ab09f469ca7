"""`python -m benchmarks [--write] [SECTION ...]`, of SECTIONS and LONG. Prints a table; --write keeps it."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import django
from django.conf import settings

if TYPE_CHECKING:
    from benchmarks.measure import Table
    from clm.lib.actor import Actor

COUNT = int(os.environ.get("BENCH_CONTRACTS", "100000"))
SECTIONS = (
    "ingest",
    "windows",
    "rounds",
    "lists",
    "search",
    "pages",
    "redlines",
    "drafting",
    "signing",
    "ledger",
    "imports",
)
# Asked for by name: an hour and a half, and fifty gigabytes.
LONG = ("search_million",)
MILLION = 1_000_000
WRITE = "--write"


def main(arguments: Sequence[str]) -> None:
    """Measured in a database that is made for it and dropped, with files in a folder that goes with it."""
    sections = [argument for argument in arguments if argument != WRITE]
    unknown = set(sections) - {*SECTIONS, *LONG}
    if unknown:
        raise SystemExit(
            f"There is no section {', '.join(sorted(unknown))}: choose of {', '.join((*SECTIONS, *LONG))}."
        )
    with tempfile.TemporaryDirectory(prefix="covenant-bench-") as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "clm.settings.test", "COVENANT_VAR": folder}
        # As a server has it, which the tests have not.
        settings.DATABASES["default"]["ENGINE"] = "django_prometheus.db.backends.postgresql"
        django.setup()
        logging.disable(logging.WARNING)
        _in_a_database_of_its_own(sections, WRITE in arguments)


def _in_a_database_of_its_own(sections: Sequence[str], is_kept: bool) -> None:
    from django.db import connection

    # No setup_test_environment: it has every template rendered keep a copy of its context, which no server does.
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        _measure(sections, is_kept)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


def _measure(sections: Sequence[str], is_kept: bool) -> None:
    from django.urls import reverse

    from benchmarks import stage
    from benchmarks.measure import Table
    from clm.access.scope import organization_scope
    from clm.lib.memory import settle

    table = Table()
    actor = stage.people()
    # What is loaded once a process is no part of the first thing measured, nor looked through again: see clm.wsgi.
    reverse("home")
    settle()
    for section in sections or SECTIONS:
        table.begin(section)
        with organization_scope(actor.organization_id):
            _section(section, table, actor)
    if is_kept:
        table.keep((*SECTIONS, *LONG))


def _section(section: str, table: Table, actor: Actor) -> None:
    from benchmarks import drafting, imports, ingest, ledger, lists, redlines, rounds, search, signing, stage, windows

    sections: dict[str, Callable[[], None]] = {
        "ingest": lambda: ingest.measure(table, actor),
        "windows": lambda: windows.measure(table, actor),
        "rounds": lambda: rounds.measure(table, actor),
        "lists": lambda: lists.measure(table, actor, _staged(actor, COUNT)),
        "search": lambda: search.measure(table, actor, _staged(actor, COUNT)),
        "search_million": lambda: search.measure(table, actor, _staged(actor, MILLION)),
        "pages": lambda: lists.measure_each(table, stage.portfolio()),
        "redlines": lambda: redlines.measure(table),
        "drafting": lambda: drafting.measure(table, actor),
        "signing": lambda: signing.measure(table),
        "ledger": lambda: ledger.measure(table, actor),
        "imports": lambda: imports.measure(table, actor),
    }
    sections[section]()


def _staged(actor: Actor, count: int) -> int:
    """So many contracts are there."""
    from benchmarks import stage

    stage.contracts(actor, count)
    return count


if __name__ == "__main__":
    main(sys.argv[1:])
