"""The legal holds on what a page is about: the page names only the contract, or the party."""

from __future__ import annotations

from typing import Any

from django import template

from clm.access.permissions import can, visible
from contracts.access.retention import VIEW
from contracts.models import Contract, Party
from contracts.queries.retention import hold_rows, holds_on

register = template.Library()


@register.simple_tag(takes_context=True)
def holds_of(context: Any, subject: Contract | Party) -> list[Any]:
    """Those that stand and cover it; for our side. One query."""
    actor = context["request"].actor
    if not can(actor, VIEW):
        return []
    of_party = hold_rows().filter(released_at=None)
    rows = holds_on(subject) if isinstance(subject, Contract) else of_party.filter(party=subject)
    return list(visible(actor, rows).order_by("created_at"))
