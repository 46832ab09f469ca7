"""A template may be used."""

from __future__ import annotations

from datetime import UTC, datetime, time
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
from clm.lib.months import add_months
from contracts.events import templates as events
from contracts.models import Template, TemplateVersion

# Quarterly for high risk, half-yearly for standard.
REVIEW_MONTHS = {Template.Risk.HIGH: 3, Template.Risk.STANDARD: 6}


@transaction.atomic
def approve_template(*, actor: Actor, template_id: UUID, version_id: UUID | None = None) -> Template:
    """The newest version is approved and the template in use; its review is due three months later where its risk is
    high, else six. Approved again, it was reviewed.

    Raises DomainError `not_newest` where the version named is not the newest one.
    """
    template = lock_row(Template, template_id)
    require(actor, "contracts.approve_template", template)
    version = TemplateVersion.objects.filter(template=template).latest("number")
    if version_id is not None and version.pk != version_id:
        raise DomainError("not_newest", _("There is a newer version meanwhile: look at that one."))
    at = clock.now()
    if version.approved_at is None:
        version.approved_at, version.approved_by_id = at, actor.person_id
        version.save(update_fields=["approved_at", "approved_by"])
    template.review_on = add_months(at.astimezone(UTC).date(), REVIEW_MONTHS[Template.Risk(template.risk)])
    template.review_due_at = datetime.combine(template.review_on, time(), UTC)
    template.save(update_fields=["review_on", "review_due_at"])
    previous = move(actor, template, to="approved", at=at)
    record(actor, events.template_approved(template, version, previous))
    return template
