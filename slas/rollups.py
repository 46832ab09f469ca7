"""Telemetry is summed up by minute, hour and day: what changed since is summed up anew, and nothing else is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

BATCH = 5_000
# Chosen once: what locks rows would be chosen anew for each row, were it within IN and the planner so inclined.
_TAKE = """
WITH chosen AS MATERIALIZED (
    SELECT indicator_id, at FROM slas_stalehour WHERE {which}
    ORDER BY indicator_id, at LIMIT %s FOR UPDATE{skips}
)
DELETE FROM slas_stalehour AS s USING chosen AS c WHERE s.indicator_id = c.indicator_id AND s.at = c.at
RETURNING s.indicator_id, s.at
"""
# Samples of the hours that were taken. OFFSET 0 keeps each hour a walk along the index, whatever the planner takes the
# number of hours for. Whether a slice held is told by sum and number, for a mean is rounded.
_READ = """
WITH taken AS MATERIALIZED (
    SELECT * FROM unnest(%(indicators)s::uuid[], %(hours)s::timestamptz[]) AS t(indicator_id, bucket)
), seen AS MATERIALIZED (
    SELECT t.bucket, i.kind, i.slice_minutes, i.silence_minutes, i.condition_operator, i.condition_threshold,
        CASE WHEN 60 %% i.expected_every_minutes = 0 THEN i.expected_every_minutes END AS every, s.*
    FROM taken t JOIN slas_indicator i ON i.id = t.indicator_id CROSS JOIN LATERAL (
        SELECT * FROM slas_sample
        WHERE indicator_id = t.indicator_id AND at >= t.bucket AND at < t.bucket + interval '1 hour' OFFSET 0
    ) AS s
)
"""
_SUMS = """
    count(*) AS samples, min(at) AS first_at, max(at) AS last_at,
    CASE WHEN min(every) IS NOT NULL
        THEN count(DISTINCT floor(extract(epoch FROM at) / (60 * every))) END AS covered,
    sum(good) AS good, sum(valid) AS valid, sum(value) AS total, min(value) AS lowest, max(value) AS highest
