"""What one round over all commitments costs: a minute of telemetry comes in, and every window is judged anew."""

from __future__ import annotations

import multiprocessing
import os
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, connections

from benchmarks import telemetry
from benchmarks.measure import Table, seconds
from clm.lib import clock
from clm.lib.actor import Actor
from slas.models import Commitment, EvaluationWindow, Indicator, Service
from slas.operations.ingest_samples import ingest_samples
from slas.rollups import roll_up_some
from slas.tasks import judge_windows

SIZES = tuple(int(size) for size in os.environ.get("BENCH_ROUNDS", "1000,10000").split(","))
LIMIT_SECONDS = 60
BATCH = 5000
KINDS = ("uptime", "ratio", "time_slice", "value")
HOURS = 3
# What a month of one-minute samples leaves: days and hours summed up, and the samples of the last hours.
_HISTORY = """
INSERT INTO slas_rollup (organization_id, indicator_id, size, at, samples, first_at, last_at, good, valid, total,
    lowest, highest, runs)
SELECT i.organization_id, i.id, size, at, size, at, at + (size - 1) * interval '1 minute',
    CASE kind WHEN 'ratio' THEN 4998 * size END, CASE kind WHEN 'ratio' THEN 5000 * size END,
    CASE WHEN kind IN ('value', 'time_slice') THEN 50 * size END,
    CASE WHEN kind IN ('value', 'time_slice') THEN 10 END, CASE WHEN kind IN ('value', 'time_slice') THEN 90 END,
    CASE WHEN kind IN ('uptime', 'time_slice')
        THEN jsonb_build_array(jsonb_build_array(1, 0, (size - 1) * 60000000::bigint, size)) END
FROM slas_indicator AS i, (
    SELECT 1440 AS size, at
    FROM generate_series(%(start)s::timestamptz, %(now)s::timestamptz - interval '1 day', '1 day') AS at
    UNION ALL
    SELECT 60, at FROM generate_series(
        greatest(%(start)s::timestamptz, date_trunc('day', %(now)s::timestamptz, 'UTC') - interval '1 day'),
        date_trunc('hour', %(now)s::timestamptz, 'UTC') - interval '1 hour', '1 hour') AS at
) AS buckets
WHERE i.id = ANY(%(indicators)s)
"""
_RECENT = """
INSERT INTO slas_sample (organization_id, indicator_id, at, status, good, valid, value)
SELECT organization_id, id, at, CASE kind WHEN 'uptime' THEN 1 END, CASE kind WHEN 'ratio' THEN 4998 END,
    CASE kind WHEN 'ratio' THEN 5000 END, CASE WHEN kind IN ('value', 'time_slice') THEN 50 END
FROM slas_indicator,
    generate_series(%(from)s::timestamptz, %(now)s::timestamptz - interval '1 minute', '1 minute') AS at
WHERE id = ANY(%(indicators)s)
"""


def measure(table: Table, actor: Actor, sizes: Sequence[int] = SIZES) -> None:
    """In the middle of a month, commitments of every kind of indicator, a sample each a minute."""
    now = telemetry.midnight(clock.today().replace(day=1)) - timedelta(days=12) + timedelta(hours=11, minutes=40)
    made: list[Indicator] = []
    for size in sizes:
        made += _commitments(actor, made, size - len(made), now)
        with clock.set_to(now):
            _judge()
            taken, stored, judged = _round(actor, made, now)
        now += timedelta(minutes=5)
        beside = f"{stored:.1f} s to store {size:,} samples, {judged:.1f} s to judge; limit {LIMIT_SECONDS} s"
        missed = "" if taken < LIMIT_SECONDS or size > 10_000 else " MISSED"
        table.add(f"one round over {size:,} commitments", taken, "s", beside + missed)


def _round(actor: Actor, made: Sequence[Indicator], now: datetime) -> tuple[float, float, float]:
    """Seconds of all, of storing a sample of each indicator, and of judging every window by as many workers as there
    are cores."""
    sent = list(telemetry.portions(_samples(made, now), BATCH))
    stored = seconds(lambda: [ingest_samples(actor=actor, samples=part) for part in sent])
    due = EvaluationWindow.objects.filter(due_at__lte=now).count()
    if due != len(made):
        raise RuntimeError(f"{due} of {len(made)} windows were due")
    judged = seconds(_judge)
    if EvaluationWindow.objects.filter(due_at__lte=now).exists():
        raise RuntimeError("not every window was judged")
    return stored + judged, stored, judged


def _judge() -> None:
    """By workers of their own, as the tasks that the beat sends do it."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_work) for _core in range(os.cpu_count() or 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a worker failed")


def _work() -> None:
    while judge_windows():
        continue
    while roll_up_some():
        continue
    connections.close_all()


def _samples(made: Sequence[Indicator], at: datetime) -> Iterator[dict[str, Any]]:
    dice = random.Random(1)
    for indicator in made:
        fails = dice.random() < 0.01
        said: dict[str, Any] = {"value": 90 if fails else 50}
        if indicator.kind == "uptime":
            said = {"status": "down" if fails else "up"}
        elif indicator.kind == "ratio":
            said = {"good": 4000 if fails else 4999, "valid": 5000}
        yield {"indicator": indicator.key, "at": at.isoformat(), **said}


def _commitments(actor: Actor, before: Sequence[Indicator], count: int, now: datetime) -> list[Indicator]:
    """So many more commitments with a window each, and what their telemetry left, straight into the tables."""
    first = telemetry.commitment(actor, f"round-{len(before)}", "ratio")
    EvaluationWindow.objects.all().update(due_at=None)
    Commitment.objects.all().update(windows_due_at=None)
    owned = {"organization_id": actor.organization_id}
    start = now.replace(day=1, hour=0, minute=0)
    service = Service.objects.create(contract_id=first.contract_id, name="Rounds", **owned)
    indicators = Indicator.objects.bulk_create(
        Indicator(
            service=service, key=f"round-{len(before) + number}-{KINDS[number % 4]}", kind=KINDS[number % 4],
            name=f"Round {number}", aggregation="avg", condition_operator="<", condition_threshold=Decimal(80),
            slice_minutes=5, first_sample_at=start, last_sample_at=now, **owned,
        )
        for number in range(count)
    )  # fmt: skip
    commitments = Commitment.objects.bulk_create(_like(first, indicator) for indicator in indicators)
    EvaluationWindow.objects.bulk_create(
        EvaluationWindow(
            commitment=commitment, label="now", starts_at=start, ends_at=start + timedelta(days=31),
            closes_at=start + timedelta(days=40), due_at=now, **owned,
        )
        for commitment in commitments
    )  # fmt: skip
    given = {
        "start": start, "now": now, "from": now.replace(minute=0) - timedelta(hours=HOURS),
        "indicators": [indicator.pk for indicator in indicators],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, given)
        cursor.execute(_RECENT, given)
        cursor.execute("ANALYZE")
    return indicators


def _like(first: Commitment, indicator: Indicator) -> Commitment:
    names = [field.attname for field in Commitment._meta.concrete_fields if field.attname != "id"]
    made = Commitment(**{name: getattr(first, name) for name in names})
    made.indicator, made.name, made.windows_due_at = indicator, indicator.name, None
    if indicator.kind == "value":
        made.target, made.comparison = Decimal(60), "<="
    return made
