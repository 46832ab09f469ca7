"""A document with its questions becomes the next version of a template."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.events import templates as events
from contracts.models import Template, TemplateVersion
from contracts.operations.templates.guards import keep_template_version
from contracts.papers import put_paper
from contracts.queries.templates import TemplateFile
from contracts.states import TemplateState


def add_template_version(*, actor: Actor, template_id: UUID, file: TemplateFile, note: str = "") -> TemplateVersion:
    """The next version, not approved: until it is, drafts are made from the one before. In a transaction of your own
    put the file's paper before: see `put_paper`.

    Raises DomainError `template_retired`, `same_content` where the newest version has these bytes and questions.
    """
    require(actor, "contracts.add_template_version")
    file = replace(file, paper=put_paper(actor, file.paper))
    with transaction.atomic():
        template = lock_row(Template, template_id)
        require(actor, "contracts.add_template_version", template)
        if template.state == TemplateState.RETIRED:
            raise DomainError("template_retired", _("This template is retired: it takes no further versions."))
        version = keep_template_version(actor, template, file, note)
        record(actor, events.template_version_added(version))
    return version
