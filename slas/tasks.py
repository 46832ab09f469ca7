"""Due rows, one verb and one transaction each: a worker that dies in the middle leaves its row due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from celery import shared_task
from django.db import transaction
from django.db.models import Model

from clm.access.permissions import system_actor
from clm.access.scope import every_organization, organization_scope
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.due import LATER, one_due
from slas import rollups
from slas.access import EVALUATOR
from slas.models import Commitment, EvaluationWindow
from slas.operations import evaluate_window as evaluating
from slas.operations import open_windows as opening

log = structlog.get_logger("slas.tasks")
LIMIT = 500
MOST = 20_000
TOGETHER = 100
ROLLED_UP = 100_000


@shared_task(name="slas.tasks.open_windows")
def open_windows() -> int:
    """Commitments have the windows that began since they were last looked at."""
    return _sweep(Commitment, "windows_due_at", lambda actor, pk: opening.open_windows(actor=actor, commitment_id=pk))


@shared_task(name="slas.tasks.judge_windows")
def judge_windows() -> int:
    """Windows whose time has come, or whose telemetry changed, are judged; any number of workers share them."""
    done = _sweep(
        EvaluationWindow, "due_at", lambda actor, pk: evaluating.evaluate_window(actor=actor, window_id=pk),
        ends_at__lte=clock.now(),
    )  # fmt: skip
    while done < MOST and (some := _look_at_some()):
        done += some
    return done


@shared_task(name="slas.tasks.roll_up_telemetry")
def roll_up_telemetry() -> int:
    """Telemetry that came is summed up by minute, hour and day; answers of how many hours."""
    done = 0
    while done < ROLLED_UP and (hours := rollups.roll_up_some()):
        done += hours
    return done


def _sweep(model: type[Model], due: str, verb: Callable[[Actor, UUID], object], **only: Any) -> int:
    done = 0
    while done < LIMIT and _next(model, due, verb, only):
        done += 1
    return done


def _next(model: type[Model], due: str, verb: Callable[[Actor, UUID], object], only: Mapping[str, Any]) -> bool:
    """One due row is claimed (others skip it), done and committed; one that fails, or stays due, comes back later, and
    the others go on. False where none is due."""
    with transaction.atomic():
        with every_organization():
            free = model._default_manager.select_for_update(skip_locked=True, of=("self",)).order_by(due, "pk")
            rows = free.filter(**{f"{due}__lte": clock.now()}, **only)
            claimed = rows.values_list("pk", "organization_id", due).first()
        if claimed is None:
            return False
        pk, organization_id, due_at = claimed
        with organization_scope(organization_id), one_due(model, pk, due, due_at, "sweep_failed"):
            verb(system_actor(EVALUATOR, organization_id), pk)
    return True


def _look_at_some() -> int:
    """Due windows of one organization that are open are claimed (others skip them), looked at together and committed.
    Where that fails each is looked at alone: the one that is to blame comes back later, and keeps no other waiting."""
    with transaction.atomic():
        now = clock.now()
        with every_organization():
            due = EvaluationWindow.objects.filter(due_at__lte=now, ends_at__gt=now).order_by("due_at")
            free = due.select_for_update(skip_locked=True, of=("self",))
            organization_id = free.values_list("organization_id", flat=True).first()
            if organization_id is None:
                return 0
            claimed = dict(free.filter(organization_id=organization_id).values_list("pk", "due_at")[:TOGETHER])
        with organization_scope(organization_id):
            _look(system_actor(EVALUATOR, organization_id), claimed)
            EvaluationWindow.objects.filter(pk__in=claimed, due_at__lte=now).update(due_at=clock.now() + LATER)
    return len(claimed)


def _look(actor: Actor, claimed: Mapping[UUID, datetime | None]) -> None:
    try:
        evaluating.look_at_windows(actor=actor, window_ids=list(claimed))
    except Exception:
        log.exception("looking_together_failed", windows=len(claimed))
        for pk, due_at in claimed.items():
            with one_due(EvaluationWindow, pk, "due_at", due_at, "sweep_failed"):
                evaluating.evaluate_window(actor=actor, window_id=pk)
