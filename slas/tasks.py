"""Due rows, one verb and one transaction each: a worker that dies in the middle leaves its row due."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.db.models import Model

from clm.access.permissions import system_actor
from clm.access.scope import every_organization, organization_scope
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.due import one_due
from slas import rollups
from slas.access import EVALUATOR
from slas.models import Commitment, EvaluationWindow
from slas.operations import evaluate_window as evaluating
from slas.operations import open_windows as opening

LIMIT = 500
ROLLED_UP = 100_000


@shared_task(name="slas.tasks.open_windows")
def open_windows() -> int:
    """Commitments have the windows that began since they were last looked at."""
    return _sweep(Commitment, "windows_due_at", lambda actor, pk: opening.open_windows(actor=actor, commitment_id=pk))


@shared_task(name="slas.tasks.judge_windows")
def judge_windows() -> int:
    """Windows whose time has come, or whose telemetry changed, are judged."""
    return _sweep(EvaluationWindow, "due_at", lambda actor, pk: evaluating.evaluate_window(actor=actor, window_id=pk))


@shared_task(name="slas.tasks.roll_up_telemetry")
def roll_up_telemetry() -> int:
    """Telemetry that came is summed up by minute, hour and day; answers of how many hours."""
    done = 0
    while done < ROLLED_UP and (hours := rollups.roll_up_some()):
        done += hours
    return done


def _sweep(model: type[Model], due: str, verb: Callable[[Actor, UUID], object]) -> int:
    done = 0
    while done < LIMIT and _next(model, due, verb):
        done += 1
    return done


def _next(model: type[Model], due: str, verb: Callable[[Actor, UUID], object]) -> bool:
    """One due row is claimed (others skip it), done and committed; one that fails, or stays due, comes back later, and
    the others go on. False where none is due."""
    with transaction.atomic():
        with every_organization():
            rows = model._default_manager.select_for_update(skip_locked=True, of=("self",)).order_by(due, "pk")
            claimed = rows.filter(**{f"{due}__lte": clock.now()}).values_list("pk", "organization_id", due).first()
        if claimed is None:
            return False
        pk, organization_id, due_at = claimed
        with organization_scope(organization_id), one_due(model, pk, due, due_at, "sweep_failed"):
            verb(system_actor(EVALUATOR, organization_id), pk)
    return True
