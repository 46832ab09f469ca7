"""A template that was written here is in the library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import Invalid
from contracts.events import templates as events
from contracts.models import Template
from contracts.models.contract import Category
from contracts.operations.templates.guards import keep_template, keep_template_version
from contracts.papers import put_paper
from contracts.queries.compositions import compose_file
from contracts.queries.templates import TemplateFile


def compose_template(
    *,
    actor: Actor,
    name: str,
    composition: Mapping[str, Any],
    description: str = "",
    category: str = Category.OTHER,
    risk: str = Template.Risk.STANDARD,
    owner_id: UUID | None = None,
    file: TemplateFile | None = None,
) -> Template:
    """A draft template with its first version, whose document is made of the composition. In a transaction of your own
    make the file and put its paper before: see `compose_file` and `put_paper`.

    Raises Invalid `composition_wrong` with what is wrong by its place, `name_missing`, `owner_unknown`, DomainError
    `template_known`.
    """
    require(actor, "contracts.compose_template")
    name = _named(name)
    file = file or compose_file(composition, name, description)
    file = replace(file, paper=put_paper(actor, file.paper))
    with transaction.atomic():
        facts = {"description": description, "category": category, "risk": risk}
        template = keep_template(actor, name, owner_id, **facts)
        version = keep_template_version(actor, template, file, "")
        record(actor, events.template_composed(template))
        record(actor, events.template_version_added(version, verb="contracts.compose_template"))
    return template


def _named(name: str) -> str:
    if not name.strip() or len(name.strip()) > 200:
        message = _("A template has a name of at most 200 characters.")
        raise Invalid("name_missing", message, fields={"name": [message]})
    return name.strip()
