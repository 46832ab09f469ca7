"""manage.py load_portfolio: two organizations with everything in them, to look around in."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clm.access.scope import organization_scope
from clm.accounts.models import Organization
from clm.jobs import runner
from clm.jobs.models import Job, JobState
from clm.portfolio.load import start_loading


class Command(BaseCommand):
    help = "Loads the first portfolio. Runs again where it stopped; does nothing once it is there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--background", action="store_true", help="leave the work to a worker")
        parser.add_argument("--if-empty", action="store_true", help="do nothing where an organization exists")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.FIRST_PORTFOLIO_ALLOWED:
            raise CommandError("The first portfolio has passwords that everybody knows: not with these settings.")
        if options["if_empty"] and Organization.objects.exists():
            self.stdout.write("There are organizations already; nothing is loaded.")
            return
        jobs = start_loading()
        self.stdout.write(f"{len(jobs)} organizations to load.")
        if not options["background"]:
            self._run(jobs)

    def _run(self, jobs: list[tuple[UUID, UUID]]) -> None:
        """The jobs run here, unless a worker was quicker; then they are waited for."""
        for job_id, organization_id in jobs:
            runner.run(job_id, organization_id)
            job = self._ended(job_id, organization_id)
            self.stdout.write(f"{job.title}: {job.get_state_display()} {job.result.get('seconds', '')}")
            if job.state != JobState.SUCCEEDED:
                raise CommandError(job.error or "The load did not finish.")

    def _ended(self, job_id: UUID, organization_id: UUID) -> Job:
        while True:
            with organization_scope(organization_id):
                job = Job.objects.get(pk=job_id)
            if not job.is_live:
                return job
            time.sleep(0.5)
