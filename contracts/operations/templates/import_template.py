"""A Word template with its questions is in the library."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.db import transaction

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from contracts.events import templates as events
from contracts.models import Template
from contracts.operations.templates.add_template_version import add_template_version
from contracts.operations.templates.guards import keep_template
from contracts.papers import put_paper
from contracts.queries.templates import TemplateFile, category_of


def import_template(
    *,
    actor: Actor,
    file: TemplateFile,
    name: str = "",
    category: str = "",
    risk: str = Template.Risk.STANDARD,
    owner_id: UUID | None = None,
) -> Template:
    """A draft template with its first version; name and type are those of its metadata unless given. Read the file
    before: see `read_template`; and in a transaction of your own put its paper before as well: see `put_paper`.

    Raises DomainError `template_known` where a template of this name is there and not retired, Invalid
    `owner_unknown`.
    """
    require(actor, "contracts.import_template")
    file = replace(file, paper=put_paper(actor, file.paper))
    name = name.strip() or file.metadata.name
    with transaction.atomic():
        facts = {"description": file.metadata.description, "risk": risk}
        template = keep_template(actor, name, owner_id, category=category or category_of(file.metadata), **facts)
        record(actor, events.template_imported(template))
        add_template_version(actor=actor, template_id=template.pk, file=file)
    return template
