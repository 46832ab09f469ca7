"""Windows have the figures of what is known now: interim ones while they are open, else an evaluation that stays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.canonical import to_plain
from clm.lib.locks import lock_row
from slas import events
from slas.judging import RELATED, Judged, judge_window, judge_windows
from slas.models import Evaluation, EvaluationWindow
from slas.operations.follow_alerts import follow_alerts
from slas.operations.follow_breach import follow_breach
from slas.seals import evaluation_digest
from slas.states import WindowState

SHORTEST_REST = timedelta(minutes=5)
WHILE_BURNING = timedelta(minutes=1)
_LOOKS = """
UPDATE slas_evaluationwindow AS w SET light = l.light, interim = l.interim::jsonb, due_at = l.due_at
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::timestamptz[]) AS l(id, light, interim, due_at) WHERE w.id = l.id
"""


@transaction.atomic
def evaluate_window(*, actor: Actor, window_id: UUID) -> EvaluationWindow:
    """Open: interim figures and a light. Ended: provisional, with revision 1; another only where figures changed.
    After `closes_at` closed; late data then adds a revision that refers to the one before, and it stays closed.

    A miss opens the window's one breach; a revision that turns it withdraws the breach, or opens it again.
    """
    window = lock_row(EvaluationWindow, window_id, *RELATED)
    require(actor, "slas.evaluate_window", window)
    now = clock.now()
    judged = judge_window(window, now)
    if now < window.ends_at:
        _look(actor, window, judged, now)
        _keep_looks(actor, [window], now)
    else:
        _settle(actor, window, judged, now)
    return window


@transaction.atomic
def look_at_windows(*, actor: Actor, window_ids: Sequence[UUID]) -> int:
    """As `evaluate_window` for each that is open: read and written for all of them at once. Windows that somebody else
    is busy with are left to them, and so are those that have ended, which are judged one by one: a miss takes the
    organization's next number, and holds it until the end of the transaction. Answers how many were looked at."""
    now = clock.now()
    rows = EvaluationWindow.objects.filter(pk__in=window_ids, ends_at__gt=now).order_by("pk")
    locked = list(rows.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True))
    windows = list(rows.filter(pk__in=locked).select_related(*RELATED))
    for window in windows:
        require(actor, "slas.evaluate_window", window)
    for window, judged in zip(windows, judge_windows(windows, now), strict=True):
        _look(actor, window, judged, now)
    _keep_looks(actor, windows, now)
    return len(windows)


def _keep_looks(actor: Actor, windows: Sequence[EvaluationWindow], now: datetime) -> None:
    """One statement of four arrays: a CASE for each row takes longer to write down than the figures to compute. While a
    budget burns its window is looked at each minute."""
    if not windows:
        return
    burning = follow_alerts(
        actor=actor, commitments=list({row.commitment_id: row.commitment for row in windows}.values())
    )
    for window in windows:
        if window.commitment_id in burning and window.due_at is not None:
            window.due_at = min(window.due_at, now + WHILE_BURNING)
    rows = [(window.pk, window.light, json.dumps(window.interim), window.due_at) for window in windows]
    with connection.cursor() as cursor:
        cursor.execute(_LOOKS, [list(column) for column in zip(*rows, strict=True)])


def _look(actor: Actor, window: EvaluationWindow, judged: Judged, now: datetime) -> None:
    before = window.light
    window.light = judged.light
    window.interim = to_plain(judged.figures() | {"inputs": judged.inputs, "trace": judged.trace, "evaluated_at": now})
    window.due_at = min(window.ends_at, now + max(SHORTEST_REST, (window.ends_at - window.starts_at) / 200))
    if window.light != before:
        record(actor, events.light_changed(window, before))


def _settle(actor: Actor, window: EvaluationWindow, judged: Judged, now: datetime) -> None:
    if window.state == WindowState.OPEN:
        if window.interim:
            window.interim = {}
            window.save(update_fields=["interim"])
        move(actor, window, to=WindowState.PROVISIONAL)
    former = window.latest
    fresh = _revise(actor, window, judged, now) if former is None or _differs(former, judged) else None
    if fresh is not None:
        window.latest = fresh
    is_over = now >= window.closes_at
    window.light = judged.light
    window.due_at = None if is_over else window.closes_at
    window.save(update_fields=["latest", "light", "due_at"])
    if fresh is not None:
        follow_breach(actor=actor, window=window, evaluation=fresh, judged=judged)
    if is_over and window.state == WindowState.PROVISIONAL:
        move(actor, window, to=WindowState.CLOSED)
        record(actor, events.window_closed(window))


def _differs(former: Evaluation, judged: Judged) -> bool:
    """Whether a figure of the window, or of a part that an amendment cut, is another one now."""
    parts = to_plain(judged.inputs.get("parts", []))
    return _figures(former) != judged.figures() or former.inputs.get("parts", []) != parts


def _figures(evaluation: Evaluation) -> dict[str, Any]:
    names = ("good", "bad", "excluded", "unmeasured", "unit", "attainment", "coverage_percent", "target")
    return {name: getattr(evaluation, name) for name in (*names, "outcome", "light", "reason")}


def _revise(actor: Actor, window: EvaluationWindow, judged: Judged, now: datetime) -> Evaluation:
    former = window.latest
    evaluation = Evaluation(
        organization_id=window.organization_id,
        window=window,
        revision=former.revision + 1 if former else 1,
        previous=former,
        version=window.commitment.version,
        inputs=to_plain(judged.inputs),
        trace=judged.trace.as_json(),
        evaluated_at=now,
        **judged.figures(),
    )
    evaluation.digest = evaluation_digest(evaluation)
    evaluation.save()
    record(actor, events.evaluation_recorded(evaluation, window))
    return evaluation
