"""manage.py import_contracts PATH: a folder or a ZIP of contracts, with a sheet of what they are."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clm.access.scope import organization_scope
from clm.accounts.actors import actor_of_membership
from clm.accounts.models import Membership, Organization
from clm.jobs.models import JobState
from clm.jobs.runner import run_here
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.pages.export import csv_lines
from contracts.adapters.archives import pack_folder
from contracts.engine.import_fields import mapping_of
from contracts.models import ContractImport, ImportRow
from contracts.operations.imports.map_import import map_import
from contracts.operations.imports.run_import import run_import
from contracts.papers.importing import HEAD, request_import, result_lines
from contracts.queries.imports import counts_of, job_of


class Command(BaseCommand):
    help = "Tries an import and says row by row what would happen; with --run the good rows become contracts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="a folder or a ZIP; or the id of an import that is there")
        parser.add_argument("--organization", required=True, help="its short name")
        parser.add_argument("--as", dest="email", required=True, help="who imports: the e-mail address of a member")
        parser.add_argument("--sheet", type=Path, help="CSV or XLSX; without it, the one in the archive")
        parser.add_argument("--mapping", type=Path, help="JSON as the API takes it; without it, the suggested one")
        parser.add_argument("--result", type=Path, help="where the rows go as CSV; without it, onto the screen")
        parser.add_argument("--run", action="store_true", help="import what the trial found good")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError("There is no such organization.", returncode=2)
        with organization_scope(organization.pk):
            try:
                self._import(_actor(options["email"]), options)
            except DomainError as refusal:
                raise CommandError(refusal.message, returncode=2) from refusal

    def _import(self, actor: Actor, options: dict[str, Any]) -> None:
        batch = _batch(actor, options["path"], options["sheet"])
        self._wait(batch)
        said = json.loads(options["mapping"].read_text()) if options["mapping"] else {}
        map_import(actor=actor, import_id=batch.pk, mapping=mapping_of(batch.mapping | said))
        self._wait(batch)
        if options["run"]:
            run_import(actor=actor, import_id=batch.pk)
            self._wait(batch)
        rows = ImportRow.objects.filter(batch=batch).select_related("file", "contract", "like")
        lines = "".join(csv_lines(HEAD, result_lines(rows)))
        if options["result"]:
            options["result"].write_text(lines)
        else:
            self.stdout.write(lines.lstrip("\ufeff"))
        self.stdout.write(f"Import {batch.pk}: " + ", ".join(f"{n} {name}" for name, n in counts_of(batch).items()))

    def _wait(self, batch: ContractImport) -> None:
        """The newest job on the import is done, here or by a worker that was faster."""
        job = job_of(batch)
        if job is None:
            return
        ended = run_here(job)
        if ended.state != JobState.SUCCEEDED:
            raise CommandError(ended.error or "The job was stopped.", returncode=1)
        batch.refresh_from_db()


def _actor(email: str) -> Actor:
    member = Membership.objects.filter(user__email__iexact=email, removed_at=None).select_related("user").first()
    if member is None:
        raise CommandError("There is no such member.", returncode=2)
    return actor_of_membership(member)


def _batch(actor: Actor, path: Path, sheet: Path | None) -> ContractImport:
    """The import of the files at the path."""
    with tempfile.TemporaryFile() as packed:
        archive = _archive(path, packed)
        with archive:
            return request_import(
                actor,
                name=path.stem,
                archive=File(archive, name=f"{path.stem}.zip" if path.is_dir() else path.name),
                sheet=File(sheet.open("rb"), name=sheet.name) if sheet else None,
            )


def _archive(path: Path, packed: IO[bytes]) -> IO[bytes]:
    if path.is_file():
        return path.open("rb")
    if not path.is_dir():
        raise CommandError(f"There is no {path}.", returncode=2)
    pack_folder(path, packed)
    packed.seek(0)
    return packed
