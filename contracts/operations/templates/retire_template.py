"""A template is no longer used."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from clm.notify.tell import settle_about
from contracts.events import templates as events
from contracts.models import Template
from contracts.operations.templates.guards import REVIEW
from contracts.states import TemplateState


@transaction.atomic
def retire_template(*, actor: Actor, template_id: UUID, reason: str) -> Template:
    """The template makes no further drafts, its name is free, and nobody is reminded. What was drafted stays."""
    template = lock_row(Template, template_id)
    require(actor, "contracts.retire_template", template)
    previous = move(actor, template, to=TemplateState.RETIRED, reason=reason)
    template.review_due_at = None
    template.save(update_fields=["review_due_at"])
    settle_about(template, REVIEW)
    record(actor, events.template_retired(template, previous, reason))
    return template
