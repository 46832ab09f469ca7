"""Windows evaluated per second by one worker, beside what the engine alone does with the same material."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from benchmarks import telemetry
from benchmarks.measure import Table, seconds
from clm.lib import clock
from clm.lib.actor import Actor
from slas.engine.attainment import judge
from slas.engine.quantities import MaintenancePolicy
from slas.engine.ratio import EventCount, ratio_quantities
from slas.engine.uptime import divide_uptime
from slas.judging import RELATED, judgement_of
from slas.material import gather
from slas.models import Commitment, Evaluation, EvaluationWindow, Sample
from slas.operations.ingest_outages import ingest_outages
from slas.operations.ingest_samples import ingest_samples
from slas.pieces import telemetry_of
from slas.readings import LIMIT
from slas.seen import Seen
from slas.tasks import judge_windows

SHARE = float(os.environ.get("BENCH_WINDOWS", "1"))


def measure(table: Table, actor: Actor, share: float = SHARE) -> None:
    """A year of monthly windows each, all ended: outages as reported, checks each five minutes, counts each hour."""
    of_outages(table, actor, max(1, int(30 * share)))
    _samples(table, actor, "uptime", timedelta(minutes=5), max(1, int(6 * share)))
    _samples(table, actor, "ratio", timedelta(hours=1), max(1, int(20 * share)))


def of_outages(table: Table, actor: Actor, count: int) -> None:
    start, end = _year()
    made = [telemetry.commitment(actor, f"reported-{number}", "uptime") for number in range(count)]
    for commitment in made:
        key = commitment.indicator.key
        ingest_samples(actor=actor, samples=[{"indicator": key, "at": start.isoformat(), "status": "up"}])
        ingest_outages(actor=actor, outages=list(telemetry.outages(key, start, end)))
    _judge(table, "uptime, outages as reported", made, _engine_uptime)


def _samples(table: Table, actor: Actor, kind: str, every: timedelta, count: int) -> None:
    start, end = _year()
    make, engine = (telemetry.checks, _engine_uptime) if kind == "uptime" else (telemetry.counts, _engine_ratio)
    made = [telemetry.commitment(actor, f"{kind}-{number}", kind) for number in range(count)]
    for commitment in made:
        rows = make(commitment.indicator.key, every, (end - start) // every, start)
        for part in telemetry.portions(rows, LIMIT):
            ingest_samples(actor=actor, samples=part)
    _judge(table, f"{kind}, a row each {every}", made, engine)


def _year() -> tuple[datetime, datetime]:
    return telemetry.midnight(telemetry.first_day()), telemetry.midnight(clock.today().replace(day=1))


Engine = Callable[[Sequence[EvaluationWindow]], Callable[[], None]]


def _judge(table: Table, name: str, commitments: Iterable[Commitment], engine: Engine) -> None:
    """Everything due is judged by the task that the worker runs; then the engine has the same windows."""
    chosen = EvaluationWindow.objects.filter(commitment__in=[item.pk for item in commitments])
    EvaluationWindow.objects.exclude(commitment__in=[item.pk for item in commitments]).update(due_at=None)
    ended = chosen.filter(ends_at__lte=clock.now())
    chosen.exclude(pk__in=ended.values("pk")).update(due_at=None)
    count = ended.count()
    whole = count / seconds(_sweep)
    if Evaluation.objects.filter(window__in=ended).count() != count:
        raise RuntimeError("not every window was evaluated")
    windows = list(ended.select_related(*RELATED))
    pure = count / seconds(engine(windows))
    rows = Sample.objects.filter(indicator__commitments__in=[item.pk for item in commitments]).count()
    beside = f"{count} windows, {rows:,} samples; the engine alone {pure:,.0f}/s"
    table.add(f"windows evaluated: {name}", whole, "windows/s", beside)


def _sweep() -> None:
    while judge_windows():
        continue


def _engine_uptime(windows: Sequence[EvaluationWindow]) -> Callable[[], None]:
    now = clock.now()
    gathered = [(window.commitment, gather(window, now)) for window in windows]
    given = [(item.interval, telemetry_of(terms.indicator, item), judgement_of(terms)) for terms, item in gathered]

    def work() -> None:
        for interval, seen, terms in given:
            judge(divide_uptime(interval, seen).quantities, terms)

    return work


def _engine_ratio(windows: Sequence[EvaluationWindow]) -> Callable[[], None]:
    now = clock.now()
    gathered = [(window.commitment, gather(window, now)) for window in windows]
    given = [(item.interval, _counted(item.samples), judgement_of(terms)) for terms, item in gathered]

    def work() -> None:
        for interval, seen, terms in given:
            quantities = ratio_quantities(interval, seen, (), MaintenancePolicy.LEAVES_DENOMINATOR)
            judge(quantities, terms)

    return work


def _counted(samples: Sequence[Seen]) -> list[EventCount]:
    return [
        EventCount(row.at, row.good, row.valid) for row in samples if row.good is not None and row.valid is not None
    ]
