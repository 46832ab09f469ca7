"""What the verbs of templates share: how one comes in, and when it is looked at again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _

from clm.accounts.models import Membership
from clm.audit.models import Transition
from clm.documents.blobs import blob_of
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import advisory_lock
from clm.lib.months import add_months
from contracts.calendar import start_of
from contracts.engine.reviews import next_telling
from contracts.models import Template, TemplateVersion
from contracts.queries.templates import TemplateFile, rules_of
from contracts.states import TemplateState

REVIEW = "template_review"  # the kind of notice that asks for a review
# Quarterly for high risk, half-yearly for standard.
REVIEW_MONTHS = {Template.Risk.HIGH: 3, Template.Risk.STANDARD: 6}


def keep_template_version(actor: Actor, template: Template, file: TemplateFile, note: str) -> TemplateVersion:
    """The next version of a locked template; its paper was put before. Raises DomainError `same_content`."""
    if file.paper.stored is None:
        raise ValueError("a paper is put before the transaction")
    said = file.metadata
    version = TemplateVersion(
        organization_id=actor.organization_id,
        template=template,
        number=_next_number(template),
        blob=blob_of(file.paper.stored),
        file_name=file.paper.file_name,
        fields=[field.as_json() for field in said.fields],
        rules=rules_of(file),
        composition=file.composition.as_json() if file.composition else None,
        source_version=said.version,
        license=said.license,
        source_url=said.source_url,
        attribution=said.attribution,
        note=note,
        created_by_id=actor.person_id,
        created_at=clock.now(),
    )
    _check_new(version)
    version.save(force_insert=True)
    return version


def _next_number(template: Template) -> int:
    last = TemplateVersion.objects.filter(template=template).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1


def _check_new(version: TemplateVersion) -> None:
    newest = TemplateVersion.objects.filter(template=version.template).order_by("number").last()
    # A document that was written here is another file each time: what it was made of tells.
    names = ("blob_id", "fields", "rules") if version.composition is None else ("composition",)
    if newest is not None and all(getattr(newest, name) == getattr(version, name) for name in names):
        message = _("The newest version has this document and these questions.")
        raise DomainError("same_content", message, fields={"file": [message]})


def keep_template(actor: Actor, name: str, owner_id: UUID | None, **facts: Any) -> Template:
    """A draft template without versions. Raises DomainError `template_known`, Invalid `owner_unknown`."""
    lock_names(actor)
    check_name(name)
    return Template.objects.create(
        organization_id=actor.organization_id,
        name=name,
        owner_id=member(owner_id or actor.person_id),
        created_at=clock.now(),
        **facts,
    )


def check_name(name: str) -> None:
    """Raises DomainError `template_known` where a template that is not retired has it. Hold `lock_names`."""
    if Template.objects.filter(name=name).exclude(state=TemplateState.RETIRED).exists():
        message = _("The library has a template of this name: add a version to it, or choose another name.")
        raise DomainError("template_known", message, fields={"name": [message]})


def lock_names(actor: Actor) -> None:
    """Names are given one after another."""
    advisory_lock(f"template-names:{actor.organization_id}")


def member(user_id: UUID) -> UUID:
    """The id of a present member. Raises Invalid `owner_unknown`."""
    if not Membership.objects.filter(user_id=user_id, removed_at=None).exists():
        message = _("The owner is not a member.")
        raise Invalid("owner_unknown", message, fields={"owner": [message]})
    return user_id


def plan_review(template: Template, *, reviewed_on: date) -> None:
    """The template has the date of its next review by its risk, and the instant at which its people are told of it: not
    saved. What they should have been told already since the last review, they are told at once."""
    template.review_on = add_months(reviewed_on, REVIEW_MONTHS[Template.Risk(template.risk)])
    template.review_due_at = next_telling_at(template.review_on, reviewed_on, template.time_zone)


def last_review(template: Template) -> date:
    """The day (in the organization's time zone) on which the template was approved last: it was at least once."""
    rows = Transition.objects.filter(subject_type="contracts.template", subject_id=template.pk)
    return (
        rows.filter(to_state=TemplateState.APPROVED)
        .latest("at", "id")
        .at.astimezone(ZoneInfo(template.time_zone))
        .date()
    )


def next_telling_at(review_on: date, after: date, zone: str) -> datetime:
    """The begin, in the zone, of the first day later than `after` on which people are told of a review."""
    ahead, again = settings.TEMPLATE_REVIEW_AHEAD, settings.TEMPLATE_REVIEW_AGAIN
    return start_of(next_telling(review_on, after, ahead=ahead, again=again), zone)
