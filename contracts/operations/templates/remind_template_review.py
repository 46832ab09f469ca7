"""The people of a template know that its review is due."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts.roles import Role
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from clm.notify.tell import people_with_roles, tell
from contracts.events import templates as events
from contracts.models import Template


@transaction.atomic
def remind_template_review(*, actor: Actor, template_id: UUID) -> Template:
    """Its owner and legal are told once of a review that is due; nothing where it is not."""
    template = lock_row(Template, template_id)
    require(actor, "contracts.remind_template_review", template)
    if template.review_due_at is None or template.review_due_at > clock.now():
        return template
    due_at, template.review_due_at = template.review_due_at, None
    template.save(update_fields=["review_due_at"])
    tell(
        {template.owner_id, *people_with_roles(Role.LEGAL)},
        kind="template_review",
        title=_("Review the template %(name)s") % {"name": template.name},
        body=_("Look at it again and approve it, add a version, or retire it."),
        url=f"/contracts/templates/{template.pk}/",
        subject=template,
        dedupe_key=f"template-review:{template.pk}:{template.review_on}",
        due_at=due_at,
    )
    record(actor, events.template_review_due(template))
    return template