"""
# Histograms of one layout are added up bucket by bucket; other layouts stand beside them, for only the engine knows
# whether they nest.
_HISTOGRAMS = """
, counted AS (
    SELECT indicator_id, {bucket} AS bucket, layout->'le' AS le, told.key, sum(told.value::numeric) AS events
    FROM {rows}, jsonb_array_elements(histogram) AS layout, jsonb_each_text(layout->'n') AS told GROUP BY 1, 2, 3, 4
), laid AS (
    SELECT indicator_id, bucket, le, jsonb_object_agg(key, trim_scale(events)::text) AS n
    FROM counted GROUP BY indicator_id, bucket, le
), merged AS (
    SELECT indicator_id, bucket, jsonb_agg(jsonb_build_object('le', le, 'n', n) ORDER BY le) AS histograms
    FROM laid GROUP BY indicator_id, bucket
)
"""
_COLUMNS = "samples, first_at, last_at, covered, good, valid, total, lowest, highest"
_MINUTES = """{read}{histograms}
INSERT INTO slas_rollup (organization_id, indicator_id, size, at, {columns}, histograms)
SELECT organization_id, indicator_id, 1, bucket, {columns}, histograms FROM (
    SELECT organization_id, indicator_id, date_bin('1 minute', at, 'epoch') AS bucket, {sums} FROM seen
    WHERE kind IN ('ratio', 'value', 'percentile', 'mean') GROUP BY 1, 2, 3
) AS summed LEFT JOIN merged USING (indicator_id, bucket)
"""
# A run begins where the status is another one, and where more time passed than a status is known for; of slices, where
# one was passed over.
_RUNS = """
, turned AS (
    SELECT indicator_id, bucket, status, first_at, last_at, samples,
        status IS DISTINCT FROM lag(status) OVER w
            OR coalesce(date_bin(step, first_at, 'epoch'), first_at) - lag(last_at) OVER w > known_for AS begins
    FROM stated WINDOW w AS (PARTITION BY indicator_id, bucket ORDER BY first_at)
), numbered AS (
    SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY indicator_id, bucket ORDER BY first_at) AS run
    FROM turned
), joined AS (
    SELECT indicator_id, bucket, run, min(status) AS status, min(first_at) AS first_at, max(last_at) AS last_at,
        sum(samples) AS samples FROM numbered GROUP BY indicator_id, bucket, run
), runs AS (
    SELECT indicator_id, bucket, jsonb_agg(jsonb_build_array(
        status, (extract(epoch FROM first_at - bucket) * 1000000)::bigint,
        (extract(epoch FROM last_at - bucket) * 1000000)::bigint, samples
    ) ORDER BY run) AS runs FROM joined GROUP BY indicator_id, bucket
)
"""
_HOURS = """{read}, stated AS (
    SELECT indicator_id, bucket, status::int AS status, at AS first_at, at AS last_at, 1 AS samples,
        silence_minutes * interval '1 minute' AS known_for, NULL::interval AS step FROM seen WHERE kind = 'uptime'
    UNION ALL
    SELECT indicator_id, bucket, CASE WHEN min(condition_operator) = '<' AND sum(value) < sum(condition_threshold)
        OR min(condition_operator) = '<=' AND sum(value) <= sum(condition_threshold)
        OR min(condition_operator) = '>' AND sum(value) > sum(condition_threshold)
        OR min(condition_operator) = '>=' AND sum(value) >= sum(condition_threshold) THEN 1 ELSE 3 END,
        min(at), max(at), count(*), min(slice_minutes) * interval '1 minute', min(slice_minutes) * interval '1 minute'
    FROM (
        SELECT *, date_bin(slice_minutes * interval '1 minute', at, 'epoch') AS slice FROM seen
        WHERE kind = 'time_slice' AND 60 %% slice_minutes = 0
    ) AS sliced GROUP BY indicator_id, bucket, slice
){runs}{histograms}
INSERT INTO slas_rollup (organization_id, indicator_id, size, at, {columns}, runs, histograms)
SELECT organization_id, indicator_id, 60, bucket, {columns}, runs, histograms FROM (
    SELECT organization_id, indicator_id, bucket, {sums} FROM seen GROUP BY organization_id, indicator_id, bucket
) AS summed LEFT JOIN runs USING (indicator_id, bucket) LEFT JOIN merged USING (indicator_id, bucket)
"""
_DAYS = """
WITH taken AS MATERIALIZED (
    SELECT DISTINCT indicator_id, date_bin('1 day', at, 'epoch') AS bucket
    FROM unnest(%(indicators)s::uuid[], %(hours)s::timestamptz[]) AS t(indicator_id, at)
), hours AS MATERIALIZED (
    SELECT t.bucket, i.kind, i.slice_minutes, i.silence_minutes, r.histograms AS histogram, r.* FROM taken t
    JOIN slas_indicator i ON i.id = t.indicator_id CROSS JOIN LATERAL (
        SELECT * FROM slas_rollup
        WHERE indicator_id = t.indicator_id AND size = 60 AND at >= t.bucket AND at < t.bucket + interval '1 day'
        OFFSET 0
    ) AS r
), stated AS (
    SELECT indicator_id, bucket, (run->>0)::int AS status,
        at + (run->>1)::bigint * interval '1 microsecond' AS first_at,
        at + (run->>2)::bigint * interval '1 microsecond' AS last_at, (run->>3)::int AS samples,
        CASE WHEN kind = 'uptime' THEN silence_minutes ELSE slice_minutes END * interval '1 minute' AS known_for,
        CASE WHEN kind = 'time_slice' THEN slice_minutes * interval '1 minute' END AS step
    FROM hours, jsonb_array_elements(runs) AS run
){runs}{histograms}
INSERT INTO slas_rollup (organization_id, indicator_id, size, at, {columns}, runs, histograms)
SELECT organization_id, indicator_id, 1440, bucket, {columns}, runs, histograms FROM (
    SELECT organization_id, indicator_id, bucket, sum(samples) AS samples, min(first_at) AS first_at,
        max(last_at) AS last_at, CASE WHEN count(*) = count(covered) THEN sum(covered) END AS covered,
        sum(good) AS good, sum(valid) AS valid, sum(total) AS total, min(lowest) AS lowest, max(highest) AS highest
    FROM hours GROUP BY organization_id, indicator_id, bucket
) AS summed LEFT JOIN runs USING (indicator_id, bucket) LEFT JOIN merged USING (indicator_id, bucket)
"""
_REPLACE = """
ON CONFLICT (indicator_id, size, at) DO UPDATE SET samples = excluded.samples, first_at = excluded.first_at,
    last_at = excluded.last_at, covered = excluded.covered, good = excluded.good, valid = excluded.valid,
    total = excluded.total, lowest = excluded.lowest, highest = excluded.highest, runs = excluded.runs,
    histograms = excluded.histograms
"""
# Each with the bucket that a row with a histogram falls into, and where such rows are read.
_STATEMENTS = (
    (_MINUTES, "date_bin('1 minute', at, 'epoch')", "seen"),
    (_HOURS, "bucket", "seen"),
    (_DAYS, "bucket", "hours"),
)


@transaction.atomic
def roll_up(indicators: Iterable[UUID]) -> int:
    """Nothing of these indicators is stale: waits for who stores samples of them, or sums them up, right now. Answers
    how many hours were summed up."""
    ids = sorted(indicators)
    return _roll_up(_TAKE.format(which="indicator_id = ANY(%s)", skips=""), [ids, None])


@transaction.atomic
def roll_up_some() -> int:
    """Some of what is stale is summed up; what others are busy with is left to them."""
    return _roll_up(_TAKE.format(which="true", skips=" SKIP LOCKED"), [BATCH])


def _roll_up(take: str, params: Sequence[Any]) -> int:
    """Taking and reading are two statements: the second sees all that those have stored who held a mark."""
    with connection.cursor() as cursor:
        cursor.execute(take, params)
        taken: list[tuple[UUID, datetime]] = cursor.fetchall()
        if taken:
            given: dict[str, Any] = {"indicators": [row[0] for row in taken], "hours": [row[1] for row in taken]}
            for statement, bucket, rows in _STATEMENTS:
                histograms = _HISTOGRAMS.format(bucket=bucket, rows=rows)
                parts = {"read": _READ, "columns": _COLUMNS, "sums": _SUMS, "runs": _RUNS, "histograms": histograms}
                cursor.execute(statement.format(**parts) + _REPLACE, given)
    return len(taken)
