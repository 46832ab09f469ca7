"""Due rows, one verb each; and the paper of credit notes, printed outside of every transaction."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from celery import shared_task
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from billing.access import BOOKKEEPER
from billing.models import Credit, CreditNote
from billing.operations.attach_credit_note_pdf import attach_credit_note_pdf
from billing.operations.guards import is_claim_over
from billing.operations.lapse_credit import lapse_credit
from billing.operations.note_unpaid_credit import SETTLED_WITHIN, note_unpaid_credit
from billing.papers import credit_note_pdf
from billing.states import CreditState
from clm.access.permissions import system_actor
from clm.access.scope import every_organization, organization_scope
from clm.accounts.roles import Role
from clm.documents.blobs import store_blob
from clm.lib import clock
from clm.lib.errors import DomainError
from clm.notify.tell import people_with_roles, tell

log = structlog.get_logger("billing")
UNISSUED = (CreditState.PROPOSED, CreditState.APPROVED)
WARN_BEFORE = timedelta(days=7)


@shared_task
def expire_claims() -> int:
    """Credits past their claim window have lapsed, and people are told seven days before one ends. Answers how many
    lapsed."""
    with every_organization():
        found = _due_claims()
    return sum(_expire(credit) for credit in found)


def expire_claims_here() -> int:
    """The same for the organization in scope alone."""
    return sum(_expire(credit) for credit in _due_claims())


def _due_claims() -> list[Credit]:
    until = clock.today() + WARN_BEFORE + timedelta(days=1)
    rows = Credit.objects.filter(state__in=UNISSUED, claim_due_on__lte=until).select_related("commitment")
    return list(rows.order_by("claim_due_on", "pk"))


def _expire(credit: Credit) -> bool:
    """Whether it lapsed; one that fails keeps no other waiting."""
    try:
        return _look_at(credit)
    except Exception:
        log.exception("claim_not_expired", credit_id=str(credit.pk))
        return False


def _look_at(credit: Credit) -> bool:
    with organization_scope(credit.organization_id):
        if is_claim_over(credit):
            return _lapse(credit)
        if credit.claim_due_on and credit.claim_due_on <= clock.today(credit.commitment.time_zone) + WARN_BEFORE:
            _warn(credit)
        return False


def _lapse(credit: Credit) -> bool:
    """Whether it lapsed here: a person may have been faster."""
    try:
        lapse_credit(actor=system_actor(BOOKKEEPER, credit.organization_id), credit_id=credit.pk)
    except DomainError:
        log.info("credit_not_lapsed", credit_id=str(credit.pk), exc_info=True)
        return False
    return True


@transaction.atomic
def _warn(credit: Credit) -> None:
    tell(
        people_with_roles(Role.FINANCE),
        kind="claim_ends",
        title=_("Credit %(reference)s lapses after %(day)s")
        % {"reference": credit.reference, "day": credit.claim_due_on},
        dedupe_key=f"claim:{credit.pk}",
        url=reverse("credit", args=[credit.pk]),
        subject=credit,
    )


@shared_task
def note_unpaid_credits() -> int:
    """Issued credits that nobody settled in time are noted, each in a transaction of its own. Answers how many."""
    with every_organization():
        found = _unpaid_notes()
    return sum(_note_unpaid(note) for note in found)


def note_unpaid_credits_here() -> int:
    """The same for the organization in scope alone."""
    return sum(_note_unpaid(note) for note in _unpaid_notes())


def _unpaid_notes() -> list[CreditNote]:
    until = clock.today() - SETTLED_WITHIN + timedelta(days=1)
    rows = CreditNote.objects.filter(overdue_on=None, settled_by=None, issued_on__lte=until, amount__gt=0)
    return list(rows.filter(credit__state=CreditState.ISSUED).order_by("issued_on", "pk"))


def _note_unpaid(note: CreditNote) -> bool:
    """Whether it was noted: in its own zone the day may not be over, and a person may have been faster. One that fails
    keeps no other waiting."""
    with organization_scope(note.organization_id):
        try:
            note_unpaid_credit(actor=system_actor(BOOKKEEPER, note.organization_id), note_id=note.pk)
        except DomainError:
            return False
        except Exception:
            log.exception("credit_not_noted_unpaid", note_id=str(note.pk))
            return False
        return True


@shared_task
def print_credit_notes() -> int:
    """Notes whose paper was not printed, because a worker died or the broker was away, have it now."""
    with every_organization():
        rows = CreditNote.objects.filter(blob=None).order_by("pk")
        found = list(rows.values_list("pk", "organization_id"))
    return sum(_printed(note_id, organization_id) for note_id, organization_id in found)


def _printed(note_id: UUID, organization_id: UUID) -> bool:
    """One whose paper cannot be made keeps no other waiting."""
    try:
        print_credit_note(str(note_id), str(organization_id))
    except Exception:
        log.exception("note_not_printed", note_id=str(note_id))
        return False
    return True


@shared_task
def print_credit_note(note_id: str, organization_id: str) -> None:
    """The note has its PDF. Rendering and storing stand outside of a transaction; a second run changes nothing."""
    organization = UUID(organization_id)
    with organization_scope(organization):
        note = CreditNote.objects.filter(pk=note_id, blob=None).first()
        if note is None:
            return
        blob = store_blob(organization, credit_note_pdf(note.pk), "application/pdf")
        attach_credit_note_pdf(actor=system_actor(BOOKKEEPER, organization), note_id=note.pk, blob_id=blob.pk)


def print_after_commit(note: CreditNote) -> None:
    """Ask a worker to print once the caller's transaction is committed; the sweep catches what is lost."""
    arguments = (str(note.pk), str(note.organization_id))

    def ask() -> None:
        try:
            print_credit_note.apply_async(args=arguments, ignore_result=True, retry=False)
        except Exception:
            log.warning("note_not_queued", note_id=arguments[0], exc_info=True)

    transaction.on_commit(ask, robust=True)
