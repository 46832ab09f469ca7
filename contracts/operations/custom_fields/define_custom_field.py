"""An organization asks its contracts for something more."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from clm.access.permissions import require
from clm.events.record import record
from clm.lib.actor import Actor
from clm.lib.errors import DomainError
from clm.lib.locks import advisory_lock
from contracts.events import custom_fields as events
from contracts.models import CustomField
from contracts.operations.custom_fields.guards import check_definition

VERB = "contracts.define_custom_field"


@transaction.atomic
def define_custom_field(
    *,
    actor: Actor,
    key: str,
    label: str,
    kind: str,
    help_text: str = "",
    categories: Sequence[str] = (),
    is_required: bool = False,
    choices: Sequence[str] = (),
    position: int = 100,
) -> CustomField:
    """Contracts of these types, of all where none is named, are asked for it. Raises Invalid as `check_definition`,
    DomainError `key_known`: a key is never given twice, for the ledger speaks by it."""
    require(actor, VERB)
    advisory_lock(f"custom-fields:{actor.organization_id}")
    field = CustomField(
        organization_id=actor.organization_id,
        key=key,
        label=label.strip(),
        kind=kind,
        help_text=help_text.strip(),
        categories=sorted(categories),
        is_required=is_required,
        choices=list(choices),
        position=position,
    )
    check_definition(field)
    if CustomField.objects.filter(key=key).exists():
        message = _("There is a field of this key, or there was.")
        raise DomainError("key_known", message, fields={"key": [message]})
    field.save(force_insert=True)
    record(actor, events.field_set("custom_field.defined", VERB, field, {}, events.facts_of(field)))
    return field
