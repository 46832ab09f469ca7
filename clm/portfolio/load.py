"""Loading the first portfolio: a job for each organization runs the registered stages and resumes where it was."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils.translation import gettext as _

from clm.access.permissions import system_actor
from clm.access.scope import organization_scope
from clm.accounts.operations.change_organization import change_organization
from clm.accounts.roles import Role
from clm.events.dispatcher import drain
from clm.events.tasks import wakes_held
from clm.jobs.models import Job, JobState
from clm.jobs.runner import Progress, job_kind, start_job
from clm.notify.operations.settle_inboxes import settle_inboxes
from clm.portfolio.access import LOADER
from clm.portfolio.houses import HOUSES, LEAD, PASSWORD, House
from clm.portfolio.people import announce, cast_of, found_house, house_named, keep_token_for_trying, token_file
from clm.portfolio.registry import STAGES, Stage

LOAD = "portfolio.load"
PARTS = 1000
UNREAD_KEPT = 6


def start_loading() -> list[tuple[UUID, UUID]]:
    """Each house is founded and has one job that loads it; answers (job id, organization id) of the unloaded."""
    password_hash = make_password(PASSWORD)
    return [found for house in HOUSES if (found := _start_house(house, password_hash)) is not None]


def _start_house(house: House, password_hash: str) -> tuple[UUID, UUID] | None:
    organization = found_house(house, password_hash)
    with organization_scope(organization.pk), transaction.atomic():
        former = Job.objects.filter(kind=LOAD).exclude(state=JobState.CANCELLED).order_by("-id").first()
        if former is not None and former.state == JobState.SUCCEEDED:
            return None
        if former is not None and former.is_live:
            return former.pk, organization.pk
        title = _("Loading the first portfolio of %(name)s") % {"name": house.name}
        administrator = cast_of(house)[Role.ADMINISTRATOR]
        job = start_job(administrator, kind=LOAD, title=title, parameters={"slug": house.slug})
        if former is not None:
            Progress(job).keep(**{name: former.result[name] for name in ("stages", "seconds") if name in former.result})
        return job.pk, organization.pk


@job_kind(LOAD)
def load(progress: Progress, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Every stage has run for one house, in order; those that a former try finished are not run again."""
    house = house_named(str(parameters["slug"]))
    try:
        result = _load(progress, house)
    except Exception as error:
        announce(
            f"The load of {house.name} stopped ({type(error).__name__}). The page Jobs and worker.log say why;"
            " it goes on with the next `make run`."
        )
        raise
    announce(f"The first portfolio of {house.name} has loaded.")
    return result


def _load(progress: Progress, house: House) -> dict[str, Any]:
    cast = cast_of(house)
    stages = sorted(STAGES.values(), key=lambda stage: (stage.order, stage.key))
    finished: list[str] = list(progress.kept.get("stages", []))
    seconds: dict[str, Any] = dict(progress.kept.get("seconds", {}))
    for index, stage in enumerate(stages):
        if stage.key in finished:
            continue
        begun = time.monotonic()
        with wakes_held(progress.actor.organization_id):
            stage.load(cast, house.slug, _reporter(progress, stage, index, len(stages)))
        know_the_figures()
        finished.append(stage.key)
        seconds[stage.key] = round(time.monotonic() - begun, 2)
        progress.keep(stages=finished, seconds=seconds)
        progress.report((index + 1) * PARTS, len(stages) * PARTS)
    _settle(house, progress.actor.organization_id)
    return {"stages": finished, "seconds": seconds, "url": "/"}


def know_the_figures() -> None:
    """The database plans for what there is now: tables that were empty a minute ago are still empty to its planner, and
    whatever counts in them takes ten times as long."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _reporter(progress: Progress, stage: Stage, index: int, count: int) -> Callable[[int, int], None]:
    """The stage's own progress as its share of the whole; at most some ten updates a second reach the database."""
    last = 0.0

    def report(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last < 0.1 and done < total:
            return
        last = time.monotonic()
        share = PARTS * min(done, total) // total if total else 0
        progress.report(index * PARTS + share, count * PARTS, str(stage.title))

    report(0, 1)
    return report


def _settle(house: House, organization_id: UUID) -> None:
    """Handlers have run, inboxes are short, mail flows again, and there is a token for trying."""
    drain()
    settle_inboxes(actor=system_actor(LOADER, organization_id), keep=UNREAD_KEPT)
    cast = cast_of(house)
    if house is HOUSES[0]:
        keep_token_for_trying(cast[LEAD])
        announce(f"API token ({house.email(LEAD)}): {token_file().read_text()}")
    change_organization(actor=cast[Role.ADMINISTRATOR], mail_paused=False)
