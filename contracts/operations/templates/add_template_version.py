"""A document with its questions becomes the next version of a template."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.documents.blobs import blob_of
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.events import templates as events
from contracts.models import Template, TemplateVersion
from contracts.papers import put_paper
from contracts.queries.templates import TemplateFile
from contracts.states import TemplateState


def add_template_version(*, actor: Actor, template_id: UUID, file: TemplateFile, note: str = "") -> TemplateVersion:
    """The next version, not approved: until it is, drafts are made from the one before. In a transaction of your own
    put the file's paper before: see `put_paper`.

    Raises DomainError `template_retired`, `same_content` where the newest version has these bytes and questions.
    """
    require(actor, "contracts.add_template_version")
    file = TemplateFile(put_paper(actor, file.paper), file.metadata)
    with transaction.atomic():
        template = lock_row(Template, template_id)
        require(actor, "contracts.add_template_version", template)
        if template.state == TemplateState.RETIRED:
            raise DomainError("template_retired", _("This template is retired: it takes no further versions."))
        version = _add(actor, template, file, note)
        record(actor, events.template_version_added(version))
    return version


def _add(actor: Actor, template: Template, file: TemplateFile, note: str) -> TemplateVersion:
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
        rules={"selections": said.selections, "replacements": said.replacements},
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
    same = newest is not None and all(
        getattr(newest, name) == getattr(version, name) for name in ("blob_id", "fields", "rules")
    )
    if same:
        message = _("The newest version has this document and these questions.")
        raise DomainError("same_content", message, fields={"file": [message]})
