"""manage.py verify_ledger: says where a chain breaks and which recorded values were altered; exit code 1 on a break."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clm.access.permissions import system_actor
from clm.access.scope import organization_scope
from clm.accounts.models import Organization
from clm.audit.access import WATCHMAN
from clm.audit.chain import chain_entries
from clm.audit.operations.verify_ledger import verify_ledger
from clm.audit.verification import Verification


class Command(BaseCommand):
    help = "Verifies the ledgers of all organizations, or of one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only the organization with this short name")

    def handle(self, *args: Any, **options: Any) -> None:
        organizations = Organization.objects.order_by("slug")
        if options["organization"]:
            organizations = organizations.filter(slug=options["organization"])
            if not organizations:
                raise CommandError(f"No organization is called {options['organization']}.", returncode=2)
        outcomes = [self._verify(organization) for organization in organizations]
        if not all(outcome.holds for outcome in outcomes):
            raise CommandError("The ledger does not hold.", returncode=1)

    def _verify(self, organization: Organization) -> Verification:
        with organization_scope(organization.pk):
            chain_entries(organization.pk)
            outcome = verify_ledger(actor=system_actor(WATCHMAN, organization.pk))
        for broken in outcome.chain:
            self.stdout.write(f"{organization.slug}: entry {broken.sequence} {broken.problem}")
        for altered in outcome.seals:
            where = f"{altered.model} {altered.row_id}"
            self.stdout.write(f"{organization.slug}: {where} {altered.problem} (entry {altered.sequence})")
        verdict = "holds" if outcome.holds else "DOES NOT HOLD"
        counts = f"{outcome.entries} entries, {outcome.sealed_rows} sealed rows"
        self.stdout.write(f"{organization.slug}: the ledger {verdict} ({counts}, head {outcome.head_hash[:16]})")
        return outcome
