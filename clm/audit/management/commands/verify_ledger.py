"""manage.py verify_ledger: says where a chain breaks and which recorded values were altered; exit code 1 on a break."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from clm.access.permissions import system_actor
from clm.access.scope import organization_scope
from clm.accounts.models import Organization
from clm.audit.access import WATCHMAN
from clm.audit.chain import chain_entries
from clm.audit.head_seals import sealed_organizations
from clm.audit.operations.verify_ledger import verify_ledger


class Command(BaseCommand):
    help = "Verifies the ledgers of all organizations, or of one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only the organization with this short name")
        parser.add_argument(
            "--head",
            metavar="SEQUENCE:HASH",
            type=_noted,
            action="append",
            default=[],
            help="a head that you noted; needs --organization",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organizations = Organization.objects.order_by("slug")
        slug, noted = options["organization"], options["head"]
        if noted and not slug:
            raise CommandError("--head needs --organization: a head is that of one ledger.", returncode=2)
        if slug:
            organizations = organizations.filter(slug=slug)
            if not organizations:
                raise CommandError(f"No organization is called {slug}.", returncode=2)
        hold = [self._verify(organization, noted) for organization in organizations]
        gone = [] if slug else self._gone()
        if gone or not all(hold):
            raise CommandError("The ledger does not hold.", returncode=1)

    def _gone(self) -> list[str]:
        """Organizations that the storage has seals of and the database has no more."""
        known = {str(pk) for pk in Organization.objects.values_list("pk", flat=True)}
        gone = sorted(sealed_organizations() - known)
        for organization_id in gone:
            self.stdout.write(
                f"{organization_id}: its ledger was sealed, and the organization is gone from the database"
            )
        return gone

    def _verify(self, organization: Organization, noted: list[tuple[int, str]]) -> bool:
        with organization_scope(organization.pk):
            self._chain(organization)
            outcome = verify_ledger(actor=system_actor(WATCHMAN, organization.pk), noted=noted)
        for broken in outcome.chain:
            where = f"entry {broken.sequence} " if broken.sequence else ""
            self.stdout.write(f"{organization.slug}: {where}{broken.problem}")
        for altered in outcome.seals:
            where = f"{altered.model} {altered.row_id}"
            self.stdout.write(f"{organization.slug}: {where} {altered.problem} (entry {altered.sequence or '–'})")
        verdict = "holds" if outcome.holds else "DOES NOT HOLD"
        counts = f"{outcome.entries} entries, {outcome.head_seals} seals, {outcome.sealed_rows} sealed rows"
        self.stdout.write(f"{organization.slug}: the ledger {verdict} ({counts})")
        self.stdout.write(f"{organization.slug}: the head is {outcome.entries}:{outcome.head_hash}")
        return outcome.holds

    def _chain(self, organization: Organization) -> None:
        """Give waiting entries their place; a chain too broken for it is verified all the same."""
        try:
            chain_entries(organization.pk)
        except IntegrityError as broken:
            self.stdout.write(f"{organization.slug}: waiting entries cannot be chained: {broken}")


def _noted(text: str) -> tuple[int, str]:
    """SEQUENCE:HASH as its two parts."""
    if not re.fullmatch(r"[1-9][0-9]*:[0-9a-f]{64}", text):
        raise ArgumentTypeError(f"{text!r} is not an entry's number, a colon and 64 hexadecimal digits")
    sequence, _, noted = text.partition(":")
    return int(sequence), noted
