"""Somebody asks for a contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import get_visible, require
from clm.documents.blobs import StoredContent
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from clm.lib.locks import lock_row
from clm.lib.sequences import next_number
from contracts.events import requests as events
from contracts.models import ContractRequest, Party, Template
from contracts.models.request import Priority
from contracts.operations.requests.attach_to_request import keep_file
from contracts.operations.requests.guards import check_words, desk_of, tell_people
from contracts.operations.templates.draft_from_template import check_in_use
from contracts.queries.requests import due_from_now, kept_answers
from contracts.queries.templates import version_rows


@transaction.atomic
def submit_request(
    *,
    actor: Actor,
    template_version_id: UUID,
    title: str,
    answers: Mapping[str, Any],
    priority: int = Priority.NORMAL,
    file: tuple[str, StoredContent] | None = None,
    **facts: Any,
) -> ContractRequest:
    """A request with the next reference of the year (R-2026-0001), and the triagers know. `facts` are those of
    `checked_facts`, `file` is a name and its bytes as `put_file` stored them; answers to questions that are not asked
    are dropped.

    Raises Invalid `answers_wrong`, DomainError `template_not_approved`.
    """
    require(actor, "contracts.submit_request")
    source = get_visible(actor, version_rows(), template_version_id)
    check_in_use(lock_row(Template, source.template_id), source)
    request = ContractRequest.objects.create(
        organization_id=actor.organization_id,
        reference=next_number(ContractRequest, "reference", f"R-{clock.today().year}-"),
        template_version=source,
        title=check_words("title", title),
        answers=kept_answers(source, answers),
        priority=Priority(priority),
        requester_id=actor.person_id,
        created_at=clock.now(),
        waits_until=due_from_now(),
        **checked_facts(actor, facts),
    )
    record(actor, events.request_submitted(request))
    if file:
        keep_file(actor, request.pk, *file)
    tell_people(desk_of(request), request, title=_("Contract asked for: %(title)s (%(reference)s)"), by=actor)
    return request


def checked_facts(actor: Actor, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as the row keeps them: `counterparty` by name or `party_id`, `wanted_by`, `reason`, `value_amount` with
    its `currency`, `is_confidential`. Raises NotVisible for an unknown party, Invalid `currency_missing`."""
    known = {"counterparty", "party_id", "wanted_by", "reason", "value_amount", "currency", "is_confidential"}
    if facts.keys() - known:
        raise TypeError(f"no such fact: {sorted(facts.keys() - known)}")
    found = dict(facts)
    if "party_id" in found:
        party = get_visible(actor, Party.objects.all(), found.pop("party_id")) if found["party_id"] else None
        found.pop("party_id", None)
        found |= {"party": party, **({"counterparty": party.name} if party else {})}
    if found.get("value_amount") is not None and not found.get("currency"):
        message = _("A value needs its currency.")
        raise Invalid("currency_missing", message, fields={"currency": [message]})
    return found
