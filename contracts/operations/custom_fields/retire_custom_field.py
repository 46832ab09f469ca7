"""An organization asks its contracts for something no more, or again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib import clock
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.events import custom_fields as events
from contracts.models import CustomField

VERB = "contracts.retire_custom_field"


@transaction.atomic
def retire_custom_field(*, actor: Actor, field_id: UUID, reason: str = "") -> CustomField:
    """The field is asked no more; what contracts have of it stays and is shown. Raises DomainError `field_retired`."""
    field = lock_row(CustomField, field_id)
    require(actor, VERB, field)
    if field.is_retired:
        raise DomainError("field_retired", _("It is retired already."))
    field.retired_at = clock.now()
    return _kept(actor, field, "custom_field.retired", reason)


@transaction.atomic
def reinstate_custom_field(*, actor: Actor, field_id: UUID, reason: str = "") -> CustomField:
    """The field is asked again. Raises DomainError `field_not_retired`."""
    field = lock_row(CustomField, field_id)
    require(actor, VERB, field)
    if not field.is_retired:
        raise DomainError("field_not_retired", _("It is not retired."))
    field.retired_at = None
    return _kept(actor, field, "custom_field.reinstated", reason)


def _kept(actor: Actor, field: CustomField, type_: str, reason: str) -> CustomField:
    field.save(update_fields=["retired_at"])
    now = {"is_retired": field.is_retired}
    record(actor, events.field_set(type_, VERB, field, {"is_retired": not field.is_retired}, now, reason))
    return field
