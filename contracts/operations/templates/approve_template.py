"""A template may be used."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.moves import move
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from clm.notify.tell import settle_about
from contracts.events import templates as events
from contracts.models import Template, TemplateVersion
from contracts.operations.templates.guards import REVIEW, last_review, plan_review
from contracts.states import TemplateState


@transaction.atomic
def approve_template(*, actor: Actor, template_id: UUID, version_id: UUID | None = None) -> Template:
    """The newest version is approved and the template in use; its review is due three months later where its risk is
    high, else six. Approved again, it was reviewed, and nobody is asked for that any more; on the same day that is the
    same review, and leaves nothing.

    Raises DomainError `not_newest` where the version named is not the newest one.
    """
    template = lock_row(Template, template_id)
    require(actor, "contracts.approve_template", template)
    version = TemplateVersion.objects.filter(template=template).latest("number")
    if version_id is not None and version.pk != version_id:
        raise DomainError("not_newest", _("There is a newer version meanwhile: look at that one."))
    at, today = clock.now(), clock.today(template.time_zone)
    if template.state == TemplateState.APPROVED and version.approved_at and last_review(template) == today:
        return template
    plan_review(template, reviewed_on=today)
    if version.approved_at is None:
        version.approved_at, version.approved_by_id = at, actor.person_id
        version.save(update_fields=["approved_at", "approved_by"])
    template.save(update_fields=["review_on", "review_due_at"])
    settle_about(template, REVIEW)
    previous = move(actor, template, to=TemplateState.APPROVED, at=at)
    record(actor, events.template_approved(template, version, previous))
    return template
