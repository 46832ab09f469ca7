"""The facts about a template are changed; its documents are not: they are versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.audit.models import LedgerEntry
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import lock_row
from clm.notify.tell import settle_about
from contracts.events import templates as events
from contracts.models import Template
from contracts.models.contract import Category
from contracts.operations.guards import changed_meanwhile
from contracts.operations.templates.guards import REVIEW, check_name, last_review, lock_names, member, plan_review
from contracts.states import TemplateState

FACTS = ("name", "description", "category", "risk", "owner_id")
CHOICES = {"category": Category.values, "risk": Template.Risk.values}


@transaction.atomic
def change_template(
    *, actor: Actor, template_id: UUID, seen: UUID | None = None, reason: str = "", **changes: Any
) -> Template:
    """The template has the given values of FACTS. With another risk its review is that long after the last one as the
    new risk says, which may be over already; a new owner is told of a review that was told of before.

    `seen` is the newest ledger entry of the template that the person had before their eyes. Raises DomainError
    `changed_meanwhile` where somebody changed it since, `template_retired`, `template_known`, Invalid `name_missing`,
    `risk_unknown`, `category_unknown`, `owner_unknown`.
    """
    lock_names(actor)
    template = lock_row(Template, template_id)
    require(actor, "contracts.change_template", template)
    if template.state == TemplateState.RETIRED:
        raise DomainError("template_retired", _("This template is retired: it is not changed any more."))
    newest = newest_change(template)
    if seen is not None and newest is not None and newest.pk != seen:
        message = _("Somebody changed this template meanwhile: nothing was overwritten.")
        raise changed_meanwhile(template, message, newest.pk, newest)
    wanted = {name: changes[name] for name in FACTS if name in changes and changes[name] != getattr(template, name)}
    if not wanted:
        return template
    _check(wanted)
    before = {name: getattr(template, name) for name in wanted}
    for name, value in wanted.items():
        setattr(template, name, value)
    moved = _replan(template, wanted)
    template.save(update_fields=[*wanted, "review_on", "review_due_at"])
    record(actor, events.template_changed(template, before | moved[0], wanted | moved[1], reason))
    return template


def newest_change(template: Template) -> LedgerEntry | None:
    """The newest entry about the template's own facts and state; being reminded changes nothing."""
    rows = LedgerEntry.objects.filter(subject_type="contracts.template", subject_id=template.pk)
    return rows.exclude(verb="contracts.remind_template_review").order_by("id").last()


def _check(wanted: Mapping[str, Any]) -> None:
    for name, allowed in CHOICES.items():
        if name in wanted and wanted[name] not in allowed:
            _refuse(f"{name}_unknown", name, _("There is no such choice."))
    if "name" in wanted:
        if not wanted["name"].strip() or len(wanted["name"]) > 200:
            _refuse("name_missing", "name", _("A name has 1 to 200 characters."))
        check_name(wanted["name"])
    if "owner_id" in wanted:
        member(wanted["owner_id"])


def _refuse(code: str, field: str, message: str) -> None:
    raise Invalid(code, message, fields={field: [message]})


def _replan(template: Template, wanted: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The dates follow a new risk and a new owner; the date of the review before and after, where it moved."""
    was = template.review_on
    if was is None or not {"risk", "owner_id"} & set(wanted):
        return {}, {}
    plan_review(template, reviewed_on=last_review(template))
    if template.review_on == was:
        return {}, {}
    settle_about(template, REVIEW)
    return {"review_on": was}, {"review_on": template.review_on}
