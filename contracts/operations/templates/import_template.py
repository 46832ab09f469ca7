"""A Word template with its questions is in the library."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.accounts.models import Membership
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.lib.locks import advisory_lock
from contracts.events import templates as events
from contracts.models import Template
from contracts.operations.templates.add_template_version import add_template_version
from contracts.papers import put_paper
from contracts.queries.templates import TemplateFile, category_of
from contracts.states import TemplateState


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
    file = TemplateFile(put_paper(actor, file.paper), file.metadata)
    name = name.strip() or file.metadata.name
    with transaction.atomic():
        advisory_lock(f"template-names:{actor.organization_id}")
        _check_name(name)
        template = Template.objects.create(
            organization_id=actor.organization_id,
            name=name,
            description=file.metadata.description,
            category=category or category_of(file.metadata),
            risk=risk,
            owner_id=_member(owner_id or actor.person_id),
            created_at=clock.now(),
        )
        record(actor, events.template_imported(template))
        add_template_version(actor=actor, template_id=template.pk, file=file)
    return template


def _check_name(name: str) -> None:
    if Template.objects.filter(name=name).exclude(state=TemplateState.RETIRED).exists():
        message = _("The library has a template of this name: add a version to it, or choose another name.")
        raise DomainError("template_known", message, fields={"name": [message]})


def _member(user_id: UUID) -> UUID:
    if not Membership.objects.filter(user_id=user_id, removed_at=None).exists():
        message = _("The owner is not a member.")
        raise Invalid("owner_unknown", message, fields={"owner": [message]})
    return user_id
