"""What an organization asks its contracts for is asked otherwise."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import lock_row
from contracts.events import custom_fields as events
from contracts.models import CustomField
from contracts.operations.custom_fields.guards import check_definition, in_use

VERB = "contracts.change_custom_field"
FIELDS = ("label", "help_text", "categories", "is_required", "choices", "position")


@transaction.atomic
def change_custom_field(*, actor: Actor, field_id: UUID, **changes: Any) -> CustomField:
    """The definition has the given values of FIELDS; its key and its type stay. Raises Invalid as `check_definition`,
    DomainError `choice_in_use` where a choice goes that a contract has."""
    field = lock_row(CustomField, field_id)
    require(actor, VERB, field)
    before = events.facts_of(field)
    for name in FIELDS:
        setattr(field, name, changes.get(name, getattr(field, name)))
    field.categories = sorted(field.categories)
    check_definition(field)
    for gone in set(before["choices"]) - set(field.choices):
        if in_use(field, gone):
            message = _("“%(choice)s” is in use: it stays.") % {"choice": gone}
            raise DomainError("choice_in_use", message, fields={"choices": [message]})
    field.save()
    record(actor, events.field_set("custom_field.changed", VERB, field, before, events.facts_of(field)))
    return field
