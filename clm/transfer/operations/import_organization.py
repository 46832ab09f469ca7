"""An organization that left another installation is here, whole."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts.models import Organization
from clm.audit.chain import chain_breaks
from clm.audit.moves import move
from clm.events.record import record
from clm.jobs.models import Job, JobState
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import advisory_lock
from clm.notify.models import Letter, Notification
from clm.transfer import archive as form
from clm.transfer import events
from clm.transfer.arriving import check_named, check_people, insert_all
from clm.transfer.opening import Opened, refused

UNSENT = "Not sent: it waited when the organization was brought here."
CUT = "cut short: the organization was brought here"


@transaction.atomic
def import_organization(
    *, actor: Actor, archive: Opened, pause_mail: bool = False, bound: Collection[str] = ()
) -> Organization:
    """Every row of the archive is here, in one transaction; its documents and seals are stored already.

    Mail and letters that waited are not sent from here, and jobs that were under way are cancelled: both may have
    happened where the organization came from. Events go on where they were: what was handled is not handled again.
    `bound` are the addresses of people who are here already and may be in the organization as the archive says.
    Raises DomainError `organization_exists`, `damaged`, `ledger_broken`, and what `check_people` raises.
    """
    advisory_lock(f"import:{actor.organization_id}")
    require(actor, "transfer.import_organization")
    check_absent(archive)
    known = check_people(archive, bound)
    rows = insert_all(archive)
    check_named(archive)
    organization = Organization.objects.get(pk=actor.organization_id)
    if pause_mail:
        organization.mail_paused = True
        organization.save(update_fields=["mail_paused"])
    held = _hold_mail()
    cancelled = _cancel_jobs(actor)
    _check_chain(actor.organization_id)
    facts = {
        "rows": rows,
        "documents": archive.manifest["documents"],
        "held": held,
        "cancelled_jobs": cancelled,
        "bound": known,
    }
    record(actor, events.organization_imported(organization, facts | _origin(archive, pause_mail)))
    return organization


def check_absent(archive: Opened) -> None:
    """Raises DomainError `organization_exists` where the organization, or another of its short name, is here."""
    row = next(archive.lines(form.table_member(Organization._meta.label_lower)), "{}")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT name FROM {Organization._meta.db_table} WHERE id = %s OR slug = (%s::json ->> 'slug')",  # noqa: S608
            [archive.organization_id, row],
        )
        found = cursor.fetchone()
    if found:
        what = _("There is an organization of this identity or short name here: %(name)s.") % {"name": found[0]}
        raise refused("organization_exists", what)


def _hold_mail() -> int:
    """What waited to leave stays, and says why; what was told is in the inbox all the same. Answers how much it is."""
    waiting = Notification.objects.filter(mailed_at=None, mail_due_at__isnull=False)
    held = waiting.update(mail_due_at=None, mail_error=UNSENT)
    return held + Letter.objects.filter(sent_at=None, due_at__isnull=False).update(due_at=None, error=UNSENT)


def _cancel_jobs(actor: Actor) -> int:
    live = list(Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING]))
    for job in live:
        move(actor, job, to=JobState.CANCELLED, reason=CUT)
        job.finished_at = clock.now()
        job.save(update_fields=["finished_at"])
    return len(live)


def _check_chain(organization_id: UUID) -> None:
    """The rows, too, are the chain that the archive's ledger is."""
    for found in islice(chain_breaks(organization_id), 1):
        why = f"{found.sequence} {found.problem}"
        raise refused("ledger_broken", _("The ledger in the file does not hold: %(why)s") % {"why": why})


def _origin(archive: Opened, pause_mail: bool) -> dict[str, Any]:
    head = archive.manifest["ledger"]
    return {
        "taken_at": archive.manifest["taken_at"],
        "head_sequence": head["sequence"],
        "head_hash": head["hash"],
        "mail_paused": pause_mail,
    }
