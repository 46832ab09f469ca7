"""Due contracts, one verb and one transaction each: a worker that dies in the middle leaves its contract due."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet

from clm.access.permissions import system_actor
from clm.access.scope import every_organization, organization_scope
from clm.lib import clock
from contracts.access import LIBRARIAN, TERM_KEEPER
from contracts.access.approvals import DESK as APPROVAL_DESK
from contracts.access.requests import DESK
from contracts.access.retention import WATCH
from contracts.access.signing import DESK as SIGNING_DESK
from contracts.access.termination import ENDER
from contracts.models import ApprovalStep, Contract, ContractRequest, Envelope, Reading, Template, Termination
from contracts.operations.advance_terms import advance_terms as advance
from contracts.operations.approval.chase_step import chase_step
from contracts.operations.flag_unusual_readings import flag_unusual_readings
from contracts.operations.requests.remind_request import remind_request
from contracts.operations.signing.remind_recipient import look_after_envelope
from contracts.operations.templates.remind_template_review import remind_template_review
from contracts.operations.termination.end_terminated import end_terminated as end
from contracts.papers.executed import seal_envelope

log = structlog.get_logger("contracts.tasks")
LIMIT = 500
LATER = timedelta(minutes=10)
KEPT = timedelta(days=35)


@shared_task
def advance_terms() -> int:
    """Contracts whose term ended, or whose amendment took effect, have their terms up to today, or are expired."""
    done = 0
    while done < LIMIT and _advance_next():
        done += 1
    return done


def _advance_next() -> bool:
    """One due contract is claimed (other workers skip it), done and committed. False where none is due."""
    with transaction.atomic():
        with every_organization():
            rows = Contract.objects.select_for_update(skip_locked=True).order_by("terms_due_at", "pk")
            claimed = rows.filter(terms_due_at__lte=clock.now()).values_list("pk", "organization_id").first()
        if claimed is None:
            return False
        with organization_scope(claimed[1]):
            _advance(*claimed)
    return True


def _advance(contract_id: UUID, organization_id: UUID) -> None:
    with _later(Contract.objects.filter(pk=contract_id), "terms_due_at", "terms_not_advanced"):
        advance(actor=system_actor(TERM_KEEPER, organization_id), contract_id=contract_id)


@contextmanager
def _later(rows: QuerySet[Any], due: str, event: str) -> Iterator[None]:
    """Where the verb fails its row comes back later, and the others go on."""
    try:
        with transaction.atomic():
            yield
    except Exception:
        log.exception(event, ids=[str(pk) for pk in rows.values_list("pk", flat=True)])
        rows.update(**{due: clock.now() + LATER})


@shared_task
def remind_template_reviews() -> int:
    """People are told of the templates whose review is due; a reminded one is due no more."""
    with every_organization():
        due = Template.objects.filter(review_due_at__lte=clock.now()).order_by("review_due_at")
        found = list(due.values_list("pk", "organization_id")[:LIMIT])
    for template_id, organization_id in found:
        with organization_scope(organization_id):
            rows = Template.objects.filter(pk=template_id)
            with _later(rows, "review_due_at", "template_not_reminded"):
                remind_template_review(actor=system_actor(LIBRARIAN, organization_id), template_id=template_id)
    return len(found)


@shared_task
def remind_requests() -> int:
    """People are told of the requests that waited for them too long; a reminded one waits on in silence."""
    with every_organization():
        due = ContractRequest.objects.filter(waits_until__lte=clock.now()).order_by("waits_until")
        found = list(due.values_list("pk", "organization_id")[:LIMIT])
    for request_id, organization_id in found:
        with organization_scope(organization_id):
            rows = ContractRequest.objects.filter(pk=request_id)
            with _later(rows, "waits_until", "request_not_reminded"):
                remind_request(actor=system_actor(DESK, organization_id), request_id=request_id)
    return len(found)


@shared_task
def look_after_envelopes() -> int:
    """Envelopes that ran out are over, and who has not signed is reminded."""
    with every_organization():
        due = Envelope.objects.filter(next_due_at__lte=clock.now()).order_by("next_due_at")
        found = list(due.values_list("pk", "organization_id")[:LIMIT])
    for envelope_id, organization_id in found:
        with organization_scope(organization_id):
            rows = Envelope.objects.filter(pk=envelope_id)
            with _later(rows, "next_due_at", "envelope_not_looked_after"):
                look_after_envelope(actor=system_actor(SIGNING_DESK, organization_id), envelope_id=envelope_id)
    return len(found)


@shared_task
def watch_readings() -> int:
    """Whoever opened far more contracts today than usual is flagged; rows that nobody counts any more go."""
    today = clock.now().date()
    with every_organization():
        Reading.objects.filter(on__lt=today - KEPT).delete()
        opened = (
            Reading.objects.filter(on__gte=today - timedelta(days=1))
            .order_by()
            .values("organization", "user")
            .annotate(n=Count("pk"))
        )
        found = {row["organization"] for row in opened.filter(n__gte=settings.READING_FLOOR)}
    for organization_id in found:
        with organization_scope(organization_id):
            flag_unusual_readings(actor=system_actor(WATCH, organization_id))
    return len(found)


@shared_task
def seal_envelopes() -> int:
    """The executed papers of completed envelopes are made and sealed, each claimed by one worker, in no transaction."""
    done = 0
    while (claimed := _claim_unsealed()) is not None:
        with organization_scope(claimed[1]):
            done += seal_envelope(claimed[0])
    return done


@transaction.atomic
def _claim_unsealed() -> tuple[UUID, UUID] | None:
    """The next envelope that waits for its seal, out of reach of others for a while: a crash lets it come back."""
    with every_organization():
        rows = Envelope.objects.select_for_update(skip_locked=True, of=("self",)).order_by("seal_due_at", "pk")
        found = rows.filter(seal_due_at__lte=clock.now()).values_list("pk", "organization_id").first()
        if found is not None:
            Envelope.objects.filter(pk=found[0]).update(seal_due_at=clock.now() + LATER)
    return found


@shared_task
def chase_approvals() -> int:
    """People are told of the approvals that wait for them too long, and others are asked as well."""
    with every_organization():
        due = ApprovalStep.objects.filter(next_at__lte=clock.now()).order_by("next_at")
        found = list(due.values_list("pk", "organization_id")[:LIMIT])
    for step_id, organization_id in found:
        with organization_scope(organization_id):
            waiting = ApprovalStep.objects.filter(pk=step_id)
            with _later(waiting, "next_at", "approval_not_chased"):
                chase_step(actor=system_actor(APPROVAL_DESK, organization_id), step_id=step_id)
    return len(found)


@shared_task
def end_terminated() -> int:
    """Contracts whose announced end has come are terminated."""
    with every_organization():
        due = Termination.objects.filter(due_at__lte=clock.now()).order_by("due_at")
        found = list(due.values_list("pk", "organization_id")[:LIMIT])
    for termination_id, organization_id in found:
        with organization_scope(organization_id):
            rows = Termination.objects.filter(pk=termination_id)
            with _later(rows, "due_at", "contract_not_ended"):
                end(actor=system_actor(ENDER, organization_id), termination_id=termination_id)
    return len(found)
