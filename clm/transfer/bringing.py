"""An organization arrives: first its documents and seals in the storage, then all its rows in one transaction."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.utils.translation import gettext as _

from clm.access.permissions import system_actor
from clm.access.scope import organization_scope
from clm.accounts.models import Organization
from clm.audit.head_seals import bring_seal
from clm.lib.locks import held_if_free
from clm.lib.outside import outside_transactions
from clm.transfer import archive as form
from clm.transfer.access import CARRIER
from clm.transfer.opening import Opened, opened, refused
from clm.transfer.operations.import_organization import check_absent, import_organization


def bring(file: IO[bytes], *, pause_mail: bool = False, bound: Collection[str] = ()) -> Organization:
    """The organization of the archive is here, or nothing of it is.

    Raises DomainError `import_running`, and whatever `import_organization` raises and `opened` says of the file.
    """
    outside_transactions("an organization is imported")
    with opened(file) as archive, held_if_free(f"bring:{archive.organization_id}") as is_free:
        if not is_free:
            raise refused("import_running", _("The organization is being imported already."))
        check_absent(archive)
        stored: list[str] = []
        try:
            _store(archive, stored)
            with organization_scope(archive.organization_id):
                actor = system_actor(CARRIER, archive.organization_id)
                return import_organization(actor=actor, archive=archive, pause_mail=pause_mail, bound=bound)
        except IntegrityError as clash:
            _forget(stored)
            what = _("The rows do not fit in: %(why)s") % {"why": str(clash).strip().splitlines()[0]}
            raise refused("does_not_fit", what) from clash
        except BaseException:
            _forget(stored)
            raise


def _store(archive: Opened, stored: list[str]) -> None:
    """Documents and seals lie where their rows will say; `stored` gets the names of those that did not before."""
    for row in archive.documents():
        _store_document(archive, row, stored)
    for line in archive.lines(form.SEALS):
        seal = json.loads(line)
        if seal["organization_id"] != str(archive.organization_id):
            raise refused("damaged", _("A seal is not of this organization."))
        if name := bring_seal(seal):
            stored.append(name)


def _store_document(archive: Opened, row: dict[str, Any], stored: list[str]) -> None:
    """What an import that was killed left half-written is written anew: nobody else needs it."""
    name = f"{archive.organization_id}/{row['sha256'][:2]}/{row['sha256']}"
    if row["storage_name"] != name:
        raise refused("damaged", _("A document is to lie where none of this organization does."))
    if default_storage.exists(name):
        if default_storage.size(name) == row["size"]:
            return
        default_storage.delete(name)
    stored.append(name)
    with archive.zip.open(form.blob_member(row["sha256"])) as member:
        saved = default_storage.save(name, File(member))
    if saved != name:
        stored.append(saved)
        raise refused("name_taken", _("The storage has another file under the name %(name)s.") % {"name": name})


def _forget(stored: list[str]) -> None:
    for name in stored:
        default_storage.delete(name)
