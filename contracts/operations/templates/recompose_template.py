"""A template has a further version that was written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import get_visible, require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.events import templates as events
from contracts.models import Template, TemplateVersion
from contracts.operations.guards import changed_meanwhile
from contracts.operations.templates.guards import keep_template_version
from contracts.papers import put_paper
from contracts.queries.compositions import compose_file
from contracts.queries.templates import TemplateFile
from contracts.states import TemplateState

VERB = "contracts.recompose_template"


def recompose_template(
    *,
    actor: Actor,
    template_id: UUID,
    composition: Mapping[str, Any],
    note: str = "",
    seen: int | None = None,
    file: TemplateFile | None = None,
) -> TemplateVersion:
    """The next version, not approved: until it is, drafts are made from the one before. `seen` is the number of the
    newest version that the writer knew. In a transaction of your own make the file and put its paper before.

    Raises Invalid `composition_wrong`, DomainError `template_retired`, `changed_meanwhile`, `same_content`.
    """
    require(actor, VERB)
    known = get_visible(actor, Template.objects.all(), template_id)
    file = file or compose_file(composition, known.name, known.description)
    file = replace(file, paper=put_paper(actor, file.paper))
    with transaction.atomic():
        template = lock_row(Template, template_id)
        require(actor, VERB, template)
        _check_open(template, seen)
        version = keep_template_version(actor, template, file, note.strip())
        record(actor, events.template_version_added(version, verb=VERB))
    return version


def _check_open(template: Template, seen: int | None) -> None:
    if template.state == TemplateState.RETIRED:
        raise DomainError("template_retired", _("This template is retired: it takes no further versions."))
    newest = TemplateVersion.objects.filter(template=template).latest("number")
    if seen is not None and newest.number != seen:
        message = _("There is version %(number)s meanwhile: look at that one, your text is kept here.")
        raise changed_meanwhile(newest, message % {"number": newest.number}, newest.number)
