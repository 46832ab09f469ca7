"""What the verbs that bring templates in share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from clm.accounts.models import Membership
from clm.documents.blobs import blob_of
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import advisory_lock
from contracts.models import Template, TemplateVersion
from contracts.queries.templates import TemplateFile, rules_of
from contracts.states import TemplateState


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
    advisory_lock(f"template-names:{actor.organization_id}")
    _check_name(name)
    return Template.objects.create(
        organization_id=actor.organization_id,
        name=name,
        owner_id=_member(owner_id or actor.person_id),
        created_at=clock.now(),
        **facts,
    )


def _check_name(name: str) -> None:
    if Template.objects.filter(name=name).exclude(state=TemplateState.RETIRED).exists():
        message = _("The library has a template of this name: add a version to it, or choose another name.")
        raise DomainError("template_known", message, fields={"name": [message]})


def _member(user_id: UUID) -> UUID:
    if not Membership.objects.filter(user_id=user_id, removed_at=None).exists():
        message = _("The owner is not a member.")
        raise Invalid("owner_unknown", message, fields={"owner": [message]})
    return user_id
