"""Samples ingested per second: by the verb and by the API, beside PostgreSQL's own COPY of the same rows."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from benchmarks import telemetry
from benchmarks.lists import signed_in
from benchmarks.measure import Table, seconds
from clm.lib.actor import Actor
from slas.models import Indicator, Sample
from slas.operations.ingest_samples import ingest_samples
from slas.readings import LIMIT, STATUSES

ROWS = int(os.environ.get("BENCH_SAMPLES", "200000"))
INDICATORS = 20
KEY = "ingested-"
COLUMNS = "organization_id, indicator_id, at, status, good, valid, value"
# The same columns, key, checks and foreign keys: what COPY reaches there is the limit of any way in.
_TWIN = "CREATE TABLE {name} (LIKE slas_sample INCLUDING ALL)"
_FOREIGN_KEYS = """
SELECT format('ALTER TABLE {name} ADD %s', pg_get_constraintdef(oid))
FROM pg_constraint WHERE conrelid = 'slas_sample'::regclass AND contype = 'f'
"""


def measure(table: Table, actor: Actor, count: int = ROWS) -> None:
    """Rows of half statuses and half counts for twenty indicators that commitments watch, a minute apart."""
    sent = list(telemetry.portions(_rows(actor, count), LIMIT))
    copied = [_lines(actor, part) for part in sent]
    whole = _rate(count, lambda: _copy("measured_whole", ["".join(copied)]))
    parts = _rate(count, lambda: _copy("measured_parts", copied))
    table.add(f"PostgreSQL COPY, {count:,} samples in one", whole, "samples/s", "identical table, one transaction")
    table.add(f"PostgreSQL COPY, by {LIMIT:,}", parts, "samples/s", "identical table, a transaction each")
    verb = _rate(count, lambda: _by_verb(actor, sent))
    _check(count)
    table.add(f"ingest_samples by {LIMIT:,}", verb, "samples/s", _beside(verb, whole, parts))
    again = _rate(count, lambda: _by_verb(actor, sent))
    _check(count)
    table.add("ingest_samples, the same again", again, "samples/s", "all duplicates, nothing changes")
    _stored().delete()
    through = _rate(count, lambda: _by_api(actor, sent))
    _check(count)
    table.add("POST /api/v1/telemetry/samples/", through, "samples/s", _beside(through, whole, parts))


def _beside(rate: float, whole: float, parts: float) -> str:
    return f"{rate / whole:.0%} of COPY in one, {rate / parts:.0%} of COPY by {LIMIT:,}"


def _rate(count: int, work: Callable[[], object]) -> float:
    return count / seconds(work)


def _rows(actor: Actor, count: int) -> Iterator[telemetry.Row]:
    """Each indicator's rows one after another, as its exporter would send them."""
    each = max(1, count // INDICATORS)
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    minute = timedelta(minutes=1)
    for number in range(INDICATORS):
        kind = "uptime" if number % 2 else "ratio"
        key = f"{KEY}{number}"
        telemetry.commitment(actor, key, kind)
        make = telemetry.checks if kind == "uptime" else telemetry.counts
        yield from make(key, minute, each, end - each * minute)


def _lines(actor: Actor, rows: Iterable[telemetry.Row]) -> str:
    """The rows in COPY's text form."""
    ids = dict(Indicator.objects.values_list("key", "pk"))
    made = []
    for row in rows:
        status = STATUSES[row["status"]] if "status" in row else "\\N"
        cells = (status, row.get("good", "\\N"), row.get("valid", "\\N"), "\\N")
        made.append("\t".join(map(str, (actor.organization_id, ids[row["indicator"]], row["at"], *cells))))
    return "".join(f"{line}\n" for line in made)


def _copy(name: str, parts: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TWIN.format(name=name))
        cursor.execute(_FOREIGN_KEYS.format(name=name))
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
    for part in parts:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {name} ({COLUMNS}) FROM STDIN", io.StringIO(part))


def _by_verb(actor: Actor, sent: Iterable[list[telemetry.Row]]) -> None:
    for part in sent:
        ingest_samples(actor=actor, samples=part)


def _by_api(actor: Actor, sent: Iterable[list[telemetry.Row]]) -> None:
    client = signed_in(actor)
    for part in sent:
        body = json.dumps({"samples": part})
        answer = client.post("/api/v1/telemetry/samples/", body, content_type="application/json")
        if answer.status_code != 200:
            raise RuntimeError(f"the API answered {answer.status_code}")


def _stored() -> QuerySet[Sample]:
    """Samples that this section sent; the windows section has others."""
    return Sample.objects.filter(indicator__key__startswith=KEY)


def _check(count: int) -> None:
    """What was measured is what was meant: every row is there, once."""
    stored = _stored().count()
    if stored != count // INDICATORS * INDICATORS:
        raise RuntimeError(f"{stored} samples are stored of {count}")
