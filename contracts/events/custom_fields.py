"""Facts about the definitions of an organization's own fields. Their values are facts of contracts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.events.record import Event
from contracts.models import CustomField

FACTS = ("key", "label", "help_text", "kind", "categories", "is_required", "choices", "position")


def facts_of(field: CustomField) -> dict[str, Any]:
    return {name: getattr(field, name) for name in FACTS}


def field_set(
    type_: str, verb: str, field: CustomField, before: Mapping[str, Any], after: Mapping[str, Any], reason: str = ""
) -> Event:
    """custom_field.defined, .changed, .retired, .reinstated."""
    payload = {"custom_field_id": field.pk, "key": field.key}
    return Event(type=type_, verb=verb, subject=field, before=before, after=after, payload=payload, reason=reason)
