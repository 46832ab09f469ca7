"""Due contracts, one verb and one transaction each: a worker that dies in the middle leaves its contract due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Model

from clm.access.permissions import system_actor
from clm.access.scope import every_organization, organization_scope
from clm.lib import clock
from clm.lib.due import LATER, one_due
from contracts.access import LIBRARIAN, TERM_KEEPER
from contracts.access.approvals import DESK as APPROVAL_DESK
from contracts.access.requests import DESK
from contracts.access.retention import WATCH
from contracts.access.risk import ASSESSOR
from contracts.access.signing import DESK as SIGNING_DESK
from contracts.access.termination import ENDER
from contracts.models import (
    ApprovalStep,
    Contract,
    ContractRequest,
    Envelope,
    Party,
    Reading,
    Template,
    Termination,
)
from contracts.operations.advance_terms import advance_terms as advance
from contracts.operations.approval.chase_step import chase_step
from contracts.operations.flag_unusual_readings import flag_unusual_readings
from contracts.operations.requests.remind_request import remind_request
from contracts.operations.risk.follow_contract import follow_contract
from contracts.operations.signing.remind_recipient import look_after_envelope
from contracts.operations.templates.remind_template_review import remind_template_review
from contracts.operations.termination.end_terminated import end_terminated as end
from contracts.papers.executed import seal_envelope
from contracts.search import find_by_name

log = structlog.get_logger("contracts.tasks")
LIMIT = 500
KEPT = timedelta(days=35)
# Half a minute's work of one worker.
MOST_RENAMED = 2_000


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
            claimed = (
                rows.filter(terms_due_at__lte=clock.now()).values_list("pk", "organization_id", "terms_due_at").first()
            )
        if claimed is None:
            return False
        with organization_scope(claimed[1]):
            _advance(*claimed)
    return True


def _advance(contract_id: UUID, organization_id: UUID, due_at: datetime | None) -> None:
    with one_due(Contract, contract_id, "terms_due_at", due_at, "terms_not_advanced"):
        advance(actor=system_actor(TERM_KEEPER, organization_id), contract_id=contract_id)


def _each_due(model: type[Model], due: str, event: str, system: str, verb: Callable[..., Any], argument: str) -> int:
    """The verb, as the system actor, for each row whose instant has come, the longest due first; one that fails, or
    stays due, comes back later. Answers how many there were."""
    with every_organization():
        rows = model._default_manager.filter(**{f"{due}__lte": clock.now()}).order_by(due)
        found = list(rows.values_list("pk", "organization_id", due)[:LIMIT])
    for pk, organization_id, due_at in found:
        with organization_scope(organization_id), one_due(model, pk, due, due_at, event):
            verb(actor=system_actor(system, organization_id), **{argument: pk})
    return len(found)


@shared_task
def remind_template_reviews() -> int:
    """People are told of the templates whose review is due; a reminded one is due no more."""
    return _each_due(
        Template, "review_due_at", "template_not_reminded", LIBRARIAN, remind_template_review, "template_id"
    )


@shared_task
def remind_requests() -> int:
    """People are told of the requests that waited for them too long; a reminded one waits on in silence."""
    return _each_due(ContractRequest, "waits_until", "request_not_reminded", DESK, remind_request, "request_id")


@shared_task
def look_after_envelopes() -> int:
    """Envelopes that ran out are over, and who has not signed is reminded."""
    return _each_due(
        Envelope, "next_due_at", "envelope_not_looked_after", SIGNING_DESK, look_after_envelope, "envelope_id"
    )


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
            _watch(organization_id)
    return len(found)


def _watch(organization_id: UUID) -> None:
    """One organization that fails keeps no other waiting."""
    try:
        flag_unusual_readings(actor=system_actor(WATCH, organization_id))
    except Exception:
        log.exception("readings_not_watched", organization_id=str(organization_id))


@shared_task
def seal_envelopes() -> int:
    """The executed papers of completed envelopes are made and sealed, each claimed by one worker, in no transaction."""
    done = 0
    while (claimed := _claim_unsealed()) is not None:
        with organization_scope(claimed[1]):
            done += _seal(claimed[0])
    return done


def _seal(envelope_id: UUID) -> bool:
    """One that fails comes back later, and the others go on."""
    try:
        return seal_envelope(envelope_id)
    except Exception:
        log.exception("envelope_not_sealed", envelope_id=str(envelope_id))
        return False


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
def follow_names() -> int:
    """The contracts of renamed parties are found by the new names, in portions."""
    done = 0
    while done < MOST_RENAMED and (claimed := _claim_renamed()) is not None:
        party_id, organization_id, due_at = claimed
        with organization_scope(organization_id):
            done += max(1, find_by_name(party_id, due_at))
    return done


@transaction.atomic
def _claim_renamed() -> tuple[UUID, UUID, datetime] | None:
    """The next party whose contracts wait, out of reach of others for a while: a crash lets it come back."""
    with every_organization():
        rows = Party.objects.select_for_update(skip_locked=True, of=("self",)).order_by("found_due_at", "pk")
        found = rows.filter(found_due_at__lte=clock.now()).values_list("pk", "organization_id").first()
        if found is None:
            return None
        due_at = clock.now() + LATER
        Party.objects.filter(pk=found[0]).update(found_due_at=due_at)
    return (*found, due_at)


@shared_task
def chase_approvals() -> int:
    """People are told of the approvals that wait for them too long, and others are asked as well."""
    return _each_due(ApprovalStep, "next_at", "approval_not_chased", APPROVAL_DESK, chase_step, "step_id")


@shared_task
def follow_contracts() -> int:
    """Contracts whose score is due have it anew, with what else rests on their text and facts."""
    return _each_due(Contract, "risk_due_at", "contract_not_followed", ASSESSOR, follow_contract, "contract_id")


@shared_task
def end_terminated() -> int:
    """Contracts whose announced end has come are terminated."""
    return _each_due(Termination, "due_at", "contract_not_ended", ENDER, end, "termination_id")
