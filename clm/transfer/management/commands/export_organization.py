"""manage.py export_organization: everything an organization has, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clm.access.permissions import system_actor
from clm.access.scope import organization_scope
from clm.accounts.models import Organization
from clm.audit.chain import chain_entries
from clm.transfer.access import CARRIER
from clm.transfer.files import digest_of
from clm.transfer.operations.note_export import note_export
from clm.transfer.packing import pack


class Command(BaseCommand):
    help = "Writes everything an organization has into a ZIP file: documents, tables as JSON, and the ledger."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="short name of the organization")
        parser.add_argument("file", type=Path, help="a file that is not there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["slug"]).first()
        if organization is None:
            raise CommandError(f"No organization is called {options['slug']}.", returncode=2)
        try:
            file = options["file"].open("x+b")
        except OSError as refusal:
            raise CommandError(f"Cannot write {options['file']}: {refusal.strerror}.", returncode=2) from refusal
        try:
            with file, organization_scope(organization.pk):
                self._export(organization, file)
        except BaseException:
            options["file"].unlink(missing_ok=True)
            raise

    def _export(self, organization: Organization, file: Any) -> None:
        while chain_entries(organization.pk):
            pass
        packed = pack(organization.pk, file)
        sha256, size = digest_of(file)
        note_export(actor=system_actor(CARRIER, organization.pk), packed=packed, sha256=sha256)
        for missing in packed.missing:
            self.stderr.write(f"The storage does not have document {missing}, or not as it was.")
        self.stdout.write(f"{organization.name}: {packed.rows} rows and {packed.files} documents in {size} bytes.")
        self.stdout.write(f"The ledger's head is {packed.head_sequence}:{packed.head_hash}")
        self.stdout.write(f"sha256 {sha256}")
