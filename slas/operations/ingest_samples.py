"""Samples are stored, each instant of an indicator once, and the windows they fall in are due."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from clm.access.permissions import require, visible
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from slas import events
from slas.models import EvaluationWindow, Indicator, TelemetryBatch
from slas.operations.guards import begin_monitoring, contracts_named, keep_batch, make_due, windows_between
from slas.readings import LIMIT, Sorted, copy_rows, keys_in, sort_samples
from slas.runs import counting_lengths, run_around

_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_sample (
    organization_id uuid, indicator_id uuid, at timestamptz,
    status smallint, good numeric(20, 6), valid numeric(20, 6), value numeric(20, 6), histogram jsonb
) ON COMMIT DELETE ROWS;
TRUNCATE incoming_sample
"""
_COPY = "COPY incoming_sample FROM STDIN"
# A row that says the same again is not touched, so that sending twice changes nothing. An hour is marked once more
# rather than left alone: so nobody takes its mark away before the samples that it was made for can be seen.
_MERGE = """
WITH changed AS (
    INSERT INTO slas_sample AS kept (organization_id, indicator_id, at, status, good, valid, value, histogram)
    SELECT organization_id, indicator_id, at, status, good, valid, value, histogram FROM incoming_sample
    ORDER BY indicator_id, at
    ON CONFLICT (indicator_id, at) DO UPDATE
    SET status = excluded.status, good = excluded.good, valid = excluded.valid, value = excluded.value,
        histogram = excluded.histogram
    WHERE (kept.status, kept.good, kept.valid, kept.value, kept.histogram)
        IS DISTINCT FROM (excluded.status, excluded.good, excluded.valid, excluded.value, excluded.histogram)
    RETURNING organization_id, indicator_id, at, xmax = 0 AS is_new
), stale AS (
    INSERT INTO slas_stalehour AS kept (organization_id, indicator_id, at, times)
    SELECT DISTINCT organization_id, indicator_id, date_bin('1 hour', at, 'epoch'), 1 FROM changed ORDER BY 2, 3
    ON CONFLICT (indicator_id, at) DO UPDATE SET times = kept.times + 1
)
SELECT indicator_id, count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), min(at), max(at)
FROM changed GROUP BY indicator_id ORDER BY indicator_id
"""
_TOUCHED = """
SELECT w.id FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[]) AS a(indicator_id, first_at, last_at)
CROSS JOIN LATERAL (
    SELECT min(at) AS until FROM slas_sample AS s WHERE s.indicator_id = a.indicator_id AND s.at > a.last_at
) AS following
JOIN slas_commitment AS c ON c.indicator_id = a.indicator_id
JOIN slas_evaluationwindow AS w ON w.commitment_id = c.id AND w.ends_at > a.first_at
    AND (following.until IS NULL OR w.starts_at < following.until)
"""


class Merged(NamedTuple):
    """What changed for one indicator."""

    indicator_id: UUID
    added: int
    replaced: int
    first_at: datetime
    last_at: datetime


@transaction.atomic
def ingest_samples(*, actor: Actor, samples: Sequence[Any], source: str = "api") -> TelemetryBatch:
    """The good rows are stored, the others are in `refusals` (row from 0, reason). At most 10,000 (`too_many`).

    Idempotent by (indicator, at): the same reading again is a duplicate and changes nothing; another reading for an
    instant replaces the one there, of several in one call the last. Every window that a change can bear on is due,
    closed ones too: their revision refers to what was judged before.
    """
    require(actor, "slas.ingest_samples")
    if len(samples) > LIMIT:
        raise Invalid("too_many", f"Send at most {LIMIT} samples a call.")
    indicators = _indicators(actor, samples)
    found = sort_samples(samples, indicators)
    lines = copy_rows(actor.organization_id, found.kept.values())
    merged = _merge(lines) if lines else []
    begin_monitoring((row.indicator_id, row.first_at, row.last_at) for row in merged)
    if merged:
        _make_windows_due(merged)
    counts = _counts(found, merged) | {"contract_ids": contracts_named(indicators.values())}
    batch = keep_batch(actor, source, hashlib.sha256(lines.encode()).hexdigest(), len(samples), counts)
    record(actor, events.telemetry_ingested("slas.ingest_samples", batch))
    return batch


def _indicators(actor: Actor, samples: Sequence[Any]) -> dict[str, Indicator]:
    rows = Indicator.objects.select_related("service").filter(key__in=keys_in(samples))
    return {found.key: found for found in visible(actor, rows)}


def _merge(lines: str) -> list[Merged]:
    """COPY into a temporary table, then one statement: the fastest way in that still answers what changed."""
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.copy_expert(_COPY, io.StringIO(lines))
        cursor.execute(_MERGE)
        return [Merged(*row) for row in cursor.fetchall()]


def _make_windows_due(merged: Sequence[Merged]) -> None:
    """A status lasts until the next row, so windows up to there are touched too; and where the length of an outage
    matters, all windows that an outage straddles which the rows prolong, cut or join."""
    spans = [(row.indicator_id, row.first_at, row.last_at) for row in merged]
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, [list(column) for column in zip(*spans, strict=True)])
        touched = {row[0] for row in cursor.fetchall()}
    counting = counting_lengths(EvaluationWindow.objects.filter(commitment__indicator__in=[row[0] for row in spans]))
    lengths_of = set(counting.values_list("commitment__indicator_id", flat=True))
    for indicator in Indicator.objects.filter(pk__in=lengths_of):
        first, last = next((first, last) for pk, first, last in spans if pk == indicator.pk)
        straddled = counting.filter(commitment__indicator=indicator)
        touched.update(windows_between(straddled, *run_around(indicator, first, last)).values_list("pk", flat=True))
    make_due(EvaluationWindow.objects.filter(pk__in=touched))


def _counts(found: Sorted, merged: list[Merged]) -> dict[str, Any]:
    accepted = sum(row.added + row.replaced for row in merged)
    return {
        "accepted": accepted,
        "replaced": sum(row.replaced for row in merged),
        "duplicates": len(found.kept) - accepted + found.repeated,
        "refused": len(found.refusals),
        "refusals": found.refusals,
        "first_at": min((row.first_at for row in merged), default=None),
        "last_at": max((row.last_at for row in merged), default=None),
    }
