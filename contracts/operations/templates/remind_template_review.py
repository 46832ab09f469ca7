"""The people of a template know that its review comes near, is due, or is overdue."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clm.access.permissions import require
from clm.accounts.models import Membership
from clm.accounts.roles import Role
from clm.audit.models import LedgerEntry
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.locks import lock_row
from clm.notify.tell import people_with_roles, settle_about, tell
from contracts.calendar import start_of
from contracts.engine.reviews import last_telling
from contracts.events import templates as events
from contracts.models import Template
from contracts.operations.templates.guards import REVIEW, next_telling_at


@transaction.atomic
def remind_template_review(*, actor: Actor, template_id: UUID) -> Template:
    """Its owner and legal are told, once for each day on which that is due, and are told again later until it is
    reviewed; where the owner is gone, administrators are told too. What they were told before waits no more. Nothing
    happens before the next such day."""
    template = lock_row(Template, template_id, "owner", "organization")
    require(actor, "contracts.remind_template_review", template)
    if template.review_on is None or template.review_due_at is None or template.review_due_at > clock.now():
        return template
    today = clock.today(template.time_zone)
    _tell(template, template.review_on, today)
    template.review_due_at = next_telling_at(template.review_on, today, template.time_zone)
    template.save(update_fields=["review_due_at"])
    record(actor, events.template_review_due(template, days_left=(template.review_on - today).days))
    return template


def _tell(template: Template, review_on: date, today: date) -> None:
    ahead, again = settings.TEMPLATE_REVIEW_AHEAD, settings.TEMPLATE_REVIEW_AGAIN
    told_on = last_telling(review_on, today, ahead=ahead, again=again)
    key = f"template-review:{template.pk}:{review_on}:{told_on}:{_planned_by(template)}"
    settle_about(template, REVIEW, but=key)
    has_owner = Membership.objects.filter(user=template.owner, removed_at=None, user__is_active=True).exists()
    roles = [Role.LEGAL] if has_owner else [Role.LEGAL, Role.ADMINISTRATOR]
    tell(
        {template.owner_id, *people_with_roles(*roles)},
        kind=REVIEW,
        title=_title(template.name, (review_on - today).days),
        body=_body(template, has_owner),
        url=f"/contracts/templates/{template.pk}/",
        subject=template,
        dedupe_key=key,
        due_at=start_of(review_on, template.time_zone),
    )


def _planned_by(template: Template) -> UUID | None:
    """The ledger entry that gave the review its date: a date that went and came back is told of anew."""
    rows = LedgerEntry.objects.filter(subject_type="contracts.template", subject_id=template.pk)
    plans = rows.filter(after__has_key="review_on").exclude(verb="contracts.remind_template_review")
    return plans.order_by("id").values_list("pk", flat=True).last()


def _title(name: str, days_left: int) -> str:
    if days_left == 0:
        return _("Template review due today: %(name)s") % {"name": name}
    if days_left > 0:
        said = ngettext(
            "Template review due in %(n)d day: %(name)s", "Template review due in %(n)d days: %(name)s", days_left
        )
    else:
        said = ngettext(
            "Template review overdue for %(n)d day: %(name)s",
            "Template review overdue for %(n)d days: %(name)s",
            -days_left,
        )
    return said % {"n": abs(days_left), "name": name}


def _body(template: Template, has_owner: bool) -> str:
    facts = {"date": template.review_on, "owner": template.owner}
    said = _("Its review is due on %(date)s. Look at it and approve it again, add a version, or retire it.") % facts
    if has_owner:
        return said
    return said + " " + _("Its owner, %(owner)s, is not here any more: give it another one.") % facts
